"""Column maps: how an EHR's CSV columns become the contract's fields. Reads and checks the map; reads no patient's row.

The format is described at the top of maps/medical-appointment-no-shows.yaml.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from hsched_core.domain.contracts import APPOINTMENTS, TABLES, Field, Kind, Table
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.vocabulary import Actor

MAPS = Path(__file__).parent / "maps"
MADE_BY_VISIT = frozenset({"event_id", "event_type", "event_by", "event_at", "recorded_at"})


class VisitOutcome(StrEnum):
    """How a flat visit row may end."""

    ATTENDED = "attended"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


# What a line of the `visit` grain says; it becomes rows of the contract's appointments.
VISITS = Table(
    "appointments",
    key=("appointment_id",),
    note="One row per appointment with its outcome.",
    fields=(
        *(f for f in APPOINTMENTS.fields if f.name not in MADE_BY_VISIT),
        Field("booked_at", Kind.INSTANT, required=True),
        Field("outcome", Kind.WORD, words=VisitOutcome),
        Field("outcome_at", Kind.INSTANT),
        Field("outcome_recorded_at", Kind.INSTANT),
        Field("outcome_by", Kind.WORD, words=Actor),
    ),
)


@dataclass(frozen=True)
class Rule:
    """Where one field comes from. Exactly one of column, constant, same_as, day_of, until is set."""

    column: str | None = None
    constant: Any = None
    same_as: str | None = None
    day_of: str | None = None
    until: str | None = None
    words: Mapping[str, Any] | None = None
    format: str | None = None
    zone: str = "practice"

    @property
    def read_column(self) -> str | None:
        return self.column or self.until


@dataclass(frozen=True)
class TableRule:
    """How one table is filled. `table` is the contract's, or VISITS for the visit grain."""

    table: Table
    file: str
    is_visit: bool
    rules: Mapping[str, Rule]


@dataclass(frozen=True)
class CsvRule:
    """How the files are written."""

    encoding: str = "utf-8"
    delimiter: str = ","
    empty: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class ColumnMap:
    """A checked map."""

    name: str
    about: str
    csv: CsvRule
    tables: Mapping[str, TableRule]
    practice: Mapping[str, Any] = field(default_factory=dict)
    ignore: Mapping[str, str] = field(default_factory=dict)

    def columns(self, tables: Mapping[str, TableRule] | None = None) -> tuple[str, ...]:
        """Columns those tables read, in the map's order (all tables where none are given)."""
        chosen = self.tables if tables is None else tables
        named = (rule.read_column for table in chosen.values() for rule in table.rules.values())
        return tuple(dict.fromkeys(column for column in named if column))


def shipped_maps() -> tuple[str, ...]:
    """Names of the maps that come with hsched."""
    return tuple(sorted(path.stem for path in MAPS.glob("*.yaml")))


def load_map(name_or_path: str, base: Path | None = None) -> ColumnMap:
    """The map of that name, or in that YAML file (relative to `base` where given)."""
    path = _find(name_or_path, base)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SettingsError(f"map {path.name} is not YAML in UTF-8.", "Compare with a shipped map.") from None
    return checked_map(content, path.stem)


def checked_map(content: object, name: str) -> ColumnMap:
    """The map a parsed YAML document describes; every word of it is checked."""
    where = f"map {name}"
    known = _mapping(content, {"map", "about", "practice", "csv", "tables", "ignore"}, where)
    tables = _mapping(known.get("tables"), set(TABLES), f"{where}, tables")
    if not tables:
        raise SettingsError(f"{where} fills no table.", f"Tables are: {', '.join(TABLES)}.")
    return ColumnMap(
        name=name,
        about=str(known.get("about", "")),
        csv=_csv_rule(known.get("csv"), where),
        tables={table: _table_rule(table, rule, f"{where}, {table}") for table, rule in tables.items()},
        practice=_mapping(known.get("practice"), None, f"{where}, practice"),
        ignore={str(column): str(why) for column, why in _mapping(known.get("ignore"), None, f"{where}, ignore").items()},
    )


def _find(name_or_path: str, base: Path | None) -> Path:
    path = Path(name_or_path)
    candidates = [MAPS / f"{name_or_path}.yaml"] if path.suffix not in {".yaml", ".yml"} else [(base or Path()) / path]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise SettingsError(f"there is no map {path.name}.", f"Shipped maps: {', '.join(shipped_maps())}; or give the path of a YAML file.")


def _mapping(content: object, known: set[str] | None, where: str) -> dict[str, Any]:
    if content is None:
        return {}
    if not isinstance(content, dict) or any(not isinstance(key, str) for key in content):
        raise SettingsError(f"{where}: not a mapping of names.", 'Quote keys such as "Yes", "No" and "1".')
    unknown = sorted(set(content) - known) if known is not None else []
    if unknown:
        raise SettingsError(f"{where}: unknown {', '.join(unknown)}.", f"Known are: {', '.join(sorted(known or ()))}.")
    return content


def _csv_rule(content: object, where: str) -> CsvRule:
    given = _mapping(content, {f.name for f in fields(CsvRule)}, f"{where}, csv")
    rule = CsvRule(**given | ({"empty": tuple(given["empty"])} if "empty" in given else {}))
    try:
        "".encode(rule.encoding)
    except (LookupError, TypeError):
        raise SettingsError(f"{where}: unknown encoding.", "For example utf-8 or latin-1.") from None
    if not isinstance(rule.delimiter, str) or len(rule.delimiter) != 1 or rule.delimiter in '\r\n"\0':
        raise SettingsError(f"{where}: the delimiter is not one character.", 'For example ",".')
    if any(not isinstance(word, str) for word in rule.empty):
        raise SettingsError(f"{where}: a word under `empty` is not a text.", 'Quote it, e.g. ["", "NULL"].')
    return rule


def _table_rule(name: str, content: object, where: str) -> TableRule:
    given = _mapping(content, {"file", "grain", "fields"}, where)
    grain = given.get("grain", "event")
    if grain not in {"event", "visit"} or (grain == "visit" and name != "appointments"):
        raise SettingsError(f"{where}: grain is `event`, or for appointments `visit`.", "Mend `grain`.")
    table = VISITS if grain == "visit" else TABLES[name]
    rules = {field: _rule(rule, f"{where}, {field}") for field, rule in _mapping(given.get("fields"), set(table.columns), where).items()}
    result = TableRule(table, given.get("file", f"{name}.csv"), grain == "visit", rules)
    for problem in _table_problems(result):
        raise SettingsError(f"{where}: {problem}", "Mend the map.")
    return result


def _rule(content: object, where: str) -> Rule:
    given = {"column": content} if isinstance(content, str) else _mapping(content, {f.name for f in fields(Rule)}, where)
    sources = [name for name in ("column", "constant", "same_as", "day_of", "until") if given.get(name) is not None]
    if len(sources) != 1:
        raise SettingsError(f"{where}: needs exactly one of column, constant, same_as, day_of, until.", "Mend the rule.")
    wrong = [key for key in ("column", "same_as", "day_of", "until", "format", "zone") if not isinstance(given.get(key, ""), str)]
    if wrong:
        raise SettingsError(f"{where}: not a text: {', '.join(wrong)}.", "Quote it.")
    words = _mapping(given["words"], None, f"{where}, words") if "words" in given else None
    _check_zone(given.get("zone", "practice"), where)
    _check_format(given.get("format"), where)
    return Rule(**given | {"words": words})


def _check_zone(zone: str, where: str) -> None:
    try:
        ZoneInfo("UTC" if zone == "practice" else zone)
    except (KeyError, ValueError, OSError):
        raise SettingsError(f"{where}: unknown zone.", "Use practice, UTC or a name such as America/New_York.") from None


def _check_format(pattern: str | None, where: str) -> None:
    """A format must be able to read what it writes, otherwise every row would be quarantined for it."""
    if pattern is None:
        return
    try:
        datetime.strptime(datetime(2001, 2, 3, 4, 5, 6).astimezone().strftime(pattern), pattern)
    except ValueError:
        raise SettingsError(f"{where}: format is not a date format.", 'For example "%d/%m/%Y".') from None


def _table_problems(table: TableRule) -> Iterator[str]:
    missing = [f.name for f in table.table.fields if f.required and f.name not in table.rules]
    if missing:
        yield f"required fields have no rule: {', '.join(missing)}."
    for name, rule in table.rules.items():
        yield from _rule_problems(table, name, rule)
    if table.is_visit:
        yield from _visit_problems(table)


def _rule_problems(table: TableRule, name: str, rule: Rule) -> Iterator[str]:
    kind = table.table.field(name).kind
    if rule.words is not None:
        yield from _word_problems(table.table.field(name), rule.words)
    if rule.until and (name != "duration_minutes" or "starts_at" not in table.rules):
        yield f"{name}: `until` is for duration_minutes, and needs starts_at."
    if rule.day_of and kind is not Kind.DATE:
        yield f"{name}: `day_of` is for dates."
    for other, wanted in ((rule.same_as, kind), (rule.day_of, Kind.INSTANT)):
        if other and not _has_source(table, other, wanted):
            yield f"{name}: {other} is not a field of kind {wanted} with a column of its own."


def _word_problems(field_: Field, words: Mapping[str, Any]) -> Iterator[str]:
    if field_.kind not in {Kind.WORD, Kind.FLAG}:
        yield f"{field_.name} takes no `words`."
    elif not set(words.values()) <= _values(field_):
        yield f"{field_.name}: `words` leads to a word that the contract does not have."


def _has_source(table: TableRule, name: str, kind: Kind) -> bool:
    """Whether the field is filled from a column or a constant, and not derived itself."""
    rule = table.rules.get(name)
    return rule is not None and table.table.field(name).kind is kind and (rule.column or rule.constant) is not None


def _values(field_: Field) -> set[Any]:
    if field_.kind is Kind.FLAG:
        return {True, False}
    return {word.value for word in field_.words or ()}


def _visit_problems(table: TableRule) -> Iterator[str]:
    outcome = table.rules.get("outcome")
    if outcome is None:
        return
    can_cancel = VisitOutcome.CANCELLED in (outcome.words.values() if outcome.words is not None else list(VisitOutcome))
    if can_cancel and "outcome_at" not in table.rules:
        yield "an outcome can be `cancelled`, so outcome_at must be mapped: when a visit was cancelled cannot be guessed."
