"""Where the command writes: results on stdout, progress and errors on stderr, so that `--json` can be piped.

Rich is imported at first use: `hsched --help` must not wait for it.
"""

import json
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_IN_FILES = 140


@cache
def out() -> "Console":
    """The console of results."""
    from rich.console import Console

    return Console(highlight=False, **_shape(sys.stdout.isatty()))


@cache
def err() -> "Console":
    """The console of progress and errors."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, **_shape(sys.stderr.isatty()))


def _shape(is_terminal: bool) -> dict[str, Any]:
    """A terminal has its own width; in a file lines are not broken and tables have room."""
    return {} if is_terminal else {"soft_wrap": True, "width": WIDTH_IN_FILES}


def print_json(content: Any) -> None:
    """One JSON document on stdout; days and instants in ISO form."""
    sys.stdout.write(json.dumps(content, indent=2, default=str, allow_nan=False) + "\n")


def note(text: str) -> None:
    """A dim remark beside the progress."""
    err().print(text, style="dim", markup=False)
