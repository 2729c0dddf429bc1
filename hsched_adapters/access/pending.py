"""A sign-in under way, kept by the browser that began it: sealed, so that nobody else can read or make one, and good for ten minutes."""

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hsched_adapters.access.provider import Begun, Provider
from hsched_adapters.keys import NONCE_BYTES, Keyring, bound_to
from hsched_core.ports import Clock

PURPOSE = "sign-in"
LASTS = timedelta(minutes=10)
LABEL = bound_to("hsched-sign-in/1")


class ProviderSignIns:
    """Sign-ins at the practice's provider, from leaving to coming back. What is under way is sealed with a key of the practice."""

    def __init__(self, provider: Provider, keyring: Keyring, present: Clock) -> None:
        self._provider, self._keyring, self._present = provider, keyring, present

    def begin(self) -> tuple[str, str]:
        """Where the browser is sent, and what it keeps meanwhile; NotReadError where the provider cannot be reached."""
        begun = Begun.new()
        return self._provider.address(begun), self._sealed(begun)

    def finish(self, kept: str, answer: Mapping[str, str]) -> str | None:
        """The login of who comes back; None where the browser kept nothing of ours, or too long; NotReadError with a code else."""
        begun = self._opened(kept)
        return self._provider.login(begun, answer) if begun else None

    def _sealed(self, begun: Begun) -> str:
        plain = json.dumps([begun.state, begun.nonce, begun.verifier, self._present.now().isoformat()]).encode()
        nonce = secrets.token_bytes(NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._cipher().encrypt(nonce, plain, LABEL)).decode()

    def _opened(self, kept: str) -> Begun | None:
        try:
            content = base64.b64decode(kept, altchars=b"-_", validate=True)
            plain = self._cipher().decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], LABEL)
        except (binascii.Error, ValueError, InvalidTag):
            return None
        state, nonce, verifier, begun_at = json.loads(plain)
        is_old = self._present.now() - datetime.fromisoformat(begun_at) > LASTS
        return None if is_old else Begun(state, nonce, verifier)

    def _cipher(self) -> AESGCM:
        return AESGCM(self._keyring.active(PURPOSE).secret)
