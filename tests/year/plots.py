"""Pictures of the year: openings by notice and by time, visits and minutes, ratios between groups."""

import io
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.year.groups import HIGH, LOW, Ratio
from tests.year.summary import Summary

INK, ACCENT, QUIET, LIGHT = "#1f3a5f", "#d1603d", "#9aa5b1", "#c9d3de"
COLOURS = {"as usual": QUIET, "with hsched": INK, "three at once, 90 minutes": ACCENT, "with hsched, and 15 minutes of calls": "#5b8c5a"}
SHORT = {"three at once, 90 minutes": "three at once, 90 min", "with hsched, and 15 minutes of calls": "and 15 min of calls"}
NOTICE = ((0, 24, "under a day"), (24, 72, "1 to 3 days"), (72, 168, "3 to 7 days"), (168, 9e9, "a week up"))
ENDS = (("no-show", "no-shows", ACCENT), ("cancelled late", "cancelled late", QUIET), ("cancelled early", "cancelled early", LIGHT))
mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})


def openings(kept: Sequence[Summary]) -> bytes:
    """How many were filled, by how long before they became free; and how fast."""
    figure = Figure(figsize=(8.4, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    worlds = [name for name in COLOURS if any(one.world == name for one in kept)]
    width = 0.8 / max(1, len(worlds))
    for place, world in enumerate(worlds):
        told = [opening for one in kept if one.world == world for opening in one.openings]
        bands = [[took is not None for notice, took in told if low <= notice < high] for low, high, _ in NOTICE]
        at = np.arange(len(NOTICE)) + (place - (len(worlds) - 1) / 2) * width
        left.bar(at, [100 * np.mean(band) if band else 0 for band in bands], width * 0.92, color=COLOURS[world])
        took = np.sort([one for _, one in told if one is not None])
        right.step(
            took, 100 * np.arange(1, len(took) + 1) / max(1, len(told)), where="post", color=COLOURS[world], label=SHORT.get(world, world)
        )
    left.set_xticks(range(len(NOTICE)), [name for *_, name in NOTICE])
    _title(left, "Openings filled, by notice", "", "% filled")
    right.set_xscale("log")
    right.set_xticks([0.25, 1, 6, 24, 168, 720], ["15 min", "1 h", "6 h", "1 day", "1 week", "30 days"])
    right.set_xlim(0.1, 1500)
    right.minorticks_off()
    _title(right, "Time from opening to booking", "", "% of openings filled by then")
    right.legend(frameon=False, loc="upper left")
    return _png(figure)


def visits(kept: Sequence[Summary]) -> bytes:
    """How visits ended, and where the front desk's minutes went."""
    figure = Figure(figsize=(8.4, 2.9), layout="constrained")
    left, right = figure.subplots(1, 2)
    worlds = [name for name in COLOURS if any(one.world == name for one in kept)]
    for row, world in enumerate(worlds):
        ours = [one for one in kept if one.world == world]
        come = sum(one.ends.get(name, 0) for one in ours for name in ("attended", *(name for name, *_ in ENDS)))
        start = 0.0
        for name, label, colour in ENDS:
            share = 100 * sum(one.ends.get(name, 0) for one in ours) / max(1, come)
            left.barh(row, share, left=start, color=colour, height=0.55, label=label if row == 0 else None)
            left.text(start + share / 2, row, f"{share:.1f}", ha="center", va="center", color="white" if colour == ACCENT else INK)
            start += share
        _minutes(right, row, ours)
    for axes, names in ((left, [SHORT.get(one, one) for one in worlds]), (right, [""] * len(worlds))):
        axes.set_yticks(range(len(worlds)), names)
        axes.invert_yaxis()
    left.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.45, -0.12), ncols=3, fontsize=8, columnspacing=1.0, handlelength=1.2)
    right.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.45, -0.12), ncols=3, fontsize=8, columnspacing=1.0, handlelength=1.2)
    _title(left, "Visits that did not take place, %", "", "")
    _title(right, "The front desk: minutes a working day", "", "")
    return _png(figure)


def _minutes(axes: Axes, row: int, ours: Sequence[Summary]) -> None:
    kinds = {
        "openings": ("calls: openings", "bookings", "calls: offers"),
        "calls about visits": ("calls: reminder_call",),
        "replies, decisions": (),
    }
    all_minutes = sum(sum(one.minutes.values()) for one in ours)
    days = sum(sum(one.minutes.values()) / max(1e-9, one.figures["staff minutes a working day"]) for one in ours)
    start, rest = 0.0, all_minutes
    for (label, names), colour in zip(kinds.items(), (INK, ACCENT, LIGHT), strict=True):
        spent = sum(one.minutes.get(name, 0) for one in ours for name in names) if names else rest
        rest -= spent if names else 0
        axes.barh(row, spent / days, left=start, color=colour, height=0.55, label=label if row == 0 else None)
        start += spent / days


def groups(found: Sequence[Ratio]) -> bytes:
    """Each group's rate over the others', with the four fifths."""
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    axes = figure.subplots()
    axes.axvspan(LOW, HIGH, color=LIGHT, alpha=0.5, linewidth=0)
    axes.axvline(1, color=QUIET, linewidth=1, linestyle=":")
    for row, one in enumerate(found):
        colour = INK if one.is_within else ACCENT
        axes.plot([one.low, one.high], [row, row], color=colour, linewidth=1.5)
        axes.plot(one.ratio, row, "o", color=colour, markersize=5)
    axes.set_yticks(range(len(found)), [f"{one.what}: {one.group}" for one in found])
    axes.invert_yaxis()
    _title(axes, "Offers and contacts, a group against the others", "ratio, with its 95 % interval; shaded: 0.8 to 1.25", "")
    return _png(figure)


def _title(axes: Axes, title: str, below: str, beside: str) -> None:
    axes.set_title(title, loc="left", fontsize=10)
    axes.set_xlabel(below)
    axes.set_ylabel(beside)


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110, metadata={"Software": None})
    return file.getvalue()
