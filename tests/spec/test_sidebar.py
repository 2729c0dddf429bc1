"""The sidebar in the EHR's frame: who sees and decides what about the client that is open there, and nothing about anybody else."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from hsched_core.domain.case import Case
from hsched_core.domain.contact import Pause
from hsched_core.domain.lifecycle import State
from hsched_sandbox.ehr.records import Appointment, Client
from tests.embedded_world import EmbeddedWorld, embedded_world
from tests.sandbox_ehr import NOW

EVIL = "Zoe <script>alert(1)</script>"
RISK = re.compile(r"\brisk\b|\d+ %", re.IGNORECASE)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedWorld]:
    with embedded_world(tmp_path_factory.mktemp("sidebar"), is_busy=True) as made:
        yield made


@pytest.fixture(autouse=True)
def as_before(world: EmbeddedWorld) -> None:
    world.service.people()


def asked_about(world: EmbeddedWorld, kind: str = "send_message") -> tuple[Case, str]:
    """A case that waits, and the EHR's id of its client."""
    of = {world.service.token("client", one.id): one.id for one in world.service.ehr.book.every(Client)}
    waiting = [one for one in world.service.opened.service.desk.cases.waiting() if one.action.kind == kind]
    case = next(one for one in waiting if one.state is State.WAITING)
    named = case.action.outreach
    assert named
    return case, of[named.client]


def patient_of(world: EmbeddedWorld, provider: str, other: str) -> str:
    """A client whom that clinician sees this week or the next, and the other one does not."""
    seen: dict[str, set[str]] = {}
    for one in world.service.ehr.book.every(Appointment):
        if one.status == "booked" and one.starts_at > NOW:
            seen.setdefault(one.patient_id, set()).add(one.provider_id)
    whole = {one.patient_id for one in world.service.ehr.book.every(Appointment) if one.provider_id == other}
    return next(patient for patient, providers in seen.items() if provider in providers and patient not in whole)


def state_of(world: EmbeddedWorld, case: Case) -> State:
    return world.service.opened.path.look(case.id).state


def test_the_front_desk_sees_what_comes_what_is_asked_and_why(world: EmbeddedWorld) -> None:
    """With the band of the next visit and its reasons, and a way to the desk."""
    case, patient = asked_about(world)
    frame, path = world.launched("front", patient)
    text = frame.get(path).text
    name = world.service.ehr.book.get(Client, patient)

    assert f"{name.given_name} {name.family_name}" in text
    assert all(reason in text for reason in case.proposal.reasons)
    assert "Visits to come" in text
    assert RISK.search(text)
    assert "Agreed to reminders by" in text
    assert f'target="_blank" rel="noopener" href="/desk/clients/{world.service.token("client", patient)}"' in text
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", text)


def test_a_look_is_written_down(world: EmbeddedWorld) -> None:
    """Who was shown whom, under pseudonyms."""
    _, patient = asked_about(world)
    frame, path = world.launched("front", patient)
    frame.get(path)
    seen = world.service.entries("record.viewed")[-1]

    assert (seen.actor, seen.body["purpose"]) == ("frontdesk", "sidebar.client")
    assert world.service.token("client", patient) in seen.body["clients"]


def test_a_clinician_sees_their_own_clients_and_no_score(world: EmbeddedWorld) -> None:
    """Somebody else's client is not there, as far as they are told."""
    mine, theirs = patient_of(world, "PRV-0000", "PRV-0001"), patient_of(world, "PRV-0001", "PRV-0000")
    frame, path = world.launched("one", mine)
    other, elsewhere = world.launched("one", theirs)
    page, refused = frame.get(path), other.get(elsewhere)

    assert (page.status_code, RISK.search(page.text)) == (200, None)
    assert (refused.status_code, theirs in refused.text) == (404, False)
    name = world.service.ehr.book.get(Client, theirs)
    assert name.family_name not in refused.text


def test_a_yes_in_the_frame_is_the_paths_yes(world: EmbeddedWorld) -> None:
    """Bound to the exact action, with the person's name under it; a second one does not count."""
    case, patient = asked_about(world)
    frame, path = world.launched("front", patient)
    wrong = frame.submit(f"{path}/cases/{case.id}/approve", digest="0" * 64)
    yes = frame.submit(f"{path}/cases/{case.id}/approve", digest=case.action.digest)
    again = frame.submit(f"{path}/cases/{case.id}/approve", digest=case.action.digest)

    assert (wrong.status_code, yes.status_code, again.status_code) == (409, 303, 409)
    assert (yes.headers["location"], state_of(world, case)) == (f"{path}?did=approved", State.APPROVED)
    assert "Approved." in frame.get(yes.headers["location"]).text
    assert world.service.opened.path.look(case.id).approvals[0].by == "frontdesk"
    assert "did not count" in again.text
    assert again.headers["content-security-policy"].endswith(f"frame-ancestors {world.ehr.address}")


def test_a_no_in_the_frame_has_its_reason(world: EmbeddedWorld) -> None:
    """As at the desk."""
    case, patient = asked_about(world)
    frame, path = world.launched("manager", patient)
    answer = frame.submit(f"{path}/cases/{case.id}/reject", reason="client_objected")

    assert (answer.status_code, state_of(world, case)) == (303, State.DECLINED)
    assert frame.submit(f"{path}/cases/{case.id}/reject", reason="<b>").status_code == 422


def test_a_form_must_come_from_this_frames_page(world: EmbeddedWorld) -> None:
    """Neither without its code, nor with that of another launch, nor of the desk."""
    case, patient = asked_about(world)
    frame, path = world.launched("front", patient)
    other, _ = world.launched("front", patient)
    desk = world.service.browser("frontdesk")
    answers = [
        frame.post(f"{path}/cases/{case.id}/{act}", data={"csrf": code, "digest": case.action.digest, "reason": "other"})
        for code in ("", other.csrf, desk.csrf, "é")
        for act in ("approve", "reject")
    ]

    assert [answer.status_code for answer in answers] == [403] * 8
    assert state_of(world, case) is State.WAITING
    assert world.service.entries("access.refused")[-1].body == {"reason": "csrf"}


def test_a_frame_decides_about_its_own_client_only(world: EmbeddedWorld) -> None:
    """Another client's case is not there, whatever the role; nor is a clinician's, of what is not theirs to decide."""
    case, patient = asked_about(world)
    mine = patient_of(world, "PRV-0000", "PRV-0001")
    frame, path = world.launched("front", mine if mine != patient else patient_of(world, "PRV-0001", "PRV-0000"))
    clinician, own = world.launched("one", mine)
    tries = [one.submit(f"{at}/cases/{case.id}/approve", digest=case.action.digest) for one, at in ((frame, path), (clinician, own))]

    assert [one.status_code for one in tries] == [404, 404]
    assert state_of(world, case) is State.WAITING


def test_who_has_a_passkey_looks_here_and_decides_at_the_desk(world: EmbeddedWorld) -> None:
    """A frame of another site cannot ask for it, and a launch does not stand for it."""
    case, patient = asked_about(world)
    world.service.opened.service.passkeys.store.add("manager2", b"a credential", 0, "0" * 64)
    parts = world.service.opened.service
    handle, kept = parts.embedding.frames.start("manager2", world.service.token("client", patient), "")
    frame, path = world.frame(), f"/sidebar/{handle}"
    frame.cookies.set(f"__Host-hsched-frame-{handle}", kept, domain="elm.example")
    frame.csrf = world.code_of(frame, path)
    page = frame.get(path)
    refused = frame.submit(f"{path}/cases/{case.id}/approve", digest=case.action.digest)

    assert (page.status_code, "asks for your passkey" in page.text, "<form" in page.text) == (200, True, False)
    assert (refused.status_code, "decide at the desk" in refused.text, state_of(world, case)) == (401, True, State.WAITING)


def test_what_stands_in_the_ehr_is_text(world: EmbeddedWorld) -> None:
    """A name with a script in it is shown as what it is."""
    one = world.service.ehr.book.get(Client, "PT-000003")
    world.service.ehr.book.place(replace(one, given_name=EVIL, family_name=""))
    world.service.opened.service.desk.directory._clients.forget()  # for this test: two minutes later
    frame, path = world.launched("front", "PT-000003")
    text = frame.get(path).text

    assert "Zoe &lt;script&gt;" in text
    assert "<script" not in text


def test_a_client_in_hand_and_a_stop_are_told(world: EmbeddedWorld) -> None:
    """Nothing leaves, and the frame says why."""
    frame, path = world.launched("front", "PT-000005")
    people = world.service.opened.service.roll.people()
    world.service.opened.path.pause(world.service.client(5), people["frontdesk"], Pause.CLIENT_ASKED)
    world.service.opened.path.stop("frontdesk")
    text = frame.get(path).text
    world.service.opened.path.release(people["manager1"])
    world.service.opened.path.resume(world.service.client(5), people["frontdesk"], Pause.SETTLED)

    assert "Everything is stopped" in text
    assert "has this client in hand" in text


def test_a_cancelled_visit_is_none_to_come(world: EmbeddedWorld) -> None:
    """Also while it is the one that is open in the EHR."""
    gone = [one for one in world.service.ehr.book.every(Appointment) if one.status == "cancelled" and one.cancel_reason]
    assert gone
    frame, path = world.launched("front", gone[0].patient_id, gone[0].id)
    text = frame.get(path).text
    when: datetime = gone[0].starts_at

    assert "Open in the EHR" not in text
    assert f"{when:%b} {when.day}, {when.hour % 12 or 12}:{when:%M}" not in text.split("Waits for a decision")[0]


def test_at_last_a_silent_ehr_is_no_word_about_whose_client_it_is(world: EmbeddedWorld) -> None:
    """The clinician is told to come again, and not that there is nobody."""
    frame, path = world.launched("one", patient_of(world, "PRV-0001", "PRV-0000"))
    world.service.ehr.order("503", times=50)
    world.service.opened.service.desk.calendars.forget()
    answer = frame.get(path)
    world.service.ehr.faults.clear()

    assert (answer.status_code, "calendar is not read yet" in answer.text) == (503, True)
