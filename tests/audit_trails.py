"""Audit trails for tests: a store of either kind, a small log, and the ways to tamper with it. Not a fixture by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hsched_adapters.clock import FixedClock
from hsched_adapters.keys import Keyring
from hsched_adapters.store.audit.anchors import FileAnchors
from hsched_adapters.store.audit.chain import Record
from hsched_adapters.store.audit.checkpoints import Checkpoint, read_checkpoints, read_public_keys
from hsched_adapters.store.audit.keys import AuditKeys
from hsched_adapters.store.audit.rows import read_records
from hsched_adapters.store.audit.trail import AuditTrail, Pace
from hsched_adapters.store.audit.verify import Secrets, Verdict, verify
from hsched_adapters.store.engine import open_engine, reading
from hsched_core.domain.audit import AuditEntry
from tests import migrated_store

NOW = datetime(2026, 3, 9, 14, 30, tzinfo=UTC)
PRACTICE = "elm"
THIEF = b"\x07" * 32  # a secret that is not the practice's


@dataclass(frozen=True)
class Desk:
    """A practice's trail and where its keys and checkpoints are."""

    url: str
    folder: Path
    practice: str = PRACTICE

    @property
    def keys(self) -> AuditKeys:
        return AuditKeys(Keyring(self.folder / "keys", self.practice))

    @property
    def anchors(self) -> FileAnchors:
        return FileAnchors(self.checkpoints)

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints.jsonl"

    @property
    def public_keys(self) -> Path:
        return self.folder / "public-keys.txt"

    def open(self, pace: Pace | None = None) -> AuditTrail:
        """The trail, as the assembly opens it."""
        self.keys.publish(self.public_keys)
        migrated_store.lay_down(self.url)
        return AuditTrail(open_engine(self.url), self.practice, self.keys, self.anchors, FixedClock(NOW), pace or Pace(10**9, 10**9))

    def records(self) -> list[Record]:
        """The rows as they stand."""
        engine = open_engine(self.url)
        with reading(engine) as connection:
            found = list(read_records(connection, self.practice))
        engine.dispose()
        return found

    def known(self) -> list[Checkpoint]:
        """The signed checkpoints."""
        found, wrong = read_checkpoints(self.anchors.lines(), read_public_keys(self.public_keys), self.practice)
        assert wrong == []
        return found

    def verdict(self, *, secrets: Secrets | None = None) -> Verdict:
        """What verification says, by default without any secret."""
        return verify(self.practice, self.records(), self.known(), secrets)


def entry(number: int) -> AuditEntry:
    """The entry of that number: proposals of three appointments, some with lists."""
    body = {"appointment": f"{number % 3:032x}", "status": "waiting", "action_hash": f"{number:064x}", "rank": number, "is_held": False}
    findings = {"findings": [{"rule": "quiet_hours", "is_blocking": True}]} if number % 4 == 0 else {}
    return AuditEntry(
        NOW + timedelta(seconds=number), "person:front-desk-1", "proposal.proposed", f"proposal:{number:032x}", body | findings
    )


def write(trail: AuditTrail, first: int, last: int) -> None:
    """One transaction an entry."""
    for number in range(first, last + 1):
        with trail.writing(entry(number)):
            pass


def one_bit_edits(record: Record) -> Iterator[tuple[str, Record]]:
    """The record with one bit of one byte of one column flipped, for every byte of every column."""
    for column in (field.name for field in fields(Record)):
        value = record.seq.to_bytes(8, "big") if column == "seq" else getattr(record, column)
        for place, byte in enumerate(value):
            changed = value[:place] + bytes([byte ^ (1 << (place % 8))]) + value[place + 1 :]
            yield column, replace(record, **{column: int.from_bytes(changed, "big") if column == "seq" else changed})
