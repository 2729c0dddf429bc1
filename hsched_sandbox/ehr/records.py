"""What the sandbox EHR keeps, as frozen values, and how it shows them. Instants are held in UTC and shown in the practice's zone."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

SHOWN_AS = {"starts_at": "datetime"}  # where the API's word cannot be a field's name; `from_` loses its underscore


class Type(StrEnum):
    """Appointment types, in the EHR's own words."""

    INTAKE = "INTAKE"
    INDIVIDUAL = "INDIVIDUAL_THERAPY"
    COUPLES = "COUPLES_THERAPY"
    FAMILY = "FAMILY_THERAPY"
    GROUP = "GROUP_THERAPY"
    MEDICATION = "MEDICATION_MANAGEMENT"
    ASSESSMENT = "ASSESSMENT"


class Status(StrEnum):
    """Of an appointment."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


class EntryStatus(StrEnum):
    """Of an entry of the waitlist."""

    WAITING = "waiting"
    PLACED = "placed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Note:
    """A short note in the chart."""

    id: str
    text: str
    external_reference: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """One appointment. `duration` in minutes."""

    id: str
    patient_id: str
    provider_id: str
    starts_at: datetime
    duration: int
    type: Type
    modality: str
    created_at: datetime
    updated_at: datetime
    site: str | None = None
    status: Status = Status.BOOKED
    version: int = 1
    external_reference: str | None = None
    cancel_reason: str | None = None
    custom_fields: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.duration)

    def clashes_with(self, other: "Appointment") -> bool:
        """Whether both take the same person's time. Members of one group session share their clinician's hour."""
        if self.id == other.id or Status.CANCELLED in (self.status, other.status):
            return False
        if not (self.starts_at < other.ends_at and other.starts_at < self.ends_at):
            return False
        together = self.type is other.type is Type.GROUP and self.starts_at == other.starts_at
        return self.patient_id == other.patient_id or (self.provider_id == other.provider_id and not together)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the waitlist. Hours are the practice's wall clock, `hour_to` not included; weekdays are ISO."""

    id: str
    patient_id: str
    type: Type
    entered_at: datetime
    updated_at: datetime
    duration: int | None = None
    modality: str | None = None
    provider_id: str | None = None
    specialties: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()
    hour_from: int = 0
    hour_to: int = 24
    urgency: str = "routine"
    until: datetime | None = None
    instead_of: str | None = None
    status: EntryStatus = EntryStatus.WAITING
    version: int = 1


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent given or revoked; no channel or purpose means every one."""

    given: bool
    at: datetime
    channel: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A client's record, as far as scheduling needs it. Their series and usual clinician follow from the calendar (care.py)."""

    id: str
    given_name: str
    family_name: str
    language: str
    preferred_channel: str
    updated_at: datetime
    zone: str | None = None
    state: str | None = None
    consents: tuple[Consent, ...] = ()
    version: int = 1
    phone: str | None = None
    email: str | None = None
    contact_flags: tuple[str, ...] = ()  # no_text, no_email, no_portal, no_call, no_voicemail
    minor: bool = False
    contact_is_guardian: bool = False
    decides_alone: bool = False


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence to practise in a state, both days included."""

    state: str
    from_: date
    until: date


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours of a weekday (ISO), wall clock of the practice."""

    weekday: int
    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class Clinician:
    """Who sees clients."""

    id: str
    given_name: str
    family_name: str
    discipline: str
    specialties: tuple[str, ...]
    licences: tuple[Licence, ...]
    authorities: tuple[str, ...]
    home_state: str
    site: str
    site_state: str
    remote: bool
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Authorization:
    """A payer's leave for so many sessions, both days included."""

    id: str
    patient_id: str
    type: Type
    units_approved: int
    units_used: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Message:
    """A message the EHR took over for sending."""

    id: str
    patient_id: str
    channel: str
    template: str
    body: str
    created_at: datetime
    external_reference: str | None = None
    status: str = "accepted"


Record = Appointment | Entry | Client | Clinician | Authorization | Message
V = TypeVar("V", Appointment, Entry, Client)  # the kinds that have versions
KINDS: Mapping[str, type[Record]] = {
    kind.__name__.lower(): kind for kind in (Appointment, Entry, Client, Clinician, Authorization, Message)
}


def renewed(record: V, at: datetime) -> V:
    """The record under its next version."""
    return replace(record, version=record.version + 1, updated_at=at)


def shown(value: Any, zone: ZoneInfo) -> Any:
    """A record, or part of one, as the API's JSON."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value):
        return {SHOWN_AS.get(f.name, f.name.rstrip("_")): shown(getattr(value, f.name), zone) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [shown(one, zone) for one in value]
    return value
