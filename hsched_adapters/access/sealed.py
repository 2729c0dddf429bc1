"""What a browser keeps for us for a while: sealed with a key of the practice, so that nobody else can read, make or move one."""

import base64
import binascii
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hsched_adapters.keys import NONCE_BYTES, Keyring, bound_to
from hsched_core.ports import Clock

PURPOSE = "sign-in"
LASTS = timedelta(minutes=10)


class Sealer:
    """Seals values of one use (`what`); what was sealed for another, or longer than `lasts` ago, does not open."""

    def __init__(self, keyring: Keyring, present: Clock, what: str, lasts: timedelta = LASTS) -> None:
        self._keyring, self._present, self._label, self._lasts = keyring, present, bound_to("hsched-sign-in/1", what), lasts

    def sealed(self, value: Any) -> str:
        """A value of JSON, for the browser."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = json.dumps([value, self._present.now().isoformat()]).encode()
        return base64.urlsafe_b64encode(nonce + self._cipher().encrypt(nonce, plain, self._label)).decode()

    def opened(self, kept: str) -> Any:
        """The value; None where it is not ours, or too old."""
        try:
            content = base64.b64decode(kept, altchars=b"-_", validate=True)
            value, sealed_at = json.loads(self._cipher().decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], self._label))
        except (binascii.Error, ValueError, InvalidTag):
            return None
        return None if self._present.now() - datetime.fromisoformat(sealed_at) > self._lasts else value

    def _cipher(self) -> AESGCM:
        return AESGCM(self._keyring.active(PURPOSE).secret)
