"""Whom to ask next: facts are gathered, the use case chooses, one worker at a time sends. In phase auto it is one round."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Purpose, Returned
from hsched_core.domain.holdout import Arm
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.domain.offers import OfferState, OpeningRecord
from hsched_core.domain.openings import UNFILLED, OpeningState
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.rollout import Phase
from hsched_core.domain.standby import StandbyRecord, StandbyState
from hsched_core.domain.waiting import ClinicianProfile, OfferHistory, WaitingClient
from hsched_core.policy.reach import in_order, reachable
from hsched_core.ports import DeskTransaction
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.waitlist import Facts, LiveOffer, Outlook, Refusal, askable, outlooks, propose
from hsched_core.workflow.desk import Round, Tools, client_of, gives, is_pending
from hsched_core.workflow.offer_calls import OfferCalls
from hsched_core.workflow.offer_steps import WAITLIST, claim_opening, release_opening, turn_opening
from hsched_core.workflow.picks import picked

A_DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NO_CASE = ""
TURNS = {Outlook.NOBODY: OpeningState.EXHAUSTED, Outlook.PASSED: OpeningState.PASSED, Outlook.ASKS: OpeningState.OPEN}
Clinicians = Sequence[ClinicianProfile]
Chooser = Callable[[Facts], tuple[Proposal, ...]]


class Waves:
    """Offers openings to whom it fits best, wave after wave."""

    def __init__(self, tools: Tools, choosing_lasts: timedelta, choose: Chooser = propose) -> None:
        self._with = tools
        self._lasts = choosing_lasts
        self._choose = choose
        self._calls = OfferCalls(tools)

    def ask(self, waiting: Sequence[WaitingClient], done: Round) -> None:
        """One wave for every opening that has room for an offer."""
        clinicians, returned = self._with.reader.clinicians(), self._with.returned()
        with self._with.store.transaction() as tx:
            records = self._askable(tx)
            barred = [*_barred(self._held(tx, records), waiting), *self._standing_by(tx, records, waiting, returned)]
            if not records:
                return
            facts = self._reached(tx, self._facts(tx, records, waiting, clinicians, barred), returned)
        outlook = outlooks(facts)
        calls = [] if Outlook.ASKS in outlook.values() else self._calls.wanted(facts, records, outlook)
        outlook |= {one.subject: Outlook.ASKS for one in calls}
        claimed = self._claim(records, outlook, done)
        if not claimed:
            return
        chosen = [one for one in calls or self._choose(facts) if one.subject in claimed]
        chosen = self._calls.within_the_day(chosen, facts.now)
        for proposal in chosen:
            with done.step("ask"):
                case = self._with.submit(proposal)
                done.done[f"asked.{case.state}"] += 1
        self._release(claimed)

    def _askable(self, tx: DeskTransaction) -> list[OpeningRecord]:
        """Openings that are not over, and neither just being booked nor picked by a client for a visit of theirs."""
        records = tx.openings(*UNFILLED, after=tx.now(self._with.clock) - A_DAY)  # what passed while no round ran passes now
        free = [one for one in records if not picked(tx, one)]
        return [one for one in free if not any(is_pending(case) for case in tx.cases_about(one.id))]

    def _held(self, tx: DeskTransaction, records: Sequence[OpeningRecord]) -> list[OpeningRecord]:
        """Openings that chance leaves to the staff: drawn when first looked at, in phases in which the others are offered."""
        holdout, now = self._with.holdout, tx.now(self._with.clock)
        if holdout is None or tx.rollout(WAITLIST, now).phase is Phase.SHADOW:
            return []
        drawn = [(one, holdout.arm(tx, one.id, one.opening.left_by, one.opening.starts_at, now, stratum=_notice(one))) for one in records]
        return [one for one, arm in drawn if arm is Arm.HELD]

    def _standing_by(
        self, tx: DeskTransaction, records: Sequence[OpeningRecord], waiting: Sequence[WaitingClient], returned: Returned
    ) -> Iterator[Refusal]:
        """Who said yes to a standby offer is asked before anybody else, for as long as an answer takes: then it is everybody's."""
        now = tx.now(self._with.clock)
        everybody = dict.fromkeys(one.client for one in waiting)
        for record in records:
            until = record.opening.opened_at + self._with.settings.answer_minutes * MINUTE
            first = self._first(tx, record, waiting, returned) if now < until else set()
            if first:
                yield from (Refusal(record.id, client, until) for client in everybody if client not in first)

    def _first(self, tx: DeskTransaction, record: OpeningRecord, waiting: Sequence[WaitingClient], returned: Returned) -> set[str]:
        """Who stood by for the time and can be asked for it now, or was and may still answer."""
        wait = {one.client for one in tx.standbys(appointment=record.id) if one.state is StandbyState.WAITS}
        stood_by = wait | {one.client for one in _standbys(tx, record) if one.state is StandbyState.OFFERED}
        if not stood_by:
            return stood_by
        live = {one.client for one in tx.offers(record.id) if one.state is OfferState.SENT}
        tried = {client_of(case) for case in _this_time(tx, record)}  # asked, or found that they may not be
        ready = [self._by_channel(tx, one, tx.now(self._with.clock), returned) for one in waiting if one.client in wait - tried]
        return stood_by & (live | {one.client for one in ready if one.can_be_reached and one.not_before is None})

    def _facts(
        self,
        tx: DeskTransaction,
        records: Sequence[OpeningRecord],
        waiting: Sequence[WaitingClient],
        clinicians: Clinicians,
        barred: Sequence[Refusal] = (),
    ) -> Facts:
        """What the use case looks at. Openings that are just being booked are left out: their client counts as having an offer."""
        now = tx.now(self._with.clock)
        return Facts(
            practice=self._with.policy.practice,
            policy_version=self._with.policy.version,
            zone=self._with.policy.zone,
            now=now,
            openings=tuple(one.opening for one in records),
            waiting=tuple(waiting),
            clinicians=tuple(clinicians),
            histories=tuple(_histories(tx, records, waiting)),
            live=tuple(_live(tx, records)),
            refused=(*(refusal for record in records for refusal in _refused(tx, record)), *barred),
            settings=self._with.settings.in_phase(tx.rollout(WAITLIST, now).phase),
        )

    def _reached(self, tx: DeskTransaction, facts: Facts, returned: Returned) -> Facts:
        """The facts, with how each of those who may be asked is reached: by our own log of consents and contacts, as the gate looks at it.

        Of the others nobody needs to know.
        """
        asked = askable(facts)
        prefers_calls = any(one.channel is Channel.CALL and one.client in asked for one in facts.waiting)
        calls = prefers_calls and self._calls.room(tx, facts.now) > 0
        waiting = (self._by_channel(tx, one, facts.now, returned, calls=calls) if one.client in asked else one for one in facts.waiting)
        return replace(facts, waiting=tuple(waiting))

    def _by_channel(
        self, tx: DeskTransaction, one: WaitingClient, now: datetime, returned: Returned, *, calls: bool = False
    ) -> WaitingClient:
        """The client with the channel that an offer goes by: none from which messages came back lately."""
        channels = in_order(one.channel, others=self._with.settings.other_channels, calls=calls)
        channels = tuple(channel for channel in channels if channel not in returned.get(one.client, {}))
        known = tx.contact_facts(one.client, NO_CASE)
        found = reachable(one.client, channels, Purpose.OFFER, known, self._with.policy, now, zone=one.zone, safe=one.safe)
        if found is None:
            return replace(one, can_be_reached=False)
        return replace(one, channel=found.channel, not_before=found.at if found.at > now else None)

    def _claim(self, records: Sequence[OpeningRecord], outlook: Mapping[str, Outlook], done: Round) -> dict[str, OpeningRecord]:
        """The openings this worker asks for, as long as nothing it looked at was moved, and no other worker is choosing."""
        with self._with.store.transaction() as tx:
            now = tx.now(self._with.clock)
            current = [tx.opening(one.id) or one for one in records]
            if current != list(records) or any(one.busy_until and now < one.busy_until for one in current):
                done.done["left_to_another"] += 1
                return {}
            turned = [_turned(tx, one, outlook[one.id], now, done) for one in current]
            asking = [one for one in turned if outlook[one.id] is Outlook.ASKS]
            return {one.id: claim_opening(tx, one, now, now + self._lasts) for one in asking}

    def _release(self, claimed: Mapping[str, OpeningRecord]) -> None:
        with self._with.store.transaction() as tx:
            for record in claimed.values():
                current = tx.opening(record.id)
                if current and current.version == record.version:
                    release_opening(tx, current, tx.now(self._with.clock))


def _standbys(tx: DeskTransaction, record: OpeningRecord) -> list[StandbyRecord]:
    """Standbys for the opening's time, over or not: each has its case's id."""
    found = [tx.standby(case.id) for case in tx.cases_about(record.id) if case.proposal.use_case == REMINDERS]
    return [one for one in found if one]


def _barred(held: Sequence[OpeningRecord], waiting: Sequence[WaitingClient]) -> list[Refusal]:
    """Nobody is asked for an opening that is held."""
    return [Refusal(record.id, client) for record in held for client in dict.fromkeys(one.client for one in waiting)]


def _notice(record: OpeningRecord) -> str:
    """How much time there was to fill it."""
    left = record.opening.starts_at - record.opening.opened_at
    return "within_a_day" if left <= A_DAY else "within_three_days" if left <= 3 * A_DAY else "longer"


def _turned(tx: DeskTransaction, record: OpeningRecord, outlook: Outlook, now: datetime, done: Round) -> OpeningRecord:
    """The opening as its outlook has it: over where nobody is left and no offer is live, open again where somebody new is."""
    state = TURNS.get(outlook, record.state)
    is_live = any(offer.state is OfferState.SENT for offer in tx.offers(record.id))
    if state is record.state or (is_live and state is not OpeningState.OPEN):
        return record
    done.done[str(state)] += 1
    return turn_opening(tx, record, state, now)


def _histories(tx: DeskTransaction, records: Sequence[OpeningRecord], waiting: Sequence[WaitingClient]) -> Iterator[OfferHistory]:
    """Of who waits, and of who was asked for one of these openings: a round does not grow with the practice's past."""
    clients, openings = {one.client for one in waiting}, {one.id for one in records}
    for one in tx.offer_histories():
        asked_for = one.asked_for & openings
        if one.client in clients or asked_for:
            yield replace(one, asked_for=asked_for)


def _live(tx: DeskTransaction, records: Sequence[OpeningRecord]) -> list[LiveOffer]:
    """Offers that are out, about to go out, or accepted and just being booked; in phase shadow, those that would have gone out."""
    cases = [case for case in tx.open_cases() if case.proposal.use_case == WAITLIST and gives(case)]
    sealed = [case for record in records for case in _this_time(tx, record) if case.state is State.SHADOWED]
    sent = [LiveOffer(one.opening, one.client) for one in tx.unfinished_offers() if one.state is OfferState.SENT]
    return list(dict.fromkeys([*sent, *(LiveOffer(case.proposal.subject, client_of(case)) for case in (*cases, *sealed))]))


def _refused(tx: DeskTransaction, record: OpeningRecord) -> list[Refusal]:
    """Who is not asked for the opening while it is open this time: it came to nothing, or they gave the time up themselves.

    Who could only not be contacted just then is asked again afterwards.
    """
    ended = {case.id for case in _this_time(tx, record) if case.state in FINAL}
    lost = {one.id for one in tx.offers(record.id) if one.state in (OfferState.LOST, OfferState.WITHDRAWN)}
    answered = {one.id for one in tx.offers(record.id)} - lost
    cases = [case for case in tx.cases_about(record.id) if case.id in ended - answered]
    found = [Refusal(record.id, client_of(case), case.not_before if case.state is State.BLOCKED else None) for case in cases]
    return list(dict.fromkeys([Refusal(record.id, client) for client in record.left_by if client] + [one for one in found if one.client]))


def _this_time(tx: DeskTransaction, record: OpeningRecord) -> list[Case]:
    """Cases that came to where they are since the opening was opened."""
    return [case for case in tx.cases_about(record.id) if gives(case) and case.since >= record.opening.opened_at]
