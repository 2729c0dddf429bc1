"""A waitlist for tests: one opening and somebody whom it fits in every way, to be changed; and random worlds full of near misses."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from hsched_core.domain.contact import Channel
from hsched_core.domain.openings import Opening
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.domain.waiting import ClinicianProfile, Cover, OfferHistory, Urgency, WaitingClient
from hsched_core.use_cases.waitlist import Facts, LiveOffer, Mode, Refusal, WaitlistSettings
from hsched_core.use_cases.waitlist_board import Board
from hsched_core.use_cases.waitlist_reasons import skipped

T = TypeVar("T")
ZONE = "America/New_York"
NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)  # a Tuesday, 12:00 in New York
TOMORROW = NOON + timedelta(days=1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
THERAPIST = ClinicianProfile("clinician-1", "psychologist", frozenset({"trauma", "sleep"}), frozenset({"NY", "NJ"}))


def opening(name: str = "opening-1", **changes: Any) -> Opening:
    """Tomorrow at noon by video, with the therapist."""
    start = Opening(
        name, "clinician-1", TOMORROW, 50, SessionType.INDIVIDUAL, Modality.VIDEO, NOON - timedelta(minutes=1), "client-who-left"
    )
    return replace(start, **changes)


def waiting(name: str = "a", **changes: Any) -> WaitingClient:
    """Somebody whom that opening fits, and who wishes for nothing."""
    start = WaitingClient(f"entry-{name}", f"client-{name}", SessionType.INDIVIDUAL, NOON - 10 * DAY, Channel.TEXT, state="NY")
    return replace(start, **changes)


def facts(*entries: WaitingClient, **changes: Any) -> Facts:
    """That opening, and those who wait."""
    start = Facts("practice-1", "policy-1", ZONE, NOON, (opening(),), entries, (THERAPIST,))
    return replace(start, **changes)


def asked(one: Proposal) -> str:
    """The client a proposal is about."""
    session = one.action.session
    assert session is not None
    return session.client


def why_skipped(told: Facts) -> str:
    """Why the only one who waits is not asked for the only opening; empty where they may be."""
    board = Board(told.ordered)
    ((mask,),) = [board.barred(place) for place in range(len(told.openings))]
    return skipped(mask) if mask else ""


# Random worlds, each from a seed: drawing every field through Hypothesis takes twenty times as long. Few names, wishes that are rare, and
# instants on a coarse grid, so that most entries are barred by one rule or none, and edges are hit exactly.
ZONES = ("America/New_York", "America/Los_Angeles", "Europe/London", "Australia/Lord_Howe")
PRESENTS = (NOON, datetime(2026, 3, 6, 18, tzinfo=UTC), datetime(2026, 3, 7, 15, tzinfo=UTC), datetime(2026, 10, 30, 16, tzinfo=UTC))
CLINICIANS, STATES, SPECIALTIES = ("clinician-1", "clinician-2"), ("NY", "NJ", "CA"), ("trauma", "sleep", "children")
CLIENTS = tuple(f"client-{number}" for number in range(10))
TYPES = (*[SessionType.INDIVIDUAL] * 5, SessionType.INTAKE)
HOURS = ((0, 1), (1, 2), (0, 13), (9, 17), (7, 24), (12, 15))
WISH = 0.1  # how often an entry has each wish, limit or past


@dataclass(frozen=True)
class Dice:
    """A random practice's facts."""

    random: Random
    now: datetime

    def maybe(self, value: Callable[[], T], share: float = WISH) -> T | None:
        return value() if self.random.random() < share else None

    def near(self, days: int = 9) -> datetime:
        return self.now + self.random.randint(-days * 24, days * 24) * HOUR

    def some(self, names: tuple[str, ...], least: int = 0) -> frozenset[str]:
        return frozenset(self.random.sample(names, self.random.randint(least, len(names))))

    def opening(self, name: str) -> Opening:
        pick = self.random.choice
        starts = self.now + pick((self.random.randint(3, 5), self.random.randint(5, 7 * 48 + 5))) * timedelta(minutes=30)
        modality, kind = pick((*Modality, Modality.IN_PERSON)), pick(TYPES)
        return Opening(name, pick(CLINICIANS), starts, pick((45, 50, 60, 90)), kind, modality, self.now - HOUR, pick(CLIENTS))

    def entry(self, number: int) -> WaitingClient:
        pick, instead = self.random.choice, self.maybe(self.near)
        visits = [visit for visit in (instead, self.maybe(self.near, 0.2)) if visit]
        hours = self.maybe(lambda: pick(HOURS), 0.2) or (0, 24)
        return WaitingClient(
            entry=f"entry-{number}",
            client=pick(CLIENTS),
            session_type=pick(TYPES),
            entered_at=self.now - self.random.randint(0, 200) * DAY,
            channel=pick((*Channel,)),
            duration_minutes=self.maybe(lambda: pick((45, 50, 60)), 0.3),
            modality=self.maybe(lambda: pick((*Modality,))),
            clinician=self.maybe(lambda: pick((*CLINICIANS, "clinician-9"))),
            specialties=self.maybe(lambda: self.some(SPECIALTIES)) or frozenset(),
            weekdays=self.maybe(lambda: frozenset(self.random.sample(range(1, 8), 3)), 0.2) or frozenset(),
            hour_from=hours[0],
            hour_to=hours[1],
            urgency=pick((*Urgency,)),
            until=self.maybe(lambda: self.now + self.random.randint(-1, 1) * DAY),
            instead_of=f"appointment-{number}" if instead else None,
            instead_at=instead,
            sees=self.maybe(lambda: pick((*CLINICIANS, "clinician-9")), 0.5),
            cadence_days=self.maybe(lambda: pick((7, 14, 28))),
            visits=tuple(visits),
            cover=tuple(self.cover() for _ in range(pick((0, 0, 0, 1, 2)))),
            state=pick((*STATES, STATES[0], STATES[0], None)),
            may_book_without_asking=self.random.random() < 0.5,
            attends=self.maybe(self.random.random),
            can_be_reached=self.random.random() < 0.9,
            not_before=self.maybe(lambda: self.now + self.random.randint(-1, 1) * HOUR, 0.2),
        )

    def cover(self) -> Cover:
        from_on: date = self.now.date() + self.random.randint(-20, 5) * DAY
        return Cover(from_on, from_on + self.random.randint(0, 40) * DAY, self.maybe(lambda: self.random.randint(0, 3), 0.6))

    def history(self, client: str) -> OfferHistory:
        last = self.maybe(lambda: self.now - self.random.randint(0, 90) * DAY, 0.7)
        accepted = self.maybe(lambda: self.now - self.random.choice((6, 7, 40)) * DAY, 0.3)
        asked_for = self.maybe(lambda: frozenset({self.random.choice(("opening-0", "opening-1"))}), 0.4)
        return OfferHistory(client, self.random.randint(0, 12), last, accepted, asked_for or frozenset())

    def profile(self, name: str) -> ClinicianProfile:
        remote = self.random.random() < 0.9
        return ClinicianProfile(name, "psychologist", self.some(SPECIALTIES, 1), self.some(STATES, 2) | {STATES[0]}, remote)

    def settings(self) -> WaitlistSettings:
        pick = self.random.choice
        return WaitlistSettings(
            mode=pick((*Mode,)),
            batch=pick((1, 2, 3)),
            near_batch=pick((1, 2, 3)),
            most_offers=pick((1, 2, 10, 10)),
            patience_days=pick((0, 30)),
            turn_days=pick((1, 60)),
            books_without_asking=pick((True, False)),
            send_from_hour=pick((0, 0, 0, 8)),
            send_until_hour=24,
        )


def world(seed: int, most_openings: int = 4, most_waiting: int = 12) -> Facts:
    """Facts of a small practice."""
    random = Random(seed)
    dice = Dice(random, random.choice(PRESENTS))
    pairs = [(random.choice(("opening-0", "opening-1", "opening-9")), random.choice(CLIENTS)) for _ in range(4)]
    untils = (None, dice.now + timedelta(minutes=1), dice.now + timedelta(minutes=1), dice.now)
    return Facts(
        practice="practice-1",
        policy_version="policy-1",
        zone=random.choice(ZONES),
        now=dice.now,
        openings=tuple(dice.opening(f"opening-{number}") for number in range(random.randint(1, most_openings))),
        waiting=tuple(dice.entry(number) for number in range(random.randint(0, most_waiting))),
        clinicians=tuple(dice.profile(name) for name in CLINICIANS),
        histories=tuple(dice.history(client) for client in random.sample(CLIENTS, random.randint(0, 4))),
        live=tuple(LiveOffer(*pair) for pair in pairs[: random.choice((0, 0, 1))]),
        refused=tuple(Refusal(*pair, random.choice(untils)) for pair in pairs[1 : random.randint(1, 4)]),
        settings=dice.settings(),
    )


def worlds(most_openings: int = 4, most_waiting: int = 12) -> st.SearchStrategy[Facts]:
    """Hypothesis keeps the seeds that fail."""
    return st.integers(0, 2**32 - 1).map(lambda seed: world(seed, most_openings, most_waiting))


def zone_of(told: Facts) -> ZoneInfo:
    return ZoneInfo(told.zone)
