"""The shadow ledger as steps of the daily flow: seal a day's scores, grade what is mature. Each tells its host what it did."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from hsched_core.domain.errors import NotReadyError
from hsched_core.domain.time import day_start
from hsched_models.graded import Corrections, corrections, remember
from hsched_models.grades import KEY, Forecasts, Grades, forecasts, grade
from hsched_models.ledger import Anchor, Chain, digest_of, read_chain, seal_day
from hsched_models.report import Report, Row
from hsched_models.score import scores_file
from hsched_models.workspace import Workspace

LABELS = [*KEY, "site_token", "label_outcome", "label_is_unused", "label_known_at", "starts_on"]
SHOWN = ("n", "unused", "expected", "o_e", "o_e_low", "o_e_high", "auroc", "auroc_low", "auroc_high",
         "calibration_slope", "ece", "brier", "log_loss")  # fmt: skip


def seal_scores(ws: Workspace, as_of_on: date, now: datetime, anchors: Sequence[Anchor]) -> Report:
    """Seal the scores made at 00:00 of `as_of_on`, unless their day is sealed. Broken chains and changed scores are breaches.

    `anchors`: heads of the chain that other places remember. Raises NotReadyError where the day has no scores.
    """
    file = scores_file(ws, as_of_on)
    chain = read_chain(ws.seals, anchors)
    if chain.broken:
        digest_of(file)  # says so where there is nothing to seal either
        return Report(numbers={"seals": len(chain.seals)}, breaches=(str(chain.broken),), files=(ws.seals,))
    seal, is_new = seal_day(ws.seals, file, now)
    changed = () if is_new or digest_of(file)[0] == seal.scores else (f"the scores of {seal.day} are not those that were sealed",)
    head = read_chain(ws.seals).head
    numbers: dict[str, float | int | str] = {
        "dagster/row_count": seal.rows,
        "hindsight_scores": seal.hindsight_rows,
        "sealed_at": seal.sealed_at.isoformat(),
        "sealed_now": str(is_new),
        "seal_number": seal.number,
        "seal": seal.seal,
        "seals": head.number,
        "head": head.seal,
    }
    return Report(numbers=numbers, breaches=changed, files=(ws.seals,))


def sealed_forecasts(ws: Workspace, chain: Chain) -> Forecasts:
    """What may be graded of a chain; the same for every day that is graded with it."""
    return forecasts(chain, ws.scores, ws.zone)


def load_labels(feature_rows: Path) -> pd.DataFrame:
    """How visits ended, as the feature tables have it; NotReadyError where there are none."""
    if not feature_rows.exists():
        raise NotReadyError("There are no feature tables yet.", "Run `hsched run` first.")
    rows = pd.read_parquet(feature_rows, columns=LABELS)
    return rows.assign(starts_on=pd.to_datetime(rows["starts_on"]).dt.date)


def grade_scores(ws: Workspace, as_of_on: date, now: datetime, chain: Chain, sealed: Forecasts, labels: pd.DataFrame) -> Report:
    """Grades as of 00:00 of `as_of_on` (or now, where that is still to come), with what was corrected since first graded."""
    known_by = min(now, day_start(as_of_on, ws.zone))
    grades = grade(sealed, labels, known_by)
    corrected = corrections(ws.graded, grades)
    remember(ws.graded, grades)
    return report_of(grades, corrected, chain, sealed.changed)


def report_of(grades: Grades, corrected: Corrections, chain: Chain, changed: Mapping[date, str]) -> Report:
    """Numbers by moment, a table a week and a clinic, the plot over time, and what went wrong."""
    from hsched_models.grade_plots import over_time

    numbers: dict[str, float | int | str] = {**grades.counts, "outcomes_corrected": corrected.count, "seals": len(chain.seals)}
    for moment, total in grades.total.items():
        numbers |= {f"{moment}_{name}": total[name] for name in SHOWN if isinstance(total[name], int | float)}  # type: ignore[misc]  # only numbers pass the condition
    tables: dict[str, Sequence[Row]] = {}
    for moment in grades.total:
        tables[f"by_week_{moment}"] = [_shown(row) for row in grades.by_week[moment]]
        tables[f"by_clinic_{moment}"] = [_shown({**row, "site": str(row["site"])[:6]}) for row in grades.by_site[moment]]
    tables["corrected"] = [{"moment": moment, **found} for moment, found in corrected.by_moment.items() if found["corrected"]]
    breaches = [str(chain.broken)] if chain.broken else []
    breaches += [f"{day}: {what}" for day, what in changed.items()]
    plots = {f"grades_{moment}": over_time(rows, moment) for moment, rows in grades.by_week.items()}
    return Report(numbers=numbers, tables=tables, plots=plots, breaches=(*breaches, *grades.breaches))


def _shown(row: Mapping[str, object]) -> Row:
    named = {name: row[name] for name in ("week", "site") if name in row}
    return {**named, **{name: "too few" if row.get("too_few") and row[name] is None else row[name] for name in SHOWN}}
