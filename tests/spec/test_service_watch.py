"""How the service is watched: what a log line and a span may hold, what readiness says, and how often programs may ask."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hsched_adapters.service_section import ServiceSection, load_service
from hsched_core.domain.api_clients import ApiScope
from hsched_core.domain.errors import SettingsError
from hsched_service.operations.install import Watching
from hsched_service.operations.limits import Bucket, Limits
from hsched_service.operations.logs import ALLOWED, Gathered, Handler, Lines
from hsched_service.operations.traces import Traces, _Stepwise
from hsched_service.predict.room import BATCH
from tests.predict_desk import asked, predict_desk
from tests.predict_talk import Talk
from tests.service_world import service_world

NAME = "Xqdabebi Vale"
SMALL = ServiceSection(predictions_per_minute=6, readings_per_minute=2, strangers_per_minute=3, deliveries_per_minute=2, links_per_minute=2)


class Watch:
    """Everything that watches, in memory."""

    def __init__(self, section: ServiceSection | None = None) -> None:
        self.seconds, self.log, self.spans = 0.0, io.BytesIO(), InMemorySpanExporter()
        limits = Limits(section, lambda: self.seconds)
        self.traces = Traces(self.spans, at_once=True)
        self.lines = Lines(self.log)
        self.watching = Watching(limits, lines=self.lines, traces=self.traces)

    def told(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, watch: Watch) -> Iterator[Talk]:
    with predict_desk(tmp_path_factory.mktemp("watched"), watching=watch.watching) as made:
        yield made


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Talk, Watch]]:
    """A service with small limits, and a clock that stands still."""
    watch = Watch(SMALL)
    with predict_desk(tmp_path_factory.mktemp("held"), watching=watch.watching) as made:
        yield made, watch


def test_a_request_is_a_line_with_its_routes_pattern(desk: Talk, watch: Watch) -> None:
    """Never its path, query or body; the id is the one the caller was given."""
    answer = desk.web.get(f"/c/{NAME}", params={"token": NAME}, headers={"user-agent": NAME, "x-request-id": NAME})
    desk.ask(asked(client_id=NAME))
    line, prediction = watch.told()[-2:]

    assert {name: line[name] for name in ("event", "route", "method", "status", "level")} == {
        "event": "request", "route": "other", "method": "GET", "status": 404, "level": "info",
    }  # fmt: skip
    assert line["request"] == answer.headers["x-request-id"]
    assert prediction["route"] == "/predict/no-show-risk"
    assert set(line) <= ALLOWED
    assert b"Xq" not in watch.log.getvalue()


def test_what_nobody_allowed_is_dropped_and_counted() -> None:
    """A key by its name, a value by its form."""
    counted: list[int] = []
    stream = io.BytesIO()
    Lines(stream, count=counted.append).failure(event="failure", client=NAME, place=NAME, kind="ValueError")
    told = json.loads(stream.getvalue())

    assert (told["kind"], told["place"], told["dropped"]) == ("ValueError", "?", 2)
    assert "client" not in told
    assert counted == [2]


def test_words_for_a_terminal_are_the_same_words() -> None:
    stream = io.BytesIO()
    Lines(stream, is_terminal=True).request("ab12", "/desk/queue", "GET", 200, 0.0123)

    assert b"info request request=ab12 route=/desk/queue method=GET status=200 ms=12.3" in stream.getvalue()


def test_lines_of_one_turn_are_written_in_one_piece() -> None:
    """By the end of the turn, in order; what a thread says is written at once."""
    written: list[bytes] = []

    class Stream(io.BytesIO):
        def write(self, content: Any) -> int:
            written.append(bytes(content))
            return len(written[-1])

    stream = Gathered(Stream())

    async def turn() -> None:
        stream.write(b"one\n")
        stream.write(b"two\n")
        assert written == []
        await asyncio.to_thread(stream.write, b"other\n")

    asyncio.run(turn())
    stream.write(b"later\n")

    assert sorted(written) == [b"later\n", b"one\ntwo\n", b"other\n"]


def test_a_librarys_text_is_not_written() -> None:
    """Only who spoke, and from which of its lines; of an exception its class and place."""
    stream = io.BytesIO()
    handler, library = Handler(Lines(stream)), logging.getLogger("somebodys.library")
    library.addHandler(handler)
    try:
        library.error("Invalid request from %s", NAME)
        try:
            raise ValueError(NAME)
        except ValueError:
            library.exception("Exception in ASGI application")
    finally:
        library.removeHandler(handler)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())

    assert (first["event"], first["logger"], first["kind"]) == ("library", "somebodys.library", "error")
    assert first["place"].startswith("test_service_watch.py:")
    assert (second["event"], second["kind"]) == ("failure", "ValueError")
    assert b"Xq" not in stream.getvalue()


def test_an_unexpected_exception_says_nothing_of_its_text(desk: Talk, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in the answer, the log, the figures or a span; its class and place are in the log, with the request's id."""

    def fails(_self: object) -> None:
        raise RuntimeError(f"no such client: {NAME}")

    monkeypatch.setattr("hsched_service.predict.document.document", lambda: fails(None))
    root, handler = logging.getLogger("hsched"), Handler(watch.lines)
    root.addHandler(handler)
    try:
        answer = desk.web.get("/openapi.json")
    finally:
        root.removeHandler(handler)
    figures = desk.web.get("/metrics", headers={"authorization": f"Bearer {desk.token('prometheus', ApiScope.METRICS)}"}).text
    spans = "".join(one.to_json() for one in watch.spans.get_finished_spans())
    failure = [line for line in watch.told() if line["event"] == "failure"][-1]

    assert (answer.status_code, answer.json()) == (500, {"error": "failed"})
    assert (failure["kind"], failure["request"]) == ("RuntimeError", answer.headers["x-request-id"])
    assert str(failure["place"]).startswith("test_service_watch.py:")
    assert 'route="/openapi.json",status="500"' in figures
    assert "Xq" not in answer.text + figures + spans + watch.log.getvalue().decode()


def test_a_span_holds_the_pattern_and_the_status(desk: Talk, watch: Watch) -> None:
    desk.ask(asked(client_id=NAME))
    span = watch.spans.get_finished_spans()[-1]

    assert span.name == "POST /predict/no-show-risk"
    assert {name: value for name, value in (span.attributes or {}).items() if name != "hsched.request"} == {
        "http.route": "/predict/no-show-risk", "http.request.method": "POST", "http.response.status_code": 200,
    }  # fmt: skip


def test_no_span_leaves_with_more_than_is_allowed() -> None:
    """Whatever a span is given by whom: a value, an exception with its text, a name."""
    spans = InMemorySpanExporter()
    traces = Traces(spans, at_once=True)

    class OnePath:
        def approve(self, _case: str) -> None:
            raise ValueError(NAME)

    with pytest.raises(ValueError, match="Vale"):
        _Stepwise(OnePath(), traces).approve(NAME)
    with traces._tracer.start_as_current_span(NAME, attributes={"client": NAME, "http.route": NAME}) as span:
        span.record_exception(ValueError(NAME))
        span.add_event(NAME)
    step, other = spans.get_finished_spans()

    assert not {step.status.description, other.status.description} - {None}
    assert (step.name, dict(step.attributes or {})) == ("path.approve", {"hsched.step": "path.approve", "error.type": "ValueError"})
    assert (other.name, dict(other.attributes or {}), other.events) == ("step", {}, ())
    assert "Xq" not in step.to_json() + other.to_json()


def test_ready_says_what_it_found(desk: Talk) -> None:
    """Quickly: a supervisor asks every few seconds."""
    desk.web.get("/health/ready")
    before = perf_counter()
    answer = desk.web.get("/health/ready")
    seconds = perf_counter() - before

    assert answer.json() == {
        "status": "ready",
        "champions": {"no_show__day_before": "1", "no_show__at_booking": "1"},
        "inbox_waiting": 0,
        "ehr": "nothing",
    }
    assert seconds < 0.25  # asked is 50 ms; see docs/how-to/watch-the-service.md for what it takes


def test_an_ehr_that_cannot_be_read_does_not_make_the_service_unready(tmp_path: Path) -> None:
    """Requests are refused by whom they concern; a supervisor that restarted the service would mend nothing."""
    with service_world(tmp_path) as world:
        browser, found = world.browser(), []
        world.opened.ehr_trail.not_read("timeout")
        world.clock.instant += timedelta(minutes=5)
        found.append(browser.get("/health/ready").json())
        world.opened.ehr_trail.read({})
        found.append(browser.get("/health/ready").json())

    assert [one["status"] for one in found] == ["ready", "ready"]
    assert (found[0]["ehr"], found[0]["ehr_not_read_seconds"]) == ("not_read", 300)
    assert (found[1]["ehr"], "ehr_not_read_seconds" in found[1]) == ("read", False)


def test_not_ready_says_why_in_a_word(desk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store, its migration, the keys; nothing of what was wrong with them."""
    ring = desk.opened.paths.keys / "key-encryption.key"
    found = []
    with monkeypatch.context() as patch:
        patch.setattr(desk.opened.inbox, "waiting", lambda: 1 / 0)
        found.append(desk.web.get("/health/ready"))
    with monkeypatch.context() as patch:
        patch.setattr("hsched_adapters.store.engine._newest", lambda: "9999")
        found.append(desk.web.get("/health/ready"))
    hidden = ring.rename(ring.with_name("hidden"))
    found.append(desk.web.get("/health/ready"))
    hidden.rename(ring)
    found.append(desk.web.get("/health/ready"))

    assert [one.status_code for one in found] == [503, 503, 503, 200]
    assert [one.json().get("reasons") for one in found] == [["store"], ["migration"], ["keys"], None]


def test_an_api_client_asks_no_more_than_its_limit(held: tuple[Talk, Watch]) -> None:
    """A batch counts as its visits; who waits may ask again; another client is not held back. One entry an hour tells of it."""
    desk, watch = held
    statuses = [desk.ask({"visits": [asked()] * 4}, path=BATCH).status_code]
    statuses += [desk.ask(asked()).status_code for _ in range(3)]
    refused = desk.ask(asked())
    other = desk.ask(asked(), token=desk.token("other"))
    watch.seconds += int(refused.headers["retry-after"])

    assert statuses == [200, 200, 200, 429]
    assert (refused.status_code, refused.json(), refused.headers["retry-after"]) == (429, {"error": "too_many"}, "10")
    assert other.status_code == 200
    assert desk.ask(asked()).status_code == 200
    assert refusals(desk, "too_many") == [("api-client:ehr", "permission:predict")]


def test_who_has_no_token_or_another_ones_scope_is_in_the_trail(held: tuple[Talk, Watch]) -> None:
    """Nothing of the token is; an address that tries many is told to wait."""
    desk, watch = held
    watch.seconds += 60
    figures = desk.token("figures", ApiScope.METRICS)
    statuses = [desk.ask(asked(), token=figures).status_code]
    statuses += [desk.web.get("/metrics", headers={"authorization": f"Bearer {desk.token('ehr')}"}).status_code]
    statuses += [desk.ask(asked(), token=f"{NAME}{number}").status_code for number in range(4)]

    assert statuses == [403, 403, 401, 401, 401, 429]
    assert refusals(desk, "not_permitted") == [("api-client:figures", "permission:predict"), ("api-client:ehr", "permission:metrics")]
    assert set(refusals(desk, "no_token")) == {("unknown:unreadable", "permission:predict")}


@pytest.mark.parametrize("door", ["POST /webhooks/ehr", "POST /texts/inbound", "GET /o/nobody", "GET /v/nobody"])
def test_an_address_is_held_back_at_doors_that_are_open_to_all(held: tuple[Talk, Watch], door: str) -> None:
    desk, watch = held
    watch.seconds += 60
    found = [desk.web.request(*door.split()) for _ in range(3)]

    assert [one.status_code == 429 for one in found] == [False, False, True]
    assert found[2].headers["retry-after"] == "30"


def test_figures_are_not_read_without_end(held: tuple[Talk, Watch]) -> None:
    desk, _ = held
    headers = {"authorization": f"Bearer {desk.token('reader', ApiScope.METRICS)}"}

    assert [desk.web.get("/metrics", headers=headers).status_code for _ in range(3)] == [200, 200, 429]


def test_a_bucket_fills_little_by_little() -> None:
    """More than it ever holds is let through when it is full: a batch larger than the limit waits, and is not refused for ever."""
    seconds = [0.0]
    bucket = Bucket(60, lambda: seconds[0])
    found = [bucket.take("a", 50), bucket.take("a", 20), bucket.take("b", 1)]
    seconds[0] = 10
    found += [bucket.take("a", 20), bucket.take("a", 500)]
    seconds[0] = 70
    found += [bucket.take("a", 500)]

    assert found == [0, 10, 0, 0, 60, 0]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("traces: jaeger", "traces is none of off, console"),
        ("predictions_per_minute: 0", "predictions_per_minute is no such number"),
        ("links_per_minute: many", "links_per_minute is no such number"),
        ("predictions: 5", "unknown keys: predictions"),
        ("- 1", "not a mapping"),
        ("a: [", "is not YAML"),
    ],
)
def test_a_wrong_service_file_says_what_is_wrong(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "service.yaml").write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError, match=says):
        load_service(tmp_path)


def test_without_a_service_file_nothing_is_traced(tmp_path: Path) -> None:
    """`off` alone is YAML's false, and means what it says."""
    assert load_service(tmp_path) == ServiceSection()
    (tmp_path / "service.yaml").write_text("traces: off\nlinks_per_minute: 7\n", encoding="utf-8")

    assert load_service(tmp_path) == ServiceSection(links_per_minute=7)


def refusals(desk: Talk, reason: str) -> list[tuple[str, str]]:
    """Who was refused what for that reason, as the trail says; once what waited is written."""
    desk.room._group.close()
    return [(one.actor, one.subject) for one in desk.entries("access.refused") if one.body["reason"] == reason]
