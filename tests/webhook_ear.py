"""A receiver of webhooks for tests: remembers what came, and answers what it is told to."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Heard:
    """One delivery."""

    headers: dict[str, str]
    body: bytes
    answered: int

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> tuple[str, str]:
        content: Any = json.loads(self.body)
        return content["type"], content["data"]["id"]


@dataclass
class Ear:
    """`answers` are given in turn, then 204."""

    answers: list[int] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    address: str = ""

    def hears(self, count: int, seconds: float = 5.0) -> list[Heard]:
        """What came, once so many came."""
        give_up = time.monotonic() + seconds
        while len(self.heard) < count and time.monotonic() < give_up:
            time.sleep(0.01)
        return list(self.heard)


@contextmanager
def listening(*answers: int) -> Iterator[Ear]:
    """An ear on a free port."""
    ear = Ear(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = ear.answers.pop(0) if ear.answers else 204
            ear.heard.append(Heard({name.lower(): value for name, value in self.headers.items()}, body, status))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ear.address = f"http://127.0.0.1:{server.server_address[1]}/webhooks/ehr"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield ear
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
