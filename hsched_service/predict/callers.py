"""Which API client a request comes from: by the hash of its bearer token, from memory that is never older than two seconds."""

from collections.abc import Callable, Mapping
from time import monotonic

from hsched_core.domain.api_clients import ApiClient, ApiScope, token_hash

FRESH_SECONDS = 2.0
FRESH_FOR_STRANGERS = 0.2  # a token that is not among them may have been made since
LONGEST = 200  # characters of a token


class Callers:
    """The API clients that stand, read again as they get old. Who is revoked meanwhile is found out when the answer is written down."""

    def __init__(self, standing: Callable[[], Mapping[str, ApiClient]], for_strangers: float = FRESH_FOR_STRANGERS) -> None:
        self._standing, self._for_strangers = standing, for_strangers
        self._known: Mapping[str, ApiClient] = {}
        self._read_at = float("-inf")

    def of(self, authorization: bytes) -> ApiClient | None:
        """Who sent this header; None where nobody has that token."""
        kind, _, token = authorization.partition(b" ")
        if kind.lower() != b"bearer" or not token or len(token) > LONGEST:
            return None
        hashed = token_hash(token.decode("latin-1"))
        self._refresh(FRESH_SECONDS)
        found = self._known.get(hashed)
        if found is None:
            self._refresh(self._for_strangers)
            found = self._known.get(hashed)
        return found

    def _refresh(self, seconds: float) -> None:
        if monotonic() - self._read_at > seconds:
            self._known, self._read_at = self._standing(), monotonic()


def may(client: ApiClient, scope: ApiScope) -> bool:
    """Whether its token opens that."""
    return scope in client.scopes
