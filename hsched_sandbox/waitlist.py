"""Clients who wait for an earlier intake, and what they wish for. Always the same for the same world, whoever asks: export and offers."""

from dataclasses import dataclass

import numpy as np

from hsched_sandbox.columns import Columns, Flags, Ints
from hsched_sandbox.timeline import DAY, HOUR, MINUTE
from hsched_sandbox.world import End, Session, World

WAITLIST_STREAM = 5
WAITING = 0.35  # of intakes with a long lead
LONG_LEAD = 10 * DAY
FEW = 0.25  # of waiting clients who give up
AVAILABILITIES = ("1|2|3|4|5", "1|3|5", "2|4", "1|2", "4|5", "3", "5")
EARLIEST_HOUR = (8, 13)
HOURS_FREE = (3, 7)


@dataclass(frozen=True)
class Entries(Columns):
    """One row for each client on the waitlist. Instants in UTC seconds."""

    visit: Ints  # the intake they wait to have earlier
    client: Ints
    clinician: Ints
    any_clinician: Flags
    channel: Ints
    availability: Ints  # of AVAILABILITIES
    from_hour: Ints
    to_hour: Ints
    entered: Ints
    settled: Ints  # when they were placed or gave up
    gave_up: Flags

    def can_come(self, weekday: Ints, hour: Ints) -> Flags:
        """Whether each may come on a weekday (Monday is 0) at an hour."""
        days = np.array([[str(day + 1) in words.split("|") for day in range(7)] for words in AVAILABILITIES])
        flags: Flags = days[self.availability, weekday] & (hour >= self.from_hour) & (hour < self.to_hour)
        return flags


def entries(world: World) -> Entries:
    """Who asked for an earlier intake."""
    rng = np.random.default_rng([world.seed, world.timeline.today.toordinal(), WAITLIST_STREAM])
    visits, timeline = world.visits, world.timeline
    asked = (visits.session == Session.INTAKE) & (visits.start - visits.booked > LONG_LEAD) & (visits.booked > timeline.opens)
    waiting = visits.take(asked & (rng.random(len(visits)) < WAITING))
    count = len(waiting)
    hour = rng.integers(*EARLIEST_HOUR, count)
    return Entries(
        visit=waiting.number,
        client=waiting.client,
        clinician=waiting.clinician,
        any_clinician=rng.integers(0, 2, count) == 0,
        channel=waiting.channel,
        availability=rng.integers(0, len(AVAILABILITIES), count),
        from_hour=hour,
        to_hour=hour + rng.integers(*HOURS_FREE, count),
        entered=waiting.booked + rng.integers(15 * MINUTE, HOUR, count),
        settled=waiting.start - rng.integers(HOUR, 4 * DAY, count),
        gave_up=(rng.random(count) < FEW) | (waiting.end != End.ATTENDED),
    )
