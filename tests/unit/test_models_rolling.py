"""Rolling origins: what each cut-off's model has seen, and forecasts for clinicians and practices that nothing was learned from."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from hsched_core.domain.errors import NotReadyError
from hsched_models import rolling
from hsched_models.dataset import TrainingSet
from hsched_models.rolling import Recipe, clinician_out, cutoffs, practice_out, rolling_forecasts, scored_from
from hsched_models.rolling_report import evaluate_rolling
from tests.feature_frames import ZONE, feature_rows

ROWS = feature_rows(visits=1500, days=100)
ELSEWHERE = feature_rows(visits=1200, days=100, seed=7)
CUT = date(2026, 3, 10)
BASELINE = Recipe("logistic_client_intercept", ZONE, {})


LEAD_TABLE = Recipe("lead_time_table", ZONE, {})


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[TrainingSet]:
    """Every training set a model is fitted on, as it goes by."""
    seen: list[TrainingSet] = []
    real = rolling.fit

    def watched(name: str, training: TrainingSet, demographic: dict[str, str]) -> object:
        seen.append(training)
        return real(name, training, demographic)

    monkeypatch.setattr(rolling, "fit", watched)
    return seen


def silent(_message: str) -> None:
    """No progress."""


def test_cut_offs_are_four_or_more_and_even() -> None:
    """A quarter of the test days each, or every so many days."""
    assert cutoffs(date(2026, 3, 1), date(2026, 3, 28)) == [date(2026, 3, day) for day in (1, 8, 15, 22)]
    assert cutoffs(date(2026, 3, 1), date(2026, 3, 28), every_days=14) == [date(2026, 3, 1), date(2026, 3, 15)]


def test_training_ends_before_every_test_moment(trained: list[TrainingSet]) -> None:
    """Outcomes known when the cut-off's model takes over, of visits before it; tested is what is scored from then to the next cut-off."""
    cuts = [CUT, CUT + timedelta(days=7), CUT + timedelta(days=14), CUT + timedelta(days=21)]
    tested = rolling_forecasts(ROWS, "day_before", cuts, [LEAD_TABLE], silent)

    assert [training.frame["starts_on"].max() < cut for training, cut in zip(trained, cuts, strict=True)] == [True] * 4
    for training, cut in zip(trained, cuts, strict=True):
        takes_over = pd.Timestamp(scored_from(cut, ZoneInfo(ZONE)))
        fold = tested[tested["cutoff"] == cut]
        assert training.frame["label_known_at"].max() <= takes_over
        assert fold["scored_at"].min() >= takes_over
        if cut != cuts[-1]:
            assert fold["scored_at"].max() < takes_over + pd.Timedelta(days=7, hours=1)  # a clock change lies between


def test_a_new_clinicians_visits_are_forecast_from_the_others() -> None:
    """Every clinician's visits are forecast once, by a model that saw none of theirs; a source without clinicians has no such slice."""
    found = clinician_out(ROWS, "day_before", CUT, BASELINE)
    unknown = ROWS.assign(clinician_token=None)

    assert not found["booking_id"].duplicated().any()
    assert set(found["clinician_token"]) >= {f"clinician{number}" for number in range(4)}
    assert found["p_logistic_client_intercept"].between(0, 1).all()
    assert clinician_out(unknown, "day_before", CUT, BASELINE).empty


def test_a_new_practices_visits_are_forecast_from_other_practices(trained: list[TrainingSet]) -> None:
    """Fitted on the others' rows alone: its own outcomes before the cut-off do not move a forecast."""
    found = practice_out(ROWS, [ELSEWHERE], "day_before", CUT, LEAD_TABLE)
    before = ROWS["starts_on"] < CUT
    labels = ROWS["label_is_unused"]
    turned = ROWS.assign(label_is_unused=labels.where(~before | labels.isna(), ~labels.eq(True)))

    assert set(trained[0].frame["booked_at"]) <= set(ELSEWHERE["booked_at"])
    assert len(found) > 200
    np.testing.assert_array_equal(
        found["p_lead_time_table"], practice_out(turned, [ELSEWHERE], "day_before", CUT, LEAD_TABLE)["p_lead_time_table"]
    )


def test_others_without_a_history_teach_nothing() -> None:
    """A clinic that opened yesterday cannot lend its experience."""
    young = ELSEWHERE[ELSEWHERE["starts_on"] >= CUT - timedelta(days=1)]

    with pytest.raises(NotReadyError, match="The other practices have too little to learn from"):
        practice_out(ROWS, [young], "day_before", CUT, BASELINE)


def test_the_document_has_the_slices_left_out() -> None:
    """Beside the usual ones: with intervals, groups, and the paired difference from the baseline."""
    document = evaluate_rolling(
        ROWS, test_from=CUT, last_test=date(2026, 4, 10), timezone=ZONE, demographic_inputs={}, progress=silent, others=[ELSEWHERE]
    )
    part = document["day_before"]

    assert {"all", "lead_ge_1", "clinician_out", "practice_out"} <= part["slices"].keys()
    assert part["slices"]["practice_out"]["n"] == part["slices"]["all"]["n"]
    assert part["paired"]["against"] == "logistic_client_intercept"
    assert {"auroc", "log_loss"} <= part["intervals"].keys()
    assert part["groups"]
