"""Connectors that bring an EHR's records into the contract of raw extracts."""
