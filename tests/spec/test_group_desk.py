"""The desk's page of groups: how many will come, where that is too few, who sees whose; and what makes a group at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hsched_adapters.policy_file import group_settings_of
from hsched_core.domain.actions import Basis, BookAppointment
from hsched_core.domain.appointments import Appointment as Visit
from hsched_core.domain.appointments import AppointmentStatus, Notice, NoticeKind
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.replies import InboundText
from hsched_core.domain.rollout import Phase
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.policy.calendar import double_booking
from hsched_core.policy.facts import CalendarFacts, Commitment, Matter
from hsched_core.policy.practice import PracticePolicy
from hsched_core.use_cases.group_coordination import Answer, Word, group_of, is_group, rosters
from hsched_core.use_cases.group_settings import GroupSettings
from hsched_pipelines.operations import event_work, remind_work
from hsched_sandbox.ehr.records import Message, Status, Type
from tests.client_world import ADDRESS, LINK, SOON
from tests.group_world import Groups, said
from tests.sandbox_ehr import NOW, ZONE
from tests.service_world import service_world

STARTS = datetime(2026, 3, 6, 19, 0, tzinfo=UTC)
SORRY, NO_PUEDO = "I can&#39;t come this time", "Esta vez no puedo venir"


def seat(number: int, starts_at: datetime = STARTS, **changes: object) -> Visit:
    session = Session(f"{number:032x}", "c1" * 16, starts_at, 90, SessionType.GROUP, Modality.VIDEO)
    made = Visit(f"{number + 100:032x}", "1", session, AppointmentStatus.BOOKED, STARTS - timedelta(days=9))
    return replace(made, session=replace(session, **changes))


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Groups]:
    with service_world(tmp_path_factory.mktemp("elm"), service_url=ADDRESS, groups={"quorum": 3}) as world:
        yield Groups(world)


@pytest.mark.parametrize("silent", [0, 1, 2])
def test_a_group_is_short_when_even_the_silent_are_too_few(silent: int) -> None:
    """Three are needed, two said yes: with nobody silent it is short, with one it is open."""
    words = [Word(seat(number), is_confirmed=number < 2) for number in range(2 + silent)]
    (roster,) = rosters(words, 3)
    assert (roster.booked, roster.said(Answer.YES), roster.said(Answer.SILENT)) == (2 + silent, 2, silent)
    assert (roster.is_short, roster.is_sure) == (silent == 0, False)
    (of_two,) = rosters(words, 2)
    assert (of_two.is_short, of_two.is_sure) == (False, True)


@pytest.mark.parametrize(
    "other",
    [
        seat(2),
        seat(2, clinician="c2" * 16),
        seat(2, duration_minutes=60),
        seat(2, session_type=SessionType.INDIVIDUAL),
        seat(2, starts_at=STARTS + timedelta(minutes=15)),
        seat(2, starts_at=STARTS.astimezone(None)),
    ],
    ids=["same", "other clinician", "other length", "no group", "other start", "other zone"],
)
def test_who_is_in_a_group_is_who_may_share_its_time_by_the_gate(other: Visit) -> None:
    """The rosters' idea of a group is the rule's: two visits that it lets stand beside each other are one group."""
    one = seat(1)
    policy = PracticePolicy("elm", "America/New_York")
    facts = CalendarFacts(commitments=(Commitment(other.id, other.session),))
    matter = Matter(BookAppointment(one.session, Basis.ASKED), STARTS, STARTS - timedelta(days=1), policy, facts)
    is_same = is_group(other.session) and group_of(one.session) == group_of(other.session)
    is_let = not [*double_booking(matter)] and one.session.clinician == other.session.clinician
    assert is_same == is_let


def test_the_soonest_group_is_first_and_one_that_nobody_is_booked_in_is_none() -> None:
    gone = replace(seat(9, starts_at=STARTS - timedelta(days=1)), status=AppointmentStatus.CANCELLED)
    later = seat(1, starts_at=STARTS + timedelta(days=1))
    assert [one.starts_at for one in rosters([Word(later), Word(seat(2)), Word(gone)], 3)] == [STARTS, later.session.starts_at]


def test_the_desk_sees_who_will_come_and_a_clinician_their_own_groups(clients: Groups) -> None:
    """Front desk and manager with names; whoever treats somebody else's group sees nothing of it."""
    clients.phase(Phase.REVIEW)
    clients.world.clock.instant = NOW
    members = clients.group(4)
    stranger = clients.world.browser()
    for (client, visit), answer in zip(members, ("confirm", "confirm", "cannot_come"), strict=False):
        said(stranger, clients, clients.reminded(client, visit), visit, answer)
    clients.world.opened.service.desk.groups.forget()
    pages = {login: clients.world.browser(login).get("/desk/groups") for login in ("frontdesk", "manager1", "clinician1", "clinician2")}
    assert {page.status_code for page in pages.values()} == {200}
    for login in ("frontdesk", "manager1", "clinician1"):
        text = " ".join(pages[login].text.split())
        assert "2 of 4 will come, 1 cannot, 1 not heard from" in text, login
        assert "open: needs 3" in text
        assert "their place waits to be cancelled" in text
        assert text.count("Ada Vale0") == 4
    assert "No group is booked in the coming two weeks" in pages["clinician2"].text
    assert "will come" not in pages["clinician2"].text
    looks = [one.actor for one in clients.world.entries("record.viewed") if "desk.groups" in one.body.values()]
    assert looks == ["frontdesk", "manager1", "clinician1"]


def test_the_calendars_block_of_a_group_says_how_many_will_come(clients: Groups) -> None:
    (client, visit), *_ = clients.group(3)
    said(clients.world.browser(), clients, clients.reminded(client, visit), visit, "confirm")
    clients.world.opened.service.desk.groups.forget()
    browser = clients.world.browser("frontdesk")
    browser.get("/desk/groups")
    day = clients.starts_at(visit).astimezone(ZONE).date()
    assert "1 of 3 will come" in browser.get(f"/desk/calendar?on={day}").text


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ({"quorums": 3}, "quorums"),
        ({"quorum": 0}, "groups.quorum"),
        ({"quorum": "three"}, "groups.quorum"),
        ({"invite_days": 30}, "groups.invite_days"),
        ({"invite_days": 1, "least_notice_hours": 48}, "groups.least_notice_hours"),
    ],
)
def test_a_setting_that_is_none_is_named(clients: Groups, section: dict[str, object], names: str) -> None:
    with pytest.raises(SettingsError, match=names):
        group_settings_of(replace(clients.world.opened.practice, groups=section))


def test_what_is_not_set_is_the_default(clients: Groups) -> None:
    assert group_settings_of(replace(clients.world.opened.practice, groups={})) == GroupSettings()


def test_what_was_approved_is_carried_out_by_the_job_and_a_word_taken_back_is_not(clients: Groups) -> None:
    """A yes by text, before somebody approves: the job looks again before anything leaves."""
    clients.phase(Phase.REVIEW)
    clients.world.clock.instant = NOW
    opened, browser = clients.world.opened, clients.world.browser()
    (first, stays), (second, goes), *_ = clients.group(4)
    for client, visit in ((first, stays), (second, goes)):
        said(browser, clients, clients.reminded(client, visit), visit, "cannot_come")
    clients.world.clock.instant += timedelta(minutes=1)
    opened.texts.keep(InboundText("8e" * 16, clients.world.token("client", first), Channel.TEXT, clients.world.clock.instant), "YES")
    opened.replies.advance()
    assert clients.roster(stays).said(Answer.YES) == 1  # at once, whatever the proposal's state
    clients.world.clock.instant += timedelta(minutes=1)
    for _, visit in ((first, stays), (second, goes)):  # approved after the yes, by somebody who did not know of it
        clients.approve(clients.cases(visit)[0])
    event_work.carry_out(opened)
    assert (clients.status(stays), clients.status(goes)) == (Status.BOOKED, Status.CANCELLED)
    assert [clients.cases(one)[0].state for one in (stays, goes)] == [State.WITHDRAWN, State.CONFIRMED]


@pytest.mark.parametrize(("phase", "asks", "due"), [(Phase.SHADOW, 0, 0), (Phase.REVIEW, 0, 0), (Phase.AUTO, 0, 1), (Phase.REVIEW, 1, 1)])
def test_groups_have_rounds_of_their_own_where_they_ask_or_act_by_themselves(clients: Groups, phase: Phase, asks: bool, due: bool) -> None:
    """Reminders are off here; a practice without an EHR has no rounds at all."""
    clients.phase(phase)
    opened = replace(clients.world.opened, practice=replace(clients.world.opened.practice, groups={"is_on": bool(asks)}))
    assert bool(remind_work.reminders_due(opened)) == bool(due)
    assert not remind_work.groups_are_due(replace(opened, practice=replace(opened.practice, connection=None)))


def test_a_place_in_a_group_is_no_opening_of_the_waitlists(clients: Groups) -> None:
    """Who cannot come once is in the group still; and the hour of a group that everybody left is nobody's to give away by itself."""
    opened = clients.world.opened
    members = clients.group(2)
    told = []
    for _, visit in members:
        clients.change(visit, status=Status.CANCELLED, cancel_reason="PATIENT")
        about = clients.world.token("appointment", visit)
        told.append(opened.waitlist.on_notice(Notice(NoticeKind.APPOINTMENT, about, clients.world.clock.now())))
    assert told == ["of_a_group", "of_a_group"]


@pytest.mark.parametrize(("language", "asks", "button"), [("en", "will you be there on", SORRY), ("es", "¿podrá venir el", NO_PUEDO)])
def test_the_job_asks_in_the_clients_language_and_the_link_leads_to_both_answers(
    clients: Groups, language: str, asks: str, button: str
) -> None:
    """From the round to the message in the EHR, and from its address to the page: under an order, once."""
    clients.phase(Phase.AUTO)
    clients.world.clock.instant = NOW
    on = {"quorum": 3, "is_on": True}
    opened = replace(clients.world.opened, practice=replace(clients.world.opened.practice, groups=on))
    client = clients.client(language=language)
    visit = clients.visit(client, SOON + timedelta(hours=1))
    clients.change(visit, type=Type.GROUP)
    for _ in range(2):
        remind_work.remind(opened)
    assert len([one for one in clients.world.ehr.book.every(Message) if one.patient_id == client]) == 1
    body = clients.body(client)
    found = LINK.search(body)
    assert asks in body
    assert found
    assert button in clients.world.browser().get(found[1]).text
