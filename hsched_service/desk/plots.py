"""Plots as SVG made here: no library, no script, colours by class, and every number also as text for who does not see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH = 640
LINE = "#1a4f8b"
SOFT = "#54606f"
GRID = "#d7dde5"
BAND = "#cfdff0"
# From pale to strong, told apart without colour by their lightness; text on the last two is white.
HEAT = ("#f3f6fa", "#dbe7f3", "#b4cfe6", "#7ba9d1", "#3f7cb4", "#1a4f8b")
HEAT_STEPS = (0.08, 0.12, 0.16, 0.21, 0.27)
WHITE_FROM = 4


@dataclass(frozen=True)
class Point:
    """A share at one place of a row, with its interval and how many it is of."""

    label: str
    value: float
    low: float
    high: float
    of: int


@dataclass(frozen=True)
class Cell:
    """A share in a table of weekdays and hours."""

    row: int
    column: int
    value: float
    of: int
    title: str


def series(points: Sequence[Point], title: str, most: float | None = None) -> Markup:
    """A row of shares with their 95 % intervals as a band: percent upwards, time to the right."""
    if not points:
        return Markup("")
    height, left, bottom, top = 200, 42, 28, 10
    top_value = most or max(0.1, min(1.0, max(one.high for one in points) * 1.1))
    step = (WIDTH - left - 24) / max(1, len(points) - 1)

    def x(place: int) -> float:
        return left + place * step

    def y(value: float) -> float:
        return top + (height - top - bottom) * (1 - min(value, top_value) / top_value)

    lines = [_axis(left, y(share), f"{share:.0%}") for share in _ticks(top_value)]
    outline = [f"{x(place):.1f},{y(one.high):.1f}" for place, one in enumerate(points)]
    outline += [f"{x(place):.1f},{y(points[place].low):.1f}" for place in reversed(range(len(points)))]
    path = " ".join(f"{x(place):.1f},{y(one.value):.1f}" for place, one in enumerate(points))
    dots = "".join(
        f'<circle cx="{x(place):.1f}" cy="{y(one.value):.1f}" r="3" fill="{LINE}"><title>{escape(_told(one))}</title></circle>'
        for place, one in enumerate(points)
    )
    every = max(1, len(points) // 8)
    names = "".join(
        f'<text x="{x(place):.1f}" y="{height - 8}" text-anchor="middle" fill="{SOFT}">{escape(one.label)}</text>'
        for place, one in enumerate(points)
        if place % every == 0
    )
    band = f'<polygon points="{" ".join(outline)}" fill="{BAND}"/>'
    line = f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="2"/>'
    return svg(height, title, "".join(lines) + band + line + dots + names)


def bars(points: Sequence[Point], title: str) -> Markup:
    """Shares one below the other, with their intervals as a line."""
    if not points:
        return Markup("")
    left, right, each = 190, 110, 26
    most = max([0.1, *(one.high for one in points)])
    scale = (WIDTH - left - right) / most
    rows = []
    for place, one in enumerate(points):
        y = 6 + place * each
        rows.append(
            f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{escape(one.label)}</text>'
            f'<rect x="{left}" y="{y + 3}" width="{one.value * scale:.1f}" height="16" rx="2" fill="{HEAT[3]}"/>'
            f'<line x1="{left + one.low * scale:.1f}" x2="{left + one.high * scale:.1f}" y1="{y + 11}" y2="{y + 11}" stroke="{LINE}"/>'
            f'<text x="{left + one.high * scale + 8:.1f}" y="{y + 15}" fill="{SOFT}">{one.value:.0%} of {one.of:,}</text>'
        )
    return svg(12 + each * len(points), title, "".join(rows))


def heat(cells: Sequence[Cell], rows: Sequence[str], columns: Sequence[str], title: str) -> Markup:
    """A table of shares: percent in each cell, stronger where more is lost; how many visits as a title."""
    if not cells:
        return Markup("")
    left, top, high = 48, 22, 30
    wide = (WIDTH - left) / max(1, len(columns))
    heads = "".join(
        f'<text x="{left + wide * (n + 0.5):.1f}" y="14" text-anchor="middle" fill="{SOFT}">{escape(name)}</text>'
        for n, name in enumerate(columns)
    )
    names = "".join(
        f'<text x="{left - 8}" y="{top + high * (n + 0.5) + 4:.1f}" text-anchor="end" fill="{SOFT}">{escape(name)}</text>'
        for n, name in enumerate(rows)
    )
    body = []
    for one in cells:
        step = sum(one.value >= limit for limit in HEAT_STEPS)
        x, y = left + wide * one.column, top + high * one.row
        ink = "#ffffff" if step >= WHITE_FROM else "#1b2330"
        body.append(
            f'<g><rect x="{x + 1:.1f}" y="{y + 1}" width="{wide - 2:.1f}" height="{high - 2}" rx="3" fill="{HEAT[step]}"/>'
            f'<text x="{x + wide / 2:.1f}" y="{y + high / 2 + 4}" text-anchor="middle" fill="{ink}">{one.value:.0%}</text>'
            f"<title>{escape(one.title)}</title></g>"
        )
    return svg(top + high * len(rows) + 4, title, heads + names + "".join(body))


def reliability(points: Sequence[Point], title: str) -> Markup:
    """Forecast to the right, what came upwards: on the diagonal, a forecast means what it says."""
    if not points:
        return Markup("")
    size, left, bottom = 300, 46, 34
    most = max(0.2, min(1.0, max(max(one.high, float(one.label)) for one in points) * 1.05))

    def place(value: float) -> float:
        return (size - bottom - 10) * min(value, most) / most

    def at(x: float, y: float) -> tuple[float, float]:
        return left + place(x), size - bottom - place(y)

    grid = "".join(_axis(left, at(0, share)[1], f"{share:.0%}", size - bottom - 10 + left) for share in _ticks(most))
    ticks = "".join(
        f'<text x="{at(share, 0)[0]:.1f}" y="{size - 16}" text-anchor="middle" fill="{SOFT}">{share:.0%}</text>' for share in _ticks(most)
    )
    (x0, y0), (x1, y1) = at(0, 0), at(most, most)
    diagonal = f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" stroke="{SOFT}" stroke-dasharray="4 4"/>'
    marks = []
    for one in points:
        x, y = at(float(one.label), one.value)
        low, high = at(0, one.low)[1], at(0, one.high)[1]
        marks.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}" stroke="{LINE}" stroke-width="2"/>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{LINE}"><title>{escape(_told(one))}</title></circle>'
        )
    words = f'<text x="{left + 8}" y="16" fill="{SOFT}">came true</text>'
    words += f'<text x="{size - 12}" y="{size - 2}" text-anchor="end" fill="{SOFT}">forecast</text>'
    return svg(size, title, grid + ticks + diagonal + "".join(marks) + words, size + left)


def _axis(left: float, y: float, label: str, right: float = WIDTH - 10) -> str:
    return (
        f'<line x1="{left}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>'
        f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{SOFT}">{label}</text>'
    )


def _ticks(most: float) -> list[float]:
    step = next(one for one in (0.05, 0.1, 0.2, 0.25) if most / one <= 5)
    return [round(step * number, 2) for number in range(int(most / step) + 1)]


def _told(one: Point) -> str:
    return f"{one.label}: {one.value:.1%} of {one.of:,} ({one.low:.1%} to {one.high:.1%})"


def svg(height: float, title: str, body: str, width: float = WIDTH) -> Markup:
    """`body` is made here, with every word from elsewhere escaped."""
    return Markup(
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>{body}</svg>'
    )
