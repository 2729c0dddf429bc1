"""Real data, the public file: what is landed, set aside and never leaves; the figures our model reaches, held from below and from above.

In one file because one worker then imports it once.
"""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from hsched_adapters.scanner import Scanner
from hsched_adapters.settings import Paths, load_practice
from hsched_core.privacy.deidentify import deidentify
from hsched_core.privacy.identifiers import needles_of
from hsched_models.compiled import COMPILED
from hsched_models.dataset import load_rows, rows_with_outcome, training_set
from hsched_models.design import BASELINE, SHIPPED
from hsched_models.evaluate import evaluate_cutoff
from hsched_models.features import MOMENTS, category_columns, input_columns
from hsched_models.groups import audit
from hsched_models.rolling import Recipe, rolling_forecasts
from hsched_models.train import fit, one_thread
from hsched_pipelines.lake import write_day
from tests.dbt_harness import Practice
from tests.fitted_models import as_dicts
from tests.public_features import Imported

pytestmark = pytest.mark.xdist_group("public")

TABLES = ("appointments", "clients")
DAY = CUT = date(2016, 5, 24)
AT_LEAST = {"all": 0.742, "lead_ge_1": 0.608}
BRIER_AT_MOST = {"all": 0.138, "lead_ge_1": 0.195}
ECE_AT_MOST = {"all": 0.030, "lead_ge_1": 0.040}
SLOPES = (0.80, 1.15)
FALSE_FLAG_RATIO_AT_MOST = 1.5
A_LEAK_ABOVE = {"all": 0.76, "lead_ge_1": 0.65}
VISITS = {"all": 21_175, "lead_ge_1": 13_608}


def test_every_line_is_landed_or_quarantined(public_import: Imported) -> None:
    """88,540 lines, of which five are booked after their visit; ids that look like floating-point numbers are kept."""
    summary, _ = public_import

    assert (summary.lines, summary.landed, summary.duplicates, summary.rejected) == (88_540, 88_535, 0, 5)
    assert [(found.field, found.reason, found.count) for found in summary.findings] == [
        ("event_at", "booked after the day of the visit", 5)
    ]
    assert summary.findings[0].first_rows == (27035, 55228, 64177, 71535, 72364)
    assert summary.rows == {"appointments": 177_070, "clients": 87_435}
    assert (summary.clients, summary.unread_columns) == (53_592, 0)
    assert (summary.first_day, summary.last_day) == (date(2015, 11, 10), date(2016, 6, 1))


def test_what_the_file_does_not_have_is_unknown(public_import: Imported) -> None:
    """No hour, clinician or modality is invented; the outcome is known at the end of its day."""
    _, practice = public_import
    rows = practice.ehr.changes("appointments", DAY).rows
    ended = [row for row in rows if row["event_type"] != "booked"]

    assert Counter(row["event_type"] for row in rows).keys() == {"booked", "attended", "no_show"}
    assert all(row[name] is None for row in rows for name in ("starts_at", "clinician_id", "modality", "duration_minutes", "series_id"))
    assert {row["recorded_at"].isoformat() for row in ended} == {"2016-05-25T02:59:59+00:00"}
    assert {row["starts_on"] for row in ended} == {DAY}


def test_no_identifier_of_a_day_passes_into_the_lake(public_import: Imported, public_file: Path) -> None:
    """Searched with every id of the day's rows; the same search finds them in the raw file."""
    _, practice = public_import
    raw = {table: practice.ehr.changes(table, DAY).rows for table in TABLES}
    for table, rows in raw.items():
        write_day(practice.paths.lake, table, DAY, deidentify(table, rows, practice.vault.pseudonyms, practice.timezone))
    needles = needles_of(raw, dates_from=practice.practice.first_day)
    scanner = Scanner(needles.found)

    assert scanner.scan([practice.paths.lake]).hits == ()
    assert needles.too_short == {}
    assert {hit.kind for hit in scanner.scan([public_file]).hits} >= {"appointment_id", "client_id"}


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


@pytest.mark.parametrize("name", ["all", "lead_ge_1"])
def test_probabilities_mean_what_they_say(document: dict[str, Any], name: str) -> None:
    """Brier score, calibration error and slope within the gates, though the level of misses falls by a tenth across the cut."""
    found = document["day_before"][name]

    assert found["brier"] <= BRIER_AT_MOST[name]
    assert found["ece"] <= ECE_AT_MOST[name]
    assert SLOPES[0] <= found["calibration_slope"] <= SLOPES[1]
    assert document["day_before"]["booked_after_cutoff"]["n"] < document["day_before"]["all"]["n"]


def test_who_gets_welfare_is_not_flagged_for_it(rows: pd.DataFrame, switches: dict[str, str], public_practice: Practice) -> None:
    """Among attended visits booked ahead, the riskiest fifth holds welfare clients at most half as often again as others."""
    recipe = Recipe(SHIPPED, public_practice.zone, switches)
    forecast = rolling_forecasts(rows, "day_before", [CUT], [recipe], print)
    ahead = forecast[forecast["lead_time_days"] >= 1]
    (welfare,) = (r for r in audit(ahead, ahead[f"p_{SHIPPED}"].to_numpy()) if (r["attribute"], r["group"]) == ("welfare", "yes"))

    assert int(str(welfare["n"])) > 1000
    assert 0.8 < float(str(welfare["false_flag_ratio"])) <= FALSE_FLAG_RATIO_AT_MOST
    assert 0.75 < float(str(welfare["observed_over_expected"])) < 1.15


def test_a_file_that_knows_no_late_cancels_has_no_late_cancel_head(document: dict[str, Any]) -> None:
    """No part is reported: a share of 0 would claim that there are none."""
    assert "late_cancel" not in document["day_before"]
    assert "no_show" not in document["day_before"]


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
