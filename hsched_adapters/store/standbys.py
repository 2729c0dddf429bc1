"""Standbys on SQL: compare-and-set, every change with its audit entry."""

from collections.abc import Sequence

from hsched_adapters.store.rows import PracticeRows
from hsched_adapters.store.schema import standbys
from hsched_adapters.store.values import from_text, to_text
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import SafeError
from hsched_core.domain.standby import StandbyRecord


class StandbyRows(PracticeRows):
    """The part of a transaction that knows standbys."""

    def standby(self, record_id: str) -> StandbyRecord | None:
        text = self._do(self._ours(standbys, standbys.c.document).where(standbys.c.id == record_id)).scalar()
        return from_text(StandbyRecord, text) if text else None

    def standbys(self, *, appointment: str = "", client: str = "") -> Sequence[StandbyRecord]:
        ours = self._ours(standbys, standbys.c.document).where(standbys.c.is_open)
        if appointment:
            ours = ours.where(standbys.c.appointment == appointment)
        if client:
            ours = ours.where(standbys.c.client == client)
        return [from_text(StandbyRecord, text) for text in self._do(ours.order_by(standbys.c.since, standbys.c.id)).scalars()]

    def put_standby(self, record: StandbyRecord, *, audit: AuditEntry) -> None:
        kept = {"appointment": record.appointment, "client": record.client, "is_open": record.is_open, "since": record.since}
        if not self._step(standbys, record.id, kept | {"version": record.version, "document": to_text(record)}):
            raise SafeError("standby_moved_meanwhile", f"case {record.id}")
        self._recording.record(audit)
