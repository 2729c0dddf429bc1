"""Measurements of what hsched costs, against the same work done otherwise. Run by `make bench`; no test, no part of the package."""
