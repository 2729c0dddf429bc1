"""Whether the service can do its work: what keeps it from that, by word, and what a supervisor may want to know beside it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from hsched_adapters.store.audit.keys import CODES

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

NOTHING = "nothing"  # there is no such thing here
Told = Mapping[str, object]


class Readiness:
    """Of one practice's service."""

    def __init__(self, opened: "OpenPractice") -> None:
        self._opened = opened

    def hindrances(self) -> list[str]:
        """Why nothing can be done: the store does not answer, it stands at another migration, the keys cannot be read."""
        opened, found = self._opened, []
        if not _holds(opened.inbox.waiting):
            found.append("store")
        elif not _holds(opened.audit.is_current):
            found.append("migration")
        if not _holds(lambda: opened.service.can_read_keys(CODES)):
            found.append("keys")
        return found

    def besides(self) -> Told:
        """What does not hinder: how much waits in the inbox, how old the oldest word of the EHR is, whether it could be read last."""
        return {"inbox_waiting": self._opened.inbox.waiting(), **self._ehr()}

    def _ehr(self) -> Told:
        opened = self._opened
        if opened.practice.connection is None:
            return {"ehr": NOTHING}
        not_read_since = opened.ehr_trail.not_read_since()
        told: dict[str, object] = {"ehr": "not_read" if not_read_since else "read"}
        for name, instant in (("ehr_not_read_seconds", not_read_since), ("ehr_polled_seconds", opened.inbox.watermark())):
            if instant is not None:
                told[name] = _seconds(opened.clock.now(), instant)
        return told


def _seconds(now: datetime, then: datetime) -> int:
    return max(0, round((now - then).total_seconds()))


def _holds(ask: Callable[[], object]) -> bool:
    """False says no; so does whatever keeps it from being said."""
    try:
        return ask() is not False
    except Exception:
        return False
