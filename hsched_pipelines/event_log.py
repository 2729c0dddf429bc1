"""Dagster's SQLite event log, writing a batch of asset events in one transaction.

Dagster's own SQLite storage opens three transactions per event, so a backfill of two years would spend minutes on
bookkeeping. Same files, same tables, same rows; its PostgreSQL storage batches in the same way. Named in dagster.yaml.
Batches arrive only where `DAGSTER_EVENT_BATCH_SIZE` is set.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dagster import DagsterEventType, EventLogEntry
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy.engine import Connection

_BATCHED = {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_MATERIALIZATION_PLANNED}


class BatchingSqliteEventLog(SqliteEventLogStorage):
    """SqliteEventLogStorage with a real `store_event_batch`."""

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> "BatchingSqliteEventLog":
        return cls(inst_data=inst_data, base_dir=config_value["base_dir"])

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store the events of one run: asset events together, the few others one by one."""
        together = [event for event in events if event.dagster_event_type in _BATCHED]
        super().store_event_batch([event for event in events if event.dagster_event_type not in _BATCHED])
        if together:
            self._store_together(together)

    def _store_together(self, events: Sequence[EventLogEntry]) -> None:
        rows = [self._event_to_row(event) for event in events]
        with self.run_connection(events[0].run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        with self.index_transaction() as connection:
            numbers = _insert_numbered(connection, rows)
            self._store_asset_event_tags(connection, events, numbers)
            for event, number in _last_of_each_asset(events, numbers):
                self._store_asset_event(connection, event, number)


def _insert_numbered(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """The numbers of the inserted rows, in order: a bulk insert does not promise the order of what it returns."""
    inserted = (connection.execute(SqlEventLogStorageTable.insert(), row).inserted_primary_key for row in rows)
    return [int(key[0]) for key in inserted if key is not None]


def _last_of_each_asset(events: Sequence[EventLogEntry], numbers: Sequence[int]) -> list[tuple[EventLogEntry, int]]:
    last = {event.get_dagster_event().asset_key: (event, number) for event, number in zip(events, numbers, strict=True)}
    return list(last.values())
