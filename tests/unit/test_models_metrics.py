"""Figures agree with scikit-learn or with sums done by hand, and are absent where they mean nothing."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from hsched_models.metrics import expected_calibration_error, measure, measure_slices, recall_per_day

RNG = np.random.default_rng(0)
P = RNG.uniform(0.02, 0.9, 4000)
Y = pd.Series((RNG.uniform(size=4000) < P).astype(int))
DAY = date(2026, 3, 2)


def test_ranking_and_loss_are_scikit_learns() -> None:
    """The four figures others compute too."""
    found = measure(Y, P)

    assert found["n"] == 4000
    assert found["auroc"] == roc_auc_score(Y, P)
    assert found["auprc"] == average_precision_score(Y, P)
    assert found["brier"] == brier_score_loss(Y, P)
    assert found["log_loss"] == pytest.approx(log_loss(Y, P))
    assert found["base_rate"] == Y.mean()


def test_true_probabilities_are_calibrated() -> None:
    """Slope 1, offset 0 and a small calibration error when p is what the labels were drawn from; not when it is pushed out."""
    honest, bold = measure(Y, P), measure(Y, P**2 / (P**2 + (1 - P) ** 2))

    assert honest["calibration_slope"] == pytest.approx(1, abs=0.1)
    assert honest["calibration_offset"] == pytest.approx(0, abs=0.1)
    assert float(honest["ece"] or 1) < 0.03 < float(bold["ece"] or 0)
    assert bold["calibration_slope"] == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_has_no_ranking(label: int) -> None:
    """AUROC, lift and slope of one class are None, not 0 or 1; what can be said is said."""
    found = measure(pd.Series([label] * 10), np.full(10, 0.25), pd.Series([DAY] * 10))
    undefined = {name for name, value in found.items() if value is None}

    assert undefined == {"auroc", "auprc", "brier_skill", "calibration_slope", "calibration_offset", "lift_at_10", "recall_at_20_per_day"}
    assert found["brier"] == pytest.approx((label - 0.25) ** 2)


def test_nothing_is_measured_as_nothing() -> None:
    """No rows: a count, and no figure that could be mistaken for one."""
    assert measure(pd.Series([], dtype=int), np.empty(0)) == {"n": 0}


def test_calibration_error_by_hand() -> None:
    """Two bins of two: |0.5 - 0.15| and |1 - 0.85|, half each; equal mass cuts elsewhere."""
    labels, p = np.array([0, 1, 1, 1]), np.array([0.12, 0.18, 0.82, 0.88])

    assert expected_calibration_error(labels, p, equal_mass=False) == pytest.approx((0.35 + 0.15) / 2)
    assert expected_calibration_error(labels, p, equal_mass=True, bins=2) == pytest.approx((0.35 + 0.15) / 2)
    assert expected_calibration_error(labels, p, equal_mass=True, bins=1) == pytest.approx(0.25)
    assert expected_calibration_error(np.array([1]), np.array([1.0]), equal_mass=False) == 0


def test_lift_and_skill_by_hand() -> None:
    """The riskiest of ten is unused and two of ten are: five times the base rate. The base rate itself has no skill."""
    labels = pd.Series([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])

    assert measure(labels, np.linspace(0.9, 0.1, 10))["lift_at_10"] == 5
    assert measure(labels, np.full(10, 0.2))["brier_skill"] == pytest.approx(0)
    assert measure(labels, np.full(10, 0.2))["auroc"] == 0.5


def test_calls_are_counted_day_by_day() -> None:
    """A fifth of each day is called, rounded up: a quiet day's risks do not compete with a busy one's."""
    days = pd.Series([DAY] * 5 + [date(2026, 3, 3)] * 6)
    labels = np.array([1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0])
    p = np.array([0.2, 0.1, 0.1, 0.1, 0.1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4])

    assert recall_per_day(labels, p, days) == 3 / 4  # 1 of 5 and 2 of 6 are called


def test_slices_have_their_own_rows() -> None:
    """all and lead_ge_1 always, the others where they tell two groups apart; an own slice may be added, an empty one has n 0."""
    rows = pd.DataFrame(
        {
            "label_is_unused": [True, False, True, False],
            "lead_time_days": [0, 1, 5, 9],
            "client_visits": [0, 0, 3, 4],
            "session_type": "individual",
            "modality": [None, "video", "phone", "in_person"],
            "starts_on": DAY,
        }
    )
    found = measure_slices(rows, np.array([0.4, 0.3, 0.2, 0.1]), {"none": pd.Series(False, index=rows.index)})

    assert {name: figures["n"] for name, figures in found.items()} == {
        "all": 4,
        "lead_ge_1": 3,
        "new_client": 2,
        "known_client": 2,
        "in_person": 1,
        "video_or_phone": 2,
        "none": 0,
    }
    assert found["lead_ge_1"]["auroc"] == 0.5
    assert found["new_client"]["auroc"] == 1
    assert "accuracy" not in found["all"]
