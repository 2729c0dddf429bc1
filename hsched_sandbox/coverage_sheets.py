"""The authorizations and waitlist exports."""

import numpy as np

from hsched_sandbox import wordlists
from hsched_sandbox.appointment_sheet import MODES, TYPES, patient_ids, provider_ids
from hsched_sandbox.columns import Ints
from hsched_sandbox.identities import Identities, filled
from hsched_sandbox.record_sheets import PAYER_WORDS
from hsched_sandbox.sheets import Sheet, blank_unless, coded, dated, stamped
from hsched_sandbox.timeline import DAY, HOUR, MINUTE
from hsched_sandbox.world import End, Session, World

VALID_DAYS = 180
PERIODS = 64  # more than anybody's
REPORTED_EVERY = 4  # visits between two updates of the units used
WAITING = 0.35  # of intakes with a long lead
LONG_LEAD = 10 * DAY
FEW = 0.25  # of waiting clients who give up
AVAILABILITIES = ("1|2|3|4|5", "1|3|5", "2|4", "1|2", "4|5", "3", "5")


def authorization_sheet(made: Ints, world: World, rng: np.random.Generator) -> Sheet:
    """Approvals as visits use them up: a line at approval and one for every few visits."""
    timeline, units = world.timeline, world.clients.units
    visits = world.visits.take((world.visits.end == End.ATTENDED) & (units[world.visits.client] > 0))
    visits = visits.take(np.lexsort((visits.start, visits.client)))
    visits = visits.take(visits.used % units[visits.client] % REPORTED_EVERY == 0)
    client, at = visits.client, visits.start
    period, used = np.divmod(visits.used, units[client])
    recorded = np.maximum(at + rng.integers(HOUR, 20 * HOUR, len(at)), made[client])
    begins = _period_begin(client, period, timeline.day_of(recorded))
    number = client * PERIODS + period
    seen = recorded < timeline.shuts
    columns = {
        "Auth ID": coded("AU", number, 7),
        "Patient ID": patient_ids(client),
        "Last Updated": stamped(recorded, timeline),
        "Payer": PAYER_WORDS[world.clients.payer[client]],
        "Auth #": coded("NYX", number * 7919 % 10**8, 8),
        "Service": np.full(len(client), TYPES[Session.INDIVIDUAL]),
        "Units Approved": units[client].astype(str),
        "Units Used": used.astype(str),
        "Valid From": dated(begins, timeline),
        "Valid To": dated(begins + VALID_DAYS, timeline),
    }
    return Sheet("authorizations", timeline.day_of(recorded)[seen], {name: column[seen].tolist() for name, column in columns.items()})


def waitlist_sheet(world: World, people: Identities, rng: np.random.Generator) -> Sheet:
    """Clients who asked for an earlier intake: waiting, then placed or withdrawn."""
    visits, timeline = world.visits, world.timeline
    asked = (visits.session == Session.INTAKE) & (visits.start - visits.booked > LONG_LEAD) & (visits.booked > timeline.opens)
    waiting = visits.take(asked & (rng.random(len(visits)) < WAITING))
    count = len(waiting)
    entered = waiting.booked + rng.integers(15 * MINUTE, HOUR, count)
    settled = waiting.start - rng.integers(HOUR, 4 * DAY, count)
    gave_up = (rng.random(count) < FEW) | (waiting.end != End.ATTENDED)
    any_clinician = rng.integers(0, 2, count) == 0
    rows = np.tile(np.arange(count), 2)
    recorded = np.concatenate([entered, settled])
    first = np.arange(2 * count) < count
    hour = rng.integers(8, 13, count)
    columns = {
        "Entry ID": coded("WL", waiting.number, 7)[rows],
        "Patient ID": patient_ids(waiting.client)[rows],
        "Last Updated": stamped(recorded, timeline),
        "State": np.where(first, "Active", np.where(gave_up[rows], "Removed", "Scheduled")),
        "Service": TYPES[waiting.session][rows],
        "Mode": MODES[waiting.channel][rows],
        "Provider ID": blank_unless(~any_clinician, provider_ids(waiting.clinician))[rows],
        "Days": np.array(AVAILABILITIES)[rng.integers(0, len(AVAILABILITIES), count)][rows],
        "From Hour": hour.astype(str)[rows],
        "To Hour": (hour + rng.integers(3, 7, count)).astype(str)[rows],
        "Wish": np.array(filled(wordlists.WISHES, waiting.client, people, rng), dtype=np.str_)[rows],
    }
    seen = recorded < timeline.shuts
    return Sheet("waitlist", timeline.day_of(recorded)[seen], {name: column[seen].tolist() for name, column in columns.items()})


def _period_begin(client: Ints, period: Ints, day: Ints) -> Ints:
    """The day of a period's first line; rows are in order of client and time."""
    key = client * PERIODS + period
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    begin: Ints = day[first][place]
    return begin
