"""Clients who wait for more than an earlier intake: an earlier hour than the one they have, another session, a way back into care.

The exports know only the intakes' waitlist (`hsched_sandbox.waitlist`); a live practice has these too. The same for the same world.
"""

from dataclasses import dataclass

import numpy as np

from hsched_sandbox.columns import Columns, Flags, Ints
from hsched_sandbox.timeline import DAY, HOUR
from hsched_sandbox.world import End, Session, Visits, World

WISHES_STREAM = 7
EARLIER = 0.033  # of visits booked long ahead
LONG_AHEAD = 5 * DAY
BACK = 0.15  # of clients whose care ended
BACK_AFTER = (10 * DAY, 150 * DAY)
PATIENCE = (10 * DAY, 35 * DAY)
LATEST_EARLIER = DAY  # before the visit they would give up
SPECIALTIES = ("anxiety", "depression", "trauma", "adolescents", "couples", "grief", "ocd", "adhd", "eating_disorders", "substance_use")
SPECIALTY_WISHED = 0.2
URGENCY_SHARES = (0.76, 0.19, 0.05)
DAYS = ((), (1, 2, 3, 4, 5), (1, 3, 5), (2, 4), (1, 2, 3), (4, 5))
DAY_SHARES = (0.35, 0.25, 0.12, 0.12, 0.08, 0.08)
HOURS_OPEN = ((0, 24), (8, 13), (12, 17), (15, 20))
HOUR_SHARES = (0.5, 0.2, 0.15, 0.15)
SOME_WISH = 0.35  # name a clinician; name a modality


@dataclass(frozen=True)
class Wishes(Columns):
    """One row for each wish. Instants in UTC seconds."""

    visit: Ints  # whose time they would give up (`gives_up`), or the last one of their care
    gives_up: Flags
    client: Ints
    clinician: Ints  # whom they see or saw
    same_clinician: Flags
    same_modality: Flags
    session: Ints
    channel: Ints
    specialty: Ints  # of SPECIALTIES, or -1
    urgency: Ints
    days: Ints  # of DAYS
    hours: Ints  # of HOURS_OPEN
    entered: Ints
    until: Ints


def wishes(world: World, longer: float = 1.0) -> Wishes:
    """Every wish of the world's whole time; with `longer` that many times as many people wish."""
    rng = np.random.default_rng([world.seed, world.timeline.today.toordinal(), WISHES_STREAM])
    earlier, back = _earlier(world, rng, EARLIER * longer), _back(world, rng, BACK * longer)
    visits = Visits.joined([earlier, back])
    count, gives_up = len(visits), np.arange(len(visits)) < len(earlier)
    span = np.maximum(visits.start - LATEST_EARLIER - visits.booked, HOUR)
    asked = visits.booked + (rng.random(count) * span * 0.5).astype(np.int64) + HOUR
    returned = visits.start + rng.integers(*BACK_AFTER, count)
    entered = np.where(gives_up, asked, returned)
    patience = rng.integers(*PATIENCE, count)
    return Wishes(
        visit=visits.number,
        gives_up=gives_up,
        client=visits.client,
        clinician=visits.clinician,
        same_clinician=rng.random(count) < SOME_WISH,
        same_modality=rng.random(count) < SOME_WISH,
        session=visits.session,
        channel=visits.channel,
        specialty=np.where(rng.random(count) < SPECIALTY_WISHED, rng.integers(0, len(SPECIALTIES), count), -1),
        urgency=rng.choice(len(URGENCY_SHARES), count, p=URGENCY_SHARES),
        days=rng.choice(len(DAYS), count, p=DAY_SHARES),
        hours=rng.choice(len(HOURS_OPEN), count, p=HOUR_SHARES),
        entered=entered,
        until=np.where(gives_up, np.maximum(visits.start - LATEST_EARLIER, entered + HOUR), entered + patience),
    )


def _earlier(world: World, rng: np.random.Generator, share: float) -> Visits:
    visits = world.visits
    single = (visits.session != Session.GROUP) & (visits.session != Session.INTAKE)
    ahead = single & (visits.start - visits.booked > LONG_AHEAD) & (visits.booked > world.timeline.opens)
    return visits.take(ahead & (rng.random(len(visits)) < share))


def _back(world: World, rng: np.random.Generator, share: float) -> Visits:
    """The last visit of clients whose care came to an end before the export's last day."""
    visits = world.visits
    last = np.zeros(len(world.clients), dtype=np.int64)
    np.maximum.at(last, visits.client, visits.start)
    ended = (visits.start == last[visits.client]) & (visits.start < world.timeline.shuts - BACK_AFTER[0])
    single = (visits.session != Session.GROUP) & (visits.session != Session.INTAKE) & (visits.end == End.ATTENDED)
    return visits.take(ended & single & (rng.random(len(visits)) < share))
