"""The authorizations and waitlist exports."""

import numpy as np

from hsched_sandbox import wordlists
from hsched_sandbox.appointment_sheet import MODES, TYPES, patient_ids, provider_ids
from hsched_sandbox.columns import Ints
from hsched_sandbox.identities import Identities, filled
from hsched_sandbox.record_sheets import PAYER_WORDS
from hsched_sandbox.sheets import Sheet, blank_unless, coded, dated, stamped
from hsched_sandbox.timeline import HOUR
from hsched_sandbox.waitlist import AVAILABILITIES, entries
from hsched_sandbox.world import End, Session, World

VALID_DAYS = 180
PERIODS = 64  # more than anybody's
REPORTED_EVERY = 4  # visits between two updates of the units used


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
    return Sheet.of("authorizations", timeline.day_of(recorded), columns, seen)


def waitlist_sheet(world: World, people: Identities, rng: np.random.Generator) -> Sheet:
    """Clients who asked for an earlier intake: waiting, then placed or withdrawn."""
    timeline, waiting = world.timeline, entries(world)
    count = len(waiting)
    rows = np.tile(np.arange(count), 2)
    recorded = np.concatenate([waiting.entered, waiting.settled])
    first = np.arange(2 * count) < count
    columns = {
        "Entry ID": coded("WL", waiting.visit[rows], 7),
        "Patient ID": patient_ids(waiting.client[rows]),
        "Last Updated": stamped(recorded, timeline),
        "State": np.where(first, "Active", np.where(waiting.gave_up[rows], "Removed", "Scheduled")),
        "Service": np.full(2 * count, TYPES[Session.INTAKE]),
        "Mode": MODES[waiting.channel][rows],
        "Provider ID": blank_unless(~waiting.any_clinician[rows], provider_ids(waiting.clinician[rows])),
        "Days": np.array(AVAILABILITIES)[waiting.availability][rows],
        "From Hour": waiting.from_hour.astype(str)[rows],
        "To Hour": waiting.to_hour.astype(str)[rows],
        "Wish": np.array(filled(wordlists.WISHES, waiting.client, people, rng), dtype=np.str_)[rows],
    }
    seen = recorded < timeline.shuts
    return Sheet.of("waitlist", timeline.day_of(recorded), columns, seen)


def _period_begin(client: Ints, period: Ints, day: Ints) -> Ints:
    """The day of a period's first line; rows are in order of client and time."""
    key = client * PERIODS + period
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    begin: Ints = day[first][place]
    return begin
