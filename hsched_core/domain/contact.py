"""Reaching a client: channels, purposes, consent as a log of events, and what the contact ledger keeps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How a message reaches a client."""

    PORTAL = "portal"
    EMAIL = "email"
    TEXT = "text"
    CALL = "call"


class Purpose(StrEnum):
    """What a message is for. Consent is given per purpose: who wants reminders may not want offers."""

    REMINDER = "reminder"
    OFFER = "offer"
    SCHEDULING = "scheduling"  # about a visit that is booked, moved or cancelled
    WELCOME = "welcome"
    BOOK_ME = "book_me"  # not a message: openings that fit may be booked without asking


class Pause(StrEnum):
    """Why a person takes a client over, or gives them back. Codes, because the trail keeps them; nothing about a client's health."""

    CLIENT_ASKED = "client_asked"
    IN_TOUCH = "in_touch"  # somebody of the practice speaks with them
    WRONG_ADDRESS = "wrong_address"
    SETTLED = "settled"  # what it was for is over
    OTHER = "other"


@dataclass(frozen=True)
class Outreach:
    """One contact with a client: to whom, how, why. `answers` names the client's own message that it answers."""

    client: str
    channel: Channel
    purpose: Purpose
    answers: str | None = None


@dataclass(frozen=True)
class ConsentEvent:
    """A consent given or revoked. No channel or purpose means every one: STOP revokes all."""

    given: bool
    at: datetime
    channel: Channel | None = None
    purpose: Purpose | None = None

    def concerns(self, channel: Channel | None, purpose: Purpose) -> bool:
        return self.channel in (None, channel) and self.purpose in (None, purpose)


def has_consent(events: Iterable[ConsentEvent], channel: Channel | None, purpose: Purpose, at: datetime) -> bool:
    """Whether the newest word on that channel and purpose was a yes. Silence is a no; at the same instant a no wins."""
    known = [event for event in events if event.at <= at and event.concerns(channel, purpose)]
    if not known:
        return False
    newest = max(event.at for event in known)
    return all(event.given for event in known if event.at == newest)


@dataclass(frozen=True)
class Contact:
    """A line of the contact ledger: a message handed over, by whichever use case."""

    client: str
    channel: Channel
    at: datetime
    purpose: Purpose | None = None  # None: kept before purposes were


@dataclass(frozen=True)
class SafeContact:
    """What the EHR says about reaching a client safely: what they asked for, and who is reached where the client is a minor."""

    never: frozenset[Channel] = frozenset()  # the client asked not to be reached so, for whatever purpose (45 CFR 164.522(b))
    is_unclear: bool = False  # there is a wish that we do not understand: nobody writes before a person has read it
    no_voicemail: bool = False  # for who calls: a wish about what is left behind, not about calling
    is_minor: bool = False
    reaches_guardian: bool = False  # the EHR's address is the guardian's
    decides_alone: bool = False  # a minor who may consent to this care, by law: recorded by staff


# By client and channel: since when an address is known to reach nobody, as messages came back from it lately.
Returned = Mapping[str, Mapping[Channel, datetime]]


@dataclass(frozen=True)
class Wishes:
    """How a client wants to be written to, as they said themselves on a page: it goes before what the EHR has."""

    language: str = ""  # `en` or `es`; empty: nothing was said
    channel: Channel | None = None


@dataclass(frozen=True)
class Inbound:
    """A message the client sent; its reference allows one answer."""

    reference: str
    at: datetime
