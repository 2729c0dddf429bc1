"""Rows of an EHR's lists that cannot be read: they are set aside and counted, and the others are read; over real HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hsched_adapters.ehr.rest.check import check
from hsched_adapters.ehr.rest.client import EhrError
from hsched_core.domain.waiting import Cover
from hsched_sandbox.ehr.records import Appointment, Authorization, Client, Clinician, Consent, Entry, Type
from tests.rest_world import FREE, NOW, RestWorld, rest_world
from tests.sandbox_ehr import appointment

DAYS = (date(2026, 1, 1), date(2026, 6, 30))
ODD_APPOINTMENT = "APT-0000090"  # of clinician 0 and client 0, in the hour that is free otherwise


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RestWorld]:
    with rest_world(tmp_path) as made:
        yield made


def odd_appointment(world: RestWorld, **changes: Any) -> None:
    world.ehr.book.place(replace(appointment(90, FREE), **({"modality": "hologram"} | changes)))


@pytest.mark.parametrize(("field", "value"), [("modality", "hologram"), ("weekdays", (9,))])
def test_one_odd_entry_of_the_waitlist_does_not_hide_the_others(world: RestWorld, field: str, value: Any) -> None:
    """It is counted under the field that is in the way; mended, it is there again."""
    odd = replace(world.ehr.book.get(Entry, "WL-0000004"), **{field: value})
    world.ehr.book.place(odd)
    reader = world.connector.reader

    assert [one.entry for one in reader.waiting()] == [world.token("waitlist_entry", "WL-0000005")]
    assert reader.set_aside() == {f"unexpected_form: waitlist_entry.{field}": 1}
    world.ehr.book.place(replace(odd, **{field: None if field == "modality" else ()}))
    assert (len(reader.waiting()), reader.set_aside()) == (2, {})


def test_an_odd_client_is_set_aside_with_their_own_entry_only(world: RestWorld) -> None:
    """The gate could not judge an offer to them; asked for alone, the record still fails."""
    client = world.ehr.book.get(Client, "PT-000004")
    world.ehr.book.place(replace(client, consents=(Consent("yes", NOW),)))  # type: ignore[arg-type]  # what the EHR sends
    reader = world.connector.reader

    assert [one.client for one in reader.waiting()] == [world.token("client", "PT-000005")]
    assert len(reader.consents()) == 5
    assert reader.set_aside() == {"unexpected_form: client.consent_given": 1}
    with pytest.raises(EhrError, match=r"client\.consent_given"):
        world.connector.ehr.client_of(world.token("client", "PT-000004"), "a test")


def test_odd_clinicians_and_authorizations_do_not_hide_the_others(world: RestWorld) -> None:
    """Who is missing among the clinicians has no licence for the gate."""
    greta = world.ehr.book.get(Clinician, "PRV-0001")
    world.ehr.book.place(replace(greta, site_state=7))  # type: ignore[arg-type]  # what the EHR sends
    world.ehr.book.place(Authorization("AU-1", "PT-000004", Type.INDIVIDUAL, 12, 3, *DAYS))
    world.ehr.book.place(Authorization("AU-2", "PT-000004", Type.INDIVIDUAL, -1, 3, *DAYS))
    reader = world.connector.reader

    assert [one.clinician for one in reader.clinicians()] == [world.token("clinician", "PRV-0000")]
    assert {one.client: one.cover for one in reader.waiting()}[world.token("client", "PT-000004")] == (Cover(*DAYS, 9),)
    assert reader.set_aside() == {"unexpected_form: clinician.site_state": 1, "unexpected_form: authorization.units_approved": 1}


def test_an_odd_appointment_is_left_out_of_lists_and_fails_alone(world: RestWorld) -> None:
    """The poll and the desk go on with the others."""
    odd_appointment(world)
    reader = world.connector.reader

    assert len(reader.appointments(NOW, NOW + timedelta(days=2))) == 4
    assert len(reader.changed_since(NOW - timedelta(days=30))) == 4
    assert reader.set_aside() == {"unexpected_form: appointment.modality": 1}
    with pytest.raises(EhrError, match=r"appointment\.modality"):
        reader.appointment(world.token("appointment", ODD_APPOINTMENT))


def test_a_time_that_cannot_be_read_is_not_taken_for_free(world: RestWorld) -> None:
    """The gate judges nothing about that clinician's or client's hour; another hour, and other people, are judged."""
    odd_appointment(world)

    assert not _is_judged(world)
    assert not _is_judged(world, client="PT-000000", clinician="PRV-0001")
    assert _is_judged(world, starts_at=FREE + timedelta(hours=1))
    assert _is_judged(world, clinician="PRV-0001")
    odd_appointment(world, duration=0)
    assert not _is_judged(world, starts_at=FREE + timedelta(hours=1))


def _is_judged(world: RestWorld, **session: Any) -> bool:
    try:
        world.connector.calendar.facts_for(world.booking(**session), "")
    except EhrError:
        return False
    return True


def test_the_check_names_odd_rows_by_list_field_and_number(world: RestWorld) -> None:
    """It reads with the desk's own reader; a few odd rows do not make a connection that does not hold."""
    for number in (4, 5):
        world.ehr.book.place(replace(world.ehr.book.get(Entry, f"WL-{number:07d}"), modality="hologram"))
    world.ehr.book.place(replace(world.ehr.book.get(Appointment, "APT-0000002"), status="vanished"))  # type: ignore[arg-type]  # no status, on purpose
    report = check(world.connector, world.clock.now())

    assert report.set_aside == {"unexpected_form: waitlist_entry.modality": 2, "unexpected_form: appointment.status": 1}
    assert "Rows that cannot be read, and are left out: 2 (unexpected_form: waitlist_entry.modality)." in report.in_words()
    assert report.holds
