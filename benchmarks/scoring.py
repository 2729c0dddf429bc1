"""One row and batches: the compiled scorer against the fitted scikit-learn model and MLflow's pyfunc, on the same rows and model.

    python -m benchmarks.scoring [ROWS.parquet] [--repeat 20]

ROWS.parquet is a feature table (tables/feat_no_show__appointments.parquet); made-up visits where none is given.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hsched_models.dataset import load_rows, training_set
from hsched_models.design import SHIPPED
from hsched_models.explain import in_words
from hsched_models.train import Fitted, fit, one_thread

ROUNDS = 5
MOST_FOREIGN_CPU = 0.10  # of all processors: a round in which others took more is run again
MOST_ATTEMPTS = 60
SINGLES = {"compiled": 2000, "scikit-learn": 40, "pyfunc": 40}


def busy() -> tuple[float, float]:
    """Processor seconds of the whole machine so far, busy and all, from /proc/stat."""
    ticks = [float(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and the share of all processors that others took meanwhile."""
    before, own, start = busy(), time.process_time(), time.perf_counter()
    work()
    seconds, own, after = time.perf_counter() - start, time.process_time() - own, busy()
    hertz = 100.0  # ticks a second, Linux on every platform we run on
    foreign = (after[0] - before[0]) / hertz - own
    return seconds, max(0.0, foreign / max((after[1] - before[1]) / hertz, 1e-9))


def interleaved(works: Mapping[str, Callable[[], object]]) -> dict[str, Any]:
    """Median seconds of each over rounds in which all ran one after another, undisturbed; and how many rounds were refused."""
    kept: dict[str, list[float]] = {name: [] for name in works}
    refused = 0
    while len(next(iter(kept.values()))) < ROUNDS:
        found = {name: timed(work) for name, work in works.items()}
        if max(foreign for _, foreign in found.values()) > MOST_FOREIGN_CPU:
            refused += 1
            if refused > MOST_ATTEMPTS:
                raise SystemExit(f"Others took more than {MOST_FOREIGN_CPU:.0%} of the CPU in {refused} rounds: no figures.")
            time.sleep(1)
            continue
        for name, (seconds, _) in found.items():
            kept[name].append(seconds)
    return {"median_s": {name: statistics.median(seconds) for name, seconds in kept.items()}, "refused_rounds": refused}


def cpu_seconds(works: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Median processor seconds of this process for each, interleaved: what the work costs, whoever else is at work."""
    kept: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.process_time()
            work()
            kept[name].append(time.process_time() - start)
    return {name: statistics.median(seconds) for name, seconds in kept.items()}


def first_call() -> dict[str, float]:
    """Seconds until the kernel runs in this process: numba imported, machine code read from its cache (NUMBA_CACHE_DIR) or compiled."""
    start = time.perf_counter()
    from hsched_models import kernel

    imported = time.perf_counter()
    kernel.run(np.empty((0, 5), np.int32), np.zeros(1, np.int32), np.zeros(1), 1, np.zeros((1, 1)), np.empty((1, 1)))
    return {"import_numba_s": imported - start, "first_kernel_call_s": time.perf_counter() - imported}


def pyfunc_of(model: Fitted, rows: pd.DataFrame) -> Any:
    """The same estimator as MLflow serves it, from a folder that lives as long as this process."""
    import mlflow

    folder = Path(tempfile.mkdtemp(prefix="hsched-bench-"), "model")
    mlflow.sklearn.save_model(
        model.estimator, folder, serialization_format="skops", skops_trusted_types=_trusted(model), pyfunc_predict_fn="predict_proba",
        pip_requirements=[],
    )  # fmt: skip
    return mlflow.pyfunc.load_model(str(folder))


def _trusted(model: Fitted) -> list[str]:
    from hsched_models.registry import trusted_types

    return trusted_types(model.estimator)


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=Path)
    parser.add_argument("--repeat", type=int, default=20, help="the batch is the training rows so many times")
    chosen = parser.parse_args()
    first = first_call()
    rows = _rows(chosen.rows)
    training = training_set(rows, "day_before", datetime.now(UTC))
    model = fit(SHIPPED, training, {"age": "benchmark"})
    start = time.perf_counter()
    engine = replace(model).scorer.engine  # a second one, so that `model` below is timed warm
    made = time.perf_counter() - start
    document = {"rows": len(training.frame), "columns": len(model.columns), "engine": engine, **first, "make_scorer_s": made}
    json.dump({**document, **measured(model, training.frame, chosen.repeat)}, sys.stdout, indent=1)


def _rows(file: Path | None) -> pd.DataFrame:
    if file is not None:
        return load_rows(file)
    from tests.feature_frames import feature_rows

    return feature_rows(visits=8000, days=300, seed=4, strength=0.8)


def measured(model: Fitted, frame: pd.DataFrame, repeat: int) -> dict[str, Any]:
    """Differences, single rows and batches."""
    read = frame[list(model.columns)]
    dicts = [{str(k): v for k, v in row.items()} for row in read.astype(object).where(read.notna(), None).to_dict("records")]
    pyfunc, batch = pyfunc_of(model, read), pd.concat([read] * repeat, ignore_index=True)
    p = model.predict(frame)
    with one_thread():
        theirs = model.estimator.predict_proba(read)[:, 1]

    def single(score: Callable[[dict[str, object]], object], count: int) -> Callable[[], object]:
        return lambda: [score(row) for row in dicts[:count]]

    def framed(row: dict[str, object]) -> pd.DataFrame:
        return pd.DataFrame([row], columns=list(model.columns)).astype(read.dtypes.to_dict())

    with one_thread():
        singles = interleaved(
            {
                "compiled": single(model.score_one, SINGLES["compiled"]),
                "scikit-learn": single(lambda row: model.estimator.predict_proba(framed(row)), SINGLES["scikit-learn"]),
                "pyfunc": single(lambda row: pyfunc.predict(framed(row)), SINGLES["pyfunc"]),
            }
        )
        batches = interleaved(
            {
                "compiled": lambda: model.predict(batch),
                "scikit-learn": lambda: model.estimator.predict_proba(batch),
                "pyfunc": lambda: pyfunc.predict(batch),
            }
        )
    reasons = cpu_seconds(
        {"scores": lambda: model.forecast(frame.head(1000)), "reasons": lambda: in_words(model, frame.head(1000), p[:1000])}
    )
    row_us = {name: seconds / min(SINGLES[name], len(dicts)) * 1e6 for name, seconds in singles["median_s"].items()}
    rows_s = {name: len(batch) / seconds for name, seconds in batches["median_s"].items()}
    return {
        "largest_difference": float(np.abs(p - theirs).max()),
        "single_rows_equal_to_the_bit": bool(all(model.score_one(row) == value for row, value in zip(dicts[:5000], p, strict=False))),
        "one_row_us": row_us,
        "one_row_times_faster": {name: row_us[name] / row_us["compiled"] for name in row_us},
        "batch_rows": len(batch),
        "batch_rows_a_second": rows_s,
        "batch_times_faster": {name: rows_s["compiled"] / rows_s[name] for name in rows_s},
        "cpu_s_per_1000": {name: 1000 * seconds / min(1000, len(frame)) for name, seconds in reasons.items()},
        "refused_rounds": singles["refused_rounds"] + batches["refused_rounds"],
    }


if __name__ == "__main__":
    main()
