"""An address that a message carries to one client, and what was done there. The address itself is nowhere: only its hash."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hsched_core.domain.actions import Action, OfferSlot, SendMessage
from hsched_core.domain.contact import Channel

# A message says how to end messages, and that has to work for at least 30 days after it was sent (15 U.S.C. 7704(a)(3)(A)(ii)).
LASTS = timedelta(days=30)


class About(StrEnum):
    """What the page behind an address is about."""

    OFFER = "offer"
    VISIT = "visit"
    CLIENT = "client"  # only how, and whether, they are written to


class Act(StrEnum):
    """What a client can do there, each once; offers are answered by their own table of states."""

    CONFIRM = "confirm"
    OTHER_TIME = "other_time"
    PICK = "pick"  # one of the times that are shown: as often as picks may come to nothing
    CANNOT_COME = "cannot_come"  # of a group: this time, not another one
    STILL_COMES = "still_comes"  # takes that back
    PREFER = "prefer"
    STOP = "stop"


@dataclass(frozen=True)
class ClientLink:
    """An address that was sent. `id` is the hash of its secret; `language` is the one the message was written in."""

    id: str
    case_id: str
    client: str
    channel: Channel
    about: About
    expires_at: datetime
    visit: str = ""
    language: str = ""
    acts: tuple[Act, ...] = ()  # what was done here, in order
    version: int = 1


def about_of(action: Action) -> About:
    """What a message is about."""
    if isinstance(action, OfferSlot):
        return About.OFFER
    return About.VISIT if isinstance(action, SendMessage) and action.appointment else About.CLIENT


def made(link_id: str, case_id: str, action: Action, language: str, now: datetime) -> ClientLink:
    """The address of a message that is about to leave."""
    outreach = action.outreach
    if outreach is None:
        raise ValueError("an action without a message has no address")
    visit = action.appointment if isinstance(action, SendMessage) else None
    return ClientLink(link_id, case_id, outreach.client, outreach.channel, about_of(action), now + LASTS, visit or "", language)


def acted(link: ClientLink, act: Act) -> ClientLink:
    """The address once that was done there."""
    return replace(link, acts=(*link.acts, act), version=link.version + 1)


def without(link: ClientLink, *acts: Act) -> ClientLink:
    """The address as if that had not been done there: it was about something else."""
    return replace(link, acts=tuple(one for one in link.acts if one not in acts))
