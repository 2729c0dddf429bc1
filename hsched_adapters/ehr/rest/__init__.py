"""One connector for EHRs with a REST API. Which paths, fields and words an EHR has is a profile in YAML, not code."""
