"""Which strings of raw rows identify: needles for the search that none of them occurs past de-identification.

Digits alone are searched from 7 on and other ids from 5 characters on: shorter ones occur everywhere by chance. Single
names, places and labels are searched as whole values only ("Rose" is a name and a colour); full names are searched anywhere.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hsched_core.privacy.release import Nature, passing

Row = Mapping[str, Any]

SHORTEST_NUMBER = 7
SHORTEST_ID = 5
SHORTEST_SENTENCE = 12
SHORTEST_NAME = 2


@dataclass(frozen=True)
class Needle:
    """A string that must not occur. `whole`: only as a whole value of a table, not inside a text."""

    kind: str
    text: str
    whole: bool = False


@dataclass(frozen=True)
class Needles:
    """What to search for, and how many identifiers were too short to be searched, by kind."""

    found: frozenset[Needle]
    too_short: Mapping[str, int]


def needles_of(rows_by_table: Mapping[str, Sequence[Row]], *, dates_from: date) -> Needles:
    """Needles of raw rows. `dates_from`: birth dates from this day on are left out, for the graph's own days look the same."""
    words = _released_words(rows_by_table)
    candidates = [needle for table, rows in rows_by_table.items() for row in rows for needle in _of_row(table, row, dates_from)]
    distinct = frozenset(candidates)
    long_enough = {needle for needle in distinct if _is_long_enough(needle)}
    too_short = Counter(needle.kind for needle in distinct - long_enough)
    return Needles(frozenset(needle for needle in long_enough if not (needle.whole and needle.text.casefold() in words)), dict(too_short))


def _released_words(rows_by_table: Mapping[str, Sequence[Row]]) -> set[str]:
    """Categories that pass: a client called White is not searched for where "white" is a released category."""
    fields = [(table, name) for table in rows_by_table for name, to in passing(table).items() if to.nature is Nature.CATEGORY]
    return {str(row[name]).casefold() for table, name in fields for row in rows_by_table[table] if row.get(name) is not None}


def _of_row(table: str, row: Row, dates_from: date) -> Iterator[Needle]:
    for name, kind, variants in FIELDS[table]:
        value = row.get(name)
        if value is not None:
            yield from (Needle(kind, text, whole=kind in WHOLE) for text in variants(value))
    if row.get("given_name") and row.get("family_name"):
        yield from (Needle("full_name", text) for text in _full_names(row["given_name"], row["family_name"]))
    if row.get("birth_date") is not None and row["birth_date"] < dates_from:
        yield from (Needle("birth_date", text) for text in date_forms(row["birth_date"]))


def _is_long_enough(needle: Needle) -> bool:
    text = needle.text
    if needle.whole:
        return len(text) >= SHORTEST_NAME
    if needle.kind == "free_text":
        return len(text) >= SHORTEST_SENTENCE
    return len(text) >= (SHORTEST_NUMBER if text.isdigit() else SHORTEST_ID)


def _as_is(value: str) -> Iterator[str]:
    yield value.strip()


def phone_forms(value: str) -> Iterator[str]:
    """A phone number as written, as digits, and in the usual American groupings."""
    yield value.strip()
    digits = re.sub(r"\D", "", value)
    yield digits
    if len(digits) >= 10:
        a, b, c = digits[-10:-7], digits[-7:-4], digits[-4:]
        yield from (f"{a}{b}{c}", f"{a}-{b}-{c}", f"({a}) {b}-{c}", f"{a}.{b}.{c}", f"{a} {b} {c}")


def _full_names(given: str, family: str) -> Iterator[str]:
    for first, second in ((given, family), (family, given)):
        yield from (f"{first} {second}", f"{first}, {second}", f"{first}.{second}", f"{first}_{second}")


def date_forms(day: date) -> Iterator[str]:
    """A full birth date as systems and people write it. 1 January is left out: it is what libraries write for "no date"."""
    if (day.month, day.day) == (1, 1):
        return
    yield day.isoformat()
    month = _MONTHS[day.month - 1]
    yield from (f"{day:%m/%d/%Y}", f"{day:%d/%m/%Y}", f"{day:%d.%m.%Y}", f"{day:%Y/%m/%d}", f"{day:%Y%m%d}")
    yield from (f"{day.month}/{day.day}/{day.year}", f"{month} {day.day}, {day.year}", f"{day.day} {month} {day.year}")


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")

Variants = Callable[[Any], Iterator[str]]
Named = tuple[str, str, Variants]

WHOLE = frozenset({"name_part", "place", "label"})
_NAMES: tuple[Named, ...] = (("given_name", "name_part", _as_is), ("family_name", "name_part", _as_is))
_CLIENT: Named = ("client_id", "client_id", _as_is)
_CLINICIAN: Named = ("clinician_id", "clinician_id", _as_is)

# Fields searched as they stand. Full names and birth dates are made from several fields above.
FIELDS: Mapping[str, tuple[Named, ...]] = {
    "appointments": (
        ("event_id", "event_id", _as_is),
        ("appointment_id", "appointment_id", _as_is),
        _CLIENT,
        _CLINICIAN,
        ("site", "label", _as_is),
        ("series_id", "series_id", _as_is),
        ("replaces_appointment_id", "appointment_id", _as_is),
        ("reason", "free_text", _as_is),
    ),
    "clients": (
        _CLIENT,
        *_NAMES,
        ("email", "email", _as_is),
        ("phone", "phone", phone_forms),
        ("street", "street", _as_is),
        ("city", "place", _as_is),
        ("postal_code", "place", _as_is),
        ("member_id", "member_id", _as_is),
        ("emergency_contact", "free_text", _as_is),
        ("notes", "free_text", _as_is),
    ),
    "clinicians": (_CLINICIAN, *_NAMES, ("npi", "npi", _as_is), ("email", "email", _as_is), ("site", "label", _as_is)),
    "authorizations": (
        ("authorization_id", "authorization_id", _as_is),
        _CLIENT,
        ("authorization_number", "authorization_number", _as_is),
    ),
    "communications": (("communication_id", "communication_id", _as_is), ("appointment_id", "appointment_id", _as_is), _CLIENT),
    "waitlist": (("entry_id", "entry_id", _as_is), _CLIENT, _CLINICIAN, ("wish", "free_text", _as_is)),
}
