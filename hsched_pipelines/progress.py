"""How a long step tells where it is: a line every few seconds, in Dagster's log and, for `hsched run`, on the terminal."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dagster as dg

CHANNEL = "hsched.progress"
DBT_CHATTER = ("A dbt subsetted execution", "Running dbt command", "Finished dbt command")  # in Dagster's log, not for a terminal
SECONDS_BETWEEN_LINES = 3.0


@dataclass
class Progress:
    """Counts finished pieces of a known total; says so at most every few seconds."""

    say: Callable[[str], None]
    what: str
    total: int
    done: int = 0
    _last: float = field(default_factory=time.monotonic)

    def advance(self, pieces: int = 1) -> None:
        """So many pieces more are finished."""
        self.done += pieces
        if time.monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            self.say(f"{self.what}: {self.done} of {self.total} days ({100 * self.done // self.total} %)")


@dg.logger
def progress_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """Passes what our steps say to the terminal that started them; nothing of Dagster's own events."""
    return _channel()


@contextmanager
def heard_by(listener: Callable[[str], None]) -> Iterator[None]:
    """While open, what steps of this process say reaches the listener."""
    handler = _Forward(listener)
    channel = _channel()
    channel.addHandler(handler)
    try:
        yield
    finally:
        channel.removeHandler(handler)


class _Forward(logging.Handler):
    def __init__(self, listener: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._listener = listener

    def emit(self, record: logging.LogRecord) -> None:
        meta = getattr(record, "dagster_meta", {})
        message = str(meta.get("orig_message") or record.getMessage())
        is_failure = record.levelno >= logging.ERROR  # told by the run's result
        if not is_failure and not meta.get("dagster_event") and not message.startswith(DBT_CHATTER):
            self._listener(message)


def _channel() -> logging.Logger:
    channel = logging.getLogger(CHANNEL)
    channel.setLevel(logging.INFO)
    channel.propagate = False
    return channel
