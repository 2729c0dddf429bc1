"""The sandbox provider's auth token: made at first start, readable by nobody but its owner, never printed."""

import secrets
from pathlib import Path

from hsched_sandbox.ehr.credentials import kept

TOKEN_FILE = "sms-token"


def token_in(keys: Path) -> str:
    """The account's auth token."""
    return kept(keys / TOKEN_FILE, secrets.token_urlsafe(32))
