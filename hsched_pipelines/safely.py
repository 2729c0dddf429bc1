"""Failures inside the identified zone, reduced to a code and a reference before Dagster can store their text."""

from collections.abc import Iterator
from contextlib import contextmanager

from hsched_core.domain.errors import HschedError, SafeError


@contextmanager
def inside_zone(code: str, reference: str) -> Iterator[None]:
    """Let errors made for people pass (they carry no value); anything else may quote a row and becomes a SafeError."""
    try:
        yield
    except HschedError:
        raise
    except Exception:  # a stranger's message may carry a value
        raise SafeError(code, reference) from None
