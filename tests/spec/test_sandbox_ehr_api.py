"""The sandbox EHR answers over HTTP in the shapes of real ones: search, versions, keys, references, refusals."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from hsched_sandbox.ehr.conduct import NEITHER, SEARCHABLE, Dialect, DoubleBooking
from tests.sandbox_ehr import NOW, Ehr, appointment, running_ehr, wanted

IN_TWO_DAYS = NOW + timedelta(days=2)


@pytest.fixture(name="ehr")
def fixture_ehr() -> Iterator[Ehr]:
    with running_ehr() as ehr:
        yield ehr


def ids(ehr: Ehr, query: str) -> list[str]:
    return [one["id"] for one in ehr.ask("GET", f"/appointments?{query}").json["appointments"]]


@pytest.mark.parametrize("path", ["/appointments", "/clients", "/sandbox/log", "/nowhere"])
def test_nothing_is_answered_without_the_token(ehr: Ehr, path: str) -> None:
    """A missing or wrong token is a 401, whatever was asked."""
    ehr.token = "another"

    assert ehr.ask("GET", path).status == 401


def test_an_appointment_is_shown_whole_with_its_version(ehr: Ehr) -> None:
    """Wall time of the practice with its offset; the version is also the ETag."""
    got = ehr.ask("GET", "/appointments/APT-0000001")

    assert (got.status, got.headers["etag"]) == (200, '"1"')
    assert got.json["datetime"] == "2026-03-05T11:00:00-05:00"
    assert {"patient_id", "provider_id", "duration", "type", "modality", "site", "status", "custom_fields", "notes"} <= got.json.keys()
    assert ehr.ask("GET", "/appointments/APT-9999999").status == 404


def test_a_span_shows_what_touches_it(ehr: Ehr) -> None:
    """An appointment that began before the span and reaches into it belongs to it; one that ends where it starts does not."""
    begins = NOW + timedelta(days=1, minutes=49)

    assert ids(ehr, f"from={begins.isoformat().replace('+', '%2B')}&provider_id=PRV-0000") == ["APT-0000000", "APT-0000002"]
    assert "APT-0000000" not in ids(ehr, f"from={(begins + timedelta(minutes=1)).isoformat().replace('+', '%2B')}")
    assert ids(ehr, "to=2026-03-05T11:00:00-05:00") == ["APT-0000000"]


def test_a_poll_sees_what_changed_at_or_after_an_instant(ehr: Ehr) -> None:
    """By the EHR's clock, in the order of the change."""
    ehr.ask("PATCH", "/appointments/APT-0000003", {"status": "cancelled"})
    ehr.ask("POST", "/appointments", wanted(IN_TWO_DAYS))

    assert ids(ehr, "updated_since=2026-03-04T10:00:00-05:00") == ["APT-0000003", "APT-5000001"]


def test_long_lists_come_in_pages(ehr: Ehr) -> None:
    """A hundred a page; the last one says that it is the last."""
    for number in range(100, 250):
        ehr.book.place(appointment(number, NOW + timedelta(days=number)))
    first = ehr.ask("GET", "/appointments").json
    second = ehr.ask("GET", "/appointments?page=2").json

    assert (len(first["appointments"]), first["next_page"]) == (100, 2)
    assert (len(second["appointments"]), second["next_page"]) == (54, None)
    assert ehr.ask("GET", "/appointments?page=0").status == 400


def test_an_unknown_parameter_is_refused_or_silently_ignored() -> None:
    """As the dialect has it; ignored, the answer looks as if everything matched."""
    with running_ehr() as strict, running_ehr(dialect=Dialect.LENIENT) as lenient:
        refused, ignored = strict.ask("GET", "/appointments?bogus=1"), lenient.ask("GET", "/appointments?bogus=1")

    assert (refused.status, refused.json["error"]) == (400, "unknown_parameter")
    assert len(ignored.json["appointments"]) == 4


def test_booking_gives_an_id_and_the_first_version(ehr: Ehr) -> None:
    """And is found again under its external reference."""
    made = ehr.ask("POST", "/appointments", wanted(IN_TWO_DAYS, external_reference="ref-1"))

    assert (made.status, made.json["version"], made.json["status"]) == (201, 1, "booked")
    assert ids(ehr, "external_reference=ref-1") == [made.json["id"]]


@pytest.mark.parametrize(
    "change",
    [
        {"patient_id": "PT-999999"},
        {"provider_id": "PRV-9999"},
        {"datetime": "2026-03-06T10:00:00"},
        {"duration": 0},
        {"duration": "50"},
        {"type": "YOGA"},
        {"modality": "telepathy"},
        {"status": "booked"},
        {"patient_id": None},
    ],
)
def test_a_booking_that_makes_no_sense_is_refused(ehr: Ehr, change: dict[str, object]) -> None:
    """422, with the field, and nothing is booked."""
    got = ehr.ask("POST", "/appointments", wanted(IN_TWO_DAYS) | change)

    assert got.status == 422
    assert got.json.keys() == {"error", "detail"}
    assert ehr.effects("book") == []


def test_a_taken_hour_is_refused_or_booked_twice() -> None:
    """Of the clinician or of the client; some servers accept it without complaint."""
    taken, same_client = wanted(NOW + timedelta(days=1, minutes=30)), wanted(NOW + timedelta(days=1), patient=0, provider=1)
    with running_ehr() as refusing, running_ehr(double_booking=DoubleBooking.ACCEPT) as accepting:
        refused = [refusing.ask("POST", "/appointments", body) for body in (taken, same_client)]
        accepted = accepting.ask("POST", "/appointments", taken)

    assert [(got.status, got.json["error"]) for got in refused] == [(409, "conflict")] * 2
    assert accepted.status == 201


def test_the_hour_of_a_cancelled_appointment_is_free(ehr: Ehr) -> None:
    """The opening that the waitlist is about."""
    ehr.ask("PATCH", "/appointments/APT-0000000", {"status": "cancelled", "cancel_reason": "PATIENT"})

    assert ehr.ask("POST", "/appointments", wanted(NOW + timedelta(days=1))).status == 201


def test_members_of_one_group_share_an_hour(ehr: Ehr) -> None:
    """A group session is one appointment for each member."""
    bodies = [wanted(IN_TWO_DAYS, patient=number, type="GROUP_THERAPY") for number in (1, 2, 1)]

    assert [ehr.ask("POST", "/appointments", body).status for body in bodies] == [201, 201, 409]


def test_a_stale_version_is_refused_or_ignored() -> None:
    """412, or as Medplum 5.0.10 and WSO2 do."""
    body = {"custom_fields": {"ai_risk_score": 0.78}}
    with running_ehr() as careful, running_ehr(checks_versions=False) as careless:
        answers = [
            [ehr.ask("PATCH", "/appointments/APT-0000001", body, If_Match='"1"').status for _ in range(2)] for ehr in (careful, careless)
        ]

    assert answers == [[200, 412], [200, 200]]


def test_custom_fields_are_merged_and_versions_grow(ehr: Ehr) -> None:
    """A score beside what stood there."""
    ehr.ask("PATCH", "/appointments/APT-0000001", {"custom_fields": {"room": "2"}})
    got = ehr.ask("PATCH", "/appointments/APT-0000001", {"custom_fields": {"ai_risk_score": 0.78}}, If_Match='"2"')

    assert got.json["custom_fields"] == {"room": "2", "ai_risk_score": 0.78}
    assert (got.json["version"], got.headers["etag"]) == (3, '"3"')


def test_what_is_cancelled_cannot_be_cancelled_again(ehr: Ehr) -> None:
    """409; nothing about it changes."""
    answers = [ehr.ask("PATCH", "/appointments/APT-0000001", {"status": "cancelled"}).status for _ in range(2)]

    assert answers == [200, 409]
    assert ehr.book.conduct.checks_versions
    assert len(ehr.effects("cancel")) == 1


def test_a_note_goes_to_the_chart(ehr: Ehr) -> None:
    """With its reference; an empty one is refused."""
    got = ehr.ask("POST", "/appointments/APT-0000001/notes", {"text": "offered to the waitlist", "external_reference": "n-1"})

    assert (got.status, got.json["notes"][0]["external_reference"]) == (201, "n-1")
    assert ehr.ask("POST", "/appointments/APT-0000001/notes", {"text": ""}).status == 422
    assert ehr.ask("POST", "/appointments/APT-9999999/notes", {"text": "x"}).status == 404


def test_an_honoured_key_books_once() -> None:
    """The second request under it is answered with the first one's appointment; another request under it is refused."""
    body = wanted(IN_TWO_DAYS)
    with running_ehr() as ehr:
        first, again = (ehr.ask("POST", "/appointments", body, Idempotency_Key="k-1") for _ in range(2))
        other = ehr.ask("POST", "/appointments", wanted(NOW + timedelta(days=3)), Idempotency_Key="k-1")
        effects = ehr.effects("book")

    assert (again.status, again.json["id"], again.headers["idempotent-replayed"]) == (201, first.json["id"], "true")
    assert (other.status, other.json["error"]) == (422, "key_reused")
    assert [one["key"] for one in effects] == ["k-1"]


def test_a_key_that_is_not_honoured_books_twice() -> None:
    """The class of EHR that can be searched: both bookings stand under the reference."""
    body = wanted(IN_TWO_DAYS, external_reference="ref-1")
    with running_ehr(SEARCHABLE, double_booking=DoubleBooking.ACCEPT) as ehr:
        for _ in range(2):
            ehr.ask("POST", "/appointments", body, Idempotency_Key="k-1")

        assert len(ids(ehr, "external_reference=ref-1")) == 2


def test_an_ehr_with_neither_keeps_no_reference() -> None:
    """It takes the field without complaint, forgets it, and cannot be searched by it."""
    with running_ehr(NEITHER) as ehr:
        made = ehr.ask("POST", "/appointments", wanted(IN_TWO_DAYS, external_reference="ref-1"))

        assert (made.status, made.json["external_reference"]) == (201, None)
        assert ehr.ask("GET", "/appointments?external_reference=ref-1").status == 400
        assert [one["external_reference"] for one in ehr.effects("book")] == ["ref-1"]


def test_a_message_is_accepted_and_found_again(ehr: Ehr) -> None:
    """Under its reference; under its key it is taken once."""
    body = {"patient_id": "PT-000001", "channel": "text", "template": "offer", "body": "A time is free.", "external_reference": "m-1"}
    first, again = (ehr.ask("POST", "/messages", body, Idempotency_Key="k-2") for _ in range(2))

    assert (first.status, first.json["status"], again.json["id"]) == (201, "accepted", first.json["id"])
    assert [one["id"] for one in ehr.ask("GET", "/messages?external_reference=m-1").json["messages"]] == [first.json["id"]]
    assert ehr.ask("POST", "/messages", body | {"channel": "pigeon"}).status == 422


def test_the_waitlist_shows_who_waits_and_is_kept_by_version(ehr: Ehr) -> None:
    """The longest wait first; an entry is placed once, by who read it last."""
    waiting = ehr.ask("GET", "/waitlist?status=waiting").json["entries"]
    placed = [ehr.ask("PATCH", "/waitlist/WL-0000004", {"status": "placed"}, If_Match='"1"').status for _ in range(2)]

    assert [entry["id"] for entry in waiting] == ["WL-0000005", "WL-0000004"]
    assert placed == [200, 412]
    assert ehr.ask("GET", "/waitlist/WL-0000004").json["status"] == "placed"


def test_a_client_is_shown_with_whom_they_see_and_how_often(ehr: Ehr) -> None:
    """A weekly series follows from the calendar; who has one visit only has none."""
    for week in (1, 2, 3):
        ehr.book.place(appointment(10 + week, NOW + timedelta(days=1, weeks=week)))

    assert ehr.ask("GET", "/clients/PT-000000").json["series"] == {"provider_id": "PRV-0000", "interval_days": 7}
    assert ehr.ask("GET", "/clients/PT-000001").json["series"] is None
    assert ehr.ask("GET", "/clients/PT-000001").json["usual_provider_id"] == "PRV-0001"


def test_clinicians_and_authorizations_are_shown(ehr: Ehr) -> None:
    """With licences, hours, units."""
    clinician = ehr.ask("GET", "/clinicians").json["clinicians"][0]
    (authorization,) = ehr.ask("GET", "/authorizations?patient_id=PT-000000").json["authorizations"]

    assert clinician["licences"] == [{"state": "NY", "from": "2020-01-01", "until": "2030-01-01"}]
    assert clinician["hours"][0] == {"weekday": 1, "from": "09:00", "to": "17:00"}
    assert (authorization["units_approved"], authorization["units_used"]) == (12, 3)


def test_people_act_at_the_ehr_itself(ehr: Ehr) -> None:
    """A client cancels, staff fill the hour by phone, somebody asks to wait: the log says who did what."""
    acts = [
        {"act": "cancel", "by": "client", "appointment_id": "APT-0000000"},
        {"act": "book", "patient_id": "PT-000005", "provider_id": "PRV-0000", "datetime": (NOW + timedelta(days=1)).isoformat()},
        {"act": "wait", "by": "client", "entry": {"id": "WL-0000009", "patient_id": "PT-000001", "type": "INDIVIDUAL_THERAPY"}},
        {"act": "attend", "appointment_id": "APT-0000001"},
    ]

    assert [ehr.ask("POST", "/sandbox/acts", act).status for act in acts] == [200] * 4
    log = ehr.ask("GET", "/sandbox/log").json["effects"]
    assert [(one["act"], one["by"]) for one in log] == [
        ("cancel", "client"),
        ("book", "staff"),
        ("waitlist", "client"),
        ("attended", "staff"),
    ]
    assert [one["seq"] for one in log] == [1, 2, 3, 4]
    assert ehr.ask("GET", "/sandbox/log?since=3").json["effects"] == log[3:]


@pytest.mark.parametrize("odd", [{"id": ""}, {"patient_id": ""}, {"modality": "hologram"}, {"weekdays": [9]}])
def test_an_entry_that_no_ehr_would_take_is_refused(ehr: Ehr, odd: dict[str, Any]) -> None:
    """By field, without the value; nothing is written."""
    entry = {"id": "WL-0000009", "patient_id": "PT-000001", "type": "INDIVIDUAL_THERAPY", "modality": "video", "weekdays": [1, 5]}
    refused = ehr.ask("POST", "/sandbox/acts", {"act": "wait", "entry": entry | odd})

    assert (refused.status, ehr.effects("waitlist")) == (422, [])
    assert next(iter(odd)) in refused.raw.decode()
    assert ehr.ask("POST", "/sandbox/acts", {"act": "wait", "entry": entry}).status == 200
