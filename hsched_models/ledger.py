"""The shadow ledger: each day's scores, sealed before outcomes are known. A chain of SHA-256 in a file that only grows.

Guards against an edit, a removal, an insertion or a change of order, by anybody, and against a cut or rewritten end where
an earlier head is known from elsewhere. It does not guard against who rewrites the whole chain and every place that
remembers a head: there is no secret in it. When a seal was made is what this machine's clock said.
"""

import fcntl
import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from hsched_core.domain.errors import InputError, NotReadyError

FORMAT = "hsched-ledger/1"
FIRST = "0" * 64  # what the first seal is chained to


@dataclass(frozen=True)
class Seal:
    """One line of the ledger. `scores` is the digest of the day's rows, `seal` that of everything else in the line."""

    number: int
    day: date
    sealed_at: datetime
    rows: int
    hindsight_rows: int
    models: Mapping[str, str]  # version by scoring moment
    scores: str
    previous: str
    seal: str = ""

    def digest(self) -> str:
        """SHA-256 over the line without its own seal, keys in order."""
        told = {name: value for name, value in asdict(self).items() if name != "seal"}
        return hashlib.sha256(f"{FORMAT}\0{_canonical(told)}".encode()).hexdigest()

    def line(self) -> bytes:
        return f"{_canonical(asdict(self))}\n".encode()

    @classmethod
    def from_line(cls, line: bytes) -> "Seal":
        """Read a line; ValueError, TypeError or KeyError where it is none."""
        told = json.loads(line)
        return cls(**{**told, "day": date.fromisoformat(told["day"]), "sealed_at": datetime.fromisoformat(told["sealed_at"])})


@dataclass(frozen=True)
class Anchor:
    """A head of the chain as another place remembers it: the seal that had this number."""

    number: int
    seal: str


@dataclass(frozen=True)
class Break:
    """Where the chain is first broken: the line, the day it names where it can be read, and what is wrong."""

    line: int
    day: date | None
    what: str

    def __str__(self) -> str:
        return f"seal {self.line}{f' ({self.day})' if self.day else ''}: {self.what}"


@dataclass(frozen=True)
class Chain:
    """The seals up to the first break; what follows a break proves nothing."""

    seals: tuple[Seal, ...]
    broken: Break | None = None
    unfinished: bool = False  # the last write was cut off by a crash: that day was never sealed

    @property
    def head(self) -> Anchor:
        return Anchor(len(self.seals), self.seals[-1].seal) if self.seals else Anchor(0, FIRST)

    def of_day(self, day: date) -> Seal | None:
        return next((seal for seal in self.seals if seal.day == day), None)


def seal_day(ledger: Path, scores: Path, now: datetime) -> tuple[Seal, bool]:
    """Seal a day's scores file; its seal, and whether it was made just now. A day sealed before keeps its seal, whatever the file says.

    Raises NotReadyError where there are no scores, InputError where the chain is broken: a broken chain takes no more seals.
    """
    digest, told = digest_of(scores)
    day = date.fromisoformat(scores.stem)
    with _locked(ledger) as file:
        chain = _read(file.read())
        if chain.broken:
            raise InputError(f"the chain of seals is broken: {chain.broken}", "Restore the file from a copy.", file=ledger.name)
        known = chain.of_day(day)
        if known is not None:
            return known, False
        unsealed = Seal(len(chain.seals) + 1, day, now, scores=digest, previous=chain.head.seal, **told)
        made = replace(unsealed, seal=unsealed.digest())
        _append(file, made.line(), cut=chain.unfinished)
        return made, True


def digest_of(scores: Path) -> tuple[str, dict[str, Any]]:
    """SHA-256 over a scores file's rows, whatever their order and the file's encoding; and how many, by which models."""
    if not scores.is_file():
        raise NotReadyError(f"There are no scores of {scores.stem}.", f"Run `hsched run --day {scores.stem} --days 1`.")
    table = pq.read_table(scores)
    columns = {name: _plain(table.column(name)) for name in sorted(table.column_names)}
    lines = sorted(_canonical(row) for row in zip(*columns.values(), strict=True))
    text = "\n".join([FORMAT, _canonical(list(columns)), *lines])
    models = dict(sorted(set(zip(columns["moment"], columns["model_version"], strict=True))))
    told = {"rows": table.num_rows, "hindsight_rows": sum(map(bool, columns["is_hindsight"])), "models": models}
    return hashlib.sha256(text.encode()).hexdigest(), told


def read_chain(ledger: Path, anchors: Sequence[Anchor] = ()) -> Chain:
    """The ledger as it lies there, verified line by line and against heads remembered elsewhere."""
    chain = _read(ledger.read_bytes() if ledger.is_file() else b"")
    if chain.broken:
        return chain
    kept = sorted((anchor for anchor in anchors if anchor.number <= len(chain.seals)), key=lambda anchor: anchor.number)
    longest = max(anchors, key=lambda anchor: anchor.number, default=chain.head)
    broken = next((found for anchor in [*kept, longest] if (found := _against(chain, anchor))), None)
    return Chain(chain.seals[: broken.line - 1], broken, chain.unfinished) if broken else chain


def changed_days(chain: Chain, scores: Path) -> dict[date, str]:
    """Sealed days whose scores file in that folder is missing or says something else now, and which of the two."""
    found = {}
    for seal in chain.seals:
        file = scores / f"{seal.day}.parquet"
        if not file.is_file():
            found[seal.day] = "its scores file is missing"
        elif digest_of(file)[0] != seal.scores:
            found[seal.day] = "its scores are not those that were sealed"
    return found


def _read(content: bytes) -> Chain:
    *whole, rest = content.split(b"\n")
    seals: list[Seal] = []
    days: set[date] = set()
    for number, line in enumerate(whole, start=1):
        try:
            seal = Seal.from_line(line)
        except (ValueError, TypeError, KeyError):
            return Chain(tuple(seals), Break(number, None, "not readable"), bool(rest))
        wrong = _wrong(seal, number, seals[-1].seal if seals else FIRST, days)
        if wrong:
            return Chain(tuple(seals), Break(number, seal.day, wrong), bool(rest))
        seals.append(seal)
        days.add(seal.day)
    return Chain(tuple(seals), None, bool(rest))


def _wrong(seal: Seal, number: int, previous: str, days: set[date]) -> str | None:
    if seal.digest() != seal.seal:
        return "edited: its content is not what was sealed"
    if seal.number != number or seal.previous != previous:
        return "not the one that followed: a seal was removed, inserted or moved here"
    return "its day was sealed before" if seal.day in days else None


def _against(chain: Chain, anchor: Anchor) -> Break | None:
    if anchor.number > len(chain.seals):
        return Break(len(chain.seals) + 1, None, f"cut off: there were {anchor.number} seals, {len(chain.seals)} are left")
    if anchor.number and chain.seals[anchor.number - 1].seal != anchor.seal:
        return Break(anchor.number, chain.seals[anchor.number - 1].day, "rewritten: another place remembers another seal of that number")
    return None


@contextmanager
def _locked(ledger: Path) -> Iterator[BinaryIO]:
    """One writer at a time, across processes of this machine."""
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with ledger.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        yield file
    handle = os.open(ledger.parent, os.O_RDONLY)
    try:
        os.fsync(handle)  # the file's name, where it is new
    finally:
        os.close(handle)


def _append(file: BinaryIO, line: bytes, *, cut: bool) -> None:
    """Add the line whole or not at all; `cut` drops what a crash left of an earlier one."""
    file.seek(0)
    end = file.read().rfind(b"\n") + 1 if cut else file.seek(0, os.SEEK_END)
    file.truncate(end)
    try:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    except BaseException:
        os.ftruncate(file.fileno(), end)
        raise


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """Values that JSON tells apart: instants as microseconds UTC, days in ISO form, no NaN."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    values: list[Any] = column.to_pylist()
    if pa.types.is_date(column.type):
        return [value and value.isoformat() for value in values]
    if pa.types.is_floating(column.type):
        return [None if value is None or math.isnan(value) else value for value in values]
    return values


def _as_text(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, default=_as_text).encode
