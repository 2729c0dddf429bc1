"""Passkeys: who adds one shows it at each sign-in; a proof counts once, for this service, this person and this browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from httpx import Response
from limits import RateLimitItemPerHour

from hsched_adapters.access.rates import Rates
from hsched_service.access.cookies import csrf_of
from tests.access_matrix import EXPECTED, LAUNCHED, PUBLIC
from tests.authenticator import Authenticator
from tests.service_world import Browser, ServiceWorld, service_world

HOST, ORIGIN = "localhost", "http://localhost:8700"
PROVING = {"GET /sign-in/passkey", "POST /sign-in/passkey", "POST /sign-in/passkey/options"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with service_world(tmp_path_factory.mktemp("passkeys"), service_url=ORIGIN) as made:
        yield made


@pytest.fixture
def key(world: ServiceWorld) -> Iterator[Authenticator]:
    """A key that manager1 has added."""
    world.opened.service.__dict__.pop("rates", None)
    made = Authenticator(ORIGIN, HOST)
    browser = world.browser("manager1")
    assert add(browser, made).status_code == 200
    yield made
    store = world.opened.service.passkeys.store
    for login in ("manager1", "manager2"):
        for one in store.of(login):
            store.remove(one, login)


def said(browser: Browser, path: str, body: Any) -> Response:
    return browser.post(path, json=body, headers={"x-csrf-token": browser.csrf, "accept": "application/json"})


def add(browser: Browser, key: Authenticator) -> Response:
    return said(browser, "/account/passkeys", key.create(said(browser, "/account/passkeys/options", {}).json()))


def prove(browser: Browser, key: Authenticator, **how: Any) -> Response:
    answer = said(browser, "/sign-in/passkey", key.get(said(browser, "/sign-in/passkey/options", {}).json(), **how))
    browser.csrf = csrf_of(dict(browser.cookies)["hsched"])
    return answer


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def test_who_has_a_passkey_is_signed_in_half_until_they_show_it(world: ServiceWorld, key: Authenticator) -> None:
    """Then whole, under a new secret, at the page they wanted."""
    browser = world.browser("manager1")
    wanted = browser.get("/account")
    half = dict(browser.cookies)["hsched"]
    answer = prove(browser, key)
    whole = dict(browser.cookies)["hsched"]

    assert wanted.headers["location"] == "/sign-in/passkey"
    assert (answer.status_code, answer.json()) == (200, {"next": "/account"})
    assert half != whole
    assert is_in(browser)
    assert world.opened.service.sign_ins.of(half) is None


def test_half_a_sign_in_opens_nothing(world: ServiceWorld, key: Authenticator) -> None:
    """At no route but those where a passkey is shown, and signing out."""
    browser = world.browser("manager1")
    browser.headers["accept"] = "application/json"
    private = [route for route, who in EXPECTED.items() if who not in (PUBLIC, LAUNCHED) and route not in PROVING]
    answers = {route: browser.request(route.split(" ")[0], route.split(" ")[1].replace("{", "").replace("}", "")) for route in private}

    assert {route: answer.status_code for route, answer in answers.items()} == dict.fromkeys(private, 401)
    assert {answer.json()["error"] for answer in answers.values()} == {"passkey_wanted"}


def test_adding_one_puts_other_sign_ins_of_the_same_person_behind_it(world: ServiceWorld) -> None:
    """Whoever sits at another browser under that name has to show it; other people do not."""
    elsewhere, other, browser = world.browser("manager2"), world.browser("frontdesk"), world.browser("manager2")
    made = Authenticator(ORIGIN, HOST)
    add(browser, made)
    after = [is_in(one) for one in (browser, elsewhere, other)]
    (passkey,) = world.opened.service.passkeys.store.of("manager2")
    removed = browser.submit(f"/account/passkeys/{passkey.id}/remove")

    assert after == [True, False, True]
    assert removed.status_code == 303
    assert is_in(world.browser("manager2"))
    assert [one.kind for one in world.entries("passkey.added", "passkey.removed")][-2:] == ["passkey.added", "passkey.removed"]


def answers_an_earlier_question(browser: Browser, key: Authenticator) -> Response:
    """The browser asked once more meanwhile."""
    first = said(browser, "/sign-in/passkey/options", {}).json()
    said(browser, "/sign-in/passkey/options", {})
    return said(browser, "/sign-in/passkey", key.get(first))


Try = Callable[[Browser, Authenticator], Response]
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
TRIES: dict[str, Try] = {
    "signed with another key": lambda browser, key: prove(browser, key, signer=OTHER_KEY),
    "another authenticator": lambda browser, key: prove(browser, Authenticator(ORIGIN, HOST)),
    "asked by another site": lambda browser, key: prove(browser, Authenticator("https://evil.example", HOST, key.uses, key.id, key.key)),
    "of another host": lambda browser, key: prove(browser, Authenticator(ORIGIN, "evil.example", key.uses, key.id, key.key)),
    "an earlier question": answers_an_earlier_question,
    "no question asked": lambda browser, key: said(browser, "/sign-in/passkey", key.get({"publicKey": {"challenge": "AAAA"}})),
    "nothing": lambda browser, key: said(browser, "/sign-in/passkey", {}),
    "odd": lambda browser, key: said(browser, "/sign-in/passkey", {"id": None, "response": {"signature": 2**70}}),
}


@pytest.mark.parametrize("attempt", TRIES.values(), ids=list(TRIES))
def test_what_proves_nothing_opens_nothing(world: ServiceWorld, key: Authenticator, attempt: Try) -> None:
    """Each is refused and noted, and the right one still works."""
    browser = world.browser("manager1")
    before = len(world.entries("access.refused"))
    answer = attempt(browser, key)

    assert 400 <= answer.status_code < 500 or answer.status_code == 503
    assert not is_in(browser)
    assert [one.body["reason"] for one in world.entries("access.refused")[before:]] == ["passkey"]
    assert prove(browser, key).status_code == 200


def test_a_proof_counts_once(world: ServiceWorld, key: Authenticator) -> None:
    """The same answer again, in another browser that has the same half sign-in and the same question."""
    browser, thief = world.browser("manager1"), world.browser()
    options = said(browser, "/sign-in/passkey/options", {}).json()
    thief.cookies.update(dict(browser.cookies))
    thief.csrf = csrf_of(dict(browser.cookies)["hsched"])
    answer = key.get(options)
    first = said(browser, "/sign-in/passkey", answer)
    again = said(thief, "/sign-in/passkey", answer)

    assert (first.status_code, again.status_code) == (200, 401)
    assert not is_in(thief)


@pytest.mark.parametrize("has_count", [False, True])
def test_a_proof_is_of_one_half_sign_in(world: ServiceWorld, has_count: bool) -> None:
    """The same cookie and answer in a later one of the same person: also where the authenticator keeps no count, as a synced passkey."""
    made, owner = Authenticator(ORIGIN, HOST, has_count=has_count), world.browser("manager2")
    add(owner, made)
    browser = world.browser("manager2")
    options = said(browser, "/sign-in/passkey/options", {}).json()
    thief, kept, answer = world.browser("manager2"), dict(browser.cookies)["hsched-passkey"], made.get(options)
    thief.cookies.set("hsched-passkey", kept)
    replayed = said(thief, "/sign-in/passkey", answer)
    first = said(browser, "/sign-in/passkey", answer)
    thief.cookies.set("hsched-passkey", kept)
    again = said(thief, "/sign-in/passkey", answer)
    own, (passkey,) = prove(world.browser("manager2"), made), world.opened.service.passkeys.store.of("manager2")
    world.opened.service.passkeys.store.remove(passkey, "manager2")

    assert [one.status_code == 200 for one in (replayed, first, again, own)] == [False, True, False, True]
    assert not is_in(thief)


def test_showing_a_passkey_is_not_counted_against_the_office(world: ServiceWorld, key: Authenticator) -> None:
    """What proves nothing is."""
    world.opened.service.__dict__["rates"] = Rates("sign_in", address=RateLimitItemPerHour(1))
    right = [prove(world.browser("manager1"), key).status_code for _ in range(3)]
    wrong = prove(world.browser("manager1"), key, signer=OTHER_KEY).status_code

    assert (right, wrong == 200) == ([200] * 3, False)
    assert not world.opened.service.rates.may_try("manager1", "testclient")
    world.opened.service.__dict__.pop("rates")


def test_a_count_that_goes_back_is_a_copy(world: ServiceWorld, key: Authenticator) -> None:
    """Two devices cannot share one count."""
    prove(world.browser("manager1"), key)
    browser = world.browser("manager1")
    copied = prove(browser, key, counts=False)

    assert copied.status_code != 200
    assert not is_in(browser)


def test_nobody_removes_anothers(world: ServiceWorld, key: Authenticator) -> None:
    """It is as if it were not there."""
    (passkey,) = world.opened.service.passkeys.store.of("manager1")

    assert world.browser("manager2").submit(f"/account/passkeys/{passkey.id}/remove").status_code == 404
    assert len(world.opened.service.passkeys.store.of("manager1")) == 1


def test_one_that_is_there_is_not_added_again(world: ServiceWorld, key: Authenticator) -> None:
    """Nor one that answers another person's question."""
    browser = world.browser("manager1")
    prove(browser, key)
    again = add(browser, key)
    other = world.browser("manager2")
    crossed = said(other, "/account/passkeys", Authenticator(ORIGIN, HOST).create(said(browser, "/account/passkeys/options", {}).json()))

    assert (again.status_code, crossed.status_code) == (409, 409)
    assert len(world.opened.service.passkeys.store.of("manager2")) == 0
