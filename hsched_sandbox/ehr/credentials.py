"""The sandbox EHR's token and webhook secret: made at first start, readable by nobody but their owner, never printed."""

import base64
import os
import secrets
from pathlib import Path

TOKEN_FILE, WEBHOOK_SECRET_FILE = "ehr-token", "webhook-secret"
PREFIX, SECRET_BYTES = "whsec_", 32
OWNER_ONLY_FILE, OWNER_ONLY_FOLDER = 0o600, 0o700


def token_in(keys: Path) -> str:
    """The bearer token."""
    return kept(keys / TOKEN_FILE, secrets.token_urlsafe(32))


def webhook_secret_in(keys: Path) -> str:
    """The secret that webhooks are signed with; the newest where there are several."""
    return kept(keys / WEBHOOK_SECRET_FILE, PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode())


def kept(file: Path, fresh: str) -> str:
    """What the file holds; the fresh one where there is no file yet. Of two who make it at once, one wins."""
    file.parent.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
    except FileExistsError:
        return file.read_text(encoding="ascii").split()[0]
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(fresh + "\n")
    return fresh
