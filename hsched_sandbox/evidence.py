"""What the exported log told about each visit, and when: the only thing the filter oracle may look at. Truth is in `world`.

An outcome counts as the features count it (`int_attendance__statuses`): once its visit has ended and its status was recorded.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from hsched_sandbox.appointment_sheet import durations
from hsched_sandbox.columns import Columns, Flags, Floats, Ints
from hsched_sandbox.dirt import LONGEST_CORRECTION, Breach, Repeat
from hsched_sandbox.events import GO_LIVE, Events, Happening
from hsched_sandbox.timeline import MINUTE
from hsched_sandbox.world import End, World

NEVER = 1 << 60  # beyond any instant, with room to add to
ENDINGS = (Happening.MOVED, Happening.CANCELLED, Happening.ATTENDED, Happening.NO_SHOW)


class Word(IntEnum):
    """What is known of a visit."""

    ATTENDED = 0
    NO_SHOW = 1
    LATE_CANCEL = 2
    NOT_REACHED = 3  # called off early or by the clinic
    UNKNOWN = 4


@dataclass(frozen=True)
class Evidence(Columns):
    """One row for each visit, in the order of the visits. Instants in UTC seconds; NEVER where it never came to be known."""

    ends: Ints
    told: Ints  # when the first word counted
    first: Ints  # that word
    settled: Ints  # when the last word counted and could no longer be put right
    last: Ints
    moment: Ints  # 00:00 of the day before, or booking; NEVER for visits that are not scored then


@dataclass(frozen=True)
class Weights(Columns):
    """How likely what is known of a visit is, if it was missed, attended, or not reached."""

    missed: Floats
    attended: Floats
    not_reached: Floats


def gather(world: World, events: Events) -> Evidence:
    """What the log holds about each visit."""
    visits = world.visits
    ends = visits.start + durations(visits, world.clinicians.duration) * MINUTE
    sound = events.take((events.breach == Breach.NONE) & (events.repeated == Repeat.ONCE) & np.isin(events.what, ENDINGS))
    sound = sound.take(np.lexsort((sound.recorded, sound.visit)))
    first, last = _place(sound.visit, len(visits), "left"), _place(sound.visit, len(visits), "right") - 1
    known = first <= last
    told, first_word = _said(sound, np.where(known, first, 0), known, world, ends)
    righted, last_word = _said(sound, np.where(known, last, 0), known, world, ends)
    final = np.isin(last_word, (Word.LATE_CANCEL, Word.NOT_REACHED)) | (last > first)
    settled = np.where(final, righted, np.where(known, told + LONGEST_CORRECTION, NEVER))
    return Evidence(ends, told, first_word, settled, last_word, _moments(world, told, first_word))


def weigh(evidence: Evidence, reach: Floats, no_show_share: Floats, at: Ints, corrected: float) -> Weights:
    """The likelihood of what was known of each visit at an instant of its own. `corrected` is the share of outcomes written down
    wrong at first; `reach` the chance that nobody calls the visit off.

    A visit that ended without a word was not cancelled late: cancels are written down when they come.
    """
    word = np.where(at >= evidence.settled, evidence.last, np.where(at >= evidence.told, evidence.first, Word.UNKNOWN))
    open_to_correction = np.clip(1 - (at - np.minimum(evidence.told, at)) / LONGEST_CORRECTION, 0, 1)
    wrong = np.where(at >= evidence.settled, 0.0, corrected * open_to_correction)
    ended = at >= evidence.ends
    share = no_show_share
    choices = [word == kind for kind in (Word.ATTENDED, Word.NO_SHOW, Word.LATE_CANCEL, Word.NOT_REACHED)] + [ended]
    return Weights(
        missed=np.select(choices, [share * wrong, share * (1 - wrong), 1 - share, np.zeros_like(share), share], reach),
        attended=np.select(choices, [1 - wrong, wrong, 0.0, 0.0, 1.0], reach),
        not_reached=np.select(choices, [0.0, 0.0, 0.0, 1.0, 0.0], 1 - reach),
    )


def _place(ordered: Ints, count: int, side: str) -> Ints:
    place: Ints = np.searchsorted(ordered, np.arange(count), side=side)  # type: ignore[call-overload]  # "left" or "right"
    return place


def _said(sound: Events, row: Ints, known: Flags, world: World, ends: Ints) -> tuple[Ints, Ints]:
    """When each visit's row counted, and its word. What called a visit off counts when recorded, unless it was late."""
    if not len(sound):
        return np.full(len(known), NEVER), np.full(len(known), int(Word.UNKNOWN))
    what, end = sound.what[row], world.visits.end
    cancelled = np.where((end == End.LATE_CANCEL) & ~sound.by_clinic[row], Word.LATE_CANCEL, Word.NOT_REACHED)
    word = np.where(what == Happening.ATTENDED, Word.ATTENDED, np.where(what == Happening.NO_SHOW, Word.NO_SHOW, cancelled))
    recorded = sound.recorded[row]
    at = np.where(word == Word.NOT_REACHED, recorded, np.maximum(recorded, ends))
    return np.where(known, at, NEVER), np.where(known, word, Word.UNKNOWN).astype(np.int64)


def _moments(world: World, told: Ints, word: Ints) -> Ints:
    """00:00 of the day before the visit, or booking time if later. None before the practice went live, and none once called off."""
    visits, timeline = world.visits, world.timeline
    midnight = timeline.midnights(visits.day - 1)
    moment = np.maximum(visits.booked, midnight)
    called_off = (word == Word.NOT_REACHED) & (told <= moment)
    before_live = (visits.booked < timeline.opens) & (moment < timeline.opens + GO_LIVE)
    return np.where(called_off | before_live | np.isnan(visits.p_unused), NEVER, moment)
