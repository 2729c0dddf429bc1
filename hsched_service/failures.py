"""How a failure is logged: its kind and its place, never its text, which may carry a patient's value."""

import logging
from pathlib import Path
from traceback import extract_tb

LOG = logging.getLogger("hsched.service")


def log_failure(error: BaseException) -> None:
    """One line for a person who runs the service."""
    frames = extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    LOG.error("%s at %s", type(error).__name__, place)
