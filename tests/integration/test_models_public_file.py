"""Real data: the figures our features and model reach on the public file, held from below (worse) and from above (a leak)."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from hsched_adapters.settings import Paths, load_practice
from hsched_models.compiled import COMPILED
from hsched_models.dataset import load_rows, rows_with_outcome, training_set
from hsched_models.design import BASELINE, SHIPPED
from hsched_models.evaluate import evaluate_cutoff
from hsched_models.features import MOMENTS, category_columns, input_columns
from hsched_models.train import fit, one_thread
from tests.dbt_harness import Practice
from tests.fitted_models import as_dicts

pytestmark = pytest.mark.xdist_group("public")

CUT = date(2016, 5, 24)
AT_LEAST = {"all": 0.740, "lead_ge_1": 0.607}
A_LEAK_ABOVE = {"all": 0.76, "lead_ge_1": 0.65}
VISITS = {"all": 21_175, "lead_ge_1": 13_608}


@pytest.fixture(scope="module")
def rows(public_practice: Practice) -> pd.DataFrame:
    return load_rows(public_practice.tables / "feat_no_show__appointments.parquet")


@pytest.fixture(scope="module")
def switches(public_practice: Practice) -> dict[str, str]:
    """The demographic inputs that the file's map records a basis for."""
    return dict(load_practice(Paths(public_practice.home)).demographic_inputs)


@pytest.fixture(scope="module")
def document(rows: pd.DataFrame, switches: dict[str, str], public_practice: Practice) -> dict[str, Any]:
    """What `hsched evaluate --test-from 2016-05-24 --json` prints."""
    return evaluate_cutoff(rows, test_from=CUT, timezone=public_practice.zone, demographic_inputs=switches)


@pytest.mark.parametrize("name", ["all", "lead_ge_1"])
def test_the_day_before_ranks_as_well_as_it_should_and_no_better_than_it_can(document: dict[str, Any], name: str) -> None:
    """Above the gate; below what no honest model reaches here. The same rows as everybody's references."""
    found = document["day_before"][name]

    assert found["n"] == VISITS[name]
    assert found["auroc"] >= AT_LEAST[name]
    assert found["auroc"] <= A_LEAK_ABOVE[name], "better than any honest model on this file: look for a leak"


def test_booking_time_knows_less(document: dict[str, Any]) -> None:
    """The same visits scored when they were booked: not better than the day before, and no leak either."""
    for name, visits in VISITS.items():
        assert document["at_booking"][name]["n"] == visits
        assert 0.58 < document["at_booking"][name]["auroc"] <= document["day_before"][name]["auroc"]


def test_probabilities_mean_what_they_say(document: dict[str, Any]) -> None:
    """Brier score and calibration no worse than the references on these rows, in all visits and in those booked ahead."""
    found = document["day_before"]

    assert found["all"]["brier"] <= 0.1385
    assert found["lead_ge_1"]["brier"] <= 0.1960
    assert found["all"]["ece"] <= 0.035
    assert 0.85 <= found["lead_ge_1"]["calibration_slope"] <= 1.15
    assert found["booked_after_cutoff"]["n"] < found["all"]["n"]


def test_what_the_file_does_not_have_is_no_column_of_zeros(rows: pd.DataFrame) -> None:
    """Every landed visit has its two rows, hours and clinicians are unknown, and histories have begun to fill."""
    outcomes = [rows_with_outcome(rows, moment) for moment in MOMENTS]

    assert [len(found) for found in outcomes] == [88_535, 88_535]
    assert rows[["start_hour", "clinician_token", "clinician_unused_rate", "modality", "duration_minutes"]].isna().all().all()
    assert (rows["client_late_cancels"] == 0).all()
    assert 0.15 < (rows["client_visits"] > 0).mean() < 0.6


def test_labels_without_meaning_cannot_be_ranked(rows: pd.DataFrame, switches: dict[str, str], public_practice: Practice) -> None:
    """Shuffled over all visits they give AUROC 0.5 within 0.02: what is found otherwise is in the rows, not in the protocol."""
    labels = np.random.default_rng(20260101).permutation(rows["label_is_unused"].to_numpy())
    shuffled = rows.assign(label_is_unused=labels)
    found = evaluate_cutoff(shuffled, test_from=CUT, timezone=public_practice.zone, demographic_inputs=switches, model=BASELINE)

    for moment in MOMENTS:
        assert found[moment]["all"]["auroc"] == pytest.approx(0.5, abs=0.02)  # type: ignore[index]  # the document is a tree


def test_no_single_column_knows_the_outcome(rows: pd.DataFrame, switches: dict[str, str]) -> None:
    """No input ranks visits with more than 0.75 alone, whichever way round; one that does has seen the outcome."""
    columns = input_columns(switches)
    for moment in MOMENTS:
        labelled = rows_with_outcome(rows, moment)
        y = labelled["label_is_unused"].astype(bool)
        alone = {name: _ranking(labelled[name], y, name in category_columns(columns)) for name in columns}

        assert {name: value for name, value in alone.items() if value > 0.75} == {}
        assert max(alone, key=lambda name: alone[name]) == "lead_time_days"
        assert alone["lead_time_days"] > 0.65


def _ranking(column: pd.Series, y: pd.Series, is_category: bool) -> float:
    """AUROC of a column by itself; words are ranked by their own share of misses, which can only flatter them."""
    if column.isna().all():
        return 0.5
    amounts = y.groupby(column.astype(str)).transform("mean") if is_category else column.astype("float64").fillna(-1)
    auroc = float(roc_auc_score(y, amounts))
    return max(auroc, 1 - auroc)


def test_the_compiled_scorer_agrees_on_every_row_of_the_file(rows: pd.DataFrame, switches: dict[str, str]) -> None:
    """Within a millionth of scikit-learn, on days the model saw and on those it did not; a row alone has the bits of the batch."""
    training = training_set(rows, "day_before", datetime(2016, 5, 24, tzinfo=UTC), before=CUT)
    model = fit(SHIPPED, training, switches)
    asked = rows[rows["moment"] == "day_before"]
    p = model.predict(asked)
    with one_thread():
        expected = model.estimator.predict_proba(asked[list(model.columns)])[:, 1]

    assert model.scorer.engine == COMPILED
    assert len(asked) > 80_000
    assert np.abs(p - expected).max() <= 1e-6
    assert [model.score_one(row) for row in as_dicts(asked.head(500))] == p[:500].tolist()
