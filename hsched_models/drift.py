"""Has the practice moved away from what the model learned? Evidently over inputs and scores, control charts over what happened.

Evidently compares the last weeks of day_before rows with the champion's training rows, so that like is compared with like. Methods and
thresholds are pinned: its defaults change with the number of rows (STACK.md 2). The charts are in monitor.py; each breach of theirs
says what moved, since when and by how much.
"""

import math
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

import pandas as pd

from hsched_core.domain.errors import NotReadyError
from hsched_core.domain.time import day_start
from hsched_models.dataset import load_rows
from hsched_models.features import CATALOGUE, Feature, Role
from hsched_models.files import write_json, write_text
from hsched_models.foresight import MOMENT, forecasts_of, hindsight_of
from hsched_models.monitor import WHOLE, charts_of, newcomers
from hsched_models.registry import Registry
from hsched_models.report import Report, Row
from hsched_models.train import Fitted
from hsched_models.watch_plots import control_chart
from hsched_models.watched import WATCHED_DAYS, watched
from hsched_models.workspace import Workspace

WINDOW_DAYS = 28
FEWEST_ROWS = 100
PSI_LIMIT = 0.2  # the usual "has moved" mark of the population stability index
RARE_SHARE = 0.02
# Averages so far. A clinician's: a slowly moving value each; in a calm sandbox year their PSI is 0.2 to 0.5, other inputs' below 0.04.
# A client's fills with the calendar where a practice is young.
RUNNING = ("clinician_unused_rate", "clinician_unused_effect", "client_recent_unused_rate")
CALENDAR = ("season", "is_after_holiday")  # move by themselves


@dataclass(frozen=True)
class Outcomes:
    """Matured outcomes of the window: how many unused were expected and seen. `z` is in standard errors."""

    n: int
    expected: float
    observed: int
    z: float

    @property
    def ratio(self) -> float:
        return self.observed / self.expected if self.expected else math.nan


def report_drift(ws: Workspace, as_of_on: date) -> Report:
    """Compare the window before 00:00 of `as_of_on` with the training rows; writes HTML and JSON for the day before it."""
    day = as_of_on - timedelta(days=1)
    registry = Registry(ws.tracking_uri, ws.artifact_root)
    version, fitted = registry.champion(MOMENT)
    trained_through = registry.trained_through(MOMENT, version)
    rows = load_rows(ws.feature_rows)
    current, reference = _window(rows, as_of_on, ws), _reference(ws, as_of_on)
    if len(current) < FEWEST_ROWS:
        return _too_few(ws, day, len(current))
    now = current.assign(score=fitted.predict(current))
    then = reference.assign(score=fitted.predict(reference))
    values, page = _evidently(then, now)
    outcomes = matured(now[now["starts_on"] > date.fromisoformat(trained_through)], as_of_on, ws)
    seen = watch(ws, registry, rows[rows["moment"] == MOMENT], fitted, _trained(registry, version), as_of_on)
    html = write_text(ws.drift / f"{day}.html", _with_charts(page, seen))
    breaches = [*_moved(values), *seen.breaches, *newcomers(current, reference["clinician_token"])]
    document = {"day": day.isoformat(), "model_version": version, "psi": values, "breaches": breaches, **_outcome_numbers(outcomes)}
    out = write_json(ws.drift / f"{day}.json", document | {"charts": seen.tables["charts"]})
    return Report(
        numbers={"rows": len(now), "worst_psi": max(values.values()), "model_version": version, **_outcome_numbers(outcomes)},
        tables={**seen.tables, "population_stability": _table(values)},
        plots=seen.plots,
        breaches=tuple(breaches),
        files=(html, out),
    )


def watch(ws: Workspace, registry: Registry, of_moment: pd.DataFrame, champion: Fitted, trained_through: date, as_of_on: date) -> Report:
    """The control charts as of that midnight: a table, the plot of the practice's outcomes, breaches."""
    known_by = day_start(as_of_on, ws.zone)
    p = forecasts_of(ws, registry, of_moment, champion, trained_through, as_of_on - timedelta(days=WATCHED_DAYS))
    charts = charts_of(watched(of_moment, p, known_by, hindsight_of(of_moment, champion, p)))
    whole = charts.families[WHOLE][0]
    plots = {"outcomes_chart": control_chart(whole, f"Outcomes against forecasts, up to {whole.days[-1]}")} if len(whole.days) else {}
    return Report(tables={"charts": charts.table(trained_through)}, plots=plots, breaches=tuple(charts.breaches(trained_through)))


def _trained(registry: Registry, version: str) -> date:
    """The last day a champion learned from. What only its intercept has followed is not learned: charts judge it as it was trained."""
    trained = registry.version_row(MOMENT, version).intercept_of or version
    return date.fromisoformat(registry.trained_through(MOMENT, trained))


def _with_charts(page: str, seen: Report) -> str:
    """Evidently's page with the charts after its own: breaches as sentences, and the picture."""
    said = "".join(f"<li>{escape(breach)}</li>" for breach in seen.breaches) or "<li>No chart over its limit.</li>"
    pictures = "".join(f'<img alt="{name}" src="data:image/png;base64,{b64encode(png).decode()}">' for name, png in seen.plots.items())
    before, end, after = page.rpartition("</body>")
    return f"{before}<section><h2>Control charts</h2><ul>{said}</ul>{pictures}</section>{end}{after}"


def matured(current: pd.DataFrame, as_of_on: date, ws: Workspace) -> Outcomes:
    """Expected and observed unused visits among those whose outcome was known by that midnight.

    Hand in visits after those the model was trained on: on its own training rows a model is right by construction.
    """
    known = pd.to_datetime(current["label_known_at"], utc=True) <= pd.Timestamp(day_start(as_of_on, ws.zone))
    done = current[known & current["label_is_unused"].notna()]
    p, observed = done["score"].to_numpy(dtype=float), int(done["label_is_unused"].astype(int).sum())
    spread = math.sqrt(float((p * (1 - p)).sum()))
    return Outcomes(len(done), float(p.sum()), observed, (observed - float(p.sum())) / spread if spread else 0.0)


def _window(rows: pd.DataFrame, as_of_on: date, ws: Workspace) -> pd.DataFrame:
    end = pd.Timestamp(day_start(as_of_on, ws.zone))
    start = pd.Timestamp(day_start(as_of_on - timedelta(days=WINDOW_DAYS), ws.zone))
    scored = pd.to_datetime(rows["scored_at"], utc=True)
    return rows[(rows["moment"] == MOMENT) & (scored > start) & (scored <= end)]


def _reference(ws: Workspace, as_of_on: date) -> pd.DataFrame:
    """Training rows from before the window, so that nothing is compared with itself; all of them where too few are older."""
    path = ws.training / f"{MOMENT}.parquet"
    if not path.exists():
        raise NotReadyError("There are no training rows to compare with.", "Run `hsched run` to train first.")
    rows = pd.read_parquet(path)
    older = rows[rows["starts_on"] < as_of_on - timedelta(days=WINDOW_DAYS)]
    return older if len(older) >= FEWEST_ROWS else rows


def compared(reference: pd.DataFrame, current: pd.DataFrame) -> tuple[list[Feature], list[Feature]]:
    """Number and word inputs to watch. Running counts and rates wander by nature, pseudonyms mean nothing to a reader: left out."""
    inputs = [f for f in CATALOGUE if f.role in (Role.INPUT, Role.DEMOGRAPHIC)]
    candidates = [f for f in inputs if f.unit not in ("count", "token") and f.name not in RUNNING + CALENDAR]
    present = [f for f in candidates if reference[f.name].notna().mean() > RARE_SHARE and current[f.name].notna().mean() > RARE_SHARE]
    return [f for f in present if not f.is_category], [f for f in present if f.is_category]


def _evidently(reference: pd.DataFrame, current: pd.DataFrame) -> tuple[dict[str, float], str]:
    """PSI by column, and Evidently's page."""
    from evidently import DataDefinition, Dataset
    from evidently import Report as EvidentlyReport
    from evidently.metrics import ValueDrift

    numbers, words = compared(reference, current)
    number_names, word_names = ["score", *(f.name for f in numbers)], [f.name for f in words]
    definition = DataDefinition(numerical_columns=number_names, categorical_columns=word_names)
    common = {name: _common_words(reference[name]) for name in word_names}
    then, now = (Dataset.from_pandas(_bucketed(rows, number_names, common), data_definition=definition) for rows in (reference, current))
    metrics = [ValueDrift(column=name, method="psi", threshold=PSI_LIMIT) for name in number_names + word_names]
    snapshot = EvidentlyReport(metrics).run(current_data=now, reference_data=then)
    return _values(snapshot.dict()), str(snapshot.get_html_str(as_iframe=False))


def _common_words(column: pd.Series) -> set[Any]:
    shares = column.value_counts(normalize=True)
    return set(shares[shares >= RARE_SHARE].index)


def _bucketed(rows: pd.DataFrame, numbers: list[str], common: Mapping[str, set[Any]]) -> pd.DataFrame:
    """Only what the report may show: numbers as floats, words that are common, every other word as 'other'."""
    words = {name: rows[name].where(rows[name].isin(list(known)), "other").astype(str) for name, known in common.items()}
    return pd.DataFrame({**{name: rows[name].astype("float64") for name in numbers}, **words}).reset_index(drop=True)


def _values(document: Mapping[str, Any]) -> dict[str, float]:
    return {m["config"]["column"]: float(m["value"]) for m in document["metrics"] if m["config"]["type"].endswith("ValueDrift")}


def _moved(values: Mapping[str, float]) -> list[str]:
    return [f"{name} has moved (PSI {value:.2f}, limit {PSI_LIMIT})" for name, value in values.items() if value > PSI_LIMIT]


def _outcome_numbers(outcomes: Outcomes) -> dict[str, float | int]:
    return {
        "outcomes_matured": outcomes.n,
        "outcomes_expected_unused": round(outcomes.expected, 1),
        "outcomes_observed_unused": outcomes.observed,
        "outcomes_z": round(outcomes.z, 2),
    }


def _table(values: Mapping[str, float]) -> list[Row]:
    ranked = sorted(values.items(), key=lambda item: -item[1])
    return [
        {"column": name, "psi": round(value, 3), "limit": PSI_LIMIT, "moved": "yes" if value > PSI_LIMIT else ""} for name, value in ranked
    ]


def _too_few(ws: Workspace, day: date, n: int) -> Report:
    out = write_json(ws.drift / f"{day}.json", {"day": day.isoformat(), "rows": n, "breaches": [], "reason": "too few rows to judge"})
    return Report(numbers={"rows": n, "verdict": f"too few rows to judge (fewer than {FEWEST_ROWS})"}, files=(out,))
