"""The year's report: figures of the worlds side by side, paired differences with intervals, groups; and its plots."""

from collections.abc import Iterator, Sequence
from math import nan, sqrt
from pathlib import Path

import numpy as np
from scipy import stats

from tests.year import plots
from tests.year.groups import Ratio, ratios
from tests.year.summary import Rates, Summary

USUAL, HSCHED = "as usual", "with hsched"
SHARES = {
    "no-shows": (("no-show",), ("attended", "no-show", "cancelled late", "cancelled early")),
    "late cancellations": (("cancelled late",), ("attended", "no-show", "cancelled late", "cancelled early")),
    "early cancellations": (("cancelled early",), ("attended", "no-show", "cancelled late", "cancelled early")),
    "openings filled": (("filled",), ("openings",)),
}


def markdown(kept: Sequence[Summary]) -> str:
    """Tables for the page."""
    real = [one for one in kept if one.setting["has_effect"]]
    parts = ["\n".join(_figures(real)), "\n".join(_differences(real)), "\n".join(_groups(real)), "\n".join(_told(kept))]
    return "\n\n".join(part for part in parts if part)


def _figures(kept: Sequence[Summary]) -> Iterator[str]:
    """Means over the seeds."""
    worlds = list(dict.fromkeys(one.world for one in sorted(kept, key=lambda one: one.world)))
    yield f"| | {' | '.join(f'{world} ({sum(one.world == world for one in kept)} seeds)' for world in worlds)} |"
    yield "|---" * (len(worlds) + 1) + "|"
    for name in kept[0].figures if kept else ():
        means = [np.mean([one.figures[name] for one in kept if one.world == world]) for world in worlds]
        yield f"| {name} | {' | '.join(f'{mean:,.1f}' for mean in means)} |"


def _differences(kept: Sequence[Summary]) -> Iterator[str]:
    """Percentage points, hsched less usual, by pairs of weeks."""
    pairs = _pairs(kept)
    if not pairs:
        return
    yield "| difference, percentage points | estimate | 95 % interval | pairs of weeks |"
    yield "|---|---|---|---|"
    for name, (above, below) in SHARES.items():
        estimate, low, high, count = difference(pairs, above, below)
        yield f"| {name} | {100 * estimate:+.1f} | {100 * low:+.1f} to {100 * high:+.1f} | {count} |"


def _pairs(kept: Sequence[Summary]) -> list[tuple[Summary, Summary]]:
    usual = {one.setting["seed"]: one for one in kept if one.world == USUAL}
    return [(usual[one.setting["seed"]], one) for one in kept if one.world == HSCHED and one.setting["seed"] in usual]


def difference(pairs: Sequence[tuple[Summary, Summary]], above: tuple[str, ...], below: tuple[str, ...]) -> tuple[float, float, float, int]:
    """A share's difference, second less first, with an interval from the weeks as pairs (a ratio estimator's linearised error)."""
    columns = [_columns([pair[place] for pair in pairs], above, below) for place in range(2)]
    residuals, estimates = [], []
    for top, bottom in columns:
        share = top.sum() / bottom.sum() if bottom.sum() else nan
        estimates.append(share)
        residuals.append((top - share * bottom) / bottom.mean() if bottom.sum() else np.zeros(len(top)))
    count = len(residuals[0])
    error = float(np.std(residuals[1] - residuals[0], ddof=1)) / sqrt(count) if count > 1 else nan
    reach = float(stats.t.ppf(0.975, count - 1)) * error if count > 1 else nan
    estimate = estimates[1] - estimates[0]
    return estimate, estimate - reach, estimate + reach, count


def _columns(worlds: Sequence[Summary], above: tuple[str, ...], below: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    top, bottom = (
        np.concatenate([np.sum([one.weeks.get(name, [0.0] * one.setting["weeks"]) for name in names], axis=0) for one in worlds])
        for names in (above, below)
    )
    return top, bottom


def group_ratios(kept: Sequence[Summary], world: str = HSCHED) -> list[Ratio]:
    """Offers and contacts of one world, over all its seeds."""
    found: list[Ratio] = []
    for what in ("offers", "contacts"):
        counted: Rates = {}
        known: dict[str, dict[str, str]] = {}
        for one in kept:
            if one.world == world:
                theirs: Rates = getattr(one, what)
                counted |= {f"{one.setting['seed']}/{client}": tuple(value) for client, value in theirs.items()}
                known |= {f"{one.setting['seed']}/{client}": one.groups[client] for client in theirs if client in one.groups}
        counted = {client: value for client, value in counted.items() if client in known}
        found += ratios(what, counted, known.__getitem__) if counted else []
    return found


def _groups(kept: Sequence[Summary]) -> Iterator[str]:
    found = group_ratios(kept)
    if not found:
        return
    yield "| with hsched | group | clients | ratio | 95 % interval | within 0.8 to 1.25 |"
    yield "|---|---|---|---|---|---|"
    for one in found:
        within = "yes" if one.is_within else f"no: {one.reason or 'no reason recorded'}"
        yield f"| {one.what} | {one.group} | {one.clients} | {one.ratio:.2f} | {one.low:.2f} to {one.high:.2f} | {within} |"


def _told(kept: Sequence[Summary]) -> Iterator[str]:
    for one in kept:
        yield f"**{one.name}** ({one.setting['weeks']} weeks): faults {one.faults}; minutes {one.minutes}; ends {one.ends}; {one.counts}"
        yield "  " + ", ".join(f"{name} {value:.3g}" for name, value in one.told.items() if not name.startswith("rounds"))


def draw(kept: Sequence[Summary], folder: Path) -> None:
    """Three pictures."""
    real = [one for one in kept if one.setting["has_effect"]]
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        "year-openings": plots.openings(real),
        "year-visits": plots.visits(real),
        "year-groups": plots.groups(group_ratios(real)),
    }
    for name, picture in pictures.items():
        (folder / f"{name}.png").write_bytes(picture)
