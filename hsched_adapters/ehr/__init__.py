"""Connectors to EHRs: files that bring their records into the contract of raw extracts, and the REST connector that asks and writes."""
