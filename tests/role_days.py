"""A practice in the middle of its week, its service on a port of this machine, and a browser: what the days of its people need."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Outreach
from hsched_core.domain.lifecycle import State
from hsched_sandbox.ehr.records import Message
from hsched_service.desk import live
from tests.browsers import DESK, PHONE, chromium, follow, with_ears
from tests.client_world import LINK
from tests.desk_practice import desk_practice
from tests.http_desk import serving
from tests.service_world import ServiceWorld

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

CANCELLED = 8  # visits of tomorrow: each gives an hour that is offered
LIVE_MILLISECONDS = 8000  # within which a page shows what happened elsewhere
SCORE = re.compile(r"\b(?:low|raised|high) risk\b|\brisk(?: of an unused visit)?(?: is)? \d|\brisk\b.{0,20}\d ?%", re.IGNORECASE)
BANDS = ".band, .block.high, .block.raised, .many, [class*=risk]"


@dataclass
class RoleDays:
    """The practice and its people."""

    world: ServiceWorld
    browser: "Browser"
    address: str
    signed_in: dict[str, Any] = field(default_factory=dict)

    def page(self, login: str, **context: Any) -> "Page":
        """A new browser window in which that person is signed in, at the page where they start.

        The first time as anybody does, by the form and with the printed password; then the sign-in of that first time goes on.
        """
        window = self.context(**{**DESK, **context})
        page = window.new_page()
        if login in self.signed_in:
            window.add_cookies(self.signed_in[login])
            page.goto(self.address)
            return page
        page.goto(f"{self.address}/sign-in")
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(self.password(login))
        follow(page.get_by_role("button", name="Sign in"))
        page.wait_for_url(re.compile(r"/(desk|my|practice|model|audit|account)"))
        self.signed_in[login] = window.cookies()
        return page

    def phone(self, path: str, **context: Any) -> "Page":
        """A client's phone, on which a link was opened."""
        page = self.context(**{**PHONE, "locale": "en-US", **context}).new_page()
        page.goto(f"{self.address}{path}")
        return page

    def context(self, **settings: Any) -> "BrowserContext":
        made = with_ears(self.browser.new_context(**settings))
        made.set_default_timeout(10_000)
        return made

    def password(self, login: str) -> str:
        demo = self.world.opened.service.demo
        assert demo is not None
        return demo.printed()[login]

    def go(self, page: "Page", path: str) -> None:
        page.goto(f"{self.address}{path}")

    def next_message(self, page: "Page") -> str:
        """Down the queue by the key to a message, and which that is: the few free hours are left to the tests about offers."""
        before = None
        while True:
            page.keyboard.press("j")
            case = str(page.evaluate("document.activeElement.dataset.case"))
            assert case != before, "j leads no further, and no message came"
            if self.look(case).action.kind == "send_message":
                return case
            before = case

    # What the store and the EHR hold

    def look(self, case: "Case | str") -> Case:
        return self.world.opened.path.look(case if isinstance(case, str) else case.id)

    def waiting(self, kind: str) -> list[Case]:
        """What waits for a person, of one kind of action."""
        return [case for case in self.world.opened.service.desk.cases.waiting() if case.action.kind == kind]

    def messages(self, *, calls: bool = False) -> list[Case]:
        """Messages that wait, or calls."""
        return [case for case in self.waiting("send_message") if (outreach_of(case).channel is Channel.CALL) is calls]

    def names(self) -> dict[str, str]:
        """Every client's name by pseudonym."""
        return {token: card.name for token, card in self.world.opened.service.desk.directory.clients().items()}

    def carry_out(self, case: Case) -> Case:
        """Dagster's part: what was approved is done."""
        done = self.world.opened.path.execute(case.id)
        assert done.state is State.CONFIRMED
        return done

    def sent_to(self, client: str) -> list[Message]:
        """What the EHR really sent to a client, oldest first."""
        found = [one for one in self.world.ehr.book.every(Message) if self.world.token("client", one.patient_id) == client]
        return sorted(found, key=lambda one: one.id)

    def link_to(self, client: str) -> str:
        """The path of the address in the newest message that the client got."""
        found = LINK.search(self.sent_to(client)[-1].body)
        assert found
        return found[1]

    def offer(self, hour: int = 0) -> Case:
        """An offer that waits for a person, to somebody who reads English, of the first or another free hour."""
        clients, by_hour = self.world.opened.service.desk.directory.clients(), dict[str, Case]()
        for case in self.waiting("offer_slot"):
            if clients[outreach_of(case).client].language == "en":
                by_hour.setdefault(case.proposal.subject, case)
        return by_hour[sorted(by_hour)[hour]]

    def about(self, subject: str, kind: str) -> Case:
        """The newest case about something, of one kind of action."""
        with self.world.opened.path_store.looking() as state:
            return [case for case in state.cases_about(subject) if case.action.kind == kind][-1]


def outreach_of(case: Case) -> Outreach:
    """Whom an offer or a message is to, and how."""
    assert case.action.outreach
    return case.action.outreach


def card(page: "Page", case: str) -> "Locator":
    """A case on a page."""
    return page.locator(f'[data-case="{case}"]')


@contextmanager
def role_days(folder: Path, clinicians: int = 4, clients: int = 80, **more: Any) -> Iterator[RoleDays]:
    """Everything started: seconds."""
    with (
        pytest.MonkeyPatch.context() as patch,
        chromium() as browser,
        desk_practice(folder, clinicians, clients, weeks=1, **{"cancelled": CANCELLED, **more}) as world,
        serving(world.app) as port,
    ):
        patch.setattr(live, "LASTS_SECONDS", 2.0)  # the port is closed when the last stream ends
        yield RoleDays(world, browser, f"http://127.0.0.1:{port}")
