"""What may be released to whom, under which name, and what may be claimed about it. Pure; standard library only."""
