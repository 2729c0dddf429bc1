"""The event log of a world: what the practice wrote down, and when. Dirt comes later, in dirt.py."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from hsched_sandbox.columns import Columns, Flags, Ints
from hsched_sandbox.drifts import DriftKind, of_kind
from hsched_sandbox.reminders import Reminder
from hsched_sandbox.timeline import DAY, HOUR, MINUTE, Timeline
from hsched_sandbox.world import End, Visits, World

GO_LIVE = 7 * HOUR  # the caseload of the first day is typed in that morning
TYPING = 30 * MINUTE
NO_SHOW_AFTER = 15 * MINUTE
BOOKED_WITHIN = 15 * MINUTE


class Happening(IntEnum):
    """What an event says."""

    BOOKED = 0
    CONFIRMED = 1
    MOVED = 2
    CORRECTED = 3
    CANCELLED = 4
    ATTENDED = 5
    NO_SHOW = 6


@dataclass(frozen=True)
class Events(Columns):
    """One row for each recorded event, before it becomes text."""

    number: Ints  # what the event id is made of
    visit: Ints
    what: Ints
    by_client: Flags
    by_clinic: Flags
    late: Flags
    at: Ints
    recorded: Ints
    zone_lost: Flags  # the start was exported as if wall time were UTC
    breach: Ints  # dirt.Breach: 0 for a sound row
    repeated: Ints  # dirt.Repeat: 0 for a row sent once


def write_down(world: World, rng: np.random.Generator) -> Events:
    """Every event of every visit that was recorded while the export ran."""
    visits, timeline = world.visits, world.timeline
    parts = [_booked(visits, rng), _confirmed(world, rng), _called_off(world, rng), _attended(visits, rng), _no_show(visits, rng)]
    events = _gone_live(Events.joined(parts), timeline, rng)
    return events.take(events.recorded < timeline.shuts)


def plain(visit: Ints, what: Happening, at: Ints, recorded: Ints) -> Events:
    """Events without anything special about them."""
    no = np.zeros(len(visit), dtype=bool)
    kind = np.full(len(visit), int(what))
    none = np.zeros(len(visit), dtype=np.int64)
    return Events(none, visit, kind, no, no, no, at, recorded, no, none, none)


def _booked(visits: Visits, rng: np.random.Generator) -> Events:
    recorded = visits.booked + rng.integers(MINUTE, BOOKED_WITHIN, len(visits))
    return plain(visits.number, Happening.BOOKED, visits.booked, recorded)


def _confirmed(world: World, rng: np.random.Generator) -> Events:
    """Answers to a reminder. Who answers is chance here: a confirmation carries no signal."""
    visits, answered = world.visits, world.parameters.reminders.answered
    at = visits.reminded + answer_delay(len(visits), rng)
    standing = (visits.closed == 0) | (visits.closed > at)
    said_yes = standing & (visits.reminder > Reminder.NONE) & (at < visits.start) & (rng.random(len(visits)) < answered)
    at = at[said_yes]
    return plain(visits.number[said_yes], Happening.CONFIRMED, at, at + rng.integers(1, 2 * MINUTE, len(at)))


def answer_delay(count: int, rng: np.random.Generator) -> Ints:
    """Log-normal, half of the answers within 25 minutes."""
    minutes = np.exp(rng.normal(np.log(25), 1.3, count))
    delay: Ints = np.clip(minutes * MINUTE, MINUTE, DAY).astype(np.int64)
    return delay


def _called_off(world: World, rng: np.random.Generator) -> Events:
    visits = world.visits
    gone = visits.take(visits.closed > 0)
    quick = rng.integers(0, 20 * MINUTE, len(gone))
    voicemail = rng.integers(HOUR, 10 * HOUR, len(gone))
    recorded = gone.closed + np.where(rng.random(len(gone)) < 0.8, quick, voicemail)
    recorded = np.maximum(recorded, gone.booked + BOOKED_WITHIN)
    events = plain(gone.number, Happening.CANCELLED, gone.closed, recorded)
    remapped = _remapped(gone, world, rng)
    return events.having(
        what=np.where(gone.moved, Happening.MOVED, Happening.CANCELLED).astype(np.int64),
        by_client=~(gone.by_clinic | remapped),
        by_clinic=gone.by_clinic | remapped,
        late=(gone.end == End.LATE_CANCEL) & ~remapped,
    )


def _remapped(gone: Visits, world: World, rng: np.random.Generator) -> Flags:
    """Late cancels that an EHR's new status codes show as the office's own, from the day of a `status-remap` drift on."""
    remapped = np.zeros(len(gone), dtype=bool)
    for drift in of_kind(world.parameters.drifts, DriftKind.STATUS_REMAP):
        since = gone.day >= world.timeline.index(drift.on)
        remapped |= since & (gone.end == End.LATE_CANCEL) & (rng.random(len(gone)) < drift.size)
    return remapped


def _attended(visits: Visits, rng: np.random.Generator) -> Events:
    came = visits.take(visits.end == End.ATTENDED)
    at = came.start + HOUR
    return plain(came.number, Happening.ATTENDED, at, at + note_delay(len(came), rng))


def _no_show(visits: Visits, rng: np.random.Generator) -> Events:
    absent = visits.take(visits.end == End.NO_SHOW)
    at = absent.start + NO_SHOW_AFTER
    return plain(absent.number, Happening.NO_SHOW, at, at + note_delay(len(absent), rng))


def note_delay(count: int, rng: np.random.Generator) -> Ints:
    """Notes are closed the same day mostly, else within days."""
    kind = rng.random(count)
    same_day = rng.integers(MINUTE, 4 * HOUR, count)
    next_days = rng.integers(12 * HOUR, 48 * HOUR, count)
    that_week = rng.integers(2 * DAY, 7 * DAY, count)
    return np.where(kind < 0.74, same_day, np.where(kind < 0.94, next_days, that_week))


def _gone_live(events: Events, timeline: Timeline, rng: np.random.Generator) -> Events:
    """What happened before the first day is typed in that morning, bookings first."""
    live = timeline.opens + GO_LIVE
    typed = live + rng.integers(0, TYPING, len(events)) - TYPING * (events.what == Happening.BOOKED)
    return events.having(recorded=np.where(events.recorded < live, np.maximum(typed, events.at), events.recorded))
