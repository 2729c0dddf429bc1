"""`hsched import`: a practice from one CSV file. Everything is read and judged first, then landed encrypted, then switched to.

The switch is the writing of practice.yaml: before it, an earlier import stands untouched; what a failed import left is never read.
"""

import hashlib
import secrets
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hsched_adapters.ehr.cells import Setting
from hsched_adapters.ehr.csv_export import Parsed, Progress, no_progress, parse
from hsched_adapters.ehr.csv_file import content_of
from hsched_adapters.ehr.csv_map import ColumnMap, load_map
from hsched_adapters.ehr.landing import drop_other_batches, extracts_of, land
from hsched_adapters.keys import Keyring
from hsched_adapters.settings import Paths, Practice, Settings, load_practice, practice_from, save_practice
from hsched_adapters.zone import EncryptedZone
from hsched_core.domain.errors import InputError, NotReadyError, SettingsError
from hsched_core.domain.time import local_day
from hsched_core.ports import Clock

ROWS_NAMED = 5  # first row numbers shown for each reason


@dataclass(frozen=True)
class Finding:
    """Lines quarantined for one reason. Row numbers only, no content."""

    field: str
    reason: str
    count: int
    first_rows: tuple[int, ...]


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, for people. `is_new` is false when the same file had been imported before."""

    file: str
    is_new: bool
    lines: int = 0
    landed: int = 0
    duplicates: int = 0
    rejected: int = 0
    findings: tuple[Finding, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)  # contract rows by table
    clients: int = 0
    first_day: date | None = None
    last_day: date | None = None
    unread_columns: int = 0
    open_line: int | None = None  # the last line where it has no line end


def import_file(
    settings: Settings, file: Path, map_name_or_path: str, clock: Clock, *, replace: bool = False, progress: Progress = no_progress
) -> ImportSummary:
    """Make the file the home's practice. The same file again is a no-op; another one needs `replace`."""
    column_map = load_map(map_name_or_path)
    content = content_of(file)
    digest = hashlib.sha256(content).hexdigest()
    present = _present(settings.paths)
    reference = _map_reference(map_name_or_path)
    if present and not replace and (present.source.sha256, present.source.map) == (digest, reference):
        return ImportSummary(file.name, is_new=False, first_day=present.first_day, last_day=present.last_day)
    draft = _draft(column_map, reference, digest)
    _check_place(settings.paths, present, draft, replace=replace)
    parsed = parse(content, file.name, column_map, Setting(draft.zone, local_day(clock.now(), draft.zone)), progress=progress)
    practice = _with_span(draft, parsed, file.name)
    _land(parsed, practice, settings, progress)
    return _summary(file.name, parsed, practice)


def _present(paths: Paths) -> Practice | None:
    try:
        return load_practice(paths)
    except NotReadyError:
        return None


def _check_place(paths: Paths, present: Practice | None, draft: Practice, *, replace: bool) -> None:
    """A folder holds one practice for good: its models and runs must not pass for another's."""
    if present is None:
        return
    holds = f"{paths.home} already holds the practice {present.id}"
    if present.id != draft.id:
        raise NotReadyError(f"{holds}, and this is {draft.id}.", "Set HSCHED_HOME to another folder.")
    if not replace:
        raise NotReadyError(f"{holds}.", "Add --replace, or set HSCHED_HOME to another folder.")


def _map_reference(map_name_or_path: str) -> str:
    """How practice.yaml names the map: a shipped one by name, another one by its file's name."""
    return Path(map_name_or_path).stem


def _draft(column_map: ColumnMap, reference: str, digest: str) -> Practice:
    """The practice the map describes, its span still open."""
    if not column_map.practice:
        raise SettingsError(
            f"map {column_map.name} says nothing about the practice.", "Add `practice:` with id, name, timezone and country."
        )
    source = {"kind": "landing", "map": reference, "batch": f"{digest[:12]}-{secrets.token_hex(4)}", "sha256": digest}
    return practice_from({**column_map.practice, "source": source, "first_day": date.min})


def _with_span(draft: Practice, parsed: Parsed, file: str) -> Practice:
    days = [day for by_day in parsed.rows.values() for day in by_day]
    if not parsed.lines:
        raise InputError("the file has a header and no rows.", "Export it again; nothing was stored.", file=file)
    if not days:
        raise InputError(_all_rejected(parsed), "Check that the map fits the file; nothing was stored.", file=file)
    plain = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
    return Practice(**plain | {"first_day": min(days), "last_day": max(days)})


def _all_rejected(parsed: Parsed) -> str:
    reasons = "; ".join(f"{f.field or 'row'}: {f.reason} ({f.count})" for f in _findings(parsed)[:3])
    return f"all {parsed.lines} rows break the contract: {reasons}."


def _land(parsed: Parsed, practice: Practice, settings: Settings, progress: Progress) -> None:
    keyring = Keyring(settings.paths.keys, practice.id, settings.key_file)
    zone = EncryptedZone(settings.paths.identified, practice.id, keyring)
    extracts = extracts_of(parsed.rows, parsed.rejected)
    for done, extract in enumerate(extracts):
        progress("encrypting days", done, len(extracts))
        land(zone, practice.source.batch, extract)
    progress("encrypting days", len(extracts), len(extracts))
    _drop_derived(settings.paths, zone)
    save_practice(settings.paths, practice)
    drop_other_batches(zone, practice.source.batch)


def _drop_derived(paths: Paths, zone: EncryptedZone) -> None:
    """Results of a replaced file would pass for results of the new one."""
    for folder in (paths.lake, paths.tables, paths.home / "training", paths.scores, paths.drift):
        shutil.rmtree(folder, ignore_errors=True)
    paths.warehouse.unlink(missing_ok=True)
    for prefix in ("raw_ehr__", "quarantine/"):
        zone.remove(prefix)


def _findings(parsed: Parsed) -> list[Finding]:
    """Rejections by field and reason, the most frequent first."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for rejected in parsed.all_rejected():
        rows[rejected.field, rejected.reason].append(rejected.row)
    findings = [Finding(field, reason, len(found), tuple(found[:ROWS_NAMED])) for (field, reason), found in rows.items()]
    return sorted(findings, key=lambda finding: (-finding.count, finding.field, finding.reason))


def _summary(file: str, parsed: Parsed, practice: Practice) -> ImportSummary:
    findings = tuple(_findings(parsed))
    clients = {row["client_id"] for by_day in parsed.rows.values() for rows in by_day.values() for row in rows if row.get("client_id")}
    return ImportSummary(
        file=file,
        is_new=True,
        lines=parsed.lines,
        landed=parsed.landed,
        duplicates=parsed.duplicates,
        rejected=sum(finding.count for finding in findings),
        findings=findings,
        rows={table: sum(map(len, days.values())) for table, days in parsed.rows.items()},
        clients=len(clients),
        first_day=practice.first_day,
        last_day=practice.last_day,
        unread_columns=parsed.unread_columns,
        open_line=parsed.open_line,
    )
