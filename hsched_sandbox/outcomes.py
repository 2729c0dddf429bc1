"""How visits end: the true probabilities, and one draw from them."""

from dataclasses import dataclass

import numpy as np

from hsched_sandbox import drifts, moments, reminders
from hsched_sandbox.columns import Flags, Floats, Ints
from hsched_sandbox.parameters import Chances, PracticeParameters
from hsched_sandbox.people import ADULT, ClientBank
from hsched_sandbox.reminders import Reminder
from hsched_sandbox.shocks import Shocks
from hsched_sandbox.staff import Staff
from hsched_sandbox.timeline import DAY, Timeline
from hsched_sandbox.world import Bookings, Cause, Channel, End, Payer, Session, Visits

ADULT_MEAN_AGE = 36.0
EARLY_SESSIONS = 2
SCHOOL_ENDS = 15


@dataclass(frozen=True)
class Surroundings:
    """In what visits take place: all that is not of the visit itself."""

    parameters: PracticeParameters
    bank: ClientBank
    staff: Staff
    timeline: Timeline
    shocks: Shocks


def settle(bookings: Bookings, numbers: Ints, around: Surroundings, rng: np.random.Generator, apart: np.random.Generator) -> Visits:
    """Each booking with its end, the moment it was called off, its reminder, and the truth behind it."""
    parameters, bank, staff, timeline = around.parameters, around.bank, around.staff, around.timeline
    count, chances, client = len(bookings), parameters.chances, bookings.client
    sick = staff.sick[bookings.clinician, bookings.day]
    known = _known_logit(bookings, parameters, bank, staff, timeline)
    hidden = around.shocks.logit(bookings, bank)
    own = _own_logit(bookings, chances, bank)
    planned = reminders.plan(bookings, bank.missed[client], known, parameters, timeline, rng)
    helped = reminders.effects(parameters.reminders, planned.reminder)[np.arange(count), bank.clients.forgetter[client].astype(np.int64)]
    p_unused = _expit(known + own + helped + hidden)
    p_early = _p_early(bookings, chances, timeline)
    p_brought = reminders.cancels_earlier(parameters.reminders, planned.reminder)
    no_show_share = _expit(chances.no_show_share + chances.no_show_share_intake * (bookings.session == Session.INTAKE))
    draws = rng.random((4, count))
    end = np.where(rng.random(count) < no_show_share, End.NO_SHOW, End.LATE_CANCEL)
    end = np.where(draws[2] < p_unused, end, End.ATTENDED)
    brought = draws[3] < p_brought
    early = draws[1] < p_early
    end = np.where(early | brought, End.EARLY_CANCEL, end)
    lapse, failure = _p_lapse(bookings, parameters, bank), _p_failure(bookings, parameters)
    cause = _cause(sick, draws[0] < chances.clinic, apart.random((2, count)), lapse, failure)
    end = np.where(cause > Cause.NONE, End.CLINIC_CANCEL, end).astype(np.int64)
    closed = moments.closing(bookings, end, sick, chances, timeline, rng)
    closed = np.where((end == End.EARLY_CANCEL) & ~early, moments.after_reminder(bookings, planned.at, rng), closed)
    closed = np.where(cause == Cause.LINK, bookings.start - moments.MARGIN, closed)
    standing = (closed == 0) | (closed > planned.at)
    return Visits(
        **bookings.arrays(),
        number=numbers,
        end=end,
        cause=cause,
        closed=closed,
        moved=bookings.movable & (rng.random(count) < _p_moved(end, sick, chances)),
        by_clinic=end == End.CLINIC_CANCEL,
        engagement=bank.engagement[client],
        after_miss=bank.missed[client],
        known_logit=known,
        own_logit=own,
        hidden_logit=hidden,
        used=bank.attended[client],
        reminder=np.where(standing, planned.reminder, Reminder.NONE).astype(np.int64),
        reminded=np.where(standing & (planned.randomised | (planned.reminder > Reminder.NONE)), planned.at, 0),
        randomised=planned.randomised & standing,
        p_clinic=1 - (1 - chances.clinic) * (1 - staff.sick_rate) * ((1 - lapse) * (1 - failure)),
        p_early=1 - (1 - p_early) * (1 - p_brought),
        p_unused=p_unused,
        no_show_share=no_show_share,
        p_reminder_cancels=p_brought,
    )


def called_off(bookings: Bookings, numbers: Ints, closed: Ints, by_clinic: Flags, bank: ClientBank) -> Visits:
    """Visits of clients who left: cancelled early, without a chance of their own."""
    unknown = np.full(len(bookings), np.nan)
    return Visits(
        **bookings.arrays(),
        number=numbers,
        end=np.where(by_clinic, End.CLINIC_CANCEL, End.EARLY_CANCEL).astype(np.int64),
        cause=np.where(by_clinic, Cause.LEFT, Cause.NONE).astype(np.int64),
        closed=closed,
        moved=np.zeros(len(bookings), dtype=bool),
        by_clinic=by_clinic,
        engagement=bank.engagement[bookings.client],
        after_miss=bank.missed[bookings.client],
        known_logit=unknown,
        own_logit=unknown,
        hidden_logit=unknown,
        used=bank.attended[bookings.client],
        reminder=np.zeros(len(bookings), dtype=np.int64),
        reminded=np.zeros(len(bookings), dtype=np.int64),
        randomised=np.zeros(len(bookings), dtype=bool),
        p_clinic=unknown,
        p_early=unknown,
        p_unused=unknown,
        no_show_share=unknown,
        p_reminder_cancels=unknown,
    )


def _p_early(bookings: Bookings, chances: Chances, timeline: Timeline) -> Floats:
    """More around holidays; impossible for who booked within the notice window."""
    logit = np.log(chances.early / (1 - chances.early)) + chances.early_holiday * timeline.holiday_near[bookings.day]
    return np.where(bookings.start - bookings.booked > DAY + moments.MARGIN, _expit(logit), 0.0)


def _own_logit(bookings: Bookings, chances: Chances, bank: ClientBank) -> Floats:
    """What only the client carries: standing inclination, this week's engagement, the visit missed before."""
    client = bookings.client
    again = chances.after_miss * (bank.missed[client] & (bookings.session != Session.INTAKE))
    logit: Floats = bank.clients.intercept[client] + bank.engagement[client] + again
    return logit


def _known_logit(bookings: Bookings, parameters: PracticeParameters, bank: ClientBank, staff: Staff, timeline: Timeline) -> Floats:
    """What stands in the practice's own records, were its effects known."""
    client, clinician, chances = bookings.client, bookings.clinician, parameters.chances
    arrival = drifts.by_arrival(parameters.drifts, timeline.monday, bank.clients.arrived[client])
    age = chances.age_decade * (bank.clients.age[client] - ADULT_MEAN_AGE) / 10
    payer = np.array(chances.payer)[bank.clients.payer[client]]
    when = timeline.season[bookings.day] + timeline.drift[bookings.day] + staff.slot_effect[bookings.day % 7, bookings.hour]
    whom = staff.clinicians.effect[clinician]
    logit: Floats = chances.unused + arrival + age + payer + when + whom + _circumstances(bookings, parameters, bank, timeline)
    return logit + _kind(bookings, chances) + _remote(bookings, chances, staff)


def _circumstances(bookings: Bookings, parameters: PracticeParameters, bank: ClientBank, timeline: Timeline) -> Floats:
    """A new year's deductible, and minors who are brought during school hours."""
    sizes, client = parameters.circumstances, bookings.client
    deductible = timeline.january[bookings.day] & (bank.clients.payer[client] == Payer.COMMERCIAL)
    school = timeline.term[bookings.day] & (bookings.hour < SCHOOL_ENDS) & (bank.clients.age[client] < ADULT)
    logit: Floats = sizes.deductible * deductible + sizes.school_hours * school
    return logit


def _p_lapse(bookings: Bookings, parameters: PracticeParameters, bank: ClientBank) -> Floats:
    """The chance of an administrative cancel: at each visit while the authorised units are used up and not renewed."""
    units, used = bank.clients.units[bookings.client], bank.attended[bookings.client]
    spent = (units > 0) & (used > 0) & (used % np.maximum(units, 1) == 0)
    chance: Floats = parameters.circumstances.lapse * spent
    return chance


def _p_failure(bookings: Bookings, parameters: PracticeParameters) -> Floats:
    """The chance that the link fails."""
    by_channel = np.array([0.0, parameters.circumstances.video_fails, parameters.circumstances.phone_fails])
    chance: Floats = by_channel[bookings.channel]
    return chance


def _cause(sick: Flags, office: Flags, draws: Floats, lapse: Floats, failure: Floats) -> Ints:
    """Why the practice calls each visit off, if it does; the link is tried last."""
    why = [sick, office, draws[0] < lapse, draws[1] < failure]
    return np.select(why, [Cause.SICK, Cause.OFFICE, Cause.AUTHORIZATION, Cause.LINK], Cause.NONE).astype(np.int64)


def _kind(bookings: Bookings, chances: Chances) -> Floats:
    """Intakes by their wait, the visits after them, medication, groups. A series' lead time carries nothing."""
    days = (bookings.start - bookings.booked) / DAY
    wait = chances.intake_wait * (1 - np.exp(-days / chances.intake_wait_days)) + chances.intake_week * np.maximum(days / 7 - 1, 0)
    early = (bookings.step > 0) & (bookings.step <= EARLY_SESSIONS)
    logit: Floats = (
        (bookings.session == Session.INTAKE) * (chances.intake + wait)
        + early * chances.early_sessions
        + (bookings.session == Session.MEDICATION) * chances.medication
        + (bookings.session == Session.GROUP) * chances.group
    )
    return logit


def _remote(bookings: Bookings, chances: Chances, staff: Staff) -> Floats:
    """A contrast: what video adds at a site, in-person visits lose, so a site's sign does not move its level."""
    effect = staff.clinicians.video_effect[bookings.clinician]
    remote = bookings.channel != Channel.IN_PERSON
    logit: Floats = np.where(remote, 0.6, -0.4) * effect + chances.phone * (bookings.channel == Channel.PHONE)
    return logit


def _p_moved(end: Ints, sick: Flags, chances: Chances) -> Floats:
    """A sick clinician's day is cancelled, not moved."""
    by_end = np.array([0.0, 0.0, chances.moved_late, chances.moved_early, chances.moved_clinic])
    moved: Floats = by_end[end] * ~sick
    return moved


def _expit(logit: Floats | float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.asarray(logit, dtype=np.float64))))
