"""What a run ends with: `facts` are read from what the run wrote, `page` shows them. `--json` prints the facts as they are."""
