"""A code for a token, at whoever vouches for people: the same for the practice's provider and for its EHR. Authlib speaks OAuth."""

from collections.abc import Mapping
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from hsched_adapters.access.deadline import ends_within
from hsched_adapters.access.identity import Begun
from hsched_adapters.access.remembered import SignInRefusedError, Turns


class Exchange:
    """hsched as one client of theirs. `return_address`: where they send people back to."""

    def __init__(self, client_id: str, scope: str, return_address: str, timeout_seconds: float) -> None:
        self._client_id, self._scope, self._return_address, self._timeout = client_id, scope, return_address, timeout_seconds
        self._turns = Turns()

    def address(self, endpoint: str, begun: Begun, **more: str) -> str:
        """Where a browser is sent to sign in."""
        with self._session("") as session:
            address, _ = session.create_authorization_url(endpoint, begun.state, begun.verifier, nonce=begun.nonce, **more)
        return str(address)

    def told(self, endpoint: str, begun: Begun, code: str, secret: str, **proof: str) -> Mapping[str, Any]:
        """What they give for the code, an identity token in it, within the timeout; SignInRefusedError with a word else."""
        try:
            with self._turns.one(), self._session(secret) as session, ends_within(self._timeout, session):
                told = session.fetch_token(
                    endpoint, code=code, code_verifier=begun.verifier, timeout=self._timeout, allow_redirects=False, **proof
                )
        except requests.RequestException:
            raise SignInRefusedError("provider_not_reached") from None
        except (AuthlibBaseError, ValueError):
            raise SignInRefusedError("no_token") from None
        if not isinstance(told, Mapping) or not isinstance(told.get("id_token"), str):
            raise SignInRefusedError("no_identity_token")
        return told

    def _session(self, secret: str) -> OAuth2Session:
        return OAuth2Session(
            self._client_id,
            secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._scope,
            redirect_uri=self._return_address,
            code_challenge_method="S256",
        )
