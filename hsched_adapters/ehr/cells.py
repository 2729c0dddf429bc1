"""From a cell's text to a value of the contract's kind. A cell that does not fit raises `UnfitError` with a reason, never the text."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hsched_adapters.ehr.csv_map import Rule
from hsched_core.domain.contracts import Field, Kind

EARLIEST = date(1990, 1, 1)
EARLIEST_BIRTH = date(1900, 1, 1)
YEARS_AHEAD = 3
LONGEST = {Kind.ID: 128, Kind.CODE: 120, Kind.TEXT: 4000}
FLAGS: Mapping[str, Any] = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

Convert = Callable[[str], Any]


class UnfitError(ValueError):
    """Why a cell or a row does not fit. Carries no value."""


@dataclass(frozen=True)
class Setting:
    """What reading depends on besides the map: the practice's zone and today there."""

    zone: ZoneInfo
    today: date


def converter(field: Field, rule: Rule, setting: Setting) -> Convert:
    """How that field's cells are read; equal texts are read once."""
    read = _readers(field, rule, setting)[field.kind]
    memory: dict[str, Any] = {}

    def remembered(text: str) -> Any:
        if text not in memory:
            memory[text] = read(text)
        return memory[text]

    return read if field.kind in LONGEST else remembered


def instant_reader(rule: Rule, setting: Setting) -> Convert:
    """An instant in UTC from a text with an offset, or from a wall clock in the rule's zone."""
    zone = setting.zone if rule.zone == "practice" else ZoneInfo(rule.zone)
    latest = _latest(setting.today)

    def read(text: str) -> datetime:
        try:
            stamp = _stamp(text, rule.format)
        except ValueError:
            raise UnfitError("not an instant in the map's format") from None
        _in_range(stamp.date(), EARLIEST, latest)
        return _to_utc(stamp, zone)

    return read


@lru_cache(maxsize=4096)  # the tables that one line fills read the same stamp one after the other
def _stamp(text: str, pattern: str | None) -> datetime:
    """The stamp as written. A day alone is no instant: reading it as midnight would invent the hour."""
    if pattern:
        return datetime.strptime(text, pattern)
    if len(text) <= len("2026-01-31"):
        raise ValueError("a day")
    return datetime.fromisoformat(text)


def _readers(field: Field, rule: Rule, setting: Setting) -> dict[Kind, Convert]:
    return {
        Kind.ID: _text_reader(LONGEST[Kind.ID]),
        Kind.CODE: _text_reader(LONGEST[Kind.CODE]),
        Kind.TEXT: _text_reader(LONGEST[Kind.TEXT]),
        Kind.WORD: _word_reader(rule.words or {word.value: word.value for word in field.words or ()}),
        Kind.FLAG: _word_reader(rule.words or FLAGS),
        Kind.INTEGER: _integer_reader(field),
        Kind.DATE: _date_reader(field, rule, setting),
        Kind.INSTANT: instant_reader(rule, setting),
    }


def _text_reader(longest: int) -> Convert:
    def read(text: str) -> str:
        if len(text) > longest:
            raise UnfitError(f"longer than {longest} characters")
        if not text.isprintable() and re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text):
            raise UnfitError("holds control characters")
        return text

    return read


def _word_reader(words: Mapping[str, Any]) -> Convert:
    known = {word.strip().casefold(): ours for word, ours in words.items()}

    def read(text: str) -> Any:
        try:
            return known[text.casefold()]
        except KeyError:
            raise UnfitError("a word the map does not know") from None

    return read


def _integer_reader(field: Field) -> Convert:
    low = -(10**9) if field.low is None else field.low
    high = 10**9 if field.high is None else field.high

    def read(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,10}", text):
            raise UnfitError("not a whole number")
        if not low <= (number := int(text)) <= high:
            raise UnfitError(f"outside {low} .. {high}")
        return number

    return read


def _date_reader(field: Field, rule: Rule, setting: Setting) -> Convert:
    is_birth = field.name == "birth_date"
    first, last = (EARLIEST_BIRTH, setting.today) if is_birth else (EARLIEST, _latest(setting.today))

    def read(text: str) -> date:
        try:
            day = datetime.strptime(text, rule.format).date() if rule.format else date.fromisoformat(text)
        except ValueError:
            raise UnfitError("not a date in the map's format") from None
        return _in_range(day, first, last)

    return read


def _in_range(day: date, first: date, last: date) -> date:
    if not first <= day <= last:
        raise UnfitError(f"outside {first} .. {last}")
    return day


def _latest(today: date) -> date:
    return today + timedelta(days=round(365.25 * YEARS_AHEAD))


def _to_utc(stamp: datetime, zone: ZoneInfo) -> datetime:
    if stamp.tzinfo is not None:
        return stamp.astimezone(UTC)
    local = stamp.replace(tzinfo=zone)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise UnfitError("a wall-clock time that does not exist or exists twice at a clock change; an offset is needed")
    return local.astimezone(UTC)
