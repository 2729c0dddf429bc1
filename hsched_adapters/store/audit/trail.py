"""Writing the trail: state and its entries in one transaction, and signed checkpoints of the newest entry.

The only way to change what the path keeps. A transaction that changes something and records nothing is undone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

import sqlalchemy as sa

from hsched_adapters.store.audit.anchors import Anchors
from hsched_adapters.store.audit.bodies import checked
from hsched_adapters.store.audit.chain import FIRST, Record, columns, linked
from hsched_adapters.store.audit.checkpoints import Checkpoint, is_signed, sign
from hsched_adapters.store.audit.keys import AuditKeys
from hsched_adapters.store.audit.rows import Told, read_records, story
from hsched_adapters.store.audit.verify import Break, Start, verify
from hsched_adapters.store.engine import Opening, answered, is_current, move_log, reading
from hsched_adapters.store.schema import audit
from hsched_adapters.store.straight import Straight
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import SafeError, UserError
from hsched_core.ports import Clock

# Built once: every transaction of a practice ends with these.
APPEND = Straight(audit.insert().values({name: sa.bindparam(name) for name in columns()}))
LOCK = 7203102  # of PostgreSQL's advisory locks, with the practice's: who writes for it, until commit
# A practice's writers take turns, and each knows the newest entry from its start.
OPENING = Opening(
    lock=f"SELECT pg_advisory_xact_lock({LOCK}, hashtext(:whose))",
    question="SELECT seq, hash FROM audit WHERE practice = :whose ORDER BY seq DESC LIMIT 1",
)


@dataclass(frozen=True)
class Pace:
    """A checkpoint is due after so many entries, or so many seconds after the last one of this process."""

    entries: int = 100
    seconds: float = 60.0


@dataclass(frozen=True)
class Lag:
    """Entries no checkpoint proves yet, since when, and the kind of failure that kept the last one from being made."""

    entries: int
    since: datetime | None
    failure: str | None


class Recording:
    """One transaction: change state through `connection`, and say what was done with `record`."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.kept: list[dict[str, Any]] = []
        self.is_idle = False

    def record(self, *entries: AuditEntry) -> None:
        """Keep the entries with this transaction; SafeError where one holds what may not be kept."""
        for entry in entries:
            at, body = checked(entry)
            self.kept.append({"at": at, "actor": entry.actor, "kind": entry.kind, "subject": entry.subject, "body": body})

    def idle(self) -> None:
        """What was tried changed nothing. Undone, where nothing is recorded: PostgreSQL cannot say whether a row was changed."""
        self.is_idle = True


class _IdleError(Exception):
    """Undoes a transaction that changed nothing."""


class AuditTrail:
    """The audit trail of one practice."""

    def __init__(self, engine: sa.Engine, practice: str, keys: AuditKeys, anchors: Anchors, clock: Clock, pace: Pace | None = None) -> None:
        self.practice = practice
        self._engine = engine
        self._keys = keys
        self._anchors = anchors
        self._clock = clock
        self._pace = pace or Pace()
        self._waiting = self._pace.entries  # what an earlier process left is due at once
        self._anchored_at = monotonic()
        self._failure: str | None = None
        self._elsewhere: Callable[[Callable[[], None]], object] | None = None

    def anchors_elsewhere(self, hand_over: Callable[[Callable[[], None]], object] | None) -> None:
        """Checkpoints that are due are handed over from now on: who writes waits for none. None: made by who writes, as at first."""
        self._elsewhere = hand_over

    @contextmanager
    def writing(self, *entries: AuditEntry) -> Iterator[Recording]:
        """A transaction that keeps state and entries together or not at all. A practice's writers take turns from its start.

        A checkpoint that is due and fails does not undo it: the failure shows in `lag`.
        """
        with suppress(_IdleError), answered(self._engine, OPENING, whose=self.practice) as (connection, newest):
            before = _changes_before(connection)
            recording = Recording(connection)
            recording.record(*entries)
            yield recording
            if recording.kept:
                self._append(connection, recording.kept, newest or (0, FIRST))
            elif recording.is_idle:
                raise _IdleError
            elif _changes(connection) != before:
                raise SafeError("state_without_audit_entry", "transaction")
        if recording.kept:
            self._anchor_if_due(len(recording.kept))

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A read-only look at one state of the store: a context manager that gives a connection."""
        return reading(self._engine)

    def anchor(self) -> Checkpoint | None:
        """Sign the newest entry and keep the checkpoint; None where the newest one has one.

        Entries since the last checkpoint are verified first: nothing is signed that was not written by who has the key.
        """
        made: list[Checkpoint] = []

        def next_line(newest: bytes | None) -> bytes | None:
            checkpoint = self._next(newest)
            if checkpoint is None:
                return None
            made.append(checkpoint)
            return checkpoint.line()

        self._anchors.extend(next_line)
        self._waiting, self._anchored_at, self._failure = 0, monotonic(), None
        return made[0] if made else None

    def lag(self) -> Lag:
        """How far checkpoints are behind; whoever acts without a person asks first."""
        lines = self._anchors.lines()
        anchored = self._trusted(lines[-1]).entries if lines else 0
        later = sa.select(sa.func.count(), sa.func.min(audit.c.at)).where(audit.c.practice == self.practice, audit.c.seq > anchored)
        with reading(self._engine) as connection:
            count, since = connection.execute(later).one()
        return Lag(count, datetime.fromisoformat(since) if since else None, self._failure)

    def story(self, subject: str) -> list[Told]:
        """What is recorded about a subject, and about what mentions it."""
        with reading(self._engine) as connection:
            return story(connection, self.practice, subject)

    def is_current(self) -> bool:
        """Whether the store stands at the migration that this program knows."""
        return is_current(self._engine)

    def tidy(self) -> None:
        """What a database of ours wants done now and then, and what no writer should wait for."""
        move_log(self._engine)

    def close(self) -> None:
        """Give the database back."""
        self._engine.dispose()

    def _append(self, connection: sa.Connection, kept: Sequence[dict[str, Any]], newest: tuple[int, bytes]) -> None:
        """Chain the entries to the newest one."""
        seq, previous = newest
        key = self._keys.codes()
        rows = []
        for number, entry in enumerate(kept, start=seq + 1):
            row = {**entry, "practice": self.practice, "kid": key.kid, "seq": number, "prev": bytes(previous)}
            record = linked(_as_record(row), key.secret)
            rows.append({**row, "mac": record.mac, "hash": record.hash})
            previous = record.hash
        APPEND.run(connection, *rows)

    def _anchor_if_due(self, entries: int) -> None:
        self._waiting += entries
        if self._waiting < self._pace.entries and monotonic() - self._anchored_at < self._pace.seconds:
            return
        if self._elsewhere is None:
            self._anchor_quietly()
        else:  # the next one is due after as many entries again, whether or not this one is made by then
            self._waiting, self._anchored_at = 0, monotonic()
            self._elsewhere(self._anchor_quietly)

    def _anchor_quietly(self) -> None:
        try:
            self.anchor()
        except (OSError, UserError, sa.exc.SQLAlchemyError) as failure:
            self._failure = type(failure).__name__

    def _next(self, newest: bytes | None) -> Checkpoint | None:
        """The checkpoint that follows the newest one."""
        last = self._trusted(newest) if newest is not None else None
        with reading(self._engine) as connection:
            head = self._verified(connection, last)
        if head.seq == (last.entries if last else 0):
            return None
        at = self._clock.now().isoformat(timespec="microseconds")
        signing = self._keys.signing()
        return sign(Checkpoint(self.practice, head.seq, head.hash.hex(), at, signing.kid), signing.secret)

    def _trusted(self, line: bytes) -> Checkpoint:
        try:
            checkpoint = Checkpoint.from_line(line)
        except (ValueError, TypeError):
            raise _broken("the newest checkpoint is not readable") from None
        if checkpoint.practice != self.practice or not is_signed(checkpoint, self._keys.public(checkpoint.kid)):
            raise _broken("the newest checkpoint is not one of this practice's keys")
        return checkpoint

    def _verified(self, connection: sa.Connection, last: Checkpoint | None) -> Start:
        """The newest entry, after everything since the last checkpoint was found to follow from it."""
        start = Start(last.entries, bytes.fromhex(last.head)) if last else Start()
        records = read_records(connection, self.practice, max(start.seq, 1))
        if last is not None:
            known = next(records, None)
            if known is None or (known.seq, known.hash) != (start.seq, start.hash):
                raise _broken(str(Break(start.seq, start.seq, f"not what the checkpoint of {last.at} knows")))
        verdict = verify(self.practice, records, (), self._keys.secret_of, start)
        if verdict.broken:
            raise _broken(str(verdict.broken))
        return Start(verdict.entries, verdict.head)


def _changes_before(connection: sa.Connection) -> object:
    """What `_changes` says of a transaction that has changed nothing; PostgreSQL need not be asked."""
    return _changes(connection) if connection.dialect.name == "sqlite" else None


def _changes(connection: sa.Connection) -> object:
    """Differs from before once the transaction has changed a row."""
    if connection.dialect.name == "sqlite":
        return getattr(connection.connection.dbapi_connection, "total_changes")  # noqa: B009 - the driver's, unknown to SQLAlchemy's types
    return connection.execute(sa.select(sa.cast(sa.func.pg_current_xact_id_if_assigned(), sa.Text))).scalar()


def _as_record(row: Mapping[str, Any]) -> Record:
    plain: dict[str, Any] = {name: value.encode() if isinstance(value, str) else value for name, value in row.items()}
    return Record(**plain)


def _broken(what: str) -> UserError:
    return UserError(f"The audit trail is broken: {what}.", "Run `hsched audit verify`; no checkpoint is signed until it is whole again.")
