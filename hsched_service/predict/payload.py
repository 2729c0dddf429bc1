"""What callers send and get, as types that read bytes. What does not fit is refused by the name of the field, never by its value."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

LARGEST_SINGLE, LARGEST_BATCH, MOST_IN_BATCH = 16_384, 1_048_576, 500  # bytes, bytes, visits
# One bounded text for everything: no control character, no lone surrogate, not endless.
WORDS = "^[^\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]*$"
Identifier = Annotated[str, Meta(min_length=1, max_length=128, pattern=WORDS)]
Count = Annotated[int, Meta(ge=0, le=10_000)]
Asked = TypeVar("Asked", "Visit", "Visits")
_PLACE = re.compile(r" - at `\$([a-z_.\[\]0-9]*)`")
_FIELDS = re.compile(r"(?:visits\[\d{1,4}\]\.?)?(?:historical_features\.)?[a-z_]{0,40}")


class NotReadableError(Exception):
    """The request is no request. `field` is where, in words of this module; empty for the whole of it."""

    def __init__(self, kind: str, status: int, field: str = "") -> None:
        super().__init__(kind)
        self.kind, self.status, self.field = kind, status, field


class History(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the caller knows of the client's past. Read only where hsched has nothing of the client on record."""

    previous_no_shows: Annotated[Count, Meta(description="Visits not attended and not cancelled.", examples=[2])] = 0
    total_appointments: Annotated[
        Count, Meta(description="Past visits that took place or should have: no-shows and last-minute cancels included.", examples=[10])
    ] = 0
    average_lead_time_days: Annotated[
        float | None, Meta(description="Accepted, and not read: no input of the model holds it.", examples=[5.2])
    ] = None
    last_minute_cancels: Annotated[Count, Meta(description="Cancels inside the practice's notice window.", examples=[1])] = 0


class Visit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A coming visit whose risk is asked for."""

    client_id: Annotated[Identifier, Meta(description="The client's id in the EHR.", examples=["CLIENT-789"])]
    appointment_datetime: Annotated[
        datetime, Meta(tz=True, description="Start, with an offset; from now on to 366 days ahead.", examples=["2026-12-15T14:30:00Z"])
    ]
    appointment_type: Annotated[Identifier, Meta(description="The EHR's word for the kind of visit.", examples=["INDIVIDUAL_THERAPY"])]
    provider_id: Annotated[Identifier, Meta(description="The clinician's id in the EHR.", examples=["PROV-456"])]
    historical_features: Annotated[History | None, Meta(description="What the caller knows of the client's past.")] = None
    duration_minutes: Annotated[int, Meta(ge=1, le=1440, description="Booked length.", examples=[50])] | None = None
    modality: Annotated[Literal["in_person", "video", "phone"] | None, Meta(description="How client and clinician meet.")] = None
    booked_at: Annotated[datetime, Meta(tz=True, description="When the time was chosen; now where it is left out.")] | None = None


class Visits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several visits at once, answered whole or not at all."""

    visits: Annotated[list[Visit], Meta(min_length=1, max_length=MOST_IN_BATCH)]


class Model(msgspec.Struct, frozen=True):
    """Who answered."""

    name: Annotated[str, Meta(examples=["no_show__day_before"])]
    version: Annotated[str, Meta(examples=["4"])]


class Parts(msgspec.Struct, frozen=True):
    """How the risk splits; both add up to it."""

    no_show: float
    late_cancel: float


class Answer(msgspec.Struct, frozen=True):
    """A visit's risk, and what it rests on."""

    risk_score: Annotated[float, Meta(ge=0, le=1, description="P(the slot goes unused): no-show or late cancel.", examples=[0.78])]
    risk_band: Annotated[Literal["standard", "raised", "high"], Meta(description="The practice's tiers of help.")]
    flagged: Annotated[bool, Meta(description="Whether the score reaches `flag_threshold`.")]
    flag_threshold: Annotated[float, Meta(examples=[0.65])]
    reasons: Annotated[list[str], Meta(description="Up to three, strongest first.", examples=[["Missed the last 2 visits (raises)"]])]
    parts: Annotated[Parts | None, Meta(description="Null where the model does not tell them apart.")]
    model: Model
    scoring_moment: Annotated[str, Meta(description="`day_before` for visits of today and tomorrow, else `at_booking`.")]
    scored_at: datetime
    features_from: Annotated[
        Literal["stored", "payload"],
        Meta(description="The client's newest feature row, or what the request said of a client nobody knows."),
    ]
    matched: Annotated[
        Literal["appointment", "client", "nothing"], Meta(description="What is on record: this very visit, its client, or neither.")
    ]
    features_as_of: Annotated[datetime | None, Meta(description="The instant the stored features are as of; null without any.")]
    notes: Annotated[list[str], Meta(description="What was not known or not read: words as `provider_unknown`.")]


class Answers(msgspec.Struct, frozen=True):
    """One for each visit, in their order."""

    answers: list[Answer]


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why not, as a word; `field` says where. Nothing that was sent is repeated."""

    error: Annotated[str, Meta(examples=["invalid_request"])]
    field: Annotated[str, Meta(examples=["historical_features.previous_no_shows"])] = ""


def read(body: bytes, kind: type[Asked]) -> Asked:
    """The request; NotReadableError where it is none."""
    try:
        found: Asked = _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise NotReadableError("invalid_request", 422, place_of(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError):
        raise NotReadableError("not_json", 400) from None
    return found


def written(answer: Answer | Answers | Refusal) -> bytes:
    """As bytes."""
    return _ENCODER.encode(answer)


def place_of(message: str) -> str:
    """The place that a validation message names, if it is one of ours: the rest of such a message may repeat a value."""
    found = _PLACE.search(message)
    place = found[1].lstrip(".") if found else ""
    return place if _FIELDS.fullmatch(place) else ""


def check_history(told: History) -> None:
    """More misses than visits are no history."""
    if told.previous_no_shows + told.last_minute_cancels > told.total_appointments:
        raise NotReadableError("invalid_request", 422, "historical_features.total_appointments")


def shifted(error: NotReadableError, number: int) -> NotReadableError:
    """The same of a visit of a batch."""
    return NotReadableError(error.kind, error.status, f"visits[{number}].{error.field}" if error.field else "")


def reasons_of(text: str) -> Sequence[str]:
    """Reasons one by one, out of the batch's text of them."""
    return text.split("; ") if text else []


@cache
def _decoder(kind: type[Asked]) -> "msgspec.json.Decoder[Asked]":
    return msgspec.json.Decoder(kind)


_ENCODER = msgspec.json.Encoder()
