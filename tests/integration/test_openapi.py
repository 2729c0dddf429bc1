"""The API's document: everything other programs call is in it with examples, and what is answered is what it says."""

import itertools
from collections.abc import Iterator, Mapping

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.python.asgi import ASGIClient
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from schemathesis.transport.asgi import ASGI_TRANSPORT

from hsched_adapters.people_file import save_people
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import declared
from hsched_service.cds.document import CALL, CARDS
from hsched_service.cds.payload import BookingCall, Cards
from hsched_service.predict.document import ANSWER, EXAMPLE, document
from hsched_service.predict.payload import Answer, Visit
from tests.openapi_callers import CALLERS, STAFF, callers, ignored_auth, patient, sent_as
from tests.predict_desk import predict_desk
from tests.predict_talk import ADDRESS, Talk

OF_PROGRAMS = {Subject.PREDICT, Subject.HEALTH, Subject.CDS_HOOKS}
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, unsupported_method]
TURNS = itertools.cycle(CALLERS)
schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Whose limits nobody reaches: what is asked here is asked too often for one address."""
    with predict_desk(tmp_path_factory.mktemp("desk"), watching=patient()) as made:
        made.token("ehr")
        yield made


@pytest.fixture(scope="module")
def api(desk: Talk) -> ASGIClient:
    return ASGIClient(desk.app)


def test_the_document_is_served_and_has_every_route_of_programs(desk: Talk) -> None:
    """No page of people is in it; its examples are of its own types."""
    import msgspec

    served = desk.web.get("/openapi.json")
    wanted = {(method, path) for method, path, subject in declared(desk.app) if subject in OF_PROGRAMS}
    described = {(method.upper(), path) for path, methods in served.json()["paths"].items() for method in methods}

    assert served.json() == document()
    assert described == wanted
    assert msgspec.convert(EXAMPLE, Visit).client_id == "CLIENT-789"
    assert msgspec.convert(ANSWER, Answer).risk_band == "high"
    assert msgspec.json.decode(msgspec.json.encode(CALL), type=BookingCall).context.patient_id == "CLIENT-789"
    assert msgspec.convert(CARDS, Cards).cards[0].indicator == "critical"
    for methods in document()["paths"].values():
        for operation in methods.values():
            assert all("example" in one["content"]["application/json"] or code == "405" for code, one in operation["responses"].items())


@schema.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_what_is_answered_is_what_the_document_says(case: schemathesis.Case, desk: Talk, api: ASGIClient) -> None:
    """Made-up requests, right and wrong: no 5xx, no answer that is not described, whatever method is tried."""
    token = {"Authorization": f"Bearer {desk.token('ehr')}"}
    case.validate_response(ASGI_TRANSPORT.send(case, session=api, base_url=ADDRESS, headers=token), checks=CHECKS)


@pytest.fixture(scope="module")
def everybody(desk: Talk) -> Mapping[str, dict[str, str]]:
    """A token of each kind, and one of the staff for each role."""
    clinician = desk.opened.vault.pseudonyms("clinician", ["PROV-456"])["PROV-456"]
    own = {"clinician1": {"clinician": clinician}}
    save_people(desk.opened.paths.people, {login: {"roles": roles, **own.get(login, {})} for login, roles in STAFF.items()})
    return callers(desk)


@schema.parametrize()
@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_nobody_without_a_right_to_it_is_answered(
    case: schemathesis.Case, api: ASGIClient, everybody: Mapping[str, dict[str, str]]
) -> None:
    """Strangers, wrong tokens and the seven roles, in turn: described refusals, and no proof of one kind counts as another.

    All of them on every case: tests/prove/test_guard_openapi.py.
    """
    for who in itertools.islice(TURNS, 2):
        response = sent_as(everybody[who])(case, api)
        assert ignored_auth(case, who, response.status_code) == []
        case.validate_response(response, checks=CHECKS)


def test_a_door_that_did_not_ask_would_be_noticed(desk: Talk, api: ASGIClient, everybody: Mapping[str, dict[str, str]]) -> None:
    """The same question to a room that takes everybody for the EHR."""
    case = schema["/predict/no-show-risk"]["POST"].Case(body=EXAMPLE, media_type="application/json")
    known = desk.room.callers.of(everybody["ehr"]["Authorization"].encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.room.callers, "of", lambda _authorization: known)
        status = sent_as(everybody["nobody"])(case, api).status_code

    assert ignored_auth(case, "nobody", status) != []
