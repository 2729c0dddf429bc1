"""Stories of contact for tests: what clients say, what the EHR knows, what hsched tries to send; and a slow, plain judge of what was sent.

The judge shares no code with the rules of the gate: it looks at wall clocks and counts lines.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from hsched_core.domain.actions import Basis, OfferSlot, SendMessage
from hsched_core.domain.contact import Channel, ConsentEvent, Outreach, Purpose, SafeContact
from hsched_core.domain.lifecycle import State
from hsched_core.domain.rollout import Phase
from hsched_core.policy.practice import PracticePolicy
from hsched_core.workflow.path import Path
from tests.path_world import CALENDAR, CLIENTS, POLICY, World, booking, proposal, standing_order

CLIENT = CLIENTS[0]
ZONES = (
    *("America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Honolulu", "America/Los_Angeles", "America/St_Johns"),
    *("Asia/Kathmandu", None, "America/Nowhere"),
)
# Around changes of the clock, a leap day, a year's end, and a plain day.
MOMENTS = tuple(
    datetime.fromisoformat(one).replace(tzinfo=UTC)
    for one in ("2026-03-08T06:30", "2026-11-01T05:30", "2028-02-29T12:00", "2026-12-31T23:30", "2026-03-03T17:00", "2026-03-29T01:00")
)
COMMON = ("America/New_York", "America/Los_Angeles")
QUIET_FROM, QUIET_UNTIL = 21 * 60, 8 * 60  # minutes of a day


@dataclass(frozen=True)
class Say:
    """The client's word, or the guardian's."""

    given: bool
    channel: Channel | None = None
    purpose: Purpose | None = None
    during_call: bool = False  # it arrives while the next message is being handed over


@dataclass(frozen=True)
class Wait:
    minutes: int


@dataclass(frozen=True)
class Ask:
    """A use case wants to reach the client."""

    channel: Channel
    purpose: Purpose
    at_once: bool = True  # otherwise a worker comes by later


@dataclass(frozen=True)
class Push:
    """A worker carries out whatever is approved."""


@dataclass(frozen=True)
class Pause:
    on: bool


Step = Say | Wait | Ask | Push | Pause | SafeContact
channels, purposes = st.sampled_from(Channel), st.sampled_from([Purpose.REMINDER, Purpose.OFFER, Purpose.SCHEDULING])
rarely, seldom = st.sampled_from([False, False, False, True]), st.sampled_from([False] * 7 + [True])
says = st.builds(Say, st.sampled_from([True, True, False]), st.none() | channels, st.none() | purposes, rarely)
flags = st.builds(SafeContact, st.frozensets(channels, max_size=1), seldom, rarely, rarely, st.booleans(), rarely)
waits = st.builds(Wait, st.sampled_from([1, 20, 45, 59, 61, 120, 300, 660, 1440, 1500, 3000, 10080]))
asks = st.builds(Ask, channels, purposes, st.sampled_from([True, True, False]))
pushes, pauses = st.just(Push()), st.builds(Pause, seldom)
kinds_of_step = [says, waits, waits, asks, asks, asks, asks, pushes, pushes, pauses, flags]
steps: st.SearchStrategy[Step] = st.sampled_from(kinds_of_step).flatmap(lambda kind: kind)


@dataclass(frozen=True)
class Story:
    """A client somewhere, and what happens in order."""

    zone: str | None
    starts_at: datetime
    common: tuple[str, ...]
    says_yes_first: bool
    steps: tuple[Step, ...]


stories = st.builds(
    Story,
    st.sampled_from(ZONES),
    st.builds(lambda at, minutes: at + timedelta(minutes=minutes), st.sampled_from(MOMENTS), st.integers(-180, 180) | st.integers(0, 1440)),
    st.sampled_from([(), COMMON, COMMON]),
    st.sampled_from([True, True, True, False]),
    st.lists(steps, min_size=12, max_size=40).map(tuple),
)


@dataclass
class Told:
    """What came of a story."""

    sent: int = 0
    handed_over: int = 0  # when a STOP arrived in the middle of it
    violations: list[str] = field(default_factory=list)


@dataclass
class Line:
    """A message that really left."""

    channel: Channel
    purpose: Purpose
    at: datetime


class Player:
    """Plays a story on a path and judges every message at the moment it leaves."""

    def __init__(self, story: Story, path_class: type[Path] = Path, policy: PracticePolicy = POLICY) -> None:
        self.world = World(path_class=path_class, policy=replace(policy, common_zones=story.common), present=story.starts_at)
        self.story, self.told, self.lines = story, Told(), list[Line]()
        self.safe, self.words, self.interrupts = SafeContact(), list[ConsentEvent](), list[ConsentEvent]()
        self.is_paused, self.asked = False, 0
        self.world.store.tables.consents[CLIENT] = []
        order = standing_order(
            action_kinds=frozenset({"send_message", "offer_slot"}),
            min_confidence=0.0,
            per_day=10_000,
            valid_from=story.starts_at - timedelta(days=1),
            expires_at=story.starts_at + timedelta(days=400),
        )
        self.world.set_phase(Phase.AUTO, order)
        self.world.post.during_call = self._leaves
        self._show()
        if story.says_yes_first:
            self._hear(ConsentEvent(True, story.starts_at - timedelta(days=1)))

    def play(self) -> Told:
        for step in self.story.steps:
            self._take(step)
        return self.told

    def _take(self, step: Step) -> None:
        match step:
            case Say(during_call=True):
                self.interrupts.append(self._event(step))
            case Say():
                self._hear(self._event(step))
            case Wait(minutes):
                self.world.wait(minutes=minutes)
            case Pause(on):
                self.is_paused = on
                (self.world.store.tables.paused.add if on else self.world.store.tables.paused.discard)(CLIENT)
            case SafeContact():
                self.safe = step
                self._show()
            case Ask():
                self._ask(step)
            case Push():
                self._push()

    def _event(self, say: Say) -> ConsentEvent:
        return ConsentEvent(say.given, self.world.present, say.channel, say.purpose)

    def _hear(self, event: ConsentEvent) -> None:
        self.words.append(event)
        self.world.store.tables.consents[CLIENT].append(event)

    def _show(self) -> None:
        self.world.ehr.facts = replace(CALENDAR, client_zone=self.story.zone, safe=self.safe)

    def _ask(self, ask: Ask) -> None:
        now, channel, purpose = self.world.present, ask.channel, ask.purpose
        self.asked += 1
        action: OfferSlot | SendMessage = SendMessage(Outreach(CLIENT, channel, purpose), "visit_reminder")
        if purpose is Purpose.OFFER and self.asked % 2:
            leads_to = booking(CLIENT, now + timedelta(days=3, hours=self.asked), Basis.ACCEPTED_OFFER)
            action = OfferSlot(leads_to, channel, "waitlist_offer", now + timedelta(days=2), f"entry-{self.asked}")
        case = self.world.path.propose(
            proposal(action, subject=f"subject-{self.asked}", facts_digest=f"f{self.asked}", expires_at=now + timedelta(days=3))
        )
        if case.state is State.APPROVED and ask.at_once:
            self.world.path.execute(case.id)

    def _push(self) -> None:
        for case in list(self.world.store.tables.cases.values()):
            if case.state is State.APPROVED:
                self.world.path.execute(case.id)

    def _leaves(self) -> None:
        """The door was called: judge the message by what is known now; then whatever arrives meanwhile arrives."""
        action = self.world.post.calls[-1].action
        assert action.outreach is not None
        line = Line(action.outreach.channel, action.outreach.purpose, self.world.present)
        self.told.violations.extend(self._against(line))
        self.told.sent += 1
        self.lines.append(line)
        self.told.handed_over += any(not event.given for event in self.interrupts)
        for event in self.interrupts:
            self._hear(replace(event, at=self.world.present))
        self.interrupts.clear()

    def _against(self, line: Line) -> Iterator[str]:
        if not _said_yes(self.words, line):
            yield "consent"
        if self.is_paused:
            yield "paused"
        if line.channel in self.safe.never or self.safe.is_unclear:
            yield "safe contact"
        if self.safe.is_minor and not self.safe.reaches_guardian and not self.safe.decides_alone:
            yield "guardian"
        yield from _at_night(self._zones(), line.at)
        yield from _too_often(self.lines, line, self._zones())

    def _zones(self) -> list[ZoneInfo]:
        known = self.story.zone and self.story.zone != "America/Nowhere"
        return [ZoneInfo(str(self.story.zone))] if known else [ZoneInfo(one) for one in self.story.common]


def _said_yes(words: list[ConsentEvent], line: Line) -> bool:
    """Word by word in the order of time; of two at one instant a no is the last."""
    answer = False
    for word in sorted(words, key=lambda one: (one.at, not one.given)):
        about_channel = word.channel is None or word.channel == line.channel
        about_purpose = word.purpose is None or word.purpose == line.purpose
        if about_channel and about_purpose and word.at <= line.at:
            answer = word.given
    return answer


def _at_night(zones: list[ZoneInfo], at: datetime) -> Iterator[str]:
    if not zones:
        yield "no zone"
    for zone in zones:
        shown = at.astimezone(zone)
        if not QUIET_UNTIL <= shown.hour * 60 + shown.minute < QUIET_FROM:
            yield "quiet hours"


def _too_often(before: list[Line], line: Line, zones: list[ZoneInfo]) -> Iterator[str]:
    every = [*before, line]
    kinds = ((every, 2, 5), ([one for one in every if one.channel is Channel.TEXT], 1, 3))
    kinds += (([one for one in every if one.purpose is Purpose.OFFER], 2, 4),)
    for lines, a_day, a_week in kinds:
        for zone in zones:
            today = [one for one in lines if one.at.astimezone(zone).date() == line.at.astimezone(zone).date()]
            if line in lines and len(today) > a_day:
                yield "cap of a day"
        if line in lines and sum(line.at - one.at < timedelta(days=7) for one in lines) > a_week:
            yield "cap of a week"
    if before and line.at - before[-1].at < timedelta(minutes=60):
        yield "pause between"
