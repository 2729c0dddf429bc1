"""What staff pages read from the store, on both databases: what waits, what changed, the trail by page, a use case's evidence."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from hsched_adapters.desk.call_tasks import CallTasks, confirmed_visits
from hsched_adapters.desk.evidence import EvidenceReading
from hsched_adapters.desk.open_cases import OpenCases
from hsched_adapters.desk.pulse import Pulse
from hsched_adapters.desk.recent import FAILED_PAUSE_SECONDS, Recent
from hsched_adapters.desk.trail_search import PAGE, TrailSearch, Wanted
from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.messages import SqlMessageStore
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Decline
from hsched_core.domain.delivery import CallOutcome, CallTask
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.rollout import Phase
from hsched_service.desk.steering import told
from tests.audit_trails import entry
from tests.desk_world import CLIENTS, DESK, TOMORROW, VISIT, DeskWorld, on_sql, visit
from tests.path_world import NOON, USE_CASE


class Site:
    """A practice in phase review whose opening is to be offered, and what the desk reads of it."""

    def __init__(self, world: DeskWorld) -> None:
        self.world, self.trail = world, world.store._trail
        self.pulse = Pulse(self.trail)
        self.cases = OpenCases(self.trail, self.pulse)
        world.cancel()
        world.desk.advance()

    def look(self, trail: AuditTrail, kind: str) -> None:
        with trail.writing(AuditEntry(NOON, "frontdesk", kind, "session:" + "0a" * 8, {"purpose": "desk.queue"})):
            pass


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    with on_sql(url, tmp_path, phase=Phase.REVIEW) as (world, _):
        yield Site(world)


def test_what_waits_is_what_the_store_says_and_looking_at_it_is_no_change(site: Site) -> None:
    """Before and after somebody else decides; the memory of it is brought up to date by one look at versions."""
    with site.world.store.looking() as state:
        stored = list(state.open_cases(State.WAITING))
    assert site.cases.waiting() == stored
    asked_of = stored[0].action.clinician or ""
    assert site.cases.waiting_for(asked_of) == sum(case.action.clinician == asked_of for case in stored) > 0
    assert site.cases.waiting_for("0f" * 16) == 0
    assert stored

    site.world.path.reject(stored[0].id, DESK, Decline.UNSUITABLE)
    with site.world.store.looking() as state:
        assert site.cases.waiting() == list(state.open_cases(State.WAITING))
    closed = site.cases.case(stored[0].id)
    assert closed is not None
    assert closed.state is State.DECLINED

    # Who only looked changed nothing: else each page's own entry would have every page asked for again.
    before = site.pulse.beat()
    for kind in ("record.viewed", "access.refused", "sign_in.started", "predictions.made"):
        site.look(site.trail, kind)
    assert site.pulse.beat() == before

    site.world.path.stop("frontdesk")
    assert site.pulse.beat() > before


def test_the_trail_is_read_by_page_newest_first(site: Site) -> None:
    """By who, what and when; the next page goes on where the last one ended, and none is told twice."""
    with site.trail.writing(*(entry(number) for number in range(1, PAGE + 20))):
        pass
    search = TrailSearch(site.trail)
    first = search.page(Wanted())
    second = search.page(Wanted(before=first.next_before))
    numbers = [one.seq for one in (*first.entries, *second.entries)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == len(numbers) == PAGE + len(second.entries)

    queued = search.page(Wanted(kind="proposal.")).entries
    assert {one.kind.split(".")[0] for one in queued} == {"proposal"}
    assert search.page(Wanted(actor="nobody-of-that-name")).entries == []
    by_use_case = search.page(Wanted(actor="waitlist")).entries  # as pages show it: without what stands before it in the trail
    assert by_use_case == search.page(Wanted(actor="use-case:waitlist")).entries
    assert {one.actor for one in by_use_case} == {"use-case:waitlist"}
    assert search.page(Wanted(until=NOON - timedelta(days=400))).entries == []
    assert search.page(Wanted(subject=queued[0].subject)).entries


def test_a_yes_that_was_taken_back_is_no_yes(site: Site) -> None:
    """It is told beside the others, and moves the hash."""
    reading, since = EvidenceReading(site.trail, site.pulse), NOON - timedelta(days=28)
    first = site.cases.waiting()[0]
    site.world.path.approve(first.id, first.action.digest, DESK)
    approved = reading.of(USE_CASE, since)
    site.world.path.take_back(first.id, DESK)
    found = reading.of(USE_CASE, since)

    assert (approved.approved_by_people, approved.withdrawn_after_a_yes) == (1, 0)
    assert (found.approved_by_people, found.approved_share, found.withdrawn_after_a_yes) == (0, None, 1)
    assert "1 taken back, or of no use any more, after a yes: not counted as one." in told(found)
    assert found.sha256 != approved.sha256


def test_evidence_counts_what_people_said_and_orders_are_listed(site: Site) -> None:
    """A yes, a no and silence are three things; the same figures have the same hash, others another."""
    reading = EvidenceReading(site.trail, site.pulse)
    before = reading.of(USE_CASE, NOON - timedelta(days=28))
    assert (before.approved_by_people, before.declined, before.approved_share) == (0, 0, None)
    assert before.sha256 == reading.of(USE_CASE, NOON - timedelta(days=28)).sha256

    first = site.cases.waiting()[0]
    site.world.path.approve(first.id, first.action.digest, DESK)
    site.world.desk.advance()
    after = reading.of(USE_CASE, NOON - timedelta(days=28))
    assert (after.approved_by_people, after.declined, after.approved_share, after.done) == (1, 0, 1.0, 1)
    assert after.sha256 != before.sha256
    site.world.path.step_back(USE_CASE, Phase.SHADOW, "person", "manager1")
    assert reading.of(USE_CASE, NOON - timedelta(days=28)).steps_back == 1

    # The week's sheet of automated decisions: what an order let through is on it, what people did is not.
    assert site.cases.by_order(NOON - timedelta(days=7), NOON + timedelta(days=7)) == []

    site.world.set_phase(Phase.AUTO)
    site.world.ehr.book("0e" * 16, visit("a9" * 16, TOMORROW + timedelta(hours=2)))
    site.world.cancel("0e" * 16)
    site.world.desk.advance()
    found = site.cases.by_order(NOON - timedelta(days=7), NOON + timedelta(days=7))
    assert [one.proposal.subject for one in found] == ["0e" * 16]
    assert all(one.approvals[0].order for one in found)
    assert site.cases.by_order(NOON + timedelta(days=7), NOON + timedelta(days=14)) == []

    # Calls: open ones oldest first; a client who said yes on the phone has confirmed the visit.
    store, tasks = SqlMessageStore(site.trail), CallTasks(site.trail)
    for number, outcome in enumerate((None, CallOutcome.CONFIRMED)):
        name = f"{number:032x}"
        task = CallTask(name, CLIENTS[number], "reminder", "reminder_call", NOON + timedelta(minutes=number), VISIT, outcome, "frontdesk")
        with store.transaction() as tx:
            tx.put_call(task, audit=AuditEntry(NOON, "messages", "call.asked", name, {"client": CLIENTS[number]}))

    assert [one.id for one in tasks.open()] == [f"{0:032x}"]
    assert [one.id for one in tasks.settled_since(NOON - timedelta(days=1))] == [f"{1:032x}"]
    assert confirmed_visits(site.trail) == {VISIT}


class Moving:
    """Seconds that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_an_old_value_is_shown_while_a_new_one_is_read() -> None:
    """Nobody waits for the EHR but the first."""
    clock, let_go, read = Moving(), Event(), []

    def slowly() -> int:
        read.append(1)
        if len(read) > 1:
            let_go.wait(10)
        return len(read)

    recent = Recent(slowly, 5.0, 100.0, clock)
    assert recent.get().value == 1
    clock.now += 10
    assert recent.get().value == 1  # the second reading is under way
    let_go.set()


def test_a_reading_that_fails_leaves_the_last_one_with_its_age_and_why() -> None:
    """And is not tried again for every page that asks."""
    clock, tries = Moving(), []

    def reading() -> str:
        tries.append(1)
        if len(tries) > 1:
            raise UserError("The EHR does not answer.")
        return "seen"

    recent = Recent(reading, 5.0, 20.0, clock)
    recent.get()
    clock.now += 30
    found = recent.get()
    assert (found.value, found.age_seconds, found.trouble) == ("seen", 30.0, "UserError")
    recent.get()
    assert len(tries) == 2
    clock.now += FAILED_PAUSE_SECONDS
    recent.get()
    assert len(tries) == 3


def test_after_a_change_a_page_comes_at_once_says_that_it_is_behind_and_catches_up() -> None:
    """A slow EHR does not hold up every page of a busy hour; what was being read when it changed does not count."""
    let_go, read = [Event(), Event(), Event()], []
    let_go[0].set()

    def slowly() -> int:
        mine = len(read)
        read.append(mine)
        let_go[mine].wait(10)
        return mine

    recent = Recent(slowly, 60.0, 600.0)
    assert (recent.get().value, recent.get().is_behind) == (0, False)
    recent.forget()
    assert (recent.get().value, recent.get().is_behind) == (0, True)
    recent.forget()  # changed again, while the second reading is under way
    recent.get()
    let_go[1].set()
    assert (recent.get().value, recent.get().is_behind) == (0, True)
    let_go[2].set()
    while (found := recent.get()).is_behind:
        time.sleep(0.01)
    assert (found.value, found.trouble, read) == (2, "", [0, 1, 2])


def test_a_reading_that_breaks_says_its_kind_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    """Its text may name a client."""

    def breaking() -> str:
        raise ValueError("Ada Vale, (212) 555-0100")

    found = Recent(breaking, 5.0, 20.0, Moving()).get()

    assert (found.value, found.trouble) == (None, "failed")
    assert "ValueError" in caplog.text
    assert "Ada" not in caplog.text
