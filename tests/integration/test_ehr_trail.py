"""What the audit trail says of an EHR that is away, and of rows that are left out: once each, whoever asks how often."""

from pathlib import Path

from hsched_adapters.store.ehr_trail import EhrTrail
from tests.audit_trails import sqlite_desk
