"""`hsched docs`: writes the reference pages from the code, or says which of them have fallen behind."""

import difflib
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import typer

from hsched_cli.console import err, out
from hsched_core.domain.errors import UserError

EXAMPLES = """
Examples:

  hsched docs            write docs/reference/*.md

  hsched docs --check    fail, with the difference, where a page is not what the code says
"""
FOLDER = Path(__file__).parents[1] / "docs" / "reference"
PAGES = ("commands", "raw_tables", "map_format", "release", "policy", "permissions", "lifecycle", "features", "assets")
DIFFERENCE_LINES = 20


def docs(check: bool = typer.Option(False, "--check", help="Compare only; exit code 2 where a page is behind.")) -> None:
    """Write the reference documentation from the code (for contributors; needs a checkout)."""
    pages = {f"{name.replace('_', '-')}.md": text() for name, text in generators().items()}
    if check:
        _compare(pages)
    else:
        _write(pages)


def generators() -> Mapping[str, Callable[[], str]]:
    """The page functions by module name."""
    return {name: import_module(f"hsched_cli.reference.{name}").page for name in PAGES}


def _write(pages: Mapping[str, str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    out().print(f"Wrote {len(pages)} pages to docs/reference.")


def _compare(pages: Mapping[str, str]) -> None:
    behind = {name: text for name, text in pages.items() if stored(name) != text}
    for name, text in behind.items():
        err().print("\n".join(difference(name, stored(name), text)), markup=False)
    if behind:
        raise UserError(f"Reference pages are behind the code: {', '.join(behind)}.", "Run `hsched docs` and commit what it writes.")
    out().print(f"{len(pages)} reference pages are current.")


def stored(name: str) -> str:
    """The page as it is on disk; empty where there is none yet."""
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def difference(name: str, old: str, new: str) -> list[str]:
    """The first lines of a unified difference."""
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), f"docs/reference/{name}", "from the code", lineterm="", n=1))
    return lines[:DIFFERENCE_LINES] + (["..."] if len(lines) > DIFFERENCE_LINES else [])
