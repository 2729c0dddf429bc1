"""One practice's messaging put together: the doors of its channels, the provider's callbacks, and what is asked about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from hsched_adapters.ehr.rest.connector import RestConnector
from hsched_adapters.ehr.rest.messages import Addresses
from hsched_adapters.keys import Keyring
from hsched_adapters.messaging.bounces import BounceAddresses, read_bounce
from hsched_adapters.messaging.call_door import CallDoor, settle_call
from hsched_adapters.messaging.callbacks import Callbacks, PhoneBook, Unread
from hsched_adapters.messaging.codes import Codes
from hsched_adapters.messaging.doors import ChannelDoors
from hsched_adapters.messaging.email_door import EmailDoor
from hsched_adapters.messaging.letters import Letters
from hsched_adapters.messaging.section import MailServer, Messaging, TextProvider
from hsched_adapters.messaging.signatures import caught_up, status_address
from hsched_adapters.messaging.text_door import TextDoor
from hsched_adapters.messaging.twilio import Twilio
from hsched_adapters.store.inbox import SqlInboxStore
from hsched_adapters.store.messages import SqlMessageStore
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import CallOutcome, CallTask
from hsched_core.domain.errors import NotReadError, NotReadyError
from hsched_core.domain.inbox import Reception
from hsched_core.ports import Capabilities, Door, Doors
from hsched_core.ports.replies import InboundTexts
from hsched_core.workflow.deliveries import Deliveries
from hsched_core.workflow.inbox import Inbox

CATCH_UP = timedelta(days=3)  # a service that was away for longer has a gap that somebody should look at


@dataclass(frozen=True)
class Messages:
    """The messages of one practice. `texts` is where the words of clients are kept; `public_url` is where providers reach the service."""

    section: Messaging
    connector: Callable[[], RestConnector]
    store: SqlMessageStore
    inbox_store: SqlInboxStore
    texts: Callable[[], InboundTexts]
    keyring: Keyring = field(repr=False)
    addresses: Addresses
    public_url: str

    @cached_property
    def deliveries(self) -> Deliveries:
        """What became of messages."""
        return Deliveries(self.store, self._connected.clock)

    @cached_property
    def callbacks(self) -> Callbacks:
        """What is done with callbacks that the inbox holds."""
        book = PhoneBook(lambda: self._connected.ehr, self._connected.clock, self._region)
        return Callbacks(self.inbox_store, self.texts, book, self.deliveries, self._codes, self._connected.vault)

    @cached_property
    def bounces(self) -> BounceAddresses:
        """Addresses that bounces come back to."""
        return BounceAddresses(self.keyring, self._mail.bounces or self._mail.sender, is_coded=bool(self._mail.bounces))

    def doors(self, below: Doors) -> ChannelDoors:
        """The ways out: calls are always tasks, texts and e-mail leave here where practice.yaml says so, everything else as before."""
        makers: dict[Channel, Callable[[], Door]] = {Channel.CALL: lambda: CallDoor(self.store, self._connected.clock)}
        if self.section.text:
            makers[Channel.TEXT] = lambda: self.text_door
        if self.section.email:
            makers[Channel.EMAIL] = self._email_door
        return ChannelDoors(below, makers)

    @cached_property
    def text_door(self) -> TextDoor:
        """The way out for texts; NotReadyError where there is none of our own."""
        provider, connector = self._provider, self._connected
        capable = Capabilities(honours_keys=False, can_search=True, reads_back=True, max_latency=provider.max_latency * connector.pace)
        return TextDoor(
            provider=Twilio(provider, connector.keys, connector.clock, connector.pace),
            letters=self._letters,
            deliveries=self.deliveries,
            codes=self._codes,
            vault=connector.vault,
            clock=connector.clock,
            region=provider.region,
            callback=lambda case_id: status_address(self.public_url, case_id),
            holds=self._unread.holds,
            capabilities=capable,
        )

    def chase(self) -> Mapping[str, int]:
        """Ask for receipts that did not come; how many messages turned out to stand where, or that the provider did not answer."""
        try:
            return self.deliveries.chase(self.text_door.ask) if self.section.text else {}
        except NotReadError:
            return {"receipts_not_read": 1}

    def catch_up(self, inbox: Inbox) -> Mapping[str, int]:
        """Ask the provider what clients wrote, and keep what no callback told us; how many texts that were, or that it did not answer."""
        if self.section.text is None:
            return {}
        try:
            found = self.text_door.provider.received_since(self._connected.clock.now() - CATCH_UP)
        except NotReadError:
            return {"texts_not_read": 1}
        receptions = inbox.keep([caught_up(fields) for fields in found]) if found else []
        return {"texts": sum(one is Reception.KEPT for one in receptions)}

    def take_bounce(self, content: bytes) -> str:
        """Take in a bounce as it came; what it said and what that was worth, in words, or nothing where it says nothing certain."""
        receipt = read_bounce(content, self.bounces, self._connected.clock.now())
        if receipt is None:
            return ""
        said = ", ".join(str(one) for one in (receipt.state, receipt.trouble) if one)
        return f"{said}: {self.deliveries.take(receipt)}"

    def settle_call(self, task_id: str, outcome: CallOutcome, actor: str) -> CallTask:
        """How a call ended, as the person who made it says. The first word stands."""
        return settle_call(self.store, task_id, outcome, actor, self._connected.clock)

    def _email_door(self) -> EmailDoor:
        connector = self._connected
        return EmailDoor(
            server=self._mail,
            keys=connector.keys,
            letters=self._letters,
            deliveries=self.deliveries,
            codes=self._codes,
            clock=connector.clock,
            bounces=self.bounces.address,
            holds=self._unread.holds,
            pace=connector.pace,
        )

    @cached_property
    def _letters(self) -> Letters:
        return Letters(self._connected.ehr, self._connected.wording(self.addresses))

    @cached_property
    def _codes(self) -> Codes:
        return Codes(self.keyring)

    @cached_property
    def _unread(self) -> Unread:
        return Unread(self.inbox_store, self.texts, self._region)

    @property
    def _region(self) -> str:
        return self.section.text.region if self.section.text else TextProvider.region

    @property
    def _provider(self) -> TextProvider:
        if self.section.text is None:
            raise NotReadyError("This practice has no provider of texts.", "Add `messaging: text:` to practice.yaml.")
        return self.section.text

    @property
    def _mail(self) -> MailServer:
        if self.section.email is None:
            raise NotReadyError("This practice has no mail server.", "Add `messaging: email:` to practice.yaml.")
        return self.section.email

    @cached_property
    def _connected(self) -> RestConnector:
        return self.connector()


def tokens_file(section: Messaging | None, keys: Path) -> Path | None:
    """The file with the tokens that callbacks are signed with; None where no provider calls."""
    return keys / section.text.token_file if section and section.text else None
