"""S2 and S6: killers in every field, place, query and body of every route. Never a 5xx, never an echo, never slow, and nothing changes."""

import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from hsched_core.policy.permissions import Subject
from hsched_service.access import guard
from hsched_service.access.plain import is_plain
from tests.guard_world import Guarded, Route, guarded
from tests.http_desk import serving
from tests.killers import BODIES, FORM_TYPE, MARK, NOT_PLAIN, PLACES, RAW, TEXTS, form_with, in_address
from tests.service_world import Browser

SLOW, STUCK = 2.0, 10.0  # seconds of this process's work, and of the clock on a machine that does other things too
WELCOME = {("/v/{token}/time", "note"), ("/o/{token}/time", "note")}  # a client's own words, kept without what nobody can see
LARGE = 20_000  # bytes
MAY_BE_EMPTY = {"tab", "preferred"}
Sent = tuple[str, Any, float, float]  # what was sent, the answer, seconds of work, seconds


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("elm"), clinicians=2) as made:
        yield made


@pytest.fixture(autouse=True)
def nobody_missed_yet(practice: Guarded) -> None:
    practice.world.opened.service.__dict__.pop("link_misses", None)


def faults(sent: Iterator[Sent]) -> list[tuple[str, str]]:
    """What went wrong: which request, and how."""
    found = []
    for what, answer, work, seconds in sent:
        said = answer.text + str(sorted(answer.headers.items()))
        found += [(what, f"{answer.status_code}")] if answer.status_code >= 500 else []
        found += [(what, "echo")] if MARK in said else []
        found += [(what, f"{work:.1f} s")] if work > SLOW or seconds > STUCK else []
    return found


def timed(what: str, browser: Browser, method: str, path: str, **request: Any) -> Sent:
    work, start = time.process_time(), time.monotonic()
    answer = browser.request(method, path, **request)
    return what, answer, time.process_time() - work, time.monotonic() - start


def who(practice: Guarded, route: Route) -> Browser:
    """Somebody who comes in there; to what takes a launch nobody does here (tests/spec/test_embedding_killers.py does)."""
    return practice.browser("practice_manager" if "practice_manager" in route.roles else next(iter(route.roles), "front_desk"))


def forms(practice: Guarded) -> list[Route]:
    """Whatever is posted."""
    return [one for one in practice.routes if one.method != "GET"]


def in_fields(practice: Guarded, route: Route) -> Iterator[Sent]:
    """Each field of a form, one after the other, the others as a page sends them."""
    browser = who(practice, route)
    form = {**route.form, **({} if route.subject is Subject.CLIENT_PAGE else {"csrf": browser.csrf})}
    for name in route.form:
        for killer, content in (NOT_PLAIN if name == "password" else TEXTS).items():  # any other password is hashed, slowly by design
            if (route.path, name) not in WELCOME and not (content == b"" and name in MAY_BE_EMPTY):
                yield timed(
                    f"{route.word} {name}: {killer}", browser, route.method, route.at(**practice.ids),
                    content=form_with(form, name, content), headers={"content-type": FORM_TYPE},
                )  # fmt: skip


def in_places(practice: Guarded, route: Route) -> Iterator[Sent]:
    """Each place of an address."""
    browser = who(practice, route)
    for place in route.places:
        for killer, content in in_address(PLACES):
            path = route.at(**{**practice.ids, place: "PLACE"}).replace("PLACE", content)
            data = {**route.form, "csrf": browser.csrf} if route.method != "GET" else None
            yield timed(f"{route.word} {place}: {killer}", browser, route.method, path, data=data)


def in_queries(practice: Guarded, route: Route) -> Iterator[Sent]:
    """Each thing that a page may be asked, and one that none is."""
    for name in route.asks or (("utm_source",) if route.path == "/account" else ()):
        for killer, content in in_address(TEXTS):
            path = f"{route.at(**practice.ids)}?{name}={content}"
            yield timed(f"{route.word} ?{name}: {killer}", who(practice, route), "GET", path)


def as_bodies(practice: Guarded, route: Route, *, is_first: bool) -> Iterator[Sent]:
    """Instead of a form; with the code of a true page, where the route reads the body, so that it does. Large ones once a subject."""
    browser = who(practice, route)
    for killer, body in BODIES.items():
        if len(body.content) > LARGE and not is_first:
            continue
        headers = {"content-type": body.kind} | ({"x-csrf-token": browser.csrf} if route.fields else {})
        yield timed(f"{route.word}: {killer}", browser, route.method, route.at(**practice.ids), content=body.content, headers=headers)


def test_a_killer_in_a_field_is_refused(practice: Guarded) -> None:
    """Nothing of the store, the trail or the EHR is another afterwards."""
    before, tried = practice.snapshot(), 0
    for route in forms(practice):
        sent = list(in_fields(practice, route))
        assert faults(iter(sent)) == []
        tried += len(sent)
        done = [what for what, answer, *_ in sent if answer.status_code < 400 and not what.startswith("POST /audit/search")]
        assert (route.word, done if before != practice.snapshot() else []) == (route.word, [])
    assert practice.snapshot() == before
    assert tried > 500


def test_a_killer_in_a_body_is_refused(practice: Guarded) -> None:
    """Parts, JSON, other types, too much of it."""
    before, seen = practice.snapshot(), set[Subject]()
    for route in forms(practice):
        assert faults(as_bodies(practice, route, is_first=route.subject not in seen)) == []
        seen.add(route.subject)
    assert practice.snapshot() == before


def test_a_killer_in_an_address_leads_nowhere(practice: Guarded) -> None:
    """Neither in a place nor in a query."""
    before = practice.snapshot()
    for route in practice.routes:
        assert faults(in_places(practice, route)) == []
        if route.method == "GET" and not route.is_public:
            assert faults(in_queries(practice, route)) == []
    assert practice.snapshot() == before


def test_a_field_that_nobody_asked_for_is_bounded_too(practice: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the guard, for every form there will be; without its bound the same form is taken."""
    route = next(one for one in practice.routes if one.word == "POST /audit/search")
    browser = who(practice, route)
    bodies = {killer: form_with({**route.form, "csrf": browser.csrf}, "later", content) for killer, content in NOT_PLAIN.items()}

    def statuses() -> set[int]:
        sent = [browser.post(route.path, content=body, headers={"content-type": FORM_TYPE}) for body in bodies.values()]
        return {one.status_code for one in sent}

    assert statuses() == {422}
    monkeypatch.setattr(guard, "check_form", lambda _form: None)
    assert statuses() == {303}


def test_a_fault_is_noticed() -> None:
    """Of four answers each has one."""

    class Answer:
        def __init__(self, status_code: int, text: str) -> None:
            self.status_code, self.text, self.headers = status_code, text, dict[str, str]()

    sent = [("a", Answer(500, "")), ("b", Answer(404, f"no {MARK} here")), ("c", Answer(404, "")), ("d", Answer(404, ""))]
    work, seconds = {"c": 3.0}, {"d": 11.0}
    told = faults((what, answer, work.get(what, 0.0), seconds.get(what, 0.0)) for what, answer in sent)

    assert told == [("a", "500"), ("b", "echo"), ("c", "3.0 s"), ("d", "0.0 s")]


def test_people_write_in_their_own_letters() -> None:
    """What is refused is not what anybody types."""
    assert all(map(is_plain, ("Zoë O'Hara-Nguyễn", "Łukasz", "李小龍", "محمد", "שרה", "😀 ok", "a & b < c", "", "नमस्ते")))
    assert not any(map(is_plain, ("a\x00", "\ud800", "a\u202eb", "\x7f", "x" * 5000, "a\ufffd", "\ue000")))
    assert (is_plain("a\nb"), is_plain("a\nb", also=frozenset("\n"))) == (False, True)


def test_what_a_connection_may_not_carry_ends_it(practice: Guarded) -> None:
    """Lengths, chunks, headers and hosts that no browser sends: at most a refusal, nothing of them comes back, and others are answered."""
    with serving(practice.world.app) as port:
        for killer, content in RAW.items():
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(content)
                connection.shutdown(socket.SHUT_WR)
                said = b"".join(iter(lambda link=connection: link.recv(65536), b""))
            statuses = [int(one.split(b" ", 2)[1]) for one in said.split(b"HTTP/1.1 ")[:0]] or [int(said[9:12])] if said else [0]
            assert (killer, MARK.encode() in said, statuses[0] < 500) == (killer, False, True)
        other = HTTPConnection("127.0.0.1", port, timeout=5)
        other.request("GET", "/health/live")
        assert other.getresponse().status == 200
        other.close()
