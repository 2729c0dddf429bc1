"""What the provider keeps: every text, what becomes of it at which handset, and who said STOP. The truth that tests count."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from hsched_core.ports import Clock

STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
INBOUND, OUTBOUND = "inbound", "outbound-api"


class Fate(StrEnum):
    """What becomes of texts to a number. The first three are refused at once, the others after the provider took them."""

    INVALID = "invalid"
    NO_TEXTS = "no_texts"  # the provider knows that it is a landline
    OPTED_OUT = "opted_out"
    DELIVERED = "delivered"
    SILENT = "silent"  # taken, and never heard of again
    LANDLINE = "landline"  # the carrier finds out
    HANDSET_OFF = "handset_off"
    NOBODYS = "nobodys"
    FILTERED = "filtered"


REFUSALS: Mapping[Fate, int] = MappingProxyType({Fate.INVALID: 21211, Fate.NO_TEXTS: 21614, Fate.OPTED_OUT: 21610})
ERRORS: Mapping[Fate, int] = MappingProxyType({Fate.LANDLINE: 30006, Fate.HANDSET_OFF: 30003, Fate.NOBODYS: 30005, Fate.FILTERED: 30007})


@dataclass(frozen=True)
class Text:
    """One text as the provider keeps it."""

    sid: str
    to: str
    sender: str
    body: str
    created_at: datetime
    direction: str = OUTBOUND
    status: str = "queued"
    error_code: int | None = None
    callback: str = ""


class RefusedTextError(Exception):
    """The provider does not take it: an error code of its API."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


Told = Callable[[Text], None]


class Carrier:
    """The provider's state. May be shared by threads. `told` hears of every step of a text, `wrote` of every text of a client."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._texts: dict[str, Text] = {}
        self._queued: list[Text] = []
        self.fates: dict[str, Fate] = {}
        self.told: Told = lambda _text: None
        self.wrote: Told = lambda _text: None

    def take(self, to: str, sender: str, body: str, callback: str) -> Text:
        """Take a text into the queue; RefusedTextError where it is none of ours to send."""
        fate = self.fates.get(to, Fate.DELIVERED)
        if fate in REFUSALS:
            raise RefusedTextError(REFUSALS[fate])
        text = Text(f"SM{secrets.token_hex(16)}", to, sender, body, self.clock.now(), callback=callback)
        self._keep(text)
        with self._lock:
            self._queued.append(text)
        return text

    def deliver(self) -> None:
        """See to everything in the queue."""
        with self._lock:
            waiting, self._queued = self._queued, []
        for text in waiting:
            fate = self.fates.get(text.to, Fate.DELIVERED)
            if fate is Fate.SILENT:
                continue
            is_there = fate not in ERRORS
            for status, error in (("sent", None), ("delivered" if is_there else "undelivered", ERRORS.get(fate))):
                moved = replace(text, status=status, error_code=error)
                self._keep(moved)
                self.told(moved)

    def write(self, sender: str, to: str, body: str) -> Text:
        """A client writes. The provider keeps STOP by itself too, as the real one does."""
        word = "".join(body.split()).upper()
        if word in STOP_WORDS:
            self.fates[sender] = Fate.OPTED_OUT
        elif word in START_WORDS and self.fates.get(sender) is Fate.OPTED_OUT:
            del self.fates[sender]
        text = Text(f"SM{secrets.token_hex(16)}", to, sender, body, self.clock.now(), INBOUND, "received")
        self._keep(text)
        self.wrote(text)
        return text

    def find(self, sid: str) -> Text | None:
        with self._lock:
            return self._texts.get(sid)

    def texts(self) -> list[Text]:
        """Every text, newest first."""
        with self._lock:
            return list(reversed(self._texts.values()))

    def sent(self) -> list[Text]:
        """What was asked of the provider, oldest first."""
        return [one for one in reversed(self.texts()) if one.direction == OUTBOUND]

    def _keep(self, text: Text) -> None:
        with self._lock:
            self._texts[text.sid] = text
