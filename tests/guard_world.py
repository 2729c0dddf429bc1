"""A practice in the middle of its week and every address of its service, filled in: what Z2, Z3, S2 and S4 go round.

They go over the application's own routes. A route with a new placeholder, or a form with a new field, needs a line here; a test says so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from fastapi.routing import iter_route_contexts

from hsched_core.domain.actions import Basis, BookAppointment, SendMessage
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.replies import InboundText
from hsched_core.domain.standby import StandbyRecord
from hsched_core.policy.permissions import PROOFS, Subject
from hsched_service.access.guard import subject_of
from tests.access_matrix import EVERYBODY, EXPECTED, LAUNCHED, PUBLIC, ROLES
from tests.client_world import ADDRESS, Clients
from tests.desk_practice import desk_practice
from tests.sandbox_ehr import NOW, appointment
from tests.service_world import Browser, ServiceWorld

FREE = (15, 17, 18, 20)  # hours of UTC at which nobody has a visit
PLACE = re.compile(r"\{(\w+)\}")
NOBODY = "0d" * 16  # well-formed, and nobody's
REPLY = "5e" * 16
LOGINS = {
    "front_desk": "frontdesk",
    "clinician": "clinician1",
    "practice_manager": "manager1",
    "data_team": "dataperson",
    "model_reviewer": "reviewer",
    "auditor": "auditor",
    "admin": "admin",
}
NO_CHANGE = ("access.", "record.", "sign_in.", "decision.refused", "inbox.refused")  # what the trail says of looks and of what was not done
# What is no id of a record: words of the program, or secrets that people do not have to be asked about.
WORDS = {"handle": "0d" * 8, "act": "pause", "use_case": "waitlist", "connection": "ehr", "digest": "0" * 16, "name": "hsched.css"}
# A form that a route takes, by the name of each field; `None`: a file or a body of its own kind.
FORM: Mapping[str, Any] = {
    "tab": "offers",
    "digest": "0" * 64,
    "reason": "other",
    "happened": "yes",
    "outcome": "no_answer",
    "said": "yes",
    "because": "in_touch",
    "evidence": "0" * 64,
    "subject": "0d0d0d0d",
    "name": "offers",
    "use_case": "waitlist",
    "kinds": "offer_slot",
    "per_day": "20",
    "min_confidence": "0.9",
    "days": "30",
    "login": "frontdesk",
    "password": "wrong",
    "answer": None,
    "channel": "email",
    "template": "waitlist_offer",
}
OF_ROUTE: Mapping[str, Mapping[str, str]] = {"/desk/replies/{message}/resolve": {"outcome": "nothing"}}
# Forms of clients' pages, which read their bodies themselves.
OF_CLIENTS: Mapping[str, Mapping[str, str]] = {
    "": {"answer": "confirm", "time": "2026-03-06T15:00:00+00:00"},
    "/time": {"time": "2026-03-06T15:00:00+00:00", "note": "Fridays"},
    "/wishes": {"language": "en", "by": "text", "preferred": "text"},
    "/stop": {"answer": "stop"},
}


@dataclass(frozen=True)
class Route:
    """One route of the service."""

    method: str
    path: str
    subject: Subject
    fields: tuple[str, ...]  # of its form, as FastAPI reads it
    asks: tuple[str, ...]  # of its query

    @property
    def word(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def places(self) -> list[str]:
        return PLACE.findall(self.path)

    @property
    def is_public(self) -> bool:
        return self.subject in PROOFS

    @property
    def roles(self) -> Sequence[str]:
        """Who comes in from the desk, by the table of Z1; to what takes a launch nobody (tests/spec/test_sidebar.py goes in)."""
        who = EXPECTED.get(self.word, PUBLIC)
        if who == LAUNCHED:
            return ()
        return ROLES if who in (PUBLIC, EVERYBODY) else who.split()

    @property
    def form(self) -> dict[str, Any]:
        """What a page of ours would send, without its code."""
        if self.subject is Subject.CLIENT_PAGE:
            return dict(OF_CLIENTS[self.path.partition("{token}")[2]])
        return {**{name: FORM[name] for name in self.fields if FORM.get(name) is not None}, **OF_ROUTE.get(self.path, {})}

    def at(self, **values: str) -> str:
        """The address, with these values in its places."""
        return PLACE.sub(lambda found: quote(values[found[1]], safe=""), self.path)


@dataclass
class Guarded:
    """The practice, and ids of everything that its addresses name."""

    world: ServiceWorld
    link: str = ""  # the secret of a client's message
    browsers: dict[str, Browser] = field(default_factory=dict)

    @cached_property
    def routes(self) -> list[Route]:
        """Every route, in the application's own order."""
        found = []
        for one in iter_route_contexts(self.world.app.routes):
            subject, dependant = subject_of(one), getattr(one, "dependant", None)
            assert subject is not None
            fields = tuple(param.name for param in getattr(dependant, "body_params", ()))
            asks = tuple(str(param.alias) for param in getattr(dependant, "query_params", ()))
            found += [Route(method, str(one.path), subject, fields, asks) for method in sorted(set(one.methods or {"GET"}) - {"HEAD"})]
        return found

    def browser(self, role: str) -> Browser:
        """Somebody who has that role and no other; each signs in once."""
        if role not in self.browsers:
            self.browsers[role] = self.world.browser(LOGINS[role])
        return self.browsers[role]

    def send(self, browser: Browser, route: Route, path: str, **changes: Any) -> Any:
        """A request of that route as a page of ours sends it, with changes in the form."""
        if route.method == "GET":
            return browser.get(path)
        return browser.request(route.method, path, data={**route.form, "csrf": browser.csrf, **changes})

    @cached_property
    def cases(self) -> Sequence[Case]:
        return self.world.opened.service.desk.cases.all()

    def case(self, kind: str) -> Case:
        return next(case for case in self.world.opened.service.desk.cases.waiting() if case.action.kind == kind)

    @cached_property
    def ids(self) -> dict[str, str]:
        """An id that exists, for every place of an address."""
        return {
            **WORDS,
            "token": self.link,
            "case_id": self.case("offer_slot").id,
            "task_id": self.call,
            "standby_id": self.standby,
            "message": REPLY,
            "client": self.world.client(0),
            "subject": self.case("offer_slot").id,
            "passkey": NOBODY,
        }

    @cached_property
    def call(self) -> str:
        """A call that somebody is to make."""
        visit = next(one for one in self.visits if one.session.starts_at > NOW and one.takes_time)
        action = SendMessage(Outreach(visit.session.client, Channel.CALL, Purpose.REMINDER), "reminder_call", visit.id)
        return self._done(action, visit.id)

    @cached_property
    def standby(self) -> str:
        """A client who was told that a time may become free."""
        record = StandbyRecord("57" * 16, self.visits[0].id, self.world.client(1), NOW + timedelta(hours=9), NOW)
        with self.world.opened.path_store.transaction() as tx:
            tx.put_standby(record, audit=AuditEntry(NOW, "use-case:reminders", "standby.asked", record.id, {"client": record.client}))
        return record.id

    @property
    def visits(self) -> list[Any]:
        return sorted(self.world.opened.service.desk.visits(NOW).values(), key=lambda one: (one.session.starts_at, one.id))

    def booking(self, number: int, **changes: Any) -> Case:
        """A booking that waits for somebody's word, at an hour of its own; `changes`: in the proposal."""
        visit = next(one for one in self.visits if one.session.starts_at > NOW and one.takes_time)
        day, hour = (1, 2, 5, 6, 7, 8)[number // len(FREE)], FREE[number % len(FREE)]  # no weekend
        starts = NOW.replace(hour=hour) + timedelta(days=day)
        clinician = self.world.token("clinician", "PRV-0000")
        session = replace(visit.session, client=self.world.client(number % 20), clinician=clinician, starts_at=starts)
        asked = self._asked(BookAppointment(session, Basis.ASKED), f"{0xB000 + number:032x}")
        return self.world.opened.path.propose(replace(asked, **changes))

    def _asked(self, action: Any, subject: str) -> Any:
        start = self.case("send_message").proposal
        return replace(start, action=action, subject=subject, facts_digest=subject * 2, expires_at=NOW + timedelta(hours=5))

    def _done(self, action: Any, subject: str) -> str:
        path = self.world.opened.path
        case = path.propose(self._asked(action, subject))
        path.approve(case.id, case.action.digest, self.world.opened.person("frontdesk"))
        path.execute(case.id)
        return case.id

    @cached_property
    def tables(self) -> sa.MetaData:
        found = sa.MetaData()
        found.reflect(self.world.opened.service.engine)
        return found

    def snapshot(self) -> dict[str, list[tuple[Any, ...]]]:
        """What the store holds, but for who is signed in; and what the trail says, but for looks and refusals."""
        found = {}
        with self.world.opened.service.engine.connect() as connection:
            for table in self.tables.sorted_tables:
                if not table.name.startswith(("sign_in", "audit")):
                    found[table.name] = sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
        kept = [one for one in self.world.entries() if not one.kind.startswith(NO_CHANGE)]
        found["trail"] = [(len(kept), kept[-1].kind)]
        found["ehr"] = [(repr(self.world.ehr.ask("GET", "/sandbox/log").json["effects"]),)]
        return found


@contextmanager
def guarded(folder: Path, clinicians: int = 3, **more: Any) -> Iterator[Guarded]:
    """The world, with a link, a reply, a call, a standby and one person for each role."""
    with desk_practice(folder, clinicians=clinicians, clients=28, weeks=1, hours=(9, 11, 14, 16), service_url=ADDRESS, **more) as world:
        world.people(dataperson={"roles": ["data_team"]})
        made = Guarded(world)
        clients = Clients(world)
        known = clients.client()
        world.ehr.book.place(appointment(600_001, NOW + timedelta(days=1, hours=3), patient=int(clients.client()[3:]), provider=1))
        made.link = clients.reminded(known, clients.visit(known)).rpartition("/")[2]
        world.opened.texts.keep(InboundText(REPLY, world.client(0), Channel.TEXT, NOW), "Could I come on Thursday instead?")
        world.opened.replies.advance()
        assert set(made.ids) >= {place for route in made.routes for place in route.places}, (
            "a place without an example: tests/guard_world.py"
        )
        yield made
