"""How pages are made: templates, style and script of our own, and what every page is sent with."""
