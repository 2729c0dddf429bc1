"""Grades over time as a picture: observed over expected, and discrimination, week by week with their intervals."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

MOST_TICKS = 12
_INK, _QUIET = "#1f3a5f", "#9aa5b1"
_PANELS = (("o_e", "observed / expected", 1.0), ("auroc", "AUROC", 0.5), ("brier", "Brier", None))


def over_time(weeks: Sequence[Mapping[str, Any]], moment: str) -> bytes:
    """A PNG with one panel a measure; weeks with too few visits leave a gap."""
    figure = Figure(figsize=(6.4, 5.2), dpi=110, layout="constrained")
    panels = figure.subplots(len(_PANELS), 1, sharex=True)
    figure.suptitle(f"Sealed forecasts, {moment}: how they turned out")
    for axes, (name, title, ideal) in zip(panels, _PANELS, strict=True):
        _panel(axes, weeks, name, title, ideal)
    panels[-1].tick_params(axis="x", rotation=45)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _panel(axes: Axes, weeks: Sequence[Mapping[str, Any]], name: str, title: str, ideal: float | None) -> None:
    axes.set_ylabel(title)
    axes.set_xlim(-0.5, max(len(weeks), 1) - 0.5)
    shown = range(0, len(weeks), max(1, len(weeks) // MOST_TICKS))
    axes.set_xticks(list(shown), [str(weeks[place]["week"]) for place in shown], fontsize=7)
    if ideal is not None:
        axes.axhline(ideal, color=_QUIET, linestyle=":", linewidth=1)
    for place, week in enumerate(weeks):
        value, low, high = (week[f"{name}{end}"] for end in ("", "_low", "_high"))
        if value is not None:
            axes.plot([place, place], [low, high], color=_QUIET, linewidth=1.5)
            axes.plot([place], [value], color=_INK, marker="o", markersize=4)
