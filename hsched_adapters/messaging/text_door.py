"""The door for texts: written down before the call, sent once, and found again by number, words and moment where no answer came.

Twilio honours no idempotency key and keeps no reference of ours. What it offers instead: a callback's address that names our case,
and a list of what was sent to a number. A text of the list is one case's only, so two cases never claim one text.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hsched_adapters.ehr.rest.client import Answer, EhrError, NoAnswerError
from hsched_adapters.ehr.rest.ehr import NotAskedError
from hsched_adapters.messaging.addresses import NoAddressError, textable_number
from hsched_adapters.messaging.codes import Codes
from hsched_adapters.messaging.letters import Letter, Letters
from hsched_adapters.messaging.twilio import VAULT_KIND, SeenText, Twilio, seen_text, trouble_of
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import Delivery, DeliveryState, Meaning, Receipt, Trouble
from hsched_core.domain.errors import UserError
from hsched_core.ports import (
    Absent,
    CannotTell,
    Capabilities,
    Clock,
    Done,
    Found,
    NotSent,
    Permit,
    Refused,
    Reply,
    Sighting,
    Unclear,
    Vault,
)
from hsched_core.workflow.deliveries import Deliveries

ACTOR = "messages"  # how the vault's access log calls us
SKEW = timedelta(minutes=2)  # by how much the provider's clock may be behind ours
SOON_SECONDS = 60.0
# It certainly did nothing, and may do it once somebody mended something: a token, an account's balance, a rate.
STAY_AWAY = frozenset({401, 403, 429})
UNCERTAIN = frozenset({408})
Holds = Callable[[str, str], bool]  # client, number: whether a text of theirs lies unread


@dataclass(frozen=True)
class TextDoor:
    """`Door` for texts."""

    provider: Twilio
    letters: Letters
    deliveries: Deliveries
    codes: Codes
    vault: Vault
    clock: Clock
    region: str
    callback: Callable[[str], str]  # of a case: where its receipts go
    holds: Holds
    capabilities: Capabilities

    def perform(self, permit: Permit) -> Reply:
        try:
            letter = self.letters.written(permit)
        except NotAskedError as error:
            return Refused(error.code)
        except EhrError as error:
            return NotSent("read_failed", error.retry_at or self._later())
        try:
            number = textable_number(letter.to.phone, self.region)
        except NoAddressError as error:
            return self._of_no_use(permit, letter.to.phone, error.trouble)
        return self._sent(permit, letter, number)

    def look(self, permit: Permit, reference: str) -> Sighting:
        known = self.deliveries.known(permit.case_id)
        reference = reference or (known.reference if known else "")
        return self._read_back(permit, known, reference) if reference else self._searched(permit, known)

    def ask(self, delivery: Delivery) -> Receipt | None:
        """What the provider says of a text nobody sent a receipt for; None where it does not know it."""
        seen = self.provider.text(self.vault.resolve(VAULT_KIND, delivery.reference, actor=ACTOR, reason="ask for a receipt"))
        return self._receipt(delivery.case_id, seen, delivery.reference) if seen else None

    def _sent(self, permit: Permit, letter: Letter, number: str) -> Reply:
        address = self.codes.number(number)
        if self.deliveries.is_dead_end(letter.client, Channel.TEXT, address):
            return Refused("dead_end")
        if self.holds(letter.client, number):
            return NotSent("unread_text", self._later(SOON_SECONDS))
        self.deliveries.hand_over(permit.case_id, address, self.codes.text(letter.text))
        try:
            answer = self.provider.send(number, letter.text, self.callback(permit.case_id))
        except NoAnswerError as error:
            return NotSent(error.code, error.retry_at) if error.did_nothing else Unclear(error.code)
        except UserError:  # no token to sign it with
            return NotSent("not_ready", self._later())
        return self._judged(permit, answer)

    def _judged(self, permit: Permit, answer: Answer) -> Reply:
        if answer.is_good:
            return self._taken(permit, answer)
        if answer.status in STAY_AWAY:
            return NotSent(f"http_{answer.status}", answer.retry_at or self._later(SOON_SECONDS))
        if not 400 <= answer.status < 500 or answer.status in UNCERTAIN:
            return Unclear(f"http_{answer.status}")
        trouble = trouble_of(answer.document.get("code")) if isinstance(answer.document, dict) else None
        if trouble in (None, Trouble.OTHER):
            return Refused(f"http_{answer.status}")
        self.deliveries.take(Receipt(permit.case_id, DeliveryState.FAILED, self.clock.now(), trouble=trouble))
        return Refused(str(trouble))

    def _taken(self, permit: Permit, answer: Answer) -> Reply:
        """2xx with a text's record. A broken answer says nothing about what happened behind it."""
        try:
            seen = seen_text(answer.document)
        except EhrError:
            return Unclear(answer.flaw or "unexpected_form")
        reference = self._name(seen)
        self.deliveries.take(self._receipt(permit.case_id, seen, reference))
        return Done(reference)

    def _of_no_use(self, permit: Permit, phone: str, trouble: Trouble) -> Reply:
        """The record has no number that texts reach: written down, so that somebody mends it."""
        self.deliveries.hand_over(permit.case_id, self.codes.number(phone), "")
        self.deliveries.take(Receipt(permit.case_id, DeliveryState.FAILED, self.clock.now(), trouble=trouble))
        return Refused(str(trouble))

    def _read_back(self, permit: Permit, known: Delivery | None, reference: str) -> Sighting:
        """The words were ours when the provider named it; that it went to this number is what is read."""
        seen = self.provider.text(self.vault.resolve(VAULT_KIND, reference, actor=ACTOR, reason=permit.action.kind))
        if seen is None or known is None or self.codes.number(seen.to) != known.address:
            return CannotTell()
        return self._claimed(permit, seen)

    def _searched(self, permit: Permit, known: Delivery | None) -> Sighting:
        try:
            number = textable_number(self.letters.reachable(permit).phone, self.region)
        except (NoAddressError, NotAskedError):
            return CannotTell()
        if known and known.address != self.codes.number(number):
            return CannotTell()  # the record has another number since: nobody knows where to look
        nobodys, (begins, ends) = (None, permit.case_id), self._window(permit, known)
        texts = [one for one in self.provider.sent_to(number, begins) if one.created_at <= ends]
        open_ones = [one for one in texts if self.deliveries.case_of(self._name(one)) in nobodys]
        if not open_ones:
            return Absent()
        ours = [one for one in open_ones if known and self.codes.text(one.body) == known.content]
        if known is None or len(ours) != 1 or self.deliveries.rivals(known, self.capabilities.max_latency + 2 * SKEW):
            return CannotTell()  # whose it is, a receipt will tell, or a person
        return self._claimed(permit, ours[0])

    def _window(self, permit: Permit, known: Delivery | None) -> tuple[datetime, datetime]:
        """When a text of this case can have come to be, by the provider's clock."""
        begins, ends = (known.handed_at, known.since) if known else (min(one.at for one in permit.approvals), self.clock.now())
        return begins - SKEW, ends + self.capabilities.max_latency + SKEW

    def _claimed(self, permit: Permit, seen: SeenText) -> Sighting:
        """The text is this case's from now on."""
        reference = self._name(seen)
        worth = self.deliveries.take(self._receipt(permit.case_id, seen, reference))
        return CannotTell() if worth is Meaning.DOUBLED else Found(reference, permit.action)

    def _receipt(self, case_id: str, seen: SeenText, reference: str) -> Receipt:
        receipt = Receipt(case_id, seen.state, self.clock.now(), reference, seen.trouble)
        return replace(receipt, trouble=receipt.trouble or Trouble.OTHER) if seen.state is DeliveryState.FAILED else receipt

    def _name(self, seen: SeenText) -> str:
        return self.vault.pseudonyms(VAULT_KIND, [seen.sid])[seen.sid]

    def _later(self, seconds: float = 30.0) -> datetime:
        return self.provider.client.later(seconds)
