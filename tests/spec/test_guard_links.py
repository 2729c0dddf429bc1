"""Guessing addresses of clients' pages, and texts that lead elsewhere: how much is answered, how little it tells, where nothing goes."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from limits import RateLimitItemPerHour

from hsched_adapters.access.misses import MOST, Misses, network_of
from tests.client_world import ADDRESS, Clients
from tests.service_world import ServiceWorld, service_world

GUESSES = 100
ELSEWHERE = (
    "//evil.example", "https://evil.example/", "/\\evil.example", "/%2f%2fevil.example", "/..//evil.example",
    "/%0d%0aLocation:%20//evil.example",
    "/.evil.example/..;/", "/@evil.example", "/%5cevil.example", "/sign-in/", "/desk/queue/?a=b", "/o/abc/",
)  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    with service_world(tmp_path_factory.mktemp("links"), service_url=ADDRESS) as made:
        yield made


@pytest.fixture(autouse=True)
def nobody_guessed_yet(world: ServiceWorld) -> None:
    world.opened.service.__dict__.pop("link_misses", None)


def guess(world: ServiceWorld, number: int, **headers: str) -> int:
    prefix, room = "ov"[number % 2], ("", "/time", "/wishes", "/stop")[number % 4]
    path, browser = f"/{prefix}/{number:043d}{room}", world.browser()
    answer = browser.get(path, headers=headers) if number % 3 else browser.post(path, data={"answer": "accept"}, headers=headers)
    return answer.status_code


def test_of_many_guesses_few_are_looked_at(world: ServiceWorld) -> None:
    """Sixty an hour; then a kind page that says to wait, in the client's language, whatever the address and the form."""
    statuses = [guess(world, number) for number in range(GUESSES)]
    browser = world.browser()
    english, spanish = browser.get("/o/x").text, browser.get("/v/x", headers={"accept-language": "es"}).text

    assert statuses == [404] * MOST.amount + [429] * (GUESSES - MOST.amount)
    assert "Please wait a while" in english
    assert "Espere un momento" in spanish
    assert browser.get("/o/x").headers["retry-after"] == "3600"
    assert world.entries("access.refused") == []  # whoever guesses fills no trail


def test_without_the_count_every_guess_is_looked_at(world: ServiceWorld) -> None:
    """The same guesses against a limit that is never reached."""
    world.opened.service.__dict__["link_misses"] = Misses("client_link", RateLimitItemPerHour(1_000_000))

    assert {guess(world, number) for number in range(MOST.amount + 5)} == {404}


def test_who_has_a_true_link_is_not_held_back(world: ServiceWorld) -> None:
    """However often they open it; but behind an address that guessed, they wait as well."""
    clients = Clients(world)
    client = clients.client()
    link = clients.reminded(client, clients.visit(client))
    opened = {world.browser().get(link).status_code for _ in range(MOST.amount + 5)}
    for number in range(MOST.amount):
        guess(world, number)

    assert opened == {200}
    assert world.browser().get(link).status_code == 429


def test_what_is_counted_is_who_holds_the_address() -> None:
    """A household's 64 bits of IPv6 are one; an IPv4 address is one however it is written; others go on."""
    misses = Misses("client_link", RateLimitItemPerHour(2))
    for host in ("2001:db8:1:2::a", "2001:db8:1:2:ffff::b"):
        misses.count(host)

    assert misses.are_too_many("2001:db8:1:2::c")
    assert not misses.are_too_many("2001:db8:1:3::c")
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1") == "10.0.0.1"
    assert (network_of("testclient"), network_of("x" * 500)) == ("testclient", "x" * 64)


@pytest.mark.parametrize("path", ELSEWHERE)
def test_no_page_sends_anybody_elsewhere(world: ServiceWorld, path: str) -> None:
    """As an address, as the page wanted before signing in, as somebody's host: every way on is of ours, in one line."""
    browser = world.browser()
    browser.cookies.set("__Host-hsched-wanted", path, domain="127.0.0.1")
    demo = world.opened.service.demo
    assert demo is not None
    form = {"login": "manager1", "password": demo.printed()["manager1"]}
    answers = [
        browser.get(path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"}),
        browser.post("/sign-in", data=form, headers={"cookie": f"__Host-hsched-wanted={path}"}),
        world.browser("frontdesk").get(path),
    ]

    for answer in answers:
        way = urljoin(f"{ADDRESS}/", answer.headers.get("location", "/").replace("\\", "/"))  # browsers take one for the other
        assert urlsplit(way).netloc == urlsplit(ADDRESS).netloc
        assert "evil" not in answer.text
