"""The contract of raw extracts: which tables a connector delivers, with which fields, kinds and vocabularies.

Connectors map an EHR's words to these; nothing here knows an EHR. A row that breaks its contract is quarantined, never
dropped. All tables are change logs: a row says what became known at `recorded_at`, so "as known at" is a filter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hsched_core.domain.vocabulary import (
    Actor,
    Assignment,
    CommunicationChannel,
    CommunicationStatus,
    EventType,
    Gender,
    Modality,
    PayerClass,
    SessionType,
    WaitlistStatus,
)


class Kind(StrEnum):
    """How a value is written. `instant` is timezone-aware; `date` is a day in the practice's zone."""

    ID = "id"
    TEXT = "text"
    WORD = "word"  # one of `Field.words`
    CODE = "code"  # a short label of the practice's own: site, neighbourhood
    DATE = "date"
    INSTANT = "instant"
    INTEGER = "integer"
    FLAG = "flag"


@dataclass(frozen=True)
class Field:
    """One column of a raw table. `low`/`high` bound integers (inclusive)."""

    name: str
    kind: Kind
    required: bool = False
    words: type[StrEnum] | None = None
    low: int | None = None
    high: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Table:
    """One raw table. `key` identifies a row; two different rows with one key are a conflict."""

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    note: str

    def field(self, name: str) -> Field:
        """The field of that name; KeyError if the contract has none."""
        return self._by_name[name]

    @property
    def _by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)


APPOINTMENTS = Table(
    "appointments",
    key=("event_id",),
    note="One row per recorded event of an appointment; attributes as they stood after that event.",
    fields=(
        Field("event_id", Kind.ID, required=True),
        Field("appointment_id", Kind.ID, required=True),
        Field("client_id", Kind.ID, required=True),
        Field("clinician_id", Kind.ID),
        Field("event_type", Kind.WORD, required=True, words=EventType),
        Field("event_by", Kind.WORD, words=Actor, note="who cancelled or moved"),
        Field("event_at", Kind.INSTANT, required=True, note="when it happened"),
        Field("recorded_at", Kind.INSTANT, required=True, note="when the EHR came to know it"),
        Field("starts_on", Kind.DATE, required=True, note="day of the visit in the practice's zone"),
        Field("starts_at", Kind.INSTANT, note="empty where the source knows the day only"),
        Field("duration_minutes", Kind.INTEGER, low=5, high=720),
        Field("session_type", Kind.WORD, required=True, words=SessionType),
        Field("modality", Kind.WORD, words=Modality),
        Field("site", Kind.CODE),
        Field("series_id", Kind.ID),
        Field("series_interval_days", Kind.INTEGER, low=1, high=366),
        Field("replaces_appointment_id", Kind.ID, note="set where a move made a new appointment"),
        Field("reason", Kind.TEXT, note="free text; never passes de-identification"),
    ),
)

CLIENTS = Table(
    "clients",
    key=("client_id", "recorded_at"),
    note="One row per recorded change of a client's record.",
    fields=(
        Field("client_id", Kind.ID, required=True),
        Field("recorded_at", Kind.INSTANT, required=True),
        Field("given_name", Kind.TEXT),
        Field("family_name", Kind.TEXT),
        Field("birth_date", Kind.DATE),
        Field("age_years", Kind.INTEGER, low=0, high=120, note="where the source has no birth date"),
        Field("gender", Kind.WORD, words=Gender),
        Field("language", Kind.CODE, note="BCP 47, e.g. en, es"),
        Field("race_ethnicity", Kind.CODE, note="audit only, never a model input"),
        Field("email", Kind.TEXT),
        Field("phone", Kind.TEXT),
        Field("street", Kind.TEXT),
        Field("city", Kind.TEXT),
        Field("postal_code", Kind.TEXT),
        Field("member_id", Kind.TEXT, note="health plan beneficiary number"),
        Field("emergency_contact", Kind.TEXT),
        Field("payer_class", Kind.WORD, words=PayerClass, note="for compliance, never a model input"),
        Field("has_welfare", Kind.FLAG, note="audit only by default"),
        Field("has_hypertension", Kind.FLAG),
        Field("has_diabetes", Kind.FLAG),
        Field("has_alcoholism", Kind.FLAG),
        Field("disability_level", Kind.INTEGER, low=0, high=10),
        Field("notes", Kind.TEXT, note="free text; never passes de-identification"),
    ),
)

CLINICIANS = Table(
    "clinicians",
    key=("clinician_id", "recorded_at"),
    note="One row per recorded change of a clinician's record.",
    fields=(
        Field("clinician_id", Kind.ID, required=True),
        Field("recorded_at", Kind.INSTANT, required=True),
        Field("given_name", Kind.TEXT),
        Field("family_name", Kind.TEXT),
        Field("npi", Kind.TEXT),
        Field("email", Kind.TEXT),
        Field("discipline", Kind.CODE, note="e.g. therapist, prescriber"),
        Field("licence_state", Kind.CODE),
        Field("site", Kind.CODE),
    ),
)

AUTHORIZATIONS = Table(
    "authorizations",
    key=("authorization_id", "recorded_at"),
    note="A payer's approval of a number of sessions in a window.",
    fields=(
        Field("authorization_id", Kind.ID, required=True),
        Field("client_id", Kind.ID, required=True),
        Field("recorded_at", Kind.INSTANT, required=True),
        Field("payer_class", Kind.WORD, words=PayerClass),
        Field("authorization_number", Kind.TEXT),
        Field("session_type", Kind.WORD, words=SessionType),
        Field("units_approved", Kind.INTEGER, required=True, low=0, high=1000),
        Field("units_used", Kind.INTEGER, low=0, high=1000),
        Field("starts_on", Kind.DATE, required=True),
        Field("ends_on", Kind.DATE, required=True),
    ),
)

WAITLIST = Table(
    "waitlist",
    key=("entry_id", "recorded_at"),
    note="One row per recorded change of a waitlist entry.",
    fields=(
        Field("entry_id", Kind.ID, required=True),
        Field("client_id", Kind.ID, required=True),
        Field("recorded_at", Kind.INSTANT, required=True),
        Field("status", Kind.WORD, required=True, words=WaitlistStatus),
        Field("session_type", Kind.WORD, required=True, words=SessionType),
        Field("modality", Kind.WORD, words=Modality),
        Field("clinician_id", Kind.ID, note="empty: any clinician"),
        Field("weekdays", Kind.CODE, note="ISO weekdays the client can come, e.g. 1|3|5"),
        Field("hour_from", Kind.INTEGER, low=0, high=24),
        Field("hour_to", Kind.INTEGER, low=0, high=24),
        Field("wish", Kind.TEXT, note="free text; never passes de-identification"),
    ),
)

COMMUNICATIONS = Table(
    "communications",
    key=("communication_id", "recorded_at"),
    note="One row per recorded change of a reminder: sent or withheld, then answered.",
    fields=(
        Field("communication_id", Kind.ID, required=True),
        Field("appointment_id", Kind.ID, required=True),
        Field("client_id", Kind.ID, required=True),
        Field("recorded_at", Kind.INSTANT, required=True),
        Field("channel", Kind.WORD, required=True, words=CommunicationChannel),
        Field("status", Kind.WORD, required=True, words=CommunicationStatus, note="not-done: withheld from a randomised control"),
        Field("assigned_by", Kind.WORD, words=Assignment, note="whether chance or a rule decided; empty where nobody wrote it down"),
        Field("sent_at", Kind.INSTANT, required=True, note="when it was sent or, if withheld, would have been"),
        Field("answered_at", Kind.INSTANT, note="empty until the client answers"),
    ),
)

TABLES: Mapping[str, Table] = {table.name: table for table in (APPOINTMENTS, CLIENTS, CLINICIANS, AUTHORIZATIONS, WAITLIST, COMMUNICATIONS)}
