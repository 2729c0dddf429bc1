"""What a contact changed: the planted effect is found, a zero effect is called none, and a chosen group is never called a cause."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hsched_models.uplift import Kind, Verdict, effects_by, observational_effect, randomised_effect


def trial(*, relative_risk: float, visits: int = 12_000, seed: int = 3, share_held: float = 0.3, clients: int = 900) -> pd.DataFrame:
    """Visits assigned by chance; each client has a habit, so that visits of one client end alike."""
    rng = np.random.default_rng(seed)
    client = rng.integers(clients, size=visits)
    p = 1 / (1 + np.exp(1.5 - rng.normal(0, 1.0, clients)[client]))
    contacted = rng.random(visits) > share_held
    unused = rng.random(visits) < np.where(contacted, p * relative_risk, p)
    tokens = [f"client{number}" for number in client]
    return pd.DataFrame({"client_token": tokens, "is_contacted": contacted, "is_unused": unused, "probability": p, "group": client % 2})


def test_a_planted_effect_is_found_and_its_size_is_within_the_interval() -> None:
    """Calls at a relative risk of 0.6 (RCTs: 0.49 to 0.75) leave no doubt."""
    data = trial(relative_risk=0.6)
    found = randomised_effect(data)
    planted = -0.4 * data["probability"].mean()

    assert found.verdict is Verdict.FEWER
    assert found.low < planted < found.high
    assert found.relative_risk == pytest.approx(0.6, abs=0.06)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % of 200 trials, give or take what chance allows; with and without the forecast."""
    for columns in (["client_token", "is_contacted", "is_unused", "probability"], ["client_token", "is_contacted", "is_unused"]):
        held = 0
        for seed in range(200):
            data = trial(relative_risk=0.8, visits=1500, seed=seed, clients=150)
            found = randomised_effect(data[columns])
            held += found.low <= -0.2 * data["probability"].mean() <= found.high

        assert 180 <= held <= 199


def test_the_forecast_narrows_the_interval() -> None:
    """What was foretold is no noise."""
    data = trial(relative_risk=0.9)
    with_it, without = randomised_effect(data), randomised_effect(data.drop(columns="probability"))

    assert with_it.high - with_it.low < 0.95 * (without.high - without.low)


def test_a_world_without_an_effect_has_none() -> None:
    """Said so, not "too little data", once the interval is narrow enough."""
    assert randomised_effect(trial(relative_risk=1.0, visits=40_000, clients=3_000)).verdict is Verdict.NONE


def test_a_false_effect_is_rare_without_one() -> None:
    """At most a few of 200 trials without an effect find one."""
    verdicts = [randomised_effect(trial(relative_risk=1.0, visits=1500, seed=seed, clients=150)).verdict for seed in range(200)]

    assert sum(verdict in (Verdict.FEWER, Verdict.MORE) for verdict in verdicts) <= 20


@pytest.mark.parametrize("visits", [0, 60, 600])
def test_few_visits_say_too_little_data(visits: int) -> None:
    """Neither an effect nor its absence is read out of a handful."""
    assert randomised_effect(trial(relative_risk=0.95, visits=visits)).verdict is Verdict.TOO_LITTLE


def test_one_arm_only_says_too_little_data() -> None:
    """Everybody was contacted: there is nothing to compare with."""
    found = randomised_effect(trial(relative_risk=0.5).assign(is_contacted=True))

    assert found.verdict is Verdict.TOO_LITTLE
    assert math.isnan(found.difference)


def test_groups_have_effects_of_their_own() -> None:
    """A contact that helps one group only shows where."""
    data = trial(relative_risk=1.0, visits=30_000)
    helped = (data["group"] == 1) & data["is_contacted"] & (np.arange(len(data)) % 2 == 0)
    found = effects_by(data.assign(is_unused=data["is_unused"] & ~helped), "group")

    assert found["1"].verdict is Verdict.FEWER
    assert found["1"].high < found["0"].low


def test_what_people_chose_is_an_association() -> None:
    """Contacting the riskiest makes contacts look harmful; within strata of risk it does not, and it is no effect either way."""
    rng = np.random.default_rng(5)
    data = trial(relative_risk=0.8, visits=20_000)
    chosen = rng.random(len(data)) < data["probability"]
    untreated = rng.random(len(data)) < data["probability"] * np.where(chosen, 0.8, 1.0)
    contacts = data.assign(is_contacted=chosen, is_unused=untreated, band=pd.qcut(data["probability"], 20, labels=False))
    crude = contacts[chosen]["is_unused"].mean() - contacts[~chosen]["is_unused"].mean()
    found = observational_effect(contacts, ["band"])

    assert crude > 0 > found.high
    assert (found.kind, found.verdict) == (Kind.OBSERVATIONAL, Verdict.ASSOCIATION)


def test_text_messages_of_the_public_file_are_not_called_harmful(public_file: Path) -> None:
    """Raw rates say 11 points more misses with a text (they were sent for long leads only); MODEL.md 3.6: -5.3 within lead and weekday."""
    contacts = _public_contacts(public_file)
    crude = contacts[contacts["is_contacted"]]["is_unused"].mean() - contacts[~contacts["is_contacted"]]["is_unused"].mean()
    found = observational_effect(contacts, ["lead", "weekday"])

    assert crude > 0.05
    assert found.high < 0
    assert found.verdict is Verdict.ASSOCIATION


def _public_contacts(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=str)
    day, booked = pd.to_datetime(frame["AppointmentDay"]).dt.normalize(), pd.to_datetime(frame["ScheduledDay"]).dt.normalize()
    return pd.DataFrame(
        {
            "client_token": frame["PatientId"],
            "is_contacted": frame["SMS_received"] == "1",
            "is_unused": frame["No-show"] == "Yes",
            "lead": (day - booked).dt.days,
            "weekday": day.dt.dayofweek,
        }
    )
