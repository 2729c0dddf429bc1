"""Passkeys as a second factor (WebAuthn, by the fido2 library): adding one, and proving it at a sign-in.

A challenge lives ten minutes in the browser, sealed, for one login. What proves a passkey is of one half sign-in, which its success
replaces: so it counts once. An answer counts for this service's own origin only.
"""

import hashlib
from typing import Any
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from hsched_adapters.access.sealed import Sealer
from hsched_adapters.store.passkeys import Passkey, PasskeyRefusedError, SqlPasskeys, passkey_id
from hsched_core.domain.errors import UserError

NAME = "hsched"
MOST = 10  # of one person


class Passkeys:
    """Ceremonies of one practice's service. `url`: where browsers reach it; an authenticator binds its keys to that host."""

    def __init__(self, store: SqlPasskeys, sealer: Sealer, practice: str, url: str) -> None:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        entity = PublicKeyCredentialRpEntity(id=parts.hostname or "", name=NAME)
        self.store, self._sealer, self._practice = store, sealer, practice
        self._server = Fido2Server(entity, verify_origin=lambda said: said == origin)

    def begin_adding(self, login: str) -> tuple[dict[str, Any], str]:
        """Options for the browser's `create`, and what it keeps meanwhile."""
        known = self.store.of(login)
        if len(known) >= MOST:
            raise UserError(f"You have {MOST} passkeys.", "Remove one first.")
        handle = hashlib.sha256(f"{self._practice}:{login}".encode()).digest()
        user = PublicKeyCredentialUserEntity(id=handle, name=login, display_name=login)
        options, state = self._server.register_begin(user, _credentials(known), user_verification=UserVerificationRequirement.PREFERRED)
        return dict(options), self._sealer.sealed([state, "add", login])

    def finish_adding(self, login: str, session: str, kept: str, answer: Any) -> None:
        """Keep the new passkey; PasskeyRefusedError where the answer is not one to our question."""
        state = self._state(kept, "add", login)
        try:
            made = self._server.register_complete(state, answer)
        except Exception:  # the library raises whatever its parts do; nothing of the answer may be repeated
            raise PasskeyRefusedError from None
        if made.credential_data is None:
            raise PasskeyRefusedError
        credential = bytes(made.credential_data)
        if any(one.id == passkey_id(credential) for one in self.store.of(login)):
            raise PasskeyRefusedError
        self.store.add(login, credential, made.counter, session)

    def begin_proof(self, login: str, half: str) -> tuple[dict[str, Any], str]:
        """Options for the browser's `get`, and what it keeps meanwhile. `half`: the id of the sign-in that it is to complete."""
        options, state = self._server.authenticate_begin(_credentials(self.store.of(login)), UserVerificationRequirement.PREFERRED)
        return dict(options), self._sealer.sealed([state, "prove", login, half])

    def finish_proof(self, login: str, half: str, kept: str, answer: Any) -> tuple[Passkey, int]:
        """The passkey that was proved, with its new count; PasskeyRefusedError else. A count that goes back is a copied authenticator."""
        state, known = self._state(kept, "prove", login, half), self.store.of(login)
        try:
            proved = self._server.authenticate_complete(state, _credentials(known), answer)
            uses = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
        except Exception:  # as above
            raise PasskeyRefusedError from None
        found = next(one for one in known if one.id == passkey_id(bytes(proved)))
        if (uses or found.uses) and uses <= found.uses:
            raise PasskeyRefusedError
        return found, uses

    def _state(self, kept: str, *belongs: str) -> Any:
        opened = self._sealer.opened(kept)
        if not opened or opened[1:] != list(belongs):
            raise PasskeyRefusedError
        return opened[0]


def _credentials(known: tuple[Passkey, ...]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(one.credential) for one in known]
