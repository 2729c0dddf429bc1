"""Which field of which raw table passes into the de-identified zone, how, and as what; and why every other field does not.

The profile is `limited` (45 CFR 164.514(e)). A field that is not in this table does not pass; free text never does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hsched_core.domain.contracts import TABLES


class How(StrEnum):
    """What happens to a value on its way out."""

    KEEP = "keep"
    PSEUDONYM = "pseudonym"  # a random one, from the vault
    AGE = "age"  # whole years at recorded_at, 90 and above as 90
    CODE = "code"  # kept where it is a word of the closed vocabulary in domain.labels, otherwise left empty: a label can be a name


class Nature(StrEnum):
    """What a released value is in the eyes of 45 CFR 164.514."""

    DIRECT = "a direct identifier"
    FREE_TEXT = "free text"
    DATE = "a date finer than the year"
    GEOGRAPHIC = "a place smaller than a state"
    DERIVED_CODE = "a code derived from the individual's data"
    OPEN_AGE = "an age that is not capped at 90"
    RANDOM_CODE = "a random code"
    CAPPED_AGE = "an age, 90 and above as one"
    CATEGORY = "a category"
    QUANTITY = "a number, interval or band"


@dataclass(frozen=True)
class Passing:
    """A released field: its name outside, what happens to it, and what it is."""

    to: str
    how: How
    nature: Nature
    kind: str = ""  # of pseudonym


@dataclass(frozen=True)
class Withheld:
    """A field that stays inside, and why."""

    reason: str


Decision = Passing | Withheld


def _token(name: str, kind: str) -> Passing:
    return Passing(name, How.PSEUDONYM, Nature.RANDOM_CODE, kind)


def _moment(name: str) -> Passing:
    return Passing(name, How.KEEP, Nature.DATE)


def _word(name: str) -> Passing:
    return Passing(name, How.KEEP, Nature.CATEGORY)


def _code(name: str) -> Passing:
    return Passing(name, How.CODE, Nature.CATEGORY)


def _number(name: str) -> Passing:
    return Passing(name, How.KEEP, Nature.QUANTITY)


_CONTACT = Withheld("contact data")
_NAME = Withheld("a name")
_PLACE = Withheld("a place of residence; nothing after de-identification uses it")
_FREE_TEXT = Withheld("free text does not pass at all")
_NUMBER_OF_PAYER = Withheld("an account or beneficiary number")

RELEASE: Mapping[str, Mapping[str, Decision]] = {
    "appointments": {
        "event_id": Withheld("the EHR's id of an event; nothing needs it outside"),
        "appointment_id": _token("appointment_token", "appointment"),
        "client_id": _token("client_token", "client"),
        "clinician_id": _token("clinician_token", "clinician"),
        "event_type": _word("event_type"),
        "event_by": _word("event_by"),
        "event_at": _moment("event_at"),
        "recorded_at": _moment("recorded_at"),
        "starts_on": _moment("starts_on"),
        "starts_at": _moment("starts_at"),
        "duration_minutes": _number("duration_minutes"),
        "session_type": _word("session_type"),
        "modality": _word("modality"),
        "site": _token("site_token", "site"),
        "series_id": _token("series_token", "series"),
        "series_interval_days": _number("series_interval_days"),
        "replaces_appointment_id": _token("replaces_appointment_token", "appointment"),
        "reason": _FREE_TEXT,
    },
    "clients": {
        "client_id": _token("client_token", "client"),
        "recorded_at": _moment("recorded_at"),
        "given_name": _NAME,
        "family_name": _NAME,
        "birth_date": Withheld("the age passes instead"),
        "age_years": Passing("age_years", How.AGE, Nature.CAPPED_AGE),
        "gender": _word("gender"),
        "language": _code("language"),
        "race_ethnicity": _code("race_ethnicity"),
        "email": _CONTACT,
        "phone": _CONTACT,
        "street": _PLACE,
        "city": _PLACE,
        "postal_code": _PLACE,
        "member_id": _NUMBER_OF_PAYER,
        "emergency_contact": Withheld("names and contact data of somebody else"),
        "payer_class": _word("payer_class"),
        "has_welfare": _word("has_welfare"),
        "has_hypertension": _word("has_hypertension"),
        "has_diabetes": _word("has_diabetes"),
        "has_alcoholism": _word("has_alcoholism"),
        "disability_level": _number("disability_level"),
        "notes": _FREE_TEXT,
    },
    "clinicians": {
        "clinician_id": _token("clinician_token", "clinician"),
        "recorded_at": _moment("recorded_at"),
        "given_name": _NAME,
        "family_name": _NAME,
        "npi": Withheld("a public number that names the clinician"),
        "email": _CONTACT,
        "discipline": _code("discipline"),
        "licence_state": _code("licence_state"),
        "site": _token("site_token", "site"),
    },
    "authorizations": {
        "authorization_id": _token("authorization_token", "authorization"),
        "client_id": _token("client_token", "client"),
        "recorded_at": _moment("recorded_at"),
        "payer_class": _word("payer_class"),
        "authorization_number": _NUMBER_OF_PAYER,
        "session_type": _word("session_type"),
        "units_approved": _number("units_approved"),
        "units_used": _number("units_used"),
        "starts_on": _moment("starts_on"),
        "ends_on": _moment("ends_on"),
    },
    "waitlist": {
        "entry_id": _token("entry_token", "waitlist_entry"),
        "client_id": _token("client_token", "client"),
        "recorded_at": _moment("recorded_at"),
        "status": _word("status"),
        "session_type": _word("session_type"),
        "modality": _word("modality"),
        "clinician_id": _token("clinician_token", "clinician"),
        "weekdays": _code("weekdays"),
        "hour_from": _number("hour_from"),
        "hour_to": _number("hour_to"),
        "wish": _FREE_TEXT,
    },
    "communications": {
        "communication_id": _token("communication_token", "communication"),
        "appointment_id": _token("appointment_token", "appointment"),
        "client_id": _token("client_token", "client"),
        "recorded_at": _moment("recorded_at"),
        "channel": _word("channel"),
        "status": _word("status"),
        "assigned_by": _word("assigned_by"),
        "sent_at": _moment("sent_at"),
        "answered_at": _moment("answered_at"),
    },
}


def passing(table: str) -> Mapping[str, Passing]:
    """The raw fields of a table that pass, in the contract's order."""
    decisions = RELEASE[table]
    chosen = ((field.name, decisions.get(field.name)) for field in TABLES[table].fields)
    return {name: decision for name, decision in chosen if isinstance(decision, Passing)}


def undecided() -> list[str]:
    """Contract fields without a decision, and decisions without a field; empty in a sound build."""
    contract = {f"{table.name}.{field.name}" for table in TABLES.values() for field in table.fields}
    decided = {f"{table}.{field}" for table, decisions in RELEASE.items() for field in decisions}
    return sorted(contract ^ decided)
