"""`InboxStore` on SQL: messages with encrypted bodies, every change with its audit entry in one serialised transaction.

The sender's id and the body are kept as keyed codes too, so that a repeated delivery is known without opening anything.
"""

import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.dialects import postgresql

from hsched_adapters.keys import NONCE_BYTES, Keyring, bound_to
from hsched_adapters.store.audit.trail import AuditTrail, Recording
from hsched_adapters.store.schema import inbox, inbox_marks
from hsched_core.domain.appointments import Notice, NoticeKind
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import SafeError
from hsched_core.domain.inbox import Claim, DeadLetter, Delivery, Message, MessageState, Sealed
from hsched_core.ports.inbox import Told

PURPOSE = "inbox"
INDEX = "inbox-index"  # codes must outlast rotations of the other key: a repeated delivery has to be known
CODE_DIGITS = 32
READ = (MessageState.WAITING, MessageState.TAKEN)
# Built once: receiving is the part that has to be quick. What is known already is left alone, and not returned.
SEALED = {name: f"of_{name}" for name in ("connection", "message", "body", "kid", "body_digest")}
BEGINNING: Mapping[str, Any] = {
    "state": sa.literal_column(f"'{MessageState.RECEIVED}'"),
    "attempts": sa.literal_column("0"),
    "strikes": sa.literal_column("0"),
}
SHARED = {"practice": sa.bindparam("whose"), "received_at": sa.bindparam("at"), "due_at": sa.bindparam("at"), **BEGINNING}
RECEIVE = (
    inbox.insert()
    .values({**SHARED, **{name: sa.bindparam(parameter) for name, parameter in SEALED.items()}})
    .prefix_with("OR IGNORE")
    .returning(inbox.c.message)
)
# The same for PostgreSQL: an array a column, which it reads in half the time it takes for rows of values.
# A text, because SQLAlchemy compiles a statement with ON CONFLICT anew each time.
RECEIVE_AT_ONCE = sa.text(f"""
    INSERT INTO inbox (practice, received_at, due_at, state, attempts, strikes, {", ".join(SEALED)})
    SELECT :whose, :at, :at, '{MessageState.RECEIVED}', 0, 0, sealed.*
    FROM unnest({", ".join(f":{parameter}" for parameter in SEALED.values())}) AS sealed
    ON CONFLICT DO NOTHING RETURNING message
""").bindparams(
    sa.bindparam("at", type_=inbox.c.received_at.type),
    *(sa.bindparam(parameter, type_=postgresql.ARRAY(inbox.c[name].type)) for name, parameter in SEALED.items()),
)
BUSY = sa.select(inbox.c.about).where(
    inbox.c.practice == sa.bindparam("whose"), inbox.c.state == str(MessageState.TAKEN), inbox.c.due_at > sa.bindparam("now")
)
# Along the index of those that stand there, oldest first: what is done costs nothing, however much it is.
NEXT = (
    sa.select(inbox)
    .where(inbox.c.practice == sa.bindparam("whose"), inbox.c.state == sa.bindparam("stands"), inbox.c.due_at <= sa.bindparam("now"))
    .where(inbox.c.about.not_in(BUSY))
    .order_by(inbox.c.number)
    .limit(1)
    .with_for_update(skip_locked=True)
)
KNOWN = sa.select(inbox.c.message, inbox.c.body_digest).where(
    inbox.c.practice == sa.bindparam("whose"), inbox.c.message.in_(sa.bindparam("codes", expanding=True))
)


class SqlInboxStore:
    """The inbox of one practice in the operational store."""

    def __init__(self, trail: AuditTrail, keyring: Keyring) -> None:
        self._trail, self._keyring, self._practice = trail, keyring, trail.practice
        self._index = keyring.active(INDEX).secret
        self._kid = keyring.active(PURPOSE).kid
        self._begin = cache(lambda kind, source: _told_apart(kind, self._practice.encode(), source.encode()))
        self._cipher = cache(lambda kid: AESGCM(keyring.by_kid(kid).secret))

    @contextmanager
    def transaction(self) -> Iterator["SqlInboxTransaction"]:
        """Stored when left, with its entries; nothing is, when left by an exception."""
        with self._trail.writing() as recording:
            yield SqlInboxTransaction(recording, self._practice)

    def seal(self, delivery: Delivery, *, is_altered: bool = False) -> Sealed:
        digest = self._code(b"body", delivery.source, delivery.body)
        named = [delivery.id.encode(), digest.encode()] if is_altered else [delivery.id.encode()]
        message = self._code(b"altered" if is_altered else b"message", delivery.source, *named)[:CODE_DIGITS]
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._cipher(self._kid).encrypt(nonce, delivery.body, self._bound(message, self._kid))
        return Sealed(delivery.source, message, digest, sealed, self._kid)

    def code(self, source: str, notice: Notice) -> str:
        told = (str(notice.kind), notice.about, notice.at.astimezone(UTC).isoformat())
        return self._code(b"notice", source, *(one.encode() for one in told))[:CODE_DIGITS]

    def body(self, message: str) -> bytes:
        with self._trail.reading() as connection:
            row = connection.execute(self._ours(inbox.c.body, inbox.c.kid).where(inbox.c.message == message)).one_or_none()
        if row is None or row.body is None:
            raise SafeError("message_without_body", f"message {message}")
        try:
            return self._cipher(row.kid).decrypt(row.body[:NONCE_BYTES], row.body[NONCE_BYTES:], self._bound(message, row.kid))
        except InvalidTag:
            raise SafeError("tampered_or_moved", f"message {message}") from None

    def unread(self, limit: int) -> Sequence[Message]:
        chosen = self._ours(inbox).where(inbox.c.state == MessageState.RECEIVED).order_by(inbox.c.number).limit(limit)
        with self._trail.reading() as connection:
            return [_message(row) for row in connection.execute(chosen)]

    def due(self, now: datetime) -> int:
        with self._trail.reading() as connection:
            return int(connection.execute(self._ours(sa.func.count()).where(_is_due(now))).scalar_one())

    def due_mark(self, now: datetime) -> str:
        told = (sa.func.count(), sa.func.max(inbox.c.number), sa.func.sum(inbox.c.attempts))
        with self._trail.reading() as connection:
            count, newest, attempts = connection.execute(self._ours(*told).where(_is_due(now))).one()
        return f"{newest}-{count}-{attempts}" if count else ""

    def counts(self) -> Mapping[MessageState, int]:
        with self._trail.reading() as connection:
            rows = connection.execute(self._ours(inbox.c.state, sa.func.count()).group_by(inbox.c.state)).all()
        return {MessageState(state): count for state, count in rows}

    def dead_letters(self) -> Sequence[DeadLetter]:
        chosen = self._ours(inbox).where(inbox.c.state == MessageState.DEAD).order_by(inbox.c.number)
        with self._trail.reading() as connection:
            rows = connection.execute(chosen).all()
        return [DeadLetter(row.message, row.connection, row.reason, row.attempts, row.received_at) for row in rows]

    def mark(self, source: str) -> datetime | None:
        ours = sa.select(inbox_marks.c.at).where(inbox_marks.c.practice == self._practice, inbox_marks.c.connection == source)
        with self._trail.reading() as connection:
            return connection.execute(ours).scalar()

    def _ours(self, *columns: Any) -> sa.Select[Any]:
        return sa.select(*columns).select_from(inbox).where(inbox.c.practice == self._practice)

    def _code(self, kind: bytes, source: str, *parts: bytes) -> str:
        return hmac.digest(self._index, self._begin(kind, source) + _told_apart(*parts), "sha256").hex()

    def _bound(self, message: str, kid: str) -> bytes:
        return bound_to("hsched-inbox/1", self._practice, message, kid)


def _told_apart(*parts: bytes) -> bytes:
    """As one, and no other parts make the same: each with its length."""
    return b"".join([len(part).to_bytes(4, "big") + part for part in parts])


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(inbox.c.state.in_((MessageState.RECEIVED, *READ)), inbox.c.due_at <= now)


class SqlInboxTransaction:
    """`InboxTransaction`. Nobody else of the practice writes meanwhile."""

    def __init__(self, recording: Recording, practice: str) -> None:
        self._recording, self._practice = recording, practice
        self._do = recording.connection.execute

    def digests(self, messages: Sequence[str]) -> Mapping[str, str]:
        if not messages:
            return {}
        return {row.message: row.body_digest for row in self._do(KNOWN, {"whose": self._practice, "codes": messages})}

    def told(self, notices: Sequence[Notice]) -> frozenset[Notice]:
        chosen = self._ours(inbox.c.kind, inbox.c.about, inbox.c.changed_at).where(
            inbox.c.about.in_([one.about for one in notices]), inbox.c.state.in_((*READ, MessageState.DONE))
        )
        return frozenset(Notice(NoticeKind(row.kind), row.about, row.changed_at) for row in self._do(chosen))

    def next(self, now: datetime) -> Message | None:
        """SQLite's writers take turns anyway; on PostgreSQL a row that somebody else holds is passed over."""
        rows = [self._do(NEXT, {"whose": self._practice, "stands": str(state), "now": now}).one_or_none() for state in READ]
        oldest = min((row for row in rows if row), key=lambda row: int(row.number), default=None)
        return _message(oldest) if oldest else None

    def find(self, message: str) -> Message | None:
        row = self._do(self._ours(inbox).where(inbox.c.message == message)).one_or_none()
        return _message(row) if row else None

    def add(self, sealed: Sequence[Sealed], at: datetime, *, audit: Told) -> frozenset[str]:
        columns = [[one.source for one in sealed], [one.message for one in sealed], [one.body for one in sealed]]
        columns += [[one.kid for one in sealed], [one.body_digest for one in sealed]]
        shared = {"whose": self._practice, "at": at}
        if self._recording.connection.dialect.name == "sqlite":
            rows = zip(*columns, strict=True)
            found = self._do(RECEIVE, [shared | dict(zip(SEALED.values(), row, strict=True)) for row in rows])
        else:
            found = self._do(RECEIVE_AT_ONCE, shared | dict(zip(SEALED.values(), columns, strict=True)))
        stored = frozenset(found.scalars())
        if stored:
            self._recording.record(audit([one for one in sealed if one.message in stored]))
        else:
            self._recording.idle()
        return stored

    def add_notices(self, notices: Mapping[str, Notice], source: str, at: datetime, mark: datetime, *, audit: AuditEntry) -> None:
        rows = [
            {**self._new(source, code, at, MessageState.WAITING), "body_digest": "", **_told(notice)} for code, notice in notices.items()
        ]
        if rows:
            self._do(inbox.insert(), rows)
        ours = sa.and_(inbox_marks.c.practice == self._practice, inbox_marks.c.connection == source)
        later = sa.case((inbox_marks.c.at > mark, inbox_marks.c.at), else_=mark)
        if self._do(inbox_marks.update().where(ours).values(at=later)).rowcount == 0:
            self._do(inbox_marks.insert().values(practice=self._practice, connection=source, at=mark))
        self._recording.record(audit)

    def add_dead(self, sealed: Sealed, reason: str, at: datetime, *, audit: AuditEntry) -> None:
        self._do(inbox.insert().values(**self._row(sealed, at, MessageState.DEAD), reason=reason))
        self._recording.record(audit)

    def read(self, notices: Mapping[str, Notice], *, audit: AuditEntry) -> None:
        for message, notice in notices.items():
            self._do(self._change(message).values(state=MessageState.WAITING, **_told(notice)))
        self._recording.record(audit)

    def bury(self, message: str, reason: str, *, audit: AuditEntry) -> None:
        self._do(self._change(message).values(state=MessageState.DEAD, reason=reason))
        self._recording.record(audit)

    def claim(self, message: Message, until: datetime, *, audit: AuditEntry) -> Claim:
        if message.notice is None:
            raise SafeError("claimed_before_read", f"message {message.id}")
        attempts, strikes = message.attempts + 1, message.strikes + 1
        self._do(self._change(message.id).values(state=MessageState.TAKEN, due_at=until, attempts=attempts, strikes=strikes))
        self._recording.record(audit)
        return Claim(message.id, message.source, message.received_at, message.notice, attempts, strikes)

    def settle(
        self, claim: Claim, state: MessageState, *, audit: AuditEntry, due_at: datetime | None = None, strikes: int = 0, reason: str = ""
    ) -> None:
        ours = (inbox.c.state == MessageState.TAKEN, inbox.c.attempts == claim.attempts)
        changed: dict[str, Any] = {"state": state, "strikes": strikes, "reason": reason or None}
        if due_at is not None:
            changed["due_at"] = due_at
        if self._do(self._change(claim.message).where(*ours).values(**changed)).rowcount != 1:
            raise SafeError("lease_lost", f"message {claim.message}")
        self._recording.record(audit)

    def revive(self, message: str, at: datetime, *, audit: AuditEntry) -> None:
        state = sa.case((inbox.c.about.is_(None), str(MessageState.RECEIVED)), else_=str(MessageState.WAITING))
        self._do(self._change(message).values(state=state, due_at=at, strikes=0, received_at=at, reason=None))
        self._recording.record(audit)

    def record(self, *, audit: AuditEntry) -> None:
        self._recording.record(audit)

    def _new(self, source: str, message: str, at: datetime, state: MessageState) -> dict[str, Any]:
        row = {"practice": self._practice, "connection": source, "message": message, "received_at": at}
        return {**row, "state": str(state), "due_at": at, "attempts": 0, "strikes": 0}

    def _row(self, sealed: Sealed, at: datetime, state: MessageState) -> dict[str, Any]:
        stored = {"body": sealed.body, "kid": sealed.kid, "body_digest": sealed.body_digest}
        return {**self._new(sealed.source, sealed.message, at, state), **stored}

    def _change(self, message: str) -> sa.Update:
        return inbox.update().where(inbox.c.practice == self._practice, inbox.c.message == message)

    def _ours(self, *columns: Any) -> sa.Select[Any]:
        return sa.select(*columns).select_from(inbox).where(inbox.c.practice == self._practice)


def _message(row: Any) -> Message:
    notice = None if row.about is None else Notice(NoticeKind(row.kind), row.about, row.changed_at)
    return Message(row.message, row.connection, MessageState(row.state), row.received_at, row.attempts, row.strikes, notice)


def _told(notice: Notice) -> dict[str, Any]:
    return {"kind": str(notice.kind), "about": notice.about, "changed_at": notice.at}
