"""Values the whole house speaks in. Standard library only."""
