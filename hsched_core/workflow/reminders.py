"""The reminders' desk: reads visits, scores, consents and answers; draws the holdout; lets the path do what the use case proposes.

Every method is safe to call at any time and again. What was proposed and makes no sense any more (confirmed, moved, cancelled) is
withdrawn before anything of it leaves; what waits for a time of day is looked at again before it goes.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from hsched_core.domain.actions import OfferSlot, SendMessage
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import Event, State, allows
from hsched_core.domain.openings import Opening
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.rollout import Phase
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import Clock, DeskStore, DeskTransaction
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases import waitlist as waiting_list
from hsched_core.use_cases.reminders import needs_standby, propose, wanted
from hsched_core.use_cases.reminders_facts import Facts, Reach, Standby, Visit
from hsched_core.use_cases.reminders_plan import Step, channel_for, is_eligible
from hsched_core.use_cases.reminders_settings import ReminderSettings
from hsched_core.workflow.desk import Round
from hsched_core.workflow.holdout import Holdout
from hsched_core.workflow.path import Path
from hsched_core.workflow.reminder_reading import ReminderReading, Seen, Sources, own_cases
from hsched_core.workflow.standby import Standbys


class RemindersDesk:
    """One practice's reminders at work."""

    def __init__(
        self,
        path: Path,
        store: DeskStore,
        sources: Sources,
        clock: Clock,
        policy: PracticePolicy,
        settings: ReminderSettings,
        holdout: Holdout,
    ) -> None:
        self._path, self._store, self._sources = path, store, sources
        self._settings, self._holdout = settings, holdout
        self._reading = ReminderReading(sources, clock, policy, settings)
        self.standbys = Standbys(path, store, clock)

    def advance(self) -> Round:
        """Everything that is due: draws, withdrawals, what is approved, new proposals, standby offers for a person to decide on."""
        done = Round()
        with done.step("read"):
            seen = self._reading.read()
            facts = self._drawn(seen, done)
            self._take_back(facts, done)
            self.standbys.end(facts, seen, done)
            self._carry_out(done)
            for proposal in propose(facts):
                with done.step("propose"):
                    self._submit(proposal, facts, done)
        return done

    def facts(self) -> Facts:
        """What the use case would look at now; draws nothing."""
        seen = self._reading.read()
        with self._store.transaction() as tx:
            return self._reading.facts(tx, seen, self._reading.visits(tx, seen))

    def _drawn(self, seen: Seen, done: Round) -> Facts:
        """The facts, after every eligible visit without a draw got one. In shadow nobody is treated, so nobody is drawn."""
        with self._store.transaction() as tx:
            visits, reach = self._reading.visits(tx, seen), self._reading.reach(tx, seen)
            if tx.rollout(REMINDERS, seen.at).phase is not Phase.SHADOW:
                visits = [self._with_arm(tx, one, reach, seen.at, done) for one in visits]
            facts = self._reading.facts(tx, seen, visits, reach)
        return replace(facts, standby=self._standby(facts))

    def _with_arm(self, tx: DeskTransaction, visit: Visit, reach: Iterable[Reach], now: datetime, done: Round) -> Visit:
        is_near = now + self._settings.least_notice < visit.starts_at <= now + self._settings.looks_ahead
        known = next((one for one in reach if one.client == visit.client), None)
        can_be_reached = known is not None and bool(channel_for(known) or Channel.CALL in known.consented)
        untouched = not visit.is_confirmed and not any(case.proposal.use_case == REMINDERS for case in tx.cases_about(visit.appointment))
        if visit.arm or not (is_near and can_be_reached and untouched and is_eligible(visit, self._settings)):
            return visit
        stratum = f"{visit.session_type}.{visit.modality}"
        arm = self._holdout.arm(tx, visit.appointment, visit.client, visit.starts_at, now, stratum=stratum, expected=visit.risk)
        done.done["drawn"] += arm is not None
        return replace(visit, arm=arm)

    def _standby(self, facts: Facts) -> dict[str, Standby]:
        """For each visit that needs one: whom the waitlist itself would ask first, were the time free."""
        needing = [one for one in facts.coming if needs_standby(facts, one)]
        if not needing:
            return {}
        there = {one.id: one for one in self._sources.reader.appointments(facts.now, facts.now + self._settings.looks_ahead)}
        openings = tuple(_as_opening(there[one.appointment], facts.now) for one in needing if one.appointment in there)
        with self._store.transaction() as tx:
            histories = tuple(tx.offer_histories())
        chosen = waiting_list.propose(
            waiting_list.Facts(
                practice=facts.practice, policy_version=facts.policy_version, zone=facts.zone, now=facts.now, openings=openings,
                waiting=tuple(self._sources.reader.waiting()), clinicians=tuple(self._sources.reader.clinicians()), histories=histories,
                refused=tuple(waiting_list.Refusal(one.id, one.left_by) for one in openings),
            )
        )  # fmt: skip
        first: dict[str, Standby] = {}
        for one in chosen:
            if isinstance(one.action, OfferSlot):
                client = one.action.leads_to.booking.client
                first.setdefault(
                    one.subject, Standby(client, one.action.channel, one.action.waitlist_entry, one.confidence or 0.0, one.reasons)
                )
        return first

    def _submit(self, proposal: Proposal, facts: Facts, done: Round) -> None:
        """Propose it, unless another worker did; carry out at once what needs nobody's yes. What came to nothing stands in nobody's way."""
        in_vain = facts.in_vain(proposal.subject, proposal.facts_digest)
        with self._store.transaction() as tx:
            own = own_cases(tx.cases_about(proposal.subject))
        if any(case.proposal.facts_digest == proposal.facts_digest and _channel(case) not in in_vain for case in own):
            return
        case = self._path.propose(proposal)
        case = self._path.execute(case.id) if case.state is State.APPROVED else case
        done.done[f"{_template(proposal)}.{case.state}"] += 1

    def _take_back(self, facts: Facts, done: Round) -> None:
        """What was proposed, and makes no sense any more: nothing of it left yet."""
        for case in self._unsent():
            is_an_end = _template(case.proposal) == Step.STANDBY_ENDED  # of a visit that takes place, or not
            if not is_an_end and not wanted(facts, case.proposal.subject, case.proposal.facts_digest):
                with done.step("withdraw"):
                    self._path.withdraw(case.id, use_case_actor(REMINDERS))
                    done.done["withdrawn"] += 1

    def _carry_out(self, done: Round) -> None:
        """What was approved since, or waited for the end of quiet hours."""
        for case in self._unsent():
            if case.state is State.APPROVED:
                with done.step("carry_out"):
                    after = self._path.execute(case.id)
                    done.done[f"{_template(case.proposal)}.{after.state}"] += after.state is not State.APPROVED

    def _unsent(self) -> list[Case]:
        with self._store.transaction() as tx:
            return [case for case in own_cases(tx.open_cases()) if allows(case.state, Event.WITHDRAWN)]


def _channel(case: Case) -> Channel | None:
    return case.action.outreach.channel if case.action.outreach else None


def _template(proposal: Proposal) -> str:
    return proposal.action.template if isinstance(proposal.action, SendMessage) else proposal.action.kind


def _as_opening(one: Appointment, now: datetime) -> Opening:
    session = one.session
    place = (session.clinician, session.starts_at, session.duration_minutes, session.session_type, session.modality)
    return Opening(one.id, *place, opened_at=now, left_by=session.client, site=session.site)
