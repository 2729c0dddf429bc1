"""What the store knows of a client's word about a visit of a group: for the desk of groups, and for reminders, which stop at a no."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from hsched_core.domain.appointments import Appointment
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import Event
from hsched_core.policy.autonomy import Rollout
from hsched_core.policy.facts import ContactFacts
from hsched_core.use_cases.group_coordination import Word, first_of, giving_up
from hsched_core.workflow.trail import STEP

SAID_BY = tuple(f"{STEP}{event}" for event in (Event.SEALED, Event.REFUSED, Event.QUEUED, Event.ORDERED))  # how a proposal enters


class Known(Protocol):
    """What is read of the store."""

    def cases_about(self, subject: str) -> Sequence[Case]: ...

    def has_entry(self, kind: str, subject: str, since: datetime) -> bool: ...

    def contact_facts(self, client: str, without_case: str) -> ContactFacts: ...

    def rollout(self, use_case: str, since: datetime) -> Rollout: ...


def word_of(known: Known, visit: Appointment, confirmed_at: datetime | None, *, is_confirmed: bool = False) -> Word:
    """The word, and whether a later yes, however it was said, takes back the newest no: by the trail, which tells when each was said."""
    word = Word(visit, giving_up(known.cases_about(visit.id)), is_confirmed)
    if not word.current or confirmed_at is None:
        return word
    first = first_of(word.current[-1], word.said)
    is_earlier = any(known.has_entry(kind, first.id, confirmed_at) for kind in SAID_BY)
    return replace(word, is_taken_back=not is_earlier)
