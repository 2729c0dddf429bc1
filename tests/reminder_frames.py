"""A simulated practice's reminders and bookings as they look after de-identification, without the hours the pipeline would take."""

import numpy as np
import pandas as pd

from hsched_core.domain.vocabulary import Outcome
from hsched_sandbox.columns import Floats
from hsched_sandbox.reminders import Reminder, cancels_earlier
from hsched_sandbox.timeline import DAY, HOUR
from hsched_sandbox.world import End, World

OUTCOMES = np.array([Outcome.ATTENDED, Outcome.NO_SHOW, Outcome.LATE_CANCEL, Outcome.EARLY_CANCEL, Outcome.CLINIC_CANCEL])


def instants(seconds: np.ndarray) -> pd.DatetimeIndex:
    return pd.to_datetime(seconds, unit="s", utc=True)


def communications(world: World) -> pd.DataFrame:
    """One row for each reminder that was sent or held back by chance."""
    visits = world.visits.take(world.visits.reminded > 0)
    return pd.DataFrame(
        {
            "communication_token": visits.number.astype(str),
            "appointment_token": visits.number.astype(str),
            "recorded_at": instants(visits.reminded + HOUR),
            "channel": np.where(visits.reminder == Reminder.CALL, "call", "text"),
            "status": np.where(visits.reminder == Reminder.NONE, "not-done", "completed"),
            "assigned_by": np.where(visits.randomised, "randomised", "rule"),
            "sent_at": instants(visits.reminded),
        }
    )


def bookings(world: World) -> pd.DataFrame:
    """One row as of booking for each visit, with its end."""
    visits = world.visits
    return pd.DataFrame(
        {
            "moment": "at_booking",
            "appointment_token": visits.number.astype(str),
            "client_token": visits.client.astype(str),
            "starts_at": instants(visits.start),
            "lead_time_days": (visits.start - visits.booked) // DAY,
            "weekday": visits.day % 7 + 1,
            "expected_unused_rate": 1 / (1 + np.exp(-np.nan_to_num(visits.known_logit))),
            "label_outcome": OUTCOMES[visits.end],
            "label_known_at": instants(np.where(visits.closed > 0, visits.closed, visits.start + HOUR)),
        }
    )


def planted_change(world: World) -> float:
    """What a text changes in the share of unused visits, among those the coin decided, by both true potential outcomes."""
    tossed = world.visits.take(world.visits.randomised & (world.visits.end != End.CLINIC_CANCEL))
    sizes = world.parameters.reminders
    forgetter = world.clients.forgetter[tossed.client]
    helped: Floats = np.where(forgetter, sizes.text_forgetter, sizes.text_ambivalent)
    without, with_text = (1 / (1 + np.exp(-tossed.unreminded_logit - effect)) for effect in (np.zeros(len(tossed)), helped))
    brought = cancels_earlier(sizes, np.array([Reminder.TEXT]))[0]
    stays = (1 - tossed.p_early) / (1 - tossed.p_reminder_cancels)  # nobody cancels in time of their own accord
    return float((stays * ((1 - brought) * with_text - without)).mean())
