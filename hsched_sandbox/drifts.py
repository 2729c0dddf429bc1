"""Drifts: what changes in a practice on a known day, by a known size. True probabilities include them; nothing exported names them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from hsched_sandbox.columns import Floats, Ints

RAMP = 182  # days until a new mix of clients has its full size
BUMP = 56  # days a season lasts
YEAR = 365


class DriftKind(StrEnum):
    """What changes."""

    SUDDEN = "sudden"  # a policy or a fee: every visit from that day on
    GRADUAL = "gradual"  # the mix of clients: each new client a little more than the one before, for half a year
    SEASONAL = "seasonal"  # eight weeks of each year, from that day
    NEW_CLINICIAN = "new-clinician"  # the last clinician starts on that day, with this effect of their own
    STATUS_REMAP = "status-remap"  # the EHR writes this share of late cancels as the office's own; no probability changes
    REMINDER_OUTAGE = "reminder-outage"  # the vendor sends nothing for this many weeks


SIZES = {
    DriftKind.SUDDEN: 0.25,
    DriftKind.GRADUAL: 0.4,
    DriftKind.SEASONAL: 0.3,
    DriftKind.NEW_CLINICIAN: 0.6,
    DriftKind.STATUS_REMAP: 0.5,
    DriftKind.REMINDER_OUTAGE: 6.0,
}


@dataclass(frozen=True)
class Drift:
    """One change. `size` is on the logit scale of an unused visit but where its kind says otherwise."""

    kind: DriftKind
    on: date
    size: float

    def __str__(self) -> str:
        return f"{self.kind} on {self.on} by {self.size:g}"


def by_day(drifts: tuple[Drift, ...], monday: date, days: int) -> Floats:
    """What is added to the logit of every visit of each day, counted from the Monday."""
    day = np.arange(days)
    added = np.zeros(days)
    for drift in drifts:
        since = day - (drift.on - monday).days
        if drift.kind is DriftKind.SUDDEN:
            added += drift.size * (since >= 0)
        elif drift.kind is DriftKind.SEASONAL:
            turn = since % YEAR
            added += drift.size * np.sin(np.pi * turn / BUMP) ** 2 * ((since >= 0) & (turn < BUMP))
    return added


def by_arrival(drifts: tuple[Drift, ...], monday: date, arrived: Ints) -> Floats:
    """What is added to every visit of a client, by the day of their arrival."""
    added = np.zeros(len(arrived))
    for drift in drifts:
        if drift.kind is DriftKind.GRADUAL:
            added += drift.size * np.clip((arrived - (drift.on - monday).days) / RAMP, 0, 1)
    return added


def of_kind(drifts: tuple[Drift, ...], kind: DriftKind) -> tuple[Drift, ...]:
    """The drifts of that kind."""
    return tuple(drift for drift in drifts if drift.kind is kind)


def outages(drifts: tuple[Drift, ...], monday: date, day: Ints) -> np.typing.NDArray[np.bool_]:
    """On which of these days no reminder is sent."""
    out = np.zeros(len(day), dtype=bool)
    for drift in of_kind(drifts, DriftKind.REMINDER_OUTAGE):
        since = day - (drift.on - monday).days
        out |= (since >= 0) & (since < drift.size * 7)
    return out
