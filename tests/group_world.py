"""Clients of a practice in a box who are in groups, the phases of the use case, and what they say behind their links."""

from datetime import datetime, timedelta

from hsched_core.domain.actions import CancelAppointment
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.use_cases import GROUPS
from hsched_core.use_cases.group_coordination import Roster
from hsched_sandbox.ehr.records import Appointment, Status, Type
from tests.client_world import SOON, Clients
from tests.sandbox_ehr import NOW
from tests.service_world import Browser

ORDER = StandingOrder(
    "groups",
    1,
    "elm",
    GROUPS,
    frozenset({"cancel_appointment", "send_message:group_rsvp"}),
    0.9,
    100,
    NOW - timedelta(days=1),
    NOW + timedelta(days=30),
)


class Groups(Clients):
    """Clients who are in groups; each test has a group at an hour of its own."""

    hours = 0

    def group(self, size: int) -> list[tuple[str, str]]:
        """Clients who are booked together, each with the visit."""
        self.hours += 1
        starts = SOON + timedelta(hours=2 * self.hours)
        found = []
        for _ in range(size):
            client = self.client()
            visit = self.visit(client, starts)
            self.change(visit, type=Type.GROUP)
            found.append((client, visit))
        return found

    def starts_at(self, visit: str) -> datetime:
        return self.world.ehr.book.get(Appointment, visit).starts_at

    def status(self, visit: str) -> Status:
        return self.world.ehr.book.get(Appointment, visit).status

    def phase(self, phase: Phase) -> None:
        opened = self.world.opened
        with opened.path_store.transaction() as tx:
            tx.set_phase(GROUPS, phase, audit=AuditEntry(NOW, "manager1", "phase.changed", f"use_case:{GROUPS}", {}))
            tx.set_order(ORDER, audit=AuditEntry(NOW, "manager1", "order.issued", f"use_case:{GROUPS}", {}))

    def cases(self, visit: str) -> list[Case]:
        about = self.world.token("appointment", visit)
        found = self.world.opened.service.desk.cases.about([about])[about]
        return [one for one in found if isinstance(one.action, CancelAppointment)]

    def approve(self, case: Case) -> None:
        opened = self.world.opened
        opened.path.approve(case.id, case.action.digest, opened.service.roll.people()["frontdesk"])

    def roster(self, visit: str) -> Roster:
        about = self.world.token("appointment", visit)
        return next(one for one in self.world.opened.service.groups.rosters() if any(member.appointment == about for member in one.members))


def said(browser: Browser, clients: Groups, path: str, visit: str, answer: str, shown: datetime | None = None) -> tuple[int, str]:
    """The page after an answer: its status and text."""
    time = shown or clients.starts_at(visit)
    page = browser.post(path, data={"answer": answer, "time": time.isoformat()})
    return page.status_code, page.text
