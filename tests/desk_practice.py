"""A practice in the middle of its week, for tests of staff pages: a full calendar, scores, cancellations, who waits, what is asked."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.store.publishing import Publication, open_score_store
from hsched_core.domain.appointments import Notice, NoticeKind
from hsched_sandbox.ehr.records import Appointment, Client, Clinician, Consent, Entry, Hours, Licence, Status, Type
from hsched_sandbox.wordlists import FAMILY_HEADS, FAMILY_TAILS, FEMALE, MALE
from tests.sandbox_ehr import NOW, ZONE
from tests.service_world import ServiceWorld, service_world

MONDAY = date(2026, 3, 2)
TYPES = (Type.INDIVIDUAL, Type.INDIVIDUAL, Type.INDIVIDUAL, Type.INTAKE, Type.COUPLES, Type.MEDICATION)
WAYS = ("in_person", "in_person", "video", "phone")
HOURS = (9, 10, 11, 13, 14, 15, 16)
REMINDERS = {"is_on": True, "holdout_share": 0.0}
WAITING = 12
CANCELLED = 4  # visits of tomorrow that their clients cancel
Place = tuple[str, datetime]


@contextmanager
def desk_practice(
    folder: Path,
    clinicians: int = 4,
    clients: int = 90,
    weeks: int = 2,
    hours: Sequence[int] = HOURS,
    cancelled: int = CANCELLED,
    **more: Any,
) -> Iterator[ServiceWorld]:
    """The world, with the first proposals made."""
    with service_world(folder, reminders=REMINDERS, **more) as world:
        visits = fill(world, clinicians, clients, weeks, hours)
        publish(world.opened, visits)
        world.opened.take_over_consents()
        cancel(world, visits, cancelled)
        world.opened.waitlist.advance()
        world.opened.reminders.advance()
        yield world


def fill(world: ServiceWorld, clinicians: int, clients: int, weeks: int, at_hours: Sequence[int] = HOURS) -> list[Appointment]:
    """People, two weeks of visits and a waitlist in the EHR; the visits still to come."""
    chance, book = random.Random(20260304), world.ehr.book
    for one in list(book.every(Appointment)):
        book.place(replace(one, status=Status.CANCELLED))
    hours = tuple(Hours(day, "09:00", "17:00") for day in range(1, 6))
    licence = Licence("NY", date(2020, 1, 1), date(2030, 1, 1))
    for number in range(clinicians):
        given, family = _name(chance)
        made = Clinician(
            f"PRV-{number:04d}", given, family, "psychologist", ("anxiety",), (licence,), (), "NY", "Harborside", "NY", True, hours
        )
        book.place(made)
    consents = (Consent(True, NOW - timedelta(days=90)),)
    for number in range(clients):
        given, family = _name(chance)
        way = chance.choice(("text", "text", "email", "portal"))
        one = Client(
            f"PT-{number:06d}", given, family, chance.choice(("en", "en", "en", "es")), way, NOW, "America/New_York", "NY", consents
        )
        book.place(replace(one, phone=f"(212) 555-{number % 100:04d}", email=f"client{number}@example.org"))
    seen = clients - WAITING  # the others wait, and have no visit
    visits = [_visit(chance, number, place, seen) for number, place in enumerate(_places(clinicians, weeks, at_hours), start=100)]
    for one in visits:
        book.place(one)
    for number in range(WAITING):
        at = NOW - timedelta(days=3 * number + 1, hours=number)
        urgency = chance.choice(("routine", "routine", "soon", "urgent"))
        kind = chance.choice((Type.INDIVIDUAL, Type.INDIVIDUAL, Type.INTAKE))
        book.place(Entry(f"WL-{number:07d}", f"PT-{clients - 1 - number:06d}", kind, at, at, urgency=urgency))
    return [one for one in visits if one.status is Status.BOOKED]


def publish(opened: OpenPractice, visits: list[Appointment]) -> None:
    """Scores of the coming visits, as the daily run would publish them."""
    chance = random.Random(7)
    tokens = {
        kind: opened.vault.pseudonyms(kind, {getattr(one, name) for one in visits})
        for kind, name in (("appointment", "id"), ("client", "patient_id"), ("clinician", "provider_id"))
    }
    rows = []
    for one in visits:
        risk, token = round(min(0.62, max(0.03, chance.gauss(0.16, 0.12))), 4), tokens["appointment"][one.id]
        day = one.starts_at.astimezone(ZONE).date()
        rows.append(
            {
                **{
                    "booking_id": f"{token}-0",
                    "moment": "day_before",
                    "appointment_token": token,
                    "client_token": tokens["client"][one.patient_id],
                },
                **{"clinician_token": tokens["clinician"][one.provider_id], "starts_on": day, "starts_at": one.starts_at.astimezone(UTC)},
                **{
                    "days_ahead": (day - NOW.date()).days,
                    "probability": risk,
                    "probability_no_show": None,
                    "probability_late_cancel": None,
                },
                **{
                    "reasons": "Missed 2 of the last 5 visits\nBooked 34 days ahead" if risk > 0.25 else "",
                    "rank_in_day": 1,
                    "visits_in_day": 20,
                },
                **{"model_name": "no_show__day_before", "model_version": "3", "is_hindsight": False},
            }
        )
    store = open_score_store(opened.settings)
    store.publish(Publication(NOW.date(), NOW, 1, "0" * 64, rows, [], []))
    store.close()


def cancel(world: ServiceWorld, visits: list[Appointment], count: int = CANCELLED) -> list[str]:
    """Clients cancel some of tomorrow's visits, and the EHR tells us; the pseudonyms of those."""
    tomorrow = [one for one in visits if one.starts_at.astimezone(ZONE).date() == NOW.date() + timedelta(days=1)]
    gone = []
    for one in tomorrow[: count * 3 : 3]:
        world.ehr.book.place(replace(one, status=Status.CANCELLED, updated_at=NOW, version=2, cancel_reason="client_illness"))
        token = world.token("appointment", one.id)
        world.opened.waitlist.on_notice(Notice(NoticeKind.APPOINTMENT, token, NOW))
        gone.append(token)
    return gone


def _places(clinicians: int, weeks: int, at_hours: Sequence[int]) -> Iterator[Place]:
    for day in range(7 * weeks):
        on = MONDAY + timedelta(days=day)
        if on.weekday() < 5:
            for clinician in range(clinicians):
                for hour in at_hours:
                    yield f"PRV-{clinician:04d}", datetime.combine(on, time(hour), ZONE)


def _visit(chance: random.Random, number: int, place: Place, clients: int) -> Appointment:
    provider, at = place
    kind = chance.choice(TYPES)
    status = Status.BOOKED if at > NOW else chance.choice((Status.ATTENDED,) * 6 + (Status.NO_SHOW,))
    before = NOW - timedelta(days=20)
    way, minutes = chance.choice(WAYS), 30 if kind is Type.MEDICATION else 50
    return Appointment(
        f"APT-{number:07d}", f"PT-{number * 7 % clients:06d}", provider, at, minutes, kind, way, before, before, "Harborside", status
    )  # fmt: skip


def _name(chance: random.Random) -> tuple[str, str]:
    return chance.choice(FEMALE + MALE), chance.choice(FAMILY_HEADS) + chance.choice(FAMILY_TAILS)
