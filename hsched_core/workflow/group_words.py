"""What the store knows of a client's word about a visit of a group: for the desk of groups, and for reminders, which stop at a no."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hsched_core.domain.appointments import Appointment
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import Event
from hsched_core.use_cases.group_coordination import Word, giving_up
from hsched_core.workflow.trail import STEP

SAID_BY = tuple(f"{STEP}{event}" for event in (Event.SEALED, Event.REFUSED, Event.QUEUED, Event.ORDERED))  # how a proposal enters


class Known(Protocol):
    """What is read of the store."""

    def cases_about(self, subject: str) -> Sequence[Case]: ...

    def has_entry(self, kind: str, subject: str, since: datetime) -> bool: ...


def word_of(known: Known, visit: Appointment, confirmed_at: datetime | None, *, is_confirmed: bool = False) -> Word:
    """The word, and whether a later yes, however it was said, takes back the newest no: by the trail, which tells when each was said."""
    said = giving_up(known.cases_about(visit.id))
    if not said or confirmed_at is None:
        return Word(visit, said, is_confirmed)
    is_earlier = any(known.has_entry(kind, said[-1].id, confirmed_at) for kind in SAID_BY)
    return Word(visit, said, is_confirmed, is_taken_back=not is_earlier)
