"""Words on the screens of the desk: what they say is so, and is said in a person's words."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_cli.case_words import describe
from hsched_cli.desk import chosen, tell
from hsched_cli.orders import list_orders
from hsched_cli.policy import show
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.proposal import Candidate
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import NotPermittedError
from hsched_core.use_cases import WAITLIST
from tests.path_world import NOON, booking, proposal, standing_order
from tests.rest_world import DESK, rest_world

CLIENT = "0a" * 16


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenPractice:
    source = Source(kind="daily_exports", path="exports", map="sandbox-practice")
    save_practice(Paths(tmp_path), Practice("elm", "Elm", "America/New_York", "US", source, date(2026, 1, 1)))
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    monkeypatch.setenv("HSCHED_TODAY", NOON.isoformat())
    return open_practice(load_settings())


def approved(**changes: object) -> Case:
    action = booking(CLIENT)
    return Case(proposal(action, practice="elm", **changes), State.APPROVED, action, NOON)


def screen(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_an_order_counts_in_phase_auto_only(practice: OpenPractice, capsys: pytest.CaptureFixture[str]) -> None:
    """In review its dates may be right: it is not used, and the list says so."""
    entry = AuditEntry(NOON, "test", "order.set_up", f"use_case:{WAITLIST}", {})
    with practice.path_store.transaction() as tx:
        tx.set_order(standing_order(practice="elm", use_case=WAITLIST), audit=entry)
    list_orders(as_json=False)
    in_review = screen(capsys)
    with practice.path_store.transaction() as tx:
        tx.set_phase(WAITLIST, Phase.AUTO, audit=replace(entry, kind="phase.set_up"))
    list_orders(as_json=False)

    assert "valid, but not used: waitlist is in phase review" in in_review
    assert "in force" not in in_review
    assert "in force:" in screen(capsys)


def test_what_is_approved_while_everything_is_stopped_waits(practice: OpenPractice, capsys: pytest.CaptureFixture[str]) -> None:
    """It is not said to leave within seconds."""
    tell(approved(), practice)
    running = screen(capsys)
    practice.path.stop("frontdesk")
    tell(approved(), practice)
    stopped = screen(capsys)

    assert "within seconds" in running
    assert "It waits: everything is stopped" in stopped
    assert "within seconds" not in stopped


def test_lines_and_full_stops_are_as_people_write_them(practice: OpenPractice) -> None:
    """Who, when, with whom and how in one line, nobody's name in it; one full stop after a reason that has one."""
    case = approved(candidates=(Candidate(CLIENT, 0.4, None, "Not licensed there."),))
    with pytest.raises(UserError) as refused:
        chosen(case, 1)

    told = describe(booking(CLIENT), practice.timezone)
    assert told.startswith("Book client 0a0a0a0a on ")
    assert ", individual, 50 min, by video" in told
    assert refused.value.problem == "Candidate 1 was skipped: Not licensed there."


def test_the_settings_of_the_waitlist_are_shown_in_words(practice: OpenPractice, capsys: pytest.CaptureFixture[str]) -> None:
    """No value looks as Python writes it."""
    show(as_json=False)
    told = screen(capsys)

    assert "preference 0.2, urgency 0.25, continuity 0.2" in told
    assert "FitWeights" not in told


def test_a_case_that_cannot_be_settled_now_is_refused_in_words(tmp_path: Path) -> None:
    """Not in those of the program's own events."""
    with rest_world(tmp_path) as world:
        case_id = world.approved(world.booking())
        with pytest.raises(NotPermittedError) as refused:
            world.path.resolve(case_id, DESK, happened=True)

    assert refused.value.problem == "The proposal is approved: it cannot be settled as done now."
