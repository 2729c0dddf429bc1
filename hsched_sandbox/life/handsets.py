"""Clients' handsets at the sandbox's provider of texts: which number is whose, what came, and what is sent from them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hsched_sandbox.ehr.book import Book
from hsched_sandbox.ehr.records import Client
from hsched_sandbox.sms.carrier import Carrier, Fate, Text

# Of all numbers, in hundredths: what the carrier finds out only when it delivers. Choices, not measurements.
BAD: Mapping[Fate, float] = MappingProxyType({Fate.LANDLINE: 1.5, Fate.HANDSET_OFF: 1.0, Fate.NOBODYS: 0.5})


@dataclass
class Handsets:
    """Everybody's. `number` is the practice's, to which clients answer; `seed` decides which numbers do not work."""

    carrier: Carrier
    book: Book
    number: str
    seed: str
    _owners: dict[str, str] = field(default_factory=dict, init=False)  # number -> client
    _seen: set[str] = field(default_factory=set, init=False)

    def arrived(self) -> list[tuple[Client, Text]]:
        """Texts that came to a handset since the last look, oldest first."""
        fresh = [one for one in self.carrier.sent() if one.status == "delivered" and one.sid not in self._seen]
        if not fresh:
            return []
        self._seen.update(one.sid for one in fresh)
        self.learn()
        return [(self.book.get(Client, self._owners[one.to]), one) for one in fresh if one.to in self._owners]

    def write(self, client: Client, words: str) -> None:
        """The client texts the practice."""
        self.carrier.write(in_e164(client.phone or ""), self.number, words)

    def number_for(self, client: str) -> str:
        """The client's number; empty where they have none that can be read."""
        return next((number for number, owner in self._owners.items() if owner == client), "")

    def learn(self) -> None:
        """Whose number is which, also of clients who came lately; and which do not work."""
        known = set(self._owners.values())
        for client in self.book.every(Client):
            number = "" if client.id in known else in_e164(client.phone or "")
            if not number:
                continue
            self._owners[number] = client.id
            if fate := self._fate(client.id):
                self.carrier.fates[number] = fate

    def _fate(self, client: str) -> Fate | None:
        draw = random.Random(f"{self.seed}/{client}/number").random() * 100
        for fate, share in BAD.items():
            if draw < share:
                return fate
            draw -= share
        return None


def in_e164(phone: str) -> str:
    """A North American number of the sandbox's records, as the provider writes it; nothing where it is none."""
    digits = "".join(one for one in phone if one.isdigit())
    digits = digits if len(digits) == 11 else f"1{digits}"
    return f"+{digits}" if len(digits) == 11 and digits[0] == "1" else ""
