"""A session as decisions see it: who meets whom, when, how. All identifiers are pseudonyms from the vault."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hsched_core.domain.time import day_start, local_day
from hsched_core.domain.vocabulary import Modality, SessionType


@dataclass(frozen=True)
class Session:
    """A client's time with a clinician, booked or not."""

    client: str
    clinician: str
    starts_at: datetime
    duration_minutes: int
    session_type: SessionType
    modality: Modality
    site: str | None = None

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None:
            raise ValueError("a session starts at an instant with a zone")
        if self.duration_minutes <= 0:
            raise ValueError("a session lasts at least a minute")

    @property
    def ends_at(self) -> datetime:
        # Elapsed minutes, hence in UTC: Python adds to the wall clock, which jumps at a DST change.
        return self.starts_at.astimezone(UTC) + timedelta(minutes=self.duration_minutes)

    def overlaps(self, other: "Session") -> bool:
        """Whether both take time from the same clinician or the same client. Touching ends do not."""
        shares = self.clinician == other.clinician or self.client == other.client
        return shares and self.starts_at < other.ends_at and other.starts_at < self.ends_at


def whole_day(session: Session, zone: ZoneInfo) -> Session:
    """The session made as long as the local day it starts on: what overlaps it is of that day."""
    day = local_day(session.starts_at, zone)
    start, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    return replace(session, starts_at=start, duration_minutes=(end - start) // timedelta(minutes=1))
