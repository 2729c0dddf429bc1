"""What is counted in a world, from the truth: the EHR's log, what really left, the front desk's minutes. Never from our own books.

An opening is an hour of a single session that a client gave back more than two hours ahead, and that the practice itself had no use for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.contact import Purpose
from hsched_core.domain.vocabulary import SessionType
from tests.year.ehr import BLOCK, Line
from tests.year.life import Life, Sent

REFILLABLE, LATE = timedelta(hours=2), timedelta(days=1)
FILLERS = ("platform", "staff")
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True)
class Opening:
    """An hour that was given back; `filled_at` None: nobody took it."""

    appointment: str
    clinician: str
    starts_at: datetime
    opened_at: datetime
    filled_at: datetime | None = None
    filled_by: str = ""
    is_used: bool = False  # whoever took it came

    @property
    def notice(self) -> timedelta:
        return self.starts_at - self.opened_at


def openings(life: Life) -> list[Opening]:
    """Every opening, once for each time it was given back; one that was taken and given back again counts by its last taker."""
    found: dict[tuple[str, datetime], Opening] = {}
    takers = _takers(life)
    for line in life.ehr.log:
        one = life.ehr.appointments_by_id.get(line.appointment)
        if one is None or not _frees(life, line, one):
            continue
        session = one.session
        place = (session.clinician, session.starts_at)
        if place not in found:
            found[place] = _filled(Opening(one.id, *place, line.at), takers.get(place, []))
    return list(found.values())


def _takers(life: Life) -> dict[tuple[str, datetime], list[tuple[Line, Appointment]]]:
    found: dict[tuple[str, datetime], list[tuple[Line, Appointment]]] = defaultdict(list)
    for line in life.ehr.log:
        if line.by in FILLERS and line.what is AppointmentStatus.BOOKED:
            one = life.ehr.appointments_by_id[line.appointment]
            found[one.session.clinician, one.session.starts_at].append((line, one))
    return found


def _filled(opening: Opening, takers: list[tuple[Line, Appointment]]) -> Opening:
    """The hour is filled where somebody took it; used where the last of them came."""
    if not takers:
        return opening
    line = takers[0][0]
    used = any(one.status is AppointmentStatus.FULFILLED for _, one in takers)
    return Opening(opening.appointment, opening.clinician, opening.starts_at, opening.opened_at, line.at, line.by, used)


def _frees(life: Life, line: Line, one: Appointment) -> bool:
    session = one.session
    if line.what is not AppointmentStatus.CANCELLED or line.by not in ("client", *FILLERS) or session.client == BLOCK:
        return False
    if session.session_type is SessionType.GROUP or session.starts_at - line.at <= REFILLABLE or session.starts_at >= life.town.ends:
        return False
    there = life.ehr.bookings_over(session)
    return not any(other.session.client == BLOCK or _is_own(life, other, one) for other in there)


def _is_own(life: Life, other: Appointment, one: Appointment) -> bool:
    """Whether the practice's own booking took the hour."""
    same = other.session.clinician == one.session.clinician and other.id != one.id
    return same and other.id.startswith("a") and other.takes_time


def visits(life: Life) -> Counter[str]:
    """How every visit ended that was to take place in the year: booked, single or group, whoever booked it."""
    found: Counter[str] = Counter()
    for name, one in life.ehr.appointments_by_id.items():
        if one.session.client == BLOCK or one.session.starts_at >= life.town.ends:
            continue
        found["all"] += 1
        found[end_of(life, name)] += 1
    return found


def end_of(life: Life, name: str) -> str:
    """How a visit ended."""
    one = life.ehr.appointments_by_id[name]
    if one.status is AppointmentStatus.FULFILLED:
        return "attended"
    if one.status is AppointmentStatus.NO_SHOW:
        return "no-show"
    if one.status is AppointmentStatus.BOOKED:
        return "not over"
    line = life.ehr.cancelled[name]
    if line.by == "office":
        return "called off by the practice"
    if line.by in FILLERS:
        return "given up for an earlier one"
    return "cancelled late" if one.session.starts_at - line.at < LATE else "cancelled early"


def hours(life: Life) -> float:
    """Hours of clinicians that were used: a group's hour once."""
    used = {
        (one.session.clinician, one.session.starts_at): one.session.duration_minutes
        for one in life.ehr.appointments_by_id.values()
        if one.status is AppointmentStatus.FULFILLED
    }
    return sum(used.values()) / 60


def doubled(life: Life) -> list[tuple[str, str]]:
    """Pairs of appointments that took one person's time at once, where hsched or the front desk booked one of them."""
    found = []
    for name, one in life.ehr.appointments_by_id.items():
        if one.takes_time and name[0] in "f5":
            found += [(name, other.id) for other in life.ehr.bookings_over(one.session) if other.id != name]
    return found


def contacts(life: Life) -> dict[str, Any]:
    """The burden: messages and calls to a client in a month in which they had a visit or waited."""
    months = active_months(life)
    sent = [one for one in life.sent if one.client in life.town.people]
    weeks = Counter((one.client, (one.at - life.town.begins) // WEEK) for one in sent)
    active = sum(months.values())
    return {
        "contacts": len(sent),
        "per client-month": len(sent) / active,
        "most in a week": max(weeks.values(), default=0),
        "client-weeks with five": sum(count >= 5 for count in weeks.values()),
        "client-weeks with any": len(weeks),
    }


def active_months(life: Life) -> Counter[str]:
    """Months of each client with a visit on its way, or on the waitlist."""
    found: dict[str, set[int]] = defaultdict(set)
    for one in life.ehr.appointments_by_id.values():
        if one.session.client != BLOCK and one.session.starts_at < life.town.ends:
            found[one.session.client].add((one.session.starts_at - life.town.begins) // MONTH)
    for name, wait in life.waits.items():
        until = min(life.ehr.left_list.get(name, wait.until), life.town.ends)
        first = max(wait.entry.entered_at, life.town.begins)
        found[wait.entry.client].update(range((first - life.town.begins) // MONTH, (until - life.town.begins) // MONTH + 1))
    return Counter({client: len(months) for client, months in found.items()})


def waited_weeks(life: Life) -> dict[str, float]:
    """Weeks each client was on the list."""
    found: dict[str, float] = defaultdict(float)
    for name, wait in life.waits.items():
        until = min(life.ehr.left_list.get(name, wait.until), life.town.ends)
        found[wait.entry.client] += max(until - max(wait.entry.entered_at, life.town.begins), timedelta(0)) / WEEK
    return found


def time_to_fill(found: Iterable[Opening]) -> float:
    """Median hours from the moment at which an hour was given back to the booking."""
    spans = [(one.filled_at - one.opened_at) / timedelta(hours=1) for one in found if one.filled_at]
    return median(spans) if spans else float("nan")


def offers(life: Life) -> list[Sent]:
    """Every time an hour was offered to somebody, in writing or by phone."""
    return [one for one in life.sent if one.purpose is Purpose.OFFER and one.template in ("waitlist_offer", "call")]


def figures(life: Life) -> dict[str, float]:
    """A world's year, in the order of the report."""
    opened, ended, asked = openings(life), visits(life), offers(life)
    came = ended["attended"] + ended["no-show"] + ended["cancelled late"] + ended["cancelled early"]
    filled = [one for one in opened if one.filled_at]
    found: dict[str, float] = {
        "openings that could be filled": len(opened),
        "openings filled (%)": 100 * len(filled) / max(1, len(opened)),
        "openings filled and used (%)": 100 * sum(one.is_used for one in opened) / max(1, len(opened)),
        "median hours from opening to booking": time_to_fill(opened),
        "offers or calls an opening": len(asked) / max(1, len(opened)),
        "offers or calls a filled opening": len(asked) / max(1, len(filled)),
        "no-shows (%)": 100 * ended["no-show"] / came,
        "late cancellations (%)": 100 * ended["cancelled late"] / came,
        "early cancellations (%)": 100 * ended["cancelled early"] / came,
        "clinicians' hours used": hours(life),
    }
    burden = contacts(life)
    found["contacts a client-month"] = burden["per client-month"]
    found["client-weeks at the cap of five (%)"] = 100 * burden["client-weeks with five"] / max(1, burden["client-weeks with any"])
    found["staff minutes a working day"] = sum(life.office.minutes.values()) / working_days(life)
    return found


def by_week(life: Life) -> dict[str, list[float]]:
    """Counts of each week, by the day of the visit; two worlds' weeks are pairs."""
    weeks = life.town.setting.weeks
    found: dict[str, list[float]] = defaultdict(lambda: [0.0] * weeks)
    for name, one in life.ehr.appointments_by_id.items():
        if one.session.client != BLOCK and one.session.starts_at < life.town.ends:
            found[end_of(life, name)][_week(life, one.session.starts_at)] += 1
    for opening in openings(life):
        found["openings"][_week(life, opening.starts_at)] += 1
        found["filled"][_week(life, opening.starts_at)] += opening.filled_at is not None
    return dict(found)


def _week(life: Life, at: datetime) -> int:
    return min(max((at - life.town.begins) // WEEK, 0), life.town.setting.weeks - 1)


def working_days(life: Life) -> int:
    days = (life.town.ends - life.town.begins).days
    noons = (life.town.begins + timedelta(days=day, hours=12) for day in range(days))
    return sum(life.office.is_open(one) for one in noons)


def standby(life: Life) -> Counter[str]:
    """What became of visits about which somebody else heard that the time may become free."""
    found: Counter[str] = Counter()
    takers = {(line.appointment): one for lines in _takers(life).values() for line, one in lines}
    for sent in life.sent:
        if sent.template == "standby_offer":
            visit = life.ehr.appointments_by_id[sent.about]
            end = end_of(life, sent.about)
            found[end] += 1
            here = [one for one in takers.values() if (one.session.clinician, one.session.starts_at) == _place(visit)]
            found["the time was taken by who had heard of it"] += any(one.session.client == sent.client for one in here)
            found["the time was taken by somebody else"] += any(one.session.client != sent.client for one in here)
    return found


def _place(one: Appointment) -> tuple[str, datetime]:
    return one.session.clinician, one.session.starts_at
