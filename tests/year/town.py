"""A sandbox practice's year, as both worlds find it: who is booked when, who waits, who would miss what, under one set of chances.

The sandbox (`hsched_sandbox`) makes people, visits, waitlist and every true chance. Nothing here changes them; its own reminders are off,
because each world sends its own. What a client did in the year before, under usual care, is drawn once for both.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from hsched_core.domain.contact import Channel, ConsentEvent, Purpose, SafeContact
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.domain.waiting import ClinicianProfile, Urgency, WaitingClient
from hsched_core.ports import KnownClient
from hsched_sandbox.appointment_sheet import durations
from hsched_sandbox.archetypes import parameters_of
from hsched_sandbox.columns import Flags, Floats, Ints
from hsched_sandbox.ehr.cast import Cast
from hsched_sandbox.ehr.records import Client, Clinician, Entry
from hsched_sandbox.ehr.script import script_of
from hsched_sandbox.kinds import Archetype
from hsched_sandbox.moments import closing
from hsched_sandbox.parameters import NO_EFFECT, Reminders
from hsched_sandbox.practice import simulate
from hsched_sandbox.world import Bookings, End, World
from hsched_sandbox.world import Session as Kind
from tests.year.draws import Draws

ZONE = "America/New_York"
TODAY = date(2026, 1, 5)  # a Monday: the first day of the year that is lived twice
TYPES = (*map(SessionType, ("intake", "individual", "couples", "family", "group", "medication")),)
MODALITIES = (*map(Modality, ("in_person", "video", "phone")),)
FLAGS = {"no_text": Channel.TEXT, "no_email": Channel.EMAIL, "no_portal": Channel.PORTAL, "no_call": Channel.CALL}
LATE_STREAM = 21


@dataclass(frozen=True)
class Setting:
    """Which year. `has_effect` false: reminders change nothing, and nobody accepts anything."""

    seed: int = 1
    clinicians: int = 8
    weeks: int = 52
    has_effect: bool = True
    longer_list: float = 4.0  # times the sandbox's waitlist: about as many offers an opening as published (2.8; 60,660 for 21,978)

    @property
    def reminders(self) -> Reminders:
        """What a text and a call change (sources: `hsched_sandbox.parameters.Reminders`)."""
        return Reminders() if self.has_effect else NO_EFFECT


@dataclass(frozen=True)
class Person:
    """A client as the EHR knows them."""

    known: KnownClient
    consents: tuple[ConsentEvent, ...]
    state: str | None
    language: str


@dataclass(frozen=True)
class Wait:
    """An entry of the waitlist: who, for how long, and the visit whose client and chances stand behind it."""

    entry: WaitingClient
    row: int
    until: datetime  # placed elsewhere, given up, or run out


class Town:
    """One practice, its year, and the truth about both. Rows are those of `world.visits`."""

    def __init__(self, setting: Setting, world: World | None = None) -> None:
        self.setting, self.draws = setting, Draws(setting.seed)
        self.world: World = world or _simulated(setting)
        self.zone = ZoneInfo(ZONE)
        self.begins = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=self.zone).astimezone(UTC)
        self.ends = (self.begins.astimezone(self.zone) + timedelta(weeks=setting.weeks)).astimezone(UTC)
        visits = self.world.visits
        self.start = [instant(one) for one in visits.start.tolist()]
        self.booked = [instant(one) for one in visits.booked.tolist()]
        self.closed = [instant(one) if one else None for one in visits.closed.tolist()]
        self.late = [instant(one) for one in self._late_moments().tolist()]
        self.sessions = self._sessions()

    # rows

    @cached_property
    def is_kept(self) -> Flags:
        """Visits that reach their last day, whose end depends on what is done for them."""
        kept: Flags = np.isin(self.world.visits.end, (End.ATTENDED, End.NO_SHOW, End.LATE_CANCEL))
        return kept

    @cached_property
    def is_lived(self) -> Flags:
        """Visits that either world books: not those that stand in for a late cancel, which the world may not have."""
        visits = self.world.visits
        source = np.maximum(visits.replaces, 0)
        instead_of_late = (visits.replaces >= 0) & self.is_kept[source]
        lived: Flags = ~instead_of_late & (visits.start >= self.begins.timestamp()) & (visits.start < self.ends.timestamp())
        return lived

    @cached_property
    def usual_unused(self) -> Flags:
        """Whether each visit goes unused under usual care: one text."""
        one_text = np.where(self.forgets, self.setting.reminders.text_forgetter, self.setting.reminders.text_ambivalent)
        chance = 1 / (1 + np.exp(-(self.world.visits.unreminded_logit + one_text)))
        unused: Flags = np.array([self.draws.number("visit", row, "unused") for row in range(len(chance))]) < chance
        return unused & self.is_kept

    @cached_property
    def forgets(self) -> Flags:
        """Whether the visit's client is a forgetter, whom reminders help."""
        forgets: Flags = self.world.clients.forgetter[self.world.visits.client]
        return forgets

    @cached_property
    def logit(self) -> list[float]:
        """Of an unused visit, had nobody reminded of it."""
        logits: list[float] = self.world.visits.unreminded_logit.tolist()
        return logits

    @cached_property
    def no_show_share(self) -> list[float]:
        shares: list[float] = self.world.visits.no_show_share.tolist()
        return shares

    @cached_property
    def taken_later(self) -> set[int]:
        """Visits whose hour the practice's own booking gives away after they were called off: moved visits, the next series."""
        visits, found = self.world.visits, set[int]()
        hours: dict[tuple[int, int], list[int]] = {}
        for row in np.flatnonzero(self.is_lived).tolist():
            hours.setdefault((int(visits.clinician[row]), int(visits.start[row])), []).append(row)
        for rows in hours.values():
            found.update(one for one in rows if any(visits.booked[other] > visits.booked[one] for other in rows if other != one))
        return found

    def _late_moments(self) -> Ints:
        """When each visit would be cancelled late, if it were: the sandbox's own distribution, drawn for every row."""
        visits, rng = self.world.visits, np.random.default_rng([self.setting.seed, LATE_STREAM])
        late = np.full(len(visits), int(End.LATE_CANCEL))
        nobody_sick = np.zeros(len(visits), dtype=bool)
        return closing(Bookings.of(visits), late, nobody_sick, self.world.parameters.chances, self.world.timeline, rng)

    def _sessions(self) -> list[Session]:
        visits = self.world.visits
        minutes = durations(visits, self.world.clinicians.duration).tolist()
        columns = zip(*(getattr(visits, name).tolist() for name in ("client", "clinician", "session", "channel")), strict=True)
        return [
            Session(client_of(client), clinician_of(clinician), self.start[row], int(minutes[row]), TYPES[kind], MODALITIES[channel])
            for row, (client, clinician, kind, channel) in enumerate(columns)
        ]

    # people

    def without_effect(self) -> "Town":
        """The same practice in a world in which reminders change nothing, and nobody accepts anything."""
        return Town(replace(self.setting, has_effect=False), self.world)

    @cached_property
    def _cast(self) -> Cast:
        return Cast(self._script)

    @cached_property
    def _script(self) -> Any:
        return script_of(self.world, self.setting.longer_list)

    @cached_property
    def people(self) -> dict[str, Person]:
        """Every client, with the consents, wishes, places and channels of the sandbox's EHR."""
        made = int((self.begins - timedelta(days=400)).timestamp())
        return {client_of(row): _person(self._cast.client(row, made)) for row in range(len(self.world.clients))}

    @cached_property
    def clinicians(self) -> tuple[ClinicianProfile, ...]:
        return tuple(_profile(row, one) for row, one in enumerate(self._cast.clinicians()))

    @cached_property
    def waits(self) -> list[Wait]:
        """Everybody who waits at some time of the year: for an earlier intake, an earlier session, or a way back into care."""
        entries, wishes = self._script.entries, self._script.wishes
        found = [self._wait(self._cast.entry(row), int(entries.visit[row]), int(entries.settled[row])) for row in range(len(entries))]
        found += [self._wait(self._cast.wish(row), int(wishes.visit[row]), int(wishes.until[row])) for row in range(len(wishes))]
        return [one for one in found if one.until > self.begins and one.entry.entered_at < self.ends]

    def _wait(self, entry: Entry, row: int, until: int) -> Wait:
        session = self.sessions[row]
        person = self.people[session.client]
        own = None if entry.provider_id is None else session.clinician
        waiting = WaitingClient(
            entry=f"e{int(entry.id.rpartition('-')[2]):031x}",
            client=session.client,
            session_type=SessionType({"INTAKE": "intake"}.get(entry.type, session.session_type)),
            entered_at=entry.entered_at,
            channel=person.known.preferred,
            modality=None if entry.modality is None else Modality(entry.modality),
            clinician=own,
            specialties=frozenset(entry.specialties),
            weekdays=frozenset(entry.weekdays),
            hour_from=entry.hour_from,
            hour_to=entry.hour_to,
            urgency=Urgency(entry.urgency),
            until=entry.until,
            instead_of=None if entry.instead_of is None else visit_of(row),
            instead_at=None if entry.instead_of is None else session.starts_at,
            state=person.state,
            zone=person.known.zone,
            safe=person.known.safe,
        )
        return Wait(waiting, row, instant(until))

    def group_of(self, client: str) -> dict[str, str]:
        """What the audit counts by. Nothing that decides reads it."""
        clients, row = self.world.clients, number(client)
        return {
            "race": "white" if int(clients.race[row]) == 0 else "not white",
            "language": "English" if int(clients.language[row]) == 0 else "not English",
            "disability": "disabled" if int(clients.disability[row]) else "not",
            "car": "no car" if bool(clients.no_car[row]) else "car",
            "payer": "Medicaid" if int(clients.payer[row]) == 1 else "others",
        }

    def chances_of(self, rows: Ints) -> Floats:
        """The chance of an unused visit without any reminder."""
        chance: Floats = 1 / (1 + np.exp(-self.world.visits.unreminded_logit[rows]))
        return chance

    def is_group(self, row: int) -> bool:
        return int(self.world.visits.session[row]) == Kind.GROUP


def _simulated(setting: Setting) -> World:
    parameters = parameters_of(Archetype.PRIVATE, clinicians=setting.clinicians, years=1)
    parameters = replace(parameters, days_after=7 * setting.weeks + 7, reminders=Reminders(sent=False), zone=ZONE)
    return simulate(parameters, seed=setting.seed, today=TODAY)


def instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def client_of(row: int) -> str:
    """A pseudonym as the vault's."""
    return f"c{row:031x}"


def clinician_of(row: int) -> str:
    return f"d{row:031x}"


def visit_of(row: int) -> str:
    return f"a{row:031x}"


def number(pseudonym: str) -> int:
    """The row behind a pseudonym of this town."""
    return int(pseudonym[1:], 16)


def _person(record: Client) -> Person:
    wishes = SafeContact(
        never=frozenset(FLAGS[one] for one in record.contact_flags if one in FLAGS),
        no_voicemail="no_voicemail" in record.contact_flags,
        is_minor=record.minor,
        reaches_guardian=record.contact_is_guardian,
        decides_alone=record.decides_alone,
    )
    client = client_of(int(record.id.rpartition("-")[2]))
    consents = tuple(
        ConsentEvent(one.given, one.at, Channel(one.channel) if one.channel else None, Purpose(one.purpose) if one.purpose else None)
        for one in record.consents
    )
    return Person(KnownClient(client, record.zone, Channel(record.preferred_channel), wishes), consents, record.state, record.language)


def _profile(row: int, record: Clinician) -> ClinicianProfile:
    states = frozenset(one.state for one in record.licences)
    return ClinicianProfile(clinician_of(row), record.discipline, frozenset(record.specialties), states, record.remote)
