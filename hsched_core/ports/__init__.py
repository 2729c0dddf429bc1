"""Protocols of the outside world. Adapters implement them; hosts receive them from `hsched_adapters.assembly`."""

from hsched_core.ports.doors import (
    Absent,
    CannotTell,
    Capabilities,
    Done,
    Door,
    Doors,
    Found,
    NotSent,
    Permit,
    PermitError,
    Refused,
    Reply,
    Sighting,
    Unclear,
)
from hsched_core.ports.inbox import InboxStore, InboxTransaction, Translator, Verifier
from hsched_core.ports.sources import CalendarReader, Clock, EhrSource, Extract, IdentifiedZone, PracticeReader, Rejected, Vault
from hsched_core.ports.store import DeskStore, DeskTransaction, PathStore, Transaction

__all__ = [
    "Absent",
    "CalendarReader",
    "CannotTell",
    "Capabilities",
    "Clock",
    "DeskStore",
    "DeskTransaction",
    "Done",
    "Door",
    "Doors",
    "EhrSource",
    "Extract",
    "Found",
    "IdentifiedZone",
    "InboxStore",
    "InboxTransaction",
    "NotSent",
    "PathStore",
    "Permit",
    "PermitError",
    "PracticeReader",
    "Refused",
    "Rejected",
    "Reply",
    "Sighting",
    "Transaction",
    "Translator",
    "Unclear",
    "Vault",
    "Verifier",
]
