"""One file for each use case: its facts, and what it proposes on them. Pure: the same facts, the same proposals."""
