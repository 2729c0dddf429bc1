"""The charts of a practice: outcomes as a whole and by kind of visit, the records' words, answers to reminders; what a breach says.

All charts together may raise one false alarm a year: a share for each family, split among its charts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hsched_core.domain.vocabulary import Outcome
from hsched_models.changepoint import NEW_MIX, STEP, change_chart
from hsched_models.estimators import Floats, expit, logit
from hsched_models.report import RECORDS, Row
from hsched_models.watch import Alarm, Chart, chart, limit_for, spread_of, unanswered, weeks_to_see
from hsched_models.watched import PRIOR_VISITS, WATCHED_DAYS, Watched, days_of, outcomes_of, unused_of, with_label

# Outcomes and new clients: bounds, chosen by what came of them (one alarm a year in calm practices). Others: of perfect
# forecasts, which a champion's are not. What is measured of both is in docs/explanation/drift.md.
ALARMS_A_YEAR: Mapping[str, float] = {
    "outcomes": 2.0, "new clients": 0.25, "records": 0.005, "reminders": 0.05, "kinds": 0.05, "clinicians": 0.05,
}  # fmt: skip
# Log odds worth an alarm, of a part. Words and reminders change wholesale; one clinician on leave cancels whole days.
# Half of each is free: levels are never quite right.
GROUP_SHIFT, RECORD_SHIFT, REMINDER_SHIFT = 0.5, 2.0, 1.0
GROUPS: Mapping[str, tuple[str, ...]] = {"kinds": ("session_type", "modality"), "clinicians": ("clinician_token",)}
LONGEST_WEEKS = WATCHED_DAYS / 7  # a group that could not show its shift within the watched time has too few visits to be judged
FEWEST_OF_A_NEWCOMER = 20  # visits
WHOLE, NEW_CLIENTS = "outcomes", "new clients"
CONFIRMED, LATE, NO_SHOWS = "confirmed", "late_cancel among cancelled", "no_show among unused"
CANCELLED = (Outcome.LATE_CANCEL, Outcome.EARLY_CANCEL, Outcome.CLINIC_CANCEL)
SHOWN = 8  # characters of a clinician's pseudonym


@dataclass(frozen=True)
class Charts:
    """The practice's charts by family."""

    families: Mapping[str, tuple[Chart, ...]]

    @property
    def all(self) -> tuple[Chart, ...]:
        return tuple(one for family in self.families.values() for one in family)

    def breaches(self, trained_through: date) -> list[str]:
        """What moved, since when and by how much, of alarms that no training has answered. Parts only where the whole holds."""
        found = {family: unanswered(charts, trained_through) for family, charts in self.families.items()}
        for _, whole in found[WHOLE]:  # new clients are part of it: named where they moved first
            found[NEW_CLIENTS] = [(one, alarm) for one, alarm in found[NEW_CLIENTS] if alarm.on < whole.on]
        if found[WHOLE] or found[NEW_CLIENTS]:
            found |= {family: [] for family in GROUPS}
        return [sentence(family, one, alarm) for family, alarms in found.items() for one, alarm in alarms]

    def table(self, trained_through: date) -> list[Row]:
        """One line a chart, the fullest first."""
        lines = [_line(family, one, trained_through) for family, charts in self.families.items() for one in charts if len(one.days)]
        return sorted(lines, key=lambda line: -float(str(line["of_limit"])))


def charts_of(seen: Watched) -> Charts:
    """Every chart that these visits allow."""
    of_practice = outcomes_of(seen)
    rows, past = with_label(seen.rows), with_label(seen.past)
    # a part is judged against where the practice is
    corrected = rows.assign(p=expit(logit(rows["p"].to_numpy(dtype=float)) + of_practice.level_on(days_of(rows))))
    return Charts(
        {
            "records": tuple(_shares("records", _record_shares(seen), RECORD_SHIFT)),  # first: what they say bears on all others
            WHOLE: (change_chart(WHOLE, of_practice, STEP, ALARMS_A_YEAR[WHOLE]),),
            NEW_CLIENTS: (change_chart(NEW_CLIENTS, of_practice, NEW_MIX, ALARMS_A_YEAR[NEW_CLIENTS]),),
            "reminders": tuple(_shares("reminders", _reminder_shares(seen), REMINDER_SHIFT)),
            **{family: tuple(_group_charts(family, corrected, past)) for family in GROUPS},
        }
    )


def newcomers(rows: pd.DataFrame, trained_on: pd.Series) -> list[str]:
    """Breaches: clinicians with visits enough to tell, none of which the champion was trained on."""
    strangers = rows[rows["clinician_token"].notna() & ~rows["clinician_token"].isin(trained_on.unique())]
    counts = strangers.groupby("clinician_token")["starts_on"].agg(["size", "min"])
    return [
        f"clinicians: {found['size']} visits since {found['min']} with {str(token)[:SHOWN]}, whom the champion never saw"
        for token, found in counts[counts["size"] >= FEWEST_OF_A_NEWCOMER].iterrows()
    ]


def sentence(family: str, one: Chart, alarm: Alarm) -> str:
    """A breach as people read it."""
    if family in (WHOLE, NEW_CLIENTS, *GROUPS):
        where = one.name if family == WHOLE else f"{WHOLE}, {one.name}"
        whose = " of clients first seen" if family == NEW_CLIENTS else ""
        return (
            f"{where}: {alarm.observed} unused{whose} since {alarm.since} where {alarm.expected:.0f} were expected "
            f"(observed/expected {alarm.ratio:.2f}); seen on {alarm.on}"
        )
    usual = f"{alarm.observed} {one.name} since {alarm.since} where {alarm.expected:.0f} were usual; seen on {alarm.on}"
    if family == "reminders":
        return f"reminders: {usual}"
    return f"{RECORDS}{usual}. Look at the export's status words before anything is trained on them"


def _line(family: str, one: Chart, trained_through: date) -> Row:
    alarms = [alarm for _, alarm in unanswered([one], trained_through)]
    return {
        "chart": f"{family}: {one.name}",
        "visits_from": str(one.days[0]),
        "observed": int(one.observed.sum()),
        "expected": round(float(one.expected.sum()), 1),
        "of_limit": round(float(one.paths[:, -1].max()) / one.limit, 2),
        "alarm": f"{alarms[0].on}, since {alarms[0].since}" if alarms else "",
        "over": next((str(end.on) for end in one.alarms if end.is_end and alarms and end.on > alarms[0].on), ""),
        "alarms_before": sum(alarm.on <= trained_through and not alarm.is_end for alarm in one.alarms),
    }


def _outcome_chart(name: str, rows: pd.DataFrame, past: pd.DataFrame, shift: float, alarms_a_year: float) -> Chart:
    spread = spread_of(days_of(past), past["usual"].to_numpy(dtype=float), unused_of(past)) if len(past) else 1.0
    p = rows["p"].to_numpy(dtype=float)
    return chart(name, days_of(rows), p, unused_of(rows), shift=shift, alarms_a_year=alarms_a_year, spread=spread)


def _group_charts(family: str, rows: pd.DataFrame, past: pd.DataFrame) -> Iterator[Chart]:
    """Kinds of visit, or clinicians, with visits enough to show a shift of theirs within the watched time."""
    groups = [(column, word, part) for column in GROUPS[family] for word, part in rows.groupby(column)]
    groups = [group for group in groups if _is_enough(group[2], ALARMS_A_YEAR[family] / len(groups))]
    pasts = {column: dict(list(past.groupby(column))) for column in GROUPS[family]}
    for column, word, part in groups:
        name = f"clinician {str(word)[:SHOWN]}" if column == "clinician_token" else f"{column} {word}"
        yield _outcome_chart(name, part, pasts[column].get(word, past.iloc[:0]), GROUP_SHIFT, ALARMS_A_YEAR[family] / len(groups))


def _is_enough(rows: pd.DataFrame, alarms_a_year: float) -> bool:
    p, days = rows["p"].to_numpy(dtype=float), days_of(rows)
    a_week = float((p * (1 - p)).sum()) / max(1.0, ((days.max() - days.min()).astype(int) + 1) / 7)
    return weeks_to_see(a_week, GROUP_SHIFT, limit_for(52 * a_week, GROUP_SHIFT, alarms_a_year)) <= LONGEST_WEEKS


@dataclass(frozen=True)
class Share:
    """A share to chart: the visits it is a share of, now and in the past, with `hit` where they are counted."""

    name: str
    rows: pd.DataFrame
    past: pd.DataFrame

    @classmethod
    def of(cls, name: str, seen: Watched, hit: Callable[[pd.DataFrame], pd.Series]) -> "Share":
        """Of all visits."""
        return cls(name, *(part.assign(hit=hit(part)) for part in (seen.rows, seen.past)))


def _is_outcome(word: Outcome) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda rows: rows["label_outcome"] == word


def _record_shares(seen: Watched) -> list[Share]:
    """How cancelled visits split, and unused ones: shares among words, which no wave of leave or of misses moves by much."""
    cancelled = Watched(*(part[part["label_outcome"].isin(CANCELLED)] for part in (seen.rows, seen.past)))
    unused = Watched(*(part[part["label_is_unused"].fillna(False).astype(bool)] for part in (seen.rows, seen.past)))
    return [Share.of(LATE, cancelled, _is_outcome(Outcome.LATE_CANCEL)), Share.of(NO_SHOWS, unused, _is_outcome(Outcome.NO_SHOW))]


def _reminder_shares(seen: Watched) -> list[Share]:
    return [Share.of(CONFIRMED, seen, lambda rows: rows["is_confirmed"].fillna(False).astype(bool))]


def _shares(family: str, shares: Sequence[Share], shift: float) -> Iterator[Chart]:
    """Charts against the past's share on each weekday; none where the past has none of it, or nothing else."""
    usable = [one for one in shares if len(one.past) and 0 < one.past["hit"].mean() < 1]
    for one in usable:
        before, now = (_usual(one.past, part) for part in (one.past, one.rows))
        spread = spread_of(days_of(one.past), before, one.past["hit"].to_numpy(dtype=np.int64))
        hits = one.rows["hit"].to_numpy(dtype=np.int64)
        a_year = ALARMS_A_YEAR[family] / len(usable)
        yield chart(one.name, days_of(one.rows), now, hits, shift=shift, alarms_a_year=a_year, spread=spread)


def _usual(past: pd.DataFrame, rows: pd.DataFrame) -> Floats:
    """The past's share on the weekday of each of these visits: nobody sends reminders at weekends. Thin weekdays lean on the others."""
    share = float(past["hit"].mean())
    of_weekday = past.groupby("weekday")["hit"].agg(["sum", "size"])
    usual = (of_weekday["sum"] + PRIOR_VISITS * share) / (of_weekday["size"] + PRIOR_VISITS)
    return rows["weekday"].map(usual).fillna(share).to_numpy(dtype=np.float64)
