"""What a client wrote back, as it was understood. The words themselves stay in the identified zone: nothing here holds them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hsched_core.domain.contact import Channel

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
