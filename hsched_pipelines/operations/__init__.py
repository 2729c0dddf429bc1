"""The code location `operations`: light imports; the only one that holds keys."""
