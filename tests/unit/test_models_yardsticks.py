"""The sandbox's yardsticks: 1 is the best forecast possible, 0 the base rate, and better than possible is a leak."""

import numpy as np
import pytest

from hsched_models.design import BASELINE, SHIPPED
from hsched_models.estimators import expit, logit
from hsched_models.rolling import Recipe
from hsched_models.sandbox_report import evaluate_against_oracle
from hsched_models.yardsticks import against_oracle, cross_entropy, explained_information_ratio, is_leaking
from tests.feature_frames import ZONE, feature_rows

VISITS = 20_000
_RNG = np.random.default_rng(7)
Q = expit(_RNG.normal(-1.6, 0.8, VISITS))
LABELS = (_RNG.random(VISITS) < Q).astype(np.int64)
BASE = np.full(VISITS, float(LABELS.mean()))
CLIENTS = np.array([f"client{n % 4000}" for n in range(VISITS)], dtype=object)


def test_the_oracle_explains_everything_and_the_base_rate_nothing() -> None:
    oracle, base = (against_oracle(LABELS, p, Q, BASE, CLIENTS) for p in (Q, BASE))

    assert oracle["explained_information_ratio"] == pytest.approx(1)
    assert oracle["kl_millinats"] == pytest.approx(0)
    assert oracle["auroc_gap"] == 0
    assert oracle["over_oracle_se"] == 0
    assert base["explained_information_ratio"] == pytest.approx(0)
    assert base["auroc"] == pytest.approx(0.5)


def test_information_lost_is_what_the_divergence_says() -> None:
    """Share lost = KL / (gain of the oracle over the base rate), and noise in the log odds only ever loses."""
    noisy = expit(logit(Q) + _RNG.normal(0, 0.3, VISITS))
    noisier = expit(logit(Q) + _RNG.normal(0, 0.6, VISITS))
    found, worse = (against_oracle(LABELS, p, Q, BASE, CLIENTS) for p in (noisy, noisier))
    attainable = 1000 * float((cross_entropy(Q, BASE) - cross_entropy(Q, Q)).mean())

    assert 1 - found["explained_information_ratio"] == pytest.approx(found["kl_millinats"] / attainable)
    assert worse["explained_information_ratio"] < found["explained_information_ratio"] < 1
    assert not is_leaking(found)


def test_a_forecast_that_has_seen_the_outcome_is_a_leak_and_luck_is_not() -> None:
    """A nudge of 0.1 in log odds toward the outcome is found; the base rate, or a shrunken forecast, never beats the oracle."""
    knowing = expit(logit(Q) + 0.1 * (2 * LABELS - 1))
    shrunken = expit(0.8 * (logit(Q) - logit(Q).mean()) + logit(Q).mean())

    assert is_leaking(against_oracle(LABELS, knowing, Q, BASE, CLIENTS))
    assert not is_leaking(against_oracle(LABELS, shrunken, Q, BASE, CLIENTS))


def test_visits_of_one_client_are_not_evidence_of_many() -> None:
    """Clusters: the same rows under fewer clients have a wider standard error, so the same lead counts for less."""
    better = Q.copy()
    better[: VISITS // 50] = expit(logit(Q[: VISITS // 50]) + 2 * LABELS[: VISITS // 50] - 1)
    one_client = np.where(np.arange(VISITS) < VISITS // 50, "lucky", CLIENTS).astype(object)
    many, one = (against_oracle(LABELS, better, Q, BASE, clients)["over_oracle_se"] for clients in (CLIENTS, one_client))

    assert many > 2 > one > 0


def test_outcomes_and_oracle_agree_on_the_ratio_up_to_chance() -> None:
    p = expit(logit(Q) + _RNG.normal(0, 0.3, VISITS))
    y = LABELS.astype(float)

    assert explained_information_ratio(y, p, Q, BASE) == pytest.approx(explained_information_ratio(Q, p, Q, BASE), abs=0.1)


def test_the_report_says_leak_where_its_oracle_is_beaten() -> None:
    """An oracle that knows lead times alone is beaten by a model of clients: to the report, something has seen the outcome."""
    rows = feature_rows(visits=2000, days=340, seed=4)
    by_lead = rows.groupby("lead_time_days")["label_is_unused"].transform("mean").astype(float)
    oracle = dict(zip(rows["appointment_token"], by_lead, strict=True))
    found = evaluate_against_oracle(rows, oracle, Recipe("", ZONE, {"age": "recorded for tests"}), print)

    assert found["is_leaking"] is True
    assert found["baseline"]["over_oracle_se"] > 2
    assert found["model"] in (SHIPPED, BASELINE)
    assert 600 < found["n"] < 1000, "the last 140 of 340 days"
