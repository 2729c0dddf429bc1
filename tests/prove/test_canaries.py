"""The proof behind docs/explanation/zones.md: no canary gets past de-identification, whatever is done and whatever fails.

    make prove PROOFS=tests/prove/test_canaries.py

SAFETY.md H1 to H4 and H6: every field planted, everything run and every stage made to fail, every file written searched.
"""

import re
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console
from rich.table import Table

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.scanner import Hit, Scanner, ScanReport
from hsched_adapters.settings import Paths, Settings
from hsched_core.privacy.identifiers import Needle, date_forms
from tests.canaries import CONTROLS, KINDS, Canaries
from tests.canary_run import FAILURES, TERMINAL, TODAY, CanaryRun, everything, reached
from tests.disguises import DISGUISES

FAILURE = ("Error: ", "The chain of seals is broken: ")
MUST_BE_TOLD = {  # what a failure says of itself, on the terminal
    "extract: a column is missing": r"1 of the \d+ columns of the map are missing: Status",
    "extract: not a text file": "NUL byte",
    "extract: not UTF-8": "a byte that is not utf-8",
    "extract: cut in a quoted cell": "cut inside a quoted cell",
    "extract: a suite refuses a row": "check contract_holds failed: column_values_to_be_between on starts_on: 1 rows",
    "de-identify: vault damaged": "deidentify_failed at deid_ehr__clients",
    "scan: identified file damaged": "tampered_or_moved at raw_ehr__clients",
    "features: a dbt test fails": "accepted_values_stg_ehr__appointments_event_type",
    "score: champion cannot be loaded": r"version \d+ cannot be loaded",
    "ledger: seals damaged": "The chain of seals is broken: seal 1: cut off",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> CanaryRun:
    """Everything, run once (some ten minutes)."""
    return everything(tmp_path_factory.mktemp("canaries"))


@pytest.fixture(scope="module")
def opened(run: CanaryRun) -> OpenPractice:
    return open_practice(Settings(Paths(run.home), "", today=date.fromisoformat(TODAY)))


@pytest.fixture(scope="module")
def service_dates(run: CanaryRun) -> list[Needle]:
    """Days of visits and of what was recorded: the kind that `limited` keeps and `safe_harbor` removes."""
    days = set()
    for file in (run.home / "lake" / "deid_ehr__appointments").glob("*.parquet"):
        table = pq.read_table(file, columns=["starts_on", "recorded_at", "event_at"])
        days |= {value for value in table["starts_on"].to_pylist() if value}
        days |= {value.date() for name in ("recorded_at", "event_at") for value in table[name].to_pylist()}
    return [Needle("service date", form) for day in days for form in date_forms(day)]


def controls(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """Planted and found by kind: one canary in a file of its own, in every disguise."""
    canaries, planted, found = Canaries(), Counter[str](), Counter[str]()
    for disguise, write in DISGUISES.items():
        for number, (kind, canary) in enumerate(canaries.controls()):
            place = folder / re.sub(r"\W", "_", disguise) / str(number)
            place.mkdir(parents=True)
            write(place / "artifact", canary)
            planted[kind] += 1
    scanner = Scanner(canaries.needles())
    for place in sorted(folder.glob("*/*")):
        kinds = {hit.kind for hit in scanner.scan([place], place).hits}
        kind = CONTROLS[int(place.name)]
        found[kind] += kind in kinds
    return planted, found


@dataclass(frozen=True)
class Found:
    """What the searches found, by kind, and how much the one past de-identification looked at, by sink."""

    inside: Counter[str]
    past: dict[str, ScanReport]
    leaving: ScanReport
    controls_planted: Counter[str]
    controls_found: Counter[str]
    seconds: float

    @property
    def hits_past(self) -> list[Hit]:
        return [hit for report in self.past.values() for hit in report.hits]


def search(run: CanaryRun, opened: OpenPractice, service_dates: list[Needle], folder: Path) -> Found:
    """The identified zone with its key, every file written, the exports, and the controls."""
    scanner = Scanner(run.canaries.needles())
    of_terminal = Scanner([needle for needle in run.canaries.needles() if needle.text != run.file_named_after])
    began = time.process_time()
    sinks = run.written()
    reports = {sink: (of_terminal if sink == TERMINAL else scanner).scan(places, run.folder) for sink, places in sinks.items()}
    seconds = time.process_time() - began
    leaving = Scanner([*run.canaries.needles(), *service_dates]).scan([run.folder / "export"], run.folder)
    return Found(reached(opened, scanner), reports, leaving, *controls(folder), seconds)


def test_no_canary_gets_past_deidentification(run: CanaryRun, opened: OpenPractice, service_dates: list[Needle], tmp_path: Path) -> None:
    """`limited` removes all 18 kinds but the dates of service, which stand in the lake; a safe_harbor export removes these too."""
    found = search(run, opened, service_dates, tmp_path)
    show(run, found)

    assert run.canaries.count > 1_000
    assert {kind for kind in KINDS if found.inside[kind]} == set(KINDS)
    assert found.hits_past == []
    assert Scanner(service_dates).scan([run.home / "lake" / "deid_ehr__appointments"]).hits
    assert found.leaving.files == 2
    assert found.leaving.hits == ()
    assert found.controls_found == found.controls_planted


def show(run: CanaryRun, found: Found) -> None:
    """The figures of the proof."""
    out = Console(width=140)
    grid = Table("kind", "planted", "in the identified zone", "past it (limited)", "in a safe_harbor export", "controls found / planted")
    past, left = (Counter(hit.kind for hit in hits) for hits in (found.hits_past, found.leaving.hits))
    for kind in KINDS:
        figures = (len(run.canaries.planted[kind]), found.inside[kind], past[kind], left[kind])
        grid.add_row(kind, *(f"{figure:,}" for figure in figures), f"{found.controls_found[kind]} / {found.controls_planted[kind]}")
    sums = (run.canaries.count, found.inside.total(), past.total(), left.total())
    grid.add_section()
    grid.add_row("all", *(f"{one:,}" for one in sums), f"{found.controls_found.total():,} / {found.controls_planted.total():,}")
    sinks = Table("sink", "files", "MiB", "hits", "searched as bytes only")
    for sink, report in found.past.items():
        sinks.add_row(sink, f"{report.files:,}", f"{report.bytes / 2**20:.2f}", str(len(report.hits)), ", ".join(report.unread))
    failures = Table("what was broken", "exit code", "first line told")
    for name, (code, said) in run.said.items():
        told = [line for line in said.splitlines() if line.startswith(FAILURE)]
        failures.add_row(name, str(code), told[0] if told else "")
    out.print(grid, sinks, failures)
    files, size = (sum(getattr(report, name) for report in found.past.values()) for name in ("files", "bytes"))
    places, broken = len(run.practice.fields), run.practice.broken_rows
    out.print(f"{places} places planted, {broken:,} rows broken, {len(run.said)} failures brought about")
    out.print(
        f"{files:,} files, {size / 2**20:,.1f} MiB searched in {found.seconds:.1f} s of CPU ({size / 2**20 / found.seconds:.1f} MiB/s)"
    )
    out.print(*(f"  {hit.count} x {hit.kind}: {hit.file}" for hit in found.hits_past), sep="\n")


@pytest.mark.parametrize("name", FAILURES)
def test_every_stage_fails_visibly(run: CanaryRun, name: str) -> None:
    """An exit code and a line that says so, no traceback; what failed is named."""
    code, said = run.said[name]

    assert code in (1, 2)
    assert any(line.startswith(FAILURE) for line in said.splitlines())
    assert "Traceback" not in said
    assert re.search(MUST_BE_TOLD.get(name, "."), re.sub(r"\s+", " ", said))
