"""What goes wrong at the sandbox EHR: every fault on order, whether its effect took place, and the same chance for the same seed."""

import http.client
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hsched_sandbox.ehr.faults import REQUEST_FAULTS, Fault, FaultRates, Faults, UnknownFaultError
from tests.sandbox_ehr import NOW, Ehr, Got, running_ehr, wanted

BODY = wanted(NOW + timedelta(days=2), external_reference="ref-1")
STATUSES = {f"status_{status}": status for status in (401, 403, 404, 409, 412, 422, 429, 502, 503, 504)} | {
    "502": 502,
    "503": 503,
    "504": 504,
}
NO_ANSWER = "no answer"


@pytest.fixture(scope="module", name="served")
def fixture_served() -> Iterator[Ehr]:
    with running_ehr() as ehr:
        yield ehr


@pytest.fixture(name="ehr")
def fixture_ehr(served: Ehr) -> Iterator[Ehr]:
    """One server for the module; what a test did to it is undone by cancelling."""
    yield served
    served.faults.clear()
    for one in served.ask("GET", "/appointments?status=booked&external_reference=ref-1").json["appointments"]:
        served.ask("PATCH", f"/appointments/{one['id']}", {"status": "cancelled", "external_reference": "undone"})


def tried(ehr: Ehr, timeout: float = 5.0) -> Got | str:
    try:
        return ehr.ask("POST", "/appointments", BODY, timeout=timeout)
    except (http.client.HTTPException, OSError):
        return NO_ANSWER


def booked(ehr: Ehr) -> int:
    return len(ehr.ask("GET", "/appointments?status=booked&external_reference=ref-1").json["appointments"])


@pytest.mark.parametrize(("fault", "status"), STATUSES.items())
def test_a_status_on_order_changes_nothing(ehr: Ehr, fault: str, status: int) -> None:
    """Answered as ordered, once; the next request is served."""
    ehr.order(fault, "POST /appointments")

    got = tried(ehr)
    assert isinstance(got, Got)
    assert (got.status, booked(ehr)) == (status, 0)
    assert isinstance(tried(ehr), Got)
    assert booked(ehr) == 1


@pytest.mark.parametrize(("fault", "happens"), [("500_before_commit", 0), ("500_after_commit", 1)])
def test_a_500_says_nothing_about_the_effect(ehr: Ehr, fault: str, happens: int) -> None:
    """The same answer, whether it was booked or not."""
    ehr.order(fault)

    got = tried(ehr)
    assert isinstance(got, Got)
    assert (got.status, booked(ehr)) == (500, happens)


@pytest.mark.parametrize(("fault", "happens"), [("hang_before_commit", 0), ("hang_after_commit", 1)])
def test_a_server_that_hangs_is_given_up(ehr: Ehr, fault: str, happens: int) -> None:
    """No answer within the client's patience."""
    ehr.order(fault, "POST /appointments")

    assert tried(ehr, timeout=0.3) == NO_ANSWER
    assert booked(ehr) == happens


@pytest.mark.parametrize(("fault", "happens"), [("reset_before_commit", 0), ("reset_after_commit", 1)])
def test_a_connection_is_reset(ehr: Ehr, fault: str, happens: int) -> None:
    """In the middle of it."""
    ehr.order(fault, "POST /appointments")

    assert tried(ehr) == NO_ANSWER
    assert booked(ehr) == happens


def test_a_late_commit_comes_after_the_answer(ehr: Ehr) -> None:
    """A search right after a 504 finds nothing; a little later the booking is there."""
    ehr.order("late_commit", "POST /appointments", seconds=0.4)

    got = tried(ehr)
    assert isinstance(got, Got)
    assert (got.status, booked(ehr)) == (504, 0)
    time.sleep(0.7)
    assert booked(ehr) == 1


def test_too_many_requests_may_say_when_to_come_back(ehr: Ehr) -> None:
    """With Retry-After or, as Medplum does, without."""
    ehr.order("429_retry_after", "POST /appointments", seconds=30)
    ehr.order("status_429", "POST /appointments")
    first, second = tried(ehr), tried(ehr)

    assert isinstance(first, Got)
    assert isinstance(second, Got)
    assert (first.status, first.headers["retry-after"]) == (429, "30")
    assert (second.status, "retry-after" in second.headers) == (429, False)


def test_an_answer_may_be_slow_cut_drifted_or_no_json(ehr: Ehr) -> None:
    """Each time it was done, and the answer does not say so plainly."""
    for fault in ("slow_body", "truncated_json", "wrong_content_type", "schema_drift"):
        ehr.order(fault, "POST /messages", seconds=0.2)
    body = {"patient_id": "PT-000001", "channel": "text", "template": "offer", "body": "A time is free."}
    slow, cut, odd, drifted = (ehr.ask("POST", "/messages", body) for _ in range(4))

    assert slow.json["status"] == "accepted"
    with pytest.raises(ValueError, match=r"Expecting|delimiter|Unterminated"):
        _ = cut.json
    assert odd.headers["content-type"] == "text/plain"
    assert ("identifier" in drifted.json, "id" in drifted.json) == (True, False)
    assert len(ehr.effects("message")) == 4


def test_an_error_page_is_html(ehr: Ehr) -> None:
    """From a proxy that stands before the server; nothing was done."""
    ehr.order("html_error", "POST /appointments")
    got = tried(ehr)

    assert isinstance(got, Got)
    assert (got.status, got.headers["content-type"], booked(ehr)) == (502, "text/html", 0)


def test_the_server_books_another_slot_than_asked(ehr: Ehr) -> None:
    """201, an hour later."""
    ehr.order("other_slot", "POST /appointments")
    got = tried(ehr)

    assert isinstance(got, Got)
    assert (got.status, got.json["datetime"]) == (201, "2026-03-06T11:00:00-05:00")


def test_a_fault_meets_only_what_it_is_meant_for(ehr: Ehr) -> None:
    """By method and path, for so many requests; the sandbox's own routes never meet one."""
    ehr.order("status_503", "PATCH /appointments/{id}")
    ehr.order("status_403", "GET *", times=2)
    change = {"custom_fields": {"room": "1"}}

    assert ehr.ask("POST", "/appointments/APT-0000001/notes", {"text": "x"}).status == 201
    assert [ehr.ask("GET", path).status for path in ("/sandbox/log", "/clients", "/waitlist", "/clinicians")] == [200, 403, 403, 200]
    assert [ehr.ask("PATCH", "/appointments/APT-0000001", change).status for _ in range(2)] == [503, 200]


def test_orders_are_taken_back(ehr: Ehr) -> None:
    """After DELETE everything works."""
    ehr.order("status_503", times=9)

    assert ehr.ask("DELETE", "/sandbox/faults").status == 204
    assert ehr.ask("GET", "/clients").status == 200


def test_an_unknown_fault_is_refused_by_name(ehr: Ehr) -> None:
    """With the list of those there are."""
    got = ehr.ask("POST", "/sandbox/faults", {"faults": [{"fault": "earthquake"}]})

    assert (got.status, got.json["error"]) == (422, "unknown_fault")
    with pytest.raises(UnknownFaultError, match="more than one"):
        FaultRates({"502": 0.6, "503": 0.6})


def test_random_faults_come_at_their_rates_and_by_their_seed() -> None:
    """Five thousand requests, two faults; the same seed gives the same faults."""
    rates = FaultRates({"502": 0.1, "500_after_commit": 0.05}, seed=7)
    first, again = Faults(rates), Faults(rates)
    met = [first.next("POST", "/appointments") for _ in range(5000)]

    assert [again.next("POST", "/appointments") for _ in range(5000)] == met
    assert 420 < first.met["502"] < 580
    assert 190 < first.met["500_after_commit"] < 310


def test_every_fault_of_the_list_can_be_met() -> None:
    """No name without its way to happen, and no webhook's fault on a request."""
    for name in REQUEST_FAULTS:
        assert Fault(name).meets("GET", "/clients")
    assert not Fault("webhook_loss").meets("GET", "/clients")


def test_random_faults_can_be_ordered_over_http(ehr: Ehr) -> None:
    """Every request fails at a rate of one."""
    assert ehr.ask("POST", "/sandbox/faults", {"rates": {"502": 1.0}, "seed": 3}).status == 200
    assert [ehr.ask("GET", "/clients").status for _ in range(3)] == [502] * 3
