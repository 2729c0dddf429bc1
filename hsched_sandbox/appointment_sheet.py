"""The appointments export: one line for each recorded event, in the EHR's own words."""

import numpy as np

from hsched_sandbox import wordlists
from hsched_sandbox.columns import Ints, Words
from hsched_sandbox.dirt import Breach
from hsched_sandbox.events import Events, Happening
from hsched_sandbox.identities import Identities, filled
from hsched_sandbox.sheets import Sheet, Text, blank_unless, chosen, coded, stamped, stamped_as_utc, worded
from hsched_sandbox.timeline import DAY, MINUTE
from hsched_sandbox.world import Bookings, Session, World

STATUSES = np.array(
    ["Scheduled", "Confirmed", "Rescheduled", "Edited", "Cancelled", "Checked Out", "No Show", "Late Cancel", "Legacy Code 7"]
)
LATE_CANCEL, UNKNOWN = 7, 8
LONGEST_SERIES_WEEKS = 13
TYPES = np.array(["Intake 60", "Individual Therapy", "Couples Therapy", "Family Therapy", "Group Therapy", "Med Management"])
MODES = np.array(["Office", "Telehealth", "Telephone"])
LONG_SESSION = 60
MEDICATION_VISIT = 30


def appointment_sheet(events: Events, world: World, people: Identities, rng: np.random.Generator) -> Sheet:
    """The event log as text, by recorded day."""
    visits = Bookings.of(world.visits).take(events.visit)
    start, end = _hours(events, visits, world)
    in_series = visits.session != Session.INTAKE
    columns = {
        "Row ID": coded("EV", events.number, 8),
        "Appt ID": appointment_ids(events.visit),
        "Patient ID": blank_unless(events.breach != Breach.MISSING_CLIENT, patient_ids(visits.client)),
        "Provider ID": provider_ids(visits.clinician),
        "Status": _status(events),
        "Changed By": worded(("", "Patient", "Office"), np.where(events.by_client, 1, 2 * events.by_clinic)),
        "Event Time": stamped(events.at, world.timeline),
        "Entered Time": stamped(events.recorded, world.timeline),
        "Start": start,
        "End": end,
        "Appt Type": worded(TYPES, visits.session),
        "Mode": worded(MODES, visits.channel),
        "Office": worded(site_names(world.clinicians.site), visits.clinician),
        "Series ID": blank_unless(in_series, coded("SER", visits.series, 6)),
        "Repeats Every": blank_unless(in_series, worded([str(7 * weeks) for weeks in range(LONGEST_SERIES_WEEKS)], visits.every)),
        "Replaces Appt": coded("APT", visits.replaces, 7),
        "Reason": _reasons(events, visits.client, people, rng),
    }
    return Sheet.of("appointments", world.timeline.day_of(events.recorded), columns)


def appointment_ids(visit: Ints) -> Text:
    """The EHR's appointment ids."""
    return coded("APT", visit, 7)


def patient_ids(client: Ints) -> Text:
    """The EHR's patient ids."""
    return coded("PT", client, 6)


def provider_ids(clinician: Ints) -> Text:
    """The EHR's provider ids."""
    return coded("PRV", clinician, 4)


def site_names(site: Ints) -> Words:
    """Names of offices; a number tells the later ones apart."""
    names = np.array(wordlists.SITES)[site % len(wordlists.SITES)]
    turn = site // len(wordlists.SITES)
    return np.where(turn == 0, names, np.char.add(np.char.add(names, " "), (turn + 1).astype(str)))


def durations(visits: Bookings, clinician_minutes: Ints) -> Ints:
    """Minutes: intakes, couples, families and groups take the hour, medication half of it."""
    individual = np.where(visits.session == Session.INDIVIDUAL, clinician_minutes[visits.clinician], LONG_SESSION)
    return np.where(visits.session == Session.MEDICATION, MEDICATION_VISIT, individual)


def _hours(events: Events, visits: Bookings, world: World) -> tuple[Text, Text]:
    end = visits.start + durations(visits, world.clinicians.duration) * MINUTE
    impossible = events.breach == Breach.IMPOSSIBLE_END
    end = np.where(impossible, visits.start - DAY, end)
    lost, timeline = events.zone_lost, world.timeline
    start_text = chosen(lost, stamped_as_utc(visits.start, timeline), stamped(visits.start, timeline))
    return start_text, chosen(lost, stamped_as_utc(end, timeline), stamped(end, timeline))


def _status(events: Events) -> Text:
    which = np.where(events.late & (events.what == Happening.CANCELLED), LATE_CANCEL, events.what)
    return worded(STATUSES, np.where(events.breach == Breach.UNKNOWN_STATUS, UNKNOWN, which))


def _reasons(events: Events, client: Ints, people: Identities, rng: np.random.Generator) -> Text:
    """Free text as front desks write it; three of four say something. A row sent again says the same."""
    said = np.flatnonzero(events.by_client | events.by_clinic)
    _, which, place = np.unique(events.number[said], return_index=True, return_inverse=True)
    which = said[which]
    who, by_client = client[which], events.by_client[which]
    text = np.where(by_client, filled(wordlists.CLIENT_REASONS, who, people, rng), filled(wordlists.CLINIC_REASONS, who, people, rng))
    text = np.where(rng.random(len(which)) < 0.75, text, "")
    row = np.full(len(events), len(text))
    row[said] = place
    return worded(np.append(text, ""), row)
