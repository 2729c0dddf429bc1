"""A review as Markdown, as one HTML file (styles and pictures inside, no script, no other host), and as JSON for programs."""

import base64
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from hsched_models.decision_value import EFFECTS, THRESHOLDS
from hsched_models.review import Review
from hsched_models.review_findings import advice, findings
from hsched_models.review_page import Candidacy, Cells, Section

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 78rem; margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; border-top: 1px solid #d9e2ec; padding-top: 1rem; }
table { border-collapse: collapse; font-size: 0.85rem; margin: 0.7rem 0; }
th, td { text-align: left; white-space: nowrap; padding: 0.25rem 0.7rem 0.25rem 0; }
th { border-bottom: 1px solid #9aa5b1; vertical-align: bottom; }
td { border-bottom: 1px solid #eef2f6; font-variant-numeric: tabular-nums; }
pre { background: #f3f6f9; padding: 0.7rem; overflow-x: auto; } img { width: 48%; min-width: 24rem; }
.lead { background: #eef4fb; border-left: 4px solid #1f3a5f; padding: 0.6rem 0.9rem; font-weight: 600; }
"""


def markdown(sections: Sequence[Section]) -> str:
    """The page as Markdown; pictures lie beside it in plots/."""
    lines: list[str] = []
    for number, section in enumerate(sections):
        lines += ["#" * (1 if number == 0 else 2) + f" {section.title}", ""]
        lines += [part for sentence in section.sentences for part in (sentence, "")]
        lines += [*(f"- {point}" for point in section.points), ""] if section.points else []
        lines += [*_grid(section.table), ""] if section.table else []
        lines += [*(f"![{name}](plots/{name}.png)" for name in section.pictures), ""] if section.pictures else []
        lines += ["```", *section.commands, "```", ""] if section.commands else []
    return "\n".join(lines)


def html(sections: Sequence[Section], pictures: Mapping[str, bytes]) -> str:
    """The page as one HTML document. `pictures`: PNG bytes by name; a section's picture that is not there is left out."""
    body = "\n".join(part for number, section in enumerate(sections) for part in _html_parts(section, pictures, first=number == 0))
    title = escape(sections[0].title)
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def document(review: Review, who: Candidacy) -> str:
    """Every figure of the page as JSON; what is not defined is null."""
    found = findings(review)
    what, why = advice(review, found)
    compared, days = review.compared, review.compared.rows["starts_on"]
    shift = {key: value for key, value in asdict(review.shift).items() if key != "scores"}
    content = {
        **asdict(who),
        "moment": compared.moment,
        "challenger": compared.challenger,
        "champion_compared_as": compared.opponent,
        "note": compared.note,
        "first_day": days.min().isoformat(),
        "last_day": days.max().isoformat(),
        "advice": {"verdict": what, "reason": why},
        "findings": [asdict(one) for one in found],
        "figures": review.figures,
        "slices": [asdict(row) for row in review.slices],
        "groups": [asdict(row) for row in review.groups],
        "clinicians": {side: asdict(one) for side, one in review.clinicians.items()},
        "capacities": {side: [asdict(one) for one in of_side] for side, of_side in review.capacities.items()},
        "found_more_a_week": {str(calls): asdict(more) for calls, more in review.found_more.items()},
        "effects": [asdict(effect) for effect in EFFECTS],
        "net_benefit": {"threshold": THRESHOLDS.tolist(), **{side: curve.tolist() for side, curve in review.net_benefit.items()}},
        "scores": shift,
    }
    return json.dumps(_defined(content), indent=1, allow_nan=False, default=str)


def _defined(value: Any) -> Any:
    """The same with null for every NaN: JSON knows none."""
    if isinstance(value, Mapping):
        return {key: _defined(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_defined(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _html_parts(section: Section, pictures: Mapping[str, bytes], *, first: bool) -> Iterator[str]:
    yield f"<h{1 if first else 2}>{escape(section.title)}</h{1 if first else 2}>"
    for number, sentence in enumerate(section.sentences):
        yield f"<p{' class=lead' if first and number == 0 else ''}>{escape(sentence)}</p>"
    if section.points:
        yield f"<ul>{''.join(f'<li>{escape(point)}</li>' for point in section.points)}</ul>"
    if section.table:
        yield _html_table(section.table)
    for name in section.pictures:
        if name in pictures:
            yield f'<img alt="{escape(name)}" src="data:image/png;base64,{base64.b64encode(pictures[name]).decode()}">'
    if section.commands:
        yield f"<pre>{escape(chr(10).join(section.commands))}</pre>"


def _html_table(rows: Sequence[Cells]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row.values())}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _grid(rows: Sequence[Cells]) -> list[str]:
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([cell.replace("|", "\\|") for cell in row.values()] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]
