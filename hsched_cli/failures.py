"""How a failure is shown: what a person can mend is one red line with its remedy; anything else is one line and a log.

The log holds the exception's type and where it was raised, never its text: a text may carry a patient's value.
"""

import traceback
from pathlib import Path

from hsched_cli.console import err
from hsched_core.domain.errors import SafeError, UserError

MENDABLE = 2  # the exit code of what a person can mend, as for a mistyped option
BROKEN = 1


def show(error: BaseException, *, debug: bool) -> int:
    """Print the failure; the exit code to end with."""
    if debug:
        err().print("".join(traceback.format_exception(error)), markup=False)
    if isinstance(error, UserError):
        return _show_mendable(error)
    return _show_broken(error)


def _show_mendable(error: UserError) -> int:
    err().print(f"Error: {error.problem}", style="bold red", markup=False)
    if error.remedy:
        err().print(f"  {error.remedy}", markup=False)
    return MENDABLE


def _show_broken(error: BaseException) -> int:
    log = _write_log(places(error))
    what = str(error) if isinstance(error, SafeError) else type(error).__name__
    where = f"its place in the code is in {log}" if log else "its place: " + places(error)[-1]
    err().print(
        f"Error: something failed that should not ({what}); {where}. `hsched --debug ...` shows everything.", style="red", markup=False
    )
    return BROKEN


def places(error: BaseException) -> list[str]:
    """Type and code positions of an exception and of what caused it, innermost last; no text, no values."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    return [line for cause in causes for line in _places_of(cause)]


def _places_of(error: BaseException) -> list[str]:
    frames = [f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    return [type(error).__name__, *frames]


def _write_log(lines: list[str]) -> Path | None:
    """Append to the practice's log; None where there is no place to write (a failure must not hide the failure)."""
    try:
        from hsched_cli.practice import home, now

        path = home() / "logs" / "hsched.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write("\n".join([now().isoformat(), *lines, ""]))
    except (OSError, UserError):
        return None
    return path
