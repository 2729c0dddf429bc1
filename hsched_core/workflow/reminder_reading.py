"""What the reminders' desk looks at: the EHR, scores and answers read outside the store, then our own log and cases inside it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent, Purpose, Returned, Wishes, has_consent
from hsched_core.domain.lifecycle import FINAL, MAY_HAVE_HAPPENED, State
from hsched_core.domain.time import day_start, local_day
from hsched_core.policy.practice import PracticePolicy, zone_named
from hsched_core.ports import Answers, Clock, DeskTransaction, KnownClient, ReminderReader, Score, Scores
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.group_coordination import is_group, standing_no
from hsched_core.use_cases.group_invitations import invitation_name, is_invitation
from hsched_core.use_cases.reminders_facts import Asked, Facts, Reach, Visit
from hsched_core.use_cases.reminders_plan import Step, step_name
from hsched_core.use_cases.reminders_settings import ReminderSettings
from hsched_core.workflow.group_words import word_of

NOBODYS_CASE = ""
# A call in one of these is nobody's work any more, or never was; a sealed one was only recorded.
NO_CALL = frozenset({State.DECLINED, State.WITHDRAWN, State.BLOCKED, State.EXPIRED, State.SHADOWED, State.REJECTED})
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Sources:
    """Whom the desk asks."""

    reader: ReminderReader
    scores: Scores
    answers: Answers
    returned: Callable[[], Returned] = dict


@dataclass(frozen=True)
class Seen:
    """What was read outside the store."""

    appointments: Sequence[Appointment]
    scores: Mapping[str, Score]
    confirmed: Mapping[str, datetime]
    clients: Mapping[str, KnownClient]
    answered: Mapping[str, tuple[Channel, ...]]
    returned: Returned
    at: datetime = field(kw_only=True)


@dataclass(frozen=True)
class ReminderReading:
    """Reads for one practice's reminders."""

    sources: Sources
    clock: Clock
    policy: PracticePolicy
    settings: ReminderSettings

    def read(self) -> Seen:
        now = self.clock.now()
        there = self.sources.reader.appointments(now - A_DAY, now + self.settings.looks_ahead)
        names, clients = [one.id for one in there], list(dict.fromkeys(one.session.client for one in there))
        return Seen(
            there,
            {one.appointment: one for one in self.sources.scores.coming(now)},
            self.sources.answers.confirmations(names),
            {one.client: one for one in self.sources.reader.known_clients()},
            self.sources.answers.answered(clients),
            self.sources.returned(),
            at=now,
        )

    def visits(self, tx: DeskTransaction, seen: Seen) -> list[Visit]:
        booked = [one for one in seen.appointments if one.status is AppointmentStatus.BOOKED and one.session.starts_at > seen.at]
        return [self.visit(tx, one, seen) for one in booked if not _is_given_up(tx, one, seen)]

    def visit(self, tx: DeskTransaction, one: Appointment, seen: Seen) -> Visit:
        session, score, draw = one.session, seen.scores.get(one.id), tx.draw(REMINDERS, one.id)
        visit = Visit(
            one.id, session.client, session.starts_at, session.duration_minutes, session.modality, session.session_type,
            score.risk if score else None, score.model_version if score else "", arm=draw.arm if draw else None,
        )  # fmt: skip
        return replace(visit, is_confirmed=is_confirmed(one, visit, seen.confirmed.get(one.id), tx.cases_about(one.id)))

    def reach(self, tx: DeskTransaction, seen: Seen) -> tuple[Reach, ...]:
        clients = dict.fromkeys(one.session.client for one in seen.appointments)
        wishes = tx.wishes()
        return tuple(self.reach_of(tx, client, seen, wishes.get(client, Wishes())) for client in clients)

    def reach_of(self, tx: DeskTransaction, client: str, seen: Seen, wishes: Wishes) -> Reach:
        """Our own log of consent counts, as it will at the moment of sending; and the client's wishes in the EHR."""
        known, contact = seen.clients.get(client), tx.contact_facts(client, NOBODYS_CASE)
        if known is None or contact.is_paused or known.safe.is_unclear:
            return Reach(client)
        zone = known.zone if known.zone and zone_named(known.zone) else None
        dead, said = frozenset(seen.returned.get(client, {})), seen.answered.get(client, ())
        return Reach(client, _consented(contact.consents, known, seen.at), said, known.preferred, zone, dead, wishes.channel)

    def facts(self, tx: DeskTransaction, seen: Seen, visits: Sequence[Visit], reach: tuple[Reach, ...] | None = None) -> Facts:
        cases = {one.id: _messages(tx.cases_about(one.id)) for one in seen.appointments}
        zone = ZoneInfo(self.policy.zone)
        today = day_start(local_day(seen.at, zone), zone)
        return Facts(
            practice=self.policy.practice,
            policy_version=self.policy.version,
            zone=self.policy.zone,
            now=seen.at,
            visits=tuple(visits),
            reach=reach if reach is not None else self.reach(tx, seen),
            asked={name: tuple(_asked(case, seen.returned) for case in own) for name, own in cases.items() if own},
            calls_today=sum(_is_call_of(case, today) for own in cases.values() for case in own),
            settings=self.settings,
        )


def _asked(case: Case, returned: Returned) -> Asked:
    to = case.action.outreach
    left = case.since if case.state in MAY_HAVE_HAPPENED else None
    back = returned.get(to.client, {}).get(to.channel) if to else None
    came_back = left is not None and back is not None and abs(back - left) <= A_DAY  # carriers know within hours
    in_vain = not _is_call(case) and (case.state is State.REJECTED or came_back)
    return Asked(case.proposal.facts_digest, _is_call(case), left, to.channel if to else None, in_vain)


def _is_call_of(case: Case, today: datetime) -> bool:
    """A call that takes a place among the day's; one that still waits for somebody does too."""
    return _is_call(case) and case.state not in NO_CALL and (case.since >= today or case.state not in FINAL)


def _consented(events: Iterable[ConsentEvent], known: KnownClient, now: datetime) -> frozenset[Channel]:
    said = list(events)
    return frozenset(one for one in Channel if has_consent(said, one, Purpose.REMINDER, now)) - known.safe.never


def _is_given_up(tx: DeskTransaction, one: Appointment, seen: Seen) -> bool:
    """The client said that they cannot come to their group: nobody reminds them of it while that stands."""
    return is_group(one.session) and standing_no(word_of(tx, one, seen.confirmed.get(one.id))) is not None


def is_confirmed(one: Appointment, visit: Visit, confirmed_at: datetime | None, cases: Sequence[Case]) -> bool:
    """A word counts for the time it was about: said after the last change, or after something was sent about this very time."""
    if confirmed_at is None:
        return False
    sent = [case.since for case in _messages(cases) if case.state in MAY_HAVE_HAPPENED and _is_about(case, visit)]
    return confirmed_at >= one.updated_at or any(at <= confirmed_at for at in sent)


def _is_about(case: Case, visit: Visit) -> bool:
    names = {step_name(visit, step) for step in Step} | {invitation_name(visit.appointment, visit.starts_at)}
    return case.proposal.facts_digest in names


def _is_call(case: Case) -> bool:
    return case.action.outreach is not None and case.action.outreach.channel is Channel.CALL


def _messages(cases: Iterable[Case]) -> list[Case]:
    """What asked for a word about the visit: its reminders, and the question whether somebody comes to their group."""
    return [case for case in cases if _is_own(case) or is_invitation(case)]


def own_cases(cases: Iterable[Case]) -> list[Case]:
    return [case for case in cases if _is_own(case)]


def _is_own(case: Case) -> bool:
    return case.proposal.use_case == REMINDERS and isinstance(case.action, SendMessage)
