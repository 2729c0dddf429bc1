"""Bodies and search parameters of the API. What does not fit is refused by field, without repeating the value."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hsched_sandbox.ehr.conduct import Dialect, RefusedError
from hsched_sandbox.ehr.records import EntryStatus, Type

Reference = Annotated[str, Field(max_length=200)] | None
Minutes = Annotated[int, Field(ge=5, le=480, strict=True)]
Identifier = Annotated[str, Field(min_length=1, max_length=60)]
INSTANT: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one must not look like a kept one."""

    model_config = ConfigDict(extra="forbid")


class NewAppointment(Body):
    """A booking."""

    patient_id: Identifier
    provider_id: Identifier
    datetime: AwareDatetime
    duration: Minutes
    type: Type
    modality: Literal["in_person", "video", "phone"]
    site: str | None = None
    external_reference: Reference = None
    custom_fields: dict[str, Any] = Field(default_factory=dict)


class AppointmentChange(Body):
    datetime: AwareDatetime | None = None
    duration: Minutes | None = None
    status: Literal["cancelled"] | None = None
    cancel_reason: Annotated[str, Field(max_length=200)] | None = None
    custom_fields: dict[str, Any] | None = None
    external_reference: Reference = None


class NewNote(Body):
    text: Annotated[str, Field(min_length=1, max_length=2000)]
    external_reference: Reference = None


class EntryChange(Body):
    status: EntryStatus


class NewMessage(Body):
    patient_id: Identifier
    channel: Literal["text", "email", "portal"]
    template: Annotated[str, Field(min_length=1, max_length=100)]
    body: Annotated[str, Field(min_length=1, max_length=5000)]
    external_reference: Reference = None


class WantedFault(Body):
    fault: str
    on: str = "*"
    times: Annotated[int, Field(ge=1)] = 1
    seconds: Annotated[float, Field(ge=0)] = 0.0


class WantedFaults(Body):
    faults: list[WantedFault] = Field(default_factory=list)
    rates: dict[str, float] | None = None
    seed: int = 0


class Act(Body):
    """What a person at the EHR does: a client at its own pages, or staff."""

    act: Literal["cancel", "book", "move", "attend", "no_show", "withdraw", "wait"]
    by: Literal["client", "staff"] = "staff"
    appointment_id: str | None = None
    entry_id: str | None = None
    patient_id: str | None = None
    provider_id: str | None = None
    datetime: AwareDatetime | None = None
    duration: Minutes = 50
    type: Type = Type.INDIVIDUAL
    modality: Literal["in_person", "video", "phone"] = "in_person"
    entry: dict[str, Any] = Field(default_factory=dict)


class NewEntry(BaseModel):
    """What an entry of the waitlist must have, whatever else it has: the record's own types are wider than the EHR's words."""

    model_config = ConfigDict(extra="allow")

    id: Identifier
    patient_id: Identifier
    modality: Literal["in_person", "video", "phone"] | None = None
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(default_factory=list)


class Receiver(Body):
    url: str


def fingerprint(body: BaseModel, *place: str) -> str:
    """What a request under an idempotency key is compared by."""
    text = json.dumps([place, body.model_dump(mode="json")], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def searched(request: Request, known: frozenset[str], dialect: Dialect) -> Mapping[str, str]:
    """The search parameters the server knows; others are refused or ignored, as its dialect has it."""
    given = dict(request.query_params)
    unknown = sorted(given.keys() - known)
    if unknown and dialect is Dialect.STRICT:
        raise RefusedError(400, "unknown_parameter", f"Not known here: {', '.join(unknown)}.")
    return {name: value for name, value in given.items() if name in known}


def instant(text: str, name: str) -> datetime:
    """A parameter that is an instant with an offset."""
    try:
        return INSTANT.validate_python(text.replace(" ", "+"))  # a plus sign that nobody escaped
    except ValidationError:
        raise RefusedError(400, "bad_parameter", f"{name} is no instant with an offset, such as 2026-03-04T10:00:00-05:00.") from None


def expected_version(header: str | None) -> int | None:
    """The version in an If-Match header; None where there is no header, or any will do."""
    if header is None or header == "*":
        return None
    text = header.removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit():
        raise RefusedError(412, "stale_version", "If-Match names no version of this server's.")
    return int(text)
