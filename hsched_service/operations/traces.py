"""OpenTelemetry, where service.yaml switches it on: a span for each request and each step of the path. Off, nothing of it is imported.

Whatever a span is given, only the attributes of `ALLOWED` leave, without events and status texts: those of exceptions quote values.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TextIO

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, Status, StatusCode, Tracer

from hsched_service.operations.logs import WORD

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

NAME = "hsched"
SPAN_NAME = re.compile(r"request|path\.[a-z_]+|(?:[A-Z]+|other) (?:/[A-Za-z0-9_./{}:-]*|other)")
REQUEST, STEP = "request", "step"  # what a span is called before its route is known
ALLOWED = frozenset({"http.request.method", "http.route", "http.response.status_code", "hsched.request", "hsched.step", "error.type"})
STEPS = ("propose", "approve", "reject", "resolve", "execute", "tend", "stop", "release", "pause", "resume", "step_back")


class Allowed(SpanExporter):
    """Before the exporter: what may leave of a span."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_allowed(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class RequestSpan:
    """The span of a request that is being answered."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def answered(self, route: str, method: str, status: int) -> None:
        """What became of it."""
        self._span.update_name(f"{method} {route}")
        self._span.set_attributes({"http.route": route, "http.request.method": method, "http.response.status_code": status})
        if status >= 500:
            self._span.set_status(Status(StatusCode.ERROR))


class Traces:
    """Where spans begin, and which exporter they go to."""

    def __init__(self, exporter: SpanExporter, *, at_once: bool = False) -> None:
        processor = SimpleSpanProcessor if at_once else BatchSpanProcessor
        self._provider = TracerProvider(resource=Resource({"service.name": NAME}), shutdown_on_exit=False)
        self._provider.add_span_processor(processor(Allowed(exporter)))
        self._tracer: Tracer = self._provider.get_tracer(NAME)

    @contextmanager
    def request(self, request: str) -> Iterator[RequestSpan]:
        """A span around a request."""
        with self._span(REQUEST, {"hsched.request": request}) as span:
            yield RequestSpan(span)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A span around a step, such as `path.approve`."""
        with self._span(name, {"hsched.step": name}) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise

    def close(self) -> None:
        """What waits is exported."""
        self._provider.shutdown()

    @contextmanager
    def _span(self, name: str, attributes: dict[str, str]) -> Iterator[Span]:
        start = self._tracer.start_as_current_span
        with start(name, attributes=attributes, record_exception=False, set_status_on_exception=False) as span:
            yield span


def to_console(stream: TextIO) -> Traces:
    """Spans as lines of JSON. An exporter of OTLP is not among the locked packages."""
    return Traces(ConsoleSpanExporter(out=stream, formatter=lambda span: f"{span.to_json(indent=None)}\n"))


def trace_steps(opened: "OpenPractice", traces: Traces) -> None:
    """The path's steps get spans of their own: called before anything has asked for the path."""
    opened.__dict__["path"] = _Stepwise(opened.path, traces)


class _Stepwise:
    """The path, with a span around each step."""

    def __init__(self, path: Any, traces: Traces) -> None:
        self._path = path
        for name in STEPS:
            if hasattr(path, name):
                setattr(self, name, _in_span(getattr(path, name), f"path.{name}", traces))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._path, name)


def _in_span(step: Callable[..., Any], name: str, traces: Traces) -> Callable[..., Any]:
    @wraps(step)
    def stepped(*parts: Any, **more: Any) -> Any:
        with traces.step(name):
            return step(*parts, **more)

    return stepped


def _allowed(span: ReadableSpan) -> ReadableSpan:
    """The span with what may leave of it."""
    given = span.attributes or {}
    kept = {name: value for name, value in given.items() if name in ALLOWED and (not isinstance(value, str) or WORD.fullmatch(value))}
    return ReadableSpan(
        name=span.name if SPAN_NAME.fullmatch(span.name) else STEP,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=kept,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
