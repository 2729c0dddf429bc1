"""The page a person reads before a model takes over, top to bottom: what changes, what gets better or worse, for whom, what to do.

Sections are made once and written twice, as Markdown and as one HTML file that needs no other host. Figures come from review.py.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hsched_models.decision_value import EFFECTS, Capacity, recovered_hours
from hsched_models.resampling import Interval
from hsched_models.review import GroupRow, Review, SliceRow
from hsched_models.review_findings import Finding, Kind, advice, findings, interval_text
from hsched_models.score_shift import QUANTILES

Cells = Mapping[str, str]
FIGURES = (
    "n",
    "base_rate",
    "mean_predicted",
    "auroc",
    "auprc",
    "brier",
    "log_loss",
    "ece",
    "calibration_slope",
    "lift_at_10",
    "recall_at_20_per_day",
)


@dataclass(frozen=True)
class Candidacy:
    """Who is reviewed: the model's name and the two versions; no champion version where none is in charge."""

    model: str
    challenger_version: str
    champion_version: str | None


@dataclass(frozen=True)
class Section:
    """A heading with sentences, a list, a table, pictures (names without suffix) and a line to type; each may be empty."""

    title: str
    sentences: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    table: tuple[Cells, ...] = ()
    pictures: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


def page(review: Review, who: Candidacy) -> tuple[Section, ...]:
    """The sections, in reading order."""
    found = findings(review)
    return (
        _top(review, who, found),
        _told("What gets better", found, Kind.BETTER, "Nothing that chance does not explain."),
        _told("What gets worse", found, Kind.WORSE, "Nothing that chance does not explain."),
        _told("What to keep an eye on", found, Kind.WATCH, "Nothing."),
        _figures(review),
        *_value(review),
        _slices(review),
        _groups(review),
        _clinicians(review),
        *_shift(review),
        _what_to_do(review, who, found),
    )


def tables(sections: Sequence[Section]) -> dict[str, tuple[Cells, ...]]:
    """The sections' tables by a name that can be a file's."""
    return {section.title.lower().replace(" ", "_").replace(",", ""): section.table for section in sections if section.table}


def _top(review: Review, who: Candidacy, found: tuple[Finding, ...]) -> Section:
    what, why = advice(review, found)
    compared, whole = review.compared, review.overall
    days = compared.rows["starts_on"]
    champion = f"version {who.champion_version}" if who.champion_version else "none yet"
    return Section(
        f"Review: {who.model} version {who.challenger_version}",
        sentences=(
            f"The figures speak for: {what}. {why}",
            f"Challenger: version {who.challenger_version} ({compared.challenger}). Champion: {champion}, "
            f"compared here as {compared.opponent}.",
            compared.note,
            f"{whole.visits:,} visits of {whole.clients:,} clients from {days.min()} to {days.max()}, {whole.unused:.1%} unused, scored "
            f"{'the day before' if compared.moment == 'day_before' else 'when they were booked'}. Intervals are 95 %, drawn by client.",
        ),
    )


def _told(title: str, found: Sequence[Finding], kind: Kind, nothing: str) -> Section:
    texts = tuple(one.text for one in found if one.kind is kind)
    return Section(title, () if texts else (nothing,), texts)


def _figures(review: Review) -> Section:
    titles = review.compared.titles
    rows = [{"figure": key, **{title: _number(review.figures[side].get(key)) for side, title in titles.items()}} for key in FIGURES]
    return Section("Ranking and calibration", (), (), tuple(rows), ("review_reliability", "review_gain"))


def _value(review: Review) -> Iterator[Section]:
    yield Section(
        "Calls, and what they find",
        ("Each day's riskiest visits are called. Found: the visit was then missed. Whether the call changes that is the next table.",),
        table=tuple(_capacity(review, one) for one in review.capacities["challenger"]),
        pictures=("review_found", "review_net_benefit"),
    )
    yield Section(
        "Hours a week that contacts may give back",
        (
            "Assumed, not measured: booked hours of the missed visits found, times the share of misses a contact prevents in "
            "published trials. An hour counts as given back when the client comes, or cancels early enough for somebody else.",
        ),
        tuple(f"{one.contact}: relative risk {one.relative_risk:.2f} ({one.low:.2f} to {one.high:.2f}), {one.source}" for one in EFFECTS),
        tuple(_hours(review, one) for one in review.capacities["challenger"]),
    )


def _capacity(review: Review, one: Capacity) -> Cells:
    return {
        "calls a day": str(one.calls),
        f"{review.compared.against} finds a week": interval_text(_theirs(review, one).found_a_week, 1),
        "challenger finds a week": interval_text(one.found_a_week, 1),
        "challenger expected": f"{one.expected_a_week:.1f}",
        "more found": interval_text(review.found_more[one.calls], 1, signed=True),
        "share of all missed": f"{one.share_found:.0%}",
    }


def _hours(review: Review, one: Capacity) -> Cells:
    call = EFFECTS[0]
    ours = {f"challenger, {effect.contact}": "{:.1f} ({:.1f} to {:.1f})".format(*recovered_hours(one, effect)) for effect in EFFECTS}
    theirs = {f"{review.compared.against}, {call.contact}": f"{recovered_hours(_theirs(review, one), call)[0]:.1f}"}
    return {"contacts a day": str(one.calls), **theirs, **ours}


def _theirs(review: Review, one: Capacity) -> Capacity:
    return next(each for each in review.capacities["champion"] if each.calls == one.calls)


def _slices(review: Review) -> Section:
    return Section(
        "By slice",
        (
            "Log loss change is challenger minus champion: below zero is better. "
            f"Of {len(review.slices)} slices one in twenty differs by chance.",
        ),
        table=tuple(_slice(row, review.compared.titles) for row in review.slices),
        pictures=("review_slices",),
    )


def _slice(row: SliceRow, titles: Mapping[str, str]) -> Cells:
    return {
        "slice": row.name,
        "visits": f"{row.visits:,}",
        "unused": f"{row.unused:.1%}",
        **{f"{title} AUROC": _number(row.auroc[side]) for side, title in titles.items()},
        **{f"{title} O/E": interval_text(row.observed_over_expected[side]) for side, title in titles.items()},
        "log loss change": interval_text(row.log_loss_change, 4, signed=True),
    }


def _groups(review: Review) -> Section:
    told = (
        "O/E: unused visits observed over expected. False flags: of those who came, how much more often the group stood in its day's "
        "riskiest fifth than everybody else. Groups of fewer than 11 clients are not shown.",
    )
    pictures = ("review_groups",) if review.groups else ()
    none = ("The practice records nothing by which people could be told apart here.",)
    rows = tuple(_group(row, review.compared.titles) for row in review.groups)
    return Section("By group of people", told if rows else none, (), rows, pictures)


def _group(row: GroupRow, titles: Mapping[str, str]) -> Cells:
    return {
        "group": row.name,
        "visits": f"{row.visits:,}",
        "clients": f"{row.clients:,}",
        "unused": f"{row.unused:.1%}",
        **{f"{title} in top 20 %": f"{row.flagged[side]:.0%}" for side, title in titles.items()},
        **{f"{title} O/E": interval_text(row.observed_over_expected[side]) for side, title in titles.items()},
        **{f"{title} false flags": interval_text(row.false_flag_ratio[side]) for side, title in titles.items()},
    }


def _clinicians(review: Review) -> Section:
    rows = tuple(
        {
            "model": review.compared.titles[side],
            "clinicians": str(found.count),
            "O/E, 5 % to 95 %": f"{found.low:.2f} to {found.high:.2f}",
            "O/E, middle": f"{found.middle:.2f}",
            "further off than chance": str(found.off),
        }
        for side, found in review.clinicians.items()
        if found.count
    )
    return Section("By clinician", () if rows else ("No clinician has enough visits here.",), (), rows)


def _shift(review: Review) -> Iterator[Section]:
    shift = review.shift
    first, second = shift.titles
    spread = tuple(
        {"quantile": f"{share:.0%}", first: f"{old:.3f}", second: f"{new:.3f}"}
        for share, old, new in zip(QUANTILES, shift.champion_quantiles, shift.challenger_quantiles, strict=True)
    )
    yield Section(
        "Scores",
        (
            f"{shift.visits:,} visits scored by {shift.of}. PSI {shift.psi:.3f} (below 0.1 nothing to see, above 0.2 another spread), rank "
            f"correlation {shift.rank_correlation:.3f}; {shift.list_kept:.0%} of each day's riskiest fifth stays on the list.",
        ),
        table=spread,
        pictures=("review_scores",),
    )
    told = "Kinds of visits, not people: mean score under each, and the share that was unused where it is known."
    rows = tuple(
        {
            "visits that are": one.kind,
            "visits": f"{one.visits:,}",
            first: f"{one.champion:.3f}",
            second: f"{one.challenger:.3f}",
            "unused": _number(one.observed),
        }
        for one in shift.disagreements
    )
    yield Section("Where they disagree most", (told if rows else "There is no kind of visit on which they disagree.",), (), rows)


def _what_to_do(review: Review, who: Candidacy, found: tuple[Finding, ...]) -> Section:
    what, why = advice(review, found)
    moment, version = review.compared.moment, who.challenger_version
    return Section(
        "What to do",
        (f"The figures speak for: {what}. {why} You decide; your reason is kept with the model.",),
        commands=(
            f'hsched model promote {version} --moment {moment} --reason "..."',
            f'hsched model reject {version} --moment {moment} --reason "..."',
            f'hsched model demote --moment {moment} --reason "..."   (later, if it disappoints: back to the champion before it)',
        ),
    )


def _number(value: float | int | None) -> str:
    if value is None or math.isnan(value):
        return "-"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def intervals(rows: Mapping[str, Interval]) -> list[tuple[str, float, float, float]]:
    """Points of a forest plot; what has no end cannot be drawn."""
    return [(name, one.value, one.low, one.high) for name, one in rows.items() if all(map(math.isfinite, (one.value, one.low, one.high)))]
