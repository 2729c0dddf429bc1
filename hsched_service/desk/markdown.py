"""The few forms of Markdown that a model card uses, as HTML with every word escaped. Anything else stays the text it is."""

import re
from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

BOLD, CODE = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"`(.+?)`")


def html_of(text: str) -> Markup:
    """Headings, lists, tables, paragraphs; bold and code inside them."""
    return Markup("\n").join(_blocks(text.splitlines()))


def _blocks(lines: Iterable[str]) -> Iterator[Markup]:
    kept: list[str] = []
    kind = ""
    for line in (*lines, ""):
        now = _kind_of(line)
        if kept and (now != kind or now == "heading"):
            yield _block(kind, kept)
            kept = []
        kind = now
        if now:
            kept.append(line)


def _kind_of(line: str) -> str:
    stripped = line.strip()
    if not stripped:
        return ""
    return {"#": "heading", "-": "list", "|": "table"}.get(stripped[0], "paragraph")


def _block(kind: str, lines: list[str]) -> Markup:
    if kind == "heading":
        return Markup("<h3>{}</h3>").format(_inline(lines[0].lstrip("# ")))
    if kind == "list":
        return Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(_inline(one.lstrip("- "))) for one in lines))
    if kind == "table":
        return _table([[cell.strip() for cell in one.strip().strip("|").split("|")] for one in lines])
    return Markup("<p>{}</p>").format(_inline(" ".join(lines)))


def _table(rows: list[list[str]]) -> Markup:
    head, *others = rows
    body = [row for row in others if not all(set(cell) <= {"-", ":"} for cell in row)]

    def line(row: list[str], tag: str) -> Markup:
        return Markup("<tr>{}</tr>").format(
            Markup("").join(Markup(f"<{tag}>{{}}</{tag}>").format(_inline(cell.replace("_", " "))) for cell in row)
        )

    cells = Markup("").join(line(row, "td") for row in body)
    return Markup('<div class="scrolls"><table><thead>{}</thead><tbody>{}</tbody></table></div>').format(line(head, "th"), cells)


def _inline(text: str) -> Markup:
    told = str(escape(text))
    return Markup(CODE.sub(r"<code>\1</code>", BOLD.sub(r"<strong>\1</strong>", told)))
