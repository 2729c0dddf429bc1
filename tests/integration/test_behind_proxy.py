"""The service behind nginx, as deploy/nginx.conf has it: TLS, whose address counts, what stays inside, what is never written down."""

import re
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.http_desk import serving
from tests.nginx import HEADER_SECONDS, Proxy, free_port, nginx
from tests.service_world import ServiceWorld, service_world

SECRET = "Zm9yLXRoZS1wcm94eS1vbmx5"  # in the place of a client's secret
NEXT_DOOR, ACROSS_THE_STREET = "127.0.0.2", "127.0.0.3"  # two addresses that are not the proxy's own


@dataclass
class Outside:
    """The world as it looks from outside."""

    world: ServiceWorld
    proxy: Proxy

    def client(self, address: str = NEXT_DOOR, **more: Any) -> httpx.Client:
        """A browser at that address."""
        trusted = ssl.create_default_context(cafile=self.proxy.authority)
        transport = httpx.HTTPTransport(verify=trusted, local_address=address)
        return httpx.Client(base_url=self.proxy.address, transport=transport, headers={"accept": "text/html"}, timeout=10, **more)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    port = free_port()
    with (
        service_world(tmp_path_factory.mktemp("elm"), service_url=f"https://127.0.0.1:{port}") as world,
        serving(world.app) as upstream,
        nginx(tmp_path_factory.mktemp("nginx"), upstream, port) as proxy,
    ):
        yield Outside(world, proxy)


def test_somebody_signs_in_and_finds_their_desk(outside: Outside) -> None:
    """The cookie is bound to TLS and to the host, forms hold, and the address stays the one outside."""
    demo = outside.world.opened.service.demo
    assert demo is not None
    with outside.client() as browser:
        browser.get("/sign-in")
        answer = browser.post("/sign-in", data={"login": "frontdesk", "password": demo.printed()["frontdesk"]})
        desk = browser.get(answer.headers["location"], follow_redirects=True)

    assert answer.status_code == 303
    assert re.search(r"__Host-hsched=[^;]+;.*Secure", answer.headers["set-cookie"])
    assert desk.status_code == 200
    assert "Sign out" in desk.text
    assert str(desk.url).startswith(outside.proxy.address)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "frame-ancestors 'none'" in desk.headers["content-security-policy"]


def test_what_changes_is_told_at_once(outside: Outside) -> None:
    """The stream is passed on as it comes, not when it ends."""
    secret = outside.world.browser("frontdesk").cookies
    with outside.client() as browser:
        (value,) = [one.value for one in secret.jar if one.name == "__Host-hsched"]
        began = time.monotonic()
        with browser.stream("GET", "/desk/live", headers={"accept": "text/event-stream", "cookie": f"__Host-hsched={value}"}) as stream:
            first = next(line for line in stream.iter_lines() if line.startswith("data:"))
            waited = time.monotonic() - began

    assert re.fullmatch(r"data: \d+", first)
    assert waited < 5


def test_guesses_count_against_who_makes_them(outside: Outside) -> None:
    """Sixty an hour, whatever somebody says of where they come from; the neighbour's are their own."""
    with outside.client() as guesser, outside.client(ACROSS_THE_STREET) as neighbour:
        found = [guesser.get(f"/v/{SECRET}{number}", headers={"x-forwarded-for": f"192.0.2.{number}"}).status_code for number in range(61)]
        neighbours = neighbour.get(f"/v/{SECRET}").status_code

    assert found == [404] * 60 + [429]
    assert neighbours == 404


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_figures_stay_inside(outside: Outside, host: str) -> None:
    """Whatever the request calls the host."""
    with outside.client() as browser:
        assert browser.get("/metrics", headers={"host": host}).status_code == 403


def test_who_comes_without_tls_is_sent_to_the_door_with_it(outside: Outside) -> None:
    answer = httpx.get(f"http://127.0.0.1:{outside.proxy.plain_port}/sign-in", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (301, "https://127.0.0.1/sign-in")


def test_more_than_the_largest_batch_is_not_even_passed_on(outside: Outside) -> None:
    with outside.client() as browser:
        assert browser.post("/predict/no-show-risk/batch", content=b"x" * (2 * 1024 * 1024 + 1)).status_code == 413


def test_a_request_that_never_ends_is_ended(outside: Outside) -> None:
    """A byte now and then does not hold a connection."""
    trusted = ssl.create_default_context(cafile=outside.proxy.authority)
    plain = socket.create_connection(("127.0.0.1", outside.proxy.port), 10)
    with trusted.wrap_socket(plain, server_hostname="127.0.0.1") as line:
        began = time.monotonic()
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        answer = line.recv(1024)  # empty, or 408: closed either way

    assert time.monotonic() - began < HEADER_SECONDS + 5
    assert answer == b"" or b" 408 " in answer


def test_no_address_of_a_client_is_written_down(outside: Outside, tmp_path: Path) -> None:
    """Neither when it is answered nor when the service is away, which nginx tells with the request."""
    with nginx(tmp_path, free_port(), port := free_port()) as lonely:
        away = Outside(outside.world, lonely)
        with away.client() as browser:
            answer = browser.get(f"/v/{SECRET}")
    with outside.client(ACROSS_THE_STREET) as browser:
        browser.get(f"/v/{SECRET}")

    assert (answer.status_code, lonely.port) == (502, port)
    assert SECRET not in lonely.written + outside.proxy.written
