"""The code location `learning`: heavy libraries, batch; never opens the vault or the identified zone."""
