"""Is the trail what was written? Needs the rows, checkpoints and their public key; no secret, nothing of the application.

Names the first broken entry. A checkpoint proves everything up to it. Newer entries are proven by the chain alone, which
whoever can write the table can recompute, unless the secret of the codes is at hand too.
"""

import hmac
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hsched_adapters.store.audit.chain import FIRST, Record, code_of, hash_of
from hsched_adapters.store.audit.checkpoints import Checkpoint

Secrets = Callable[[str], bytes | None]  # the secret of a key's name; None where there is no such key


@dataclass(frozen=True)
class Start:
    """From where to verify: the number and hash of an entry that is known to be good."""

    seq: int = 0
    hash: bytes = FIRST


@dataclass(frozen=True)
class Break:
    """The first broken entry, or the range it must be in, and what is wrong."""

    first: int
    last: int
    what: str

    def __str__(self) -> str:
        return f"entry {self.first}: {self.what}" if self.first == self.last else f"entries {self.first} to {self.last}: {self.what}"


@dataclass(frozen=True)
class Verdict:
    """What was found. `entries` and `head` are of the part that is whole; `anchored` is the newest entry a checkpoint proves."""

    entries: int
    head: bytes
    broken: Break | None
    anchored: int

    @property
    def unanchored(self) -> int:
        """Entries that no checkpoint proves yet."""
        return self.entries - self.anchored


def verify(
    practice: str, records: Iterable[Record], checkpoints: Sequence[Checkpoint], secrets: Secrets | None = None, start: Start | None = None
) -> Verdict:
    """Follow the chain and compare it with every checkpoint (in order of their entries) after `start`."""
    good, anchored = start or Start(), (start or Start()).seq
    waiting = [one for one in checkpoints if one.entries > good.seq]
    place = 0
    for record in records:
        wrong = _wrong(record, practice.encode(), good, secrets)
        if wrong:
            return Verdict(good.seq, good.hash, wrong, anchored)
        before, good = good, Start(record.seq, record.hash)
        while place < len(waiting) and waiting[place].entries == good.seq:
            if waiting[place].head != good.hash.hex():
                rewritten = Break(
                    anchored + 1, good.seq, f"rewritten: the checkpoint of {waiting[place].at} knows another entry {good.seq}"
                )
                return Verdict(before.seq, before.hash, rewritten, anchored)
            place += 1
        if place and waiting[place - 1].entries == good.seq:
            anchored = good.seq
    if place < len(waiting):
        newest = waiting[-1]
        cut = f"missing: cut off or rolled back; the checkpoint of {newest.at} knows {newest.entries} entries"
        return Verdict(good.seq, good.hash, Break(good.seq + 1, newest.entries, cut), anchored)
    return Verdict(good.seq, good.hash, None, anchored)


def _wrong(record: Record, practice: bytes, before: Start, secrets: Secrets | None) -> Break | None:
    expected = before.seq + 1
    if record.seq > expected:
        return Break(expected, record.seq - 1, "missing: removed")
    if record.seq < expected:
        return Break(record.seq, record.seq, "inserted: an entry of that number stands already, or none can have it")
    what = _wrong_content(record, practice, before.hash) or _wrong_code(record, secrets)
    return Break(expected, expected, what) if what else None


def _wrong_content(record: Record, practice: bytes, previous: bytes) -> str | None:
    try:
        is_whole = hash_of(record) == record.hash
    except struct.error:
        is_whole = False
    if not is_whole:
        return "edited: its content is not what its hash says"
    if record.practice != practice:
        return "of another practice"
    return None if record.prev == previous else "does not follow the one before it: one of the two was edited, removed, inserted or moved"


def _wrong_code(record: Record, secrets: Secrets | None) -> str | None:
    if secrets is None:
        return None
    secret = secrets(record.kid.decode(errors="replace"))
    if secret is None:
        return "its code names a key that is not known"
    return None if hmac.compare_digest(code_of(record, secret), record.mac) else "its code was not made with the key: forged"
