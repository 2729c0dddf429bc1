"""Opening the operational store: the database of an address, with its tables up to date. Knows no table."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

BUSY_SECONDS = 60
MIGRATIONS = Path(__file__).with_name("migrations")
LOCK = 7203101  # of PostgreSQL's advisory locks: one process migrates at a time


def open_engine(url: str) -> sa.Engine:
    """The engine of that address, after the migrations it lacks. Parameters never show in errors: they are rows."""
    engine = _sqlite(url) if url.startswith("sqlite") else sa.create_engine(url, hide_parameters=True, pool_pre_ping=True)
    with writing(engine) as connection:
        if not connection.dialect.name.startswith("sqlite"):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        _migrate(connection)
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that is kept whole or not at all. SQLite's takes the write lock at its start, so that writers queue."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with _by_hand(connection, "BEGIN IMMEDIATE"):
                yield connection
        else:
            with connection.begin():
                yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction in which every statement sees the same state, whatever is written meanwhile."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            with _by_hand(connection, "BEGIN"):
                yield connection
        else:
            with connection.execution_options(isolation_level="REPEATABLE READ").begin():
                yield connection


@contextmanager
def _by_hand(connection: sa.Connection, begin: str) -> Iterator[None]:
    connection.exec_driver_sql(begin)
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def _sqlite(url: str) -> sa.Engine:
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    # Autocommit at the driver: transactions are begun by hand, with the lock they need.
    engine = sa.create_engine(url, hide_parameters=True, isolation_level="AUTOCOMMIT", connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _prepare)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _migrate(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
