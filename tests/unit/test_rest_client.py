"""HTTP to an EHR: what is tried again and what never is, how long we wait, and that no error tells about a patient."""

import logging
import time
import traceback
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hsched_adapters.ehr.rest.client import Client, EhrError, NoAnswerError, Place
from tests.sandbox_ehr import NOW, MovableClock
from tests.scripted_http import drips, raw, says, scripted

TIMEOUT = 0.2
SECRET = "Ada-Vale-PT-000005"
GOOD = says("200 OK", '{"id": "1"}')


def client(address: str, clock: MovableClock | None = None, pace: float = 1.0) -> Client:
    place = Place(address, lambda: {"Authorization": f"Bearer {SECRET}"}, TIMEOUT, pace)
    return Client(place, clock or MovableClock(), sleep=lambda _: None)


@pytest.mark.parametrize(
    "first",
    [
        says("500 Internal Server Error"),
        says("502 Bad Gateway", "<html>", "text/html"),
        says("504 Gateway Timeout"),
        says("200 OK", '{"id": '),
        says("200 OK", '{"id": "1"}', "text/plain"),
        raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{}"),
        raw("not HTTP at all\r\n\r\n"),
        raw(""),
    ],
    ids=["500", "html", "504", "truncated", "content type", "cut off", "garbage", "closed"],
)
def test_a_read_that_fails_is_tried_again(first: object) -> None:
    """Reading twice harms nobody."""
    with scripted(first, GOOD) as server:
        assert client(server.address).get("/x").document == {"id": "1"}
        assert len(server.asked) == 2


def test_a_read_gives_up_after_three_tries() -> None:
    """And says in a word why."""
    with scripted(says("500 Internal Server Error")) as server:
        with pytest.raises(EhrError, match="http_500"):
            client(server.address).get("/x")
        assert len(server.asked) == 3


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "422 Unprocessable Content"])
def test_a_read_that_is_refused_is_not_repeated(status: str) -> None:
    """It would be refused again."""
    with scripted(says(status)) as server:
        with pytest.raises(EhrError, match=f"http_{status[:3]}"):
            client(server.address).get("/x")
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (raw(""), "connection_lost"),
        (raw("garbage\r\n\r\n"), "connection_lost"),
        (lambda _: time.sleep(3 * TIMEOUT), "timeout"),
    ],
    ids=["closed", "garbage", "silent"],
)
def test_a_write_is_never_repeated(reply: object, code: str) -> None:
    """What became of it nobody knows, and only the path may find out."""
    with scripted(reply, GOOD) as server:
        with pytest.raises(NoAnswerError) as caught:
            client(server.address).send("POST", "/x", {"patient_id": SECRET}, {})
        assert (caught.value.code, caught.value.did_nothing) == (code, False)
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("address", "code"), [("http://127.0.0.1:9", "no_connection"), ("http://no-such-host.invalid", "no_such_host")], ids=["refused", "dns"]
)
def test_what_never_left_is_known_to_have_done_nothing(address: str, code: str) -> None:
    """No connection, no effect."""
    with pytest.raises(NoAnswerError) as caught:
        client(address).send("POST", "/x", {}, {})

    assert (caught.value.code, caught.value.did_nothing) == (code, True)


def test_a_body_that_drips_is_given_up() -> None:
    """Each byte comes in time, the whole does not."""
    with scripted(drips('{"id": "' + "1" * 200 + '"}', TIMEOUT / 4)) as server:
        began = time.monotonic()
        answer = client(server.address).send("POST", "/x", {}, {})
        assert time.monotonic() - began < 4 * TIMEOUT
    assert (answer.status, answer.document, answer.flaw) == (200, None, "too_slow")


def test_a_redirection_is_not_followed() -> None:
    """The token and the body go where the practice said, and nowhere else."""
    with scripted(says("307 Temporary Redirect", Location="http://127.0.0.1:9/elsewhere")) as server:
        assert client(server.address).send("POST", "/x", {}, {}).status == 307
        assert len(server.asked) == 1


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "40"}, 40),
        ({}, 30),
        ({"Retry_After": "soon"}, 30),
        ({"Retry_After": "Wed, 04 Mar 2026 12:00:50 GMT", "Date": "Wed, 04 Mar 2026 12:00:00 GMT"}, 50),
        ({"Retry_After": "999999999999"}, 86_400),
    ],
    ids=["seconds", "none", "nonsense", "by the EHR's clock", "never"],
)
def test_nothing_is_asked_before_the_ehr_allows_it(status: str, headers: dict[str, str], seconds: int) -> None:
    """Of forty calls, reads and writes, inside the window none leaves; after it they do."""
    clock = MovableClock()
    with scripted(says(status, **headers), GOOD) as server:
        ours = client(server.address, clock)
        assert ours.send("POST", "/x", {}, {}).retry_at == NOW + timedelta(seconds=seconds)
        for second in range(0, 40, 2):
            clock.instant = NOW + timedelta(seconds=seconds * second / 40)
            with pytest.raises(EhrError, match="held_back"):
                ours.get("/x")
            with pytest.raises(NoAnswerError) as caught:
                ours.send("POST", "/x", {}, {})
            assert caught.value.did_nothing
        assert len(server.asked) == 1
        clock.instant = NOW + timedelta(seconds=seconds)
        assert ours.get("/x").status == 200


def test_a_faster_clock_waits_as_long_in_real_time() -> None:
    """Thirty real seconds are five hours of a practice whose clock runs 600 times as fast."""
    with scripted(says("429 Too Many Requests", Retry_After="30")) as server:
        answer = client(server.address, pace=600).send("POST", "/x", {}, {})

    assert answer.retry_at == NOW + timedelta(hours=5)


def test_no_error_and_no_log_line_tells_whom_it_was_about(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the address, nor the body, nor the token, nor what the EHR answered."""
    caplog.set_level(logging.DEBUG)
    echo = says("422 Unprocessable Content", f'{{"detail": "{SECRET}"}}')
    with scripted(echo, raw(""), says("200 OK", f'{{"{SECRET}": ')) as server:
        ours = client(server.address)
        told = [repr(ours.send("POST", f"/appointments/{SECRET}", {"patient_id": SECRET}, {}))]
        for _ in range(2):
            with pytest.raises((EhrError, NoAnswerError)) as caught:
                ours.get(f"/appointments/{SECRET}", {"patient_id": SECRET})
            told += traceback.format_exception(caught.value)

    assert len(told) > 3
    assert SECRET not in " ".join(told) + caplog.text


def test_an_untrusted_certificate_sends_nothing(tmp_path: Path) -> None:
    """The request did not leave: it may be tried again once the certificate is mended."""
    import ssl
    import threading
    from socket import create_server

    from tests.certificates import self_signed

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    heard: list[bytes] = []

    def serve() -> None:
        connection, _ = listening.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                heard.append(secure.recv(100))
        except OSError:
            return

    with create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with pytest.raises(NoAnswerError) as caught:
            client(f"https://127.0.0.1:{listening.getsockname()[1]}").send("POST", "/x", {}, {})
        thread.join(2)

    assert (caught.value.code, caught.value.did_nothing, heard) == ("no_trust", True, [])


def test_the_window_is_the_longest_that_was_asked_for() -> None:
    """A shorter word later does not end a longer one."""
    clock = MovableClock()
    first, second = (says("429 Too Many Requests", Retry_After=seconds) for seconds in ("60", "5"))
    with scripted(first, second) as server:
        ours = client(server.address, clock)
        ours.send("POST", "/x", {}, {})
        clock.instant = datetime.fromisoformat(NOW.isoformat()) + timedelta(seconds=61)
        ours.send("POST", "/x", {}, {})
        with pytest.raises(EhrError, match="held_back"):
            ours.get("/x")
