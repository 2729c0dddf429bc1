"""How a model treats groups: rates, calibration and false flags by the audit columns. No audit column is a model input."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_models.metrics import CALL_CAPACITY, expected_calibration_error

Floats = NDArray[np.float64]
Row = dict[str, object]
FEWEST_IN_GROUP = 200  # visits; below it a rate says nothing, and could point at a person
AGE_EDGES, AGE_BANDS = (0, 13, 18, 30, 45, 60, 200), ("0-12", "13-17", "18-29", "30-44", "45-59", "60 and over")
ATTRIBUTES = ("welfare", "language", "race_ethnicity", "gender", "age_band")


def audit(frame: pd.DataFrame, p: Floats) -> list[Row]:
    """One row for each group of each attribute that is recorded: with figures, or `too_few` where there are few visits.

    observed_over_expected: unused visits over the sum of their probabilities. in_top_fifth: share among the riskiest fifth
    of all. false_flag_rate: the same among visits that were attended; false_flag_ratio: that over the other groups' rate.
    """
    flagged = p >= np.quantile(p, 1 - CALL_CAPACITY)
    return [row for name, words in _attributes(frame) for row in _groups(name, words, frame, p, flagged)]


def _attributes(frame: pd.DataFrame) -> Iterator[tuple[str, pd.Series]]:
    bands = pd.cut(frame["age_years"].astype("float64"), list(AGE_EDGES), right=False, labels=list(AGE_BANDS))
    columns = {
        "welfare": frame["audit_has_welfare"].map({True: "yes", False: "no"}),
        "language": frame["audit_language"],
        "race_ethnicity": frame["audit_race_ethnicity"],
        "gender": frame["gender"],
        "age_band": bands.astype("object"),
    }
    for name in ATTRIBUTES:
        if columns[name].notna().any():
            yield name, columns[name].astype("object").where(columns[name].notna(), "not recorded")


def _groups(name: str, words: pd.Series, frame: pd.DataFrame, p: Floats, flagged: NDArray[np.bool_]) -> Iterator[Row]:
    labels = frame["label_is_unused"].to_numpy(dtype=int)
    for group in sorted(words.unique()):
        member = (words == group).to_numpy()
        n = int(member.sum())
        if n < FEWEST_IN_GROUP:
            yield {"attribute": name, "group": group, "n": n, "too_few": True}
        else:
            yield {"attribute": name, "group": group, "n": n, "too_few": False, **_figures(member, labels, p, flagged)}


def _figures(member: NDArray[np.bool_], labels: NDArray[np.int64], p: Floats, flagged: NDArray[np.bool_]) -> Row:
    attended = labels == 0
    mine, others = (_share(flagged[side & attended]) for side in (member, ~member))
    return {
        "base_rate": float(labels[member].mean()),
        "mean_predicted": float(p[member].mean()),
        "observed_over_expected": float(labels[member].sum() / p[member].sum()),
        "ece": expected_calibration_error(labels[member], p[member], equal_mass=False),
        "in_top_fifth": float(flagged[member].mean()),
        "false_flag_rate": mine,
        "false_flag_ratio": mine / others if mine is not None and others else None,
    }


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if len(flags) else None
