"""The people and appointments of a world as records of the EHR, under the ids of the practice's export.

What the export does not hold (zone, state, consents, licences, specialties, hours, preferred channel) is drawn from the seed.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from hsched_sandbox.appointment_sheet import appointment_ids, durations, patient_ids, provider_ids, site_names
from hsched_sandbox.columns import Flags, Ints
from hsched_sandbox.ehr.records import Appointment, Client, Clinician, Consent, Entry, Hours, Licence, Type
from hsched_sandbox.ehr.script import Script
from hsched_sandbox.ehr.wishes import DAYS, HOURS_OPEN, SPECIALTIES
from hsched_sandbox.export import EXPORT_STREAM
from hsched_sandbox.identities import Identities, identities
from hsched_sandbox.people import ADULT
from hsched_sandbox.record_sheets import LANGUAGES, STATE
from hsched_sandbox.timeline import DAY, HOUR
from hsched_sandbox.waitlist import AVAILABILITIES
from hsched_sandbox.world import World

RECORDS_STREAM = 8
WISH_NUMBERS = 5_000_000  # ids of wishes lie beyond those of the exported waitlist, which are numbers of visits
TYPES = (Type.INTAKE, Type.INDIVIDUAL, Type.COUPLES, Type.FAMILY, Type.GROUP, Type.MEDICATION)
MODALITIES = ("in_person", "video", "phone")
URGENCIES = ("routine", "soon", "urgent")
CHANNELS, CHANNEL_SHARES = ("text", "email", "portal", "call"), (0.58, 0.24, 0.14, 0.04)
PLACES: tuple[tuple[str | None, str | None], ...] = (
    ("NY", "America/New_York"),
    ("NJ", "America/New_York"),
    ("CT", "America/New_York"),
    ("PA", "America/New_York"),
    ("IL", "America/Chicago"),
    (None, None),
)
PLACE_SHARES = (0.9, 0.035, 0.025, 0.015, 0.01, 0.015)
CONSENTS = ("all", "no_offers", "stopped_texts", "book_me", "none")
CONSENT_SHARES = (0.74, 0.11, 0.07, 0.05, 0.03)
DISCIPLINES = ("psychologist", "social_worker", "counselor")
PRESCRIBER = "psychiatrist"
RECENTLY = 90 * DAY
REMOTE = 0.88
# Of clients who wish not to be reached so, and of minors whose guardian's address nobody wrote down: one in so many.
NO_TEXT_EVERY, NO_VOICEMAIL_EVERY, NO_GUARDIAN_EVERY = 41, 23, 19


@dataclass(frozen=True)
class _Draws:
    """What the records need and the world does not hold, one row a client."""

    channel: Ints
    place: Ints
    consent: Ints


class Cast:
    """Makes records of a script's rows."""

    def __init__(self, script: Script) -> None:
        self._script, self._world = script, script.world
        world = self._world
        self._patients: list[str] = patient_ids(np.arange(len(world.clients))).to_pylist()
        self._providers: list[str] = provider_ids(np.arange(len(world.clinicians))).to_pylist()
        self._visits: list[str] = appointment_ids(world.visits.number).to_pylist()
        self._minutes = durations(world.visits, world.clinicians.duration)
        self._sites: list[str] = site_names(world.clinicians.site).tolist()
        self._people, self._staff = _names(world)
        self._draws = _draws(world)

    def clinicians(self) -> list[Clinician]:
        """Everybody who sees clients."""
        rng = np.random.default_rng([self._world.seed, RECORDS_STREAM, 1])
        return [self._clinician(row, rng) for row in range(len(self._world.clinicians))]

    def client(self, row: int, at: int) -> Client:
        """A client's record as it is made."""
        draws, people = self._draws, self._people
        state, zone = PLACES[draws.place[row]]
        made = _instant(at)
        return Client(
            id=self._patients[row],
            given_name=str(people.given[row]),
            family_name=str(people.family[row]),
            language=str(LANGUAGES[self._world.clients.language[row]]),
            preferred_channel=CHANNELS[draws.channel[row]],
            updated_at=made,
            zone=zone,
            state=state,
            consents=_consents(CONSENTS[draws.consent[row]], made),
            phone=str(people.phone[row]),
            email=str(people.email[row]),
            contact_flags=_wishes(row),
            minor=(is_minor := int(self._world.clients.age[row]) < ADULT),
            contact_is_guardian=is_minor and row % NO_GUARDIAN_EVERY != 0,
        )

    def appointment(self, row: int, at: int) -> Appointment:
        """A visit as it was booked."""
        visits = self._world.visits
        clinician = int(visits.clinician[row])
        return Appointment(
            id=self._visits[row],
            patient_id=self._patients[visits.client[row]],
            provider_id=self._providers[clinician],
            starts_at=_instant(int(visits.start[row])),
            duration=int(self._minutes[row]),
            type=TYPES[visits.session[row]],
            modality=MODALITIES[visits.channel[row]],
            created_at=_instant(at),
            updated_at=_instant(at),
            site=self._sites[clinician],
        )

    def appointment_id(self, row: int) -> str:
        return self._visits[row]

    def entry(self, row: int) -> Entry:
        """An entry of the exported waitlist: an earlier intake is wished for."""
        waiting = self._script.entries
        entered = _instant(int(waiting.entered[row]))
        return Entry(
            id=self.entry_id(row),
            patient_id=self._patients[waiting.client[row]],
            type=Type.INTAKE,
            entered_at=entered,
            updated_at=entered,
            modality=MODALITIES[waiting.channel[row]],
            provider_id=None if waiting.any_clinician[row] else self._providers[waiting.clinician[row]],
            weekdays=tuple(int(day) for day in AVAILABILITIES[waiting.availability[row]].split("|")),
            hour_from=int(waiting.from_hour[row]),
            hour_to=int(waiting.to_hour[row]),
            instead_of=self._visits[waiting.visit[row]],
        )

    def entry_id(self, row: int) -> str:
        return f"WL-{self._script.entries.visit[row]:07d}"

    def wish(self, row: int) -> Entry:
        """An entry that only the live practice has."""
        wished = self._script.wishes
        entered = _instant(int(wished.entered[row]))
        specialty = int(wished.specialty[row])
        hour_from, hour_to = HOURS_OPEN[wished.hours[row]]
        return Entry(
            id=self.wish_id(row),
            patient_id=self._patients[wished.client[row]],
            type=TYPES[wished.session[row]],
            entered_at=entered,
            updated_at=entered,
            modality=MODALITIES[wished.channel[row]] if wished.same_modality[row] else None,
            provider_id=self._providers[wished.clinician[row]] if wished.same_clinician[row] else None,
            specialties=(SPECIALTIES[specialty],) if specialty >= 0 else (),
            weekdays=DAYS[wished.days[row]],
            hour_from=hour_from,
            hour_to=hour_to,
            urgency=URGENCIES[wished.urgency[row]],
            until=_instant(int(wished.until[row])),
            instead_of=self._visits[wished.visit[row]] if wished.gives_up[row] else None,
        )

    def wish_id(self, row: int) -> str:
        return f"WL-{WISH_NUMBERS + row:07d}"

    def _clinician(self, row: int, rng: np.random.Generator) -> Clinician:
        prescribes = bool(self._world.clinicians.prescriber[row])
        discipline = PRESCRIBER if prescribes else DISCIPLINES[rng.integers(0, len(DISCIPLINES))]
        picked = rng.choice(len(SPECIALTIES), int(rng.integers(2, 6)), replace=False)
        return Clinician(
            id=self._providers[row],
            given_name=str(self._staff.given[row]),
            family_name=str(self._staff.family[row]),
            discipline=discipline,
            specialties=tuple(SPECIALTIES[one] for one in sorted(picked.tolist())),
            licences=_licences(self._world.timeline.today, rng),
            authorities=("psypact",) if discipline == "psychologist" and rng.random() < 0.5 else (),
            home_state=STATE,
            site=self._sites[row],
            site_state=STATE,
            remote=bool(rng.random() < REMOTE),
            hours=self._hours(row),
        )

    def _hours(self, row: int) -> tuple[Hours, ...]:
        """From the first to the end of the last hour they saw somebody at, on each weekday of the last months before today."""
        visits, timeline = self._world.visits, self._world.timeline
        now = timeline.midnight(timeline.today)
        mine: Flags = (visits.clinician == row) & (visits.start > now - RECENTLY) & (visits.start < now + RECENTLY)
        days, hours = visits.day[mine] % 7, visits.hour[mine]
        found = [(day, hours[days == day]) for day in range(7) if (days == day).any()]
        return tuple(Hours(day + 1, f"{at.min():02d}:00", f"{at.max() + 1:02d}:00") for day, at in found)


def _names(world: World) -> tuple[Identities, Identities]:
    """Clients and clinicians under the names of the export: its first two draws."""
    rng = np.random.default_rng([world.seed, world.timeline.today.toordinal(), EXPORT_STREAM])
    clients = identities(world.clients.payer, rng)
    return clients, identities(np.zeros(len(world.clinicians), dtype=np.int64), rng)


def _draws(world: World) -> _Draws:
    rng = np.random.default_rng([world.seed, world.timeline.today.toordinal(), RECORDS_STREAM])
    count = len(world.clients)
    channel = rng.choice(len(CHANNELS), count, p=CHANNEL_SHARES)
    place = rng.choice(len(PLACES), count, p=PLACE_SHARES)
    return _Draws(channel, place, rng.choice(len(CONSENTS), count, p=CONSENT_SHARES))


def _wishes(row: int) -> tuple[str, ...]:
    """Safe-contact flags. Not drawn: a new draw would change every record after it."""
    every = (("no_text", NO_TEXT_EVERY), ("no_voicemail", NO_VOICEMAIL_EVERY))
    return tuple(flag for flag, one_in in every if row % one_in == one_in - 1)


def _consents(kind: str, made: datetime) -> tuple[Consent, ...]:
    """The consent form's answers at registration, and what was said an hour later."""
    later = made + timedelta(seconds=HOUR)
    return {
        "all": (Consent(True, made),),
        "no_offers": (Consent(True, made), Consent(False, later, purpose="offer")),
        "stopped_texts": (Consent(True, made), Consent(False, later, channel="text")),
        "book_me": (Consent(True, made), Consent(True, made, purpose="book_me")),
        "none": (),
    }[kind]


def _licences(today: date, rng: np.random.Generator) -> tuple[Licence, ...]:
    """The home state's, sometimes soon to be renewed, and for some a neighbour's."""
    begins, ends = today - timedelta(days=int(rng.integers(400, 4000))), today + timedelta(days=int(rng.integers(20, 900)))
    neighbours = [state for state in ("CT", "NJ") if rng.random() < 0.25]
    return tuple(Licence(state, begins, ends) for state in (STATE, *neighbours))


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
