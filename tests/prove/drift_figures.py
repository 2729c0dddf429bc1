"""Figures of lived-through drifts: when each was seen, how often a calm practice was alarmed, when forecasts were right again.

`python -m tests.prove.drift_figures FILE` prints the tables of docs/explanation/drift.md from what `tests.prove.lived` wrote.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsched_models.watched import WATCHED_DAYS
from tests.prove.drift_worlds import CALM
from tests.prove.lived import BAND, POOLED_DAYS, Course

POOLED_WEEKS = POOLED_DAYS // 7
DAYS_A_YEAR = 365.25
SOON_DAYS = 21


@dataclass(frozen=True)
class Detection:
    """Days from a drift to its first breach, `seen` by so many `practices`. One that was never seen counts as longer than any.

    `in_three_weeks` from its first day, `in_three_weeks_of_leaving` from the day on which it had moved four weeks' sum of p by over 5 %;
    a breach before that day counts, a drift that never gets so far is left out.
    """

    practices: int
    seen: int
    median: float
    ninth: float
    longest: float
    in_three_weeks: float
    leaving: float  # median day of it
    in_three_weeks_of_leaving: float


def read(file: Path) -> list[Course]:
    """The lines that `lived` wrote."""
    return [Course(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def of_scenario(courses: Iterable[Course], scenario: str) -> list[Course]:
    return [course for course in courses if course.scenario == scenario]


def detection(courses: Sequence[Course]) -> Detection:
    """Of one scenario's practices."""
    days = np.array([np.inf if course.detected is None else course.detected for course in courses])
    left = np.array([np.nan if course.left is None else course.left for course in courses])
    median, ninth = (float(np.quantile(days, q, method="higher")) for q in (0.5, 0.9))
    leaving = float(np.nanmedian(left)) if np.isfinite(left).any() else float("nan")
    late = days[np.isfinite(left)] - left[np.isfinite(left)]
    in_time = float((late <= SOON_DAYS).mean()) if len(late) else float("nan")
    return Detection(
        len(days), int(np.isfinite(days).sum()), median, ninth, float(days.max()), float((days <= SOON_DAYS).mean()), leaving, in_time
    )


def alarms_a_year(calm: Sequence[Course]) -> float:
    """Alarms of every chart, over the years that the calm practices were watched."""
    return sum(len(course.alarms) for course in calm) / _years(calm)


def ends_a_year(calm: Sequence[Course]) -> float:
    """Ends of such alarms, which are told in the table and asked about by nobody."""
    return sum(len(course.ends) for course in calm) / _years(calm)


def _years(calm: Sequence[Course]) -> float:
    return len(calm) * WATCHED_DAYS / DAYS_A_YEAR


def ratios(course: Course, way: str, pooled: int = 1) -> np.typing.NDArray[np.float64]:
    """True over predicted of each week and the next ones, by weeks since the drift."""
    true, predicted = (np.convolve(course.sums[name], np.ones(pooled), mode="valid") for name in ("true", way))
    found: np.typing.NDArray[np.float64] = true / predicted
    return found


def weeks_back(course: Course, way: str) -> float:
    """Weeks after the drift from which on four weeks together lie within the band; infinite where none do."""
    inside = np.flatnonzero(_inside(ratios(course, way, POOLED_WEEKS)))
    return float(inside[0]) if len(inside) else float("inf")


def share_inside(courses: Sequence[Course], way: str, from_week: int = 0) -> float:
    """Of all four-week stretches from that week on, those within the band."""
    return float(np.concatenate([_inside(ratios(course, way, POOLED_WEEKS)[from_week:]) for course in courses]).mean())


def _inside(found: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.bool_]:
    inside: np.typing.NDArray[np.bool_] = (found >= BAND[0]) & (found <= BAND[1])
    return inside


def tables(courses: Sequence[Course]) -> str:
    """Markdown: detection and recovery by scenario, and the calm practices."""
    calm = of_scenario(courses, CALM)
    scenarios = [name for name in dict.fromkeys(course.scenario for course in courses) if name != CALM]
    lines = [
        "| drift | practices | days to the first breach: median, 90 %, longest | within 21 days | day on which it has left the band "
        "| within 21 days of that | first four weeks without an update "
        "| weeks until four weeks are within 0.95-1.05, weekly update: median, 90 %, longest | within 4 weeks |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for scenario in scenarios:
        lived = of_scenario(courses, scenario)
        seen = detection(lived)
        back = np.array([weeks_back(course, "updated") for course in lived])
        start = np.median([ratios(course, "champion", POOLED_WEEKS)[0] for course in lived])
        lines.append(
            f"| {scenario} | {seen.practices} | {seen.median:g}, {seen.ninth:g}, {seen.longest:g} | {seen.in_three_weeks:.0%} "
            f"| {seen.leaving:g} | {seen.in_three_weeks_of_leaving:.0%} | {start:.3f} "
            f"| {np.median(back):g}, {np.quantile(back, 0.9, method='higher'):g}, {back.max():g} | {(back <= 4).mean():.0%} |"
        )
    if calm:
        lines += [
            "",
            f"Calm: {len(calm)} practices, {alarms_a_year(calm):.2f} alarms a year, all charts together, "
            f"in {sum(bool(course.alarms) for course in calm)} of them, and {ends_a_year(calm):.2f} ends of alarms; "
            f"four-week stretches within the band: {share_inside(calm, 'champion'):.0%} as trained, "
            f"{share_inside(calm, 'updated'):.0%} updated.",
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(tables(read(Path(sys.argv[1]))))
