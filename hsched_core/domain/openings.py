"""Time that became free and may be given to somebody who waits."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hsched_core.domain.vocabulary import Modality, SessionType

UNASKED = "waitlist.unasked"  # the trail's word for why nobody, or nobody else, was asked for an opening


class OpeningState(StrEnum):
    """What became of an opening."""

    OPEN = "open"
    FILLED = "filled"  # by an offer of ours
    TAKEN = "taken"  # by somebody else: staff on the phone, the EHR's own booking page
    PASSED = "passed"  # it came too close
    EXHAUSTED = "exhausted"  # nobody is left to ask


# An opening in one of these may still be filled; the others are over, until the time becomes free once more.
UNFILLED = (OpeningState.OPEN, OpeningState.EXHAUSTED)


@dataclass(frozen=True)
class Opening:
    """A cancelled appointment's time. `id` is the pseudonym of that appointment; `left_by` its client, who is not asked."""

    id: str
    clinician: str
    starts_at: datetime
    duration_minutes: int
    session_type: SessionType
    modality: Modality
    opened_at: datetime
    left_by: str
    site: str | None = None

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.opened_at.tzinfo is None:
            raise ValueError("an opening starts at an instant with a zone")

    @property
    def ends_at(self) -> datetime:
        return self.starts_at.astimezone(UTC) + timedelta(minutes=self.duration_minutes)
