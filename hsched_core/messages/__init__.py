"""The words hsched sends: what may stand in them. Pure: which templates there are is a file of the adapters."""
