"""The ladder: what each rung reads, on which files it can be fitted, and that a row alone scores as it does among others."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from hsched_models.dataset import TrainingSet, training_set
from hsched_models.design import BASELINE, LADDER, SHIPPED, Words, seen_often, varying, with_intercept_only, without_history
from hsched_models.features import CATALOGUE, Role, input_columns
from hsched_models.train import Fitted, fit
from tests.feature_frames import RARE_CLINICIAN, feature_rows

ALWAYS = datetime(2027, 1, 1, tzinfo=UTC)
ROWS = feature_rows(visits=1200, days=90)
EVERYBODY = {"age": "basis", "gender": "basis"}


@pytest.fixture(scope="module")
def training() -> TrainingSet:
    return training_set(ROWS, "day_before", ALWAYS)


@pytest.fixture(scope="module")
def ladder(training: TrainingSet) -> dict[str, Fitted]:
    return {name: fit(name, training, EVERYBODY) for name in LADDER}


@pytest.fixture(scope="module")
def unseen() -> pd.DataFrame:
    """Rows of another practice's calendar: words, clients and clinicians nobody has seen, and holes."""
    rows = feature_rows(visits=150, days=20, seed=9).reset_index(drop=True)
    rows.loc[::5, ["clinician_token", "session_type", "modality", "gender"]] = ["stranger", "assessment", "hologram", "other"]
    rows.loc[::7, ["start_hour", "age_years"]] = [None, None]
    rows.loc[3::7, ["clinician_token", "series_interval_days"]] = [None, None]
    rows.loc[2, "lead_time_days"] = 900
    return rows


@pytest.mark.parametrize("name", list(LADDER))
def test_a_row_alone_scores_as_it_does_among_others(ladder: dict[str, Fitted], unseen: pd.DataFrame, name: str) -> None:
    """Transforms are part of the model: nothing is learned from the rows being scored, nor from their order."""
    batch = ladder[name].predict(unseen)
    alone = np.array([ladder[name].predict(unseen.iloc[[number]])[0] for number in range(0, len(unseen), 6)])
    backwards = ladder[name].predict(unseen.iloc[::-1])[::-1]

    assert np.abs(alone - batch[::6]).max() <= 1e-12
    assert np.abs(backwards - batch).max() <= 1e-12
    assert ((batch > 0) & (batch < 1)).all()


def test_the_ladder_is_in_order(ladder: dict[str, Fitted]) -> None:
    """From a flat rate to the blend that ships; only the last steps know the client."""
    assert list(LADDER) == ["prior", "lead_time_table", "logistic_no_history", BASELINE, "gradient_boosting", SHIPPED]
    assert ladder["lead_time_table"].columns == ("lead_time_days",)
    assert not [name for name in ladder["logistic_no_history"].columns if name.startswith(("client_", "days_since_", "is_last_"))]
    assert {name for name in ladder[BASELINE].columns if name.startswith("client_")} == {
        "client_unused",
        "client_expected_unused",
        "client_information",
    }
    assert set(ladder[BASELINE].columns) < set(ladder[SHIPPED].columns)


def test_labels_audit_columns_and_keys_are_never_read(ladder: dict[str, Fitted], training: TrainingSet) -> None:
    """Not even where every demographic switch is on; changing them changes no score."""
    forbidden = {f.name for f in CATALOGUE if f.role in (Role.LABEL, Role.AUDIT, Role.KEY, Role.CONTEXT)}
    scrambled = training.frame.assign(**dict.fromkeys(forbidden))

    for fitted in ladder.values():
        assert not forbidden & set(fitted.columns)
        assert (fitted.predict(scrambled) == fitted.predict(training.frame)).all()


@pytest.mark.parametrize(
    ("switches", "read"),
    [
        ({}, set()),
        ({"age": "basis"}, {"age_years"}),
        ({"gender": "basis"}, {"gender"}),
        ({"age": ""}, set()),
        (EVERYBODY, {"age_years", "gender"}),
    ],
)
def test_each_demographic_column_has_its_switch(training: TrainingSet, switches: dict[str, str], read: set[str]) -> None:
    """An input only where the practice recorded its basis; an empty basis is none, and the fitted model has no such column."""
    demographic = {feature.name for feature in CATALOGUE if feature.role is Role.DEMOGRAPHIC}
    fitted = fit(BASELINE, training, switches)

    assert demographic & set(input_columns(switches)) == read
    assert demographic & set(fitted.columns) == read
    assert demographic & set(fitted.estimator.unused_[0].feature_names_in_) == read


def test_a_switch_for_anything_else_opens_nothing() -> None:
    """Naming welfare or race as an input does not make it one."""
    named = {"welfare": "basis", "audit_has_welfare": "basis", "race_ethnicity": "basis", "language": "basis"}

    assert input_columns(named) == input_columns({})


def test_what_never_varies_is_dropped() -> None:
    """A column of one value, or of none, teaches nothing; a value here and there does."""
    rows = pd.DataFrame({"one": [1, 1, 1], "none": [None, None, None], "some": [None, 1, 1], "many": [1, 2, 3]})

    assert varying(rows, ("one", "none", "some", "many")) == ("some", "many")


@pytest.mark.parametrize(
    ("weeks", "read"), [(3, ["start_hour"]), (30, ["weekday", "start_hour"]), (60, ["weekday", "start_hour", "season", "is_after_holiday"])]
)
def test_parts_of_the_calendar_are_read_once_they_have_come_round(weeks: float, read: list[str]) -> None:
    assert list(seen_often(("weekday", "start_hour", "season", "is_after_holiday"), weeks)) == read


def test_history_is_what_clients_and_clinicians_did() -> None:
    """The columns a newcomer does not have."""
    columns = ("lead_time_days", "client_visits", "client_unused", "is_last_unused", "days_since_attended", "clinician_unused_rate")

    assert without_history(columns) == ("lead_time_days",)
    assert with_intercept_only(columns) == ("lead_time_days", "client_unused")


OPTIONAL = {
    "without clinicians and hours": ["clinician_token", "clinician_unused_rate", "start_hour", "modality", "series_interval_days"],
    "without any optional column": [
        "clinician_token", "clinician_unused_rate", "start_hour", "booked_hour", "duration_minutes", "modality", "series_interval_days",
        "age_years", "gender",
    ],
    "without history": ["is_last_unused", "days_since_attended", "days_since_outcome"],
}  # fmt: skip


@pytest.mark.parametrize("missing", list(OPTIONAL))
@pytest.mark.parametrize("name", list(LADDER))
def test_every_rung_fits_a_file_that_has_less(name: str, missing: str) -> None:
    """All of these columns are empty, in training and in scoring."""
    rows = ROWS.assign(**dict.fromkeys(OPTIONAL[missing]))
    fitted = fit(name, training_set(rows, "day_before", ALWAYS), EVERYBODY)

    assert not set(OPTIONAL[missing]) & set(fitted.columns)
    assert np.isfinite(fitted.predict(rows.head(20))).all()


@pytest.mark.parametrize("name", list(LADDER))
def test_every_rung_fits_a_practice_that_began_to_record_more(name: str) -> None:
    """Empty in the first half: a fold that looks forward from there has never seen these columns filled."""
    first_half = ROWS["starts_on"] < sorted(ROWS["starts_on"])[len(ROWS) * 3 // 4]
    columns = OPTIONAL["without any optional column"]
    rows = ROWS.assign(**{column: ROWS[column].where(~first_half, None) for column in columns})
    fitted = fit(name, training_set(rows, "day_before", ALWAYS), EVERYBODY)

    assert np.isfinite(fitted.predict(rows)).all()
    assert np.isfinite(fitted.predict(rows.assign(**dict.fromkeys(columns)))).all()


def test_rare_words_are_forgotten() -> None:
    """Nothing is 'unknown', a rare or new word 'other': the fitted transform does not hold the rare one."""
    rows = pd.DataFrame({"word": ["often"] * 60 + ["seldom"] * 3 + [None] * 50})
    fitted = Words(fewest=50).fit(rows)

    assert fitted.common_ == {"word": ["often", "unknown"]}
    assert fitted.transform(pd.DataFrame({"word": ["often", "seldom", "new", None]}))["word"].tolist() == [
        "often",
        "other",
        "other",
        "unknown",
    ]


def test_a_clinician_with_few_visits_is_in_no_model(ladder: dict[str, Fitted]) -> None:
    """A pseudonym of four visits could be one client's: it is not among what the models know."""
    assert (ROWS["clinician_token"] == RARE_CLINICIAN).any()
    for fitted in ladder.values():
        assert RARE_CLINICIAN not in repr(_learned(fitted.estimator))
    assert "clinician1" in repr(_learned(ladder[SHIPPED].estimator)), "the search finds nothing at all"


def _learned(part: object) -> object:
    """Everything a fitted estimator holds, opened to its leaves."""
    if isinstance(part, dict):
        return {key: _learned(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_learned(value) for value in part]
    if isinstance(part, np.ndarray):
        return _learned(part.tolist()) if part.dtype == object else ""
    return _learned(vars(part)) if hasattr(part, "__dict__") and not callable(part) else part


def test_the_model_learns_what_was_planted(ladder: dict[str, Fitted]) -> None:
    """Long leads and clients who miss are riskier than short leads and clients who come."""
    base = ROWS[ROWS["moment"] == "day_before"].iloc[[0]]
    comes = base.assign(lead_time_days=0, client_visits=10, client_unused=0, client_expected_unused=2.0, client_information=1.6)
    misses = comes.assign(lead_time_days=30, client_unused=8, client_unused_rate=0.6, client_recent_unused_rate=0.6, is_last_unused=True)

    for name in (BASELINE, SHIPPED):
        assert ladder[name].predict(misses)[0] > ladder[name].predict(comes)[0] + 0.1


@pytest.mark.parametrize("name", [BASELINE, SHIPPED])
def test_a_client_with_500_visits_is_neither_certain_nor_unknown(ladder: dict[str, Fitted], name: str) -> None:
    """Far outside the histories trained on (none above 40): more misses than expected still mean more, and nobody is a 0 or a 1."""
    base = ROWS[ROWS["moment"] == "day_before"].iloc[[0]]
    long = base.assign(client_visits=500, client_expected_unused=100.0, client_information=80.0, client_bookings=501, series_position=500)
    never, usual, always = (
        float(ladder[name].predict(long.assign(client_unused=unused, client_no_shows=unused))[0]) for unused in (0, 100, 500)
    )

    assert ROWS["client_visits"].max() < 40
    assert 0.001 < never < usual < always < 0.999


def test_fitting_again_gives_the_same_model(ladder: dict[str, Fitted], training: TrainingSet, unseen: pd.DataFrame) -> None:
    """No chance in it that is not pinned."""
    again = fit(SHIPPED, training, EVERYBODY)

    assert (again.predict(unseen) == ladder[SHIPPED].predict(unseen)).all()
