"""Raw rows in, lake rows out, by the release table. Pure: pseudonyms come from the caller, who holds the vault."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from hsched_core.domain.labels import label
from hsched_core.domain.time import local_day
from hsched_core.privacy.release import How, Passing, passing

Row = Mapping[str, Any]
# kind, identifiers -> the pseudonym of each: `Vault.pseudonyms`
Pseudonyms = Callable[[str, Iterable[str]], Mapping[str, str]]

OLDEST = 90


def deidentify(table: str, rows: Sequence[Row], pseudonyms: Pseudonyms, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The rows as the lake may hold them: fields that pass, under their outside names, identifiers as pseudonyms."""
    fields = passing(table)
    tokens = _tokens(fields, rows, pseudonyms)
    return [{to.to: _released(name, to, row, tokens, zone) for name, to in fields.items()} for row in rows]


def lake_columns(table: str) -> tuple[tuple[str, str], ...]:
    """Columns of a lake table with the raw field each comes from, in order."""
    return tuple((to.to, name) for name, to in passing(table).items())


def age_at(birth_date: date, day: date) -> int:
    """Completed years on that day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _tokens(fields: Mapping[str, Passing], rows: Sequence[Row], pseudonyms: Pseudonyms) -> Mapping[str, Mapping[str, str]]:
    """Pseudonyms of all identifiers in the rows, asked for once a kind."""
    wanted: dict[str, dict[str, None]] = {}
    for name, to in fields.items():
        if to.how is How.PSEUDONYM:
            found = wanted.setdefault(to.kind, {})
            found.update(dict.fromkeys(row[name] for row in rows if row[name] is not None))
    return {kind: pseudonyms(kind, identifiers) for kind, identifiers in wanted.items()}


def _released(name: str, to: Passing, row: Row, tokens: Mapping[str, Mapping[str, str]], zone: ZoneInfo) -> Any:
    value = row[name]
    if to.how is How.AGE:
        return _age(row, zone)
    if value is None:
        return None
    if to.how is How.PSEUDONYM:
        return tokens[to.kind][value]
    if to.how is How.CODE:
        return label(name, value)
    return value


def _age(row: Row, zone: ZoneInfo) -> int | None:
    years = row["age_years"] if row["birth_date"] is None else age_at(row["birth_date"], local_day(row["recorded_at"], zone))
    return None if years is None else max(0, min(years, OLDEST))
