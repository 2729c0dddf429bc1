"""Forecasts that charts may judge: as issued, without hindsight and without the weekly moves; the champion's own where none were."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hsched_core.domain.errors import NotReadyError
from hsched_models.estimators import expit, logit
from hsched_models.foresight import MOMENT, forecasts_of, hindsight_of
from hsched_models.heads import TwoHeads
from hsched_models.shifted import Shifted
from hsched_models.train import Fitted
from hsched_models.workspace import Workspace
from tests.feature_frames import workspace

MONDAY = date(2026, 3, 2)
OFFSETS = {"1": 0.0, "2": 0.5}


class Versions:
    """A registry with two versions, the second with its intercept moved; the third's file is damaged."""

    def load(self, moment: str, version: str) -> Fitted:
        assert moment == MOMENT
        if version not in OFFSETS:
            raise NotReadyError("damaged", "train again")
        model = TwoHeads(None, None)
        model.unused_, model.split_ = Shifted(OFFSETS[version]), None
        return Fitted("blend", model, ())


class Champion(SimpleNamespace):
    """Says 0.4 of every visit; its intercept was never moved."""

    estimator = None

    def predict(self, rows: pd.DataFrame) -> np.typing.NDArray[np.float64]:
        return np.full(len(rows), 0.4)


def scored(ws: Workspace, day: date, bookings: list[str], **known: object) -> None:
    """The score file of visits on that day: made at 00:00 of the day before, under the day that ended then."""
    columns = {"moment": MOMENT, "starts_on": day, "probability": 0.2, "model_version": "1", "is_hindsight": False}
    ws.scores.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({"booking_id": bookings, **columns, **known}).to_parquet(ws.scores / f"{day - timedelta(days=2)}.parquet")


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


def asked(ws: Workspace, trained_through: date, since: date = MONDAY) -> list[float]:
    """Visits a on Monday to c on Wednesday."""
    rows = pd.DataFrame({"booking_id": ["a", "b", "c"], "starts_on": [MONDAY + timedelta(days=n) for n in range(3)]}, index=[7, 8, 9])
    found = forecasts_of(ws, Versions(), rows, Champion(), trained_through, since)  # type: ignore[arg-type]  # fakes
    assert list(found.index) == [7, 8, 9]
    return [round(p, 6) for p in found]


def test_forecasts_as_issued_come_first_whoever_made_them(ws: Workspace) -> None:
    """Also of visits that the champion of today was trained on: version 1 was not. A visit nobody scored is the champion's."""
    scored(ws, MONDAY, ["a"])
    scored(ws, MONDAY + timedelta(days=1), ["b"])

    assert asked(ws, trained_through=MONDAY + timedelta(days=1)) == [0.2, 0.2, 0.4]


def test_a_moved_intercept_is_taken_out_again(ws: Workspace) -> None:
    """A chart would otherwise see only what the update has not followed yet."""
    scored(ws, MONDAY, ["a"], model_version="2")

    assert asked(ws, trained_through=MONDAY)[0] == pytest.approx(float(expit(logit(0.2) - 0.5)), abs=1e-6)


def test_hindsight_and_what_cannot_be_told_are_no_forecasts(ws: Workspace) -> None:
    """Scored by a model that had seen the day; by a version whose file is damaged; before the watched time; trained on and not scored."""
    scored(ws, MONDAY, ["a"], is_hindsight=True)
    scored(ws, MONDAY + timedelta(days=1), ["b"], model_version="3")

    assert np.isnan(asked(ws, trained_through=MONDAY + timedelta(days=2))).all()
    assert np.isnan(asked(ws, trained_through=MONDAY - timedelta(days=9), since=MONDAY + timedelta(days=1))).tolist() == [
        True,
        False,
        False,
    ]


def test_other_moments_forecasts_are_others(ws: Workspace) -> None:
    """What was scored at booking is not what a day_before chart judges."""
    scored(ws, MONDAY, ["a"], moment="at_booking")

    assert np.isnan(asked(ws, trained_through=MONDAY)[0])


def test_hindsight_ends_where_forecasts_begin() -> None:
    """The champion says of Monday what it would have; Tuesday and Wednesday were forecast, or came after one."""
    rows = pd.DataFrame({"starts_on": [MONDAY + timedelta(days=n) for n in range(3)]}, index=[7, 8, 9])
    said = hindsight_of(rows, Champion(), pd.Series([np.nan, 0.3, np.nan], index=rows.index))  # type: ignore[arg-type]  # a fake

    assert said.tolist() == pytest.approx([0.4, np.nan, np.nan], nan_ok=True)
    assert hindsight_of(rows, Champion(), pd.Series(np.nan, index=rows.index)).isna().all()  # type: ignore[arg-type]  # a fake
