"""From a cancellation at the EHR to the offer that arrives there, in phase auto: `python -m benchmarks.latency` (about eight minutes).

Real HTTP both ways, signed webhooks, the service and `dagster dev` as `hsched ui` starts them. Cancellations come at random moments,
so that the daemon's five-second rounds are met everywhere. Figures: docs/explanation/performance.md.
"""

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.live_practice import Live, live_practice, running, wait_for

MEDIAN_SECONDS, WORST_SECONDS = 3.0, 10.0
PATIENCE_SECONDS = 60.0
SETTLES_SECONDS = 20.0
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 7.0  # longer than one round of the daemon


@dataclass(frozen=True)
class Figures:
    """Seconds from cancellation to offer, in the EHR's own log."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def holds(self) -> bool:
        return self.median <= MEDIAN_SECONDS and max(self.seconds) <= WORST_SECONDS

    def as_document(self) -> dict[str, object]:
        ordered = sorted(self.seconds)
        return {
            "cancellations": len(ordered),
            "median_seconds": round(self.median, 2),
            "p90_seconds": round(ordered[int(0.9 * (len(ordered) - 1))], 2),
            "worst_seconds": round(ordered[-1], 2),
            "best_seconds": round(ordered[0], 2),
            "holds": self.holds,
        }


def measure(live: Live, cancellations: int, chance: random.Random, first: int = 0) -> Figures:
    """One after another, each at a random moment."""
    return Figures(tuple(one_offer(live, first + number, chance) for number in range(cancellations)))


def one_offer(live: Live, number: int, chance: random.Random) -> float:
    """Cancel, and wait for the offer."""
    time.sleep(chance.uniform(SHORTEST_PAUSE, LONGEST_PAUSE))
    before = {one.id for one in live.messages()}
    start = time.perf_counter()
    live.cancel(number)
    wait_for(PATIENCE_SECONDS, f"an offer for cancellation {number}", lambda: {one.id for one in live.messages()} - before, pause=0.01)
    seconds = time.perf_counter() - start
    print(f"{number:>3}  {seconds:5.2f} s  load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cancellations", type=int, default=50)
    parser.add_argument("--light", action="store_true", help="the code location `operations` alone")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hsched-latency-") as folder, live_practice(Path(folder)) as live:
        dagster = live.dagster(live.light_workspace()) if chosen.light else live.dagster()
        with running(live.service(), dagster):
            time.sleep(SETTLES_SECONDS)  # both locations load
            one_offer(live, 0, random.Random(chosen.seed))  # the first run of a home makes its files
            figures = measure(live, chosen.cancellations, random.Random(chosen.seed), first=1)
    print(json.dumps(figures.as_document(), indent=2))


if __name__ == "__main__":
    main()
