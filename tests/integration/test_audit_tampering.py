"""Whatever is done to the trail by who can write the database is found, and the first broken entry is named (SAFETY.md A1)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from hsched_adapters.store.audit.chain import FIRST, Record, linked
from hsched_adapters.store.audit.checkpoints import Checkpoint
from hsched_adapters.store.audit.verify import Verdict, verify
from tests.audit_trails import PRACTICE, THIEF, Desk, entry, one_bit_edits, write

ENTRIES = 30
CHECKPOINTS = (1, 10, 20, ENTRIES)  # a process signs after its first transaction; the others are asked for


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Thirty entries on SQLite, with four signed checkpoints. Nobody changes it: tampering is done on copies of its rows."""
    folder = tmp_path_factory.mktemp("trail")
    made = Desk(f"sqlite:///{folder / 'store.sqlite'}", folder)
    trail = made.open()
    for first, last in zip((1, 2, 11, 21), CHECKPOINTS, strict=True):
        write(trail, first, last)
        trail.anchor()
    trail.close()
    return made


@pytest.fixture(scope="module")
def checkpoints(desk: Desk) -> list[Checkpoint]:
    known = desk.known()
    assert tuple(one.entries for one in known) == CHECKPOINTS
    return known


@pytest.fixture(scope="module")
def records(desk: Desk) -> list[Record]:
    return desk.records()


@pytest.fixture(scope="module")
def judged(checkpoints: list[Checkpoint]) -> Callable[[Sequence[Record]], Verdict]:
    """What the verifier says who has no secret."""
    return lambda changed: verify(PRACTICE, changed, checkpoints)


Judged = Callable[[Sequence[Record]], Verdict]


def first_broken(verdict: Verdict) -> tuple[int, int] | None:
    return verdict.broken and (verdict.broken.first, verdict.broken.last)


def missed(verdicts: Sequence[Verdict]) -> int:
    """How many tamperings were not found; at least one was tried."""
    assert verdicts
    return sum(verdict.broken is None for verdict in verdicts)


def test_the_untouched_trail_holds(judged: Judged, records: list[Record]) -> None:
    """Thirty of thirty, proven by checkpoints."""
    verdict = judged(records)

    assert (verdict.broken, verdict.entries, verdict.anchored, verdict.unanchored) == (None, ENTRIES, ENTRIES, 0)


def test_every_flipped_bit_is_found_at_its_entry(judged: Judged, records: list[Record]) -> None:
    """One bit of every byte of every column of every entry. A number that skips ahead reads as entries missing from there on."""
    tried, wrong = 0, []
    for place, record in enumerate(records):
        for column, changed in one_bit_edits(record):
            tried += 1
            found = first_broken(judged([*records[:place], changed, *records[place + 1 :]]))
            if found is None or (found[0] != record.seq and column != "seq"):
                wrong.append((record.seq, column, found))

    assert tried > 10_000
    assert wrong == []


def test_a_removed_entry_is_named(judged: Judged, records: list[Record]) -> None:
    """Each of them; the last one by the checkpoint."""
    for record in records:
        assert first_broken(judged([one for one in records if one is not record])) == (record.seq, record.seq)


def test_removed_and_renumbered_entries_are_found(judged: Judged, records: list[Record]) -> None:
    """The gap is closed, hashes are left as they were."""
    for gone in range(1, ENTRIES):
        left = [*records[: gone - 1], *(replace(one, seq=one.seq - 1) for one in records[gone:])]

        assert first_broken(judged(left)) == (gone, gone)


def test_swapped_entries_are_named(judged: Judged, records: list[Record]) -> None:
    """Every pair: contents swapped under their numbers, and rows swapped with their numbers."""
    for first in range(ENTRIES):
        for second in range(first + 1, ENTRIES):
            numbered = list(records)
            numbered[first] = replace(records[second], seq=first + 1)
            numbered[second] = replace(records[first], seq=second + 1)
            moved = list(records)
            moved[first], moved[second] = records[second], records[first]

            assert first_broken(judged(numbered)) == (first + 1, first + 1)
            assert judged(moved).broken is not None


def test_inserted_entries_are_found(judged: Judged, records: list[Record]) -> None:
    """A copy of an entry is named; one well chained to the one before it shows at itself or the next, or between two checkpoints."""
    for place in range(1, ENTRIES):
        before = records[place - 1]
        forged = linked(replace(records[place], prev=before.hash, subject=b"proposal:" + b"f" * 32), THIEF)
        shifted = [replace(one, seq=one.seq + 1) for one in records[place:]]
        doubled = [*records[:place], before, *records[place:]]

        assert first_broken(judged(doubled)) == (place, place)
        for inserted in ([*records[:place], forged, *shifted], [*records[:place], forged, *records[place:]]):
            first, last = first_broken(judged(inserted)) or (0, 0)
            assert first <= place + 2
            assert last >= place + 1


def test_a_cut_tail_and_an_older_backup_are_named(judged: Judged, records: list[Record]) -> None:
    """Every length, none left included."""
    for left in range(ENTRIES):
        assert first_broken(judged(records[:left])) == (left + 1, ENTRIES)


def test_recomputed_trails_are_found(judged: Judged, records: list[Record]) -> None:
    """Each entry edited, or removed, and everything after it chained anew: the next checkpoint knows better, and says between which two."""
    for place, record in enumerate(records):
        edited = [*records[:place], *recomputed_after(records[:place], [replace(record, body=b"{}"), *records[place + 1 :]])]
        bounds = next((low + 1, high) for low, high in zip((0, *CHECKPOINTS), CHECKPOINTS, strict=False) if record.seq <= high)

        assert first_broken(judged(edited)) == bounds
        assert judged([*records[:place], *recomputed_after(records[:place], records[place + 1 :])]).broken is not None


def recomputed_after(before: Sequence[Record], rest: Sequence[Record]) -> list[Record]:
    """What follows the untouched entries, chained anew with a secret that is not the practice's."""
    whole = list(before)
    for record in rest:
        prev = whole[-1].hash if whole else FIRST
        whole.append(linked(replace(record, seq=len(whole) + 1, prev=prev), THIEF))
    return whole[len(before) :]


def test_with_the_secret_recomputation_is_named_to_the_entry(desk: Desk, records: list[Record]) -> None:
    """Also where no checkpoint stands yet."""
    for place in range(ENTRIES):
        edited = [*records[:place], *recomputed_after(records[:place], [replace(records[place], body=b"{}"), *records[place + 1 :]])]

        assert first_broken(verify(PRACTICE, edited, (), desk.keys.secret_of)) == (place + 1, place + 1)


def test_entries_of_another_practice_are_found(judged: Judged, records: list[Record], tmp_path: Path) -> None:
    """Spliced in whole, and with its name changed to this one's."""
    other = Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path, "oak")
    trail = other.open()
    write(trail, 1, ENTRIES)
    trail.close()
    theirs = other.records()
    for place in range(ENTRIES):
        spliced = [*records[:place], theirs[place], *records[place + 1 :]]
        renamed = [*records[:place], replace(theirs[place], practice=PRACTICE.encode()), *records[place + 1 :]]

        assert first_broken(judged(spliced)) == (place + 1, place + 1)
        assert first_broken(judged(renamed)) == (place + 1, place + 1)


def test_a_twin_without_key_and_checkpoints_misses_what_they_are_for(records: list[Record]) -> None:
    """The same tamperings against a chain alone: cuts, rollbacks and recomputations pass. This is what the zeros above are worth."""
    cuts = [verify(PRACTICE, records[:left], ()) for left in range(ENTRIES)]
    rewritten = [verify(PRACTICE, recomputed_after([], [*records[:place], *records[place + 1 :]]), ()) for place in range(ENTRIES)]

    assert (missed(cuts), missed(rewritten)) == (ENTRIES, ENTRIES)


def test_a_twin_without_hashes_misses_edits_swaps_and_renumbering(records: list[Record]) -> None:
    """Numbers in order are all that a plain table can show."""

    def is_numbered(changed: Sequence[Record]) -> bool:
        return [record.seq for record in changed] == list(range(1, len(changed) + 1))

    edits = [[*records[:place], replace(record, body=b"{}"), *records[place + 1 :]] for place, record in enumerate(records)]
    swaps = [[replace(records[1], seq=1), replace(records[0], seq=2), *records[2:]]]
    renumbered = [[*records[:place], *(replace(one, seq=one.seq - 1) for one in records[place + 1 :])] for place in range(ENTRIES)]

    assert all(map(is_numbered, [*edits, *swaps, *renumbered]))


def test_a_twin_with_a_key_and_no_checkpoint_misses_cuts(desk: Desk, records: list[Record]) -> None:
    """A code of the key on every entry does not say how many there were."""
    secrets = desk.keys.secret_of
    cuts = [verify(PRACTICE, records[:left], (), secrets) for left in range(ENTRIES)]
    rewritten = [verify(PRACTICE, recomputed_after([], [*records[:place], *records[place + 1 :]]), (), secrets) for place in range(ENTRIES)]

    assert (missed(cuts), missed(rewritten)) == (ENTRIES, 0)


def test_what_was_cut_after_the_newest_checkpoint_is_not_found(tmp_path: Path) -> None:
    """The limit, stated: between two checkpoints a cut end leaves no trace. The pace of checkpoints bounds it."""
    desk = Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    trail = desk.open()
    write(trail, 1, 5)
    trail.anchor()
    with trail.writing(entry(6)):
        pass
    trail.close()
    records = desk.records()

    assert verify(PRACTICE, records, desk.known()).unanchored == 1
    assert verify(PRACTICE, records[:5], desk.known()).broken is None
    assert verify(PRACTICE, records[:4], desk.known()).broken is not None
