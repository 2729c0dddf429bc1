"""What became of a message after it was handed over: how the contact ledger learns of it, and which addresses are of no use.

Receipts come twice, late and in any order; `after` takes each for what it is worth. Addresses are keyed codes here, never numbers.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hsched_core.domain.contact import Channel


class DeliveryState(StrEnum):
    """How far a message came."""

    HANDED_OVER = "handed_over"  # written down before the call: it may have left
    ACCEPTED = "accepted"  # the provider says it has it
    SENT = "sent"
    SILENT = "silent"  # no receipt came in the time receipts take; one that comes later still counts
    DELIVERED = "delivered"
    FAILED = "failed"


class Trouble(StrEnum):
    """Why a message did not arrive."""

    NO_ADDRESS = "no_address"  # the client's record has none
    INVALID_NUMBER = "invalid_number"
    LANDLINE = "landline"
    UNKNOWN_HANDSET = "unknown_handset"  # the number is nobody's
    WRONG_NUMBER = "wrong_number"  # it is somebody else's, who said so
    INVALID_MAILBOX = "invalid_mailbox"  # not the form of an address
    NO_SUCH_MAILBOX = "no_such_mailbox"
    OPTED_OUT = "opted_out"  # at the provider: no consent, whatever ours says
    HANDSET_OFF = "handset_off"
    MAILBOX_FULL = "mailbox_full"
    BLOCKED = "blocked"
    FILTERED = "filtered"
    TOO_LONG = "too_long"
    NOT_ROUTABLE = "not_routable"
    EXPIRED = "expired"  # not sent while it made sense
    OTHER = "other"


# Of the address, not of the moment: another try would end the same way until the record has another address.
LASTING = frozenset(
    {
        *(Trouble.INVALID_NUMBER, Trouble.LANDLINE, Trouble.UNKNOWN_HANDSET, Trouble.WRONG_NUMBER),
        *(Trouble.INVALID_MAILBOX, Trouble.NO_SUCH_MAILBOX),
    }
)
_RANK = {
    DeliveryState.HANDED_OVER: 0,
    DeliveryState.ACCEPTED: 1,
    DeliveryState.SENT: 2,
    DeliveryState.SILENT: 3,
    DeliveryState.DELIVERED: 4,
    DeliveryState.FAILED: 4,
}


@dataclass(frozen=True)
class Delivery:
    """A line beside the contact ledger's: one case's message. `address` and `content` are keyed codes of where it went and what it says."""

    case_id: str
    client: str
    channel: Channel
    state: DeliveryState
    handed_at: datetime  # before the first try
    since: datetime  # when it came to this state; of one that was handed over, when it was tried last
    address: str
    content: str
    reference: str = ""  # pseudonym of what the provider calls it
    trouble: Trouble | None = None


@dataclass(frozen=True)
class Receipt:
    """What a provider says of one message."""

    case_id: str
    state: DeliveryState
    at: datetime
    reference: str = ""
    trouble: Trouble | None = None


class Meaning(StrEnum):
    """What a receipt is to what is known already."""

    NEWS = "news"
    KNOWN = "known"  # again, or overtaken by a later one
    CONTRADICTS = "contradicts"  # delivered and failed: the first word stands
    DOUBLED = "doubled"  # about a second message of one case, or about another case's message: must not be


def meaning(known: Delivery, receipt: Receipt) -> Meaning:
    """What the receipt is worth."""
    if known.reference and receipt.reference and known.reference != receipt.reference:
        return Meaning.DOUBLED
    if _RANK[receipt.state] > _RANK[known.state]:
        return Meaning.NEWS
    is_final = _RANK[known.state] == _RANK[receipt.state] == _RANK[DeliveryState.FAILED]
    return Meaning.CONTRADICTS if is_final and known.state is not receipt.state else Meaning.KNOWN


def after(known: Delivery, receipt: Receipt) -> Delivery:
    """The delivery once the receipt was taken for what it is worth. A provider's name for the message is learnt from any of them."""
    if meaning(known, receipt) is Meaning.NEWS:
        known = replace(known, state=receipt.state, since=receipt.at, trouble=receipt.trouble)
    return replace(known, reference=known.reference or receipt.reference)


def is_rival(known: Delivery, other: Delivery, lasts: timedelta) -> bool:
    """Whether a message that is found, and does not say whose it is, may as well be the other one's. `lasts`: from call to effect."""
    is_open = other.state is DeliveryState.HANDED_OVER and not other.reference
    return is_open and other.content == known.content and other.since + lasts >= known.handed_at and known.since + lasts >= other.handed_at


@dataclass(frozen=True)
class DeadEnd:
    """An address that messages cannot reach. Holds as long as the record has that address."""

    client: str
    channel: Channel
    address: str
    trouble: Trouble
    since: datetime


class CallOutcome(StrEnum):
    """How a call of the staff ended."""

    CONFIRMED = "confirmed"  # reached, and the client will come: as good as a yes by text; of an offer, they take the time
    DECLINED = "declined"  # reached, and they do not want the time that is offered
    REACHED = "reached"
    LEFT_WORD = "left_word"  # on a machine, as discreetly as a message
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    NOT_CALLED = "not_called"  # overtaken: the client answered otherwise, or the visit is gone


@dataclass(frozen=True)
class CallTask:
    """A call that a person of the staff is to make: what a message by phone is here. Its id is its case's."""

    id: str
    client: str
    purpose: str
    template: str  # what the call is about, in the words of that message
    asked_at: datetime
    appointment: str | None = None
    outcome: CallOutcome | None = None
    by: str = ""
    settled_at: datetime | None = None
