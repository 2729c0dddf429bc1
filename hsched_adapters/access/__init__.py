"""How people prove to the service who they are, and what is written down about it."""
