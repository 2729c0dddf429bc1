"""Callbacks of the inbox, read: texts of clients go to who reads replies, with their words; receipts to the contact ledger.

Numbers become clients here, by the EHR's list, and go no further.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hsched_adapters.ehr.rest.ehr import Ehr
from hsched_adapters.messaging.addresses import NoAddressError, number_of
from hsched_adapters.messaging.codes import Codes
from hsched_adapters.messaging.signatures import RECEIPTS, TEXTS, delivery_of
from hsched_adapters.messaging.twilio import SID, STATES, VAULT_KIND, trouble_of
from hsched_adapters.store.inbox import SqlInboxStore
from hsched_core.domain.appointments import Notice, NoticeKind
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import DeliveryState, Receipt, Trouble
from hsched_core.domain.errors import SafeError, UserError
from hsched_core.domain.inbox import UnreadableMessageError
from hsched_core.domain.replies import WITH_PICTURES, InboundText
from hsched_core.ports import Clock, Translator, Vault
from hsched_core.ports.replies import InboundTexts
from hsched_core.replies.reading import read
from hsched_core.use_cases.replies import at_once, is_somebody_elses
from hsched_core.workflow.deliveries import Deliveries, UnknownMessageError

KINDS = {TEXTS: NoticeKind.TEXT, RECEIPTS: NoticeKind.RECEIPT}
MALFORMED = "malformed_body"
LIST_LASTS = timedelta(minutes=1)  # a number that is not in the list is looked for in a fresh one
EHR_MAY_TAKE = timedelta(minutes=10)  # a word of danger must not wait for an EHR; a STOP of somebody unknown is a person's
KEPT, KNOWN_BEFORE = "kept", "known_before"
Text = Mapping[str, str]


class CallbackTranslator:
    """`Translator` of callbacks. A notice is about the message's own code: words and numbers stay where they are."""

    def __init__(self, store: SqlInboxStore, otherwise: Translator) -> None:
        self._store, self._otherwise = store, otherwise

    def notice(self, source: str, body: bytes, received_at: datetime) -> Notice:
        if source not in KINDS:
            return self._otherwise.notice(source, body, received_at)
        told = _told(body)
        if not SID.fullmatch(told["sid"]) or (source == RECEIPTS and (told["status"] not in STATES or not told["case"])):
            raise UnreadableMessageError(MALFORMED)
        return Notice(KINDS[source], self._store.seal(delivery_of(source, body)).message, received_at)


@dataclass
class PhoneBook:
    """Who has a number, by the EHR's list of clients. Held for a minute, in memory only."""

    ehr: Callable[[], Ehr]
    clock: Clock
    region: str
    _read_at: datetime | None = field(default=None, init=False)
    _clients: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False)

    def clients_of(self, number: str) -> Sequence[str]:
        """Pseudonyms of all who have that number. EhrError where the EHR does not answer."""
        now = self.clock.now()
        if self._read_at is None or not timedelta(0) <= now - self._read_at < LIST_LASTS:
            self._clients, self._read_at = self._listed(), now
        return tuple(self._clients.get(number, ()))

    def _listed(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for client, to in self.ehr().reachables():
            try:
                found.setdefault(number_of(to.phone, self.region), []).append(client.client)
            except NoAddressError:
                continue
        return found


@dataclass(frozen=True)
class Callbacks:
    """What is done with a notice of the inbox that came from the provider."""

    store: SqlInboxStore
    texts: Callable[[], InboundTexts]
    book: PhoneBook
    deliveries: Deliveries
    codes: Codes
    vault: Vault

    def take(self, notice: Notice) -> str:
        """Keep a client's words for who reads them, or take a receipt; a word for what became of it."""
        told = _told(self.store.body(notice.about))
        return self._text(notice, told) if notice.kind is NoticeKind.TEXT else self._receipt(notice, told)

    def _text(self, notice: Notice, told: Text) -> str:
        words, number = words_of(told), number_or_none(told["from"], self.book.region)
        reading = read(words)
        clients = self._clients(number, notice.at, waits=not at_once(reading).reasons)
        if is_somebody_elses(reading):
            for one in clients:  # whatever is consented to later: that number gets no more texts while a record has it
                self.deliveries.give_up(one, Channel.TEXT, self.codes.number(number), Trouble.WRONG_NUMBER)
        client = clients[0] if len(clients) == 1 else None
        message = InboundText(notice.about, client, Channel.TEXT, notice.at, tuple(clients) if len(clients) > 1 else ())
        # Where nobody can say whose number it is, a person needs the number: it is sealed with the words.
        return KEPT if self.texts().keep(message, words, "" if client else told["from"]) else KNOWN_BEFORE

    def _clients(self, number: str, received_at: datetime, *, waits: bool) -> Sequence[str]:
        """By the EHR; while it does not answer, by whom we wrote to at that number. Words of others wait for it, but not for long.

        Danger does not wait at all: somebody is called about a stranger.
        """
        try:
            return self.book.clients_of(number)
        except UserError:
            written_to = self.deliveries.clients_at(self.codes.number(number))
            if waits and not written_to and self.book.clock.now() - received_at < EHR_MAY_TAKE:
                raise
            return written_to

    def _receipt(self, notice: Notice, told: Text) -> str:
        state = STATES[told["status"]]
        trouble = trouble_of(told["error"])
        if state is DeliveryState.FAILED:
            trouble = trouble or Trouble.OTHER
        reference = self.vault.pseudonyms(VAULT_KIND, [told["sid"]])[told["sid"]]
        receipt = Receipt(told["case"], state, notice.at, reference, trouble if state is DeliveryState.FAILED else None)
        try:
            return f"receipt_{self.deliveries.take(receipt)}"
        except UnknownMessageError:
            return "receipt_of_no_message"


@dataclass(frozen=True)
class Unread:
    """Whether a client wrote something nobody has dealt with: until then nothing goes to them, for it may be a STOP."""

    store: SqlInboxStore
    texts: Callable[[], InboundTexts]
    region: str
    most: int = 1000

    def holds(self, client: str, number: str) -> bool:
        """By number while nobody has read it, by client from then on."""
        return self._from(number) or any(client in (one.client, *one.sharers) for one in self.texts().unread(self.most))

    def _from(self, number: str) -> bool:
        return bool(number) and any(number_or_none(_told(body)["from"], self.region) == number for body in self._bodies())

    def _bodies(self) -> Sequence[bytes]:
        found = []
        for message in self.store.unfinished(TEXTS, self.most):
            try:
                found.append(self.store.body(message))
            except SafeError:
                continue
        return found


def number_or_none(text: str, region: str) -> str:
    """The number, or nothing: a short code or a name is nobody's."""
    try:
        return number_of(text, region)
    except NoAddressError:
        return ""


def words_of(told: Text) -> str:
    """What a person or a rule reads: the words, whole, and whether something came that is not kept."""
    return told["text"] if told["media"] in ("", "0") else f"{told['text']} {WITH_PICTURES}".strip()


def _told(body: bytes) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(body)
    except ValueError:
        raise UnreadableMessageError(MALFORMED) from None
    return found
