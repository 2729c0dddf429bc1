"""Z6: guessing passwords, and asking for what is not there. How much is answered, and how little is learned."""

from collections.abc import Iterator
from typing import Any

import pytest
from limits import RateLimitItemPerHour

from hsched_adapters.access.rates import Rates
from tests.canaries import Canaries
from tests.service_world import ServiceWorld, service_world

GUESSES = 10_000
KILLERS = ("\x00", "\ud800", "9" * 400, "NaN", "'; DROP TABLE sign_ins; --", "<script>alert(1)</script>", "{{7*7}}", "a\r\nSet-Cookie: x=y")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with service_world(tmp_path_factory.mktemp("guessing")) as made:
        yield made


@pytest.fixture(autouse=True)
def no_tries_yet(world: ServiceWorld) -> None:
    world.opened.service.__dict__.pop("rates", None)


def guess(world: ServiceWorld, login: str, password: str, **headers: str) -> Any:
    return world.browser().post("/sign-in", data={"login": login, "password": password}, headers=headers)


@pytest.mark.parametrize(
    ("shape", "most"),
    [
        (lambda number: ("frontdesk", "10.0.0.1"), 20),  # one account, one address
        (lambda number: ("frontdesk", f"10.0.{number // 250}.{number % 250}"), 20),  # one account, many addresses
        (lambda number: (f"person{number}", "10.0.0.1"), 100),  # many accounts, one address
        (lambda number: (f"person{number}", f"2001:db8:1:2::{number:x}"), 100),  # many accounts, a household's addresses of IPv6
        (lambda number: (f"person{number % 10}", f"10.0.0.{number % 200}"), 200),  # ten accounts, many addresses
    ],
)
def test_of_ten_thousand_guesses_few_are_looked_at(shape: Any, most: int) -> None:
    """Twenty an hour for an account, a hundred for an address: each fails."""
    rates = Rates("sign_in")
    looked_at = 0
    for account, address in map(shape, range(GUESSES)):
        if rates.may_try(account, address):
            looked_at += 1
            rates.failed(address)

    assert looked_at == most


def test_an_office_of_people_who_succeed_is_not_held_back() -> None:
    """They share one address."""
    rates = Rates("sign_in")

    assert all(rates.may_try(f"person{number}", "10.0.0.1") for number in range(1000))


def test_guesses_at_many_accounts_count_against_the_address(world: ServiceWorld) -> None:
    """Wrong passwords do; a right one does not."""
    demo = world.opened.service.demo
    assert demo is not None
    world.opened.service.__dict__["rates"] = Rates("sign_in", address=RateLimitItemPerHour(1))
    right = demo.printed()["frontdesk"]
    statuses = [guess(world, "frontdesk", right).status_code for _ in range(2)]
    statuses += [guess(world, "nobody-here", "wrong").status_code, guess(world, "frontdesk", right).status_code]

    assert statuses == [303] * 2 + [401, 429]


def test_guesses_do_not_fill_the_trail() -> None:
    """Of ten thousand refusals six hundred an hour are kept, and one "too many" for an account."""
    rates = Rates("sign_in")

    assert sum(rates.is_worth_recording("too_many", "frontdesk") for _ in range(GUESSES)) == 1
    assert sum(rates.is_worth_recording("wrong_password", f"person{number}") for number in range(GUESSES)) == 599


def test_the_twenty_first_guess_is_not_looked_at(world: ServiceWorld) -> None:
    """Not even a right one; the trail has every guess that was looked at, and that there were too many."""
    demo = world.opened.service.demo
    assert demo is not None
    before = len(world.entries("access.refused"))
    statuses = [guess(world, "frontdesk", f"guess-{number}").status_code for number in range(20)]
    right = guess(world, "frontdesk", demo.printed()["frontdesk"])
    again = guess(world, "frontdesk", "guess-21")
    noted = [one.body["reason"] for one in world.entries("access.refused")[before:]]

    assert (set(statuses), right.status_code, again.status_code) == ({401}, 429, 429)
    assert noted == ["wrong_password"] * 20 + ["too_many"]


def test_who_knows_the_password_starts_afresh(world: ServiceWorld) -> None:
    """Nineteen slips, then the right one, then two more that are looked at."""
    demo = world.opened.service.demo
    assert demo is not None
    right = demo.printed()["manager1"]
    first = [guess(world, "manager1", "wrong").status_code for _ in range(19)]
    entered = guess(world, "manager1", right).status_code
    second = [guess(world, "manager1", "wrong").status_code for _ in range(2)]

    assert (set(first), entered, set(second)) == ({401}, 303, {401})


def test_a_wrong_login_and_a_wrong_password_look_the_same(world: ServiceWorld) -> None:
    """Nobody learns who works here; disabled people are not told apart either."""
    answers = [guess(world, login, "wrong") for login in ("frontdesk", "nobody-here", "gone")]

    assert len({(one.status_code, one.text) for one in answers}) == 1


def test_a_disabled_person_with_their_password_is_not_let_in(world: ServiceWorld) -> None:
    """Though it fits."""
    demo = world.opened.service.demo
    assert demo is not None

    assert guess(world, "gone", demo.printed()["gone"]).status_code == 401


def test_a_form_of_another_site_signs_nobody_in(world: ServiceWorld) -> None:
    """A victim must not find themselves signed in as an attacker."""
    demo = world.opened.service.demo
    assert demo is not None
    password = demo.printed()["manager2"]

    assert guess(world, "manager2", password, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert guess(world, "manager2", password, **{"sec-fetch-site": "same-origin"}).status_code == 303


@pytest.mark.parametrize("killer", KILLERS, ids=range(len(KILLERS)))
@pytest.mark.parametrize("field", ["login", "password"])
def test_odd_words_are_refused_without_an_echo(world: ServiceWorld, killer: str, field: str) -> None:
    """A clear 4xx; nothing of it comes back, and the trail keeps no such login."""
    sent = "".join(f"&{name}={_quoted(killer if name == field else 'x')}" for name in ("login", "password"))
    answer = world.browser().post("/sign-in", content=sent, headers={"content-type": "application/x-www-form-urlencoded"})

    assert 400 <= answer.status_code < 500
    assert len(killer) < 6 or killer not in answer.text
    assert "set-cookie" not in answer.headers
    assert {one.actor for one in world.entries("access.refused")} <= {"frontdesk", "manager1", "gone", "unknown:unreadable"}


def test_what_was_typed_wrongly_is_not_in_the_trail(world: ServiceWorld) -> None:
    """Somebody types a client's name where their login goes."""
    canary = Canaries().new_label("login")  # small letters: spelled as a login is
    guess(world, canary, canary)

    assert canary.lower() not in str(world.entries()).lower()


def test_a_body_that_is_too_large_is_not_read(world: ServiceWorld) -> None:
    """413, and nothing more."""
    answer = world.browser("frontdesk").post("/switch/stop", data={"csrf": "a" * 1_200_000})

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path", ["/no-such-page", "/static/0000000000000000/hsched.css", "/static/x/..%2f..%2fapp.py", "/o/%00", "/../people.yaml"]
)
def test_what_is_not_there_is_a_kind_page(world: ServiceWorld, path: str) -> None:
    """Also for who signed in; a program gets a word."""
    browser = world.browser("frontdesk")
    page, program = browser.get(path), browser.get(path, headers={"accept": "application/json"})

    assert (page.status_code, program.status_code) == (404, 404)
    assert "no-such-page" not in page.text + program.text


def test_a_method_that_a_page_does_not_have_is_told(world: ServiceWorld) -> None:
    """405 with what there is."""
    answer = world.browser("frontdesk").delete("/account")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
