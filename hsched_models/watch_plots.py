"""A control chart as a picture: each week's observed over expected, and the evidence of both sides under its limit."""

import io

import numpy as np
from matplotlib.figure import Figure

from hsched_models.level import week_numbers
from hsched_models.watch import Chart

_INK, _ACCENT, _QUIET = "#1f3a5f", "#d1603d", "#9aa5b1"


def control_chart(one: Chart, title: str) -> bytes:
    """A PNG of a chart with at least one day. Alarms are marked where they were raised."""
    figure = Figure(figsize=(6.4, 4.4), dpi=100, layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    figure.suptitle(title)
    days = one.days.astype("datetime64[D]")
    week, position = np.unique(week_numbers(days), return_inverse=True)
    observed, expected = (np.bincount(position, weights=amounts) for amounts in (one.observed.astype(float), one.expected))
    begun = np.array([days[position == place][0] for place in range(len(week))])
    upper.plot(begun, observed / expected, color=_INK, marker="o", markersize=3, linewidth=1)
    upper.axhline(1, color=_QUIET, linestyle=":", linewidth=1)
    upper.set_ylabel("observed / expected")
    for path, color, name in zip(one.paths, (_ACCENT, _INK), ("more than forecast", "fewer than forecast"), strict=True):
        lower.plot(days, path, color=color, linewidth=1.2, label=name)
    lower.axhline(one.limit, color=_QUIET, linestyle="--", linewidth=1, label="limit")
    for alarm in one.alarms:
        lower.axvline(np.datetime64(alarm.on), color=_ACCENT, linewidth=0.6)
    lower.set_ylabel("evidence (log)")
    lower.set_ylim(0, 1.4 * max(min(one.limit, 100.0), float(one.paths.max())))  # room for the legend; a lone day has no limit
    lower.legend(frameon=False, fontsize=7, loc="upper left", ncols=3)
    lower.tick_params(axis="x", rotation=30)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
