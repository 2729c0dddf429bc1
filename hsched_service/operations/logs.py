"""The service's log: one line of JSON for each request and each failure (words for people on a terminal). The only place that forms one.

A line has the keys of `ALLOWED` and no other: whatever else somebody logs is dropped and counted. Texts of libraries are not written at
all, only who spoke and from which line of theirs: an exception's text, a URL, a statement may hold a patient's value.
"""

import asyncio
import logging
import re
import sys
import threading
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextvars import ContextVar
from typing import Any, BinaryIO, cast

import msgspec
import structlog
from structlog.typing import FilteringBoundLogger

from hsched_service.failures import failed, place_of

ALLOWED = frozenset({"at", "level", "event", "request", "route", "method", "status", "ms", "kind", "place", "logger", "dropped"})
# A word of the program, a route's pattern, a file and line, an instant. No spaces, no @, no accents: no name, no address.
WORD = re.compile(r"[A-Za-z0-9_./:{}+*-]{0,120}")
UNSAID = "?"
REQUEST: ContextVar[str] = ContextVar("request", default="")
OURS = "hsched."
Event = MutableMapping[str, Any]
Count = Callable[[int], None]


def allowed(count: Count = lambda _: None) -> Callable[[Any, str, Event], Event]:
    """The gate of every line: keys by name, values that are numbers or words. `count` is told how many were dropped."""

    def gate(_logger: Any, _name: str, event: Event) -> Event:
        kept = {key: value if _may_stand(value) else UNSAID for key, value in event.items() if key in ALLOWED}
        dropped = len(event) - len(kept) + sum(value is UNSAID for value in kept.values())
        if dropped:
            count(dropped)
            kept["dropped"] = dropped
        return kept

    return gate


class Lines:
    """Where log lines go."""

    def __init__(self, stream: "BinaryIO | Gathered", *, is_terminal: bool = False, count: Count = lambda _: None) -> None:
        render = _to_people if is_terminal else _to_machines
        self._log: FilteringBoundLogger = structlog.wrap_logger(
            structlog.BytesLogger(cast(BinaryIO, stream)),  # it asks for `write` and `flush` only
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                _with_request,
                allowed(count),
                render,
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        )

    def request(self, request: str, route: str, method: str, status: int, seconds: float) -> None:
        """One request was answered."""
        write = self._log.warning if status >= 500 else self._log.info
        write("request", request=request, route=route, method=method, status=status, ms=round(1000 * seconds, 2))

    def failure(self, **told: Any) -> None:
        """Something failed, or somebody's library spoke."""
        write = self._log.warning if told.get("kind") == "warning" else self._log.error
        write(told.pop("event"), **told)

    def install(self) -> None:
        """Everything this process logs goes through here from now on; so do exceptions that end a thread."""
        root = logging.getLogger()
        root.handlers = [Handler(self)]
        root.setLevel(logging.WARNING)
        logging.captureWarnings(capture=True)
        threading.excepthook = lambda told: self.failure(**failed(told.exc_value)) if told.exc_value else None
        sys.unraisablehook = lambda told: self.failure(**failed(told.exc_value)) if told.exc_value else None


class Gathered:
    """A stream to which the lines of one turn of the event loop go in one piece. What other threads say goes there at once.

    Each writing gives the interpreter away, and answers that were committed together would wait for it one after another.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lines: list[bytes] = []

    def write(self, content: bytes) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no event loop in this thread
            self._give([content])
            return
        self._lines.append(content)
        if len(self._lines) == 1:
            loop.call_soon(self.close)

    def flush(self) -> None:
        """Lines wait for the end of the turn."""

    def close(self) -> None:
        """What waits goes out."""
        lines, self._lines = self._lines, []
        self._give(lines)

    def _give(self, lines: Sequence[bytes]) -> None:
        self._stream.write(b"".join(lines))
        self._stream.flush()


class Handler(logging.Handler):
    """What goes through Python's own logging: uvicorn, libraries, and `log_failure`."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.failure(**told_of(record))


def told_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """What is written of a record: never its text, nor its arguments."""
    failure = record.exc_info[1] if record.exc_info else None
    if failure is not None:
        return {**failed(failure), "logger": record.name}
    if record.name.startswith(OURS) and hasattr(record, "place"):
        return {"event": "failure", "kind": getattr(record, "kind", UNSAID), "place": record.place, "logger": record.name}
    return {"event": "library", "logger": record.name, "kind": record.levelname.lower(), "place": place_of(record.pathname, record.lineno)}


def _with_request(_logger: Any, _name: str, event: Event) -> Event:
    if "request" not in event and (current := REQUEST.get()):
        event["request"] = current
    return event


def _may_stand(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and WORD.fullmatch(value) is not None)


def _to_machines(_logger: Any, _name: str, event: Event) -> bytes:
    return msgspec.json.encode(event)


def _to_people(_logger: Any, _name: str, event: Event) -> bytes:
    first = " ".join(str(event.pop(key, "")) for key in ("at", "level", "event"))
    return f"{first} {' '.join(f'{key}={value}' for key, value in event.items())}".encode()
