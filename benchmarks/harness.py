"""Timing for a shared machine: works take turns; medians of undisturbed rounds; facts about the machine beside them."""

import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, TypeVar

ROUNDS = 5
MOST_FOREIGN_CPU = 0.10  # of all processors: a round in which others took more is run again
MOST_ATTEMPTS = 60
Work = Callable[[], Any]  # what it returns is kept beside its time


class Disturbable(Protocol):
    """What a run gives: among others, the share of all processors that others took meanwhile."""

    @property
    def foreign(self) -> float: ...


Run = TypeVar("Run", bound=Disturbable)


@dataclass(frozen=True)
class Timed:
    """One run of a work: seconds, the share of all processors that others took meanwhile, peak memory in MiB, and what it returned."""

    seconds: float
    foreign: float
    peak_mib: float
    result: Any


@dataclass(frozen=True)
class Rounds:
    """The undisturbed rounds, by work, and how many were refused."""

    kept: Mapping[str, Sequence[Timed]]
    refused: int

    def median(self, work: str, of: Callable[[Timed], float] = lambda timed: timed.seconds) -> float:
        return statistics.median(of(timed) for timed in self.kept[work])

    def spread(self, work: str) -> list[float]:
        """Shortest and longest, seconds."""
        seconds = [timed.seconds for timed in self.kept[work]]
        return [min(seconds), max(seconds)]

    def peak_mib(self, work: str) -> float:
        return max(timed.peak_mib for timed in self.kept[work])


class Disturbed(SystemExit):
    """Others took too much of the processors for figures to mean anything."""


class Watch:
    """From its making on: what others took of all processors, beside this process and what it started.

    Children count once they were waited for; with `family` living ones count too (a look at every process: milliseconds).
    """

    def __init__(self, *, family: bool = False) -> None:
        self._own = family_seconds if family else _own
        self._before, self._own_before = _busy(), self._own()

    def foreign(self) -> float:
        own, after = self._own() - self._own_before, _busy()
        return max(0.0, after[0] - self._before[0] - own) / max(after[1] - self._before[1], 1e-9)


def timed(work: Work) -> Timed:
    """Run it once. Its own share counts its threads and the children it waited for."""
    _reset_peak()
    watch, start = Watch(), time.perf_counter()
    result = work()
    return Timed(time.perf_counter() - start, watch.foreign(), _peak_mib(), result)


def interleaved(
    works: Mapping[str, Work], rounds: int = ROUNDS, most_foreign: float = MOST_FOREIGN_CPU, attempts: int = MOST_ATTEMPTS
) -> Rounds:
    """All works timed one after another, round after round."""
    runs = {name: partial(timed, work) for name, work in works.items()}
    return Rounds(*undisturbed(runs, rounds, most_foreign, attempts))


def undisturbed(
    runs: Mapping[str, Callable[[], Run]], rounds: int = ROUNDS, most_foreign: float = MOST_FOREIGN_CPU, attempts: int = MOST_ATTEMPTS
) -> tuple[dict[str, list[Run]], int]:
    """What came of all runs taking turns, and how many rounds were refused: a disturbed one counts for none and is run again.

    Raises Disturbed after so many attempts.
    """
    kept: dict[str, list[Run]] = {name: [] for name in runs}
    refused = 0
    while len(next(iter(kept.values()))) < rounds:
        found = {name: run() for name, run in runs.items()}
        worst = max(found, key=lambda name: found[name].foreign)
        if found[worst].foreign > most_foreign:
            refused += 1
            print(f"refused, others took {found[worst].foreign:.0%} beside {worst}", file=sys.stderr, flush=True)
            if refused > attempts:
                raise Disturbed(f"Others took more than {most_foreign:.0%} of the CPU in {refused} rounds: no figures.")
            time.sleep(1)
            continue
        for name, one in found.items():
            kept[name].append(one)
    return kept, refused


def cpu_seconds(works: Mapping[str, Work], rounds: int = ROUNDS) -> dict[str, float]:
    """Median processor seconds of this process for each, interleaved: what the work costs, whoever else is at work."""
    kept: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.process_time()
            work()
            kept[name].append(time.process_time() - start)
    return {name: statistics.median(seconds) for name, seconds in kept.items()}


def machine(packages: Iterable[str]) -> dict[str, Any]:
    """What the figures were measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next((line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    return {
        "processors": os.cpu_count(),
        "processor": model,
        "memory_gib": round(memory, 1),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table whose columns are those of the first row."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([_shown(row.get(name)) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _lines(file: str) -> list[str]:
    return Path(file).read_text(encoding="utf-8").splitlines()


def process_seconds(pid: int) -> float:
    """Processor seconds of a process so far, with its threads and the children it waited for."""
    return _parent_and_seconds(Path(f"/proc/{pid}/stat"))[1]


def family_seconds() -> float:
    """Processor seconds of this process and everything it started, living or waited for."""
    rows = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            rows[int(path.parent.name)] = _parent_and_seconds(path)
    family, found = {os.getpid()}, 0
    while len(family) != found:
        found = len(family)
        family |= {pid for pid, (parent, _) in rows.items() if parent in family}
    return sum(rows[pid][1] for pid in family if pid in rows)


def _parent_and_seconds(path: Path) -> tuple[int, float]:
    fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _busy() -> tuple[float, float]:
    """Processor seconds of the whole machine so far, busy and all."""
    seconds = [float(field) / os.sysconf("SC_CLK_TCK") for field in _lines("/proc/stat")[0].split()[1:]]
    return sum(seconds) - seconds[3] - seconds[4], sum(seconds)


def _own() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime for usage in (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mib() -> float:
    """The most memory this process held since the peak was reset."""
    peak = next(line for line in _lines("/proc/self/status") if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1024
