"""An arena for races over offers: two workers with connections of their own, one EHR, one store of either kind. Not a fixture by itself."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path as FilePath
from typing import Any

from hsched_core.domain.actions import Basis, BookAppointment, OfferSlot
from hsched_core.domain.case import Approval
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import Event, State
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.sessions import Session
from hsched_core.policy.approval import NotPermittedError
from hsched_core.policy.practice import Caps
from hsched_core.workflow.offer_steps import DESK, OFFER, footing_of_offer, replay, send_offer
from hsched_core.workflow.path import Path
from hsched_core.workflow.replay import differences
from tests.audit_trails import Desk as TrailDesk
from tests.desk_world import CLINICIAN, ORDER, PRACTICE, USE_CASE, DeskWorld, on_sql, visit
from tests.integration.test_path_store import Site

FREE = Caps(10**6, 10**6)
MANY = tuple(f"{0xC000 + number:032x}" for number in range(200))


@dataclass
class Arena:
    """Two workers of one practice. `worlds[0]` makes the offers; either carries answers."""

    worlds: tuple[DeskWorld, DeskWorld]
    trail: TrailDesk
    opened: int = 0

    @property
    def ehr(self) -> Any:
        return self.worlds[0].ehr

    def invite(self, clients: Sequence[str], session: Session | None = None, minutes: int = 30) -> tuple[str, dict[str, str]]:
        """An opening nobody else knows, and offers of it that were sent: the path's own steps, all in one transaction for speed."""
        self.opened += 1
        name, world = f"{0xABC000 + self.opened:032x}", self.worlds[0]
        now, until = world.now(), world.now() + timedelta(minutes=minutes)
        start = session or visit(starts_at=now + timedelta(hours=24 + self.opened))
        offers = {}
        with world.store.transaction() as tx:
            for client in clients:
                leads_to = BookAppointment(replace(start, client=client), Basis.ACCEPTED_OFFER)
                action = OfferSlot(leads_to, Channel.TEXT, "waitlist_offer", until, f"{0xE0:032x}")
                approval = Approval(ORDER.reference, action.digest, now, until, order=ORDER.reference)
                proposal = asked(name, action, until)
                case = world.path._enter(tx, proposal, Event.ORDERED, now, actor=DESK, approvals=(approval,))
                case = world.path._move(tx, case, Event.CLAIMED, now, attempts=1, settle_until=now)
                send_offer(tx, case, action, now)
                offers[client] = world.path._move(tx, case, Event.CONFIRMED, now, reference=f"{0xF0:032x}").id
        return name, offers

    def accept(self, worker: int, offer_id: str, client: str) -> str:
        """One client's yes, carried as far as the EHR: `yes`, or `no`."""
        path: Path = self.worlds[worker % 2].path
        try:
            booking = path.accept(offer_id, client)
        except NotPermittedError:
            return "no"
        if booking.state is State.APPROVED:
            booking = path.execute(booking.id)
        return "yes" if booking.state in (State.APPROVED, State.EXECUTING, State.UNKNOWN, State.CONFIRMED) else "no"

    def holds(self) -> None:
        """The trail verifies with its codes, and replayed it gives the stored cases and offers."""
        site: Any = Site.__new__(Site)
        site.desk, site.store = self.trail, self.worlds[0].store
        entries = site.entries()
        assert self.trail.verdict(secrets=self.trail.keys.secret_of).broken is None
        assert differences(entries, site.cases()) == []
        with self.worlds[0].store.transaction() as tx:
            stored = {name: tx.offer(name) for name in replay(entries, OFFER)}
        assert replay(entries, OFFER) == {name: footing_of_offer(one) for name, one in stored.items() if one}


def asked(subject: str, action: OfferSlot, expires_at: datetime) -> Proposal:
    return Proposal(PRACTICE, USE_CASE, action, subject, ("It fits.",), "fa" * 32, "01" * 8, expires_at, DESK, confidence=0.9)


@contextmanager
def arena(url: str, folder: FilePath, clients: Sequence[str] = MANY[:32], **changes: Any) -> Iterator[Arena]:
    """A fresh one. Its EHR, by default, refuses nothing and shows nothing: our own guard is alone."""
    with ExitStack() as opened:
        worlds = []
        for _ in range(2):
            world, trail = opened.enter_context(on_sql(url, folder, **{"clients": (), **changes}))
            worlds.append(world)
        first, second = worlds
        for world in worlds:
            world.policy = replace(world.policy, contact_caps=FREE, text_caps=FREE, offer_caps=FREE)
            world.path = world.path_class(world.store, first.ehr, first.doors, first, world.policy)
        second.ehr = first.ehr
        first.ehr.listeners.clear()
        first.ehr.appointments_by_id.clear()
        first.ehr.refuses_conflicts, first.ehr.shows = False, first.ehr.facts
        for client in clients:
            first._consents(client)
        yield Arena((first, second), trail)


def together(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Every act in a thread of its own, let go at once; what each gave, in their order. A failure is given too, never swallowed."""
    barrier = threading.Barrier(len(acts))
    given: list[object] = [None] * len(acts)

    def run(place: int) -> None:
        barrier.wait(60)
        try:
            given[place] = acts[place]()
        except Exception as failure:
            given[place] = failure

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    return given


def race(where: Arena, clients: Sequence[str], by_staff: bool = False) -> int:
    """One opening, everybody says yes at once, perhaps staff as well; how many have it in the EHR in the end."""
    ehr = where.ehr
    session = visit(starts_at=where.worlds[0].now() + timedelta(hours=25 + where.opened))
    _, offers = where.invite(clients, session)
    acts: list[Callable[[], object]] = [
        lambda place=place, client=client: where.accept(place, offers[client], client) for place, client in enumerate(clients)
    ]
    if by_staff:  # an EHR that refuses what overlaps, and shows what it has
        ehr.refuses_conflicts, ehr.shows = True, None
        acts.append(lambda: ehr.book_if_free(f"{0x5AF000 + where.opened:032x}", replace(session, client="77" * 16)))
    given = together(acts)
    assert not [one for one in given if isinstance(one, Exception)], given
    ehr.refuses_conflicts, ehr.shows = False, ehr.facts
    there = [one for one in ehr.appointments_by_id.values() if one.takes_time and one.session.overlaps(replace(session, client="none"))]
    told = given.count("yes") + given.count(True)
    return max(len(there), told)  # a client who was told yes and has nothing counts as well


def overlapping(where: Arena, clients: Sequence[str], minutes: Sequence[int]) -> int:
    """Openings of one clinician that overlap, each offered to one client, all accepted at once; pairs of bookings that overlap."""
    start = where.worlds[0].now() + timedelta(hours=26 + 2 * where.opened)
    offers = {}
    for client, late in zip(clients, minutes, strict=True):
        _, one = where.invite([client], Session(client, CLINICIAN, start + timedelta(minutes=late), 50, *_kind()))
        offers |= one
    acts = [lambda place=place, client=client: where.accept(place, offers[client], client) for place, client in enumerate(clients)]
    given = together(acts)
    assert not [one for one in given if isinstance(one, Exception)], given
    booked = [one.session for one in where.ehr.appointments_by_id.values() if one.takes_time and one.session.starts_at >= start]
    return sum(one.overlaps(other) for number, one in enumerate(booked) for other in booked[:number])


def _kind() -> tuple[Any, Any]:
    session = visit()
    return session.session_type, session.modality
