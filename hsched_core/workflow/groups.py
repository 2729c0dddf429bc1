"""The desk of groups: a client's word that they cannot come becomes a proposal about their place alone; rosters; who is asked and when.

Every method is safe to call at any time and again, by several workers: what was said once is one proposal.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import datetime

from hsched_core.domain.actions import CancelAppointment
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.errors import HschedError
from hsched_core.domain.lifecycle import FINAL, Event, State, allows
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.rollout import Phase
from hsched_core.ports import DeskStore
from hsched_core.use_cases import GROUPS
from hsched_core.use_cases.group_coordination import (
    CAME_TO_NOTHING,
    Giving,
    Roster,
    Word,
    current,
    give_up,
    giving_up,
    group_of,
    is_about,
    is_group,
    open_case,
    rosters,
    standing_no,
)
from hsched_core.use_cases.group_settings import LOOKS_AHEAD, GroupSettings
from hsched_core.use_cases.reminders_facts import Visit
from hsched_core.workflow.desk import Round
from hsched_core.workflow.group_invitations import Invitations
from hsched_core.workflow.group_words import Known, word_of
from hsched_core.workflow.path import Path
from hsched_core.workflow.reminder_reading import ReminderReading, Seen, is_confirmed

ACTOR = use_case_actor(GROUPS)
NOBODYS_CASE = ""
MOST_TRIES = 3  # of one word about one visit; after that the page of groups shows that it is still booked


class GroupDesk:
    """One practice's groups."""

    def __init__(
        self,
        path: Path,
        store: DeskStore,
        reading: ReminderReading,
        settings: GroupSettings,
        looking: Callable[[], AbstractContextManager[Known]],
    ) -> None:
        """`looking`: one state of the store, to be read only: looks of pages wait for no writer."""
        self._path, self._store, self._settings, self._looking = path, store, settings, looking
        self._sources, self._clock, self._policy = reading.sources, reading.clock, reading.policy
        self._invitations = Invitations(path, store, reading, settings)

    # A client's word

    def no_of(self, visit: Appointment) -> Case | None:
        """The case of their word that they cannot come, as long as it counts."""
        return standing_no(self._word(visit))

    def leave(self, visit: Appointment, tell: Callable[[Case | Proposal], None] = lambda _about: None) -> Case:
        """They cannot come: their place alone is proposed to be cancelled, and it is, at once, where an order covers that.

        `tell` gives a person the word where the proposal asks nobody: before it is there, where that is foreseen (phase shadow), so that
        no page says that it was received before somebody has it.
        """
        word = self._word(visit)
        known = standing_no(word)
        if known is None:  # else said on another page, or by another tap, a moment ago
            proposal = give_up(self._giving(visit, word.said))
            if self._is_shadow():
                tell(proposal)
            known = self._submit(proposal)
        if not is_in_hand(known):
            tell(known)
        return known

    def has_open(self, visit: str) -> bool:
        """Whether a word about the visit is on its way, at whatever time the visit was."""
        return open_case(self._said(visit)) is not None

    def last_of(self, visit: Appointment) -> Case | None:
        """Their last word that they cannot come at the time that the visit has, whatever became of it."""
        return next(reversed(self._current(visit)), None)

    def stay(self, visit: Appointment) -> bool:
        """They come after all. False where it is too late for that: their place is cancelled, or may be."""
        said = self._current(visit)
        on_its_way = open_case(said)
        if on_its_way is None:
            return not said or said[-1].state is not State.CONFIRMED
        with suppress(HschedError):  # somebody carried it out, or ended it, just now: what stands then says so
            self._path.withdraw(on_its_way.id, ACTOR)
        return self._path.look(on_its_way.id).state is State.WITHDRAWN

    # Rosters and rounds

    def rosters(self) -> tuple[Roster, ...]:
        """The groups of the coming two weeks, as the EHR has them now, with what everybody said."""
        seen = self._seen()
        return rosters(self._known_words(seen), self._settings.quorum)

    def advance(self) -> Round:
        """Everything that is due: words taken back, what is approved, words that came to nothing, and who is asked."""
        done = Round()
        with done.step("read"):
            seen = self._seen()
            self._take_back(self._known_words(seen), done)
            self._let_go(seen, done)
            self._carry_out(done)
            self._say_again(self._known_words(seen), done)
            self._invitations.advance(seen, done)
        return done

    def _seen(self) -> Seen:
        now = self._clock.now()
        there = [one for one in self._sources.reader.appointments(now, now + LOOKS_AHEAD) if _is_coming(one, now)]
        return Seen(there, {}, self._sources.answers.confirmations([one.id for one in there]), {}, {}, {}, at=now)

    def _known_words(self, seen: Seen) -> list[Word]:
        with self._looking() as tx:
            return [_word_seen(tx, one, seen) for one in seen.appointments]

    def _take_back(self, words: Iterable[Word], done: Round) -> None:
        """A place that its client confirmed since they gave it up, whichever way they said so."""
        for word in words:
            case = open_case(word.current)
            if case and word.is_taken_back and allows(case.state, Event.WITHDRAWN):
                with done.step("withdraw"):
                    self._path.withdraw(case.id, ACTOR)
                    done.done["withdrawn"] += 1

    def _let_go(self, seen: Seen, done: Round) -> None:
        """Words about another time than the visit has, or about what is no group, or somebody else's, by now: nobody said them of that."""
        there = {one.id: one for one in seen.appointments}
        with self._store.transaction() as tx:
            waiting = [case for case in giving_up(tx.open_cases()) if allows(case.state, Event.WITHDRAWN)]
        for case in waiting:
            with done.step("let_go"):
                about, said = case.proposal.subject, self._said(case.proposal.subject)
                visit = there.get(about)
                if visit is None or not _holds(case, said, visit):
                    visit = self._sources.reader.appointment(about)  # the list may be behind
                    if visit is not None and not _holds(case, said, visit):
                        self._path.withdraw(case.id, ACTOR)
                        done.done["withdrawn"] += 1

    def _carry_out(self, done: Round) -> None:
        """What people approved since."""
        with self._store.transaction() as tx:
            approved = [case for case in giving_up(tx.open_cases()) if case.state is State.APPROVED]
        for case in approved:
            with done.step("carry_out"):
                after = self._path.execute(case.id)
                done.done[f"place.{after.state}"] += after.state is not State.APPROVED

    def _say_again(self, words: Iterable[Word], done: Round) -> None:
        """What came to nothing, or waits about a visit that was saved again since, so that nobody's yes could count, is asked for again,
        of a person: the client said it, and nobody else will. In shadow that would ask nobody: it stays as it is.
        """
        if self._is_shadow():
            return
        for word in words:
            no = standing_no(word)
            if no is None or not _is_due_again(no, word):
                continue
            with done.step("say_again"):
                visit = self._sources.reader.appointment(word.visit.id)  # the list may be behind
                if visit is None or not _is_due_again(no, replace(word, visit=visit)):
                    continue
                case = self._submit(give_up(self._giving(visit, word.said), anew=no))
                done.done[f"place.{case.state}"] += 1
                if no.state not in FINAL:  # only now, so that the word is in hand at every moment
                    self._path.withdraw(no.id, ACTOR)

    def _is_shadow(self) -> bool:
        with self._looking() as known:
            return known.rollout(GROUPS, self._clock.now()).phase is Phase.SHADOW

    def _said(self, visit: str) -> list[Case]:
        with self._looking() as known:
            return giving_up(known.cases_about(visit))

    def _current(self, visit: Appointment) -> list[Case]:
        return current(self._said(visit.id), visit)

    def _word(self, visit: Appointment) -> Word:
        confirmed_at = self._sources.answers.confirmations([visit.id]).get(visit.id)
        with self._looking() as known:
            return word_of(known, visit, confirmed_at)

    def _giving(self, visit: Appointment, said: Sequence[Case]) -> Giving:
        with self._looking() as known:
            is_paused = known.contact_facts(visit.session.client, NOBODYS_CASE).is_paused
        return Giving(self._policy.practice, self._policy.version, visit, said, self._others(visit), is_paused)

    def _others(self, visit: Appointment) -> Roster | None:
        session = visit.session
        near = self._sources.reader.appointments(session.starts_at, session.ends_at)
        there = [one for one in near if one.id != visit.id and is_group(one.session) and group_of(one.session) == group_of(session)]
        confirmed = self._sources.answers.confirmations([one.id for one in there])
        seen = Seen(there, {}, confirmed, {}, {}, {}, at=self._clock.now())
        return next(iter(rosters(self._known_words(seen), self._settings.quorum)), None)

    def _submit(self, proposal: Proposal) -> Case:
        """Propose it, and carry out at once what needs nobody's yes; an EHR that is silent then is asked again by the next round."""
        case = self._path.propose(proposal)
        if case.state is State.APPROVED:
            with suppress(HschedError):
                return self._path.execute(case.id)
        return case


def is_in_hand(case: Case) -> bool:
    """Whether it is, or will be, done, or a person is asked; what is only recorded, or blocked, is nobody's."""
    return case.state not in FINAL or case.state is State.CONFIRMED


def _holds(case: Case, said: Sequence[Case], visit: Appointment) -> bool:
    """Whether it is a word about the visit as it is now: of a group, and at that time."""
    return is_group(visit.session) and is_about(case, said, visit)


def _is_due_again(no: Case, word: Word) -> bool:
    """It came to nothing, not too often yet; or nobody has approved it, and nobody can any more. Of a visit that is booked as it was."""
    if word.visit.status is not AppointmentStatus.BOOKED or not _holds(no, word.said, word.visit):
        return False
    if no.state in CAME_TO_NOTHING:
        return sum(one.state in CAME_TO_NOTHING and is_about(one, word.said, word.visit) for one in word.said) < MOST_TRIES
    is_of_another = isinstance(no.action, CancelAppointment) and no.action.version != word.visit.version
    return no.state is State.WAITING and is_of_another


def _word_seen(known: Known, one: Appointment, seen: Seen) -> Word:
    """By the rule of reminders: a yes counts for the time it was about."""
    session, confirmed_at = one.session, seen.confirmed.get(one.id)
    visit = Visit(one.id, session.client, session.starts_at, session.duration_minutes, session.modality, session.session_type)
    is_sure = is_confirmed(one, visit, confirmed_at, known.cases_about(one.id))
    return word_of(known, one, confirmed_at, is_confirmed=is_sure)


def _is_coming(one: Appointment, now: datetime) -> bool:
    return is_group(one.session) and one.session.starts_at > now
