"""Nobody is passed over forever: however well newcomers fit, and however many they are, a client's turn comes after a bounded time."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from hsched_core.domain.contact import Channel
from hsched_core.domain.waiting import OfferHistory, Urgency, WaitingClient
from hsched_core.use_cases.waitlist import Facts, WaitlistSettings, propose
from tests.waitlist_world import DAY, NOON, THERAPIST, ZONE, asked, opening, waiting

PATIENCE, TURN = 6, 8  # days; short, so that a year of a practice fits into a test
SHORT = WaitlistSettings(patience_days=PATIENCE, turn_days=TURN)
NO_TURNS = replace(SHORT, turn_days=1_000_000)
PASSED_OVER = "client-passed-over"


@dataclass
class Practice:
    """Each day some openings that fit everybody, one opening or several, and newcomers who fit better; nobody ever accepts."""

    settings: WaitlistSettings
    random: Random
    newcomers: int  # a day
    openings: int  # a day, at most
    today: datetime = NOON
    waiting: list[WaitingClient] = field(default_factory=list)
    histories: dict[str, OfferHistory] = field(default_factory=dict)

    def day(self) -> list[str]:
        """The clients who are asked."""
        self.today += DAY
        self.waiting += [self._newcomer(number) for number in range(self.newcomers)]
        count = self.random.randint(1, self.openings)
        free = tuple(opening(f"o-{self.today:%j}-{number}", starts_at=self.today + (number + 24) * DAY / 24) for number in range(count))
        told = tuple(self.histories.values())
        facts = Facts("p", "v", ZONE, self.today, free, tuple(self.waiting), (THERAPIST,), told, settings=self.settings)
        clients = [asked(one) for one in propose(facts)]
        for client in clients:
            before = self.histories.get(client, OfferHistory(client))
            self.histories[client] = replace(before, asked=before.asked + 1, last_asked_at=self.today)
        return clients

    def _newcomer(self, number: int) -> WaitingClient:
        """Urgent, with the clinician they see, every wish met: the best fit there is."""
        name = f"{self.today:%j}-{number}"
        wishes = {"clinician": "clinician-1", "modality": opening().modality, "weekdays": frozenset(range(1, 8)), "sees": "clinician-1"}
        return waiting(name, entered_at=self.today, urgency=Urgency.URGENT, **wishes)


def practice(settings: WaitlistSettings, seed: int, newcomers: int, openings: int) -> Practice:
    """Somebody whom openings fit worst among some who wait already."""
    random = Random(seed)
    one = waiting("passed-over", client=PASSED_OVER, entered_at=NOON, channel=Channel.CALL, sees="clinician-9")
    others = [
        waiting(f"old-{number}", entered_at=NOON - timedelta(days=random.randint(0, 30)), urgency=random.choice((*Urgency,)))
        for number in range(random.randint(0, 6))
    ]
    return Practice(settings, random, newcomers, openings, waiting=[one, *others])


def passed_before_asked(found: Practice, days: int) -> int | None:
    """How many others were asked after patience and turn were over, before the client was; None: not within the days."""
    others = 0
    for _ in range(days):
        clients = found.day()
        if PASSED_OVER in clients:
            return others
        if found.today - NOON > (PATIENCE + TURN) * DAY:
            others += len(clients)
    return None


@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 2))
@settings(max_examples=25, deadline=None)
def test_a_turn_comes_after_a_bounded_number_of_others(seed: int, newcomers: int, openings: int) -> None:
    """From patience and turn on, only those can be before a client whose own clock began at most a turn later; and each of them once."""
    found = practice(SHORT, seed, newcomers, openings)
    rivals = len(found.waiting) - 1 + newcomers * TURN

    passed = passed_before_asked(found, PATIENCE + TURN + rivals + 1)

    assert passed is not None
    assert passed <= rivals


def test_without_turns_the_same_client_starves() -> None:
    """The broken twin: by fit alone newcomers go first for as long as they come."""
    assert passed_before_asked(practice(NO_TURNS, 1, 2, 1), 60) is None
    assert passed_before_asked(practice(SHORT, 1, 2, 1), 60) is not None


def test_whom_nobody_asked_for_longer_goes_first_among_equals() -> None:
    """Least recently asked first, where nothing else differs."""
    told = [OfferHistory("client-a", 1, NOON - 3 * DAY), OfferHistory("client-b", 1, NOON - 5 * DAY)]
    facts = Facts(
        "p", "v", ZONE, NOON, (opening(),), (waiting("a"), waiting("b", entered_at=waiting("a").entered_at)), (THERAPIST,), tuple(told)
    )

    assert [asked(one) for one in propose(facts)] == ["client-b", "client-a"]
