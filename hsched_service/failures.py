"""How a failure is logged: its kind and its place, never its text, which may carry a patient's value."""

import logging
from collections.abc import Mapping
from pathlib import Path
from traceback import extract_tb

LOG = logging.getLogger("hsched.service")


def log_failure(error: BaseException) -> None:
    """One line for a person who runs the service."""
    told = failed(error)
    LOG.error("%s at %s", told["kind"], told["place"], extra={"kind": told["kind"], "place": told["place"]})


def failed(error: BaseException) -> Mapping[str, str]:
    """What may be said of an exception: its class, and where it was raised."""
    frames = extract_tb(error.__traceback__)
    place = place_of(frames[-1].filename, frames[-1].lineno or 0) if frames else "?"
    return {"event": "failure", "kind": type(error).__name__, "place": place}


def place_of(file: str, line: int) -> str:
    """A file's name and a line in it."""
    return f"{Path(file).name}:{line}"
