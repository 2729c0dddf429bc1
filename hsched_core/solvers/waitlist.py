"""Which waiting entries may be asked for an opening, and how well each fits: rules and fit on arrays, one opening at a time.

The only definition of both. Every rule answers for all entries at once, so an opening among 50,000 entries takes less than a
millisecond; working arrays stay in the processor's cache. Names, texts and days of the week are coded by the use case.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Numbers = NDArray[Any]
Chosen = slice | NDArray[np.intp]  # entries that are asked about

ANY = -1  # code of "no wish" and of "not known"
MICROSECONDS_A_DAY = 86_400_000_000
EVERYBODY = slice(None)


class Bar(IntEnum):
    """What keeps an entry from being asked for an opening, in the order in which rules are asked and reasons are read."""

    OTHER_TYPE = 0
    OTHER_LENGTH = 1
    OTHER_MODALITY = 2
    NOT_REMOTE = 3
    OTHER_CLINICIAN = 4
    SPECIALTY = 5
    LICENCE = 6
    OTHER_DAY = 7
    OTHER_HOURS = 8
    TOO_CLOSE = 9
    TOO_FAR = 10
    COVER = 11
    SEEN_THAT_WEEK = 12
    CADENCE = 13
    NOT_EARLIER = 14
    RAN_OUT = 15
    LEFT_IT = 16
    RESTS = 17
    ASKED_ALREADY = 18
    HAS_AN_OFFER = 19
    REFUSED = 20
    NOT_NOW = 21
    NO_CHANNEL = 22


@dataclass(frozen=True)
class Limits:
    """The moment, and a practice's settings. Instants and spans in microseconds, unless the name says otherwise."""

    now: int
    least_notice: int
    most_notice: int
    rest: int
    length_slack_minutes: int
    series_days: int
    patience: int
    turn: int


@dataclass(frozen=True)
class Slot:
    """One opening. The last fields are tables by code: what its clinician offers, and where they may see remote clients."""

    clinician: int
    session_type: int
    modality: int
    minutes: int
    starts: int
    ends: int
    weekday: int  # ISO: Monday is 1
    from_minute: int  # of the local day it starts on
    to_minute: int  # of the same day; beyond 1440 after midnight
    day: int  # proleptic ordinal of the local day
    week: int
    left_by: int
    is_remote: bool
    may_be_remote: bool  # its clinician sees clients remotely
    offers: Flags  # by code of a set of needs
    reaches: Flags  # by code of a state
    asked: Flags  # by client
    refused: Flags  # by client
    not_now: Flags  # by client


_TYPES: Mapping[str, Any] = {
    "client": np.intp,
    "session_type": np.int8,
    "modality": np.int8,
    "urgency": np.int8,
    "channel": np.int8,
    "minutes": np.int16,
    "clinician": np.int16,
    "sees": np.int16,
    "needs": np.intp,
    "state": np.intp,
    "weekdays": np.uint8,
    "from_minute": np.int16,
    "to_minute": np.int16,
    "wishes": np.int8,
    "cadence_days": np.int16,
    "gives_up": np.bool_,
    "is_insured": np.bool_,
    "holds_offer": np.bool_,
    "can_be_reached": np.bool_,
    "unanswered": np.int32,
    "cover_from": np.int32,
    "cover_until": np.int32,
    "cover_left": np.int32,
    "visit_week": np.int32,
}


@dataclass(frozen=True)
class Waiting:
    """Entries of the waitlist as columns, rows by type of session. Covers and weeks of visits are tables.

    Instants in microseconds: `until` and `instead` far in the future where there is none, `asked` and `accepted` far in the past.
    """

    client: Numbers
    session_type: Numbers
    modality: Numbers  # ANY: no wish
    minutes: Numbers  # 0: no wish
    clinician: Numbers  # ANY: no wish
    needs: Numbers
    state: Numbers  # the last code of `Slot.reaches` stands for "not known"
    weekdays: Numbers  # bit 0 is Monday
    from_minute: Numbers
    to_minute: Numbers  # far away where they have no end
    wishes: Numbers  # how many they name: a clinician, a way to be seen, days or hours
    urgency: Numbers
    channel: Numbers
    entered: Numbers
    until: Numbers
    instead: Numbers
    gives_up: Numbers  # gives up an appointment for it
    sees: Numbers  # ANY: nobody so far
    cadence_days: Numbers  # 0: in no series
    is_insured: Numbers
    holds_offer: Numbers
    can_be_reached: Numbers  # by any channel, sooner or later
    not_before: Numbers  # far in the past where they can be reached now
    unanswered: Numbers  # offers that were not accepted
    asked: Numbers
    accepted: Numbers
    clock: Numbers  # since when they wait to be asked: entered, or asked last
    cover_from: Numbers  # ordinals of days, both ends included
    cover_until: Numbers
    cover_left: Numbers  # sessions; 0 where an entry has fewer covers
    visit_week: Numbers  # ANY where an entry has fewer visits

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[Any]]) -> "Waiting":
        """From plain numbers."""
        return cls(**{one.name: np.asarray(columns[one.name], dtype=_TYPES.get(one.name, np.int64)) for one in fields(cls)})

    def __len__(self) -> int:
        return len(self.client)

    def of_type(self, session_type: int) -> tuple[int, int]:
        """The first row of that type of session, and the one after the last."""
        bounds = np.array((session_type, session_type + 1), dtype=self.session_type.dtype)  # another type would convert the column
        begin, end = np.searchsorted(self.session_type, bounds).tolist()
        return begin, end


def flags(size: int, places: Sequence[int]) -> Flags:
    """A table with those places set."""
    table = np.zeros(size, dtype=np.bool_)
    table[np.asarray(places, dtype=np.intp)] = True
    return table


Rule = Callable[[Slot, Waiting, Limits, Chosen], Any]  # flags of who is barred; one flag where it is the same for everybody


def _other_length(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    """Who asked for a length takes an opening of it, or one that is longer by no more than the slack."""
    minutes = waiting.minutes[at]
    fits = (minutes <= slot.minutes) & (minutes >= slot.minutes - limits.length_slack_minutes)
    return ~fits & (minutes != 0)


def _not_remote(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    return slot.is_remote and not slot.may_be_remote


def _licence(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    return ~slot.reaches[waiting.state[at]] if slot.is_remote else False


def _other_hours(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    """The whole opening lies within the hours."""
    return (waiting.from_minute[at] > slot.from_minute) | (waiting.to_minute[at] < slot.to_minute)


def _cover(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    """Insured, and no authorization covers that day with a session left."""
    barred = waiting.is_insured[at].copy()
    for begins, ends, left in zip(waiting.cover_from, waiting.cover_until, waiting.cover_left, strict=True):
        barred &= (begins[at] > slot.day) | (ends[at] < slot.day) | (left[at] <= 0)
    return barred


def _seen_that_week(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    return np.logical_or.reduce([weeks[at] == slot.week for weeks in waiting.visit_week])


def _cadence(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    """In a close series, and the opening would not take the place of one of its sessions."""
    cadence = waiting.cadence_days[at]
    return (cadence > 0) & (cadence <= limits.series_days) & ~waiting.gives_up[at]


def _asked_already(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    return slot.asked[waiting.client[at]]


def _refused(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    return slot.refused[waiting.client[at]]


def _not_now(slot: Slot, waiting: Waiting, limits: Limits, at: Chosen) -> Any:
    return slot.not_now[waiting.client[at]] | (waiting.not_before[at] > limits.now)


RULES: Mapping[Bar, Rule] = {
    Bar.OTHER_TYPE: lambda slot, waiting, limits, at: waiting.session_type[at] != slot.session_type,
    Bar.OTHER_LENGTH: _other_length,
    Bar.OTHER_MODALITY: lambda slot, waiting, limits, at: (waiting.modality[at] != ANY) & (waiting.modality[at] != slot.modality),
    Bar.NOT_REMOTE: _not_remote,
    Bar.OTHER_CLINICIAN: lambda slot, waiting, limits, at: (waiting.clinician[at] != ANY) & (waiting.clinician[at] != slot.clinician),
    Bar.SPECIALTY: lambda slot, waiting, limits, at: ~slot.offers[waiting.needs[at]],
    Bar.LICENCE: _licence,
    Bar.OTHER_DAY: lambda slot, waiting, limits, at: waiting.weekdays[at] & (1 << (slot.weekday - 1)) == 0,
    Bar.OTHER_HOURS: _other_hours,
    Bar.TOO_CLOSE: lambda slot, waiting, limits, at: slot.starts - limits.now <= limits.least_notice,
    Bar.TOO_FAR: lambda slot, waiting, limits, at: slot.starts - limits.now > limits.most_notice,
    Bar.COVER: _cover,
    Bar.SEEN_THAT_WEEK: _seen_that_week,
    Bar.CADENCE: _cadence,
    Bar.NOT_EARLIER: lambda slot, waiting, limits, at: waiting.instead[at] < slot.ends,
    Bar.RAN_OUT: lambda slot, waiting, limits, at: waiting.until[at] <= limits.now,
    Bar.LEFT_IT: lambda slot, waiting, limits, at: waiting.client[at] == slot.left_by,
    Bar.RESTS: lambda slot, waiting, limits, at: waiting.accepted[at] > limits.now - limits.rest,
    Bar.ASKED_ALREADY: _asked_already,
    Bar.HAS_AN_OFFER: lambda slot, waiting, limits, at: waiting.holds_offer[at],
    Bar.REFUSED: _refused,
    Bar.NOT_NOW: _not_now,
    Bar.NO_CHANNEL: lambda slot, waiting, limits, at: ~waiting.can_be_reached[at],
}

# The rules about a column or two of small numbers; together they leave few.
CHEAP = (Bar.OTHER_DAY, Bar.OTHER_CLINICIAN, Bar.OTHER_MODALITY, Bar.OTHER_LENGTH, Bar.OTHER_HOURS)
OTHERS = tuple(bar for bar in Bar if bar not in (Bar.OTHER_TYPE, *CHEAP))


def bars(slot: Slot, waiting: Waiting, limits: Limits) -> Flags:
    """Everything that keeps each entry out: one row a rule, in the order of `Bar`, one column an entry."""
    found = np.empty((len(RULES), len(waiting)), dtype=np.bool_)
    for bar, rule in RULES.items():
        found[bar] = rule(slot, waiting, limits, EVERYBODY)
    return found


def masks(barred: Flags) -> NDArray[np.uint32]:
    """The rows of `bars` as one number an entry: bit b is set where Bar b keeps it out."""
    bits = barred.astype(np.uint32) << np.arange(len(barred), dtype=np.uint32)[:, None]
    found: NDArray[np.uint32] = np.bitwise_or.reduce(bits, axis=0)
    return found


def eligible(slot: Slot, waiting: Waiting, limits: Limits) -> NDArray[np.intp]:
    """Entries that no rule bars: the fast way to the same answer. Cheap rules are asked about all who wait for the type of session, the
    others about who is left.
    """
    begin, end = waiting.of_type(slot.session_type)
    barred = np.zeros(end - begin, dtype=np.bool_)
    for bar in CHEAP:
        barred |= RULES[bar](slot, waiting, limits, slice(begin, end))
    left = np.flatnonzero(~barred) + begin
    barred = np.zeros(len(left), dtype=np.bool_)
    for bar in OTHERS:
        barred |= RULES[bar](slot, waiting, limits, left)
    kept: NDArray[np.intp] = left[~barred]
    return kept
