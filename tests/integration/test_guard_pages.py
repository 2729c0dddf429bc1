"""Every route, as each role: ids that are not theirs (Z2), fields that are not theirs (Z3), and what every answer is sent with."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from hsched_core.domain.actions import Basis, BookAppointment
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import Channel
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.replies import InboundText
from hsched_core.domain.sessions import Session
from hsched_core.domain.standby import StandbyRecord
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.policy.permissions import Subject
from hsched_sandbox.ehr.records import Client, Clinician
from hsched_service.access import guard
from hsched_service.desk import auditor, calendar, case_view, live
from hsched_service.desk.names import Names
from tests.guard_world import NOBODY, REPLY, Guarded, Route, guarded
from tests.sandbox_ehr import NOW
from tests.service_world import ServiceWorld, TestClient, service_world

IDS = {"case_id", "task_id", "standby_id", "message", "client", "subject", "passkey"}  # places that name records
NAMELESS = ("data_team", "model_reviewer", "auditor", "admin")
RULES = "GET /practice/rules"  # speaks of rules about risks, of nobody's
RISK = re.compile(r"\brisk\b|\bband\b|class=\"block (?:raised|high)|Missed 2 of the last 5|Booked 34 days", re.IGNORECASE)
# What an answer may be kept for, or framed by, other than nothing and nobody.
KEPT = {Subject.STATIC: "public, max-age=31536000, immutable", Subject.API_DOCUMENT: "max-age=300"}
FRAMED = {Subject.SIDEBAR}
NOT_ASKED = {"POST /sign-out", "POST /switch/stop"}  # they would end what the other requests need

Page = tuple[str, str]  # the route, and what it answered


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("elm")) as made:
        yield made


@pytest.fixture(scope="module")
def elsewhere(practice: Guarded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Ids of another practice, whose service is its own and whose rows lie in the same store."""
    store = practice.world.opened.settings.store_url
    with service_world(tmp_path_factory.mktemp("oak"), store=store, name="oak") as other:
        yield ids_of(other)


def ids_of(other: ServiceWorld) -> dict[str, str]:
    """Records of that practice, all of them true."""
    client, opened = other.client(1), other.opened
    session = Session(client, other.token("clinician", "PRV-0001"), NOW + timedelta(days=2), 50, SessionType.INDIVIDUAL, Modality.VIDEO)
    action = BookAppointment(session, Basis.ASKED)
    asked = Proposal("oak", "waitlist", action, "a1" * 16, ("Asked.",), "a1" * 32, opened.policy.version, NOW + timedelta(hours=4), "oak")
    standby = StandbyRecord("a2" * 16, "a3" * 16, client, NOW + timedelta(hours=9), NOW)
    with opened.path_store.transaction() as tx:
        tx.put_standby(standby, audit=AuditEntry(NOW, "use-case:reminders", "standby.asked", standby.id, {"client": client}))
    opened.texts.keep(InboundText("a4" * 16, client, Channel.TEXT, NOW), "Hello?")
    opened.replies.advance()
    case = opened.path.propose(asked).id
    return {
        "case_id": case,
        "subject": case,
        "client": client,
        "message": "a4" * 16,
        "standby_id": standby.id,
        "task_id": case,
        "passkey": "b",
    }


# Z2: ids that are somebody else's


def test_what_is_another_practices_is_as_what_nobody_has(practice: Guarded, elsewhere: dict[str, str]) -> None:
    """404 on every route that takes an id, for each role that has the route, to the letter the same; and nothing changed."""
    before, tried, told = practice.snapshot(), 0, []
    for route in practice.routes:
        named = IDS & set(route.places)
        if not named or route.is_public:
            continue
        for role in route.roles:
            nobodys = answer(practice, role, route, dict.fromkeys(named, NOBODY))
            theirs = answer(practice, role, route, {name: elsewhere[name] for name in named})
            told += [(route.word, role, nobodys[0], theirs[0])] if nobodys[0] != 404 or theirs != nobodys else []
            tried += 1

    assert told == []
    assert tried >= 40
    assert changes(before, practice.snapshot()) == []


def test_what_is_another_clinicians_is_as_what_nobody_has(practice: Guarded) -> None:
    """Cases, replies, clients: of a colleague at the same practice."""
    theirs = of_a_colleague(practice)
    before = practice.snapshot()

    assert differing(practice, theirs) == []
    assert changes(before, practice.snapshot()) == []


def test_a_clinician_who_reached_further_would_be_noticed(practice: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard's question answered with yes: the colleague's case opens, and the comparison says so."""
    monkeypatch.setattr(guard, "reaches", lambda *_: True)

    assert "GET /desk/queue/{case_id}" in differing(practice, of_a_colleague(practice))


def of_a_colleague(practice: Guarded) -> dict[str, str]:
    """True ids of this practice that are none of the clinician's."""
    own = practice.world.token("clinician", "PRV-0000")
    mine = {one.session.client for one in practice.visits if one.session.clinician == own}
    client = next(one.session.client for one in practice.visits if one.session.client not in mine)
    practice.world.opened.texts.keep(InboundText("7e" * 16, client, Channel.TEXT, NOW), "Could I come on Friday?")
    practice.world.opened.replies.advance()
    case = next(one for one in practice.world.opened.service.desk.cases.waiting() if one.action.clinician not in (None, own))
    return {"case_id": case.id, "client": client, "message": "7e" * 16, "passkey": NOBODY, "subject": NOBODY}


def differing(practice: Guarded, theirs: dict[str, str]) -> list[str]:
    """Routes that tell a clinician more of these ids than of one that nobody has."""
    found = []
    for route in practice.routes:
        named = IDS & set(route.places)
        if named and not route.is_public and "clinician" in route.roles:
            nobodys = answer(practice, "clinician", route, dict.fromkeys(named, NOBODY))
            told = answer(practice, "clinician", route, {name: theirs[name] for name in named})
            found += [route.word] if nobodys[0] != 404 or told != nobodys else []
    return found


def answer(practice: Guarded, role: str, route: Route, ids: dict[str, str]) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, body and headers, but for the request's own number."""
    given = practice.send(practice.browser(role), route, route.at(**{**practice.ids, **ids}))
    return given.status_code, given.text, sorted(one for one in given.headers.items() if one[0] != "x-request-id")


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The tables that are others now."""
    return [name for name in before if before[name] != after[name]]


# Z3: fields that are not for that role


def pages(practice: Guarded, role: str) -> list[Page]:
    """Every page and every stream that the role can open, with parts of them that are asked for by a query."""
    browser, found = practice.browser(role), list[Page]()
    for route in practice.routes:
        if route.is_public or route.method != "GET" or role not in route.roles:
            continue
        ids = own_ids(practice) if role == "clinician" else practice.ids
        queries = {"tab": ["offers", "messages", "calls", "bookings"], "on": ["2026-03-05", "2026-03-06"], "page": ["2"]}
        more = [f"?{name}={value}" for name in route.asks for value in queries.get(name, ())]
        for accept in ("text/html", "application/json", "text/event-stream")[: 3 if route.path.endswith("/live") else 1]:
            given = [browser.get(route.at(**ids) + query, headers={"accept": accept}) for query in ["", *more]]
            found += [(route.word, one.text + str(one.headers)) for one in given]
    return found


def own_ids(practice: Guarded) -> dict[str, str]:
    """Of the clinician's own calendar."""
    own = practice.world.token("clinician", "PRV-0000")
    case = next(one for one in practice.cases if one.action.clinician == own)
    client = next(one.session.client for one in practice.visits if one.session.clinician == own and one.session.starts_at > NOW)
    return {**practice.ids, "case_id": case.id, "client": client}


@pytest.fixture
def quick_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOKS_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(live, "LASTS_SECONDS", 0.02)


def risks_on(practice: Guarded, found: list[Page]) -> list[str]:
    """Routes whose answers hold a score: as a word, a band, a reason, or the number itself."""
    scores = practice.world.opened.service.desk.published.newest(NOW).scores.values()
    numbers = {f"{100 * one.risk:.0f}" for one in scores} - {"100"}
    shown = re.compile(rf"(?<![\d.])(?:{'|'.join(sorted(numbers))})\s?%|(?:{'|'.join({f'{one.risk:.4f}' for one in scores})})")
    return sorted({word for word, text in found if shown.search(text) or (RISK.search(text) and word != RULES)})


def names_on(practice: Guarded, found: list[Page]) -> list[str]:
    """Routes whose answers hold a client's name, telephone number or address."""
    told = set[str]()
    for one in practice.world.ehr.book.every(Client):
        told |= {f"{one.given_name} {one.family_name}", one.phone or "", one.email or "", one.id}
    staff = {f"{one.given_name} {one.family_name}" for one in practice.world.ehr.book.every(Clinician)}
    held = re.compile("|".join(map(re.escape, sorted(told - staff - {""}))))
    return sorted({word for word, text in found if held.search(text)})


@pytest.mark.usefixtures("quick_streams")
def test_no_answer_to_a_clinician_holds_a_score(practice: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    """The front desk's do; and a calendar that forgot to ask would be noticed, as would a case's reasons."""
    case = practice.booking(0, reasons=("The visit before it is likely to be missed: risk 31 %.", "They asked for it."))
    found = pages(practice, "clinician")
    assert len(found) > 15
    assert risks_on(practice, found) == []
    assert names_on(practice, found) != []  # they are pages of people, not refusals
    assert {"GET /desk/calendar", "GET /desk/calls", "GET /desk/clients/{client}"} <= set(risks_on(practice, pages(practice, "front_desk")))

    monkeypatch.setattr(calendar, "sees_risk", lambda _person: True)
    assert risks_on(practice, pages(practice, "clinician")) == ["GET /desk/calendar"]
    monkeypatch.setattr(case_view, "ABOUT_RISK", re.compile("(?!)"))
    browser = practice.browser("clinician")
    assert risks_on(practice, [("case", browser.get(f"/desk/queue/{case.id}").text)]) == ["case"]


@pytest.mark.usefixtures("quick_streams")
def test_no_answer_to_who_cares_for_nobody_holds_a_clients_name(practice: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data team, model reviewer, auditor, administrator; a trail that resolved its pseudonyms would be noticed."""
    for role in NAMELESS:
        assert (role, names_on(practice, pages(practice, role))) == (role, [])
    assert {"GET /desk/calendar", "GET /desk/queue", "GET /desk/waitlist"} <= set(names_on(practice, pages(practice, "front_desk")))

    cards = practice.world.opened.service.desk.directory.clients()
    monkeypatch.setattr(auditor, "Names", lambda visitor, *_: Names(visitor, {token: card.name for token, card in cards.items()}, {}))
    assert names_on(practice, pages(practice, "auditor")) == ["GET /audit/story/{subject}"]


# What every answer is sent with


def lacking(headers: Any, subject: Subject | None = None) -> list[str]:
    """What an answer does not say that it should."""
    policy, kept = headers.get("content-security-policy", ""), KEPT.get(subject, "no-store") if subject else "no-store"
    checks = {
        "policy": "default-src 'none'" in policy and "base-uri 'none'" in policy and "form-action" in policy,
        "unsafe": "unsafe" not in policy and "*" not in policy and "http:" not in policy,
        "frames": "frame-ancestors 'none'" in policy or (subject in FRAMED and "frame-ancestors " in policy),
        "kept": headers.get("cache-control") in ("no-store", kept),
        "sniffing": headers.get("x-content-type-options") == "nosniff",
        "referrer": headers.get("referrer-policy") in ("no-referrer", "same-origin"),
        "server": "server" not in headers and "x-powered-by" not in headers,
        "cookie": all("httponly" in one.lower() and "samesite=lax" in one.lower() for one in headers.get_list("set-cookie")),
    }
    return [name for name, holds in checks.items() if not holds]


def test_every_answer_keeps_to_itself(practice: Guarded, tmp_path: Path) -> None:
    """Pages, errors, refusals, redirections, files, the stream, other methods: no frame, no inline script, no copy, no guess at a type."""
    anonymous, manager = practice.world.browser(), practice.browser("practice_manager")
    for route in practice.routes:
        if route.word in NOT_ASKED:
            continue
        path = route.at(**{**practice.ids, "case_id": NOBODY, "client": NOBODY, "message": NOBODY, "use_case": "none"})
        for given in (
            manager.request(route.method, path),
            manager.request(route.method, path, content=b"\xff\x00{", headers={"x-csrf-token": manager.csrf}),
            anonymous.request(route.method, path),
            anonymous.request(route.method, path, headers={"accept": "application/json"}),
        ):
            assert (route.word, given.status_code, lacking(given.headers, route.subject)) == (route.word, given.status_code, [])
    assert (manager.put("/account").status_code, lacking(manager.put("/account").headers)) == (405, [])
    for path in ("/nothing", "/static/x/y", practice.world.app.url_path_for("static", digest="0", name="hsched.css")):
        assert (path, lacking(anonymous.get(path).headers)) == (path, [])


def test_an_answer_that_nobody_meant_keeps_to_itself_too(practice: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure inside a page; and the same failure without our layers around it is told from it."""
    monkeypatch.setattr(type(practice.world.opened.service.desk), "confirmed", lambda _self: 1 // 0)
    failed = practice.browser("front_desk").get("/desk/calendar")
    bare = TestClient(FastAPI(openapi_url=None)).get("/nothing")

    assert (failed.status_code, lacking(failed.headers)) == (500, [])
    assert {"policy", "frames", "kept", "sniffing"} <= set(lacking(bare.headers))


def test_looking_changes_nothing(practice: Guarded) -> None:
    """Scanners of links, prefetching browsers and pages that lie open follow every address."""
    before = practice.snapshot()
    for route in practice.routes:
        if route.method == "GET":
            for role in ("practice_manager", "clinician", "auditor"):
                practice.browser(role).get(route.at(**practice.ids))

    assert changes(before, practice.snapshot()) == []
    practice.send(
        practice.browser("front_desk"),
        next(one for one in practice.routes if one.word.endswith("{message}/take")),
        f"/desk/replies/{REPLY}/take",
    )
    assert changes(before, practice.snapshot()) != []
