"""S1 at length: everything the document describes x every caller; and every page of people x every role, whatever is sent. No 5xx."""

from collections.abc import Iterator, Mapping

import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.python.asgi import ASGIClient
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance, unsupported_method
from schemathesis.transport.asgi import ASGI_TRANSPORT

from hsched_adapters.people_file import save_people
from hsched_service.predict.document import document
from tests.access_matrix import EXPECTED, PUBLIC, ROLES
from tests.guard_world import LOGINS, Guarded, guarded
from tests.openapi_callers import CALLERS, STAFF, callers, ignored_auth, patient, sent_as
from tests.predict_desk import predict_desk
from tests.predict_talk import Talk
from tests.service_world import ADDRESS

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance, unsupported_method]
QUICK = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
EXAMPLES = 20  # of each page, each sent by seven roles
STAYS = {"/sign-out", "/switch/stop"}  # they would end what the others need
api_schema = schemathesis.openapi.from_dict(document())
tried: dict[str, int] = {}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with predict_desk(tmp_path_factory.mktemp("desk"), watching=patient()) as made:
        made.token("ehr")
        save_people(made.opened.paths.people, {login: {"roles": roles} for login, roles in STAFF.items() if login != "clinician1"})
        yield made


@pytest.fixture(scope="module")
def everybody(desk: Talk) -> Mapping[str, dict[str, str]]:
    return callers(desk)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("elm"), clinicians=2) as made:
        yield made


@api_schema.parametrize()
@settings(QUICK, max_examples=100)
def test_what_the_document_describes_for_every_caller(case: schemathesis.Case, desk: Talk, everybody: Mapping[str, dict[str, str]]) -> None:
    """Undocumented answers, failures, proofs that were not asked for: none."""
    api = ASGIClient(desk.app)
    for who in CALLERS:
        response = sent_as(everybody[who])(case, api)
        assert ignored_auth(case, who, response.status_code) == []
        case.validate_response(response, checks=CHECKS)
        tried[who] = tried.get(who, 0) + 1


def test_every_page_for_every_role(practice: Guarded) -> None:
    """FastAPI's own description of the pages, which is not served, drives them: roles come in where Z1 says, and nothing fails."""
    app = practice.world.app
    schema = schemathesis.openapi.from_dict(get_openapi(title="pages", version="0", routes=app.routes))
    api, count, wrong = ASGIClient(app), 0, []
    browsers = {role: practice.browser(role) for role in ROLES}

    def pages(case: schemathesis.Case) -> None:
        nonlocal count
        word = f"{case.operation.method.upper()} {case.operation.path}"
        if case.operation.path in STAYS:
            return
        for role, browser in browsers.items():
            cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
            sent = {"Cookie": cookie, "X-CSRF-Token": browser.csrf, "Accept": "application/json"}
            response = ASGI_TRANSPORT.send(case, session=api, base_url=ADDRESS, headers=sent)
            count += 1
            who = EXPECTED.get(word, PUBLIC)
            let_in = who == PUBLIC or role in who.split()
            wrong.extend([(word, LOGINS[role], response.status_code)] if response.status_code >= 500 else [])
            wrong.extend([(word, LOGINS[role], response.status_code)] if not let_in and response.status_code < 400 else [])

    for result in schema.get_all_operations():
        settings(QUICK, max_examples=EXAMPLES)(given(case=result.ok().as_strategy())(pages))()
    print(f"pages: {count} requests of seven roles, {len(wrong)} wrong")
    assert wrong == []
    assert count > 5000


def test_the_figures() -> None:
    """How often each caller asked."""
    print("the document:", ", ".join(f"{who} {count}" for who, count in tried.items()))
    assert min(tried.values(), default=0) >= 100
