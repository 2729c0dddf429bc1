"""The prediction API: one visit's risk, or many visits', for programs with a token."""
