"""A page for offers that remembers who came: one offer is open, every other has ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Page:
    """What was asked, in order."""

    address: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def offer_page() -> Iterator[Page]:
    """The page on a free port."""
    page = Page()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST", " " + self.rfile.read(int(self.headers["content-length"])).decode())

        def _answer(self, method: str, body: str = "") -> None:
            token = self.path.rpartition("/")[2]
            page.asked.append(f"{method} {token}{body}")
            self.send_response(200 if token == "open" else 410)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    page.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield page
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
