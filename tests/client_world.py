"""Clients of a practice in a box and the messages they got: the address in a message is read where the client reads it, in the EHR."""

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hsched_core.domain.actions import Action, Basis, BookAppointment, OfferSlot, SendMessage
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import use_case_actor
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.replies import Reply, ReplyState
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_sandbox.ehr.records import Appointment, Client, Message
from tests.sandbox_ehr import NOW, appointment
from tests.service_world import ServiceWorld

ADDRESS = "https://elm.example"  # as clients reach the service
LINK = re.compile(r"https?://[\w.:]+(/[ov]/[\w-]{43})")
SOON = NOW + timedelta(days=2)
EVERY = tuple(ReplyState)


@dataclass
class Clients:
    """Each test takes a client and a visit of its own."""

    world: ServiceWorld
    made: int = field(default=0)

    def client(self, **changes: object) -> str:
        """A new client of the EHR who consented to everything; their id there."""
        self.made += 1
        born = self.world.ehr.book.get(Client, "PT-000000")
        number = f"PT-{500_000 + self.made:06d}"
        self.world.ehr.book.place(replace(born, id=number, **changes))
        self.world.opened.take_over_consents()
        return number

    def visit(self, client: str, starts_at: datetime | None = None) -> str:
        """A booked visit of theirs, at an hour of its own."""
        number = 500_000 + self.made
        starts = starts_at or SOON + timedelta(hours=self.made)
        self.world.ehr.book.place(appointment(number, starts, patient=int(client[3:])))
        return f"APT-{number:07d}"

    def reminded(self, client: str, visit: str, template: str = "reminder_confirm", channel: Channel = Channel.TEXT) -> str:
        """A reminder went out; the path of the address in it."""
        world = self.world
        about = world.token("appointment", visit)
        outreach = Outreach(world.token("client", client), channel, Purpose.REMINDER)
        return self._sent(client, "reminders", SendMessage(outreach, template, about), about)

    def offered(self, client: str, starts_at: datetime) -> str:
        """An offer went out; the path of the address in it."""
        world = self.world
        pseudonym = world.token("client", client)
        session = Session(pseudonym, world.token("clinician", "PRV-0001"), starts_at, 50, SessionType.INDIVIDUAL, Modality.VIDEO)
        leads_to = BookAppointment(session, Basis.ACCEPTED_OFFER)
        entry = world.token("waitlist_entry", "WL-0000004")
        return self._sent(
            client, "waitlist", OfferSlot(leads_to, Channel.TEXT, "waitlist_offer", world.clock.now() + timedelta(hours=2), entry)
        )

    def body(self, client: str) -> str:
        """The newest message that the client got, as they read it."""
        return max((one for one in self.world.ehr.book.every(Message) if one.patient_id == client), key=lambda one: one.id).body

    def replies(self, client: str) -> list[Reply]:
        """What they said, as the desk of replies has it."""
        pseudonym = self.world.token("client", client)
        return [one for one in self.world.opened.texts.standing(*EVERY) if one.message.client == pseudonym]

    def consented(self, client: str) -> frozenset[Channel]:
        """By which channels they may be reminded."""
        return self.world.opened.service.client_pages.channels(self.world.token("client", client))

    def change(self, visit: str, **changes: object) -> None:
        """The EHR's record of a visit becomes another one, now."""
        before = self.world.ehr.book.get(Appointment, visit)
        self.world.ehr.book.place(replace(before, version=before.version + 1, updated_at=self.world.clock.now(), **changes))

    def _sent(self, client: str, use_case: str, action: Action, subject: str = "") -> str:
        opened = self.world.opened
        proposal = Proposal(
            opened.practice.id, use_case, action, subject or secrets.token_hex(16), ("It is due.",), secrets.token_hex(32),
            opened.policy.version, self.world.clock.now() + timedelta(hours=4), use_case_actor(use_case), confidence=1.0,
        )  # fmt: skip
        case = opened.path.propose(proposal)
        opened.path.approve(case.id, action.digest, opened.service.roll.people()["frontdesk"])
        assert opened.path.execute(case.id).state is State.CONFIRMED
        found = LINK.search(self.body(client))
        assert found
        return found[1]
