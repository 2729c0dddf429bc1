"""The page of raw tables: what a connector or an import delivers, from the contracts."""

from hsched_cli.reference.markdown import document, table, yes
from hsched_core.domain.contracts import TABLES, Field, Table

TITLE = "Raw tables"
INTRODUCTION = (
    "All tables are change logs: a row says what became known at `recorded_at`. A row that breaks its contract is quarantined with file, "
    "row, field and reason; it is never dropped. A field the source does not have is left out."
)


def page() -> str:
    """The whole page."""
    return document(TITLE, INTRODUCTION, *(_section(one) for one in TABLES.values()))


def _section(one: Table) -> str:
    fields = table(["field", "kind", "required", "values", "note"], (_row(field) for field in one.fields))
    return f"## {one.name}\n\n{one.note} Key: {', '.join(f'`{name}`' for name in one.key)}.\n\n{fields}"


def _row(field: Field) -> list[object]:
    return [f"`{field.name}`", field.kind.value, yes(field.required), _values(field), field.note]


def _values(field: Field) -> str:
    if field.words:
        return ", ".join(word.value for word in field.words)
    if field.low is not None or field.high is not None:
        return f"{field.low} to {field.high}"
    return ""
