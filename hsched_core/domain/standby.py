"""A client who was told that a visit's time may become free, and what became of it. The visit is somebody else's all the while."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hsched_core.domain.lifecycle import LifecycleError


class StandbyState(StrEnum):
    """Where a standby stands."""

    ASKED = "asked"  # it is out, or may be: the client can say yes
    WAITS = "waits"  # the client said yes: they are asked first, should the time become free
    DECLINED = "declined"
    OFFERED = "offered"  # the time became free, and they were offered it: from here on it is an offer like any other
    ENDED = "ended"  # the visit takes place, or it was too late


S = StandbyState
OPEN = frozenset({S.ASKED, S.WAITS})
STANDBY_STEPS: Mapping[StandbyState | None, frozenset[StandbyState]] = {
    None: frozenset({S.ASKED}),
    S.ASKED: frozenset({S.WAITS, S.DECLINED, S.OFFERED, S.ENDED}),
    S.WAITS: frozenset({S.DECLINED, S.OFFERED, S.ENDED}),
}


@dataclass(frozen=True)
class StandbyRecord:
    """A standby offer that was handed over. `id` is its case's; `until`: from then on the time is nobody's to wait for."""

    id: str
    appointment: str
    client: str
    until: datetime
    since: datetime
    state: StandbyState = StandbyState.ASKED
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def stepped(record: StandbyRecord, state: StandbyState, at: datetime) -> StandbyRecord:
    """The record after that step; one that the table does not have raises."""
    if state not in STANDBY_STEPS.get(record.state, ()):
        raise LifecycleError(f"a standby that is {record.state} cannot be {state}")
    return replace(record, state=state, since=at, version=record.version + 1)
