"""What hsched decides, and by which rules. Pure: no clock, no network, no database, no pandas."""
