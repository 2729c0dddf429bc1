"""What became of messages that were handed over: written down before the call, and moved on by every receipt, twice or late or wrong.

It decides nothing about contacting anybody. It takes consent away where the provider says that the client ended it, and remembers
addresses that cannot be reached.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent
from hsched_core.domain.delivery import LASTING, DeadEnd, Delivery, DeliveryState, Meaning, Receipt, Trouble, after, is_rival, meaning
from hsched_core.domain.errors import HschedError, UserError
from hsched_core.ports import Clock
from hsched_core.ports.messages import MessageStore, MessageTransaction

MESSAGES = "messages"  # who writes it down
SILENT_AFTER = timedelta(hours=24)  # carriers give up within hours; a receipt that takes longer is not coming
TRIED_AGAIN_AFTER = timedelta(days=30)
Asker = Callable[[Delivery], Receipt | None]


class UnknownMessageError(HschedError):
    """A receipt about a message we did not send."""


class Deliveries:
    """The messages of one practice, once they left."""

    def __init__(self, store: MessageStore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def known(self, case_id: str) -> Delivery | None:
        """What is known of the message of a case."""
        with self._store.transaction() as tx:
            return tx.delivery(case_id)

    def case_of(self, reference: str) -> str | None:
        """Whose message it is that the provider calls so."""
        with self._store.transaction() as tx:
            return tx.case_of(reference)

    def clients_at(self, address: str) -> Sequence[str]:
        """Everybody who was written to at that address, by its code."""
        with self._store.transaction() as tx:
            return sorted({one.client for one in tx.deliveries_at(address)})

    def rivals(self, known: Delivery, lasts: timedelta) -> Sequence[Delivery]:
        """Other messages of the very same words to the same address, of which it is not known either whether they left, and that may
        have left when this one did. `lasts` is how long a call may take to show, clocks included.
        """
        with self._store.transaction() as tx:
            found = tx.deliveries_at(known.address)
        return [one for one in found if one.case_id != known.case_id and is_rival(known, one, lasts)]

    def hand_over(self, case_id: str, address: str, content: str) -> Delivery:
        """Before the call: from now on it may have left, to that address. A second try keeps the moment of the first."""
        with self._store.transaction() as tx:
            now, before = self._clock.now(), tx.delivery(case_id)
            if before:
                is_open = before.state is DeliveryState.HANDED_OVER
                made = replace(before, address=address, content=content, since=now if is_open else before.since)
            else:
                client, channel = _whom(tx, case_id)
                made = Delivery(case_id, client, channel, DeliveryState.HANDED_OVER, now, now, address, content)
            tx.put_delivery(made, audit=_entry(made, "handed_over", now))
            return made

    def is_dead_end(self, client: str, channel: Channel, address: str) -> bool:
        """Whether messages to that address came to nothing before."""
        with self._store.transaction() as tx:
            found = tx.dead_end(client, channel)
        return found is not None and found.address == address

    def returned(self) -> Mapping[str, Mapping[Channel, datetime]]:
        """By client and channel: since when an address is known to reach nobody. After a while it is tried again: the record may have
        another one by now, which only the door looks at.
        """
        found: dict[str, dict[Channel, datetime]] = {}
        with self._store.transaction() as tx:
            dead = tx.dead_ends()
        for one in dead:
            if one.since + TRIED_AGAIN_AFTER > self._clock.now():
                found.setdefault(one.client, {})[one.channel] = one.since
        return found

    def give_up(self, client: str, channel: Channel, address: str, trouble: Trouble) -> None:
        """Nothing more goes to that address, though no message failed: who has it said whose it is not. Once."""
        with self._store.transaction() as tx:
            found, now = tx.dead_end(client, channel), self._clock.now()
            if found is None or found.address != address:
                _remember(tx, DeadEnd(client, channel, address, trouble, now))

    def take(self, receipt: Receipt) -> Meaning:
        """A receipt, whatever it is worth; UnknownMessageError where the case has no message of ours."""
        with self._store.transaction() as tx:
            known = tx.delivery(receipt.case_id)
            if known is None:
                raise UnknownMessageError("no message of that case was handed over")
            owner = tx.case_of(receipt.reference) if receipt.reference else None
            worth, now = Meaning.DOUBLED if owner not in (None, known.case_id) else meaning(known, receipt), self._clock.now()
            moved = known if worth is Meaning.DOUBLED else after(known, receipt)
            if worth in (Meaning.DOUBLED, Meaning.CONTRADICTS):
                body = {"channel": str(known.channel), "state": str(receipt.state), "reference": receipt.reference or known.reference}
                tx.record(audit=AuditEntry(now, MESSAGES, f"delivery.{worth}", known.case_id, body))
            elif moved != known:
                tx.put_delivery(moved, audit=_entry(moved, str(receipt.state if worth is Meaning.NEWS else "named"), now))
            if worth is Meaning.NEWS and receipt.trouble:
                _draw_conclusions(tx, moved, receipt.trouble, now)
            return worth

    def chase(self, ask: Asker) -> Mapping[str, int]:
        """Ask the provider about messages nobody sent a receipt for; what it does not know either is silent."""
        with self._store.transaction() as tx:
            late = tx.under_way(self._clock.now() - SILENT_AFTER)
        found: Counter[str] = Counter()
        for delivery in late:
            told = ask(delivery) or Receipt(delivery.case_id, DeliveryState.SILENT, self._clock.now(), delivery.reference)
            if meaning(delivery, told) is not Meaning.NEWS:
                told = replace(told, state=DeliveryState.SILENT, at=self._clock.now(), trouble=None)
            self.take(told)
            found[str(told.state)] += 1
        return found

    def try_again(self, client: str, channel: Channel, actor: str) -> None:
        """A person says that the address works after all."""
        with self._store.transaction() as tx:
            found, now = tx.dead_end(client, channel), self._clock.now()
            if found is None:
                raise UserError("There is no dead end of that client and channel.", "See `hsched messages dead-ends`.")
            body = {"channel": str(channel), "code": str(found.trouble)}
            tx.drop_dead_end(client, channel, audit=AuditEntry(now, actor, "address.to_be_tried", f"client:{client}", body))


def _whom(tx: MessageTransaction, case_id: str) -> tuple[str, Channel]:
    case: Case | None = tx.case(case_id)
    outreach = case.action.outreach if case else None
    if outreach is None:
        raise UnknownMessageError("the case contacts nobody")
    return outreach.client, outreach.channel


def _draw_conclusions(tx: MessageTransaction, failed: Delivery, trouble: Trouble, now: datetime) -> None:
    """An address that cannot be reached is not tried again; a STOP at the provider is a STOP."""
    if trouble in LASTING:
        _remember(tx, DeadEnd(failed.client, failed.channel, failed.address, trouble, now), proposal=failed.case_id)
    if trouble is Trouble.OPTED_OUT:
        said = ConsentEvent(False, failed.since, failed.channel)
        body = {"channel": str(failed.channel), "said_at": failed.since.isoformat(), "source": "provider"}
        tx.add_consent(failed.client, said, audit=AuditEntry(now, MESSAGES, "consent.revoked", f"client:{failed.client}", body))


def _remember(tx: MessageTransaction, dead: DeadEnd, **of: str) -> None:
    body = {"channel": str(dead.channel), "code": str(dead.trouble), **of}
    tx.put_dead_end(dead, audit=AuditEntry(dead.since, MESSAGES, "address.dead_end", f"client:{dead.client}", body))


def _entry(delivery: Delivery, event: str, now: datetime) -> AuditEntry:
    body: dict[str, Any] = {"channel": str(delivery.channel), "state": str(delivery.state), "heard_at": delivery.since.isoformat()}
    body |= {"reference": delivery.reference} if delivery.reference else {}
    body |= {"code": str(delivery.trouble)} if delivery.trouble else {}
    return AuditEntry(now, MESSAGES, f"delivery.{event}", delivery.case_id, body)
