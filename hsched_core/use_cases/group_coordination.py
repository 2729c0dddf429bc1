"""Groups: who of those who are booked will come, whether that is enough, and a place that its client gives up for once. Pure.

A group is the booked visits of type group with the same clinician, start and length. A risk score plays no part in any of this.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hsched_core.domain.actions import CANNOT_COME, CancelAppointment
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.lifecycle import FINAL, Event, State, allows
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.use_cases import GROUPS

CERTAIN = 1.0  # the client said so: there is nothing to weigh
TAKEN_BACK = frozenset({State.WITHDRAWN, State.DECLINED})  # by the client, or by a person who arranged it otherwise
CAME_TO_NOTHING = frozenset({State.BLOCKED, State.EXPIRED, State.REJECTED})  # the place is still theirs, and their word stands
SAID = "The client said on the page of this visit that they cannot come this time."
AGAIN = "They said so before, and that came to nothing: the visit was changed, an approval ran out, or the EHR refused."

PAUSED = "A person of the practice has this client just now: nothing is done by itself."


class Answer(StrEnum):
    """What a client said about coming."""

    YES = "yes"
    NO = "no"
    SILENT = "silent"


WORDS: Mapping[Answer, str] = {Answer.YES: "will come", Answer.NO: "cannot", Answer.SILENT: "did not answer"}


@dataclass(frozen=True)
class Member:
    """Somebody of a group. `has_left`: their place is cancelled, at their word; `case`: the proposal to cancel it, where one is open."""

    appointment: str
    client: str
    answer: Answer
    has_left: bool = False
    case: str = ""


@dataclass(frozen=True)
class Roster:
    """A coming group with everybody in it, and who gave their place up for once."""

    clinician: str
    starts_at: datetime
    minutes: int
    modalities: tuple[tuple[Modality, int], ...]  # how many of those who are booked come which way
    members: tuple[Member, ...]
    quorum: int

    @property
    def booked(self) -> int:
        return sum(not one.has_left for one in self.members)

    @property
    def left(self) -> int:
        return sum(one.has_left for one in self.members)

    def said(self, answer: Answer) -> int:
        """How many of those who are booked."""
        return sum(one.answer is answer and not one.has_left for one in self.members)

    @property
    def has_answers(self) -> bool:
        """Whether anybody has said anything."""
        return bool(self.left) or self.said(Answer.SILENT) < self.booked

    @property
    def can_come(self) -> int:
        """If everybody comes who has not said that they cannot."""
        return self.booked - self.said(Answer.NO)

    @property
    def is_short(self) -> bool:
        """Whether even then it is too few."""
        return self.can_come < self.quorum

    @property
    def is_sure(self) -> bool:
        """Whether those are enough who said yes."""
        return self.said(Answer.YES) >= self.quorum


@dataclass(frozen=True)
class Word:
    """What is known of one visit of a group. `said`: cases about giving it up, at whatever time it was, the oldest first;
    `is_taken_back`: a yes came after those about the time that it has.
    """

    visit: Appointment
    said: Sequence[Case] = ()
    is_confirmed: bool = False
    is_taken_back: bool = False

    @property
    def current(self) -> list[Case]:
        """Those about the time that the visit has, each with what it was asked for anew as the last of it: a no is about one time."""
        return current(self.said, self.visit)


def is_group(session: Session) -> bool:
    return session.session_type is SessionType.GROUP


def group_of(session: Session) -> tuple[str, datetime, int]:
    """What the visits of one group have in common."""
    return session.clinician, session.starts_at, session.duration_minutes


def giving_up(cases: Iterable[Case]) -> list[Case]:
    """Those by which a client gives up a place in a group."""
    return [one for one in cases if isinstance(one.action, CancelAppointment) and one.action.reason == CANNOT_COME]


def is_about(case: Case, said: Collection[Case], visit: Appointment) -> bool:
    """Whether it was said by the client whose visit it is, of the time that it has: a word runs out when the group begins."""
    names = (_name(visit, number) for number in range(len(said)))
    return case.proposal.expires_at == visit.session.starts_at and case.proposal.facts_digest in names


def current(said: Collection[Case], visit: Appointment) -> list[Case]:
    """What was said of the time that the visit has, without what was asked for anew since."""
    anew = {one.proposal.replaces for one in said}
    return [one for one in said if one.id not in anew and is_about(one, said, visit)]


def first_of(case: Case, said: Iterable[Case]) -> Case:
    """The case of the word itself, where this one only asks for it anew."""
    known = {one.id: one for one in said}
    while case.proposal.replaces in known:
        case = known[case.proposal.replaces]
    return case


def open_case(said: Iterable[Case]) -> Case | None:
    """The one that is on its way."""
    return next((one for one in said if one.state not in FINAL), None)


def _name(visit: Appointment, before: int) -> str:
    """A client's word about their visit, after so many that came to an end."""
    return digest([GROUPS, visit.id, visit.session.client, before])


def standing_no(word: Word) -> Case | None:
    """The case of a no that still counts: nobody took it back, and the client confirmed nothing since."""
    newest = next(reversed(word.current), None)
    if newest is None or newest.state in TAKEN_BACK:
        return None
    if newest.state is State.CONFIRMED:  # booked again since then, it is another word's turn
        is_put_back = word.visit.status is AppointmentStatus.BOOKED and word.visit.updated_at > newest.since
        return None if is_put_back else newest
    if newest.state not in FINAL and not allows(newest.state, Event.WITHDRAWN):  # it may be done already
        return newest
    return None if word.is_taken_back else newest


def rosters(words: Iterable[Word], quorum: int) -> tuple[Roster, ...]:
    """Every group that somebody is booked in, the soonest first."""
    found: dict[tuple[str, datetime, int], list[Word]] = defaultdict(list)
    for word in words:
        found[group_of(word.visit.session)].append(word)
    made = (_roster(words, quorum) for words in found.values())
    return tuple(sorted((one for one in made if one.booked), key=lambda one: (one.starts_at, one.clinician, one.minutes)))


def _roster(words: Sequence[Word], quorum: int) -> Roster:
    session = words[0].visit.session
    members = [_member(word) for word in words]
    ordered = sorted((one for one in members if one), key=lambda one: (one.has_left, list(Answer).index(one.answer), one.client))
    booked = Counter(word.visit.session.modality for word, one in zip(words, members, strict=True) if one and not one.has_left)
    modalities = tuple((one, booked[one]) for one in Modality if booked[one])
    return Roster(session.clinician, session.starts_at, session.duration_minutes, modalities, tuple(ordered), quorum)


def _member(word: Word) -> Member | None:
    """None for who is in the group no more, but for whom their own word put out of it."""
    visit, no = word.visit, standing_no(word)
    client = visit.session.client
    if visit.status is AppointmentStatus.CANCELLED:
        is_theirs = no is not None and no.state is State.CONFIRMED
        return Member(visit.id, client, Answer.NO, has_left=True) if is_theirs else None
    if no is not None:
        return Member(visit.id, client, Answer.NO, has_left=no.state is State.CONFIRMED, case=no.id if no.state not in FINAL else "")
    return Member(visit.id, client, Answer.YES if word.is_confirmed else Answer.SILENT)


@dataclass(frozen=True)
class Giving:
    """A client who gives up their place: what the proposal says, and for whom."""

    practice: str
    policy_version: str
    visit: Appointment
    said: Sequence[Case]  # what they said of this visit before
    others: Roster | None  # of the same group without them; None: nobody else is in it
    is_paused: bool = False  # a person has the client just now


def give_up(giving: Giving, *, anew: Case | None = None) -> Proposal:
    """Cancel that client's place alone. `anew`: what came to nothing, or cannot come about any more: now a person decides, whatever an
    order says; so they do while they have the client.

    The same word about the same visit is one proposal, however many links it was said behind; after an end it is another one.
    """
    visit, ended = giving.visit, sum(one.state in FINAL for one in giving.said)
    reasons = (AGAIN if anew else SAID, *([PAUSED] if giving.is_paused else []), *_how_it_stands(giving.others))
    return Proposal(
        practice=giving.practice,
        use_case=GROUPS,
        action=CancelAppointment(visit.id, visit.version, visit.session.clinician, CANNOT_COME),
        subject=visit.id,
        reasons=reasons,
        facts_digest=_name(visit, ended),
        policy_version=giving.policy_version,
        expires_at=visit.session.starts_at,
        proposed_by=use_case_actor(GROUPS),
        confidence=None if anew or giving.is_paused else CERTAIN,
        replaces=anew.id if anew else "",
    )


def _how_it_stands(others: Roster | None) -> tuple[str, ...]:
    """What the others said, and what is left without this client."""
    if others is None:
        return ("Nobody else is booked in this group.",)
    told = ", ".join(f"{others.said(answer)} {words}" for answer, words in WORDS.items())
    verdict = f"fewer than the {others.quorum} it needs" if others.is_short else f"it needs {others.quorum}"
    return (f"Of the {others.booked} others booked {told}.", f"Without them {others.can_come} can come: {verdict}.")
