"""The desk of moves: times that a client may have instead, the pick itself, and what follows once it is known what became of it.

A pick takes its opening in one transaction, before anything is proposed: of two clients one has it, and the waitlist passes it by. From
there on the path does everything. Every method is safe to call at any time, again, and by several workers.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from hsched_core.domain.actions import OfferSlot
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.client_links import Act, ClientLink, acted
from hsched_core.domain.holdout import Arm
from hsched_core.domain.lifecycle import FINAL, Event, LifecycleError, State, allows
from hsched_core.domain.offers import OfferState, OpeningRecord
from hsched_core.domain.openings import UNFILLED
from hsched_core.domain.rollout import Phase
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import Clock, DeskTransaction, PracticeReader
from hsched_core.ports.moves import MovesStore, MovesTransaction
from hsched_core.use_cases import RESCHEDULE, WAITLIST
from hsched_core.use_cases.reschedule import WOULD, Alternative, Facts, alternatives, can_be_moved, choice_id, propose
from hsched_core.use_cases.reschedule_settings import RescheduleSettings
from hsched_core.workflow import link_trail as trail
from hsched_core.workflow.desk import CHOOSING_LASTS, Round, gives
from hsched_core.workflow.move_endings import MoveEndings
from hsched_core.workflow.offer_steps import let_go, pick_opening
from hsched_core.workflow.path import Path
from hsched_core.workflow.picks import ACTOR, is_pick, newest, picked, picks_of

NOBODYS_CASE = ""
MOST_LOOKED_AT = 12  # openings that the EHR's calendar is asked about for one page


class Picked(StrEnum):
    """What became of a tap on a time."""

    DONE = "done"  # it counts: where the visit stands now says what that means
    GONE = "gone"  # somebody else has the time by now
    REFUSED = "refused"  # nothing can be picked here any more


@dataclass(frozen=True)
class Tools:
    """The desk's path, store, EHR, clock and settings; `time_left` tells the waitlist of a time that a visit does not take any more."""

    path: Path
    store: MovesStore
    reader: Callable[[], PracticeReader]
    clock: Clock
    policy: PracticePolicy
    settings: RescheduleSettings
    draws_openings: bool  # whether chance leaves some openings to the staff
    endings: MoveEndings = field(repr=False)


class MovesDesk:
    """One practice's clients who pick another time."""

    def __init__(self, tools: Tools) -> None:
        self._with = tools

    def newest(self, link: ClientLink) -> Case | None:
        """The client's last pick for the visit behind the link."""
        with self._with.store.looking() as tx:
            return newest(tx.cases_about(link.visit), link.client)

    def times(self, link: ClientLink) -> tuple[Alternative, ...]:
        """Times that the client may have instead, the best first; none in phase shadow, and none where only a person may decide."""
        visit = self._visit(link)
        return self._shown(self._facts(link, visit)) if visit else ()

    def pick(self, link: ClientLink, shown_at: datetime, wanted: datetime) -> Picked:
        """The client takes that time for their visit, which began at `shown_at` when the page showed it. The same again changes nothing."""
        visit = self._visit(link)
        if self._has_it(link, visit, wanted):
            return Picked.DONE
        facts = self._facts(link, visit) if visit and visit.session.starts_at == shown_at else None
        if facts is None:
            return self._refused(link, "changed")
        shown = self._shown(facts)
        chosen = next((one for one in alternatives(facts) if one.to.starts_at == wanted), None)
        case = self._take(link, facts, chosen, shown) if chosen else None
        if case is None:
            self._refused(link, "taken")
            return Picked.GONE
        if case.state is State.SHADOWED:  # stepped back to, in this very moment
            return self._refused(link, "shadow")
        self._follow(case)
        return Picked.GONE if self._is_gone(case.id) else Picked.DONE

    def told(self, link: ClientLink) -> None:
        """A page has said what became of the client's last pick: no message has to. Where none did, a round finds it, and one does."""
        case = self.newest(link)
        if case and case.state in FINAL:
            done = Round()
            with done.step("settle"):  # what does not work out now, a round does
                self._with.endings.settle(case.proposal.follows, done, told=case.id)

    def keep(self, link: ClientLink, shown_at: datetime | None = None) -> bool:
        """The client keeps the time they have: what they picked and what did not leave yet is withdrawn. False: there is no such thing.

        `shown_at`: the time that they said yes to; where the visit has another one by now, nothing is done.
        """
        case = self.newest(link)
        if case is None or not allows(case.state, Event.WITHDRAWN):
            return False
        visit = self._visit(link) if shown_at else None
        if shown_at and (visit is None or visit.session.starts_at != shown_at):
            return False
        try:
            self._with.path.withdraw(case.id, link.client)
        except LifecycleError:  # it is carried out just now
            return False
        self._with.endings.settle(case.proposal.follows, Round(), told=case.id)
        return True

    def note(self, link: ClientLink) -> None:
        """In phase shadow: which time a page would have shown first to a client who asks for another one. Sealed; nobody is told."""
        visit, now = self._visit(link), self._with.clock.now()
        with self._with.store.looking() as tx:
            if visit is None or tx.rollout(RESCHEDULE, now).phase is not Phase.SHADOW:
                return
            facts = self._facts_in(tx, visit, now)
        if found := self._shown(facts):
            self._with.path.propose(propose(facts, found[0], found, WOULD))

    def advance(self) -> Round:
        """Everything that is due: picks whose outcome is known, and those that cannot come about any more."""
        return self._with.endings.advance()

    def _visit(self, link: ClientLink) -> Appointment | None:
        """The visit behind the link, if it is still this client's and to come."""
        visit = self._with.reader().appointment(link.visit)
        is_theirs = visit is not None and visit.session.client == link.client and visit.status is AppointmentStatus.BOOKED
        return visit if is_theirs else None

    def _facts(self, link: ClientLink, visit: Appointment) -> Facts | None:
        """What the client may choose from, by our own store; None where they may not choose."""
        with self._with.store.looking() as tx:
            now = tx.now(self._with.clock)
            return self._facts_in(tx, visit, now) if self._may_choose(tx, link, visit, now) else None

    def _may_choose(self, tx: MovesTransaction, link: ClientLink, visit: Appointment, now: datetime) -> bool:
        """Not in shadow, not while a person has the client or the request, and not endlessly."""
        if tx.rollout(RESCHEDULE, now).phase is Phase.SHADOW or not can_be_moved(visit, now, self._with.settings):
            return False
        current = tx.link(link.id)
        if current is None or Act.OTHER_TIME in current.acts or now >= current.expires_at:
            return False
        if tx.contact_facts(link.client, NOBODYS_CASE).is_paused:
            return False
        before = list(picks_of(tx.cases_about(visit.id), link.client))
        moved = sum(case.state is State.CONFIRMED for case in before)
        return moved < self._with.settings.most_moves and all(case.state in FINAL for case in before)

    def _facts_in(self, tx: MovesTransaction, visit: Appointment, now: datetime) -> Facts:
        clinician, before = visit.session.clinician, [case for case in tx.cases_about(visit.id) if is_pick(case)]
        own = picks_of(before, visit.session.client)
        in_vain = {one.proposal.follows for one in own if one.action.expected_version == visit.version and one.state is not State.WITHDRAWN}
        records = tx.openings(*UNFILLED, after=now)
        free = [one for one in records if one.opening.clinician == clinician and one.id not in in_vain and self._is_free(tx, one, now)]
        tried = tuple(case.proposal.follows for case in before)
        return Facts(now, self._with.policy, visit, tuple(free), settings=self._with.settings, tried=tried)

    def _is_free(self, tx: DeskTransaction, record: OpeningRecord, now: datetime) -> bool:
        """Nobody has been offered the opening, is just being booked into it, or picked it; and chance does not leave it to the staff."""
        if record.state not in UNFILLED or picked(tx, record) or (record.busy_until and now < record.busy_until):
            return False
        if any(one.state is OfferState.SENT for one in tx.offers(record.id)) or self._is_left_to_staff(tx, record, now):
            return False
        giving = [case for case in tx.cases_about(record.id) if gives(case) and case.state not in FINAL]
        if not all(isinstance(case.action, OfferSlot) and case.state is State.WAITING for case in giving):
            return False
        around = tx.openings_of(record.opening.clinician, record.opening.starts_at, record.opening.ends_at)
        return not any(one.id != record.id and one.state in UNFILLED and picked(tx, one) for one in around)

    def _is_left_to_staff(self, tx: DeskTransaction, record: OpeningRecord, now: datetime) -> bool:
        """Drawn so; or to be drawn in the waitlist's next round, and who may say how."""
        draw = tx.draw(WAITLIST, record.id)
        if draw:
            return draw.arm is Arm.HELD
        return self._with.draws_openings and tx.rollout(WAITLIST, now).phase is not Phase.SHADOW

    def _shown(self, facts: Facts | None) -> tuple[Alternative, ...]:
        """The best times, as the EHR's calendar has them now."""
        likely = alternatives(facts)[:MOST_LOOKED_AT] if facts else ()
        if not facts or not likely:
            return ()
        return alternatives(self._compared(facts, likely))[: self._with.settings.times]

    def _compared(self, facts: Facts, likely: Sequence[Alternative]) -> Facts:
        first, last = min(one.to.starts_at for one in likely), max(one.to.ends_at for one in likely)
        there = tuple(one for one in self._with.reader().appointments(first, last) if one.id != facts.visit.id)
        openings = tuple(one.opening for one in likely)
        return replace(facts, openings=openings, there=there)

    def _has_it(self, link: ClientLink, visit: Appointment | None, wanted: datetime) -> bool:
        """Whether they picked this very time already: a second tap."""
        case = self.newest(link)
        if case is None or case.action.session is None or case.action.session.starts_at != wanted:
            return False
        if case.state is not State.CONFIRMED or visit is None:
            return case.state not in FINAL
        is_behind = visit.version == case.action.expected_version  # the EHR shows the visit as it was before
        return is_behind or visit.session.starts_at == wanted

    def _take(self, link: ClientLink, facts: Facts, chosen: Alternative, shown: Sequence[Alternative]) -> Case | None:
        """The opening is the client's, and the move proposed; None where the opening is not free any more."""
        proposal = propose(facts, chosen, shown)
        with self._with.store.transaction() as tx:
            now, record = tx.now(self._with.clock), tx.opening(chosen.opening.id)
            if record is None or not self._is_free(tx, record, now) or not self._may_choose(tx, link, facts.visit, now):
                return None
            if any(_is_about_to(tx, facts, one) for one in tx.openings(*UNFILLED, after=now)):
                return None
            taken = pick_opening(tx, record, proposal.id, now, now + CHOOSING_LASTS)
        try:
            case = self._with.path.propose(proposal)
        except BaseException:
            self._give_back(taken)  # the EHR did not answer: nothing was asked for
            raise
        with self._with.store.transaction() as tx:
            current, found = tx.opening(taken.id), tx.link(link.id)
            if current and current.booking == case.id and case.state is State.SHADOWED:
                let_go(tx, current, tx.now(self._with.clock))
            has_it = self._still_has_it(current, case)
            if found and has_it:
                after = acted(found, Act.PICK)
                tx.put_link(after, audit=trail.used(after, Act.PICK, tx.now(self._with.clock)))
        if not has_it:
            self._came_too_late(case)
            return None
        return case

    def _still_has_it(self, record: OpeningRecord | None, case: Case) -> bool:
        return record is not None and record.booking == case.id

    def _came_too_late(self, case: Case) -> None:
        """This worker took longer to propose than a pick is waited for, and the time is somebody else's."""
        if allows(case.state, Event.WITHDRAWN):
            with suppress(LifecycleError):  # a round was first
                self._with.path.withdraw(case.id, ACTOR)

    def _give_back(self, taken: OpeningRecord) -> None:
        with self._with.store.transaction() as tx:
            current = tx.opening(taken.id)
            if current and current.version == taken.version and tx.case(taken.booking) is None:
                let_go(tx, current, tx.now(self._with.clock))

    def _follow(self, case: Case) -> None:
        """What an order covers is done at once; offers of the time that only wait for a person are withdrawn."""
        done = Round()
        if case.state is State.APPROVED:
            with done.step("move"):  # an EHR that does not answer is asked again in the next round: the time is kept
                self._with.path.execute(case.id)
        with self._with.store.transaction() as tx:
            offers = [one.id for one in tx.cases_about(case.proposal.follows) if gives(one) and allows(one.state, Event.WITHDRAWN)]
        for offer in offers:
            with done.step("withdraw"):  # somebody may carry it out just now: then it is refused
                self._with.path.withdraw(offer, ACTOR)

    def _is_gone(self, case_id: str) -> bool:
        case = self._with.path.look(case_id)
        return case.state in (State.BLOCKED, State.REJECTED)

    def _refused(self, link: ClientLink, reason: str) -> Picked:
        with self._with.store.transaction() as tx:
            tx.record(audit=trail.refused(link, Act.PICK, reason, tx.now(self._with.clock)))
        return Picked.REFUSED


def _is_about_to(tx: DeskTransaction, facts: Facts, record: OpeningRecord) -> bool:
    """Whether the same client has just picked that opening on another page, and its case is still to come."""
    return bool(record.booking) and tx.case(record.booking) is None and record.booking == choice_id(facts, record)
