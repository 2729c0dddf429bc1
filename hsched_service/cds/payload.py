"""What an EHR sends and gets, as types that read bytes. What does not fit is refused by the name of the field, never by its value."""

import re
from datetime import datetime
from functools import cache
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from msgspec import Meta

from hsched_core.policy.advice import Weight
from hsched_service.predict.payload import Identifier, NotReadableError

LARGEST = 262_144  # bytes of a call
MOST_ENTRIES = 50  # of a Bundle
MOST_CARDS = 50  # of a feedback
Words = Annotated[str, Meta(max_length=512)]
Asked = TypeVar("Asked", bound=msgspec.Struct)
_PLACE = re.compile(r" - at `\$([A-Za-z.\[\]0-9]{0,120})`")
FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


class Coding(msgspec.Struct, frozen=True):
    """A code."""

    code: Words | None = None


class Concept(msgspec.Struct, frozen=True):
    """Codes of the same thing."""

    coding: Annotated[list[Coding], Meta(max_length=20)] = []


class Reference(msgspec.Struct, frozen=True):
    """Where something stands."""

    reference: Words | None = None


class Participant(msgspec.Struct, frozen=True):
    """Who, or where."""

    actor: Reference | None = None


class Appointment(msgspec.Struct, frozen=True, rename="camel"):
    """As much of FHIR R4's as the gate looks at."""

    id: Words | None = None
    start: Annotated[datetime, Meta(tz=True)] | None = None
    end: Annotated[datetime, Meta(tz=True)] | None = None
    minutes_duration: Annotated[int, Meta(ge=1, le=1440)] | None = None
    appointment_type: Concept | None = None
    service_type: Annotated[list[Concept], Meta(max_length=20)] = []
    service_category: Annotated[list[Concept], Meta(max_length=20)] = []
    participant: Annotated[list[Participant], Meta(max_length=50)] = []

    @property
    def minutes(self) -> int | None:
        """How long; None where it does not say, or says what cannot be."""
        if self.minutes_duration or not (self.start and self.end):
            return self.minutes_duration
        found = int((self.end - self.start).total_seconds() // 60)
        return found if 1 <= found <= 1440 else None

    @property
    def words(self) -> tuple[str, ...]:
        """Every code of what it is for."""
        concepts = [*([self.appointment_type] if self.appointment_type else []), *self.service_type, *self.service_category]
        return tuple(coding.code for concept in concepts for coding in concept.coding if coding.code)

    def who(self, kind: str) -> tuple[str, ...]:
        """Ids of the participants of that kind, such as `Practitioner`."""
        references = (one.actor.reference for one in self.participant if one.actor and one.actor.reference)
        return tuple(found for one in references if (found := id_of(one, kind)))


class Kind(msgspec.Struct, frozen=True, rename="camel"):
    """What a resource is."""

    resource_type: Annotated[str, Meta(max_length=64)] = ""


class Entry(msgspec.Struct, frozen=True):
    """One of a Bundle; what is in it is read when its kind is known."""

    resource: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))


class Bundle(msgspec.Struct, frozen=True, rename="camel"):
    """What is about to be booked."""

    resource_type: Annotated[Literal["Bundle"], Meta(description="FHIR R4.")]
    entry: Annotated[list[Entry], Meta(max_length=MOST_ENTRIES)] = []


class Context(msgspec.Struct, frozen=True, rename="camel"):
    """Of the hook `appointment-book` 1.0."""

    user_id: Annotated[Identifier, Meta(description="Who books, such as `Practitioner/123`.")]
    patient_id: Annotated[Identifier, Meta(description="The client's id in the EHR.")]
    appointments: Annotated[Bundle, Meta(description="A FHIR Bundle of Appointments in status `proposed`.")]
    encounter_id: Identifier | None = None


class BookingCall(msgspec.Struct, frozen=True, rename="camel"):
    """A call. `fhirServer`, `fhirAuthorization` and `prefetch` are not read: hsched asks the EHR by its own connection."""

    hook: Literal["appointment-book"]
    hook_instance: UUID
    context: Context


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whose advice it is."""

    label: str
    url: str = ""


class Link(msgspec.Struct, frozen=True):
    """A way on."""

    label: str
    url: str
    type: Literal["smart", "absolute"]


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """One piece of advice."""

    uuid: UUID
    summary: Annotated[str, Meta(max_length=139)]
    indicator: Weight
    source: Source
    detail: str = ""
    links: list[Link] = []


class Cards(msgspec.Struct, frozen=True):
    """All that is to be said; nothing, mostly."""

    cards: list[Card]


class FeedbackLine(msgspec.Struct, frozen=True):
    """What became of a card. A person's own words about it are not read."""

    card: UUID
    outcome: Literal["accepted", "overridden"]


class Feedback(msgspec.Struct, frozen=True):
    """What became of cards."""

    feedback: Annotated[list[FeedbackLine], Meta(min_length=1, max_length=MOST_CARDS)]


class Service(msgspec.Struct, frozen=True):
    """A service, as it is discovered."""

    id: str
    hook: str
    title: str
    description: str


class Services(msgspec.Struct, frozen=True):
    """Every service there is."""

    services: list[Service]


def read(body: bytes, kind: type[Asked]) -> Asked:
    """The request; NotReadableError where it is none."""
    try:
        found: Asked = _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise NotReadableError("invalid_request", 422, _place(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError):
        raise NotReadableError("not_json", 400) from None
    return found


def appointments_of(bundle: Bundle) -> list[Appointment]:
    """The Bundle's appointments, whatever else is in it."""
    found = []
    for one in bundle.entry:
        try:
            if read(bytes(one.resource), Kind).resource_type == "Appointment":
                found.append(read(bytes(one.resource), Appointment))
        except NotReadableError as error:
            place = f"context.appointments.entry.resource.{error.field}".rstrip(".")
            raise NotReadableError(error.kind, error.status, place) from None
    return found


def id_of(reference: str, kind: str) -> str:
    """The id in `Practitioner/123`, or in that at the end of an address; empty where it is of another kind, or none."""
    try:
        *_, named, identifier = ["", *urlsplit(reference).path.partition("/_history/")[0].split("/")]
    except ValueError:
        return ""
    return identifier if named == kind and FHIR_ID.fullmatch(identifier) else ""


def _place(message: str) -> str:
    """The place that a validation message names: names of our own fields, and numbers."""
    found = _PLACE.search(message)
    return found[1].lstrip(".") if found else ""


@cache
def _decoder(kind: type[Asked]) -> "msgspec.json.Decoder[Asked]":
    return msgspec.json.Decoder(kind)
