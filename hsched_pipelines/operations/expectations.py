"""What every raw and every lake row must be, as Great Expectations, made from the contract and the release table."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from hsched_core.domain.contracts import TABLES, Field, Kind
from hsched_core.privacy.release import How, passing

TOKEN = "^[0-9a-f]{32}$"
FARTHEST_PAST, FARTHEST_AHEAD = timedelta(days=366 * 2), timedelta(days=366 * 3)


def raw_expectations(table: str, first: date, last: date) -> list[Any]:
    """A raw table of the days from first to last."""
    fields = [(field.name, field) for field in TABLES[table].fields]
    key = dict.fromkeys((*TABLES[table].key, "recorded_at"))  # an EHR may send a row again with a later stamp
    return [_columns([name for name, _ in fields]), *_contract(fields), _key(tuple(key)), *_particular(table, first, last)]


def lake_expectations(table: str, first: date, last: date) -> list[Any]:
    """A lake table of the days from first to last: exactly the released columns, identifiers as tokens only."""
    passes = passing(table)
    tokens = [to.to for to in passes.values() if to.how is How.PSEUDONYM]
    kept = [(to.to, TABLES[table].field(name)) for name, to in passes.items() if to.how is How.KEEP]
    needed = [to.to for name, to in passes.items() if to.how is How.PSEUDONYM and TABLES[table].field(name).required]
    return [
        _columns([to.to for to in passes.values()]),
        *_tokens(tokens),
        *_not_null(needed),
        *_contract(kept),
        *_particular(table, first, last),
    ]


def _columns(names: Sequence[str]) -> Any:
    import great_expectations.expectations as gxe

    return gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(names))


def _contract(fields: Sequence[tuple[str, Field]]) -> list[Any]:
    """Required, vocabulary and range, as the contract says."""
    import great_expectations.expectations as gxe

    words = [(name, [str(word) for word in field.words]) for name, field in fields if field.words]
    bounded = [(name, field) for name, field in fields if field.kind is Kind.INTEGER]
    return [
        *_not_null([name for name, field in fields if field.required]),
        *(gxe.ExpectColumnValuesToBeInSet(column=name, value_set=allowed) for name, allowed in words),
        *(gxe.ExpectColumnValuesToBeBetween(column=name, min_value=field.low, max_value=field.high) for name, field in bounded),
    ]


def _not_null(names: Sequence[str]) -> list[Any]:
    import great_expectations.expectations as gxe

    return [gxe.ExpectColumnValuesToNotBeNull(column=name) for name in names]


def _tokens(names: Sequence[str]) -> list[Any]:
    import great_expectations.expectations as gxe

    return [gxe.ExpectColumnValuesToMatchRegex(column=name, regex=TOKEN) for name in names]


def _key(names: Sequence[str]) -> Any:
    import great_expectations.expectations as gxe

    if len(names) == 1:
        return gxe.ExpectColumnValuesToBeUnique(column=names[0])
    return gxe.ExpectCompoundColumnsToBeUnique(column_list=list(names))


def _particular(table: str, first: date, last: date) -> list[Any]:
    """Order of instants, and days that are near the days extracted."""
    import great_expectations.expectations as gxe

    if table != "appointments":
        return []
    low, high = (datetime.combine(day, time.min) for day in (first - FARTHEST_PAST, last + FARTHEST_AHEAD))
    return [
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="recorded_at", column_B="event_at", or_equal=True),
        gxe.ExpectColumnValuesToBeBetween(column="starts_on", min_value=low, max_value=high),
    ]
