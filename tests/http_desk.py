"""The service's pages over a test practice: what a browser gets, and many clients who answer in the same moment. No fixture by itself."""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import uvicorn
from fastapi import FastAPI

from hsched_adapters.access.misses import Misses
from hsched_adapters.client_links import ClientLinks
from hsched_adapters.keys import Keyring
from hsched_adapters.store.client_links import SqlClientLinkStore
from hsched_adapters.store.path import SqlPathStore
from hsched_core.workflow.client_pages import ClientPages
from hsched_core.workflow.waitlist import WaitlistDesk
from hsched_service.app import Discreet
from hsched_service.client.pages import router
from tests.desk_world import ZONE, DeskWorld
from tests.fake_links import FakeLinkStore

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Opened:
    """The part of an open practice that the pages use."""

    waitlist: WaitlistDesk
    links: ClientLinks
    service: Any
    practice: Any = field(default_factory=lambda: SimpleNamespace(name="Elm Street", connection=None))
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo(ZONE))


def app_of(world: DeskWorld, folder: Path) -> tuple[FastAPI, Opened]:
    """The service's application with the pages of offers alone, as `build_app` makes it, and what it has opened."""
    opened: Any = opened_with(world, folder)
    app = FastAPI(openapi_url=None)
    app.state.opened = opened
    app.include_router(router(opened))
    app.add_middleware(Discreet)
    return app, opened


def opened_with(world: DeskWorld, folder: Path) -> Opened:
    """The open practice of that world."""
    store = SqlClientLinkStore(world.store._trail) if isinstance(world.store, SqlPathStore) else FakeLinkStore(world.store)
    keyring = Keyring(folder / "keys", world.policy.practice)
    links = ClientLinks(keyring, "http://127.0.0.1:8700/", store, world, is_reachable=True)
    pages = ClientPages(store, NoTexts(), lambda: world.ehr, world)
    return Opened(world.desk, links, SimpleNamespace(root="", client_pages=pages, link_misses=Misses("client_link")))


class NoTexts:
    """Nobody writes here: what is tested is offers."""

    def confirmations(self, _appointments: Sequence[str]) -> dict[str, Any]:
        return {}


def token_of(opened: Opened, case_id: str) -> str:
    """The secret of the address that a message about that case carries."""
    return opened.links.link(case_id).rpartition("/")[2]


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
