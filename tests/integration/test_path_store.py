"""The path on SQL: the same path as in memory, its state and trail together, on SQLite and on PostgreSQL."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path as FilePath
from typing import Any

import pytest

from hsched_adapters.store.audit.rows import read_entries
from hsched_adapters.store.engine import open_engine, reading
from hsched_adapters.store.path import SqlPathStore
from hsched_adapters.store.values import from_text, to_text
from hsched_core.domain.actions import Action, Destination, OfferSlot
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent, Contact, Inbound, Purpose
from hsched_core.domain.errors import SafeError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.proposal import Candidate, Proposal
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import NotPermittedError
from hsched_core.workflow.path import Path
from hsched_core.workflow.replay import differences
from tests.audit_trails import Desk
from tests.fake_other_side import Effect, Fault, OtherSide
from tests.path_world import CALENDAR, DESK, NOON, POLICY, SEARCHABLE, TOMORROW, USE_CASE, YES, booking, offer, proposal, standing_order

pytestmark = pytest.mark.xdist_group("postgres")
CLIENTS = ("0a" * 16, "0b" * 16, "0c" * 16)
CLINICIAN, OPENING, FACTS = "c1" * 16, "0f" * 16, "fa" * 32


class Ehr(OtherSide):
    """Calls things by pseudonyms, as doors do: the trail takes nothing else."""

    def _reference(self, effect: Effect) -> str:
        return f"{self.effects.index(effect):032x}"


@dataclass
class Site:
    """A practice on SQL, whose clock tests turn."""

    desk: Desk
    present: datetime = NOON
    policy: Any = field(default_factory=lambda: replace(POLICY, practice="elm"))

    def __post_init__(self) -> None:
        self.trail = self.desk.open()
        self.store = SqlPathStore(self.trail)
        self.ehr = Ehr(self.now, SEARCHABLE, CALENDAR)
        self.post = Ehr(self.now, SEARCHABLE)
        self.path = Path(self.store, self.ehr, self, self, self.policy)
        with self.store.transaction() as tx:
            for client in CLIENTS:
                tx.add_consent(client, YES[0], audit=note("consent.given", client))

    def now(self) -> datetime:
        return self.present

    def door(self, destination: Destination, phase: Phase, channel: Channel | None = None) -> OtherSide | None:
        return None if phase is Phase.SHADOW else self.ehr if destination is Destination.EHR else self.post

    def cases(self) -> dict[str, Case]:
        ids = self.ids()
        with self.store.transaction() as tx:
            return {case_id: case for case_id in ids if (case := tx.case(case_id))}

    def ids(self) -> set[str]:
        return {entry.subject for entry in self.entries() if entry.kind.startswith("proposal.")}

    def entries(self) -> list[AuditEntry]:
        engine = open_engine(self.desk.url)
        with reading(engine) as connection:
            found = read_entries(connection, "elm")
        engine.dispose()
        return found

    def approved(self, action: Action) -> str:
        return self.path.approve(self.path.propose(asked(action)).id, action.digest, DESK_OF_ELM).id


DESK_OF_ELM = replace(DESK, practice="elm")


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: FilePath) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = Site(Desk(url, tmp_path))
    yield made
    made.trail.close()


def note(kind: str, subject: str) -> AuditEntry:
    return AuditEntry(NOON, "person-desk", kind, subject, {})


def visit(client: str = CLIENTS[0], starts_at: datetime = TOMORROW) -> Any:
    made = booking(client, starts_at)
    return replace(made, booking=replace(made.booking, clinician=CLINICIAN))


def invitation(client: str, starts_at: datetime = TOMORROW) -> OfferSlot:
    made = offer(client, starts_at)
    return replace(made, leads_to=replace(made.leads_to, booking=replace(made.leads_to.booking, clinician=CLINICIAN)))


def asked(action: Action, **changes: Any) -> Proposal:
    return proposal(action, practice="elm", subject=OPENING, facts_digest=FACTS, **changes)


def holds(site: Site) -> None:
    """The trail verifies, with codes, and replaying it gives the stored state."""
    assert site.desk.verdict(secrets=site.desk.keys.secret_of).broken is None
    assert differences(site.entries(), site.cases()) == []


def test_a_booking_goes_all_the_way(site: Site) -> None:
    """Proposed, approved, carried out, read back; proposing again adds nothing."""
    case_id = site.approved(visit())
    done = site.path.execute(case_id)

    assert (done.state, len(site.ehr.effects), site.ehr.doubled()) == (State.CONFIRMED, 1, [])
    assert site.path.look(case_id) == done
    assert site.path.propose(asked(visit())) == done
    assert [entry.kind for entry in site.entries()][-4:] == [f"proposal.{step}" for step in ("queued", "approved", "claimed", "confirmed")]
    holds(site)


def test_a_write_nobody_reported_on_is_found_after_it_settled(site: Site) -> None:
    """Unknown, then confirmed, and done once."""
    site.ehr.faults.append(Fault.HANGS_AFTER_COMMIT)
    case_id = site.approved(visit())

    assert site.path.execute(case_id).state is State.UNKNOWN
    site.present += timedelta(minutes=5)
    assert site.path.reconcile(case_id).state is State.CONFIRMED
    assert site.ehr.doubled() == []
    holds(site)


def test_of_many_who_accept_at_once_one_gets_the_time(site: Site) -> None:
    """Three offers of one opening, three threads, one booking that is not blocked."""
    offers = {client: site.path.execute(site.approved(invitation(client))).id for client in CLIENTS}
    together = threading.Barrier(len(offers))
    answers: list[Case] = []
    refusals: list[NotPermittedError] = []

    def accept(client: str) -> None:
        together.wait(60)
        try:
            answers.append(site.path.accept(offers[client], client))
        except NotPermittedError as refusal:
            refusals.append(refusal)

    takers = [threading.Thread(target=accept, args=(client,)) for client in CLIENTS]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join(120)

    assert sum(case.state is State.APPROVED for case in answers) == 1
    assert len(answers) + len(refusals) == len(CLIENTS)
    holds(site)


def test_two_workers_do_not_move_one_case_twice(site: Site) -> None:
    """Who comes second is told, and nothing of theirs is stored."""
    case = site.path.propose(asked(visit()))
    moved = replace(case, version=2, state=State.WITHDRAWN)
    entry = note("proposal.withdrawn", case.id)
    with site.store.transaction() as tx:
        tx.save(moved, audit=entry)

    def second() -> None:
        with site.store.transaction() as tx:
            tx.save(replace(moved, state=State.DECLINED), audit=entry)

    with pytest.raises(SafeError, match="case_moved_meanwhile"):
        second()
    assert site.path.look(case.id) == moved


def test_a_failed_transaction_leaves_nothing(site: Site) -> None:
    """Case, ledger line and entry, all gone."""
    before = site.entries()

    def fail() -> None:
        with site.store.transaction() as tx:
            case = Case(asked(visit()), State.WAITING, visit(), NOON)
            tx.add(case, audit=note("proposal.queued", case.id))
            line = Contact(CLIENTS[0], Channel.TEXT, NOON)
            tx.save(replace(case, version=2), audit=note("proposal.escalated", case.id), contact=line)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with site.store.transaction() as tx:
        assert (tx.open_cases(), tx.contact_facts(CLIENTS[0], "").contacts) == ([], ())
    assert site.entries() == before


def test_what_is_known_of_a_client_is_read_back(site: Site) -> None:
    """Consent in order, contacts of other cases, messages with their instants, a pause and its end."""
    client = CLIENTS[1]
    no = ConsentEvent(False, NOON, Channel.TEXT, Purpose.OFFER)
    sent = site.path.execute(site.approved(invitation(client)))
    with site.store.transaction() as tx:
        tx.add_consent(client, no, audit=note("consent.revoked", client))
        tx.add_message(client, Inbound("ab" * 16, NOON), audit=note("message.received", client))
        tx.set_paused(client, NOON, audit=note("client.paused", client))
    with site.store.transaction() as tx:
        facts, own = tx.contact_facts(client, ""), tx.contact_facts(client, sent.id)
        tx.set_paused(client, None, audit=note("client.resumed", client))

    assert (facts.consents, facts.inbound, facts.is_paused) == ((*YES, no), (Inbound("ab" * 16, NOON),), True)
    assert (facts.contacts, own.contacts) == ((Contact(client, Channel.TEXT, NOON, Purpose.OFFER),), ())
    with site.store.transaction() as tx:
        assert not tx.contact_facts(client, "").is_paused
        assert tx.contact_facts("ff" * 16, "").consents == ()


def test_phase_order_switch_and_uses_are_counted(site: Site) -> None:
    """Under a standing order a proposal needs no person; its uses of the day are what the order's limit counts."""
    order = standing_order(practice="elm", action_kinds=frozenset({"book_appointment", "offer_slot"}))
    with site.store.transaction() as tx:
        tx.set_phase(USE_CASE, Phase.AUTO, audit=note("phase.changed", f"use_case:{USE_CASE}"))
        tx.set_order(order, audit=note("order.issued", f"use_case:{USE_CASE}"))
    assert site.path.propose(asked(invitation(CLIENTS[0]))).state is State.APPROVED
    with site.store.transaction() as tx:
        found, tomorrow = tx.rollout(USE_CASE, NOON - timedelta(hours=12)), tx.rollout(USE_CASE, NOON + timedelta(hours=12))
        tx.set_stopped(True, audit=note("switch.thrown", "switch:kill"))

    assert (found.phase, found.order, found.used_today, tomorrow.used_today) == (Phase.AUTO, order, 1, 0)
    with site.store.transaction() as tx:
        assert tx.rollout(USE_CASE, NOON).is_stopped
        assert tx.rollout("reminders", NOON).phase is Phase.REVIEW


def test_practices_of_one_database_do_not_see_each_other(site: Site, tmp_path: FilePath) -> None:
    """Another practice's store, the same address."""
    case_id = site.approved(visit())
    other = SqlPathStore(Desk(site.desk.url, tmp_path / "oak", "oak").open())

    with other.transaction() as tx:
        assert (tx.case(case_id), tx.open_cases(), tx.contact_facts(CLIENTS[0], "").consents) == (None, [], ())
        assert tx.held(visit().booking, "", NOON) == ()


def test_values_are_read_back_as_they_were_written() -> None:
    """Every kind of field: candidates with and without an action, empty ones, whole numbers in decimal fields."""
    listed = (Candidate("0d" * 16, 1.0, visit()), Candidate("0e" * 16, None, None, "not_available"))
    told = asked(invitation(CLIENTS[0]), confidence=1.0, candidates=listed)
    case = Case(told, State.WAITING, told.action, NOON, hold=visit().booking, not_before=TOMORROW)

    assert from_text(Case, to_text(case)) == case
    assert from_text(type(standing_order()), to_text(standing_order())) == standing_order()


def test_what_an_older_version_wrote_is_read_with_defaults() -> None:
    """A field that did not exist then; one that does not exist now is refused, and so is one that every version had."""
    case = Case(asked(visit()), State.WAITING, visit(), NOON)
    document = json.loads(to_text(case))
    del document["proposal"]["follows"]

    assert from_text(Case, json.dumps(document)) == case
    for changed in ({**document, "mood": "good"}, {name: one for name, one in document.items() if name != "since"}):
        with pytest.raises(SafeError, match="stored_value_unreadable at Case"):
            from_text(Case, json.dumps(changed))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"type": "Session"}', '{"type": "Case", "state": "asleep"}'])
def test_a_value_that_does_not_fit_is_refused(text: str) -> None:
    """Nothing is guessed, nothing repeated."""
    with pytest.raises(SafeError, match="stored_value_unreadable at Case"):
        from_text(Case, text)
