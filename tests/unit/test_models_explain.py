"""Reasons per score: computed from the model, the same each time, in words of the visit, and blaming nobody for who they are."""

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hsched_models.design import LADDER, SHIPPED
from hsched_models.estimators import logit
from hsched_models.explain import LEAST, MOST, NO_HISTORY, ORDINARY, explain, in_words
from hsched_models.features import CATALOGUE, Role, category_columns
from hsched_models.reason_words import FAMILIES, span
from hsched_models.train import Fitted
from hsched_models.typical import typical_row
from tests.feature_frames import tokens_in
from tests.fitted_models import fitted, rows

INPUTS = {feature.name for feature in CATALOGUE if feature.role is Role.INPUT}
DEMOGRAPHIC = {feature.name for feature in CATALOGUE if feature.role is Role.DEMOGRAPHIC}
HISTORY = next(family for family in FAMILIES if family.name == "history")


@cache
def shown() -> pd.DataFrame:
    return rows().tail(300).reset_index(drop=True)


def sentences(changed: dict[str, object], model: str = SHIPPED) -> str:
    """The reasons of one visit with some values changed."""
    row = shown().head(1).assign(**changed)
    return in_words(fitted(model), row, fitted(model).predict(row))[0]


def words(name: str, raises: bool = True, **row: object) -> str | None:
    return next(family for family in FAMILIES if family.name == name).words(row, raises)


def test_every_input_belongs_to_one_family_and_no_demographic_to_any() -> None:
    """A new input without a family would move scores that nobody can explain; age and gender are never a reason."""
    columns = [column for family in FAMILIES for column in family.columns]

    assert len(columns) == len(set(columns))
    assert set(columns) == INPUTS
    assert not DEMOGRAPHIC & fitted(SHIPPED).typical.keys()
    assert DEMOGRAPHIC & set(fitted(SHIPPED).columns)


@pytest.mark.parametrize("name", [name for name in LADDER if name != "prior"])
def test_at_most_three_reasons_strongest_first_and_the_same_each_time(name: str) -> None:
    """On every rung; a row has alone the reasons that it has in a batch."""
    model = fitted(name)
    found = explain(model, shown(), model.predict(shown()))
    alone = [explain(model, shown().iloc[[n]], model.predict(shown().iloc[[n]]))[0] for n in range(3)]

    assert found == explain(model, shown(), model.predict(shown()))
    assert found[:3] == alone
    for reasons in found:
        effects = [abs(reason.effect) for reason in reasons]
        assert len(reasons) <= MOST
        assert effects == sorted(effects, reverse=True)
        assert min(effects, default=1) >= LEAST


def as_typical(model: Fitted, row: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """The rows with those inputs as in the model's typical visit."""
    amounts = set(names) & model.typical.keys() - set(category_columns(model.columns))
    words = set(names) & model.typical.keys() - amounts
    kept = {name: model.typical[name] for name in words}
    return row.assign(**kept, **{name: np.nan if model.typical[name] is None else model.typical[name] for name in amounts})


def test_an_effect_is_what_the_score_changes_when_the_family_is_typical() -> None:
    """Recomputed by hand for the history of one client: the same log odds."""
    model, row = fitted(SHIPPED), shown()[shown()["client_unused"] >= 8].head(1)
    by_hand = float(logit(model.predict(row))[0] - logit(model.predict(as_typical(model, row, HISTORY.columns)))[0])
    (reasons,) = explain(model, row, model.predict(row))
    missed = [reason for reason in reasons if reason.words.startswith("Missed")]

    assert [reason.effect for reason in missed] == [pytest.approx(by_hand)]
    assert by_hand > LEAST


def test_for_a_linear_model_effects_are_contributions() -> None:
    """Additive in log odds: families add up to the whole difference from a typical visit, demographics aside."""
    model, row = fitted("logistic_no_history"), shown().head(40)
    alone = [logit(model.predict(row)) - logit(model.predict(as_typical(model, row, family.columns))) for family in FAMILIES]
    whole = logit(model.predict(row)) - logit(model.predict(as_typical(model, row, model.typical)))

    assert np.sum(alone, axis=0) == pytest.approx(whole, abs=1e-9)
    assert np.abs(whole).max() > LEAST


def test_reasons_hold_no_token_and_follow_no_demographic() -> None:
    """Another age and gender change the score, not the reasons' families; no pseudonym is ever in the words."""
    model = fitted(SHIPPED)
    texts = in_words(model, shown(), model.predict(shown()))

    assert tokens_in(" ".join(texts)) == set()
    assert not any(token in " ".join(texts) for token in shown()["clinician_token"].unique())
    assert not any(word in " ".join(texts).lower() for word in ("female", "male", "age ", "years old"))
    assert all(value is None or not isinstance(value, str) or "clinician" not in value for value in model.typical.values())


def test_missed_visits_raise_and_kept_ones_lower() -> None:
    """The planted habit shows in the direction of its sentence."""
    model = fitted(SHIPPED)
    found = [reason for reasons in explain(model, shown(), model.predict(shown())) for reason in reasons]

    assert {reason.effect < 0 for reason in found if reason.words.startswith("Came to all")} == {True}
    streaks = [reason.effect for reason in found if reason.words.startswith("Missed the last")]
    assert np.mean([effect > 0 for effect in streaks]) > 0.9


def test_a_client_with_five_hundred_visits_and_a_clinics_first_day() -> None:
    """Figures far outside training, and rows without any history: a sentence each."""
    many = {
        "client_visits": 500,
        "client_unused": 150,
        "client_expected_unused": 100.0,
        "client_information": 80.0,
        "client_unused_streak": 0,
    }
    nothing = dict.fromkeys(("is_last_unused", "days_since_attended", "days_since_outcome"))
    first = {**dict.fromkeys(("client_visits", "client_unused", "client_no_shows", "client_late_cancels", "client_unused_streak"), 0),
             "client_expected_unused": 0.0, "client_information": 0.0, "client_bookings": 1, **nothing}  # fmt: skip

    assert "Missed 150 of 500 visits so far (raises)" in sentences(many)
    assert words("history", **first) == words("bookings", **first) == words("absence", **first) == "First visit"
    assert sentences(first).count("First visit") <= 1


def test_nothing_that_stands_out_is_said_so() -> None:
    """A visit like most, a new client like most, and a model that keeps no typical visit."""
    model = fitted("lead_time_table")
    typical = shown().head(1).assign(lead_time_days=model.typical["lead_time_days"])
    p = model.predict(typical)

    assert in_words(model, typical.assign(client_visits=5), p) == [ORDINARY]
    assert in_words(model, typical.assign(client_visits=0), p) == [NO_HISTORY]
    assert in_words(Fitted(model.name, model.estimator, model.columns), typical, p) == [""]
    assert in_words(model, typical.iloc[:0], p[:0]) == []


def test_an_input_that_nobody_has_gives_no_reason_of_its_own() -> None:
    """Missing hours: their family has nothing to say, the others do."""
    model, blind = fitted(SHIPPED), shown().assign(start_hour=np.nan, weekday=None)
    texts = in_words(model, blind, model.predict(blind))

    assert not any(" at " in text or "On a" in text for text in texts)
    assert any("Missed" in text for text in texts)


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("history", {"client_visits": 8, "client_unused": 3, "client_unused_streak": 1}, "Missed 3 of 8 visits so far"),
        ("history", {"client_visits": 8, "client_unused": 3, "client_unused_streak": 2}, "Missed the last 2 visits"),
        ("history", {"client_visits": 1, "client_unused": 1}, "Missed the one visit so far"),
        ("history", {"client_visits": 0, "client_unused": 0, "client_bookings": 3}, "No earlier visit with a known outcome"),
        (
            "history",
            {"client_visits": 30, "client_unused": 9, "client_visits_180d": 8, "client_no_shows_180d": 2, "client_late_cancels_180d": 1},
            "Missed 3 of 8 visits in the last six months",
        ),
        (
            "history",
            {"client_visits": 30, "client_unused": 9, "client_visits_180d": 0, "client_no_shows_180d": 0, "client_late_cancels_180d": 0},
            "No visit in the last six months",
        ),
        ("absence", {"client_visits": 3, "days_since_attended": 40.0}, "Last came 6 weeks ago"),
        ("absence", {"client_visits": 3, "days_since_attended": None}, "Has not come yet"),
        ("absence", {"client_visits": 3, "client_missed_in_plan": 2}, "The last 2 planned visits did not take place"),
        ("changes", {"is_moved_here": True}, "Moved here from another time"),
        ("changes", {"client_moves_90d": 2}, "Moved 2 visits in the last 90 days"),
        ("changes", {"client_early_cancels": 1}, "Cancelled 1 earlier visit in good time"),
        ("changes", {"client_visits": 4}, "Moved and cancelled little"),
        ("lead", {"lead_time_days": 0}, "Booked for the same day"),
        ("lead", {"lead_time_days": 42}, "Booked 6 weeks ahead"),
        ("lead", {"lead_time_days": None}, None),
        ("slot", {"weekday": 1, "start_hour": 16.0}, "Monday at 16:00"),
        ("slot", {"weekday": "5"}, "On a Friday"),
        ("slot", {"start_hour": 9}, "At 9:00"),
        ("session", {"session_type": "intake", "duration_minutes": 60.0}, "Intake session, 60 minutes"),
        ("session", {"session_type": "visit"}, None),
        ("place", {"modality": "video"}, "By video"),
        ("place", {"modality": "a word nobody knows"}, None),
        ("series", {"series_position": 0.0}, "Not part of a series"),
        ("series", {"series_position": 11.0, "series_interval_days": 7.0}, "Visit 12 of a series"),
        ("confirmation", {"is_confirmed": True}, "Confirmed"),
        ("confirmation", {"is_confirmed": False}, "Not confirmed"),
        ("reminder", {"last_reminder": "call"}, "Reminded by a call"),
        ("reminder", {"last_reminder": "none"}, "No reminder sent so far"),
        ("reminder", {}, None),
        ("calendar", {"season": "august", "is_after_holiday": True}, "In the week after a holiday"),
        ("calendar", {"season": "august", "is_after_holiday": False}, "In August"),
        ("calendar", {"season": "usual", "is_after_holiday": False}, "At a usual time of the year"),
        ("calendar", {}, None),
        ("bookings", {"same_day_bookings": 1}, "1 more booking on that day"),
        ("bookings", {"client_visits": 2, "client_open_bookings": 4}, "4 open bookings"),
        ("clinician", {"clinician_token": "x"}, "Visits with this clinician are missed more often than most"),
        ("clinician", {}, None),
    ],
)  # fmt: skip
def test_a_family_comes_to_a_sentence(name: str, row: dict[str, object], expected: str | None) -> None:
    """What a scheduler can check in the calendar."""
    assert words(name, **row) == expected


def test_lengths_of_time_are_told_as_people_tell_them() -> None:
    assert [span(days) for days in (0.4, 1, 13, 14, 45, 69, 70, 200)] == [
        "1 day", "1 day", "13 days", "2 weeks", "6 weeks", "10 weeks", "2 months", "7 months",
    ]  # fmt: skip


def test_a_typical_row_is_statistics_of_many() -> None:
    """Medians, words and yes/no of most rows; nothing where most rows have nothing; never a pseudonym, never an excess."""
    frame = pd.DataFrame(
        {
            "lead_time_days": [1.0, 3.0, 50.0] * 40,
            "is_confirmed": [True, False, False] * 40,
            "series_interval_days": [7.0, None, None] * 40,
            "session_type": ["individual"] * 80 + ["intake"] * 40,
            "weekday": [1, 2, 3] * 40,
            "clinician_token": ["kim"] * 120,
            "client_unused": [2] * 120,
            "client_expected_unused": [1.5] * 120,
            "client_recent_excess_8w": [0.7] * 120,
            "age_years": [40.0] * 120,
        }
    )

    assert typical_row(frame, tuple(frame.columns)) == {
        "lead_time_days": 3.0,
        "is_confirmed": 0.0,
        "series_interval_days": None,
        "session_type": "individual",
        "weekday": None,
        "clinician_token": None,
        "client_unused": 1.5,
        "client_expected_unused": 1.5,
        "client_recent_excess_8w": 0.0,
    }
    assert typical_row(frame.head(30), ("session_type",)) == {"session_type": None}
