"""Everything hsched does, on a canary practice, as a person would type it; and what of it fails, with bad input and damaged files.

Each command is a process of its own whose home, temporary folder and working folder are below one folder, so that every
file it writes can be searched afterwards. What it prints is kept there too.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.scanner import Scanner
from tests.canaries import KINDS, Canaries
from tests.canary_practice import CanaryPractice, read, write

HSCHED = Path(sys.executable).with_name("hsched")
REPOSITORY = Path(__file__).parents[1]
TERMINAL = "terminal"  # the folder of what commands printed
TODAY, DAY, DAY_BEFORE = "2026-11-20", "2026-11-19", "2026-11-18"
BEFORE_SCORES = ("extract", "de-identify", "features")  # stages that `hsched run` passes over where the day is there
AGAIN = ("run", "--day", DAY, "--days", "1", "--no-train")
PUBLIC_MAP = "medical-appointment-no-shows"
NOT_WRITTEN_BY_THE_RUN = (".git", ".venv", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis", "__pycache__")


@dataclass
class CanaryRun:
    """A folder with the practice's home, and everything else the commands write."""

    folder: Path
    practice: CanaryPractice
    file_named_after: str  # a client, by whom an imported file is named: echoed on the terminal of who typed it, and nowhere else
    said: dict[str, tuple[int, str]] = field(default_factory=dict)  # a failure's name -> exit code, what was printed
    began: float = field(default_factory=time.time)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def canaries(self) -> Canaries:
        return self.practice.canaries

    def hsched(self, *words: str, home: str = "home") -> subprocess.CompletedProcess[str]:
        """The command, as typed; its output is kept among the files to be searched."""
        places = {name: self.folder / name for name in ("tmp", "user", "cwd", TERMINAL)}
        for place in (*places.values(), self.folder / "export"):
            place.mkdir(parents=True, exist_ok=True)
        own = {"HSCHED_HOME": str(self.folder / home), "HSCHED_TODAY": TODAY, "OMP_NUM_THREADS": "1"}
        environment = {**os.environ, **own, "TMPDIR": str(places["tmp"]), "HOME": str(places["user"])}
        command = [str(HSCHED), *words]
        done = subprocess.run(command, env=environment, cwd=places["cwd"], capture_output=True, text=True, check=False, timeout=1800)
        output = places[TERMINAL] / f"{len(list(places['terminal'].iterdir())):03} {words[0]}.txt"
        output.write_text(done.stdout + done.stderr, encoding="utf-8")
        return done

    def must(self, *words: str, home: str = "home") -> str:
        """The command, which has to succeed."""
        done = self.hsched(*words, home=home)
        assert done.returncode == 0, f"{words}: {done.stderr[-2000:]}"
        return done.stdout

    def fails(self, name: str, *words: str, home: str = "home") -> None:
        """The command, which is expected to fail; how it did is kept under the name."""
        done = self.hsched(*words, home=home)
        self.said[name] = (done.returncode, done.stdout + done.stderr)

    def forget(self, day: str) -> None:
        """Make the day one that has not been extracted."""
        for file in self.home.glob(f"lake/*/{day}.parquet"):
            file.unlink()

    def written(self) -> dict[str, list[Path]]:
        """What the commands wrote anywhere, by sink: all of the folder but the EHR's side, and what is new in the repository."""
        ours = [path for path in sorted(self.folder.iterdir()) if path.name not in ("home", "source")]
        home = [path for path in sorted(self.home.iterdir()) if path.name != "sandbox"]
        sinks = {path.relative_to(self.folder).as_posix(): [path] for path in (*home, *ours)}
        return {**sinks, "repository": list(self._new_in_repository())}

    def _new_in_repository(self) -> Iterator[Path]:
        for folder, below, files in os.walk(REPOSITORY):
            below[:] = [name for name in below if name not in NOT_WRITTEN_BY_THE_RUN]
            yield from (path for name in files if (path := Path(folder, name)).stat().st_mtime > self.began)


def reached(opened: OpenPractice, scanner: Scanner) -> Counter[str]:
    """Canaries by kind inside the identified zone, opened with its key: they were there to be leaked."""
    inside = Counter[str]()
    for name in opened.zone.names(""):
        for hit in scanner.scan_bytes(opened.zone.read(name), name):
            inside[hit.kind] += hit.count
    return inside


def everything(folder: Path, clinicians: int = 3, years: float = 0.7) -> CanaryRun:
    """Create the practice, run its days, ask every question, export, and let every stage fail."""
    practice = CanaryPractice(folder / "home" / "sandbox" / "ehr_export")
    run = CanaryRun(folder, practice, practice.canaries.new("name", "file name"))
    run.must("sandbox", "create", "--clinicians", str(clinicians), "--years", str(years))
    run.practice.plant()
    run.must("run", "--day", DAY_BEFORE, "--days", "2")
    questions(run)
    for name, (break_it, words) in FAILURES.items():
        if name.startswith(BEFORE_SCORES):
            run.forget(DAY)
        with break_it(run):
            run.fails(name, *words)
    imports(run)
    run.must("run", "--day", DAY, "--days", "1", "--json")
    return run


def questions(run: CanaryRun) -> None:
    """Every command that tells something, and the exports."""
    for words in QUESTIONS:
        run.must(*words.split())
    for name in ("leaving.csv", "leaving.parquet"):
        run.must("export", "features", str(run.folder / "export" / name))


QUESTIONS = (
    "quarantine",
    "quarantine --rows",
    "quarantine --json",
    "privacy claim",
    "privacy claim --profile safe_harbor",
    f"privacy scan --day {DAY_BEFORE}",
    "model list",
    "model show",
    "model history",
    "model grades --json",
    "evaluate --json",
    "maps",
)


def imports(run: CanaryRun) -> None:
    """Files named after a client: with another header, with nothing readable, of another encoding, and one that is landed."""
    name = run.file_named_after
    source = run.folder / "source"
    source.mkdir()
    wrong, unread, latin, good = (source / f"{name} {what}.csv" for what in ("wrong", "unread", "latin", "good"))
    header = "PatientId,AppointmentID,Gender,ScheduledDay,AppointmentDay,Age,Neighbourhood,Scholarship,Hipertension,Diabetes,Alcoholism"
    header += ",Handcap,SMS_received,No-show"
    notes = [run.canaries.new(kind, "imported file") for kind in KINDS]
    wrong.write_text(f"{notes[0]},{notes[1]}\n{notes[2]},{notes[3]}\n", encoding="utf-8")
    unread.write_text("\n".join([header, *(",".join([note] * 14) for note in notes), ""]), encoding="utf-8")
    latin.write_bytes(f"{header}\n{notes[0]}\xe9".encode("latin-1", errors="replace"))
    rows = [
        f"{run.canaries.new('medical record', 'imported file')},{run.canaries.new('other', 'imported file')},F,2016-04-{day:02}T18:38:08Z,"
        f"2016-04-{day + 2:02}T00:00:00Z,{20 + day},{run.canaries.new('geographic', 'imported file')},0,0,0,0,0,0,{('No', 'Yes')[day % 2]}"
        for day in range(1, 20)
    ]
    good.write_text("\n".join([header, *rows, *(",".join([note] * 14) for note in notes), ""]), encoding="utf-8")
    for what, file in (
        ("wrong header", wrong),
        ("no row readable", unread),
        ("another encoding", latin),
        ("no such file", source / "none.csv"),
    ):
        run.fails(f"import: {what}", "import", str(file), "--map", PUBLIC_MAP, home="imported")
    run.must("import", str(good), "--map", PUBLIC_MAP, home="imported")
    run.fails("import: another practice's", "import", str(good), "--map", PUBLIC_MAP)
    run.fails("train: too few visits", "run", "--days", "1", home="imported")


Breaking = Callable[[CanaryRun], AbstractContextManager[None]]


@contextmanager
def kept(*files: Path) -> Iterator[None]:
    """The files are put back as they were."""
    before = {file: file.read_bytes() for file in files if file.exists()}
    try:
        yield
    finally:
        for file in files:
            file.unlink(missing_ok=True)
        for file, content in before.items():
            file.write_bytes(content)


def exported(change: Callable[[CanaryRun, Path], None]) -> Breaking:
    """The day's export of appointments, changed."""

    @contextmanager
    def broken(run: CanaryRun) -> Iterator[None]:
        file = run.practice.export / DAY / "appointments.csv"
        with kept(file):
            change(run, file)
            yield

    return broken


def damaged(pattern: str) -> Breaking:
    """The newest files of that pattern below the home, overwritten with what is no file of any kind."""

    @contextmanager
    def broken(run: CanaryRun) -> Iterator[None]:
        files = sorted(run.home.glob(pattern))
        assert files, pattern
        with kept(*files):
            for file in files:
                file.write_bytes(b"damaged " * 512)
            yield

    return broken


def without_a_column(file: Path) -> None:
    """What is left has a header of canaries, and lacks a column of the map."""
    _, rows = read(file)
    write(file, [{name: value for name, value in row.items() if name != "Status"} for row in rows])


def with_bytes(content: bytes) -> Callable[[CanaryRun, Path], None]:
    def change(run: CanaryRun, file: Path) -> None:
        file.write_bytes(file.read_bytes() + run.canaries.new("name", "unreadable file").encode() + content)

    return change


def with_a_visit_of_long_ago(run: CanaryRun, file: Path) -> None:
    """A row that can be read and that the suite refuses."""
    _, rows = read(file)
    row = next(row for row in rows if row["Status"] in ("Scheduled", "Edited"))
    ids = {name: run.canaries.new("other", "refused row") for name in ("Row ID", "Appt ID")}
    day = {"Status": "Edited", "Start": "2021-03-02T10:00:00-05:00", "End": "2021-03-02T10:50:00-05:00"}
    write(file, [*rows, row | ids | day | {"Reason": run.canaries.new("SSN", "refused row")}])


@contextmanager
def lake_with_an_unknown_word(run: CanaryRun) -> Iterator[None]:
    """An earlier day's events of a type dbt's test does not know."""
    file = run.home / "lake" / "deid_ehr__appointments" / f"{DAY_BEFORE}.parquet"
    with kept(file):
        table = pq.read_table(file)
        place = table.column_names.index("event_type")
        words = pa.array(["elsewhere"] * table.num_rows).cast(table.schema.field("event_type").type)
        pq.write_table(table.set_column(place, table.schema.field("event_type"), words), file)
        yield


# What is broken -> how, and the command that meets it.
FAILURES: dict[str, tuple[Breaking, tuple[str, ...]]] = {
    "extract: a column is missing": (exported(lambda _run, file: without_a_column(file)), AGAIN),
    "extract: not a text file": (exported(with_bytes(b"\0\0")), AGAIN),
    "extract: not UTF-8": (exported(with_bytes(b"\xff\xfe\xe9")), AGAIN),
    "extract: cut in a quoted cell": (exported(with_bytes(b'\n1,"')), AGAIN),
    "extract: a suite refuses a row": (exported(with_a_visit_of_long_ago), AGAIN),
    "de-identify: vault damaged": (damaged("vault.sqlite*"), AGAIN),
    "scan: identified file damaged": (damaged(f"identified/raw_ehr__clients/{DAY}.parquet.enc"), ("privacy", "scan", "--day", DAY)),
    "features: lake file damaged": (damaged(f"lake/deid_ehr__clients/{DAY_BEFORE}.parquet"), AGAIN),
    "features: a dbt test fails": (lake_with_an_unknown_word, AGAIN),
    "evaluate: features damaged": (damaged("tables/feat_no_show__appointments.parquet"), ("evaluate", "--json")),
    "score: champion cannot be loaded": (damaged("mlflow/artifacts/**/*.skops"), AGAIN),
    "train, score: MLflow's store damaged": (damaged("mlflow/mlflow.db"), AGAIN),
    "publish: operational store damaged": (damaged("store/operational.sqlite*"), AGAIN),
    "ledger: seals damaged": (damaged("ledger/seals.jsonl"), ("model", "grades")),
    "drift: earlier scores damaged": (damaged(f"scores/{DAY_BEFORE}.parquet"), AGAIN),
    "export: features damaged": (damaged("tables/feat_no_show__appointments.parquet"), ("export", "features", "never.csv")),
}
