"""How messages leave and what comes back: text, e-mail and calls, each through a door of its own. Numbers and addresses end here."""
