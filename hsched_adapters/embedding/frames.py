"""Sign-ins of the sidebar: one for each launch, bound to its client and appointment, and good for nothing else.

What the frame keeps is sealed: it holds the sign-in's secret and its context together, so that neither can be put to the other's use.
"""

from dataclasses import dataclass, field

from hsched_adapters.access.sealed import Sealer
from hsched_adapters.store.sign_ins import SqlSignIns
from hsched_core.domain.access import SignIn, Way

HANDLE_DIGITS = 16


@dataclass(frozen=True)
class InFrame:
    """A launch's sign-in, and what it is about (pseudonyms; no appointment where the EHR named none)."""

    session: SignIn
    secret: str = field(repr=False)
    client: str
    appointment: str

    @property
    def handle(self) -> str:
        """How its pages and its cookie are told from those of another launch in the same browser. No secret."""
        return self.session.id[:HANDLE_DIGITS]


class Frames:
    """The sidebar's sign-ins of one practice."""

    def __init__(self, sign_ins: SqlSignIns, sealer: Sealer) -> None:
        self._sign_ins, self._sealer = sign_ins, sealer

    def start(self, login: str, client: str, appointment: str) -> tuple[str, str]:
        """Its handle, and what the frame keeps."""
        secret = self._sign_ins.start(login, Way.LAUNCH)
        kept = self._sealer.sealed([secret, client, appointment])
        found = self.of(kept, is_alive=False)
        assert found is not None  # it was sealed just now
        return found.handle, kept

    def of(self, kept: str, *, is_alive: bool = True) -> InFrame | None:
        """Whose frame that is; None where it is not ours, or over."""
        opened = self._sealer.opened(kept)
        if not opened:
            return None
        secret, client, appointment = opened
        session = self._sign_ins.of(secret, is_alive=is_alive)
        return InFrame(session, secret, client, appointment) if session and session.way is Way.LAUNCH else None

    def end(self, one: InFrame, reason: str) -> None:
        """The frame opens nothing any more."""
        self._sign_ins.end(one.session, reason)
