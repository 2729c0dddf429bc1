"""Who vouches for people does not answer, breaks off, or points elsewhere: one thread waits for them, not long, and nobody else does."""

import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hsched_adapters.access.ehr_section import CdsSection, EhrSection
from hsched_adapters.access.identity import Begun, Keys, read_document
from hsched_adapters.access.provider import Provider
from hsched_adapters.access.remembered import AT_ONCE, SignInRefusedError
from hsched_adapters.access.sealed import Sealer
from hsched_adapters.access.section import ProviderSection
from hsched_adapters.clock import SystemClock
from hsched_adapters.embedding.cds_clients import CdsClients
from hsched_adapters.embedding.launches import Launches
from hsched_adapters.keys import Keyring

TIMEOUT = 0.3  # seconds
CALLERS, PATIENCE = 50, 10.0  # threads at once, seconds they would wait
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


class Other:
    """Another side, on a port of this machine, that answers each connection as a test says; `asked`: how many there were."""

    def __init__(self, says: Callable[[socket.socket], None]) -> None:
        self._says, self._socket, self.asked = says, socket.create_server(("127.0.0.1", 0)), 0
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        Thread(target=self._answers, daemon=True).start()

    def _answers(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # closed: the test is over
                return
            self.asked += 1
            Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.recv(65_536)
            try:
                self._says(connection)
            except OSError:  # the caller left
                return

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def others() -> Iterator[Callable[[Callable[[socket.socket], None]], Other]]:
    with ExitStack() as stack:

        def made(says: Callable[[socket.socket], None]) -> Other:
            other = Other(says)
            stack.callback(other.close)
            return other

        yield made


Others = Callable[[Callable[[socket.socket], None]], Other]


def drips(connection: socket.socket) -> None:
    """Never long enough without a byte to count as silent."""
    connection.sendall(HEAD + b"content-length: 1000\r\n\r\n{")
    for _ in range(40):
        sleep(0.05)
        connection.sendall(b" ")


def drips_its_head(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"x-never: ")
    for _ in range(40):
        sleep(0.05)
        connection.sendall(b"a")


def drips_without_a_length(connection: socket.socket) -> None:
    """Where it is cut, what came is a document."""
    connection.sendall(HEAD + b"connection: close\r\n\r\n{}")
    for _ in range(40):
        sleep(0.05)
        connection.sendall(b" ")


def drips_a_handshake(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x03\x40\x00")
    for _ in range(40):
        sleep(0.05)
        connection.sendall(b"\x02")


def breaks_off(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"content-length: 1000\r\n\r\n{")


def breaks_off_a_chunk(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\nff\r\n{")


def stops(connection: socket.socket) -> None:
    breaks_off(connection)
    sleep(1)


def zips_what_is_none(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}")


def nests(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"content-length: 100000\r\n\r\n" + b"[" * 100_000)


BROKEN = [drips, drips_its_head, drips_without_a_length, breaks_off, breaks_off_a_chunk, stops, zips_what_is_none, nests]


@pytest.mark.parametrize("says", BROKEN)
def test_an_answer_that_does_not_come_to_its_end_is_none(others: Others, says: Callable[[socket.socket], None]) -> None:
    """Refused with a word, in little more than the time it had."""
    other, began = others(says), monotonic()

    with pytest.raises(SignInRefusedError) as refused:
        read_document(other.address, TIMEOUT)

    assert refused.value.code == "provider_not_reached"
    assert monotonic() - began < 4 * TIMEOUT


def test_a_handshake_that_drips_is_given_up_too(others: Others) -> None:
    """TLS makes another object of the connection; it is the same line that is cut."""
    other, began = others(drips_a_handshake), monotonic()

    with pytest.raises(SignInRefusedError) as refused:
        read_document(other.address.replace("http", "https"), TIMEOUT)

    assert (refused.value.code, other.asked) == ("provider_not_reached", 1)
    assert monotonic() - began < 4 * TIMEOUT


def test_a_document_that_is_elsewhere_is_not_followed(others: Others) -> None:
    """Only addresses of the settings are asked."""
    there = others(lambda connection: connection.sendall(HEAD + b"content-length: 2\r\n\r\n{}"))
    moved = f"HTTP/1.1 302 Found\r\nlocation: {there.address}\r\ncontent-length: 2\r\n\r\n{{}}".encode()
    here = others(lambda connection: connection.sendall(moved))

    assert read_document(there.address, TIMEOUT) == {}
    with pytest.raises(SignInRefusedError):
        read_document(here.address, TIMEOUT)
    assert (here.asked, there.asked) == (1, 1)


def cds(address: str, _home: Path) -> Callable[[], object]:
    clients = CdsClients(CdsSection("https://ehr.example", jwks_url=address), lambda _name: "", SystemClock(), PATIENCE)
    token = jwt.encode({"alg": "ES384"}, {"iss": "mallory"}, ECKey.generate_key("P-384"), ["ES384"])
    return lambda: clients.call(f"Bearer {token}", ["us"])


def provider_at(address: str, seconds: float = PATIENCE) -> Provider:
    section = ProviderSection(address, "hsched", "", timeout_seconds=seconds)
    return Provider(section, lambda: "", "https://elm.example/sign-in/return", SystemClock())


def provider(address: str, _home: Path) -> Callable[[], object]:
    one = provider_at(address)
    return lambda: one.address(Begun.new())


def launches_at(address: str, home: Path, seconds: float = PATIENCE) -> Launches:
    section = EhrSection(address, "hsched", logins={"Practitioner/1": "anna"}, timeout_seconds=seconds)
    sealer = Sealer(Keyring(home, "elm"), SystemClock(), "launch")
    return Launches(section, lambda _name: "", "https://elm.example/smart/return", SystemClock(), sealer)


def launch(address: str, home: Path) -> Callable[[], object]:
    launches = launches_at(address, home)
    return lambda: launches.begin(address, "handle")


def wait_for(may_end: Event) -> None:
    may_end.wait(PATIENCE)


Door = Callable[[str, Path], Callable[[], object]]


def words(call: Callable[[], object], waiting: int, may_end: Event) -> tuple[list[str], list[str]]:
    """How callers at once are refused: those who come back although nothing is said, and the `waiting` ones, once they may end."""

    def word() -> str:
        with pytest.raises(SignInRefusedError) as refused:
            call()
        return refused.value.code

    with ThreadPoolExecutor(CALLERS) as pool:
        calls = as_completed([pool.submit(word) for _ in range(CALLERS)], PATIENCE / 2)
        at_once = [next(calls).result() for _ in range(CALLERS - waiting)]
        may_end.set()
        return at_once, [one.result() for one in calls]


@pytest.mark.parametrize("door", [cds, provider, launch])
def test_while_they_are_silent_one_caller_waits(others: Others, tmp_path: Path, door: Door) -> None:
    """Fifty strangers at once, and fifty after them: no thread is held but one, and they are asked once."""
    may_end = Event()
    other = others(lambda _connection: wait_for(may_end))
    call = door(other.address, tmp_path)

    assert words(call, 1, may_end) == (["provider_busy"] * (CALLERS - 1), ["provider_not_reached"])
    assert words(call, 0, may_end) == (["provider_not_reached"] * CALLERS, [])
    assert other.asked == 1


def test_for_what_is_no_token_nobody_is_asked() -> None:
    """Three parts, and an algorithm that is taken."""
    asked: list[int] = []
    keys = Keys(lambda: asked.append(1))
    by_secret = "eyJhbGciOiJIUzI1NiJ9.e30.AA"
    for token in ("", "abc", "a.b.c", "e30.e30.AA", "eyJhbGciOiJFUzM4NCJ9.e30", by_secret, "é.é.é"):
        with pytest.raises((JoseError, ValueError)):
            keys.decoded(token, ["ES384"])

    assert asked == []


def provider_back(address: str, _home: Path, seconds: float = PATIENCE) -> Callable[[], object]:
    one, begun = provider_at(address, seconds), Begun.new()
    one.address(begun)
    return lambda: one.identity(begun, {"state": begun.state, "code": "made-up"})


def launch_back(address: str, home: Path, seconds: float = PATIENCE) -> Callable[[], object]:
    launches = launches_at(address, home, seconds)
    _, kept, state = launches.begin(address, "handle")
    return lambda: launches.finish(kept, {"state": state, "code": "made-up"})


def described(others: Others, then: Callable[[socket.socket], None]) -> Other:
    """Another side that says what it is to whoever comes first, and to everybody after that something else."""
    documents = [b""]

    def says(connection: socket.socket) -> None:
        if documents:
            connection.sendall(HEAD + documents.pop())
        else:
            then(connection)

    other = others(says)
    about = dict.fromkeys(("authorization_endpoint", "token_endpoint", "jwks_uri"), f"{other.address}/x")
    content = json.dumps({**about, "issuer": other.address, "code_challenge_methods_supported": ["S256"]}).encode()
    documents[0] = b"content-length: %d\r\n\r\n%b" % (len(content), content)
    return other


@pytest.mark.parametrize("says", [drips, drips_its_head])
@pytest.mark.parametrize("door", [provider_back, launch_back])
def test_a_token_that_drips_is_given_up(
    others: Others, tmp_path: Path, door: Callable[[str, Path, float], Callable[[], object]], says: Callable[[socket.socket], None]
) -> None:
    """The thread is free again in little more than the time it had."""
    call, began = door(described(others, says).address, tmp_path, TIMEOUT), monotonic()

    with pytest.raises(SignInRefusedError) as refused:
        call()

    assert refused.value.code == "provider_not_reached"
    assert monotonic() - began < 4 * TIMEOUT


@pytest.mark.parametrize("door", [provider_back, launch_back])
def test_so_many_wait_for_a_token_and_no_more(others: Others, tmp_path: Path, door: Door) -> None:
    """Strangers come back with codes about which the other side says nothing: whoever finds eight there is refused at once."""
    may_end = Event()
    other = described(others, lambda _connection: wait_for(may_end))
    call = door(other.address, tmp_path)

    assert words(call, AT_ONCE, may_end) == (["provider_busy"] * (CALLERS - AT_ONCE), ["provider_not_reached"] * AT_ONCE)
    assert other.asked == 1 + AT_ONCE


def test_a_sealed_value_is_of_one_use(tmp_path: Path) -> None:
    """What a launch keeps in a browser is no frame's and no sign-in's, although one key seals them all."""
    launches, again, frames = (Sealer(Keyring(tmp_path, "elm"), SystemClock(), what) for what in ("launch", "launch", "frame"))
    sealed = launches.sealed(["state"])

    assert (again.opened(sealed), frames.opened(sealed)) == (["state"], None)
