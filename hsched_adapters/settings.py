"""Settings: where a practice's data lives, what practice it is, and what the environment says.

The only module that reads the environment. Unknown keys are refused: a misspelt switch must not look like a set one.
"""

import os
import re
import sys
import tempfile
from collections.abc import Mapping, MutableMapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from hsched_adapters.connection import Connection, connection_from
from hsched_adapters.messaging.section import Messaging, messaging_from
from hsched_adapters.paging import Paging, paging_from
from hsched_adapters.scaled_time import ScaledTime
from hsched_core.domain.errors import NotReadyError, SettingsError

TELEMETRY_OFF: Mapping[str, str] = MappingProxyType(
    {
        "DO_NOT_TRACK": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DAGSTER_DISABLE_TELEMETRY": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
    }
)
# Race and payer are missing on purpose: they are for audit and compliance, never a model input.
DEMOGRAPHIC_SWITCHES = frozenset({"age", "gender"})  # the bases in the feature catalogue; a test compares them
# Two years of partitions are two years of events: Dagster stores them together (hsched_pipelines/event_log.py).
DAGSTER_BATCHES: Mapping[str, str] = MappingProxyType({"DAGSTER_EVENT_BATCH_SIZE": "1000"})
SOURCE_KINDS = frozenset({"daily_exports", "landing"})
OWN_SECTIONS = {"connection": connection_from, "messaging": messaging_from, "paging": paging_from}  # read by modules of their own
PLAIN_SECTIONS = ("policy", "waitlist", "reminders", "reschedule", "groups", "capacity")  # read by hsched_adapters.policy_file
GRAPH_PROFILES = frozenset({"limited"})  # safe_harbor is an export of finished rows, not a way to run the graph
PRACTICE_MISSING = "Run `hsched sandbox create` for a synthetic practice, or `hsched import FILE --map NAME` for your own file."


@dataclass(frozen=True)
class Paths:
    """Every place below a practice's folder."""

    home: Path

    @property
    def practice_file(self) -> Path:
        return self.home / "practice.yaml"

    @property
    def people(self) -> Path:
        return self.home / "people.yaml"

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def vault(self) -> Path:
        return self.home / "vault.sqlite"

    @property
    def identified(self) -> Path:
        return self.home / "identified"

    @property
    def lake(self) -> Path:
        return self.home / "lake"

    @property
    def tables(self) -> Path:
        return self.home / "tables"

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse.duckdb"

    @property
    def scores(self) -> Path:
        return self.home / "scores"

    @property
    def ledger(self) -> Path:
        return self.home / "ledger"

    @property
    def store(self) -> Path:
        return self.home / "store" / "operational.sqlite"

    @property
    def checkpoints(self) -> Path:
        return self.home / "audit" / "checkpoints.jsonl"

    @property
    def public_keys(self) -> Path:
        return self.home / "audit" / "public-keys.txt"

    @property
    def drift(self) -> Path:
        return self.home / "drift"

    @property
    def mlflow(self) -> Path:
        return self.home / "mlflow"

    @property
    def mlflow_artifacts(self) -> Path:
        return self.mlflow / "artifacts"

    @property
    def dagster(self) -> Path:
        return self.home / "dagster"

    @property
    def sandbox(self) -> Path:
        return self.home / "sandbox"


@dataclass(frozen=True)
class Source:
    """Where the practice's records come from: a folder of daily exports, or what an import landed."""

    kind: str
    map: str
    path: str = ""  # daily_exports: the folder, relative to the home
    batch: str = ""  # landing: which import
    sha256: str = ""  # landing: of the imported file, so that a second import of it is a no-op

    def __post_init__(self) -> None:
        if self.kind not in SOURCE_KINDS:
            raise SettingsError(f"source kind is none of {', '.join(sorted(SOURCE_KINDS))}.", "Mend `source.kind` in practice.yaml.")
        if self.kind == "daily_exports" and not self.path:
            raise SettingsError("source `daily_exports` has no path.", "Set `source.path` in practice.yaml.")
        if self.kind == "landing" and not self.batch:
            raise SettingsError("source `landing` names no import.", "Run `hsched import FILE --map NAME --replace`.")


@dataclass(frozen=True)
class Privacy:
    """Under which de-identification profile the graph runs."""

    profile: str = "limited"

    def __post_init__(self) -> None:
        if self.profile not in GRAPH_PROFILES:
            raise SettingsError(
                "the graph runs in the profile `limited` only.", "`safe_harbor` is an export of finished rows, not a setting."
            )


@dataclass(frozen=True)
class Practice:
    """What practice.yaml says."""

    id: str
    name: str
    timezone: str
    country: str
    source: Source
    first_day: date
    last_day: date | None = None
    late_cancel_hours: int = 24
    privacy: Privacy = Privacy()
    demographic_inputs: Mapping[str, str] = field(default_factory=dict)
    promotion: str = "automatic"  # "reviewed": a challenger takes over when a person says so; the first champion needs nobody
    schedules: str = "stopped"  # "running": schedules and sensors that may run in this deployment start switched on
    policy: Mapping[str, Any] = field(default_factory=dict)  # what the practice sets of its rules; read by hsched_adapters.policy_file
    waitlist: Mapping[str, Any] = field(default_factory=dict)  # how openings are offered; read there too
    reminders: Mapping[str, Any] = field(default_factory=dict)  # how visits are reminded of; read there too
    reschedule: Mapping[str, Any] = field(default_factory=dict)  # how clients pick another time; read there too
    groups: Mapping[str, Any] = field(default_factory=dict)  # when a group falls short; read there too
    capacity: Mapping[str, Any] = field(default_factory=dict)  # when much is much on the page of capacity; read there too
    paging: Paging | None = None  # who is called when a reply cannot wait; without it nobody is, and `hsched replies` says so
    connection: Connection | None = None  # to the EHR that is asked and written to; without one nothing leaves
    messaging: Messaging | None = None  # channels that do not leave through the EHR

    def __post_init__(self) -> None:
        _check_practice(self)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def is_sandbox(self) -> bool:
        """A sandbox's exports lie in its own folder."""
        return self.source.path.startswith("sandbox/")


@dataclass(frozen=True)
class Settings:
    """What a host needs to open a practice. `practice` is read when first asked for: an import runs before there is one."""

    paths: Paths
    mlflow_tracking_uri: str
    today: date | datetime | None = None
    key_file: Path | None = None
    store: str = ""  # address of the operational store; a SQLite file in the practice's folder where it is empty
    checkpoints: Path | None = None  # where the audit trail's signed checkpoints go; the practice's folder where it is empty
    clock: ScaledTime | None = None  # a faster present, shared by all processes of a live sandbox
    mlflow_ui: str = "http://127.0.0.1:5000"  # where people find MLflow; links in Dagster point there
    service_url: str = "http://127.0.0.1:8700"  # where clients reach `hsched service`; links in offers point there

    @cached_property
    def practice(self) -> Practice:
        return load_practice(self.paths)

    @property
    def store_url(self) -> str:
        return self.store or f"sqlite:///{self.paths.store}"

    @property
    def checkpoints_file(self) -> Path:
        return self.checkpoints or self.paths.checkpoints


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings the environment describes; `.hsched` in the working directory where it says nothing."""
    paths = Paths(Path(environ.get("HSCHED_HOME") or ".hsched").expanduser().absolute())
    key_file, checkpoints = environ.get("HSCHED_KEY_FILE"), environ.get("HSCHED_CHECKPOINTS")
    today, scaled = _today(environ.get("HSCHED_TODAY", "")), environ.get("HSCHED_CLOCK")
    if today and scaled:
        raise SettingsError("HSCHED_TODAY and HSCHED_CLOCK are both set.", "One stands still, the other runs: leave one away.")
    return Settings(
        paths=paths,
        mlflow_tracking_uri=environ.get("HSCHED_MLFLOW_TRACKING_URI") or f"sqlite:///{paths.mlflow / 'mlflow.db'}",
        today=today,
        clock=ScaledTime.of(scaled) if scaled else None,
        key_file=Path(key_file).expanduser().absolute() if key_file else None,
        store=environ.get("HSCHED_STORE") or "",
        checkpoints=Path(checkpoints).expanduser().absolute() if checkpoints else None,
        mlflow_ui=environ.get("HSCHED_MLFLOW_UI") or Settings.mlflow_ui,
        service_url=environ.get("HSCHED_SERVICE_URL") or Settings.service_url,
    )


def silence_telemetry(environ: MutableMapping[str, str] = os.environ) -> None:
    """No library of ours calls home; hosts call this before they import one."""
    for name, value in TELEMETRY_OFF.items():
        environ.setdefault(name, value)


def practice_environment(paths: Paths) -> dict[str, str]:
    """What libraries read from the environment about a practice: dbt its files, Dagster how it stores events."""
    places = {"HSCHED_LAKE": paths.lake, "HSCHED_TABLES": paths.tables, "HSCHED_WAREHOUSE": paths.warehouse}
    return {**DAGSTER_BATCHES, **{name: str(place) for name, place in places.items()}}


def enter_practice(paths: Paths, environ: MutableMapping[str, str] = os.environ) -> None:
    """Make the libraries of this process work on that practice; hosts call this before each job."""
    environ.update(practice_environment(paths))
    silence_telemetry(environ)


def child_environment(paths: Paths, environ: Mapping[str, str] = os.environ, **extra: str) -> dict[str, str]:
    """The environment of a process we start: the same practice, telemetry off, our own programs (dbt) found first."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)])
    ours = {**TELEMETRY_OFF, **practice_environment(paths), "HSCHED_HOME": str(paths.home), "DAGSTER_HOME": str(paths.dagster)}
    return {**environ, **ours, "PATH": programs, **extra}


def load_practice(paths: Paths) -> Practice:
    """What practice.yaml says; NotReadyError when there is none."""
    try:
        text = paths.practice_file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotReadyError(f"There is no practice in {paths.home}.", PRACTICE_MISSING) from None
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        raise SettingsError("practice.yaml is not YAML.", "Mend it, or restore it from a copy.") from None
    return practice_from(content)


def practice_from(content: object) -> Practice:
    """The practice a parsed practice.yaml describes; unknown and missing keys are refused by name."""
    known = _checked(content, Practice, "practice.yaml")
    known["source"] = Source(**_strings(_checked(known["source"], Source, "practice.yaml, source"), "source"))
    if "privacy" in known:
        known["privacy"] = Privacy(**_strings(_checked(known["privacy"], Privacy, "practice.yaml, privacy"), "privacy"))
    known |= {name: read(known.get(name)) for name, read in OWN_SECTIONS.items()}
    for section in (*PLAIN_SECTIONS, "demographic_inputs"):
        known[section] = MappingProxyType(_mapping(known.get(section), section))
    return Practice(**known)


def save_practice(paths: Paths, practice: Practice) -> None:
    """Write practice.yaml in one step: readers see the old file or the new one, never half of one."""
    paths.home.mkdir(parents=True, exist_ok=True)
    plain = {f.name: getattr(practice, f.name) for f in fields(practice)}
    plain["source"] = {key: value for key, value in asdict(practice.source).items() if value}
    plain["privacy"] = asdict(practice.privacy)
    plain |= {name: dict(plain[name]) for name in (*PLAIN_SECTIONS, "demographic_inputs")}
    plain |= {name: plain[name].plain() if plain[name] else None for name in OWN_SECTIONS}
    text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
    handle, temporary = tempfile.mkstemp(dir=paths.home, prefix=".practice-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, paths.practice_file)


def _today(text: str) -> date | datetime | None:
    if not text:
        return None
    try:
        stated = date.fromisoformat(text) if len(text) == len("2026-01-31") else datetime.fromisoformat(text)
    except ValueError:
        stated = None
    if stated is None or (isinstance(stated, datetime) and stated.tzinfo is None):
        raise SettingsError(
            "HSCHED_TODAY is neither a day nor an instant with an offset.", "Write 2026-01-31 or 2026-01-31T08:00:00-05:00."
        )
    return stated


def _checked(content: object, kind: type[Any], where: str) -> dict[str, Any]:
    """The content as a dict of known keys with every required one present."""
    if not isinstance(content, dict):
        raise SettingsError(f"{where} is not a mapping of settings.", "Compare with an example under docs/.")
    known = {f.name: f for f in fields(kind)}
    unknown = sorted(str(key) for key in content if key not in known)
    if unknown:
        raise SettingsError(f"{where} has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(known)}.")
    missing = [name for name in _required(kind) if content.get(name) is None]
    if missing:
        raise SettingsError(f"{where} lacks: {', '.join(missing)}.", "Add them.")
    return dict(content)


def _required(kind: type[Any]) -> list[str]:
    return [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]


def _mapping(content: object, where: str) -> dict[str, Any]:
    """A section that may be left out."""
    if content is not None and not isinstance(content, dict):
        raise SettingsError(f"practice.yaml: {where} is not a mapping of settings.", "Write `key: value` below it, or remove it.")
    return dict(content or {})


def _strings(content: dict[str, Any], where: str) -> dict[str, str]:
    wrong = [key for key, value in content.items() if not isinstance(value, str)]
    if wrong:
        raise SettingsError(f"practice.yaml, {where}: not a text: {', '.join(wrong)}.", "Quote the value.")
    return content


def _check_practice(practice: Practice) -> None:
    for name in ("id", "name", "timezone", "country"):
        if not isinstance(getattr(practice, name), str):
            raise SettingsError(f"practice.yaml: {name} is not a text.", 'Quote the value (a bare NO is read as "false").')
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", practice.id):
        raise SettingsError("practice.yaml: id is not a short name.", "Use lower-case letters, digits and hyphens.")
    if not re.fullmatch(r"[A-Z]{2}", practice.country):
        raise SettingsError("practice.yaml: country is not a two-letter code.", "For example US.")
    if practice.schedules not in ("stopped", "running"):
        raise SettingsError("practice.yaml: schedules is neither stopped nor running.", "Write one of the two.")
    if practice.promotion not in ("automatic", "reviewed"):
        raise SettingsError("practice.yaml: promotion is neither automatic nor reviewed.", "Write one of the two.")
    _check_zone(practice.timezone)
    _check_days(practice)
    _check_switches(practice)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SettingsError("practice.yaml: timezone is not a known zone.", "For example America/New_York.") from None


def _check_days(practice: Practice) -> None:
    last = practice.last_day
    for day in (practice.first_day, last):
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            raise SettingsError("practice.yaml: first_day and last_day are days.", "Write 2026-01-31.")
    if last is not None and last < practice.first_day:
        raise SettingsError("practice.yaml: last_day is before first_day.", "Swap or mend them.")
    if isinstance(practice.late_cancel_hours, bool) or not isinstance(practice.late_cancel_hours, int) or practice.late_cancel_hours < 0:
        raise SettingsError("practice.yaml: late_cancel_hours is not a whole number of hours.", "For example 24.")


def _check_switches(practice: Practice) -> None:
    unknown = sorted(str(name) for name in practice.demographic_inputs if name not in DEMOGRAPHIC_SWITCHES)
    if unknown:
        raise SettingsError(
            f"practice.yaml: demographic_inputs names {', '.join(unknown)}.", f"Possible are: {', '.join(sorted(DEMOGRAPHIC_SWITCHES))}."
        )
    empty = sorted(name for name, basis in practice.demographic_inputs.items() if not isinstance(basis, str) or not basis.strip())
    if empty:
        problem = f"practice.yaml: demographic_inputs gives no basis for {', '.join(empty)}."
        raise SettingsError(problem, "Write why the practice may use the field, or remove it.")
