"""Statements of transactions that are made thousands of times a second: compiled once, and handed to SQLite's driver as text and values.

SQLAlchemy prepares a statement anew each time, which takes three times as long as SQLite takes to run it. PostgreSQL gets them as ever.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

Values = Mapping[str, Any]
Bind = tuple[str, Callable[[Any], Any] | None]  # a parameter's name, and what its type makes of a value


class Straight:
    """One statement, which names all of its parameters."""

    def __init__(self, statement: sa.Insert | sa.Select[Any] | sa.TextClause) -> None:
        self.statement = statement
        self._on_sqlite: tuple[str, Sequence[Bind]] | None = None

    def run(self, connection: sa.Connection, *rows: Values) -> Sequence[Sequence[Any]]:
        """Run it with these parameters, a row after another; what it finds. Errors are SQLAlchemy's, as everywhere."""
        if connection.dialect.name != "sqlite" or _is_listened_to(connection):
            done = connection.execute(self.statement, list(rows) if len(rows) > 1 else rows[0])
            return done.all() if done.returns_rows else ()
        driver: Any = connection.connection.dbapi_connection
        text, binds = self._compiled(connection)
        values = [[make(row[name]) if make else row[name] for name, make in binds] for row in rows]
        try:
            if len(values) > 1:
                driver.executemany(text, values).close()
                return ()
            found: Sequence[Sequence[Any]] = driver.execute(text, values[0]).fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DBAPIError.instance(text, None, error, connection.dialect.loaded_dbapi.Error, hide_parameters=True) from None
        return found

    def _compiled(self, connection: sa.Connection) -> tuple[str, Sequence[Bind]]:
        if self._on_sqlite is None:
            compiled = self.statement.compile(dialect=connection.dialect)
            kinds = [(name, compiled.binds[name].type.dialect_impl(connection.dialect)) for name in compiled.positiontup or ()]
            self._on_sqlite = str(compiled), [(name, kind.bind_processor(connection.dialect)) for name, kind in kinds]
        return self._on_sqlite


def _is_listened_to(connection: sa.Connection) -> bool:
    """Who listens to statements, as proofs do that kill a process between two of them, hears of every one."""
    return bool(connection.dispatch.before_cursor_execute or connection.dispatch.after_cursor_execute)
