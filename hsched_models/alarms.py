"""Leak alarms: signs that a model or a column has seen what it could not have known. Each is a sentence; any of them stops a promotion.

Limits are those of MODEL.md 4.6; chance is granted three standard errors, which matters in small practices only.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from hsched_models.dataset import TrainingSet
from hsched_models.design import BASELINE
from hsched_models.features import category_columns, input_columns
from hsched_models.train import fit

LONE_FEATURE_AUROC = 0.75  # of one column by itself
PERMUTED_AUROC = 0.02  # how far from 0.5 labels without meaning may be ranked
RANDOM_GAP = 0.06  # AUROC of a random split above that of a temporal one
CHANCE = 3.0  # standard errors
SEED = 20260101
TEST_SHARE = 0.2


def leak_alarms(earlier: TrainingSet, held_out: pd.DataFrame, demographic_inputs: Mapping[str, str]) -> list[str]:
    """Every alarm of a training's rows: lone columns, labels without meaning, a random split against the temporal one."""
    columns = input_columns(demographic_inputs)
    return [*lone_features(held_out, columns), *permuted_labels(earlier, held_out, demographic_inputs),
            *random_split(earlier, held_out, demographic_inputs)]  # fmt: skip


def lone_features(held_out: pd.DataFrame, columns: tuple[str, ...]) -> Iterator[str]:
    """Columns that rank the visits alone, whichever way round. Words are ranked by their own share, so those with few rows are left out."""
    labels = held_out["label_is_unused"].to_numpy(dtype=int)
    limit = LONE_FEATURE_AUROC + CHANCE * auroc_error(labels)
    for name in columns:
        if name not in category_columns(columns) and held_out[name].nunique() > 1:
            auroc = _auroc(labels, held_out[name].astype("float64").fillna(-1).to_numpy())
            if max(auroc, 1 - auroc) > limit:
                yield f"Leak alarm: {name} alone ranks visits with AUROC {max(auroc, 1 - auroc):.3f}, above {limit:.3f}."


def permuted_labels(earlier: TrainingSet, held_out: pd.DataFrame, demographic_inputs: Mapping[str, str]) -> Iterator[str]:
    """Shuffled over all rows, labels must not be ranked: what then is found lies in the protocol, not in the visits."""
    labels = np.random.default_rng(SEED).permutation(np.concatenate([earlier.y, held_out["label_is_unused"].astype(int)]))
    known, unseen = labels[: len(earlier.frame)], labels[len(earlier.frame) :]
    shuffled = replace(earlier, frame=earlier.frame.assign(label_is_unused=known.astype(bool), label_outcome=None))
    auroc = _auroc(unseen, fit(BASELINE, shuffled, demographic_inputs).predict(held_out))
    limit = PERMUTED_AUROC + CHANCE * auroc_error(unseen)
    if abs(auroc - 0.5) > limit:
        yield f"Leak alarm: labels without meaning are ranked with AUROC {auroc:.3f}, outside 0.5 by more than {limit:.3f}."


def random_split(earlier: TrainingSet, held_out: pd.DataFrame, demographic_inputs: Mapping[str, str]) -> Iterator[str]:
    """A random split always flatters; by more than this, columns know the future of the rows around them."""
    test = np.random.default_rng(SEED).random(len(earlier.frame)) < TEST_SHARE
    rest = replace(earlier, frame=earlier.frame[~test].reset_index(drop=True))
    tested = earlier.frame[test]
    at_random = _auroc(tested["label_is_unused"].astype(int), fit(BASELINE, rest, demographic_inputs).predict(tested))
    later = _auroc(held_out["label_is_unused"].astype(int), fit(BASELINE, earlier, demographic_inputs).predict(held_out))
    limit = RANDOM_GAP + CHANCE * math.hypot(*(auroc_error(frame["label_is_unused"].to_numpy(dtype=int)) for frame in (tested, held_out)))
    if at_random - later > limit:
        gap = at_random - later
        yield f"Leak alarm: AUROC {at_random:.3f} on a random split is {gap:.3f} above the temporal one, more than {limit:.3f}."


def auroc_error(labels: NDArray[np.int64]) -> float:
    """The standard error of an AUROC near 0.5 (Mann & Whitney 1947); endless with one class."""
    unused, used = int((labels == 1).sum()), int((labels == 0).sum())
    return math.sqrt((1 / unused + 1 / used) / 12) if unused and used else math.inf


def _auroc(labels: object, p: NDArray[Any]) -> float:
    found = np.asarray(labels)
    return float(roc_auc_score(found, p)) if 0 < found.mean() < 1 else 0.5
