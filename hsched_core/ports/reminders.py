"""What reminders and holdouts need from outside: clients as they can be reached, scores, answers, a lot that nobody can foresee."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hsched_core.domain.contact import Channel, SafeContact
from hsched_core.ports.sources import PracticeReader


@dataclass(frozen=True)
class KnownClient:
    """What the EHR knows about reaching a client."""

    client: str
    zone: str | None
    preferred: Channel
    safe: SafeContact = field(default_factory=SafeContact)


@dataclass(frozen=True)
class Score:
    """A coming visit's newest published risk."""

    appointment: str
    risk: float
    model_version: str


class ReminderReader(PracticeReader, Protocol):
    """The EHR's present, as reminders look at it."""

    def known_clients(self) -> Sequence[KnownClient]:
        """Everybody whom the practice knows; who cannot be read is left out, and so not written to."""
        ...


class Answers(Protocol):
    """What clients answered, as far as it was understood."""

    def confirmations(self, appointments: Sequence[str]) -> Mapping[str, datetime]:
        """When each of these visits was confirmed; those that never were are not there."""
        ...

    def answered(self, clients: Sequence[str]) -> Mapping[str, tuple[Channel, ...]]:
        """The channels each of these clients wrote back on, the newest first."""
        ...


class Scores(Protocol):
    """The published scores."""

    def coming(self, now: datetime) -> Sequence[Score]:
        """One score for each visit that begins after that instant: of the moment nearest to it."""
        ...


class Lot(Protocol):
    """Chance that can be checked: the same subject has the same number, and nobody knows it without the practice's key."""

    def number(self, use_case: str, subject: str) -> float:
        """Between 0 and 1, 1 not included; even over subjects."""
        ...
