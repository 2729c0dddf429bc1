"""STOP against a draining outbox (Q2), on real stores: nothing is claimed after the STOP was stored, whoever drains, however fast."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

import pytest

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import Channel, ConsentEvent, Outreach, Purpose
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


@dataclass
class Race:
    """Workers that drain, and a person's phone that says STOP for one client after the other."""

    site: Site
    cases: list[str]
    stopped: set[str] = field(default_factory=set)
    late: list[str] = field(default_factory=list)  # their STOP was stored between claim and call

    def __post_init__(self) -> None:
        self.start = threading.Barrier(WORKERS + 1)
        perform = self.site.post.perform

        def watched(permit: Permit) -> Reply:
            assert permit.action.outreach is not None
            if permit.action.outreach.client in self.stopped:
                self.late.append(permit.action.outreach.client)
            return perform(permit)

        self.site.post.perform = watched  # type: ignore[method-assign]  # watched from here on

    def run(self) -> None:
        threads = [threading.Thread(target=self._drain, args=(share,)) for share in range(WORKERS)]
        threads.append(threading.Thread(target=self._stop))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)

    def _drain(self, share: int) -> None:
        self.start.wait()
        for case in self.cases[share::WORKERS]:
            self.site.path.execute(case)

    def _stop(self) -> None:
        for client in reversed(CLIENTS):
            if client == CLIENTS[-2]:  # the first STOP is there before anybody drains, so that one is refused however slow this thread is
                self.start.wait()
            with self.site.store.transaction() as tx:
                entry = AuditEntry(NOON, "replies", "consent.revoked", client, {})
                tx.add_consent(client, ConsentEvent(False, NOON), audit=entry)
            self.stopped.add(client)


def test_nothing_is_claimed_after_a_stop_was_stored(site: Site) -> None:
    """By the trail's own order no claim follows its client's STOP; at most one message a worker was handed over meanwhile."""
    race = Race(site, waiting_for_a_worker(site))
    race.run()
    places = {(entry.kind, entry.subject): number for number, entry in enumerate(site.entries())}
    client_of = dict(zip(race.cases, CLIENTS, strict=True))
    claims = {client_of[subject]: number for (kind, subject), number in places.items() if kind == "proposal.claimed"}
    refused = [subject for kind, subject in places if kind == "proposal.refused"]
    sent = [one.action.outreach.client for one in site.post.effects if one.action.outreach]

    assert all(number < places["consent.revoked", client] for client, number in claims.items())
    assert sorted(sent) == sorted(claims)
    assert len(claims) + len(refused) == len(CLIENTS)
    assert refused
    assert len(race.late) <= WORKERS
