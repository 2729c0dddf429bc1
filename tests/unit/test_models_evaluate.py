"""`hsched evaluate`: the document's shape, that each model sees only what was known, and that a leak shows."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from hsched_core.domain.errors import NotReadyError
from hsched_models import evaluate
from hsched_models.dataset import TrainingSet
from hsched_models.evaluate import evaluate_cutoff
from hsched_models.promote import SUSPECT_AUROC, judge
from tests.feature_frames import ZONE, feature_rows

ROWS = feature_rows(visits=1500, days=100)
CUT = date(2026, 3, 25)
CHEAP = "logistic_client_intercept"


def evaluated(rows: pd.DataFrame = ROWS, **known: object) -> dict[str, dict[str, dict[str, float]]]:
    return evaluate_cutoff(rows, **{"test_from": CUT, "timezone": ZONE, "demographic_inputs": {}, "model": CHEAP, **known})  # type: ignore[arg-type, return-value]  # tests vary any of them


def test_the_document_has_moments_slices_and_figures() -> None:
    """What the command prints as JSON."""
    document = evaluated()
    test = ROWS[(ROWS["moment"] == "day_before") & (ROWS["starts_on"] >= CUT) & ROWS["label_is_unused"].notna()]
    booked_later = test["booked_at"] >= pd.Timestamp(datetime(2026, 3, 25, 4, tzinfo=UTC))

    assert {name: document[name] for name in ("test_from", "refit", "model")} == {
        "test_from": "2026-03-25",
        "refit": "none",
        "model": CHEAP,
    }
    for moment in ("day_before", "at_booking"):
        assert {"all", "lead_ge_1", "booked_after_cutoff", "intake", "video_or_phone"} <= set(document[moment])
        assert {"n", "auroc", "auprc", "brier", "ece", "calibration_slope"} <= set(document[moment]["all"])
        assert document[moment]["all"]["n"] == len(test)
        assert document[moment]["lead_ge_1"]["n"] == (test["lead_time_days"] >= 1).sum()
        assert document[moment]["booked_after_cutoff"]["n"] == booked_later.sum()


def test_something_is_learned() -> None:
    """Better than chance, far from a leak, and better than the lead-time table."""
    auroc = evaluated()["day_before"]["all"]["auroc"]

    assert 0.58 < auroc < 0.8
    assert auroc > evaluated(model="lead_time_table")["day_before"]["all"]["auroc"]


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[tuple[TrainingSet, str]]:
    """Every training set the evaluation fits on, as it goes by."""
    seen: list[tuple[TrainingSet, str]] = []
    real = evaluate.fit

    def watched(name: str, training: TrainingSet, demographic: dict[str, str]) -> object:
        seen.append((training, name))
        return real(name, training, demographic)

    monkeypatch.setattr(evaluate, "fit", watched)
    return seen


def test_fitted_once_on_visits_before_the_cut_off(trained: list[tuple[TrainingSet, str]]) -> None:
    """And on outcomes known when it begins."""
    evaluated(model="lead_time_table")

    assert [training.moment for training, _ in trained] == ["day_before", "at_booking"]
    for training, _ in trained:
        assert training.frame["starts_on"].max() < CUT
        assert training.frame["label_known_at"].max() <= pd.Timestamp(datetime(2026, 3, 25, 4, tzinfo=UTC))


def test_fitted_again_for_each_day(trained: list[tuple[TrainingSet, str]]) -> None:
    """On outcomes known at 00:00 of the day before, when that day's visits are scored: later fits have seen more."""
    days = sorted(set(ROWS.loc[ROWS["starts_on"] >= CUT, "starts_on"]))
    document = evaluated(model="lead_time_table", refit="daily")
    fits = [training.frame for training, _ in trained if training.moment == "day_before"]

    assert len(fits) == len(days)
    assert [len(rows) for rows in fits] == sorted(len(rows) for rows in fits)
    assert len(fits[-1]) > len(fits[0]) + 50
    for day, rows in zip(days, fits, strict=True):
        assert rows["label_known_at"].max() <= pd.Timestamp(day, tz=ZONE) - pd.Timedelta(hours=23)
    assert document["day_before"]["all"]["n"] == evaluated()["day_before"]["all"]["n"]


def test_labels_of_the_test_do_not_reach_the_model() -> None:
    """Turned round, they give the mirror image: the forecasts have not moved."""
    test = ROWS["starts_on"] >= CUT
    labels = ROWS["label_is_unused"]
    turned = ROWS.assign(label_is_unused=labels.where(~test | labels.isna(), ~labels.eq(True)))

    assert evaluated(turned)["day_before"]["all"]["auroc"] == pytest.approx(1 - evaluated()["day_before"]["all"]["auroc"])


def test_a_planted_leak_shows_and_is_refused() -> None:
    """A feature that knows the outcome lifts AUROC beyond the suspect limit, and such a model is not promoted."""
    leak = np.where(ROWS["label_is_unused"].eq(True), 0.9, 0.1) + np.random.default_rng(0).normal(0, 0.1, len(ROWS))
    leaking = evaluated(ROWS.assign(client_recent_unused_rate=leak), model="gradient_boosting")["day_before"]["all"]
    decision = judge(leaking, {"baseline": {**leaking, "log_loss": 0.6}}, None)

    assert leaking["auroc"] > SUSPECT_AUROC
    assert not decision.promote
    assert "look for a leak first" in " ".join(decision.reasons)


def test_labels_without_meaning_give_no_ranking() -> None:
    """Shuffled within the practice, labels leave nothing to learn."""
    shuffled = np.random.default_rng(4).permutation(ROWS["label_is_unused"].to_numpy())
    auroc = evaluated(ROWS.assign(label_is_unused=shuffled))["at_booking"]["all"]["auroc"]

    assert auroc == pytest.approx(0.5, abs=0.07)


@pytest.mark.parametrize(
    ("cut", "problem"), [(date(2026, 6, 1), "No visits with a known outcome from 2026-06-01 on"), (date(2026, 1, 7), "Too little to learn")]
)
def test_a_cut_off_outside_the_file_is_named(cut: date, problem: str) -> None:
    """After the last visit there is nothing to test, at the first nothing to learn from."""
    with pytest.raises(NotReadyError, match=problem):
        evaluated(test_from=cut)
