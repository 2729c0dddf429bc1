"""Links in messages: an address that only the message carries. The store has the SHA-256 of its secret, and what it leads to.

The secret is a code of the message's case under a key of the practice, so that a repeated message carries the same address: a provider
that knows a message by its key, or by its words, takes the two for one (docs/decisions/0035).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from hsched_adapters.keys import Keyring, bound_to
from hsched_core.domain.client_links import About, made
from hsched_core.domain.errors import SafeError
from hsched_core.ports import Clock
from hsched_core.ports.client_links import ClientLinkStore
from hsched_core.workflow import link_trail as trail

PURPOSE = "client-links"
SECRET_BYTES = 32  # 256 bits: nobody guesses one of them
TOKEN_LENGTH = 43  # of them in base64 without padding
# What stands before the secret says whether there is an offer to answer, and nothing else.
PREFIXES: Mapping[About, str] = {About.OFFER: "o", About.VISIT: "v", About.CLIENT: "v"}


class ClientLinks:
    """Addresses of one practice's messages. `base` is where clients reach the service, without a slash at its end."""

    def __init__(self, keyring: Keyring, base: str, store: ClientLinkStore, clock: Clock, *, is_reachable: bool) -> None:
        self._keyring, self._base, self._store, self._clock = keyring, base.rstrip("/"), store, clock
        self.is_reachable = is_reachable

    def link(self, case_id: str, language: str = "") -> str:
        """The address of a message that is about to leave, written in that language. The same case has the same one."""
        token = self.token(case_id)
        with self._store.transaction() as tx:
            found = tx.link(self.id_of(token))
            if found is None:
                case, now = tx.case(case_id), tx.now(self._clock)
                if case is None:
                    raise SafeError("no_such_case", f"case {case_id}")
                found = made(self.id_of(token), case_id, case.action, language, now)
                tx.put_link(found, audit=trail.made(found, now))
        return self._address(PREFIXES[found.about], token)

    def language_of(self, client: str) -> str:
        """In which language the client wants to read, as they said; empty where they said nothing."""
        with self._store.looking() as tx:
            return tx.wishes_of(client).language

    def example(self, _case_id: str = "") -> str:
        """What an address looks like. It leads nowhere."""
        return self._address(PREFIXES[About.OFFER], "0" * TOKEN_LENGTH)

    def token(self, case_id: str) -> str:
        """The part of the address that is secret."""
        code = hmac.digest(self._keyring.active(PURPOSE).secret, bound_to("hsched-client-link/1", case_id), "sha256")
        return base64.urlsafe_b64encode(code).rstrip(b"=").decode()

    def _address(self, prefix: str, token: str) -> str:
        return f"{self._base}/{prefix}/{token}"

    @staticmethod
    def id_of(token: str) -> str:
        """Under which the store knows that address; nothing where it cannot be one."""
        try:
            secret = base64.b64decode(token + "=", altchars=b"-_", validate=True) if len(token) == TOKEN_LENGTH else b""
        except (binascii.Error, ValueError):
            secret = b""
        return hashlib.sha256(secret).hexdigest() if len(secret) == SECRET_BYTES else ""
