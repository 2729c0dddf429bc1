"""One row and batches: the compiled scorer against the fitted scikit-learn model and MLflow's pyfunc, on the same rows and model.

    python -m benchmarks.scoring [ROWS.parquet] [--repeat 20]

ROWS.parquet is a feature table (tables/feat_no_show__appointments.parquet); made-up visits where none is given.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.harness import Rounds, cpu_seconds, interleaved
from hsched_models.dataset import load_rows, training_set
from hsched_models.design import SHIPPED
from hsched_models.explain import in_words
from hsched_models.train import Fitted, fit, one_thread

SINGLES = {"compiled": 2000, "scikit-learn": 40, "pyfunc": 40}


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


def _medians(rounds: Rounds) -> dict[str, float]:
    return {work: rounds.median(work) for work in rounds.kept}


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
    row_us = {name: seconds / min(SINGLES[name], len(dicts)) * 1e6 for name, seconds in _medians(singles).items()}
    rows_s = {name: len(batch) / seconds for name, seconds in _medians(batches).items()}
    return {
        "largest_difference": float(np.abs(p - theirs).max()),
        "single_rows_equal_to_the_bit": bool(all(model.score_one(row) == value for row, value in zip(dicts[:5000], p, strict=False))),
        "one_row_us": row_us,
        "one_row_times_faster": {name: row_us[name] / row_us["compiled"] for name in row_us},
        "batch_rows": len(batch),
        "batch_rows_a_second": rows_s,
        "batch_times_faster": {name: rows_s["compiled"] / rows_s[name] for name in rows_s},
        "cpu_s_per_1000": {name: 1000 * seconds / min(1000, len(frame)) for name, seconds in reasons.items()},
        "refused_rounds": singles.refused + batches.refused,
    }


if __name__ == "__main__":
    main()
