"""Links in offers: an address that only the message carries, and that leads back to its case. Nothing is stored for it.

The address holds the case's id and a code of it under a key of the practice, so a repeated message carries the same one.
"""

import base64
import binascii
import hmac

from hsched_adapters.keys import Keyring
from hsched_core.domain.proposal import ID_LENGTH

PURPOSE = "offer-links"
ID_BYTES, CODE_BYTES = ID_LENGTH // 2, 16  # 128 bits: nobody guesses one of them
TOKEN_LENGTH = 43  # of 32 bytes in base64 without padding
LABEL = b"hsched-offer-link/1"


class OfferLinks:
    """Addresses of one practice's offers. `base` is where clients reach the service, without a slash at its end."""

    def __init__(self, keyring: Keyring, base: str) -> None:
        self._keyring = keyring
        self._base = base.rstrip("/")

    def link(self, case_id: str) -> str:
        """The address to answer that offer at."""
        return f"{self._base}/o/{self.token(case_id)}"

    def token(self, case_id: str) -> str:
        """The part of the address that is secret."""
        plain = bytes.fromhex(case_id)
        if len(plain) != ID_BYTES:
            raise ValueError("not a case's id")
        return base64.urlsafe_b64encode(plain + _code(self._keyring.active(PURPOSE).secret, plain)).rstrip(b"=").decode()

    def case_of(self, token: str) -> str | None:
        """The case behind an address; None where we did not make it. Addresses made under an older key still lead there."""
        if len(token) != TOKEN_LENGTH:
            return None
        try:
            content = base64.b64decode(token + "=", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        plain, code = content[:ID_BYTES], content[ID_BYTES:]
        # Every key is tried, and none is left out after a hit: the time tells nothing.
        known = [hmac.compare_digest(_code(key.secret, plain), code) for key in self._keyring.every(PURPOSE)]
        return plain.hex() if any(known) else None


def _code(secret: bytes, plain: bytes) -> bytes:
    return hmac.digest(secret, LABEL + plain, "sha256")[:CODE_BYTES]
