"""What the gate judges, and what it finds: facts as values, a matter that holds them, findings a person can read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from hsched_core.domain.actions import Action
from hsched_core.domain.contact import ConsentEvent, Contact, Inbound, SafeContact
from hsched_core.domain.sessions import Session
from hsched_core.policy.practice import PracticePolicy


@dataclass(frozen=True)
class Finding:
    """What stands against an action, as a person reads it. No names, no pseudonyms: it may be shown to whoever sees the queue."""

    rule: str
    message: str
    clears_at: datetime | None = None  # when it stops standing against it by itself; None: never


@dataclass(frozen=True)
class Commitment:
    """A session that stands in the EHR's calendar."""

    appointment: str
    session: Session


@dataclass(frozen=True)
class Licence:
    """A clinician's licence in one state."""

    state: str
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True)
class Credentials:
    """What a clinician is allowed: licences, and authorities under compacts with the state they were given in."""

    discipline: str
    licences: tuple[Licence, ...]
    authorities: frozenset[str] = frozenset()  # names of compacts
    home_state: str | None = None


@dataclass(frozen=True)
class CalendarFacts:
    """What the EHR says, read just now. What hsched wrote under the action's own key is left out, where the EHR can tell."""

    commitments: tuple[Commitment, ...] = ()
    version: str | None = None  # of the appointment the action touches; None: it is not there
    credentials: Credentials | None = None
    client_state: str | None = None  # where the client sits during a remote session
    site_state: str | None = None
    client_zone: str | None = None
    safe: SafeContact = field(default_factory=SafeContact)
    day: tuple[Commitment, ...] = ()  # the clinician's, of the session's day; read only where the practice limits it
    day_unread: int = 0  # rows of that day that may be the clinician's and cannot be read


@dataclass(frozen=True)
class ContactFacts:
    """What our own store says about contact with the client, over all use cases."""

    consents: tuple[ConsentEvent, ...] = ()
    contacts: tuple[Contact, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    is_paused: bool = False  # an unresolved CANCEL, a crisis, a complaint: a person has it


@dataclass(frozen=True)
class Matter:
    """What is judged: an action, at a moment, with the facts and the practice's settings."""

    action: Action
    expires_at: datetime
    now: datetime
    policy: PracticePolicy
    calendar: CalendarFacts = field(default_factory=CalendarFacts)
    contact: ContactFacts = field(default_factory=ContactFacts)
    held: tuple[Session, ...] = ()  # times that other running actions hold
    held_day: tuple[Session, ...] = ()  # the same of the whole day; only where the practice limits it


@dataclass(frozen=True)
class Rule:
    """A named question; the docstring of `check` is its paragraph in the manual."""

    name: str
    title: str
    check: Callable[[Matter], Iterator[Finding]]
