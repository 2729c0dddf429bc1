"""A server that says what a test scripts, byte for byte: what no well-behaved server library would send. Counts what it was asked."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Reply = Callable[[socket.socket], None]
JSON = "application/json"


@dataclass
class Scripted:
    """A running server. `asked` holds the first line of each request; the last reply is said to all further ones."""

    address: str
    replies: Sequence[Reply]
    asked: list[str] = field(default_factory=list)


def says(status: str, body: str = "{}", kind: str = JSON, **headers: str) -> Reply:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join(lines) + f"\r\n\r\n{body}")


def raw(text: str) -> Reply:
    """Exactly these bytes, and then the end."""
    return lambda connection: connection.sendall(text.encode())


def drips(text: str, pause: float) -> Reply:
    """One byte at a time, each sooner than any timeout of a read."""

    def reply(connection: socket.socket) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(text)}\r\n\r\n".encode())
        for one in text:
            time.sleep(pause)
            connection.sendall(one.encode())

    return reply


@contextmanager
def scripted(*replies: Reply) -> Iterator[Scripted]:
    """Serve those replies in turn."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Scripted(f"http://127.0.0.1:{listening.getsockname()[1]}", replies)
        thread = threading.Thread(target=_serve, args=(listening, server), daemon=True)
        thread.start()
        yield server
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(2)


def _serve(listening: socket.socket, server: Scripted) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request and (piece := connection.recv(65_536)):
                request += piece
            server.asked.append(request.split(b"\r\n")[0].decode())
            server.replies[min(len(server.asked), len(server.replies)) - 1](connection)
