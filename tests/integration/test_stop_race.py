"""STOP against a draining outbox (Q2), on real stores: nothing is claimed after the STOP was stored, whoever drains, however fast."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as FilePath

import pytest

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import Channel, ConsentEvent, Outreach, Purpose
from hsched_core.domain.errors import HschedError
from hsched_core.ports import Permit, Reply
from hsched_core.use_cases import WAITLIST
from tests.audit_trails import Desk
from tests.integration.test_path_store import DESK_OF_ELM, Site
from tests.path_world import NOON, YES, proposal

pytestmark = pytest.mark.xdist_group("postgres")
CLIENTS = [f"{0xB000 + number:032x}" for number in range(24)]
WORKERS = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: FilePath) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = Site(Desk(url, tmp_path))
    yield made
    made.trail.close()


def waiting_for_a_worker(site: Site) -> list[str]:
    """A message to each client that a person approved."""
    found = []
    for client in CLIENTS:
        with site.store.transaction() as tx:
            tx.add_consent(client, YES[0], audit=AuditEntry(NOON, "person-desk", "consent.given", client, {}))
        message = SendMessage(Outreach(client, Channel.TEXT, Purpose.REMINDER), "visit_reminder")
        asked = replace(proposal(message), practice="elm", use_case=WAITLIST, subject=client, facts_digest="fa" * 32)
        case = site.path.propose(asked)
        found.append(site.path.approve(case.id, message.digest, DESK_OF_ELM).id)
    return found


def test_nothing_is_claimed_after_a_stop_was_stored(site: Site) -> None:
    """Workers drain while STOPs arrive. By the trail's own order: no claim follows its client's STOP; what was being handed over is known."""
    cases, barrier = waiting_for_a_worker(site), threading.Barrier(WORKERS + 1)
    stopped: set[str] = set()
    late: list[str] = []

    def perform(permit: Permit) -> Reply:
        assert permit.action.outreach is not None
        if permit.action.outreach.client in stopped:
            late.append(permit.action.outreach.client)  # stored between its claim and this call
        return type(site.post).perform(site.post, permit)

    def drain(share: int) -> None:
        barrier.wait()
        for case in cases[share::WORKERS]:
            try:
                site.path.execute(case)
            except HschedError:  # another worker had it
                continue

    def stop() -> None:
        barrier.wait()
        for client in reversed(CLIENTS):
            with site.store.transaction() as tx:
                no = ConsentEvent(False, NOON)
                tx.add_consent(client, no, audit=AuditEntry(NOON, "replies", "consent.revoked", client, {}))
            stopped.add(client)

    door = site.door
    site.door = lambda destination, phase: replace_perform(door(destination, phase), perform)  # type: ignore[assignment,method-assign]
    threads = [threading.Thread(target=drain, args=(share,)) for share in range(WORKERS)] + [threading.Thread(target=stop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    places = {(entry.kind, entry.subject): number for number, entry in enumerate(site.entries())}
    client_of = dict(zip(cases, CLIENTS, strict=True))
    claims = {client_of[subject]: number for (kind, subject), number in places.items() if kind == "proposal.claimed"}
    refused = [subject for (kind, subject) in places if kind == "proposal.refused"]
    sent = [one.action.outreach.client for one in site.post.effects if one.action.outreach]

    assert all(number < places["consent.revoked", client] for client, number in claims.items())
    assert sorted(sent) == sorted(claims)
    assert len(claims) + len(refused) == len(CLIENTS)
    assert len(late) <= WORKERS  # at most one that each worker was handing over


def replace_perform(door: object, perform: object) -> object:
    """The same door, whose calls are watched."""

    class Watched:
        capabilities = door.capabilities  # type: ignore[attr-defined]
        look = staticmethod(door.look)  # type: ignore[attr-defined]

    Watched.perform = staticmethod(perform)  # type: ignore[attr-defined]
    return Watched()
