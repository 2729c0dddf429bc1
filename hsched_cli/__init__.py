"""The `hsched` command: thin, composes the hosts, imports them lazily."""
