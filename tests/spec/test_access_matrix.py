"""Z1: every route x everybody who could ask: expected equals actual, and no route is missing."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import APIRouter, Depends, FastAPI
from httpx import Response

from hsched_core.domain.access import Way
from hsched_core.policy.permissions import PERMISSIONS, PROOFS, Subject
from hsched_service.access.cookies import cookie_name
from hsched_service.access.guard import check_declared, declared, needs, public
from tests.access_matrix import EXPECTED, LAUNCHED, PUBLIC, ROLES
from tests.service_world import Browser, ServiceWorld, service_world

LOGIN_OF = {role: role.replace("_", "") for role in ROLES}
STRANGERS = ("anonymous", "disabled", "left", "expired", "other practice", "bearer token", "made up")
PLACE = re.compile(r"\{[^}]*\}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    """One person for each role, who has no other."""
    with service_world(tmp_path_factory.mktemp("matrix")) as made:
        clinician = made.token("clinician", "PRV-0000")
        more = {LOGIN_OF[role]: {"roles": [role], **({"clinician": clinician} if role == "clinician" else {})} for role in ROLES}
        made.people(**more)
        yield made


@pytest.fixture(scope="module")
def strangers(world: ServiceWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Browser]]:
    """Who must not come in anywhere."""
    made = {name: _json(world.browser()) for name in STRANGERS}
    name = cookie_name(world.opened.service)
    sign_ins = world.opened.service.sign_ins
    before = world.present.instant
    world.present.instant -= timedelta(hours=13)
    secrets = {"expired": sign_ins.start("frontdesk", Way.DEMO)}
    world.present.instant = before
    secrets |= {"disabled": sign_ins.start("gone", Way.DEMO), "left": sign_ins.start("nobody-any-more", Way.DEMO), "made up": "a" * 43}
    with service_world(tmp_path_factory.mktemp("other")) as other:
        secrets["other practice"] = other.opened.service.sign_ins.start("frontdesk", Way.DEMO)
        for who, secret in secrets.items():
            made[who].cookies.set(name, secret, domain="127.0.0.1")
        made["bearer token"].headers["authorization"] = f"Bearer {secrets['made up']}"
        yield made


def _json(browser: Browser) -> Browser:
    browser.headers["accept"] = "application/json"
    return browser


def routes(world: ServiceWorld) -> list[str]:
    return [f"{method} {path}" for method, path, _ in declared(world.app)]


def ask(browser: Browser, route: str) -> Response:
    """A request of that route, about nothing that exists; a form without its secret, so that nothing is done by who may come in."""
    method, path = route.split(" ", 1)
    return browser.request(method, PLACE.sub("0" * 32, path))


def word(answer: Response) -> str:
    """What the gate said: `in` where it let them pass."""
    if answer.headers.get("content-type", "").startswith("application/json"):
        said = answer.json()
        error = said.get("error") if isinstance(said, dict) else None
        if error in ("not_signed_in", "not_permitted"):
            return str(error)
    return "in"


def said_to(role: str, who: str) -> str:
    """What somebody of that role is to be told, who is signed in at the desk."""
    if who == LAUNCHED:
        return "not_signed_in"
    return "in" if who == PUBLIC or role in who.split() else "not_permitted"


def test_the_expected_table_lists_every_route(world: ServiceWorld) -> None:
    """No route without a row, no row without a route. A new route needs a line in tests/access_matrix.py."""
    assert sorted(routes(world)) == sorted(EXPECTED)


def test_each_role_comes_in_where_it_should_and_nowhere_else(world: ServiceWorld) -> None:
    """Every route x the seven roles."""
    browsers = {role: _json(world.browser(LOGIN_OF[role])) for role in ROLES}
    actual, expected = {}, {}
    for route, who in EXPECTED.items():
        for role, browser in browsers.items():
            answer = ask(browser, route)
            assert answer.status_code != 500, (route, role)
            actual[route, role] = word(answer)
            expected[route, role] = said_to(role, who)

    assert actual == expected
    assert len(actual) == len(ROLES) * len(EXPECTED)


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_comes_in_nowhere(world: ServiceWorld, strangers: dict[str, Browser], who: str) -> None:
    """Not signed in, no longer, elsewhere, or with something else in hand."""
    actual = {route: word(ask(strangers[who], route)) for route in EXPECTED}

    assert actual == {route: "in" if told == PUBLIC else "not_signed_in" for route, told in EXPECTED.items()}


def test_every_subject_says_who_or_how() -> None:
    """Each is either of people who sign in or of others with a proof, never both."""
    assert PERMISSIONS.keys() | PROOFS.keys() == set(Subject)
    assert PERMISSIONS.keys() & PROOFS.keys() == set()


def test_a_route_without_a_subject_keeps_the_service_from_starting() -> None:
    """Also one of a router, and a mounted application."""
    app, inner = FastAPI(openapi_url=None), APIRouter()
    app.get("/said", dependencies=[Depends(public(Subject.HEALTH))])(lambda: None)
    check_declared(app)
    inner.post("/silent")(lambda: None)
    app.include_router(inner, prefix="/of")
    app.mount("/mounted", FastAPI(openapi_url=None))

    with pytest.raises(RuntimeError, match=r"\* /mounted, POST /of/silent"):
        check_declared(app)


def test_a_subject_is_asked_for_in_its_own_way() -> None:
    """Nothing of the desk is declared public by mistake, nothing public asks for a sign-in."""
    with pytest.raises(ValueError, match="needs a sign-in"):
        public(Subject.QUEUE)
    with pytest.raises(ValueError, match="not of people"):
        needs(Subject.HEALTH)
