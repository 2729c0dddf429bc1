"""The desk's pages: a message is changed before it leaves, cases are told by names, queues hold what a role may decide, alarms are true."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.actions import Action, AddNote, CancelAppointment, UpdateWaitlistStatus
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import State
from hsched_core.domain.replies import InboundText, Intent
from hsched_core.domain.vocabulary import WaitlistStatus
from hsched_service.desk.replies import alarm_of
from tests.desk_practice import desk_practice
from tests.sandbox_ehr import NOW
from tests.service_world import ServiceWorld

REPLY = "5e" * 16


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with desk_practice(tmp_path_factory.mktemp("changing"), clinicians=2, clients=28, weeks=1, hours=(9, 11, 14, 16)) as made:
        yield made


def waiting(world: ServiceWorld, kind: str) -> list[Case]:
    return [case for case in world.opened.service.desk.cases.waiting() if case.action.kind == kind]


def asked(world: ServiceWorld, action: Action, subject: str) -> Case:
    start = waiting(world, "send_message")[0].proposal
    return world.opened.path.propose(
        replace(start, action=action, subject=subject, facts_digest=subject * 2, expires_at=NOW + timedelta(hours=5))
    )


def test_a_message_is_changed_on_its_page_and_somebody_else_approves_it(world: ServiceWorld) -> None:
    """The old proposal is withdrawn; the new one is the editor's; what was not looked at is not changed."""
    desk, case = world.browser("frontdesk"), waiting(world, "offer_slot")[0]
    before = case.action.outreach
    assert before
    other = next(one for one in (Channel.EMAIL, Channel.TEXT) if one is not before.channel)
    fields = {"channel": str(other), "template": "waitlist_offer"}
    assert 'class="decide change"' in desk.get(f"/desk/queue/{case.id}").text
    assert desk.submit(f"/desk/queue/{case.id}/edit", digest="0" * 64, **fields).status_code == 409
    assert world.opened.path.look(case.id).state is State.WAITING

    answer = desk.submit(f"/desk/queue/{case.id}/edit", digest=case.action.digest, **fields)
    assert answer.status_code == 303
    changed = world.opened.path.look(answer.headers["location"].rpartition("/")[2])
    assert world.opened.path.look(case.id).state is State.WITHDRAWN
    assert (changed.proposal.proposed_by, changed.action) == ("frontdesk", replace(case.action, channel=other))
    assert desk.submit(f"/desk/queue/{changed.id}/approve", digest=changed.action.digest).status_code == 403
    assert desk.submit(f"/desk/queue/{case.id}/edit", digest=case.action.digest, **fields).status_code == 409


def test_what_is_done_to_a_visit_or_an_entry_names_the_client(world: ServiceWorld) -> None:
    """And the time; a code only where nobody knows the visit."""
    opened, desk = world.opened, world.browser("frontdesk")
    visit = next(one for one in opened.service.desk.visits(NOW).values() if one.session.starts_at > NOW and one.takes_time)
    entry = (opened.service.desk.waiting.get().value or ())[0]
    names = {token: card.name for token, card in opened.service.desk.directory.clients().items()}
    told = {
        f"Add a note to the visit of {names[visit.session.client]} on ": AddNote(visit.id, "waitlist_booked"),
        f"Cancel the visit of {names[visit.session.client]} on ": CancelAppointment(
            visit.id, visit.version, visit.session.clinician, "other"
        ),
        f"Mark {names[entry.client]} on the waitlist as placed": UpdateWaitlistStatus(entry.entry, WaitlistStatus.PLACED),
        "Add a note to visit 0f0f0f0f": AddNote("0f" * 16, "waitlist_booked"),
    }
    for number, (title, action) in enumerate(told.items()):
        case = asked(world, action, f"{0xC000 + number:032x}")
        assert title in desk.get(f"/desk/queue/{case.id}").text


def test_the_front_desks_queue_holds_nothing_that_is_never_theirs(world: ServiceWorld) -> None:
    """A standing order waits for managers: neither listed nor counted among what waits for the front desk."""
    fields = {"use_case": "waitlist", "kinds": "offer_slot", "per_day": 20, "min_confidence": 0.9, "days": 30}
    assert world.browser("manager1").submit("/practice/orders", name="offers", **fields).status_code == 303
    everything = len(world.opened.service.desk.cases.waiting())
    counts = {login: world.browser(login).get("/desk/queue").text for login in ("frontdesk", "manager2")}

    assert f"All <b>{everything}</b>" in counts["manager2"]
    assert f"All <b>{everything - 1}</b>" in counts["frontdesk"]
    assert "/desk/queue?tab=rules" not in counts["frontdesk"]


def test_a_reply_says_that_somebody_is_called_only_where_somebody_is(world: ServiceWorld) -> None:
    """Nobody without `paging:`, nor once somebody has it; what no rule understood is not called a crisis."""
    opened, desk = world.opened, world.browser("frontdesk")
    opened.texts.keep(InboundText(REPLY, world.client(0), Channel.TEXT, NOW, pressed=Intent.MOVE), "Zwei Wochen spaeter bitte ab zehn Uhr")
    opened.replies.advance()
    assert "nobody is called: read this now" in desk.get("/desk/replies").text
    one = desk.get(f"/desk/replies/{REPLY}").text
    assert "treated as danger until somebody has read them" in one
    assert "understood as crisis" not in one

    [reply] = [one for one in opened.replies.waiting() if one.id == REPLY]
    assert alarm_of(reply, is_paging=True) == "a person is being called"
    opened.replies.take(REPLY, opened.person("frontdesk"))
    assert "called" not in desk.get("/desk/replies").text
