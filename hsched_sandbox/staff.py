"""Clinicians, their recurring hours and their absences."""

from dataclasses import dataclass

import numpy as np

from hsched_sandbox.columns import Columns, Flags, Floats, Ints
from hsched_sandbox.drifts import DriftKind, of_kind
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.timeline import Timeline
from hsched_sandbox.world import Clinicians

WEEKDAYS = 5
HOURS_A_DAY = 24


@dataclass(frozen=True)
class Cells(Columns):
    """Recurring hours one client can hold: a fortnightly hour is two cells, a group's hour one for each member."""

    clinician: Ints
    weekday: Ints
    hour: Ints
    every: Ints
    phase: Ints
    group: Flags
    medication: Flags


@dataclass(frozen=True)
class Staff:
    """Who works when. `spare` is the hour of each weekday a clinician keeps for moved visits."""

    clinicians: Clinicians
    cells: Cells
    spare: Ints  # clinician x weekday
    open: Flags  # clinician x day: at work as planned
    sick: Flags  # clinician x day: unplanned absence
    sick_rate: float
    slot_effect: Floats  # weekday x hour
    starts: Ints  # clinician: first week at work


def hire(parameters: PracticeParameters, timeline: Timeline, rng: np.random.Generator, apart: np.random.Generator) -> Staff:
    """The staff with their hours and absences. `apart` draws what must not move any draw of `rng`."""
    clinicians = _clinicians(parameters, rng, apart)
    spare, clinician, weekday, hour = _hours(parameters, rng)
    cells = _cells(parameters, clinicians, clinician, weekday, hour, rng)
    on_leave = _leave(parameters, timeline, rng)
    sick = rng.random(on_leave.shape) < parameters.staffing.sick_days
    slot_effect = centred(rng.normal(0, parameters.chances.slot_sigma, (WEEKDAYS, HOURS_A_DAY)))
    clinicians, starts = _newcomer(clinicians, parameters, timeline)
    not_yet = np.arange(len(timeline.closed))[None, :] < 7 * starts[:, None]
    at_work = ~(on_leave | timeline.closed[None, :] | not_yet)
    return Staff(clinicians, cells, spare, at_work, sick, parameters.staffing.sick_days, slot_effect, starts)


def centred(values: Floats) -> Floats:
    """Effects around zero: base rates stay what the parameters say, however few clinicians there are."""
    around: Floats = values - values.mean()
    return around


def _clinicians(parameters: PracticeParameters, rng: np.random.Generator, apart: np.random.Generator) -> Clinicians:
    count, staffing, chances = parameters.clinicians, parameters.staffing, parameters.chances
    site = np.arange(count) // staffing.clinicians_per_site
    by_site = rng.normal(chances.modality_mean, chances.modality_sigma, int(site.max()) + 1)
    return Clinicians(
        site=site,
        prescriber=np.arange(count) % staffing.prescriber_every == staffing.prescriber_every - 1,
        duration=rng.choice(np.array(staffing.durations), count, p=staffing.duration_shares),
        effect=centred(rng.normal(0, chances.clinician_sigma, count)),
        video_effect=by_site[site],
        leaning=_directions(count, apart),
        group_gap=centred(apart.normal(0, parameters.circumstances.group_gap_sigma, count)),
    )


def _directions(count: int, rng: np.random.Generator) -> Floats:
    angle = rng.uniform(0, 2 * np.pi, count)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _newcomer(clinicians: Clinicians, parameters: PracticeParameters, timeline: Timeline) -> tuple[Clinicians, Ints]:
    """The last clinician starts in the week of a `new-clinician` drift, with an effect of the drift's size."""
    starts, effect = np.zeros(len(clinicians), dtype=np.int64), clinicians.effect.copy()
    for drift in of_kind(parameters.drifts, DriftKind.NEW_CLINICIAN):
        starts[-1], effect[-1] = max(timeline.index(drift.on), 0) // 7, drift.size
    return clinicians.having(effect=effect), starts


def _hours(parameters: PracticeParameters, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Each clinician's spare hour a day, and the (clinician, weekday, hour) of the recurring ones."""
    count, staffing = parameters.clinicians, parameters.staffing
    first = rng.choice(np.array(staffing.first_hours), count)
    hours = np.tile(np.arange(staffing.hours_a_day), (count, WEEKDAYS, 1))
    shuffled = rng.permuted(hours, axis=2) + first[:, None, None]
    candidates = shuffled[:, :, 1:].reshape(count, -1)
    picked = np.argsort(rng.random(candidates.shape), axis=1)[:, : staffing.slots_a_week]
    weekday = picked // (staffing.hours_a_day - 1)
    hour = np.take_along_axis(candidates, picked, axis=1)
    clinician = np.repeat(np.arange(count), staffing.slots_a_week)
    return shuffled[:, :, 0], clinician, weekday.ravel(), hour.ravel()


def _cells(
    parameters: PracticeParameters, clinicians: Clinicians, clinician: Ints, weekday: Ints, hour: Ints, rng: np.random.Generator
) -> Cells:
    demand, staffing, slots = parameters.demand, parameters.staffing, len(clinician)
    therapy = rng.choice(np.array(demand.therapy_every), slots, p=demand.therapy_shares)
    medication = rng.choice(np.array(demand.medication_every), slots, p=demand.medication_shares)
    prescribing = clinicians.prescriber[clinician] & (rng.random(slots) < staffing.medication_share)
    leads_group = rng.random(parameters.clinicians) < staffing.group_share
    group = (np.arange(slots) % staffing.slots_a_week == 0) & leads_group[clinician] & ~clinicians.prescriber[clinician]
    every = np.where(group, 1, np.where(prescribing, medication, therapy))
    shares = np.where(group, staffing.group_size, every)
    slot = np.repeat(np.arange(slots), shares)
    turn = np.arange(len(slot)) - np.repeat(np.cumsum(shares) - shares, shares)
    return Cells(clinician[slot], weekday[slot], hour[slot], every[slot], np.where(group[slot], 0, turn), group[slot], prescribing[slot])


def _leave(parameters: PracticeParameters, timeline: Timeline, rng: np.random.Generator) -> Flags:
    """Whole weeks, known long ahead, so nothing is booked into them."""
    weeks = len(timeline.closed) // 7
    away = rng.random((parameters.clinicians, weeks)) < parameters.staffing.leave_weeks_a_year / 52
    return np.repeat(away, 7, axis=1)
