"""Opening the operational store: the database of an address, with its tables up to date. Knows no table.

Drivers are in autocommit, writers begin by hand: SQLite's with the lock they need, PostgreSQL's in one message with what they ask first.

On SQLite the connections handed out cannot change the schema, attach files or switch triggers off: only migrations can.
"""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hsched_adapters.store.straight import Straight

BUSY_SECONDS = 60
FRESH_SECONDS = 1.0
TRIES = 20 * BUSY_SECONDS
MIGRATIONS = Path(__file__).with_name("migrations")
LOCK = 7203101  # of PostgreSQL's advisory locks: one process migrates at a time
# wal_autocheckpoint, in pages of 4 KiB: the service moves the log into the database every second (`move_log`), so that no commit has to.
# recursive_triggers: without it SQLite's INSERT OR REPLACE deletes a row past its triggers.
PRAGMAS = (
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "wal_autocheckpoint=4000",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "secure_delete=ON",
)
DENIED = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_ATTACH,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_DETACH,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TRIGGER,
    }
)
BEGIN, BEGIN_IMMEDIATE = sa.text("BEGIN"), sa.text("BEGIN IMMEDIATE")
INSPECTION = ("table_", "index_", "foreign_key_list", "wal_checkpoint")  # pragmas whose argument changes nothing


def open_engine(url: str) -> sa.Engine:
    """The engine of that address, after the migrations it lacks. Parameters never show in errors: they are rows."""
    if not url.startswith("sqlite"):
        engine = sa.create_engine(url, hide_parameters=True, isolation_level="AUTOCOMMIT")
        sa.event.listen(engine, "checkout", _prove_alive)
        sa.event.listen(engine, "checkin", _given_back)
        _migrate(engine)
        return engine
    unguarded = _sqlite(url, guarded=False)
    _migrate(unguarded)
    unguarded.dispose()
    return _sqlite(url, guarded=True)


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that is kept whole or not at all. SQLite's takes the write lock at its start, so that writers queue."""
    with answered(engine, Opening()) as (connection, _):
        yield connection


@dataclass(frozen=True)
class Opening:
    """What a writer asks first: on PostgreSQL it travels with BEGIN, in one message, and `lock` is waited for before `question`."""

    question: str = ""
    lock: str = ""

    @cached_property
    def on_postgresql(self) -> sa.TextClause:
        # READ COMMITTED: the question's snapshot is taken when the lock is there.
        return sa.text("; ".join(filter(None, ("BEGIN ISOLATION LEVEL READ COMMITTED", self.lock, self.question))))

    @cached_property
    def on_sqlite(self) -> Straight:
        return Straight(sa.text(self.question))


@contextmanager
def answered(engine: sa.Engine, opening: Opening, **parameters: Any) -> Iterator[tuple[sa.Connection, Any]]:
    """`writing`, with the first row of the answer to its opening question."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with _by_hand(connection, BEGIN_IMMEDIATE):
                rows = opening.on_sqlite.run(connection, parameters) if opening.question else ()
                yield connection, next(iter(rows), None)
        else:
            with _by_hand(connection, opening.on_postgresql, parameters) as begun:
                yield connection, begun.first() if opening.question else None


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction in which every statement sees the same state, whatever is written meanwhile."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with _by_hand(connection, BEGIN):
                yield connection
        else:  # the driver's own transaction: outside of one it has no cursors that read little by little
            with connection.execution_options(isolation_level="REPEATABLE READ").begin():
                yield connection


def move_log(engine: sa.Engine) -> None:
    """Bring what SQLite's write-ahead log holds into the database, as far as nobody has to wait for that; elsewhere, nothing."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").close()


@contextmanager
def _by_hand(connection: sa.Connection, begin: sa.TextClause, parameters: Mapping[str, Any] | None = None) -> Iterator[Any]:
    try:
        yield connection.execute(begin, parameters or {})
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def _prove_alive(connection: Any, record: Any, _proxy: object) -> None:
    """A connection nobody used for a while is tried before it is given out: the server may have gone away meanwhile."""
    if time.monotonic() - record.info.get("given_back", 0.0) < FRESH_SECONDS:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except connection.Error:
        raise sa.exc.DisconnectionError from None


def _given_back(_connection: Any, record: Any) -> None:
    record.info["given_back"] = time.monotonic()


def _sqlite(url: str, *, guarded: bool) -> sa.Engine:
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    engine = sa.create_engine(url, hide_parameters=True, isolation_level="AUTOCOMMIT", connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _prepare)
    if guarded:
        sa.event.listen(engine, "connect", _guard)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in PRAGMAS:
        _set(connection, pragma)


def _set(connection: Any, pragma: str) -> None:
    """SQLite does not wait when it changes to WAL beside others who open or close the file: it says "locked" at once."""
    for attempt in range(TRIES):
        try:
            connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or attempt == TRIES - 1:
                raise
            time.sleep(BUSY_SECONDS / TRIES)
        else:
            return


def _guard(connection: Any, _record: object) -> None:
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, _database: str | None, _trigger: str | None) -> int:
    """SQLite asks before each statement is prepared; `first` is a pragma's name, `second` the value it would get."""
    setting = action == sqlite3.SQLITE_PRAGMA and second is not None and not (first or "").startswith(INSPECTION)
    return sqlite3.SQLITE_DENY if setting or action in DENIED else sqlite3.SQLITE_OK


def _migrate(engine: sa.Engine) -> None:
    """Up to the newest step. One that stands there already is only asked: to load and compare every step takes ten times as long."""
    from alembic import command
    from alembic.config import Config

    if is_current(engine):
        return
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with writing(engine) as connection:
        if connection.dialect.name != "sqlite":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: sa.Engine) -> bool:
    """Whether the store stands at the newest migration."""
    return _stands_at(engine) == (_newest(),)


def _stands_at(engine: sa.Engine) -> tuple[str, ...]:
    from alembic.runtime.migration import MigrationContext

    from hsched_adapters.store.schema import VERSION_TABLE

    with engine.connect() as connection:
        return tuple(MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads())


@cache
def _newest() -> str:
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())
