"""The world with hsched: its path and its desks of waitlist, reminders and replies as they are, on doors to the simulated practice.

Both use cases run in phase auto. What needs a person waits for the front desk: replies, standby offers, calls.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hsched_adapters.lot import KeyedLot
from hsched_core.domain.actions import Destination, OfferSlot, SendMessage
from hsched_core.domain.appointments import Notice
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Purpose
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.domain.offers import OfferState
from hsched_core.domain.people import Person, Role
from hsched_core.domain.replies import InboundText, Intent, Page, Reply, Resolution
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.policy.approval import NotPermittedError
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import CannotTell, Capabilities, Done, Permit, Score, Sighting
from hsched_core.ports import Reply as DoorReply
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.reminders import ReminderSettings
from hsched_core.use_cases.reminders_plan import Step
from hsched_core.use_cases.waitlist import WaitlistSettings
from hsched_core.workflow.holdout import Holdout
from hsched_core.workflow.path import Path
from hsched_core.workflow.reminder_reading import Sources
from hsched_core.workflow.reminders import RemindersDesk
from hsched_core.workflow.replies import RepliesDesk
from hsched_core.workflow.waitlist import Standing, WaitlistDesk
from tests.fake_other_side import FakeDoors, OwnRules
from tests.holdout_years import OneKey
from tests.year.life import Life, Sent
from tests.year.manual import Manual
from tests.year.office import BOOKING, DECISION, REPLY
from tests.year.scores import Model
from tests.year.store import YearStore
from tests.year.town import ZONE, Town

NAME = "with hsched"
PRACTICE, WAITLIST = "elm", "waitlist"
POST = Capabilities(honours_keys=True, can_search=False, reads_back=False, max_latency=timedelta(seconds=30))
POLICY = PracticePolicy(PRACTICE, ZONE, common_zones=(ZONE, "America/Los_Angeles"))
FRONT = Person("person-desk", PRACTICE, frozenset({Role.FRONT_DESK, Role.PRACTICE_MANAGER}))
OFFERS = frozenset({"offer_slot", "send_message", "update_waitlist_status", "cancel_appointment"})
WORDS = frozenset(f"send_message:{step}" for step in Step)
CALLS_A_DAY, HELD = 10, 0.1  # what eight clinicians' front desk can make; MODEL.md 4.7: keep 5-10 %
REMINDERS_EVERY = 2  # hours; the shipped job makes a round every quarter of an hour
FIRST_ROUND, LAST_ROUND = 8, 20  # hours: outside of them nothing may leave
SCORED_AHEAD = timedelta(days=5)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@dataclass
class Post:
    """The provider of messages: whatever it is given has left."""

    life: Life
    left: Any
    capabilities: Capabilities = POST
    count: int = 0

    def perform(self, permit: Permit) -> DoorReply:
        self.count += 1
        self.left(permit)
        return Done(f"{self.count:032x}")

    def look(self, permit: Permit, reference: str) -> Sighting:
        return CannotTell()


@dataclass
class Published:
    """The newest score of every coming visit."""

    scores: dict[str, Score] = field(default_factory=dict)

    def coming(self, now: datetime) -> Sequence[Score]:
        return list(self.scores.values())


class Nobody:
    """The pager: who is called about danger is not simulated."""

    def page(self, page: Page) -> None:
        pass


class Platform:
    """hsched at work in a town."""

    def __init__(self, life: Life, model: Model, store: Any = None, waitlist: WaitlistSettings | None = None) -> None:
        self.life, self.town, self.model = life, life.town, model
        self.store = store or YearStore()
        doors: dict[Destination, Any] = {
            Destination.EHR: life.ehr,
            Destination.MESSAGES: Post(life, self._left),
            Destination.PRACTICE: OwnRules(self.store) if isinstance(self.store, YearStore) else Post(life, self._left),
        }
        self.path = Path(self.store, life.ehr, FakeDoors(doors), life, POLICY)
        self.waitlist = WaitlistDesk(self.path, self.store, life.ehr, life, POLICY, waitlist or WaitlistSettings())
        self.published = Published()
        lot = KeyedLot(OneKey(self.town.setting.seed.to_bytes(32, "big")), PRACTICE)
        settings = ReminderSettings(is_on=True, calls_per_day=CALLS_A_DAY, holdout_share=HELD)
        sources = Sources(life.ehr, self.published, self.store)
        holdout = Holdout(REMINDERS, HELD, lot)
        self.reminders = RemindersDesk(self.path, self.store, sources, life, POLICY, settings, holdout)
        self.replies = RepliesDesk(self.store, lambda: life.ehr, Nobody(), life, PRACTICE)
        self.answers: Counter[str] = Counter()  # to offers
        self.rounds: Counter[str] = Counter()
        self.meant: dict[str, str] = {}  # an inbound message -> the visit its client meant
        self._ignored: Counter[str] = Counter()
        self._woken: set[datetime] = set()
        self._written = 0

    # the beginning

    def begin(self) -> None:
        self._set_phases()
        for client, person in self.town.people.items():
            for event in person.consents:
                with self.store.transaction() as tx:
                    tx.add_consent(client, event, audit=self._note("consent.given", client))
        self.life.ehr.listeners.append(self._on_notice)
        self.life.at(self._hour_of(self.life.present, 6), self._score)
        self.life.at(self._hour_of(self.life.present, FIRST_ROUND), self._hourly)

    def _set_phases(self) -> None:
        start, end = self.town.begins - timedelta(days=1), self.town.ends + timedelta(days=1)
        for use_case, kinds in ((WAITLIST, OFFERS), (REMINDERS, WORDS)):
            order = StandingOrder(use_case, 1, PRACTICE, use_case, kinds, 0.0, 10_000, start, end)
            if isinstance(self.store, YearStore):
                self.store.tables.phases[use_case], self.store.tables.orders[use_case] = Phase.AUTO, order
                continue
            with self.store.transaction() as tx:
                tx.set_phase(use_case, Phase.AUTO, audit=self._note("phase.changed", f"use_case:{use_case}"))
                tx.set_order(order, audit=self._note("order.issued", f"use_case:{use_case}"))

    def _note(self, kind: str, subject: str) -> AuditEntry:
        return AuditEntry(self.life.present, FRONT.token, kind, subject, {})

    # what the day brings

    def booked(self, appointment: str) -> None:
        found = self.life.ehr.appointments_by_id[appointment]
        if found.session.starts_at - self.life.present < SCORED_AHEAD:
            self._score_these([appointment])

    def heard(self, client: str, intent: Intent, appointment: str) -> None:
        """A client wrote: the words go to the identified zone, the desk of replies reads them."""
        self._written += 1
        message = InboundText(f"{self._written:032x}", client, Channel.TEXT, self.life.present)
        self.meant[message.id] = appointment
        self.store.keep(message, self.life.folk.words(client, intent, appointment, self._written))
        self.replies.advance()

    def _on_notice(self, notice: Notice) -> None:
        found = self.waitlist.on_notice(notice)
        if found in ("opening", "reopened", "taken"):
            self._wake(self.life.present + SECOND)

    def _wake(self, at: datetime) -> None:
        """A round of the waitlist's desk then, once; in the hours in which offers go out."""
        shown = at.astimezone(self.town.zone)
        if FIRST_ROUND <= shown.hour < LAST_ROUND and at not in self._woken:
            self._woken.add(at)
            self.life.at(at, lambda: self._round(at))

    def _round(self, at: datetime) -> None:
        """A practice's job makes one every few seconds; here one is made when something is new, and again until nobody is left to ask."""
        self._woken.discard(at)
        done = self.waitlist.advance()
        self._count("waitlist", done)
        if done.done["asked.blocked"]:
            self._wake(self.life.present + SECOND)

    def _hourly(self) -> None:
        """The jobs of the hour: reminders, openings, what time does to cases, and what people of the practice decide."""
        shown = self.life.present.astimezone(self.town.zone)
        if self.life.office.is_open(self.life.present):
            self._people()
        if shown.hour % REMINDERS_EVERY == 0:
            self._count("reminders", self.reminders.advance())
        self._count("keep", self.waitlist.keep())
        self._round(self.life.present)
        last = shown.hour >= LAST_ROUND
        self.life.at(self._hour_of(shown + timedelta(days=1), FIRST_ROUND) if last else self.life.present + HOUR, self._hourly)

    def _count(self, name: str, done: Any) -> None:
        self.rounds[f"{name}: rounds"] += 1
        for what, count in [*done.done.items(), *((f"failed {what}", count) for what, count in done.failed.items())]:
            self.rounds[f"{name}: {what}"] += count

    def _hour_of(self, day: datetime, hour: int) -> datetime:
        return day.astimezone(self.town.zone).replace(hour=hour, minute=0, second=0, microsecond=0)

    # risks

    def _score(self) -> None:
        now = self.life.present
        coming = [one for one in self.life.ehr.appointments(now, now + SCORED_AHEAD) if self.life.ehr.is_booked(one.id)]
        names = [one.id for one in coming if self.life.ehr.rows[one.id] >= 0]
        self.published.scores = {one: score for one, score in self.published.scores.items() if one in set(names)}
        self._score_these(names)
        self.life.at(self._hour_of(now + timedelta(days=1), 6), self._score)

    def _score_these(self, names: Sequence[str]) -> None:
        sessions = [self.life.ehr.appointments_by_id[one].session for one in names]
        booked = [self.town.booked[self.life.ehr.rows[one]] if one[0] == "a" else self.life.present for one in names]
        risks = self.model.risks(self.life.histories, list(zip(sessions, booked, strict=True)), self.life.present)
        for name, risk in zip(names, risks, strict=True):
            self.published.scores[name] = Score(name, risk, "year-1")

    # what leaves

    def _left(self, permit: Permit) -> None:
        action, now = permit.action, self.life.present
        assert action.outreach is not None
        to = action.outreach
        if isinstance(action, OfferSlot):
            session = action.leads_to.booking
            self.life.send(Sent(now, to.client, to.channel, to.purpose, action.template, f"{session.clinician}/{session.starts_at}"))
            self._await_answer(permit.case_id, action)
        elif isinstance(action, SendMessage):
            about = action.appointment or ""
            self.life.send(Sent(now, to.client, to.channel, to.purpose, action.template, about, to.answers or ""))
            if to.channel is Channel.CALL:
                self._ring(action)

    def _ring(self, action: SendMessage) -> None:
        """A call task: staff make it when they are there."""
        client, name = action.to.client, action.appointment or ""

        def ring() -> None:
            if action.to.purpose is Purpose.REMINDER and not self.life.ehr.is_booked(name):
                return
            self.life.office.phone(f"calls: {action.template}", self.life.folk.is_reached(client, self.life.present, name))
            if action.to.purpose is Purpose.REMINDER:
                self.life.call(name, client)

        self.life.at(self.life.office.next_open(self.life.present), ring)

    def _await_answer(self, offer: str, action: OfferSlot) -> None:
        self._wake(action.answer_by + SECOND)
        if action.channel is Channel.CALL:
            self.life.at(self.life.office.next_open(self.life.present), lambda: self._ring_about(offer, action))
            return
        wait = self.life.waits[action.waitlist_entry]
        session, folk = action.leads_to.booking, self.life.folk
        chance = folk.chance(wait, session, self._ignored[action.waitlist_entry], self.life.present)
        self._ignored[action.waitlist_entry] += 1
        if folk.takes(wait, session, chance):
            self.life.at(self.life.present + folk.offer_delay(wait, session), lambda: self._accept(offer, action))
        elif folk.declines(wait, session):
            self.life.at(self.life.present + folk.offer_delay(wait, session), lambda: self._decline(offer))

    def _ring_about(self, offer: str, action: OfferSlot) -> None:
        """Staff ring about an opening: who picks up answers then and there, as in the usual world."""
        told, now, folk = self.waitlist.look(offer), self.life.present, self.life.folk
        if told is None or told.standing is not Standing.OPEN:  # taken meanwhile, or they found no time for it
            return
        wait, session = self.life.waits[action.waitlist_entry], action.leads_to.booking
        reached = folk.is_reached(wait.entry.client, now, f"{session.clinician}/{session.starts_at}")
        self.life.office.phone("calls: offers", reached)
        if not reached:
            return
        chance = folk.chance_by_phone(folk.chance(wait, session, self._ignored[action.waitlist_entry], now))
        if folk.takes(wait, session, chance):
            self.life.office.spend("bookings", BOOKING)
            self._accept(offer, action)
        else:
            self._ignored[action.waitlist_entry] += 1
            self._decline(offer)

    def _accept(self, offer: str, action: OfferSlot) -> None:
        before = set(self.life.ehr.keys)
        told = self.waitlist.accept(offer)
        self.answers[f"yes: {told.standing if told else 'unknown'}"] += 1
        for name in self.life.ehr.keys.keys() - before:
            self._ignored.pop(action.waitlist_entry, None)
            self.life.filled(name)
        self._wake(self.life.present + SECOND)

    def _decline(self, offer: str) -> None:
        told = self.waitlist.decline(offer)
        self.answers[f"no: {told.standing if told else 'unknown'}"] += 1
        self._wake(self.life.present + SECOND)

    def is_on_offer(self, opening: str) -> bool:
        """Whether somebody has been asked for it and may still answer."""
        with self.store.transaction() as tx:
            return any(one.state is OfferState.SENT for one in tx.offers(opening))

    # what people of the practice do

    def _people(self) -> None:
        for case in self._waiting():
            self.life.office.spend("decisions", DECISION)
            try:
                self.path.approve(case.id, case.action.digest, FRONT)
            except NotPermittedError:
                self.rounds["decisions: refused by a rule"] += 1
        for reply in self.replies.waiting():
            self._deal_with(reply)

    def _waiting(self) -> list[Case]:
        with self.store.transaction() as tx:
            return [case for case in tx.open_cases() if case.state is State.WAITING]

    def _deal_with(self, reply: Reply) -> None:
        """A person reads it, arranges what the client wants, and closes it."""
        self.life.office.spend("replies", REPLY)
        name = self.meant[reply.id]
        wants = reply.reading.intent if reply.reading else Intent.UNCLEAR
        if wants in (Intent.CANCEL, Intent.MOVE):
            self.life.office.spend("replies", BOOKING)
            if self.life.ehr.is_booked(name):
                self.life.cancel(name, "client")
        self.replies.resolve(reply.id, FRONT, Resolution.ARRANGED if wants in (Intent.CANCEL, Intent.MOVE) else Resolution.ANSWERED)


def unfinished(platform: Platform) -> list[Case]:
    """Cases that are not at an end: for the proof that a year leaves nothing lying about."""
    with platform.store.transaction() as tx:
        return [case for case in tx.open_cases() if case.state not in FINAL]


def lived(town: Town, model: Model, minutes: int = 0, **settings: Any) -> Platform:
    """The town's year with hsched; `minutes` a day the front desk calls about openings that are not on offer."""
    platform = Platform(Life(town), model, **settings)
    if minutes:
        beside = Manual(platform.life, model, minutes, platform.is_on_offer)
        platform.life.at(town.begins, beside.begin)
    platform.life.live(platform)
    return platform
