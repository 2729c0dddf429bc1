"""A seeded practice at its messiest: moves, corrections, late recordings, corrected statuses, over both clock changes of 2026."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.attendance_log import ZONE, Row, _row

FIRST, DAYS = date(2026, 2, 16), 38  # 8 March has 23 hours
AUTUMN = date(2026, 10, 19)  # 1 November has 25
OUTCOMES = ("attended",) * 6 + ("no_show",) * 2 + ("late", "early", "clinic")
MODALITIES = ("in_person", "video", "phone", None)


@dataclass
class World:
    """Rows by table, filled by `make`."""

    rng: random.Random
    appointments: list[Row] = field(default_factory=list)
    clients: list[Row] = field(default_factory=list)
    communications: list[Row] = field(default_factory=list)
    made: int = 0

    @property
    def log(self) -> dict[str, list[Row]]:
        return {"appointments": self.appointments, "clients": self.clients, "communications": self.communications}


def make(seed: int, *, clients: int = 24, first: date = FIRST) -> World:
    """The whole world of a seed."""
    world = World(random.Random(seed))
    for number in range(clients):
        _client(world, f"client{number:02}", first)
    return world


def _client(world: World, token: str, first: date) -> None:
    rng = world.rng
    for change in range(rng.randint(1, 3)):
        recorded = _instant(first, 9) + timedelta(hours=rng.randint(0, 24 * DAYS) if change else -24 * 20)
        known = {"age_years": rng.randint(6, 90), "gender": rng.choice(("female", "male")), "has_welfare": rng.random() < 0.2}
        world.clients.append(_row("clients", client_token=token, recorded_at=recorded, **known))
    if rng.random() < 0.6:
        _series(world, token, first)
    for _ in range(rng.randint(2, 7)):
        booked = _instant(first + timedelta(days=rng.randint(0, DAYS - 6)), rng.randint(8, 17), rng.randint(0, 59))
        ahead = rng.choice((0, 0, 1, 2, 4, 8, 15))
        start = max(_instant(booked.astimezone(ZONE).date() + timedelta(days=ahead), rng.randint(8, 18)), booked)
        _appointment(world, token, booked, start)


def _series(world: World, token: str, first: date) -> None:
    rng = world.rng
    day, hour, every = first + timedelta(days=rng.randint(1, 7)), rng.randint(8, 18), rng.choice((7, 14))
    booked = _instant(day, 8) - timedelta(days=2)
    while (day - first).days < DAYS:
        known = {"series_token": f"series-{token}", "series_interval_days": every}
        _appointment(world, token, booked, _instant(day, hour), known)
        day += timedelta(days=every)


def _appointment(world: World, client: str, booked: datetime, start: datetime, known: dict[str, Any] | None = None) -> None:
    """Booked; perhaps corrected, moved; then an outcome, perhaps recorded late, repeated or put right later."""
    rng = world.rng
    token = f"appt{world.made:03}"
    world.made += 1
    hour_known = rng.random() < 0.85
    now: dict[str, Any] = {"client_token": client, "clinician_token": rng.choice(("kim", "lee", None)), "duration_minutes": 50,
        "session_type": rng.choice(("intake", "individual", "medication")), "modality": rng.choice(MODALITIES),
        "site_token": rng.choice(("elm", "oak")), **(known or {})}  # fmt: skip

    def say(kind: str, when: datetime, delay: timedelta = timedelta(0), by: str = "client", **change: Any) -> None:
        now.update(change)
        day = start.astimezone(ZONE).date()
        stamps = {"event_at": when, "recorded_at": when + delay, "starts_on": day, "starts_at": start if hour_known else None}
        row = _row("appointments", appointment_token=token, event_type=kind, event_by=by, **stamps, **now)
        world.appointments.append(row)
        if rng.random() < 0.08:  # sent again, as it stood then
            world.appointments.append({**row, "recorded_at": row["recorded_at"] + timedelta(hours=rng.randint(0, 60))})

    _reminders(world, token, client, booked, start)
    say("booked", booked, _delay(rng, 0.25, 20))
    if rng.random() < 0.15 and start - booked > timedelta(hours=4):
        say("confirmed", booked + (start - booked) * rng.random())
    if rng.random() < 0.15:
        start += timedelta(hours=rng.choice((-25, -1, 1, 2, 26)))
        say("corrected", booked + timedelta(hours=1), _delay(rng, 0.9, 90), **rng.choice(({}, {"clinician_token": "lee"})))
    if rng.random() < 0.1 and start - booked > timedelta(days=1):
        say("corrected", booked + (start - booked) * rng.random(), modality="phone", clinician_token=rng.choice(("kim", "lee")))
    if rng.random() < 0.15 and start - booked > timedelta(hours=6):
        moved = booked + (start - booked) * rng.random()
        start += timedelta(hours=rng.choice((3, 24, 49, 168)))
        say("moved", moved, _delay(rng, 0.3, 5), rng.choice(("client", "clinic")))
    elif rng.random() < 0.1 and start - booked > timedelta(hours=6):
        moved = booked + (start - booked) * rng.random()
        say("moved", moved, _delay(rng, 0.3, 5), rng.choice(("client", "clinic")))
        attributes = {**(known or {}), "replaces_appointment_token": token}
        return _appointment(world, client, moved, start + timedelta(hours=rng.choice((24, 48, 170))), attributes)
    _ending(rng, say, booked, start)
    return None


def _reminders(world: World, appointment: str, client: str, booked: datetime, start: datetime) -> None:
    """Sent or withheld; perhaps recorded late, answered, found not to have gone out, repeated."""
    rng = world.rng
    for number in range(rng.choice((0, 0, 1, 1, 2))):
        sent = booked + (start - booked) * rng.random()
        recorded = sent + _delay(rng, 0.4, 60)
        token = f"{appointment}-m{number}"
        known = {"communication_token": token, "appointment_token": appointment, "client_token": client, "sent_at": sent}
        told = {"channel": rng.choice(("text", "call", "email")), "status": rng.choice(("completed", "completed", "not-done"))}
        world.communications.append(_row("communications", **known, **told, recorded_at=recorded))
        if rng.random() < 0.2:
            change = rng.choice(({"answered_at": recorded}, {"status": "not-done"}, {"channel": "call"}))
            later = recorded + timedelta(hours=rng.randint(0, 50))
            world.communications.append(_row("communications", **{**known, **told, **change}, recorded_at=later))


def _ending(rng: random.Random, say: Any, booked: datetime, start: datetime) -> None:
    outcome = rng.choice(OUTCOMES)
    end = start + timedelta(minutes=50)
    span = max(start - booked, timedelta(minutes=1))
    if outcome in ("attended", "no_show"):
        say(outcome, end, _delay(rng, 0.5, 90))
    elif outcome == "clinic":
        say("cancelled", start - span * rng.random(), _delay(rng, 0.3, 30), "clinic")
    else:
        notice = timedelta(hours=rng.uniform(0, 23) if outcome == "late" else rng.uniform(25, 90))
        say("cancelled", max(start - notice, booked), _delay(rng, 0.3, 30))
    if rng.random() < 0.15:  # put right later, and sometimes back again
        for number in range(rng.choice((1, 1, 2))):
            right = ("attended", "no_show")[(outcome == "attended") ^ (number == 1)]
            say(right, end, timedelta(hours=100 + 40 * number + rng.randint(0, 30)))
    if rng.random() < 0.05:  # the hour was wrong, found out after the visit
        say("corrected", end + timedelta(hours=30), modality="video")


def _delay(rng: random.Random, share: float, hours: int) -> timedelta:
    return timedelta(minutes=rng.randint(1, hours * 60)) if rng.random() < share else timedelta(0)


def _instant(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE).astimezone(UTC)


def as_of(log: dict[str, list[Row]], instant: datetime) -> dict[str, list[Row]]:
    """Only what was recorded by then."""
    return {table: [row for row in rows if row["recorded_at"] <= instant] for table, rows in log.items()}


def rewritten_after(log: dict[str, list[Row]], instant: datetime, seed: int) -> dict[str, list[Row]]:
    """The same past and another future: all that was recorded later is altered, and more is added."""
    rng = random.Random(seed)
    known, later = as_of(log, instant), {table: [r for r in rows if r["recorded_at"] > instant] for table, rows in log.items()}
    invented = [_invented(row, instant, rng) for row in rng.sample(known["appointments"], min(40, len(known["appointments"])))]
    clients = [{**row, "age_years": 90 - row["age_years"], "has_welfare": not row["has_welfare"]} for row in later["clients"]]
    appointments = [_altered(row, rng) for row in later["appointments"]]
    communications = [{**row, "status": "completed", "channel": "call", "sent_at": row["sent_at"]} for row in later["communications"]]
    return {
        "appointments": known["appointments"] + appointments + invented,
        "clients": known["clients"] + clients,
        "communications": known["communications"] + communications,
    }


def _altered(row: Row, rng: random.Random) -> Row:
    """Outcomes turned round, attributes changed; booked at the same instants by the same people."""
    turned = {"attended": "no_show", "no_show": "attended", "cancelled": "attended"}.get(row["event_type"], row["event_type"])
    hours = timedelta(hours=rng.choice((-30, -2, 0, 3, 50)))
    start = row["starts_at"] + hours if row["starts_at"] else None
    day = start.astimezone(ZONE).date() if start else row["starts_on"]
    return {**row, "event_type": turned, "starts_at": start, "starts_on": day, "clinician_token": "lee", "session_type": "group"}


def _invented(row: Row, instant: datetime, rng: random.Random) -> Row:
    """A later recording about an appointment known by then: often of something that happened before."""
    kind = rng.choice(("attended", "no_show", "cancelled", "corrected", "moved"))
    hours = timedelta(hours=rng.choice((-49, -3, 2, 30)) if kind in ("corrected", "moved") else 0)
    start = row["starts_at"] + hours if row["starts_at"] else None
    day = start.astimezone(ZONE).date() if start else row["starts_on"]
    happened = row["event_at"] + timedelta(minutes=rng.randint(1, 300))
    stamps = {"event_at": happened, "recorded_at": max(happened, instant) + timedelta(minutes=rng.randint(1, 5000))}
    return {**row, "event_type": kind, "starts_at": start, "starts_on": day, "clinician_token": "kim", **stamps}


def instants(log: dict[str, list[Row]]) -> Iterator[datetime]:
    """A quarter, half and three quarters through the log."""
    recorded = sorted(row["recorded_at"] for row in log["appointments"])
    for share in (0.25, 0.5, 0.75):
        yield recorded[int(len(recorded) * share)]
