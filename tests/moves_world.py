"""Clients who pick another time: each test has a clinician, a client and visits of its own in a practice in a box."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from httpx import Response

from hsched_core.domain.appointments import Notice, NoticeKind
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.openings import UNFILLED
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.use_cases import RESCHEDULE
from hsched_pipelines.operations.event_work import carry_out
from hsched_sandbox.ehr.records import Appointment, Clinician, Entry, Status, Type
from tests.client_world import Clients
from tests.sandbox_ehr import NOW, appointment
from tests.service_world import Browser

KINDS = frozenset({"move_appointment", "send_message"})
VISIT_AT = NOW + timedelta(days=5)  # a Monday, 11:00 there: summer time began on Sunday
PICK = re.compile(r'name="pick" value="([^"]+)"')


@dataclass
class Mover:
    """A client with a visit, and the address in the message about it."""

    client: str
    visit: str
    path: str


@dataclass
class Moves(Clients):
    """A world for tests of moves."""

    provider: int = field(default=500)

    def afresh(self) -> "Moves":
        """As every test finds it: the first moment, a clinician of its own, picks let go by an order."""
        self.world.clock.instant = NOW
        self.clinician()
        self.phase(Phase.AUTO)
        return self

    def clinician(self) -> None:
        """From now on somebody else: nobody else's times are theirs."""
        self.provider += 1
        born = self.world.ehr.book.get(Clinician, "PRV-0000")
        self.world.ehr.book.place(replace(born, id=f"PRV-{self.provider:04d}"))

    def mover(self, starts_at: datetime = VISIT_AT) -> Mover:
        """A new client of this clinician who was reminded of their visit."""
        client = self.client()
        visit = self.booked(client, starts_at)
        return Mover(client, visit, self.reminded(client, visit))

    def booked(self, client: str, starts_at: datetime, **changes: object) -> str:
        self.made += 1
        number = 500_000 + self.made
        made = appointment(number, starts_at, patient=int(client[3:]), provider=self.provider)
        self.world.ehr.book.place(replace(made, **changes))
        return f"APT-{number:07d}"

    def free(self, *times: datetime, **changes: object) -> list[str]:
        """Others cancel; the notices arrive. The pseudonyms of the openings."""
        return [self.cancelled(self.booked(self.client(), at, **changes)) for at in times]

    def cancelled(self, visit: str) -> str:
        self.change(visit, status=Status.CANCELLED)
        self.told(visit)
        return self.world.token("appointment", visit)

    def told(self, visit: str) -> str:
        """The EHR's notice about a visit arrives."""
        name = self.world.token("appointment", visit)
        return self.world.opened.waitlist.on_notice(Notice(NoticeKind.APPOINTMENT, name, self.world.clock.now()))

    def phase(self, phase: Phase, kinds: Iterable[str] = KINDS) -> None:
        """The use case's phase, in auto under an order."""
        now = self.world.clock.now()
        with self.world.opened.path_store.transaction() as tx:
            note = AuditEntry(now, "manager1", "phase.changed", f"use_case:{RESCHEDULE}", {})
            tx.set_phase(RESCHEDULE, phase, audit=note)
            order = StandingOrder(
                "moves", 1, self.world.opened.practice.id, RESCHEDULE, frozenset(kinds), 0.9, 500, now - timedelta(days=30),
                now + timedelta(days=90),
            )  # fmt: skip
            tx.set_order(order, audit=replace(note, kind="order.issued"))

    def shown(self, browser: Browser, mover: Mover) -> list[str]:
        """The times on the client's page, best first."""
        return PICK.findall(browser.get(f"{mover.path}/time").text)

    def tap(self, browser: Browser, mover: Mover, wanted: str, shown_at: datetime | None = None) -> Response:
        """One tap on a time."""
        at = shown_at or self.starts_at(mover.visit)
        return browser.post(f"{mover.path}/time", data={"time": at.isoformat(), "pick": wanted})

    def starts_at(self, visit: str) -> datetime:
        return self.world.ehr.book.get(Appointment, visit).starts_at

    def cases(self, visit: str) -> list[Case]:
        """What was proposed about a visit by this use case, oldest first."""
        with self.world.opened.path_store.looking() as state:
            about = state.cases_about(self.world.token("appointment", visit))
        return [one for one in about if one.proposal.use_case == RESCHEDULE]

    def opening(self, name: str) -> OpeningRecord:
        with self.world.opened.path_store.looking() as state:
            found = state.opening(name)
        assert found is not None
        return found

    def openings(self) -> list[datetime]:
        """This clinician's times that may be given to somebody."""
        who = self.world.token("clinician", f"PRV-{self.provider:04d}")
        with self.world.opened.path_store.looking() as state:
            return [one.opening.starts_at for one in state.openings(*UNFILLED, after=NOW) if one.opening.clinician == who]

    def pick(self, visit: str) -> Case:
        """The one move of the visit that its client picked."""
        (found,) = [one for one in self.cases(visit) if one.action.kind == "move_appointment"]
        return found

    def message(self, visit: str) -> Case:
        """The one message about what became of it."""
        (found,) = [one for one in self.cases(visit) if one.action.kind == "send_message"]
        return found

    def waits(self, count: int = 1) -> None:
        """Clients who wait for this clinician, and take whatever is free."""
        for _ in range(count):
            client = self.client()
            entered = NOW - timedelta(days=9)
            clinician = f"PRV-{self.provider:04d}"
            self.world.ehr.book.place(Entry(f"WL-{client[3:]}", client, Type.INDIVIDUAL, entered, entered, provider_id=clinician))

    def about(self, name: str) -> list[Case]:
        """What was proposed about an opening."""
        with self.world.opened.path_store.looking() as state:
            return list(state.cases_about(name))

    def rounds(self) -> None:
        """The job that carries out has a round."""
        carry_out(self.world.opened)

    def approve(self, case: Case, login: str = "frontdesk") -> None:
        """A person's yes, and the job that carries it out."""
        opened = self.world.opened
        opened.path.approve(case.id, case.action.digest, opened.service.roll.people()[login])
        self.rounds()
