"""The practice's charts: each planted change is named, by its own family, with its day; nothing else is. Odd inputs are defined."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from hsched_models.estimators import expit, logit
from hsched_models.monitor import charts_of, newcomers
from hsched_models.report import RECORDS
from hsched_models.watched import WATCHED_DAYS, watched

FIRST, PAST_WEEKS, WEEKS = date(2025, 1, 6), 60, 12
ON = FIRST + timedelta(weeks=PAST_WEEKS)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
A_DAY = 100
FORECAST = ON - timedelta(weeks=8)  # since then
BEFORE = ON - timedelta(days=1)


def practice(
    seed: int = 1, *, moved: float = 0.0, video: float = 0.0, remapped: float = 0.0, outage: bool = False, mix: float = 0.0
) -> pd.DataFrame:
    """Day_before rows with `p`, the forecast, of sixty calm weeks and twelve in which something has changed."""
    rng = np.random.default_rng(seed)
    days = np.repeat([FIRST + timedelta(days=n) for n in range(7 * (PAST_WEEKS + WEEKS)) if n % 7 < 5], A_DAY)
    count = len(days)
    is_new = days >= ON
    modality = rng.choice(["in_person", "video"], count, p=[0.7, 0.3])
    p = expit(rng.normal(-1.7, 0.7, count))
    clients = np.random.default_rng([seed, 1])
    came = (days - FIRST) // timedelta(weeks=1) - clients.integers(0, 40, count)  # the week in which this visit's client first came
    newer = np.clip((came - PAST_WEEKS) / WEEKS, 0, 1).astype(float)
    truth = expit(logit(p) + moved * is_new + video * (is_new & (modality == "video")) + mix * newer)
    outcome = np.where(rng.random(count) < truth, np.where(rng.random(count) < 0.2, "no_show", "late_cancel"), "attended").astype(object)
    outcome[rng.random(count) < 0.03] = "clinic_cancel"
    outcome[is_new & (outcome == "late_cancel") & (rng.random(count) < remapped)] = "clinic_cancel"
    neither = outcome == "clinic_cancel"
    starts = pd.to_datetime(pd.Series(days), utc=True)
    return pd.DataFrame(
        {
            "starts_on": days,
            "weekday": [day.isoweekday() for day in days],
            "session_type": "individual",
            "modality": modality,
            "clinician_token": rng.choice(["kim", "lee", "noa"], count),
            "client_token": [f"{week}-{one}" for week, one in zip(came, clients.integers(0, 20, count), strict=True)],
            "is_confirmed": (rng.random(count) < 0.3) & ~(outage & is_new),
            "season": "usual",
            "label_outcome": outcome,
            "label_is_unused": np.where(neither, None, outcome != "attended"),
            "label_known_at": starts + pd.Timedelta(hours=20),
            "p": p,
        }
    )


def breaches(rows: pd.DataFrame, trained_through: date = BEFORE, now: datetime = NOW) -> list[str]:
    """What the charts say of forecasts from eight weeks before the change on."""
    forecasts = rows["p"].where(rows["starts_on"] >= FORECAST)
    return charts_of(watched(rows.drop(columns="p"), forecasts, now)).breaches(trained_through)


def test_where_nothing_changed_nothing_is_said() -> None:
    """Three practices, twelve weeks each."""
    assert [breaches(practice(seed)) for seed in range(3)] == [[], [], []]


def test_a_moved_level_is_one_breach_with_its_day_and_size() -> None:
    """The whole says it; its parts, which all moved with it, are not named one by one."""
    found = breaches(practice(moved=0.4))

    assert len(found) == 1
    assert found[0].startswith("outcomes: ")
    assert "unused since 2026-0" in found[0]
    assert "were expected (observed/expected 1." in found[0]


def test_a_new_mix_of_clients_is_named_as_theirs() -> None:
    """Each week's new clients miss a little more than those of the week before; most visits are still older clients'."""
    (found,) = breaches(practice(seed=2, mix=1.6))

    assert found.startswith("outcomes, new clients: ")
    assert "unused of clients first seen since 2026-0" in found


def test_one_kind_of_visit_that_moved_is_named() -> None:
    """Video alone, by so little of all visits that the whole holds."""
    rows = practice(seed=2, video=0.8).query("modality != 'video' or weekday == 1").reset_index(drop=True)

    assert [breach.split(":")[0] for breach in breaches(rows)] == ["outcomes, modality video"]


def test_late_cancels_written_down_as_the_offices_own_are_a_matter_of_records() -> None:
    """People are sent to the status words, and the words that a training looks for are there."""
    found = breaches(practice(remapped=0.5))
    records = [breach for breach in found if breach.startswith(RECORDS)]

    assert any("late_cancel among cancelled since 2026-03-0" in breach for breach in records)
    assert all("Look at the export's status words" in breach for breach in records)


def test_reminders_that_nobody_answers_any_more_are_named() -> None:
    """An outage of the vendor's; the outcomes hold."""
    assert [breach.split(" since ")[0] for breach in breaches(practice(outage=True))] == ["reminders: 0 confirmed"]


def test_what_a_training_has_seen_is_no_breach() -> None:
    """The table still tells of it."""
    rows = practice(moved=0.4).query("starts_on < @until", local_dict={"until": ON + timedelta(weeks=4)}).reset_index(drop=True)
    charts = charts_of(watched(rows.drop(columns="p"), rows["p"].where(rows["starts_on"] >= FORECAST), NOW))
    later = ON + timedelta(weeks=4)

    assert charts.breaches(BEFORE)
    assert charts.breaches(later) == []
    assert any(int(str(line["alarms_before"])) for line in charts.table(later))


def test_what_is_over_stands_in_the_table() -> None:
    """Six weeks 0.6 above the forecasts: the breach stands until a training, and the table says when it was over."""
    rows = practice()
    days = pd.Series([(day - ON).days for day in rows["starts_on"]])
    p = rows["p"].to_numpy()
    unused = np.random.default_rng(5).random(len(rows)) < expit(logit(p) + 0.6 * days.between(-28, 13).to_numpy())
    came = rows["label_is_unused"].notna()
    rows.loc[came, "label_is_unused"] = unused[came].astype(object)
    charts = charts_of(watched(rows.drop(columns="p"), rows["p"].where(rows["starts_on"] >= FORECAST), NOW))
    line = next(line for line in charts.table(BEFORE - timedelta(days=42)) if line["chart"] == "outcomes: outcomes")

    assert charts.breaches(BEFORE - timedelta(days=42))
    assert str(ON + timedelta(days=14)) <= str(line["over"]) <= str(ON + timedelta(days=35))


def test_a_season_that_the_champion_knows_is_not_expected_on_top_of_its_forecasts() -> None:
    """Six weeks 0.5 higher in both years, as forecast. By the past's own share, that is a season that fails to come on top of it."""
    rows = practice()
    since = pd.Series([(day - ON).days % 364 for day in rows["starts_on"]])
    p = expit(logit(rows["p"].to_numpy()) + 0.5 * since.between(7, 48).to_numpy())
    came = rows["label_is_unused"].notna()
    unused = np.random.default_rng(5).random(len(rows)) < p
    rows["label_is_unused"], rows["label_outcome"] = unused.astype(object), np.where(unused, "late_cancel", "attended")
    rows.loc[~came, ["label_is_unused", "label_outcome"]] = [None, "clinic_cancel"]
    said, forecasts = pd.Series(p).where(rows["starts_on"] < FORECAST), pd.Series(p).where(rows["starts_on"] >= FORECAST)

    assert charts_of(watched(rows.drop(columns="p"), forecasts, NOW, said)).breaches(BEFORE) == []
    assert charts_of(watched(rows.drop(columns="p"), forecasts, NOW)).breaches(BEFORE)[0].startswith("outcomes: ")


def test_only_what_was_known_by_then_counts() -> None:
    """As of the second Monday: no visit of that week, none whose status came in later, none without a forecast."""
    rows = practice()
    rows.loc[rows["starts_on"] == ON, "label_known_at"] = pd.Timestamp(NOW)
    as_of = datetime(*(ON + timedelta(days=7)).timetuple()[:3], tzinfo=UTC)
    seen = watched(rows.drop(columns="p"), rows["p"].where(rows["starts_on"] >= ON), as_of)

    assert seen.rows["starts_on"].min() == ON + timedelta(days=1)
    assert seen.rows["starts_on"].max() < ON + timedelta(days=7)
    assert seen.past["starts_on"].max() < ON


def test_old_forecasts_are_watched_no_longer() -> None:
    """Half a year back, and what came before is the past."""
    rows = practice()
    seen = watched(rows.drop(columns="p"), rows["p"], NOW)

    assert (seen.rows["starts_on"].max() - seen.rows["starts_on"].min()).days < WATCHED_DAYS
    assert seen.past["starts_on"].max() < seen.rows["starts_on"].min()


@pytest.mark.parametrize("keep", ["no visit", "no past", "nobody missed", "no hour of a clinician"])
def test_young_and_odd_practices_have_the_charts_they_can_have(keep: str) -> None:
    """Defined, and silent: no forecasts yet; no year before; one class only; a source without clinicians and kinds."""
    rows = practice()
    if keep == "no visit":
        rows = rows.iloc[:0]
    elif keep == "no past":
        rows = rows[rows["starts_on"] >= ON].reset_index(drop=True)
    elif keep == "nobody missed":
        rows = rows.assign(label_outcome="attended", label_is_unused=False, p=0.001)
    else:
        rows = rows.assign(clinician_token=None, modality=None, session_type=None)

    assert breaches(rows) == []


def test_newcomers_are_named_once_they_have_visits_enough() -> None:
    """Twenty visits of a clinician the champion never saw; nineteen are too few, known ones no news, no clinician nobody."""
    known = pd.Series(["kim"] * 5)
    rows = pd.DataFrame({"clinician_token": ["kim"] * 30 + ["newcomer-1"] * 20 + ["newcomer-2"] * 19 + [None] * 40, "starts_on": ON})

    assert newcomers(rows, known) == [f"clinicians: 20 visits since {ON} with newcomer, whom the champion never saw"]
