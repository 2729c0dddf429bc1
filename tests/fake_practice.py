"""A small practice for tests of the Dagster host: an EHR in memory, everything else real, in a temporary home."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.settings import Paths, Practice, Settings, Source, save_practice
from hsched_core.domain.contracts import TABLES
from hsched_core.domain.time import days_between
from hsched_core.ports import Extract, Rejected

ZONE = "America/New_York"
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 15)  # over the night of 8 March, which has 23 hours
CLOSED = date(2026, 3, 7)  # nothing is recorded on that day
NAMES = (("Ottoline", "Quackenbush"), ("Thelonius", "Featherstone"), ("Peregrine", "Abernathy"))


@dataclass
class FakeEhr:
    """`EhrSource` from rows by table and day; `rejected` rows come with the appointments of their day."""

    rows: dict[tuple[str, date], list[dict[str, Any]]] = field(default_factory=dict)
    rejected: dict[date, list[Rejected]] = field(default_factory=dict)
    fails_with: Exception | None = None

    def span(self) -> tuple[date, date | None]:
        return FIRST, LAST

    def changes(self, table: str, day: date) -> Extract:
        if self.fails_with:
            raise self.fails_with
        rejected = self.rejected.get(day, []) if table == "appointments" else []
        return Extract(table, day, self.rows.get((table, day), []), rejected)


def settings_in(home: Path, first: date = FIRST, last: date = LAST) -> Settings:
    """Settings of a practice with a known end, so that its days do not depend on today."""
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    save_practice(Paths(home), Practice("fake", "Fake practice", ZONE, "US", source, first, last))
    return Settings(Paths(home), f"sqlite:///{home / 'mlflow.db'}", today=last + timedelta(days=1))


def fake_ehr(first: date = FIRST, last: date = LAST, a_day: int = 4) -> FakeEhr:
    """Bookings, and outcomes three days later, for three clients and two clinicians."""
    ehr = FakeEhr()
    zone = ZoneInfo(ZONE)
    for day in days_between(first, last):
        recorded = datetime.combine(day, time(9, 30), tzinfo=zone)
        if day == first:
            ehr.rows["clients", day] = [client(number, recorded) for number in range(len(NAMES))]
            ehr.rows["clinicians", day] = [clinician(number, recorded) for number in range(2)]
        if day != CLOSED:
            ehr.rows["appointments", day] = [event(day, number, recorded) for number in range(a_day)]
    return ehr


def opened_with(ehr: FakeEhr) -> Any:
    """What `build_defs` takes to open the practice: the fake EHR, the real zone and vault."""

    def opened(settings: Settings) -> OpenPractice:
        return open_practice(settings, ehr=ehr)

    return opened


def event(day: date, number: int, recorded: datetime) -> dict[str, Any]:
    """A booking in the morning of a visit three days ahead."""
    starts = datetime.combine(day + timedelta(days=3), time(9 + number % 8), tzinfo=ZoneInfo(ZONE))
    return row(
        "appointments",
        event_id=f"EV-{day:%Y%m%d}-{number}",
        appointment_id=f"APPT-{day:%Y%m%d}-{number}",
        client_id=f"CLIENT-{number % len(NAMES):04}",
        clinician_id=f"CLIN-{number % 2:04}",
        event_type="booked",
        event_at=recorded - timedelta(minutes=number % 60),
        recorded_at=recorded,
        starts_on=starts.date(),
        starts_at=starts,
        duration_minutes=50,
        session_type="individual",
        modality="video" if number % 2 else "in_person",
        site="Elm Street",
        reason=f"{NAMES[number % len(NAMES)][0]} asked for an earlier time",
    )


def client(number: int, recorded: datetime) -> dict[str, Any]:
    given, family = NAMES[number]
    return row(
        "clients",
        client_id=f"CLIENT-{number:04}",
        recorded_at=recorded,
        given_name=given,
        family_name=family,
        birth_date=date(1950 + number * 10, 5, 17),
        gender="female",
        language="en",
        email=f"{given}.{family}@example.org".lower(),
        phone=f"(212) 555-01{number:02}",
        street="12 Elderberry Lane",
        city="Nyack",
        postal_code="10960",
        member_id=f"MBR{number:07}X",
        payer_class="commercial",
    )


def clinician(number: int, recorded: datetime) -> dict[str, Any]:
    return row(
        "clinicians",
        clinician_id=f"CLIN-{number:04}",
        recorded_at=recorded,
        given_name="Wilhelmina",
        family_name=f"Ravensworth{number}",
        npi=f"19876543{number:02}",
        discipline="therapist",
        licence_state="NY",
        site="Elm Street",
    )


def row(table: str, **known: Any) -> dict[str, Any]:
    """A contract row with every column, empty where nothing is known."""
    unknown: Mapping[str, Any] = dict.fromkeys(TABLES[table].columns)
    return {**unknown, **known}
