"""The provider says that somebody signed out there: OpenID Connect Back-Channel Logout 1.0, section 2.6."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from hsched_adapters.access.identity import LEEWAY_SECONDS
from hsched_adapters.access.provider import Provider
from hsched_adapters.access.remembered import SignInRefusedError
from hsched_core.domain.access import NOBODY, Vouched

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = frozenset({None, "JWT", "logout+jwt", "application/logout+jwt"})
REMEMBERED = 10_000  # tokens that counted; an older one again ends nothing that began after it


@dataclass(frozen=True)
class SignedOut:
    """Who signed out there, and until when a sign-in here may have begun to be meant."""

    vouched: Vouched
    begun_by: datetime


class Logouts:
    """What a provider says of ends. A token counts once, in one process."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._lock = Lock()
        self._seen: OrderedDict[str, None] = OrderedDict()

    @contextmanager
    def told(self, token: str) -> Iterator[SignedOut]:
        """Whose end the token tells; SignInRefusedError with a word where anything is not as it must be.

        It has counted if what is done with it succeeds.
        """
        found = self._provider.checked(token, jti={"essential": True})
        vouched = self._provider.vouched(found.claims)
        if found.header.get("typ") not in TYPES or not _tells_an_end(found.claims) or vouched == NOBODY:
            raise SignInRefusedError("logout_token")
        name = str(found.claims["jti"])
        self._take(name)
        try:
            yield SignedOut(vouched, datetime.fromtimestamp(found.claims["iat"], UTC) + timedelta(seconds=LEEWAY_SECONDS))
        except BaseException:
            with self._lock:
                self._seen.pop(name, None)
            raise

    def _take(self, name: str) -> None:
        with self._lock:
            if name in self._seen:
                raise SignInRefusedError("logout_token_again")
            self._seen[name] = None
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)


def _tells_an_end(claims: Mapping[str, Any]) -> bool:
    """An identity token is none, although the same key signed it: it has a nonce and no event."""
    events = claims.get("events")
    return isinstance(events, Mapping) and isinstance(events.get(EVENT), Mapping) and "nonce" not in claims
