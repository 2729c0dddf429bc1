"""The little Markdown that reference pages need."""

from collections.abc import Iterable, Sequence

GENERATED = "<!-- Made by `hsched docs` from the code; changes here are overwritten. -->"


def document(title: str, *parts: str) -> str:
    """A whole page: title, the remark that it is generated, parts with a blank line between."""
    return "\n\n".join([f"# {title}", GENERATED, *(part for part in parts if part)]) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; a pipe or a line break inside a cell does not break it."""
    lines = [_line(headings), _line(["---"] * len(headings)), *(_line(row) for row in rows)]
    return "\n".join(lines)


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def code(text: str, language: str = "") -> str:
    return f"```{language}\n{text.strip()}\n```"


def yes(flag: bool) -> str:
    """A flag as a table shows it: said or silent."""
    return "yes" if flag else ""
