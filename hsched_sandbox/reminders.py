"""Reminders: who gets one, by chance or by rule, and what each kind would change. Sent two days ahead, before the day_before moment.

Two latent kinds of client: forgetters, whom a reminder helps, and ambivalent ones, whom it hardly does. Both outcomes of each visit, with
and without, are kept beside it. How a visit goes after a reminder follows its own draw: the same visit without one goes otherwise.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from hsched_sandbox import drifts
from hsched_sandbox.columns import Columns, Flags, Floats, Ints
from hsched_sandbox.parameters import PracticeParameters, Reminders
from hsched_sandbox.timeline import DAY, HOUR, Timeline
from hsched_sandbox.world import Bookings, Session

OFFICE_SENDS = (9, 20)
AHEAD = 2  # days
SHORTEST_LEAD = 3 * DAY
MONDAY, TUESDAY = 0, 1


class Reminder(IntEnum):
    """What a visit's client gets."""

    NONE = 0
    TEXT = 1
    CALL = 2


@dataclass(frozen=True)
class Plan(Columns):
    """What is meant for each visit. `at` is when it is sent, or would be; 0 for visits that no reminder can reach."""

    reminder: Ints
    randomised: Flags
    at: Ints


def plan(
    bookings: Bookings, missed: Flags, known_logit: Floats, parameters: PracticeParameters, timeline: Timeline, rng: np.random.Generator
) -> Plan:
    """Some visits by the toss of a coin: a text or nothing. The others by the front desk's rule: by lead, weekday and risk."""
    wanted, count = parameters.reminders, len(bookings)
    day = bookings.day - AHEAD
    at = timeline.instant(day, rng.uniform(OFFICE_SENDS[0] * HOUR, OFFICE_SENDS[1] * HOUR, count))
    reachable = (bookings.start - bookings.booked > SHORTEST_LEAD) & (bookings.booked < at) & wanted.sent
    draw = rng.random((2, count))
    randomised = reachable & (draw[0] < wanted.randomised)
    by_chance = np.where(draw[1] < wanted.treated, Reminder.TEXT, Reminder.NONE)
    chosen = np.where(randomised, by_chance, _by_rule(bookings, missed, known_logit, parameters))
    able = reachable & ~drifts.outages(parameters.drifts, timeline.monday, day)
    return Plan(np.where(able, chosen, Reminder.NONE).astype(np.int64), randomised & able, np.where(able, at, 0))


def effects(wanted: Reminders, reminder: Ints) -> Floats:
    """What the reminder of each visit adds to its logit, for either kind of client: (visits, 2), ambivalent first."""
    table = np.array([(0.0, 0.0), (wanted.text_ambivalent, wanted.text_forgetter), (wanted.call_ambivalent, wanted.call_forgetter)])
    by_kind: Floats = table[reminder]
    return by_kind


def cancels_earlier(wanted: Reminders, reminder: Ints) -> Floats:
    """The chance that a reminder makes the client cancel while there is notice. Never follows a latent."""
    chance: Floats = np.array([0.0, wanted.text_cancels, wanted.call_cancels])[reminder]
    return chance


def _by_rule(bookings: Bookings, missed: Flags, known_logit: Floats, parameters: PracticeParameters) -> Ints:
    """A call for who missed the visit before or comes for the first time after a long wait; a text for whoever the records make
    look risky; nobody writes at weekends, so Mondays and Tuesdays get none."""
    usual = parameters.chances.unused + parameters.reminders.risky
    weekend = np.isin(bookings.day % 7, (MONDAY, TUESDAY))
    long_wait = (bookings.session == Session.INTAKE) & (bookings.start - bookings.booked > parameters.reminders.long_wait_days * DAY)
    text = np.where(known_logit > usual, Reminder.TEXT, Reminder.NONE)
    called = np.where(missed | long_wait, Reminder.CALL, text)
    return np.where(weekend, Reminder.NONE, called).astype(np.int64)
