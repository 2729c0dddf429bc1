"""An appointment as the EHR holds it now, and what it tells us happened. Identifiers are pseudonyms from the vault."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hsched_core.domain.sessions import Session


class AppointmentStatus(StrEnum):
    """FHIR's words for the four that matter to a calendar."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    FULFILLED = "fulfilled"
    NO_SHOW = "noshow"


@dataclass(frozen=True)
class Appointment:
    """One appointment, read just now."""

    id: str
    version: str  # changes with every change of it; what a write expects
    session: Session
    status: AppointmentStatus
    updated_at: datetime
    by_practice: bool = False  # of a cancelled one: the practice itself called it off, so its clinician may not be there

    @property
    def takes_time(self) -> bool:
        """Whether its time is gone for others."""
        return self.status is not AppointmentStatus.CANCELLED


class NoticeKind(StrEnum):
    """What an EHR, or a provider of messages, may tell us by itself. A notice is a hint; the truth is a read."""

    APPOINTMENT = "appointment"  # created, changed, cancelled
    WAITLIST = "waitlist"
    CLIENT = "client"
    TEXT = "text"  # a client wrote; `about` is the message's code in the inbox
    RECEIPT = "receipt"  # a provider tells what became of a message; the same


@dataclass(frozen=True)
class Notice:
    """Something in the EHR changed. `about` is the pseudonym of the appointment, waitlist entry or client."""

    kind: NoticeKind
    about: str
    at: datetime  # when it changed, by the EHR's clock
