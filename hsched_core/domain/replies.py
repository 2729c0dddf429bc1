"""What a client wrote back, as it was understood. The words themselves stay in the identified zone: nothing here holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from hsched_core.domain.contact import Channel

# What receivers put behind the words of a message that had more than words: a person looks at it where it came in.
WITH_PICTURES = "[a picture, a film or a sound came with this]"
LONGEST = 3_000  # characters that are kept and read; a longer text is cut there, and a person reads it


class Intent(StrEnum):
    """What a message is about. In this order: of several that a message has, the first one counts."""

    CRISIS = "crisis"  # danger to life or limb, abuse, and clinical content: a person, at once
    OPT_OUT = "opt_out"
    CANCEL = "cancel"
    MOVE = "move"
    LATE = "late"
    QUESTION = "question"
    CONFIRM = "confirm"
    COURTESY = "courtesy"  # thanks, and nothing else
    UNCLEAR = "unclear"


class Language(StrEnum):
    """In which of the languages that the rules know a message was written."""

    ENGLISH = "en"
    SPANISH = "es"
    MIXED = "mixed"
    UNKNOWN = "unknown"  # an emoji, a number, a language the rules do not know


# What stands in front of a client's words where a button of a page said the rest.
BUTTONS: Mapping[Intent, str] = MappingProxyType(
    {
        Intent.CONFIRM: "[confirmed on the page]",
        Intent.MOVE: "[asked on the page for another time]",
        Intent.CANCEL: "[said on the page that they cannot come this time]",
    }
)
# While a person looks after one of these, no machine writes to the client.
STOPS = frozenset({Intent.CRISIS, Intent.CANCEL, Intent.MOVE, Intent.UNCLEAR})


@dataclass(frozen=True)
class Reading:
    """How a message was understood. `rules` names every rule that matched; `also` the further intents it has, in their order."""

    intent: Intent
    language: Language
    rules: tuple[str, ...] = ()
    also: tuple[Intent, ...] = ()

    @property
    def stops_automation(self) -> bool:
        """Whether nothing is sent to the client until a person has dealt with the message."""
        return any(intent in STOPS for intent in (self.intent, *self.also))

    @property
    def opts_out(self) -> bool:
        """Whether the message withdraws consent, whatever else it says."""
        return Intent.OPT_OUT in (self.intent, *self.also)


@dataclass(frozen=True)
class InboundText:
    """A message a client sent, without its words. `id` is a keyed code: 32 hexadecimal digits, the same for every delivery."""

    id: str
    client: str | None  # pseudonym; None: an address nobody has, or that several share
    channel: Channel
    received_at: datetime
    sharers: tuple[str, ...] = ()  # all who have the address, where several do: what stops contact holds for each of them
    about: str = ""  # pseudonym of the visit whose page it came from: no other can be meant
    pressed: Intent | None = None  # the button it came with: `BUTTONS` stands in front of the words


@dataclass(frozen=True)
class Letter:
    """The words of a message, and the address they came from where it is needed: of senders nobody knows, or several may be."""

    text: str = field(repr=False)
    address: str = field(default="", repr=False)


class Reason(StrEnum):
    """Why a person has a reply, in the order in which replies are listed."""

    CRISIS = "crisis"
    UNREADABLE = "unreadable"  # it is stored, and cannot be opened: nobody knows what it says
    CLINICAL = "clinical"
    UNREAD = "unread"  # several words about somebody that no rule understood: treated as danger until a person has read it
    LATE = "late"
    MAY_BE_OPT_OUT = "may_be_opt_out"  # a bare CANCEL: a visit, or the messages
    CANCEL = "cancel"
    MOVE = "move"
    OFFER_OPEN = "offer_open"  # a yes or a no that may be meant for an offer
    SEVERAL_VISITS = "several_visits"
    NO_VISIT = "no_visit"
    VISIT_CHANGED = "visit_changed"  # since the client was last told of it
    VISIT_GONE = "visit_gone"  # cancelled since then
    OTHER_TIME = "other_time"  # a yes that names a day, an hour or a way of meeting which is not the visit's
    UNKNOWN_SENDER = "unknown_sender"
    SHARED_ADDRESS = "shared_address"
    WRONG_NUMBER = "wrong_number"  # the address belongs to somebody else: consent is withdrawn, the EHR needs mending
    QUESTION = "question"
    NOT_UNDERSTOOD = "not_understood"
    EHR_SILENT = "ehr_silent"  # the client's visits could not be read for too long


PAGES = frozenset({Reason.CRISIS, Reason.UNREADABLE, Reason.CLINICAL, Reason.UNREAD})  # a person is called, again and again until one comes


class ReplyState(StrEnum):
    """Where a reply stands."""

    RECEIVED = "received"  # stored; nobody has read it
    READ = "read"  # what cannot wait was done; the client's visits are still to be looked at
    WAITING = "waiting"  # a person has it
    DONE = "done"


class Resolution(StrEnum):
    """What a person did about a reply."""

    ARRANGED = "arranged"  # in the EHR: cancelled, moved, confirmed
    ANSWERED = "answered"
    OPTED_OUT = "opted_out"  # it was a wish to be left alone: consent is withdrawn
    CARED_FOR = "cared_for"  # a crisis: somebody spoke to the client, or called help
    NOTHING = "nothing"  # nothing was to be done


@dataclass(frozen=True)
class Reply:
    """An inbound message and what became of it. Its words are not here."""

    message: InboundText
    state: ReplyState
    since: datetime
    version: int = 1
    reading: Reading | None = None
    reasons: tuple[Reason, ...] = ()
    visit: str = ""  # pseudonym of the appointment it is about, where that is certain
    confirms: bool = False  # it confirmed that visit
    pages: int = 0  # how often a person was called
    paged_at: datetime | None = None
    taken_by: str = ""  # who came
    taken_at: datetime | None = None
    resolution: Resolution | None = None

    @property
    def id(self) -> str:
        return self.message.id

    @property
    def clients(self) -> tuple[str, ...]:
        """Everybody it may be from."""
        return (self.message.client,) if self.message.client else self.message.sharers

    @property
    def is_open(self) -> bool:
        return self.state is not ReplyState.DONE

    @property
    def pauses(self) -> bool:
        """Whether nothing is sent to its clients until a person has dealt with it."""
        return self.is_open and self.reading is not None and self.reading.stops_automation

    @property
    def calls_somebody(self) -> bool:
        """Whether a person is to be paged until one takes it."""
        return self.is_open and not self.taken_by and bool(PAGES & set(self.reasons))


@dataclass(frozen=True)
class Page:
    """What a page says: that a reply waits, how grave it is, and how long. Nothing of the client."""

    practice: str
    reply: str
    reason: Reason
    received_at: datetime
    number: int  # 1 for the first page about it
