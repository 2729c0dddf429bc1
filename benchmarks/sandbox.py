"""How fast a sandbox practice is made: each stage's seconds, and the memory it peaked at.

    python -m benchmarks.sandbox [--clinicians 200] [--years 3.1] [--archetype private] [--plain]

The stages are those of `hsched sandbox create`: living through the practice with every true probability, latent and potential outcome;
writing the export, a CSV file a table and day; the filter oracle's forecasts; writing the truth, with what the oracle's error needs.
Processor seconds stand beside the clock's, because others may share the machine.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from hsched_sandbox.archetypes import parameters_of
from hsched_sandbox.export import write_export
from hsched_sandbox.kinds import Archetype
from hsched_sandbox.oracle import filter_oracle
from hsched_sandbox.practice import simulate
from hsched_sandbox.truth import write_truth

SEED = 1
TODAY = date(2026, 11, 24)
KIB = 1024
Made = TypeVar("Made")


def staged(stages: dict[str, Any], name: str, work: Callable[[], Made]) -> Made:
    """Run a stage and write down what it took."""
    start, processor = time.perf_counter(), time.process_time()
    made = work()
    stages[name] = {"seconds": round(time.perf_counter() - start, 1), "processor_seconds": round(time.process_time() - processor, 1)}
    return made


def measure(clinicians: int, years: float, archetype: Archetype, *, plain: bool) -> dict[str, Any]:
    """Make the practice in a scratch folder."""
    stages: dict[str, Any] = {}
    parameters = parameters_of(archetype, clinicians=clinicians, years=years, plain=plain)
    with tempfile.TemporaryDirectory(prefix="hsched-") as folder:
        world = staged(stages, "simulation", lambda: simulate(parameters, seed=SEED, today=TODAY))
        export = staged(stages, "export", lambda: write_export(world, Path(folder) / "export"))
        staged(stages, "truth, with the oracle", lambda: write_truth(world, Path(folder) / "truth"))
        staged(stages, "of which the oracle alone", lambda: filter_oracle(world))
    parts = ("simulation", "export", "truth, with the oracle")
    total = {unit: round(sum(stages[part][unit] for part in parts), 1) for unit in ("seconds", "processor_seconds")}
    return {
        "appointments": len(world.visits),
        "clients": len(world.clients),
        "exported_rows": sum(export.rows.values()),
        "files": export.files,
        "stages": stages,
        "total": total,
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIB,
    }


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clinicians", type=int, default=200)
    parser.add_argument("--years", type=float, default=3.1)
    parser.add_argument("--archetype", type=Archetype, default=Archetype.PRIVATE)
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    json.dump(measure(asked.clinicians, asked.years, asked.archetype, plain=asked.plain), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
