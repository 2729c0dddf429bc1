"""A champion lives through a drift: what the daily charts say of it, and what weekly updates and a training make of its forecasts.

The champion is the recipe that ships, trained on a year (`--years 2`: two) and in charge for eight weeks before the drift; features,
charts, training and intercept update are the house's own. `python -m tests.prove.lived --seeds 0 20 --out FILE` writes a line for each
practice, as it goes. `--told 0.75`: of the season, in log odds, that much is told to a champion whose training left it out.
"""

import argparse
import json
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from hsched_core.domain.time import day_start
from hsched_models.dataset import settled_through, training_set
from hsched_models.design import SHIPPED
from hsched_models.estimators import expit, logit
from hsched_models.foresight import hindsight_of
from hsched_models.intercept import BOUND, WINDOW_WEEKS
from hsched_models.level import level_offset, week_numbers
from hsched_models.monitor import Charts, charts_of, newcomers
from hsched_models.report import RECORDS
from hsched_models.train import Fitted, fit
from hsched_models.watch import unanswered
from hsched_models.watched import watched
from hsched_sandbox.drifts import DriftKind
from tests.dbt_harness import Practice
from tests.prove.drift_worlds import CALM, CLINICIANS, MOMENT, PUBLIC_HOLIDAYS, SCENARIOS, YEARS, Lived, drifted_days, lived

AGE = {"age": "synthetic"}
BAND, POOLED_DAYS = (0.95, 1.05), 28
RETRAINED_SEEDS = 1  # a training after each alarm costs as much as all the rest: for the first seed
Sums = dict[str, list[float]]


@dataclass(frozen=True)
class Course:
    """How one practice went. `detected`: days from the drift to the first breach; `left`: to the day on which it had moved four weeks'
    sum of p by more than 5 %. Weekly sums of true p and of each way to forecast."""

    scenario: str
    seed: int
    on: str
    detected: int | None = None
    breach: str = ""
    alarms: list[str] = field(default_factory=list)  # of a calm half-year
    ends: list[str] = field(default_factory=list)  # of those alarms: told, not asked about
    sums: Sums = field(default_factory=dict)
    left: int | None = None
    seconds: float = 0.0


def live_through(
    seed: int,
    practice: Practice,
    scenarios: tuple[str, ...] = SCENARIOS,
    clinicians: int = CLINICIANS,
    years: float = YEARS,
    told: float = 0.0,
) -> Iterator[Course]:
    """Every scenario of a seed. The champion is shared where the years before are the same."""
    champions: dict[int | None, Fitted] = {}
    for scenario in scenarios:
        begun = time.monotonic()
        world = lived(scenario, seed, practice, clinicians, years)
        shared = None if scenario == DriftKind.NEW_CLINICIAN.value else drifted_days(scenario)  # others had that clinician from the start
        if shared is None or shared not in champions:
            champions[shared] = _trained(world, world.trained_on)
        fitted = champions[shared]
        yield _course(scenario, seed, world, fitted, told, begun)


def _trained(world: Lived, on: date) -> Fitted:
    """The recipe that ships on what is known at 00:00 of that day."""
    return fit(SHIPPED, training_set(world.rows, MOMENT, day_start(on, world.zone), before=on), AGE)


def _course(scenario: str, seed: int, world: Lived, champion: Fitted, told: float, begun: float) -> Course:
    p = _told_season(world, _forecasts(world.rows, champion, _seen_from(world)), told)
    hindsight = hindsight_of(world.rows, champion, p.where(world.rows["starts_on"] >= world.trained_on))
    world = replace(world, hindsight=_told_season(world, hindsight, told))
    after = p.where(world.rows["starts_on"] >= world.trained_on)
    if scenario == CALM:
        alarms, ends = calm_alarms(world, after)
        sums = weekly_sums(world, {"champion": p})
        return Course(scenario, seed, str(world.on), alarms=alarms, ends=ends, sums=sums, seconds=time.monotonic() - begun)
    day, breach = first_breach(world, after)
    ways = {"champion": p}
    asks = day is not None and not breach.startswith(RECORDS) and seed < RETRAINED_SEEDS
    retrained = world.on + timedelta(days=day or 0) if asks else None
    if retrained:
        ways["retrained"] = _told_season(world, _forecasts(world.rows, _trained(world, retrained), _seen_from(world)), told)
    held = world.on + timedelta(days=day) if day is not None and breach.startswith(RECORDS) else None
    sums = weekly_sums(world, ways, retrained, held)
    return Course(scenario, seed, str(world.on), day, breach, sums=sums, left=leaves_band(world), seconds=time.monotonic() - begun)


def _told_season(world: Lived, p: pd.Series, share: float) -> pd.Series:
    """Forecasts as if so much were known of what the time of the year adds, beyond its mean before the training."""
    season = world.rows["season_added"]
    known = share * (season - season[world.rows["starts_on"] < world.trained_on].mean())
    return pd.Series(expit(logit(p.to_numpy(dtype=float)) + known.to_numpy(dtype=float)), p.index) if share else p


def _seen_from(world: Lived) -> date:
    """Two weeks before the training. `intercept.update_intercept` reads half a year; more of what the champion was trained on is left
    out to save hours of forecasting."""
    return world.trained_on - timedelta(weeks=2)


def _forecasts(rows: pd.DataFrame, fitted: Fitted, since: date) -> pd.Series:
    p = pd.Series(np.nan, index=rows.index)
    asked = rows["starts_on"] >= since
    p[asked] = fitted.predict(rows[asked])
    return p


def leaves_band(world: Lived) -> int | None:
    """Days from the drift to the first on which four weeks' sum of p is off by more than the band for the drift's sake alone."""
    rows = world.rows[world.rows["true_p"].notna()]
    day = np.array([(day - world.on).days + POOLED_DAYS for day in rows["starts_on"]])
    sums = [
        np.convolve(np.bincount(day[day >= 0], weights=rows.loc[day >= 0, name]), np.ones(POOLED_DAYS))[: int(day.max()) + 1]
        for name in ("true_p", "calm_p")
    ]
    ratio = sums[0][POOLED_DAYS:] / sums[1][POOLED_DAYS:]
    out = np.flatnonzero((ratio < BAND[0]) | (ratio > BAND[1]))
    return int(out[0]) if len(out) else None


def first_breach(world: Lived, p: pd.Series) -> tuple[int | None, str]:
    """Days from the drift to the first daily report, as of 00:00, that says something; what it says.

    The charts of the end tell on which day the first alarm was raised: no report before the morning after it is asked.
    """
    last = (world.ends - world.on).days
    alarms = unanswered(_charts(world, p, world.ends).all, world.on - timedelta(days=1))
    begins = min(((alarm.on - world.on).days + 1 for _, alarm in alarms), default=last + 1)
    newcomer = bisect_left(range(last + 1), True, key=lambda day: bool(_newcomers(world, world.on + timedelta(days=day))))
    for day in range(min(begins, newcomer), min(last, newcomer) + 1):
        as_of = world.on + timedelta(days=day)
        found = [*_charts(world, p, as_of).breaches(world.on - timedelta(days=1)), *_newcomers(world, as_of)]
        if found:
            return day, found[0]
    return None, ""


def _charts(world: Lived, p: pd.Series, as_of: date) -> Charts:
    return charts_of(watched(world.rows, p, day_start(as_of, world.zone), world.hindsight))


def _newcomers(world: Lived, as_of: date) -> list[str]:
    scored = world.rows[world.rows["scored_at"] <= pd.Timestamp(day_start(as_of, world.zone))]
    is_new = scored["starts_on"] >= world.on
    return newcomers(scored[is_new], scored.loc[~is_new, "clinician_token"])


def calm_alarms(world: Lived, p: pd.Series) -> tuple[list[str], list[str]]:
    """Every alarm of the watched time, in which nothing happens; and every end of one."""
    charts = _charts(world, p, world.ends)
    told = [(f"{family}: {one.name}, {alarm.on} ({alarm.ratio:.2f})", alarm.is_end) for family, ones in charts.families.items()
            for one in ones for alarm in one.alarms]  # fmt: skip
    return [said for said, is_end in told if not is_end], [said for said, is_end in told if is_end]


def weekly_sums(world: Lived, ways: Mapping[str, pd.Series], retrained: date | None = None, held: date | None = None) -> Sums:
    """By week from the drift on: true p, and the champion's forecasts as trained, updated each Monday, and trained anew."""
    rows = world.rows[world.rows["starts_on"] >= _seen_from(world)]
    weeks = np.array([(day - world.on).days // 7 for day in rows["starts_on"]])
    ways = {name: p[rows.index] for name, p in ways.items()}
    champion = ways["champion"]
    updated = {"updated": champion} | ({"retrained": champion} if retrained else {})
    sums: Sums = {name: [] for name in ("true", "champion", *updated)}
    for week in range((world.ends - world.on).days // 7):
        monday = world.on + timedelta(weeks=week)
        these = (weeks == week) & rows["true_p"].notna().to_numpy()
        if retrained and monday >= retrained:
            updated["retrained"] = ways["retrained"]
        known_by = day_start(min(monday, held) if held else monday, world.zone)
        sums["true"].append(float(rows.loc[these, "true_p"].sum()))
        sums["champion"].append(float(champion[these].sum()))
        for name, p in updated.items():
            offset = _level(rows, p, known_by)
            sums[name].append(float(expit(logit(p[these].to_numpy()) + offset).sum()))
    return sums


def _level(rows: pd.DataFrame, p: pd.Series, known_by: datetime) -> float:
    """What `intercept.update_intercept` moves a model by, from forecasts made once."""
    settled = settled_through(rows, known_by)
    known = p.notna() & (rows["label_known_at"] <= pd.Timestamp(known_by)) & rows["label_is_unused"].notna()
    recent = known & (rows["starts_on"] <= settled) & (rows["starts_on"] > settled - timedelta(weeks=WINDOW_WEEKS))
    labels = np.asarray(rows.loc[recent, "label_is_unused"], dtype=np.int64)
    level = level_offset(logit(p[recent].to_numpy(dtype=float)), labels, week_numbers(rows.loc[recent, "starts_on"].to_numpy()))
    return float(np.clip(level.offset, -BOUND, BOUND))


def main() -> None:
    """A line of JSON for each practice, appended when it is done."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--seeds", type=int, nargs=2, default=(0, 20), metavar=("FIRST", "END"))
    reader.add_argument("--scenarios", nargs="+", default=SCENARIOS, choices=SCENARIOS)
    reader.add_argument("--years", type=float, default=YEARS, help="of records before the champion's training")
    reader.add_argument("--told", type=float, default=0.0, help="share of the season told to the champion")
    reader.add_argument("--out", type=Path, required=True)
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="hsched-drift-") as home, asked.out.open("a", encoding="utf-8") as out:
        practice = Practice(Path(home), holidays=PUBLIC_HOLIDAYS)
        for seed in range(*asked.seeds):
            for course in live_through(seed, practice, tuple(asked.scenarios), years=asked.years, told=asked.told):
                print(json.dumps(asdict(course)), file=out, flush=True)


if __name__ == "__main__":
    main()
