"""The full sweep of SAFETY.md A1 over 240 entries, and A2: 100,000 entries verified from outside. Prints what was tried and missed."""

import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from hsched_adapters.store.audit.chain import FIRST, Record, linked
from hsched_adapters.store.audit.checkpoints import Checkpoint
from hsched_adapters.store.audit.rows import read_records
from hsched_adapters.store.audit.verify import Start, verify
from tests.audit_trails import PRACTICE, THIEF, Desk, entry, one_bit_edits, write

ENTRIES = 240
EVERY = 40  # a checkpoint
RANDOM_EDITS = 2000
LONG = 100_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """240 entries on SQLite, a checkpoint every 40."""
    return made(tmp_path_factory.mktemp("elm"), PRACTICE)


def made(folder: Path, practice: str) -> Desk:
    desk = Desk(f"sqlite:///{folder / 'store.sqlite'}", folder, practice)
    trail = desk.open()
    for first in range(1, ENTRIES + 1, EVERY):
        write(trail, first, first + EVERY - 1)
        trail.anchor()
    trail.close()
    return desk


# How many entries at the start are untouched, and what follows them.
Tampered = tuple[int, Sequence[Record]]


def chained(before: Sequence[Record], rest: Iterable[Record]) -> list[Record]:
    """What follows the untouched entries, numbered and chained anew with a secret that is not the practice's."""
    whole = list(before)
    for record in rest:
        prev = whole[-1].hash if whole else FIRST
        whole.append(linked(replace(record, seq=len(whole) + 1, prev=prev), THIEF))
    return whole[len(before) :]


def is_missed(records: Sequence[Record], tampered: Tampered, known: Sequence[Checkpoint]) -> bool:
    """Whether verification finds nothing. It begins after the untouched entries, which it would pass."""
    untouched, rest = tampered
    start = Start(untouched, records[untouched - 1].hash) if untouched else Start()
    return verify(PRACTICE, rest, known, start=start).broken is None


def is_numbered(tampered: Tampered) -> bool:
    """Whether the numbers are in order: all that a table without a chain can say of itself."""
    untouched, rest = tampered
    return [record.seq for record in rest] == list(range(untouched + 1, untouched + 1 + len(rest)))


def edits(records: Sequence[Record]) -> Iterator[Tampered]:
    for place, record in enumerate(records):
        for _, changed in one_bit_edits(record):
            yield place, [changed, *records[place + 1 :]]


def deletions(records: Sequence[Record]) -> Iterator[Tampered]:
    for place in range(len(records)):
        yield place, records[place + 1 :]
        yield place, [replace(one, seq=one.seq - 1) for one in records[place + 1 :]]


def swaps(records: Sequence[Record]) -> Iterator[Tampered]:
    for first in range(len(records)):
        for second in range(first + 1, len(records)):
            there, here = replace(records[first], seq=second + 1), replace(records[second], seq=first + 1)
            yield first, [here, *records[first + 1 : second], there, *records[second + 1 :]]


def insertions(records: Sequence[Record]) -> Iterator[Tampered]:
    for place in range(1, len(records)):
        forged = linked(replace(records[place], prev=records[place - 1].hash, subject=b"proposal:" + b"f" * 32), THIEF)
        yield place, [records[place - 1], *records[place:]]
        yield place, [forged, *records[place:]]
        yield place, [forged, *(replace(one, seq=one.seq + 1) for one in records[place:])]


def cuts(records: Sequence[Record]) -> Iterator[Tampered]:
    for left in range(len(records)):
        yield left, []


def recomputations(records: Sequence[Record]) -> Iterator[Tampered]:
    for place, record in enumerate(records):
        yield place, chained(records[:place], [replace(record, body=b"{}"), *records[place + 1 :]])
        yield place, chained(records[:place], records[place + 1 :])
    yield 0, chained([], records)


def rollbacks(records: Sequence[Record]) -> Iterator[Tampered]:
    """An older backup, and life goes on from there for a while, well chained."""
    for left in range(len(records) - 1):
        yield left, chained(records[:left], [records[left]] * 7)


SWEEPS: dict[str, Callable[[Sequence[Record]], Iterator[Tampered]]] = {
    "one bit of every byte": edits,
    "an entry removed, or removed and renumbered": deletions,
    "two entries swapped": swaps,
    "an entry inserted": insertions,
    "the end cut": cuts,
    "changed and recomputed without the key": recomputations,
    "rolled back, then written on": rollbacks,
}
# Broken twins, each of which must miss some of the kinds it is shown beside: numbers without hashes, hashes without checkpoints.
UNCHAINED = {"one bit of every byte", "an entry removed, or removed and renumbered", "two entries swapped", "an entry inserted"}


@pytest.mark.parametrize("name", SWEEPS)
def test_every_tampering_is_found(desk: Desk, name: str) -> None:
    """100 % of each kind. The twin beside it misses some: what only has numbers, or what only has a chain."""
    records, known = desk.records(), desk.known()
    tried = missed = missed_by_twin = 0
    for tampered in SWEEPS[name](records):
        tried += 1
        missed += is_missed(records, tampered, known)
        missed_by_twin += is_numbered(tampered) if name in UNCHAINED else is_missed(records, tampered, ())
    twin = "a twin without hashes" if name in UNCHAINED else "a twin without checkpoints"
    print(f"\n{name}: {tried:,} tried, {missed} missed (95 % bound {3 / tried:.2g}); {twin} missed {missed_by_twin:,}")

    assert tried >= ENTRIES - 1
    assert missed == 0
    assert missed_by_twin > 0


def test_every_splice_from_another_practice_is_found(desk: Desk, tmp_path: Path) -> None:
    """Whole, and renamed; the other practice has the same entries."""
    records, known = desk.records(), desk.known()
    theirs = made(tmp_path, "oak").records()
    missed = 0
    for place in range(ENTRIES):
        for spliced in (theirs[place], replace(theirs[place], practice=PRACTICE.encode())):
            missed += verify(PRACTICE, [*records[:place], spliced, *records[place + 1 :]], known).broken is None
    print(f"\nspliced from another practice: {2 * ENTRIES} tried, {missed} missed (95 % bound {3 / (2 * ENTRIES):.2g})")

    assert missed == 0


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_random_edits_in_the_database_are_found(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """2,000 random bits in random columns of random rows, by the owner of the database, read back from the table each time."""
    folder = tmp_path / "trail"
    folder.mkdir()
    url = f"sqlite:///{folder / 'store.sqlite'}" if kind == "sqlite" else str(request.getfixturevalue("postgres_url"))
    desk = Desk(url, folder)
    trail = desk.open()
    write(trail, 1, ENTRIES)
    trail.anchor()
    trail.close()
    known, records, draw = desk.known(), desk.records(), random.Random(20260309)
    engine = sa.create_engine(url)
    missed = 0
    with engine.connect() as connection:
        for trigger in ("audit_no_update", "audit_no_delete", "audit_is_next"):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger}" if kind == "sqlite" else "ALTER TABLE audit DISABLE TRIGGER USER")
        connection.commit()
        for _ in range(RANDOM_EDITS):
            record = draw.choice(records)
            column, changed = draw.choice([edit for edit in one_bit_edits(record) if edit[0] != "seq" and is_storable(kind, *edit)])
            connection.execute(sa.text(update(kind, column)), {"value": getattr(changed, column), "seq": record.seq})
            missed += verify(PRACTICE, read_records(connection, PRACTICE), known).broken is None
            connection.rollback()
        assert verify(PRACTICE, read_records(connection, PRACTICE), known).broken is None
    engine.dispose()
    print(f"\nrandom bits in {kind}: {RANDOM_EDITS:,} tried, {missed} missed (95 % bound {3 / RANDOM_EDITS:.2g})")

    assert missed == 0


TEXTS = {"practice", "at", "actor", "kind", "subject", "kid"}


def is_storable(kind: str, column: str, changed: Record) -> bool:
    """PostgreSQL refuses bytes in a text column that are no text; nobody can put them there."""
    return kind == "sqlite" or column not in TEXTS or (getattr(changed, column).isascii() and 0 not in getattr(changed, column))


def update(kind: str, column: str) -> str:
    """Put bytes into a column of either sort."""
    as_text = "CAST(:value AS TEXT)" if kind == "sqlite" else "convert_from(:value, 'UTF8')"
    return f"UPDATE audit SET {column} = {as_text if column in TEXTS else ':value'} WHERE seq = :seq"


def test_a_hundred_thousand_entries_are_verified_from_outside(tmp_path: Path) -> None:
    """By the command, in a process of its own, with the public key and checkpoints only: below ten seconds of processor time."""
    desk = Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    trail = desk.open()
    for first in range(1, LONG, 1000):
        with trail.writing(*map(entry, range(first, first + 1000))):
            pass
    trail.anchor()
    trail.close()
    shutil.rmtree(tmp_path / "keys")
    places = ["--store", desk.url, "--practice", PRACTICE, "--checkpoints", str(desk.checkpoints), "--public-keys", str(desk.public_keys)]
    begun, before = time.perf_counter(), processor_seconds()
    done = subprocess.run(
        [Path(sys.executable).with_name("hsched"), "audit", "verify", *places], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    wall, seconds = time.perf_counter() - begun, processor_seconds() - before
    print(f"\n{LONG:,} entries verified by the command in {seconds:.1f} s of processor time ({wall:.1f} s on this machine)")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "100,000 entries follow" in done.stdout
    assert seconds < 10


def processor_seconds() -> float:
    """What ended child processes have used: a shared machine's wall clock says little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_the_sweep_covers_every_column() -> None:
    """A column that is added later is swept too, and is in the hash, or the first sweep fails."""
    (record,) = chained([], [Record(**{field.name: 1 if field.name == "seq" else b"x" for field in fields(Record)})])

    assert {column for column, _ in one_bit_edits(record)} == {field.name for field in fields(Record)}
