"""`RepliesStore` on SQL: inbound texts with encrypted words, and what became of each, every change with its audit entry."""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hsched_adapters.keys import NONCE_BYTES, Keyring, bound_to
from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.path import SqlTransaction
from hsched_adapters.store.schema import call_tasks, cases, replies
from hsched_adapters.store.values import from_text, to_text
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import CallOutcome, CallTask
from hsched_core.domain.errors import SafeError
from hsched_core.domain.replies import InboundText, Letter, Reply, ReplyState
from hsched_core.ports import Clock
from hsched_core.workflow.reply_trail import received

PURPOSE = "replies"
MOST_CHARACTERS = 20_000  # that are kept of a text; the rules read the first 3,000, a person the rest
CUT = "\n[the rest was not kept]"
OPEN = (ReplyState.RECEIVED, ReplyState.READ, ReplyState.WAITING)


class SqlRepliesStore:
    """The replies of one practice in the operational store."""

    def __init__(self, trail: AuditTrail, keyring: Keyring, clock: Clock) -> None:
        self._trail, self._keyring, self._clock, self._practice = trail, keyring, clock, trail.practice

    @contextmanager
    def transaction(self) -> Iterator["SqlRepliesTransaction"]:
        """Stored when left, with its entries; nothing is, when left by an exception."""
        with self._trail.writing() as recording:
            yield SqlRepliesTransaction(recording, self._practice)

    def keep(self, message: InboundText, text: str, address: str = "") -> bool:
        words = text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS] + CUT
        kid, body = self._sealed(message.id, Letter(words, address))
        with self.transaction() as tx:
            if tx.reply(message.id) is not None:
                return False
            now = self._clock.now()
            tx.add_reply(Reply(message, ReplyState.RECEIVED, now), body, kid, audit=received(message, now))
        return True

    def is_kept(self, message: str) -> bool:
        with self._trail.reading() as connection:
            return connection.execute(self._ours(replies.c.id).where(replies.c.id == message)).first() is not None

    def unread(self, limit: int) -> Sequence[InboundText]:
        found = self._ours(replies.c.document).where(replies.c.state == ReplyState.RECEIVED).order_by(*_BY_AGE).limit(limit)
        with self._trail.reading() as connection:
            return [from_text(Reply, text).message for text in connection.execute(found).scalars()]

    def text_of(self, message: str) -> str:
        return self.letter(message).text

    def letter(self, message: str) -> Letter:
        with self._trail.reading() as connection:
            row = connection.execute(self._ours(replies.c.body, replies.c.kid).where(replies.c.id == message)).one_or_none()
        if row is None:
            raise SafeError("no_such_reply", f"message {message}")
        try:
            cipher = AESGCM(self._keyring.by_kid(row.kid).secret)
            opened = cipher.decrypt(row.body[:NONCE_BYTES], row.body[NONCE_BYTES:], self._bound(message, row.kid))
            return Letter(**json.loads(opened))
        except (InvalidTag, ValueError, TypeError):
            raise SafeError("tampered_or_moved", f"message {message}") from None

    def standing(self, *states: ReplyState) -> Sequence[Reply]:
        chosen = self._ours(replies.c.document).where(replies.c.state.in_([str(one) for one in states])).order_by(*_BY_AGE)
        with self._trail.reading() as connection:
            return [from_text(Reply, text) for text in connection.execute(chosen).scalars()]

    def confirmations(self, appointments: Sequence[str]) -> Mapping[str, datetime]:
        newest = self._ours(replies.c.visit, replies.c.confirmed_at).where(
            replies.c.visit.in_(list(appointments)), replies.c.confirmed_at.is_not(None)
        )
        with self._trail.reading() as connection:
            rows = connection.execute(newest.order_by(replies.c.confirmed_at)).all()
            told = [(row.visit, row.confirmed_at) for row in rows] + list(self._by_phone(connection, appointments))
        return dict(sorted(told, key=lambda one: one[1]))  # the newest word of each

    def _by_phone(self, connection: sa.Connection, appointments: Sequence[str]) -> Iterator[tuple[str, datetime]]:
        """Visits that clients confirmed to somebody who called them. A call is its case, and a case knows its visit."""
        same = sa.and_(cases.c.practice == call_tasks.c.practice, cases.c.id == call_tasks.c.id)
        settled = sa.select(cases.c.subject, call_tasks.c.document).select_from(call_tasks.join(cases, same))
        ours = sa.and_(cases.c.practice == self._practice, cases.c.subject.in_(list(appointments)), sa.not_(call_tasks.c.is_open))
        for subject, text in connection.execute(settled.where(ours)):
            task = from_text(CallTask, text)
            if task.outcome is CallOutcome.CONFIRMED and task.settled_at:
                yield subject, task.settled_at

    def answered(self, clients: Sequence[str]) -> Mapping[str, tuple[Channel, ...]]:
        """The channels each of these clients wrote back on, the newest first."""
        theirs = self._ours(replies.c.document).where(replies.c.client.in_(list(clients))).order_by(*_BY_AGE)
        found: dict[str, dict[Channel, None]] = {}
        with self._trail.reading() as connection:
            for text in connection.execute(theirs).scalars():
                message = from_text(Reply, text).message
                channels = found.setdefault(message.client or "", {})
                channels.pop(message.channel, None)
                channels[message.channel] = None
        return {client: tuple(reversed(channels)) for client, channels in found.items()}

    def _ours(self, *columns: Any) -> sa.Select[Any]:
        return sa.select(*columns).select_from(replies).where(replies.c.practice == self._practice)

    def _sealed(self, message: str, letter: Letter) -> tuple[str, bytes]:
        key, nonce = self._keyring.active(PURPOSE), secrets.token_bytes(NONCE_BYTES)
        content = json.dumps({"text": letter.text, "address": letter.address}).encode("ascii")  # any text has a writing here
        return key.kid, nonce + AESGCM(key.secret).encrypt(nonce, content, self._bound(message, key.kid))

    def _bound(self, message: str, kid: str) -> bytes:
        return bound_to("hsched-replies/1", self._practice, message, kid)


_BY_AGE = (replies.c.received_at, replies.c.id)


class SqlRepliesTransaction(SqlTransaction):
    """`RepliesTransaction`: a transaction of the path that also knows replies."""

    def reply(self, message: str) -> Reply | None:
        text = self._do(self._ours(replies, replies.c.document).where(replies.c.id == message)).scalar()
        return from_text(Reply, text) if text else None

    def replies_of(self, client: str) -> Sequence[Reply]:
        is_open = replies.c.state.in_([str(one) for one in OPEN])
        may_be = sa.or_(replies.c.client == client, replies.c.client.is_(None))
        chosen = self._ours(replies, replies.c.document).where(is_open, may_be).order_by(*_BY_AGE)
        return [one for one in (from_text(Reply, text) for text in self._do(chosen).scalars()) if client in one.clients]

    def add_reply(self, reply: Reply, body: bytes, kid: str, *, audit: AuditEntry) -> None:
        """Store a new message with its sealed words."""
        self._do(replies.insert().values(practice=self._practice, id=reply.id, body=body, kid=kid, **_row(reply)))
        self._recording.record(audit)

    def put_reply(self, reply: Reply, *, audit: AuditEntry) -> None:
        before = sa.and_(self._is(replies, id=reply.id), replies.c.version == reply.version - 1)
        if self._do(replies.update().where(before).values(**_row(reply))).rowcount != 1:
            raise SafeError("reply_moved_meanwhile", f"message {reply.id}")
        self._recording.record(audit)


def _row(reply: Reply) -> dict[str, Any]:
    return {
        "client": reply.message.client,
        "received_at": reply.message.received_at,
        "state": str(reply.state),
        "visit": reply.visit or None,
        "confirmed_at": reply.message.received_at if reply.confirms else None,
        "version": reply.version,
        "document": to_text(reply),
    }
