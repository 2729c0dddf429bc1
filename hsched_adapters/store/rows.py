"""Rows of one practice in one transaction: how every part of the operational store selects, finds and writes them."""

from typing import Any

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import Recording


class PracticeRows:
    """A transaction's connection, and the practice whose rows it may touch."""

    def __init__(self, recording: Recording, practice: str) -> None:
        self._recording = recording
        self._practice = practice
        self._do = recording.connection.execute

    def _put(self, table: sa.Table, key: dict[str, Any], values: dict[str, Any]) -> None:
        """Write the row, whether or not it is there: nobody else writes meanwhile."""
        if self._do(table.update().where(self._is(table, **key)).values(**values)).rowcount == 0:
            self._do(table.insert().values(practice=self._practice, **key, **values))

    def _step(self, table: sa.Table, row_id: str, values: dict[str, Any]) -> bool:
        """Store a row of a first version, or one that follows the stored version; False where another version stands there."""
        version = values["version"]
        if version == 1:
            there = self._do(self._ours(table, table.c.id).where(table.c.id == row_id)).first()
            if there is None:
                self._do(table.insert().values(practice=self._practice, id=row_id, **values))
            return there is None
        before = sa.and_(self._is(table, id=row_id), table.c.version == version - 1)
        return self._do(table.update().where(before).values(**values)).rowcount == 1

    def _ours(self, table: sa.Table, *columns: Any) -> sa.Select[Any]:
        return sa.select(*(columns or (table,))).select_from(table).where(table.c.practice == self._practice)

    def _is(self, table: sa.Table, **key: Any) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.practice == self._practice, *(table.c[name] == value for name, value in key.items()))
