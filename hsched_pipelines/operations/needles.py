"""What to search for past de-identification: the identifiers of the raw rows of some days. Stays inside `operations`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.contracts import TABLES
from hsched_core.privacy.identifiers import Needle, Needles, needles_of
from hsched_pipelines.operations.zone_reading import extracted_days, raw_table

if TYPE_CHECKING:
    import pyarrow as pa

# Authorizations may have begun before the practice's first recorded day; a child's birth date must not look like one of them.
MARGIN = timedelta(days=366)


def needles_for(practice: OpenPractice, days: Sequence[date]) -> Needles:
    """The identifiers of everything extracted on those days, over all tables."""
    rows = {table: _identifying(raw_table(practice, table, extracted_days(practice, table, days))) for table in TABLES}
    needles = needles_of(rows, dates_from=practice.practice.first_day - MARGIN)
    return replace(needles, found=frozenset(needle for needle in needles.found if not _is_ours(needle)))


def _identifying(extract: "pa.Table") -> list[dict[str, Any]]:
    """Rows that hold the same identifiers, without what identifies nobody: most of the work of two years of events.

    A client's or clinician's row stays whole, because first and last name are searched for together; elsewhere each
    column stands for itself, and its distinct values are enough.
    """
    import pyarrow as pa

    kept = extract.select([field.name for field in extract.schema if not pa.types.is_timestamp(field.type)])
    if "family_name" in kept.column_names:
        rows: list[dict[str, Any]] = kept.to_pylist()
        return rows
    columns = [kept.column(name).unique().to_pylist() for name in kept.column_names]
    return [dict(zip(kept.column_names, values, strict=True)) for values in zip_longest(*columns)]


def _is_ours(needle: Needle) -> bool:
    """Whether it is a word of our own vocabularies: somebody is called Group, and every table says group."""
    return needle.whole and needle.text.casefold() in _vocabulary()


@cache
def _vocabulary() -> frozenset[str]:
    fields = chain.from_iterable(table.fields for table in TABLES.values())
    return frozenset(str(word) for field in fields if field.words for word in field.words)
