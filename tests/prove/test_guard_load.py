"""Z4 and Z6 under load: a role taken away, an account disabled, a sign-in run out count at the next request, whoever else is asking."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from hsched_adapters.access.roll import PeopleRoll
from hsched_service.access.cookies import cookie_name
from tests.guard_world import Guarded, guarded
from tests.http_desk import serving

THREADS, ROUNDS = 6, 12
IN, OUT = {200}, {303, 403}  # off to sign in, or not for that role


@dataclass
class Load:
    """Browsers of one manager that ask without a pause; when each request began, and what came of it."""

    practice: Guarded
    port: int
    asked: list[tuple[float, int]] = field(default_factory=list)
    is_over: bool = False

    def run(self) -> None:
        name, browser = cookie_name(self.practice.world.opened.service), self.practice.browser("practice_manager")
        headers = {"Cookie": f"{name}={browser.cookies[name]}", "Accept": "text/html", "X-Live": "1"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.is_over:
            start = time.monotonic()
            connection.request("GET", "/practice/orders", headers=headers)
            answer = connection.getresponse()
            answer.read()
            self.asked.append((start, answer.status))
        connection.close()

    def served_after(self, instant: float) -> int:
        """Requests that began after that instant and were let in."""
        return sum(start > instant and status in IN for start, status in list(self.asked))


def rounds(load: Load, take: Callable[[], None], give: Callable[[], None]) -> tuple[int, int, int]:
    """Requests asked, refused, and let in that began after the change was made."""
    late = 0
    for _ in range(ROUNDS):
        time.sleep(0.15)
        take()
        taken = time.monotonic()
        time.sleep(0.25)
        late += load.served_after(taken)
        give()
    return len(load.asked), sum(status in OUT for _, status in load.asked), late


def tried(practice: Guarded, take: Callable[[], None], give: Callable[[], None]) -> tuple[int, int, int]:
    with serving(practice.world.app) as port:
        load = Load(practice, port)
        threads = [threading.Thread(target=load.run) for _ in range(THREADS)]
        for one in threads:
            one.start()
        try:
            return rounds(load, take, give)
        finally:
            load.is_over = True
            for one in threads:
                one.join(60)


def test_what_is_taken_away_is_gone_at_the_next_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thousands of requests none that began after the change is let in; a roll that is read every second lets many in."""
    with guarded(tmp_path, clinicians=2) as practice:
        world = practice.world
        practice.browser("practice_manager")
        present = world.present.instant

        def later() -> None:
            world.present.instant = present + timedelta(minutes=16)

        def now() -> None:
            world.present.instant = present

        ways: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
            "the role is taken away": (lambda: world.people(manager1={"roles": ["front_desk"]}), world.people),
            "the account is disabled": (lambda: world.people(manager1={"roles": ["practice_manager"], "is_active": False}), world.people),
            "the line is gone": (lambda: world.people(manager1=None), world.people),
            "the sign-in ran out": (later, now),
        }
        for what, (take, give) in ways.items():
            asked, refused, late = tried(practice, take, give)
            print(f"{what}: {asked} requests of {THREADS} browsers, {refused} refused, {late} let in that began after it ({ROUNDS} times)")
            assert late == 0
            assert refused > ROUNDS
            assert asked > refused

        fresh, read_at = PeopleRoll._now, [0.0]

        def every_second(roll: PeopleRoll) -> object:
            if time.monotonic() - read_at[0] > 1.0:
                read_at[0] = time.monotonic()
                return fresh(roll)
            return roll._stamp

        monkeypatch.setattr(PeopleRoll, "_now", every_second)
        _, _, late = tried(practice, *ways["the role is taken away"])
        print(f"a roll that is read every second: {late} let in after it")
        assert late > 0
