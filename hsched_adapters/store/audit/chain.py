"""What the chain is made of: which bytes an entry's code (keyed) and hash (not keyed) cover. Standard library only.

The hash covers every other column, the code included, so that whoever has no key can follow the chain; the code tells who
has the key that an entry was written by who has it too.
"""

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

MAC = b"hsched-audit-mac/1"
HASH = b"hsched-audit-hash/1"
FIRST = bytes(32)  # what a practice's first entry is chained to


@dataclass(frozen=True, slots=True)
class Record:
    """One row as bytes: text is never decoded before it is verified, because damaged text may not decode."""

    practice: bytes
    seq: int
    at: bytes
    actor: bytes
    kind: bytes
    subject: bytes
    body: bytes
    kid: bytes
    prev: bytes
    mac: bytes = b""
    hash: bytes = b""


def code_of(record: Record, secret: bytes) -> bytes:
    """HMAC-SHA-256 over everything but the code and the hash."""
    return hmac.digest(secret, _framed(MAC, _content(record)), "sha256")


def hash_of(record: Record) -> bytes:
    """SHA-256 over everything but the hash; struct.error where the number is none an entry can have."""
    return hashlib.sha256(_framed(HASH, [*_content(record), record.mac])).digest()


def linked(record: Record, secret: bytes) -> Record:
    """The record with its code and its hash."""
    coded = replace(record, mac=code_of(record, secret))
    return replace(coded, hash=hash_of(coded))


def columns() -> Iterator[str]:
    """Names of a row's columns, in order."""
    return (field.name for field in fields(Record))


def _content(record: Record) -> list[bytes]:
    number = struct.pack(">Q", record.seq)
    return [record.practice, number, record.at, record.actor, record.kind, record.subject, record.body, record.kid, record.prev]


def _framed(purpose: bytes, parts: list[bytes]) -> bytes:
    """Each part with its length: no two different lists give the same bytes."""
    return b"".join(struct.pack(">I", len(part)) + part for part in [purpose, *parts])
