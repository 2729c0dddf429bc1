"""Plots a reviewer would rather look at than read, as PNG bytes. Nothing is computed here that is reported elsewhere."""

import io
from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
mpl.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
_MARKERS = "os^Dv"  # curves are told apart without colour too
_INK, _ACCENT, _QUIET = "#1f3a5f", "#d1603d", "#9aa5b1"
SHADES = (_INK, _ACCENT, "#5b8c5a", "#8e6c8a", "#c9a227", _QUIET)  # of models, in the order in which they are told


def reliability(labels: Labels, forecasts: Mapping[str, Floats], bins: int = 10) -> bytes:
    """Observed against predicted rate in bins of equal size, one line a model, with the 95 % band of the last one."""
    figure, axes = _figure("Reliability", "predicted share unused", "observed share unused")
    limit = 0.05
    for position, ((name, p), marker) in enumerate(zip(forecasts.items(), cycle(_MARKERS), strict=False)):
        predicted, observed, n = _bins(labels, p, bins)
        if position == len(forecasts) - 1:
            spread = 1.96 * np.sqrt(observed * (1 - observed) / n)
            axes.fill_between(predicted, observed - spread, observed + spread, color=_shade(position), alpha=0.15, linewidth=0)
        axes.plot(predicted, observed, marker=marker, markersize=4, label=name, color=_shade(position))
        limit = max(limit, float(predicted.max()), float(observed.max()))
    axes.plot([0, limit * 1.1], [0, limit * 1.1], color=_QUIET, linestyle=":", linewidth=1)
    axes.legend(frameon=False)
    return _png(figure)


def risk_histogram(p: Floats, title: str = "Scores") -> bytes:
    """How the probabilities are spread."""
    figure, axes = _figure(title, "probability of an unused slot", "visits")
    axes.hist(p, bins=40, range=(0, max(0.5, float(p.max(initial=0.0)))), color=_INK)
    return _png(figure)


def lift(labels: Labels, forecasts: Mapping[str, Floats]) -> bytes:
    """Share of unused visits found by contacting the riskiest share of visits."""
    figure, axes = _figure("Found by calling the riskiest", "share of visits contacted", "share of unused visits found")
    share = np.linspace(0, 1, 101)
    for position, (name, p) in enumerate(forecasts.items()):
        found = np.cumsum(labels[np.argsort(-p, kind="stable")]) / max(1, labels.sum())
        picked = np.clip((share * len(p)).astype(int) - 1, 0, len(p) - 1)
        axes.plot(share, np.where(share * len(p) >= 1, found[picked], 0), label=name, color=_shade(position))
    axes.plot([0, 1], [0, 1], color=_QUIET, linestyle=":", linewidth=1)
    axes.legend(frameon=False)
    return _png(figure)


def found_by_calls(found: Mapping[str, Sequence[tuple[int, float, float, float]]]) -> bytes:
    """Missed visits found a week at each number of calls a day: (calls, found, low, high), with 95 % intervals."""
    figure, axes = _figure("Missed visits found by calling", "calls a day", "missed visits found a week")
    width = 0.8 / max(1, len(found))
    for position, (name, points) in enumerate(found.items()):
        at = np.arange(len(points)) + (position - (len(found) - 1) / 2) * width
        value, low, high = (np.array([point[index] for point in points], dtype=float) for index in (1, 2, 3))
        spread = np.maximum([value - low, high - value], 0)
        axes.bar(at, value, width=width * 0.9, yerr=spread, color=_shade(position), label=name, capsize=2, error_kw={"linewidth": 0.8})
        axes.set_xticks(np.arange(len(points)), [str(point[0]) for point in points])
    axes.legend(frameon=False)
    return _png(figure)


def net_benefit(thresholds: Floats, curves: Mapping[str, Floats], base_rate: float) -> bytes:
    """Net benefit over thresholds, beside calling everybody and nobody (Vickers & Elkin 2006)."""
    figure, axes = _figure("Net benefit", "risk from which a call is worth it", "found misses a visit, false alarms deducted")
    for position, (name, curve) in enumerate(curves.items()):
        axes.plot(thresholds, curve, label=name, color=_shade(position))
    axes.plot(thresholds, base_rate - (1 - base_rate) * thresholds / (1 - thresholds), color=_QUIET, linestyle="--", label="call everybody")
    axes.axhline(0, color=_QUIET, linestyle=":", linewidth=1, label="call nobody")
    axes.set_ylim(-0.02, max(0.05, base_rate * 1.05))
    axes.legend(frameon=False)
    return _png(figure)


def score_shift(scores: Mapping[str, Floats]) -> bytes:
    """The spread of two models' scores of the same visits, one over the other."""
    figure, axes = _figure("Scores of the same visits", "probability of an unused slot", "visits")
    limit = max(0.5, *(float(p.max(initial=0.0)) for p in scores.values()))
    for position, (name, p) in enumerate(scores.items()):
        axes.hist(p, bins=40, range=(0, limit), histtype="step", linewidth=1.4, color=_shade(position), label=name)
    axes.legend(frameon=False)
    return _png(figure)


def forest(
    title: str, x: str, rows: Mapping[str, Sequence[tuple[str, float, float, float]]], mark: float, limits: Sequence[float] = ()
) -> bytes:
    """A figure with its interval for each named row, one colour a model: (row, value, low, high). `mark` is "no difference"."""
    names = list(dict.fromkeys(point[0] for points in rows.values() for point in points))
    figure, axes = _figure(title, x, "", height=1.2 + 0.24 * max(4, len(names)))
    for position, (model, points) in enumerate(rows.items()):
        at = np.array([names.index(point[0]) for point in points]) + (position - (len(rows) - 1) / 2) * 0.25
        value, low, high = (np.array([point[index] for point in points], dtype=float) for index in (1, 2, 3))
        spread = np.maximum([value - low, high - value], 0)
        axes.errorbar(value, at, xerr=spread, fmt="o", markersize=3, linewidth=1, color=_shade(position), label=model)
    axes.axvline(mark, color=_QUIET, linewidth=1)
    for limit in limits:
        axes.axvline(limit, color=_QUIET, linestyle=":", linewidth=1)
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    if len(rows) > 1:
        axes.legend(frameon=False)
    return _png(figure)


def _bins(labels: Labels, p: Floats, bins: int) -> tuple[Floats, Floats, Floats]:
    groups = [group for group in np.array_split(np.argsort(p, kind="stable"), bins) if len(group)]
    predicted = np.array([p[group].mean() for group in groups])
    observed = np.array([labels[group].mean() for group in groups])
    return predicted, observed, np.array([len(group) for group in groups], dtype=float)


def _shade(position: int) -> str:
    return SHADES[position % len(SHADES)]


def _figure(title: str, x: str, y: str, height: float = 3.6) -> tuple[Figure, mpl.axes.Axes]:
    figure = Figure(figsize=(5.2, height), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    return figure, axes


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
