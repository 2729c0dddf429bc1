"""What an EHR is about to book, as the action that the gate judges. Ids become the pseudonyms there are; none is made for a stranger."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from hsched_core.domain.actions import Action, Basis, BookAppointment, MoveAppointment
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.ports import PracticeReader, Vault

if TYPE_CHECKING:
    from hsched_adapters.ehr.rest.profile import Profile

WHY = "advice for the EHR"
ELSEWHERE = "unknown"  # a place of the EHR's that hsched does not know: the state in which it lies is not known either
VIRTUAL = "vr"  # of HL7's v3-ActCode


@dataclass(frozen=True)
class Wanted:
    """One appointment as the EHR describes it; ids are the EHR's."""

    practitioner: str = field(repr=False)
    location: str = field(repr=False)
    appointment: str = field(repr=False)  # its id, where it has one already
    starts_at: datetime
    minutes: int
    words: Collection[str] = field(repr=False)  # codes of its type and service


@dataclass(frozen=True)
class Bookings:
    """Reads what one practice's EHR wants. `actor`: who asks, for the vault's log."""

    vault: Vault = field(repr=False)
    profile: Callable[[], "Profile"]
    reader: Callable[[], PracticeReader]

    def client(self, identifier: str, actor: str) -> str | None:
        """The pseudonym of a client; None where hsched knows none of that id."""
        return self.vault.find("client", identifier, actor=actor, reason=WHY)

    def action(self, wanted: Wanted, client: str, actor: str) -> Action | None:
        """Booking it, or moving the one that has that id already; None where hsched does not know the clinician."""
        clinician = self._find("clinician", wanted.practitioner, actor)
        if clinician is None:
            return None
        site = (self._find("site", wanted.location, actor) or ELSEWHERE) if wanted.location else None
        session = Session(client, clinician, wanted.starts_at, wanted.minutes, self._type(wanted), self._modality(wanted), site)
        known = self._find("appointment", wanted.appointment, actor)
        there = self.reader().appointment(known) if known else None
        if there and there.status is AppointmentStatus.BOOKED:
            return MoveAppointment(there.id, there.version, session)
        return BookAppointment(session, Basis.ASKED)

    def _find(self, kind: str, identifier: str, actor: str) -> str | None:
        return self.vault.find(kind, identifier, actor=actor, reason=WHY) if identifier else None

    def _type(self, wanted: Wanted) -> SessionType:
        """By the connection's own words; `visit` where it knows none of them."""
        found = (self.profile().ours(SessionType, one) for one in wanted.words)
        return next((one for one in found if one is not None), SessionType.VISIT)

    def _modality(self, wanted: Wanted) -> Modality:
        """R4 has no field for it: the connection's own words, or HL7's code for a virtual visit; in person where nothing says so."""
        found = (self.profile().ours(Modality, one) for one in wanted.words)
        told = next((one for one in found if one is not None), None)
        return told or (Modality.VIDEO if VIRTUAL in {one.casefold() for one in wanted.words} else Modality.IN_PERSON)
