"""The desk's commands as a person types them, on a real store: who may, what is shown, what is in force afterwards."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hsched_adapters.assembly import open_practice
from hsched_adapters.people_file import demo_people, save_people
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_adapters.store.audit.examination import whole_story
from hsched_adapters.store.audit.rows import read_entries
from hsched_adapters.store.engine import open_engine, reading
from hsched_cli.main import run
from hsched_cli.story import lines
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import Event, State
from hsched_core.domain.proposal import Candidate
from hsched_core.workflow.trail import entered, moved
from tests.path_world import NOON, YES, World, booking, offer, proposal

TODAY = "2026-03-03T12:00:00-05:00"
Typed = Callable[..., tuple[int, str]]
CLIENTS, OPENING = ("0a" * 16, "0b" * 16), "0f" * 16


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    source = Source(kind="daily_exports", path="exports", map="sandbox-practice")
    practice = Practice("elm", "Elm", "America/New_York", "US", source, date(2026, 1, 1), policy={"max_probes": 7})
    save_practice(Paths(tmp_path), practice)
    save_people(tmp_path / "people.yaml", {**demo_people([]), "gone": {"roles": ["front_desk"], "is_active": False}})
    (tmp_path / "report.txt").write_text("Two weeks of shadow, graded.")
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    monkeypatch.setenv("HSCHED_TODAY", TODAY)
    return tmp_path


@pytest.fixture
def typed(home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Typed:
    """The exit code and what stands on the screen."""
    from hsched_cli import console

    def type_(*words: str) -> tuple[int, str]:
        for one in (console.out, console.err):
            one.cache_clear()
        code = 0
        try:
            run(list(words))
        except SystemExit as ended:
            code = int(ended.code or 0)
        read = capfd.readouterr()
        return code, read.out + read.err

    return type_


def waiting(typed: Typed) -> list[dict[str, Any]]:
    cases = json.loads(typed("queue", "--json")[1])["cases"]
    assert isinstance(cases, list)
    return cases


def propose_auto(typed: Typed, home: Path) -> str:
    typed("phase", "set", "waitlist", "auto", "--evidence", str(home / "report.txt"), "--as", "frontdesk")
    (case,) = waiting(typed)
    return str(case["case"])


def test_autonomy_grows_by_two_people_besides_the_proposer(typed: Typed, home: Path) -> None:
    """Proposed by the front desk, approved by both managers, in force at once; the screen says what is still missing."""
    case = propose_auto(typed, home)
    own = typed("approve", case[:8], "--as", "frontdesk")
    first = typed("approve", case[:8], "--as", "manager1")
    twice = typed("approve", case[:8], "--as", "manager1")
    second = typed("approve", case[:8], "--as", "manager2")

    assert (own[0], "may not decide" in own[1]) == (2, True)
    assert (first[0], "1 of 2 approvals" in first[1]) == (0, True)
    assert (twice[0], "approved this already" in twice[1]) == (2, True)
    assert (second[0], "in force" in second[1]) == (0, True)
    assert "waitlist         auto" in typed("phase")[1]
    assert "Nothing waits" in typed("queue")[1]
    assert typed("audit", "verify")[0] == 0


def test_less_autonomy_is_at_once_and_signed(typed: Typed, home: Path) -> None:
    """A step back needs nobody's yes, and no evidence; the trail knows who."""
    case = propose_auto(typed, home)
    for manager in ("manager1", "manager2"):
        typed("approve", case, "--as", manager)

    assert "shadow from now on" in typed("phase", "set", "waitlist", "shadow", "--as", "auditor")[1]
    assert "by auditor" in typed("audit", "show", "use_case:waitlist")[1]


def test_a_standing_order_is_proposed_approved_and_listed(typed: Typed) -> None:
    """With its limits and its uses; the same name again is its next version."""
    words = ("orders", "issue", "offers", "--use-case", "waitlist", "--kinds", "offer_slot", "--per-day", "5", "--as", "frontdesk")
    typed(*words)
    case = waiting(typed)[0]["case"]
    for manager in ("manager1", "manager2"):
        typed("approve", case, "--as", manager)
    listed = json.loads(typed("orders", "list", "--json")[1])["orders"]
    typed(*words)

    assert [(one["reference"], one["is_in_force"], one["used_today"]) for one in listed] == [("order:offers:1", True, 0)]
    assert "order offers, version 2" in waiting(typed)[0]["what"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["stop", "--as", "mallory"], "Nobody is called mallory"),
        (["stop", "--as", "gone"], "disabled"),
        (["release", "--as", "frontdesk"], "Only the practice's manager"),
        (["approve", "0f", "--as", "manager1"], "too short"),
        (["approve", "0f0f0f", "--as", "manager1"], "0 open cases"),
        (["resolve", "0f0f0f", "--as", "manager1"], "Say one of the two"),
        (["phase", "set", "waitlst", "auto", "--as", "manager1"], "no use case waitlst"),
        (["phase", "set", "waitlist", "auto", "--as", "manager1"], "needs evidence"),
        (["phase", "set", "waitlist", "review", "--as", "manager1"], "in phase review already"),
        (["orders", "issue", "X y", "--use-case", "waitlist", "--kinds", "offer_slot", "--per-day", "5", "--as", "manager1"], "short name"),
        (
            ["orders", "issue", "x", "--use-case", "waitlist", "--kinds", "change_phase", "--per-day", "5", "--as", "manager1"],
            "cannot cover",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_with_a_remedy(typed: Typed, words: list[str], told: str) -> None:
    """Exit code 2, as for a mistyped option."""
    code, screen = typed(*words)

    assert (code, told in screen) == (2, True), screen


def test_anybody_stops_and_a_manager_releases(typed: Typed) -> None:
    """The queue says so in between."""
    typed("stop", "--as", "frontdesk")
    stopped = typed("queue")[1]
    typed("release", "--as", "manager1")

    assert "Everything is stopped" in stopped
    assert "Everything is stopped" not in typed("queue")[1]


def test_the_settings_in_force_are_shown_with_what_the_practice_set(typed: Typed) -> None:
    """Value, meaning, version; the waitlist's own below, and those of times that clients pick."""
    screen = typed("policy", "show")[1]
    told = json.loads(typed("policy", "show", "--json")[1])

    assert "* max_probes             7" in screen
    assert "  max_attempts           3" in screen
    assert "searches for an unknown outcome" in screen
    assert told["set"] == ["max_probes"]
    assert told["waitlist"]["answer_minutes"] == 60
    assert "(`reschedule:` in practice.yaml)" in screen
    assert told["reschedule"]["times"] == 3
    assert "  longest_run_minutes    300" in screen
    assert told["capacity"]["sessions_a_day"] == 8


def test_people_are_listed_with_what_they_may_decide(typed: Typed) -> None:
    """And who is disabled."""
    screen = typed("people")[1]

    assert "manager1" in screen
    assert "gone             front_desk (disabled)" in screen
    assert "auditor          auditor: approves nothing" in screen


def test_the_ehrs_id_behind_a_pseudonym_is_shown_to_a_person_and_the_look_recorded(typed: Typed, home: Path) -> None:
    """By its first digits, where an open case names it; nobody else's."""
    practice = open_practice(load_settings({"HSCHED_HOME": str(home), "HSCHED_TODAY": TODAY}))
    token = practice.vault.pseudonyms("client", ["PT-000007"])["PT-000007"]
    action = offer(token)
    case = Case(proposal(action, practice="elm", subject=OPENING, facts_digest="fa" * 32), State.WAITING, action, NOON)
    with practice.path_store.transaction() as tx:
        tx.add(case, audit=entered(case, Event.QUEUED, actor="path", rules=()))

    assert typed("who", token[:8], "--as", "frontdesk") == (0, "client PT-000007\n")
    assert typed("who", token[:8], "--as", "mallory")[0] == 2
    assert typed("who", "0e0e0e0e", "--as", "frontdesk")[0] == 2
    assert typed("who", case.id, "--as", "frontdesk")[0] == 2


def put(home: Path, action: Any, **changes: Any) -> Case:
    """A case that waits, of the waitlist's desk."""
    practice = open_practice(load_settings({"HSCHED_HOME": str(home), "HSCHED_TODAY": TODAY}))
    case = Case(
        proposal(action, **{"practice": "elm", "subject": OPENING, "facts_digest": "fa" * 32, **changes}), State.WAITING, action, NOON
    )
    with practice.path_store.transaction() as tx:
        tx.add(case, audit=entered(case, Event.QUEUED, actor="path", rules=()))
    practice.audit.close()
    return case


def refusals(home: Path) -> list[tuple[str, str, Any, Any]]:
    practice = open_practice(load_settings({"HSCHED_HOME": str(home), "HSCHED_TODAY": TODAY}))
    engine = open_engine(practice.settings.store_url)
    with reading(engine) as connection:
        kept = read_entries(connection, "elm")
    engine.dispose()
    found = [one for one in kept if one.kind == "decision.refused"]
    return [(one.actor, one.subject, one.body["wanted"], one.body["rules"]) for one in found]


def test_every_refused_decision_stands_in_the_trail(typed: Typed, home: Path) -> None:
    """A wrong role, a disabled account, a login nobody has; what is no login is not kept, it may be a client's name."""
    case = put(home, offer(CLIENTS[0])).id
    words = {
        ("release", "--as", "frontdesk"): ("frontdesk", "switch:everything", "release", ["approval.role"]),
        ("release", "--as", "gone"): ("gone", "switch:everything", "release", ["approval.role"]),
        ("reject", case[:8], "--reason", "other", "--as", "gone"): ("gone", case, "declined", ["approval.inactive"]),
        ("reject", case[:8], "--reason", "other", "--as", "mallory"): ("unknown:mallory", "policy:people", "reject", ["approval.unknown"]),
        ("stop", "--as", "path"): ("unknown:path", "policy:people", "stop", ["approval.unknown"]),
        ("stop", "--as", "Ann Client"): ("unknown:unreadable", "policy:people", "stop", ["approval.unknown"]),
        ("stop", "--as", "gone"): ("gone", "policy:people", "stop", ["approval.inactive"]),
        ("phase", "set", "waitlist", "shadow", "--as", "gone"): ("gone", "policy:people", "phase.set", ["approval.inactive"]),
        ("who", CLIENTS[0][:8], "--as", "gone"): ("gone", "policy:people", "who", ["approval.inactive"]),
    }
    assert [typed(*one)[0] for one in words] == [2] * len(words)

    assert refusals(home) == [*words.values()]
    assert "Everything is stopped" not in typed("queue")[1]


def test_what_the_queue_prints_leads_to_the_story(typed: Typed, home: Path) -> None:
    """The digits of a case, and those of what it is about; also when the case is closed."""
    case = put(home, offer(CLIENTS[0]))
    screen = typed("queue")[1]
    assert (f"{case.id[:12]}  waitlist" in screen, f"about {OPENING[:8]}, proposed by" in screen) == (True, True)
    typed("reject", case.id[:12], "--reason", "other", "--as", "frontdesk")

    for digits in (case.id[:12], OPENING[:8]):
        code, story = typed("audit", "show", digits)
        assert (code, "proposal.declined" in story, "reason.other" in story) == (0, True, True)


def test_an_edited_offer_is_the_editors_proposal(typed: Typed, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By email instead of text: the old case is withdrawn, the new one needs somebody else."""
    world = World()
    settings = load_settings({"HSCHED_HOME": str(home), "HSCHED_TODAY": TODAY})
    monkeypatch.setattr("hsched_cli.practice.opened", lambda: open_practice(settings, calendar=world.ehr))
    with open_practice(settings).path_store.transaction() as tx:
        tx.add_consent(CLIENTS[0], YES[0], audit=AuditEntry(NOON, "frontdesk", "consent.given", CLIENTS[0], {}))
    case = put(home, offer(CLIENTS[0]))
    code, screen = typed("edit", case.id[:8], "--channel", "email", "--as", "frontdesk")
    (after,) = waiting(typed)

    assert (code, "by somebody else" in screen) == (0, True), screen
    assert (after["proposed_by"], after["action"]["channel"], after["about"]) == ("frontdesk", "email", OPENING)
    assert "proposal.withdrawn" in typed("audit", "show", case.id[:12])[1]
    assert "Nobody approves what they proposed" in typed("approve", after["case"][:8], "--as", "frontdesk")[1]
    assert "is approved" in typed("approve", after["case"][:8], "--as", "manager1")[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "changes nothing"),
        (["--channel", "text"], "changes nothing"),
        (["--template", "offer"], "There are: waitlist_offer"),
        (["--template", "slot_taken"], "There are: waitlist_offer"),
    ],
)
def test_an_edit_that_makes_no_sense_says_what_does(typed: Typed, home: Path, words: list[str], told: str) -> None:
    """A text without an address is none for an offer."""
    case = put(home, offer(CLIENTS[0]))
    code, screen = typed("edit", case.id[:8], *words, "--as", "frontdesk")

    assert (code, told in screen) == (2, True), screen


def test_a_booking_is_not_edited(typed: Typed, home: Path) -> None:
    """Rejected, or another candidate of the list."""
    code, screen = typed("edit", put(home, booking(CLIENTS[0])).id[:8], "--channel", "email", "--as", "frontdesk")

    assert (code, "nothing to edit about book_appointment" in screen) == (2, True)


def test_a_client_is_taken_over_and_given_back(typed: Typed, home: Path) -> None:
    """By the first digits or by the EHR's id; listed meanwhile, signed in the trail."""
    practice = open_practice(load_settings({"HSCHED_HOME": str(home), "HSCHED_TODAY": TODAY}))
    token = practice.vault.pseudonyms("client", ["PT-000007"])["PT-000007"]
    put(home, offer(token))
    assert typed("clients", "pause", token[:8], "--because", "in_touch", "--as", "frontdesk")[0] == 0
    listed = json.loads(typed("clients", "list", "--json")[1])
    assert [one["client"] for one in listed] == [token]
    assert f"{token[:8]}  since Tue 03 Mar 2026 12:00" in typed("clients")[1]
    assert typed("clients", "pause", token[:8], "--because", "other", "--as", "auditor")[0] == 2
    assert typed("clients", "resume", "PT-000007", "--because", "settled", "--as", "manager1")[0] == 0

    assert "Nobody is paused" in typed("clients")[1]
    assert "not paused" in typed("clients", "resume", "PT-000007", "--because", "settled", "--as", "manager1")[1]
    story = typed("audit", "show", token, "--json")[1]
    assert [(one["actor"], one["kind"]) for one in json.loads(story)["entries"]] == [
        ("frontdesk", "client.paused"),
        ("auditor", "decision.refused"),
        ("manager1", "client.resumed"),
    ]


def test_who_is_no_client_is_not_paused(typed: Typed, home: Path) -> None:
    """An opening, and what nobody knows."""
    practice = open_practice(load_settings({"HSCHED_HOME": str(home), "HSCHED_TODAY": TODAY}))
    visit = practice.vault.pseudonyms("appointment", ["APT-1"])["APT-1"]
    put(home, offer(CLIENTS[0]), subject=visit)

    assert "no client's" in typed("clients", "pause", visit[:8], "--because", "other", "--as", "frontdesk")[1]
    assert typed("clients", "pause", "PT-9", "--because", "other", "--as", "frontdesk")[0] == 2


def test_a_story_has_every_candidate_and_every_reason(home: Path) -> None:
    """Codes from the trail, words from the cases; an appointment that was booked is told from the opening on."""
    practice = open_practice(load_settings({"HSCHED_HOME": str(home), "HSCHED_TODAY": TODAY}))
    action = offer(CLIENTS[0])
    candidates = (Candidate(CLIENTS[0], 0.91, action), Candidate(CLIENTS[1], 0.4, None, "not licensed where the client sits"))
    asked = proposal(action, practice="elm", subject=OPENING, facts_digest="fa" * 32, reasons=("Waits longest.",), candidates=candidates)
    made = booking(CLIENTS[0])
    booked = proposal(made, practice="elm", subject=OPENING, facts_digest="fb" * 32, proposed_by=CLIENTS[0], replaces=asked.id)
    offered, taken = Case(asked, State.WAITING, action, NOON), Case(booked, State.WAITING, made, NOON)
    with practice.path_store.transaction() as tx:
        tx.add(offered, audit=entered(offered, Event.QUEUED, actor="path", rules=()))
        tx.add(taken, audit=entered(taken, Event.QUEUED, actor="path", rules=()))
        after = replace(taken, state=State.NEEDS_PERSON, version=2, reference="0e" * 16)
        tx.save(after, audit=moved(taken, after, Event.HANDED_OVER, NOON, actor="path", rules=("outcome.read_back",)))
    url = practice.settings.store_url

    for subject in (OPENING, f"appointment:{'0e' * 16}"):
        story = "\n".join(lines(*whole_story(url, "elm", subject), practice.timezone))
        assert "because Waits longest." in story
        assert "candidate 1, 0a0a0a0a fit 0.91, could be asked" in story
        assert "candidate 2, 0b0b0b0b fit 0.40, skipped: not licensed where the client sits" in story
        assert "outcome.read_back" in story
