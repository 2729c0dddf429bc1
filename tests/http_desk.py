"""The service's pages over a test practice: what a browser gets, and many clients who answer in the same moment. No fixture by itself."""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI

from hsched_adapters.keys import Keyring
from hsched_adapters.links import OfferLinks
from hsched_core.workflow.waitlist import WaitlistDesk
from hsched_service.app import Discreet
from hsched_service.offers import router
from tests.desk_world import ZONE, DeskWorld

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Opened:
    """The part of an open practice that the pages use."""

    waitlist: WaitlistDesk
    links: OfferLinks
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo(ZONE))


def app_of(world: DeskWorld, folder: Path) -> tuple[FastAPI, Opened]:
    """The service's application with the pages of offers alone, as `build_app` makes it, and what it has opened."""
    opened: Any = Opened(world.desk, OfferLinks(Keyring(folder / "keys", world.policy.practice), "http://127.0.0.1:8700/"))
    app = FastAPI(openapi_url=None)
    app.include_router(router(opened))
    app.add_middleware(Discreet)
    return app, opened


@contextmanager
def serving(app: FastAPI) -> Iterator[int]:
    """A real server on this machine, as `hsched service` runs it; its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        port: int = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield port
        finally:
            server.should_exit = True
            thread.join(30)


def post(port: int, token: str, answer: str = "accept") -> int:
    """The status of one answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("POST", f"/o/{token}", f"answer={answer}", FORM)
        return connection.getresponse().status
    finally:
        connection.close()


def at_once(acts: Sequence[Callable[[], object]]) -> Counter[object]:
    """Every act in a thread of its own, let go together; what they gave, counted."""
    together = threading.Barrier(len(acts))
    given: list[object] = []

    def run(act: Callable[[], object]) -> None:
        together.wait(60)
        given.append(act())

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    return Counter(given)
