"""The inbox: what other systems tell us is verified, stored, acknowledged, and worked on once somebody has time.

A notice is a hint, whatever its order: who handles it reads the truth from the EHR. So a message may be handled twice where a
worker dies, and never gets lost.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from hsched_core.domain.appointments import Notice
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import NotReadError, SafeError, UserError
from hsched_core.domain.inbox import (
    POLL,
    Claim,
    DeadLetter,
    Delivery,
    Drained,
    InboxRules,
    Message,
    MessageState,
    Reception,
    Sealed,
    UnreadableMessageError,
)
from hsched_core.ports import Clock, InboxStore, InboxTransaction, Translator, Verifier
from hsched_core.workflow import inbox_trail as trail

READ_AT_ONCE = 100
LOST = "lease_lost"
WORKER_DIED = "worker_died"
NOT_ANSWERING = "not_answering"
HANDLED = "handled"
UNKNOWN = "unknown"
Handler = Callable[[Notice], str | None]  # may return a word for what it did


class Inbox:
    """The inbox of one practice."""

    def __init__(
        self,
        store: InboxStore,
        verifier: Verifier,
        translator: Translator,
        clock: Clock,
        rules: InboxRules | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._store, self._verifier, self._translator, self._clock = store, verifier, translator, clock
        self.rules = rules or InboxRules()
        self._chance = chance or random.Random()
        self._refused = Refused(self.rules)

    def receive(self, source: str, headers: Mapping[str, str], body: bytes) -> Reception:
        """Check, store, answer: what is acknowledged is stored durably."""
        found = self.check(source, headers, body)
        if isinstance(found, Delivery):
            return self.keep([found])[0]
        self.record_refused()
        return found

    def check(self, source: str, headers: Mapping[str, str], body: bytes) -> Delivery | Reception:
        """Who it is from, or why it is refused. Stores nothing: refusals are counted, and `record_refused` writes them down."""
        if not self._verifier.knows(source):
            return self.refuse(Reception.SOURCE, source)
        if len(body) > self.rules.largest_bytes:
            return self.refuse(Reception.OVERSIZED, source)
        found = self._verifier.verify(source, headers, body)
        return self.refuse(found, source) if isinstance(found, Reception) else found

    def knows(self, source: str) -> bool:
        """Whether there is a connection of that name."""
        return self._verifier.knows(source)

    def refuse(self, reception: Reception, source: str) -> Reception:
        """Count a refusal, and say it again. The name of a source nobody knows is not kept."""
        self._refused.count(source if self._verifier.knows(source) else UNKNOWN, reception, self._clock.now())
        return reception

    def keep(self, deliveries: Sequence[Delivery]) -> list[Reception]:
        """Store them in one transaction, with one entry. Durable on return; an exception means that none is."""
        sealed = [self._store.seal(delivery) for delivery in deliveries]
        with self._store.transaction() as tx:
            now = self._clock.now()
            firsts = {one.message: one for one in reversed(sealed)}
            stored = tx.add(list(firsts.values()), now, audit=lambda fresh: trail.received(fresh, now))
            known = {**tx.digests([code for code in firsts if code not in stored]), **{code: firsts[code].body_digest for code in stored}}
            receptions = [_received(one, known, one is firsts[one.message] and one.message in stored) for one in sealed]
            for delivery, one, reception in zip(deliveries, sealed, receptions, strict=True):
                if reception is Reception.ALTERED:
                    self._bury_altered(tx, delivery, one, now)
        return receptions

    def record_refused(self, *, at_once: bool = False) -> None:
        """Write down the refusals that are due: one entry for each kind and a while, so that nobody can flood the trail."""
        due = self._refused.due(self._clock.now(), at_once=at_once)
        if due:
            with self._store.transaction() as tx:
                for entry in due:
                    tx.record(audit=entry)

    @property
    def owes_entries(self) -> bool:
        """Whether `record_refused` has something to write."""
        return self._refused.is_due(self._clock.now())

    def note(self, notices: Iterable[Notice], source: str = POLL) -> int:
        """Keep what a catch-up poll found, and how far it came; how many nobody had told us yet."""
        ordered = sorted(set(notices), key=lambda one: (one.at, one.kind, one.about))
        chunks = [ordered[start : start + READ_AT_ONCE] for start in range(0, len(ordered), READ_AT_ONCE)]
        return sum(self._note(chunk, source) for chunk in chunks)

    def watermark(self, source: str = POLL) -> datetime | None:
        """From when on to ask what changed; None before the first poll. Earlier than what was seen: an EHR may show things late."""
        mark = self._store.mark(source)
        return mark and mark - self.rules.poll_overlap

    def drain(self, handle: Handler, limit: int = 100) -> Drained:
        """Work on what is due, one after another, at most `limit`. Workers beside each other never work on one subject at a time."""
        results: Counter[str] = Counter()
        if not self.waiting():
            return Drained()
        for _ in range(limit):
            claim, buried = self._take()
            results["buried"] += buried
            if claim is None:
                break
            results[self._work(claim, handle)] += 1
        return Drained(**results)

    def waiting(self) -> int:
        """How many messages may be worked on now."""
        return self._store.due(self._clock.now())

    def due_mark(self) -> str:
        """A name for what may be worked on now: another one after every message that comes, is taken or is put off; empty for nothing."""
        return self._store.due_mark(self._clock.now())

    def now(self) -> datetime:
        """The practice's present, from which ages are counted."""
        return self._clock.now()

    def counts(self) -> Mapping[MessageState, int]:
        return self._store.counts()

    def dead_letters(self) -> Sequence[DeadLetter]:
        return self._store.dead_letters()

    def replay(self, message: str, actor: str) -> None:
        """Give a dead letter another life, as if it had just come."""
        with self._store.transaction() as tx:
            found, now = tx.find(message), self._clock.now()
            if found is None or found.state is not MessageState.DEAD:
                raise UserError("There is no dead letter of that id.", "See `hsched inbox dead`.")
            tx.revive(message, now, audit=trail.about(found, "replayed", now, actor=actor))

    def _bury_altered(self, tx: InboxTransaction, delivery: Delivery, original: Sealed, now: datetime) -> None:
        """The same id with other content, signed: kept for a person, once."""
        altered = self._store.seal(delivery, is_altered=True)
        if not tx.digests([altered.message]):
            tx.add_dead(altered, "id_reused", now, audit=trail.altered(altered, original, now))

    def _note(self, notices: Sequence[Notice], source: str) -> int:
        codes = {self._store.code(source, one): one for one in notices}
        before = self._store.mark(source)
        with self._store.transaction() as tx:
            now = self._clock.now()
            told = tx.told(notices) | {codes[code] for code in tx.digests(list(codes))}
            fresh = {code: one for code, one in codes.items() if one not in told}
            # A clock that is ahead must not hide what changes meanwhile.
            mark = min(notices[-1].at, now)
            if fresh or before is None or mark > before:
                tx.add_notices(fresh, source, now, mark, audit=trail.noted(list(fresh), source, mark, now))
        return len(fresh)

    def _take(self) -> tuple[Claim | None, int]:
        """Read what nobody has read, and take the next message; how many were buried on the way."""
        now = self._clock.now()
        readings = [(message, self._reading(message)) for message in self._store.unread(READ_AT_ONCE)]
        with self._store.transaction() as tx:
            buried = self._record_readings(tx, readings, now)
            while (message := tx.next(now)) and message.strikes >= self.rules.most_strikes:
                tx.bury(message.id, WORKER_DIED, audit=trail.buried(message, WORKER_DIED, now))
                buried += 1
            if message is None:
                return None, buried
            until = now + self.rules.lease
            return tx.claim(message, until, audit=trail.about(message, "claimed", now, until=until)), buried

    def _reading(self, message: Message) -> Notice | str:
        """What a message tells, or why it tells nothing."""
        try:
            return self._translator.notice(message.source, self._store.body(message.id), message.received_at)
        except UnreadableMessageError as error:
            return error.reason
        except SafeError as error:
            return error.code

    def _record_readings(self, tx: InboxTransaction, readings: Sequence[tuple[Message, Notice | str]], now: datetime) -> int:
        unread = [one for one in readings if _is_unread(tx, one[0])]
        notices = {message.id: told for message, told in unread if isinstance(told, Notice)}
        if notices:
            tx.read(notices, audit=trail.read(list(notices), now))
        wrong = [(message, told) for message, told in unread if isinstance(told, str)]
        for message, reason in wrong:
            tx.bury(message.id, reason, audit=trail.buried(message, reason, now))
        return len(wrong)

    def _work(self, claim: Claim, handle: Handler) -> str:
        """Hand a message to who handles it, and store what became of it. Nothing of an exception but its kind is kept."""
        try:
            outcome = word(handle(claim.notice) or HANDLED, HANDLED)
        except Exception as error:
            reason = reason_of(error)
            return self._settle(claim, lambda tx, now: self._failed(tx, claim, reason, now))
        return self._settle(claim, lambda tx, now: self._handled(tx, claim, outcome, now))

    def _settle(self, claim: Claim, step: Callable[[InboxTransaction, datetime], str]) -> str:
        try:
            with self._store.transaction() as tx:
                return step(tx, self._clock.now())
        except SafeError as error:
            if error.code != LOST:
                raise
            return "lost"

    def _handled(self, tx: InboxTransaction, claim: Claim, outcome: str, now: datetime) -> str:
        is_ahead = claim.notice.at > claim.received_at + self.rules.skew
        tx.settle(claim, MessageState.DONE, audit=trail.settled(claim, "handled", now, outcome=outcome, is_ahead=is_ahead))
        return "handled"

    def _failed(self, tx: InboxTransaction, claim: Claim, reason: str, now: datetime) -> str:
        """Again later, or a dead letter. Where the other side does not answer, no message is to blame: only its age counts."""
        strikes = claim.strikes - 1 if reason == NOT_ANSWERING else claim.strikes
        if strikes >= self.rules.most_strikes or now - claim.received_at >= self.rules.gives_up_after:
            tx.settle(claim, MessageState.DEAD, strikes=strikes, reason=reason, audit=trail.settled(claim, "buried", now, reason=reason))
            return "buried"
        due_at = now + self._chance.random() * min(self.rules.longest_delay, self.rules.first_delay * 2 ** min(claim.attempts, 20))
        entry = trail.settled(claim, "postponed", now, reason=reason, not_before=due_at.isoformat())
        tx.settle(claim, MessageState.WAITING, due_at=due_at, strikes=strikes, reason=reason, audit=entry)
        return "postponed"


@dataclass
class Refused:
    """Refusals nobody has written down yet, by source and kind."""

    rules: InboxRules
    _counted: dict[tuple[str, Reception], tuple[int, datetime]] = field(default_factory=dict)
    _written: dict[tuple[str, Reception], datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def count(self, source: str, reception: Reception, now: datetime) -> None:
        with self._lock:
            number, since = self._counted.get((source, reception), (0, now))
            self._counted[source, reception] = (number + 1, since)

    def is_due(self, now: datetime) -> bool:
        return any(self._is_due(kind, now) for kind in list(self._counted))

    def due(self, now: datetime, *, at_once: bool) -> list[AuditEntry]:
        """The entries to write now; they are taken as written."""
        with self._lock:
            kinds = [kind for kind in self._counted if at_once or self._is_due(kind, now)]
            entries = [trail.refused(*kind, *self._counted.pop(kind), now) for kind in kinds]
            self._written.update(dict.fromkeys(kinds, now))
        return entries

    def _is_due(self, kind: tuple[str, Reception], now: datetime) -> bool:
        return kind not in self._written or now - self._written[kind] >= self.rules.refusals_every


def reason_of(error: Exception) -> str:
    """A word for what went wrong; nothing of its text."""
    if isinstance(error, NotReadError) and not error.is_no_answer:
        return word(re.sub(r"[^a-z0-9]+", "_", error.code), "not_readable")
    if isinstance(error, UserError | OSError):  # also what a person mends outside of any message: a token file that is missing
        return NOT_ANSWERING
    told = error.code if isinstance(error, SafeError) else type(error).__name__
    return word(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", told).lower(), "handler_failed")


def word(told: str, otherwise: str) -> str:
    """A word that the audit trail takes."""
    return told if re.fullmatch(r"[a-z][a-z0-9_]{0,63}", told) else otherwise


def _received(one: Sealed, known: Mapping[str, str], is_new: bool) -> Reception:
    """What becomes of a delivery, by the digests of what is stored."""
    if is_new:
        return Reception.KEPT
    return Reception.KNOWN if known[one.message] == one.body_digest else Reception.ALTERED


def _is_unread(tx: InboxTransaction, message: Message) -> bool:
    """Nobody read it meanwhile."""
    found = tx.find(message.id)
    return found is not None and found.state is MessageState.RECEIVED
