"""Order, loss and poison, on SQLite and on PostgreSQL: the end state is the EHR's, whatever came, in whatever order, or not at all.

The EHR here is a few numbers that change; who handles a notice reads them. Beside each zero stands a twin without the guard.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hsched_core.domain.appointments import Notice
from hsched_core.domain.inbox import Delivery, MessageState
from hsched_core.workflow.inbox import Inbox
from tests.audit_trails import Desk
from tests.inbox_twins import Stubborn
from tests.inbox_world import EHR, NOW, Practice, about, body, token, without_flushing

pytestmark = pytest.mark.xdist_group("postgres")
EVENTS = ("appointment.created", "appointment.updated", "appointment.cancelled", "appointment.updated", "appointment.cancelled")


@pytest.fixture(params=["sqlite", "postgresql"])
def practice(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Practice]:
    without_flushing(monkeypatch)
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = Practice(Desk(url, tmp_path))
    yield made
    assert made.verifies()
    made.trail.close()


@dataclass
class Ehr:
    """The truth: each appointment's newest state, and when it changed. Who looks is counted."""

    truth: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    reads: Counter[str] = field(default_factory=Counter)

    def change(self, identifier: str, event: str, at: datetime) -> bytes:
        self.truth[token(identifier)] = (event, at)
        return body(identifier, event, at)

    def read(self, appointment: str) -> tuple[str, datetime]:
        self.reads[appointment] += 1
        return self.truth[appointment]

    def changed_since(self, since: datetime) -> list[Notice]:
        return [Notice(about("").kind, one, at) for one, (_, at) in self.truth.items() if at >= since]


@dataclass
class View:
    """What we believe: read from the EHR, or, as the twin does, taken from the message."""

    ehr: Ehr
    is_twin: bool = False
    believed: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def __call__(self, notice: Notice) -> None:
        self.believed[notice.about] = ("told", notice.at) if self.is_twin else self.ehr.read(notice.about)

    def divergences(self) -> int:
        return sum(self.believed.get(one, ("", NOW))[1] != at for one, (_, at) in self.ehr.truth.items())


def drained(practice: Practice, handle: Callable[[Notice], None], inbox: Inbox | None = None) -> None:
    while (inbox or practice.inbox).drain(handle, 1000) and practice.inbox.waiting():
        pass


def permuted(ehr: Ehr, count: int, chance: random.Random) -> Iterator[Delivery]:
    """So many permutations of five events, each of an appointment of its own, and one of the events twice."""
    for place, order in enumerate(itertools.islice(itertools.permutations(range(len(EVENTS))), count)):
        history = [ehr.change(f"A{place}", event, NOW + timedelta(minutes=minute)) for minute, event in enumerate(EVENTS)]
        for number in (*order, chance.choice(order)):
            yield Delivery(EHR, f"msg_{place}_{number}", history[number])


@pytest.mark.parametrize(("is_twin", "count"), [(False, 120), (True, 20)])
def test_any_order_of_five_events_ends_in_the_truth(practice: Practice, is_twin: bool, count: int) -> None:
    """All 120 permutations, stored and drained in portions. The twin believes what messages say."""
    chance, ehr = random.Random(5), Ehr()
    view = View(ehr, is_twin)
    deliveries = list(permuted(ehr, count, chance))
    while deliveries:
        size = chance.randrange(1, 60)
        assert all(one.is_acknowledged for one in practice.inbox.keep(deliveries[:size]))
        del deliveries[:size]
        practice.inbox.drain(view, chance.randrange(20))
    drained(practice, view)

    assert practice.inbox.counts() == {MessageState.DONE: 5 * count}
    assert (view.divergences() > 0) == is_twin


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_what_webhooks_lost_the_poll_finds(practice: Practice, share: float) -> None:
    """A tenth, or all of an hour's: nothing diverges after one sweep, which reads each changed appointment once. Without it, much does."""
    chance, ehr = random.Random(6), Ehr()
    view = View(ehr)
    practice.inbox.note([about("Z0", NOW - timedelta(minutes=1))])
    ehr.change("Z0", EVENTS[0], NOW - timedelta(minutes=1))
    dropped = set()
    for minute in range(60):
        practice.wait(minutes=1)
        for identifier in (f"A{minute}", f"B{minute}"):
            content = ehr.change(identifier, EVENTS[minute % 5], practice.now())
            if chance.random() < share:
                dropped.add(token(identifier))
            else:
                practice.send(f"msg_{identifier}", content)
    drained(practice, view)
    assert view.divergences() == len(dropped) > 0
    ehr.reads.clear()
    since = practice.inbox.watermark()
    assert since is not None
    practice.inbox.note(ehr.changed_since(since))
    drained(practice, view)

    assert view.divergences() == 0
    assert set(ehr.reads) == dropped
    assert max(ehr.reads.values()) == 1


def test_what_an_ehr_shows_late_is_found_by_the_next_poll(practice: Practice) -> None:
    """Its change is older than what the last poll saw; without the overlap it would be missed for ever."""
    ehr = Ehr()
    practice.inbox.note([about("A1", NOW)])
    late = NOW - timedelta(minutes=3)
    ehr.change("A2", EVENTS[0], late)
    since = practice.inbox.watermark()

    assert since is not None
    assert practice.inbox.note(ehr.changed_since(since)) == 1
    assert ehr.changed_since(since + practice.rules.poll_overlap) == []


def poisoned(practice: Practice, kind: type[Inbox]) -> tuple[float, Practice, Callable[[Notice], None]]:
    """Poison of every sort among healthy messages: how long after the first round the last healthy one was done, in handled notices."""
    ehr = Ehr()
    ehr.change("bad", EVENTS[0], NOW)
    view, tried, done_at = View(ehr), 0, 0
    broken = {token("bad"), token("gone")}  # the handler fails on one; the EHR has no other

    def handle(notice: Notice) -> None:
        nonlocal tried, done_at
        tried += 1
        if notice.about in broken:
            raise ValueError("Jane Doe")
        view(notice)
        done_at = tried

    poison = [b"{", body("A1", "no.such_event"), b'{"type": "client.updated", "data": []}', body("bad"), body("gone")]
    for place, content in enumerate(poison):
        practice.send(f"msg_poison_{place}", content)
    for number in range(20):
        practice.send(f"msg_{number}", ehr.change(f"A{number}", EVENTS[0], NOW))
    inbox = practice.opened(kind=kind)
    for _ in range(30):
        inbox.drain(handle)
    assert len(view.believed) == 20

    def mended(notice: Notice) -> None:
        ehr.truth.setdefault(notice.about, ("gone", NOW))
        view(notice)

    return done_at, practice, mended


def test_poison_delays_nobody_and_is_replayed_to_nothing(practice: Practice) -> None:
    """Each sort in the dead letters with reason and attempts; what is healthy passes by; mended and replayed, the rest drains to zero."""
    delay, _, mended = poisoned(practice, Inbox)
    while practice.count(MessageState.WAITING):
        practice.wait(minutes=5)
        practice.inbox.drain(lambda _: 1 / 0)
    letters = Counter((letter.reason, letter.attempts) for letter in practice.inbox.dead_letters())
    most = practice.rules.most_strikes

    assert delay == 22  # two that fail, twenty that do not
    assert letters == {("malformed_body", 0): 2, ("unknown_event_type", 0): 1, ("zero_division_error", most): 2}
    for letter in practice.inbox.dead_letters():
        practice.inbox.replay(letter.id, "person:desk-1")
    drained(practice, mended)
    assert practice.inbox.counts() == {MessageState.DONE: 22, MessageState.DEAD: 3}  # what says nothing cannot be mended here
    assert "Jane" not in repr(practice.entries())
    twin = Practice(Desk(practice.desk.url, practice.desk.folder / "oak", "oak"))
    assert poisoned(twin, Stubborn)[0] > 22
