"""A large practice's waitlist, made up: openings of a week, and who waits for one, with wishes that leave about twenty for each opening."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hsched_core.domain.contact import Channel
from hsched_core.domain.openings import Opening
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.domain.waiting import ClinicianProfile, Cover, OfferHistory, Urgency, WaitingClient
from hsched_core.use_cases.waitlist import Facts

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TYPES = (*[SessionType.INDIVIDUAL] * 5, *[SessionType.MEDICATION] * 2, SessionType.INTAKE, SessionType.FAMILY, SessionType.COUPLES)
SPECIALTIES = ("trauma", "sleep", "children", "eating", "addiction", "couples", "grief", "autism")
STATES = ("NY", "NJ", "CT", "PA")
CLIENTS_A_CLINICIAN = 60  # who wait


def facts(openings: int, waiting: int, seed: int) -> Facts:
    """The same facts for the same seed. About every tenth client was asked before; one in fifty holds an offer."""
    random = Random(seed)
    clinicians = [f"clinician-{number}" for number in range(max(waiting // CLIENTS_A_CLINICIAN, 2))]
    return Facts(
        practice="practice",
        policy_version="policy",
        zone="America/New_York",
        now=NOW,
        openings=tuple(_opening(random, number, clinicians) for number in range(openings)),
        waiting=tuple(_entry(random, number, clinicians) for number in range(waiting)),
        clinicians=tuple(_clinician(random, name) for name in clinicians),
        histories=tuple(_history(random, number) for number in range(waiting) if random.random() < 0.1),
    )


def _opening(random: Random, number: int, clinicians: list[str]) -> Opening:
    starts = datetime(2026, 3, random.choice((4, 5, 6, 9, 10)), random.randint(9, 16), random.choice((0, 30)), tzinfo=ZONE)
    minutes, kind, modality = random.choice((45, 50, 60)), random.choice(TYPES), random.choice((*Modality,))
    return Opening(f"opening-{number}", random.choice(clinicians), starts.astimezone(UTC), minutes, kind, modality, NOW, f"left-{number}")


def _entry(random: Random, number: int, clinicians: list[str]) -> WaitingClient:
    first = random.randint(8, 13)
    instead = NOW + random.randint(3, 60) * DAY if random.random() < 0.5 else None
    visits = tuple(NOW + random.randint(-14, 14) * DAY for _ in range(random.randint(0, 2)))
    cover = (Cover(NOW.date() - 90 * DAY, NOW.date() + random.randint(-10, 200) * DAY, random.randint(0, 20)),)
    return WaitingClient(
        entry=f"entry-{number}",
        client=f"client-{number}",
        session_type=random.choice(TYPES),
        entered_at=NOW - random.randint(0, 100 * 24) * HOUR,
        channel=random.choice((*Channel,)),
        duration_minutes=random.choice((None, 45, 50, 60)),
        modality=random.choice((None, None, *Modality)),
        clinician=random.choice(clinicians) if random.random() < 0.3 else None,
        specialties=frozenset(random.sample(SPECIALTIES, random.choice((0, 0, 1)))),
        weekdays=frozenset(random.sample(range(1, 6), random.randint(2, 5))),
        hour_from=first,
        hour_to=first + random.randint(3, 7),
        urgency=random.choice((*Urgency,)),
        instead_of=f"later-{number}" if instead else None,
        instead_at=instead,
        sees=random.choice(clinicians) if random.random() < 0.6 else None,
        cadence_days=random.choice((None, None, None, 7, 28)),
        visits=visits,
        cover=cover if random.random() < 0.7 else (),
        state=random.choice(STATES),
    )


def _clinician(random: Random, name: str) -> ClinicianProfile:
    return ClinicianProfile(name, "psychologist", frozenset(random.sample(SPECIALTIES, 4)), frozenset(random.sample(STATES, 2)))


def _history(random: Random, number: int) -> OfferHistory:
    last = NOW - random.randint(0, 60) * DAY
    return OfferHistory(f"client-{number}", random.randint(1, 5), last, last if random.random() < 0.1 else None)
