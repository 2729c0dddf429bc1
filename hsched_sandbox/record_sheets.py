"""The clients and clinicians exports: a line when a record is made and one for each change of it."""

import numpy as np

from hsched_sandbox import wordlists
from hsched_sandbox.appointment_sheet import patient_ids, provider_ids, site_names
from hsched_sandbox.columns import Flags, Floats, Ints, Words
from hsched_sandbox.events import Events
from hsched_sandbox.identities import Identities, filled, identities, phones
from hsched_sandbox.sheets import Sheet, dated, stamped
from hsched_sandbox.timeline import DAY, HOUR, MINUTE
from hsched_sandbox.world import World

PAYER_WORDS = np.array(["Commercial", "Medicaid", "Self Pay", "Medicare"])
RACES = np.array([race for race, _ in wordlists.RACES])
LANGUAGES = np.array(wordlists.LANGUAGES)
CHANGES = 0.12  # of clients who change phone or payer
CHANGE_WITHIN = 400 * DAY
INSURANCE_MOVES = 0.4
DAYS_A_YEAR = 365.25
STATE = "NY"
MIDDLE_AGE = 45.0
ASSISTANCE = np.array([0.04, 0.62, 0.1, 0.2])  # by payer


def registered(events: Events, world: World) -> Ints:
    """When each client's record was made: minutes before their first booking was typed in; the export's end where it never was."""
    first = np.full(len(world.clients), world.timeline.shuts)
    np.minimum.at(first, world.visits.client[events.visit], events.recorded)
    live = world.timeline.opens + 6 * HOUR
    made: Ints = np.where(first < world.timeline.shuts, np.maximum(first - 5 * MINUTE, live), first)
    return made


def client_sheet(made: Ints, world: World, people: Identities, rng: np.random.Generator) -> Sheet:
    """Client records: made once, for some changed once."""
    count, timeline = len(world.clients), world.timeline
    changed_at = made + DAY + (rng.random(count) * CHANGE_WITHIN).astype(np.int64)
    changing = np.flatnonzero((rng.random(count) < CHANGES) & (changed_at < timeline.shuts))
    rows = np.concatenate([np.arange(count), changing])
    recorded = np.concatenate([made, changed_at[changing]])
    is_change = np.arange(len(rows)) >= count
    payer = _payers(world, rows, is_change, rng)
    phone = np.where(is_change, phones(rows + 3 * count), people.phone[rows])
    notes = np.array(filled(wordlists.NOTES, np.arange(count), people, rng), dtype=np.str_)[rows]
    columns = {
        "Patient ID": patient_ids(rows),
        "Last Updated": stamped(recorded, timeline),
        "First Name": people.given[rows],
        "Last Name": people.family[rows],
        "DOB": dated(_birth_days(made, world)[rows], timeline),
        "Sex": people.gender[rows],
        "Language": LANGUAGES[world.clients.language[rows]],
        "Race/Ethnicity": RACES[world.clients.race[rows]],
        "Email": people.email[rows],
        "Mobile": phone,
        "Address": people.street[rows],
        "City": people.city[rows],
        "ZIP": people.postal_code[rows],
        "Member #": people.member_id[rows],
        "Emergency Contact": people.emergency_contact[rows],
        "Primary Payer": PAYER_WORDS[payer],
        "Public Assistance": _flagged(ASSISTANCE[world.clients.payer], rng)[rows],
        "Hypertension": _flagged(np.where(world.clients.age > MIDDLE_AGE, 0.35, 0.08), rng)[rows],
        "Diabetes": _flagged(np.where(world.clients.age > MIDDLE_AGE, 0.16, 0.04), rng)[rows],
        "Alcohol Use Disorder": _flagged(np.full(count, 0.09), rng)[rows],
        "Disability Level": world.clients.disability.astype(str)[rows],
        "Chart Note": notes,
    }
    seen = recorded < timeline.shuts
    return Sheet.of("clients", timeline.day_of(recorded), columns, seen)


def clinician_sheet(world: World, rng: np.random.Generator) -> Sheet:
    """Clinician records, made when the practice goes live."""
    staff, timeline = world.clinicians, world.timeline
    count = len(staff)
    people = identities(np.zeros(count, dtype=np.int64), rng)
    recorded = np.full(count, timeline.opens + 5 * HOUR)
    npi = rng.integers(10**9, 2 * 10**9, count).astype(str)
    columns = {
        "Provider ID": provider_ids(np.arange(count)),
        "Last Updated": stamped(recorded, timeline),
        "First Name": people.given,
        "Last Name": people.family,
        "NPI": npi,
        "Email": np.char.replace(np.char.replace(people.email, "example.org", "clinic.example"), "example.com", "clinic.example"),
        "Role": np.where(staff.prescriber, "prescriber", "therapist"),
        "License State": np.full(count, STATE),
        "Home Office": site_names(staff.site),
    }
    return Sheet.of("clinicians", timeline.day_of(recorded), columns)


def _payers(world: World, rows: Ints, is_change: Flags, rng: np.random.Generator) -> Ints:
    moved = is_change & (rng.random(len(rows)) < INSURANCE_MOVES)
    return np.where(moved, rng.integers(0, len(PAYER_WORDS), len(rows)), world.clients.payer[rows])


def _flagged(share: Floats, rng: np.random.Generator) -> Words:
    return np.where(rng.random(len(share)) < share, "Y", "N")


def _birth_days(made: Ints, world: World) -> Ints:
    age: Floats = world.clients.age * DAYS_A_YEAR
    return world.timeline.day_of(made) - age.astype(np.int64)
