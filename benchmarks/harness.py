"""Timing for a shared machine: works take turns; medians of undisturbed rounds; facts about the machine beside them."""

import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROUNDS = 5
MOST_FOREIGN_CPU = 0.10  # of all processors: a round in which others took more is run again
MOST_ATTEMPTS = 60
Work = Callable[[], Any]  # what it returns is kept beside its time


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


def timed(work: Work) -> Timed:
    """Run it once. Its own share counts its threads and the children it waited for."""
    _reset_peak()
    before, own, start = _busy(), _own(), time.perf_counter()
    result = work()
    seconds, own, after = time.perf_counter() - start, _own() - own, _busy()
    hertz = os.sysconf("SC_CLK_TCK")
    foreign = max(0.0, (after[0] - before[0]) / hertz - own) / max((after[1] - before[1]) / hertz, 1e-9)
    return Timed(seconds, foreign, _peak_mib(), result)


def interleaved(
    works: Mapping[str, Work], rounds: int = ROUNDS, most_foreign: float = MOST_FOREIGN_CPU, attempts: int = MOST_ATTEMPTS
) -> Rounds:
    """All works one after another, round after round; a disturbed round counts for none of them and is run again."""
    kept: dict[str, list[Timed]] = {name: [] for name in works}
    refused = 0
    while len(next(iter(kept.values()))) < rounds:
        found = {name: timed(work) for name, work in works.items()}
        if max(one.foreign for one in found.values()) > most_foreign:
            refused += 1
            times = ", ".join(f"{name} {one.seconds:.1f} s" for name, one in found.items())
            print(f"refused, others took {max(one.foreign for one in found.values()):.0%}: {times}", file=sys.stderr, flush=True)
            if refused > attempts:
                raise Disturbed(f"Others took more than {most_foreign:.0%} of the CPU in {refused} rounds: no figures.")
            time.sleep(1)
            continue
        for name, one in found.items():
            kept[name].append(one)
    return Rounds(kept, refused)


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


def _busy() -> tuple[float, float]:
    """Processor ticks of the whole machine so far, busy and all."""
    ticks = [float(field) for field in _lines("/proc/stat")[0].split()[1:]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


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
