"""The shadow ledger: what is sealed, that a second sealing changes nothing, and that tampering of every kind is found and named."""

import json
import multiprocessing
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from hsched_core.domain.errors import InputError, NotReadyError
from hsched_models import ledger
from hsched_models.ledger import Anchor, Seal, changed_days, digest_of, read_chain, seal_day

FIRST = date(2026, 3, 2)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAYS = [FIRST + timedelta(days=offset) for offset in range(5)]
Lines = list[bytes]


def scores(day: date, rows: int = 3) -> pd.DataFrame:
    """A day's scores as the daily step writes them."""
    return pd.DataFrame(
        {
            "as_of_on": [day + timedelta(days=1)] * rows,
            "booking_id": [f"a{number}-0" for number in range(rows)],
            "moment": ["day_before"] * rows,
            "starts_on": [day + timedelta(days=2)] * rows,
            "starts_at": pd.Series([pd.Timestamp(day, tz="UTC") + pd.Timedelta(days=2, hours=15)] * rows, dtype="datetime64[us, UTC]"),
            "probability": [0.1 + 0.07 * number for number in range(rows)],
            "model_version": ["4"] * rows,
            "is_hindsight": [False] * rows,
        }
    )


def write(folder: Path, day: date, frame: pd.DataFrame) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{day}.parquet"
    frame.to_parquet(file, index=False)
    return file


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A ledger of five days, in a home with their scores."""
    for number, day in enumerate(DAYS):
        seal_day(tmp_path / "seals.jsonl", write(tmp_path / "scores", day, scores(day)), NOW + timedelta(hours=number))
    return tmp_path / "seals.jsonl"


def test_a_seal_says_what_when_and_by_which_model(sealed: Path) -> None:
    """And each one carries the one before it."""
    chain = read_chain(sealed)
    first, second = chain.seals[:2]

    assert chain.broken is None
    assert [seal.day for seal in chain.seals] == DAYS
    assert (first.number, first.rows, first.hindsight_rows, first.models, first.sealed_at) == (1, 3, 0, {"day_before": "4"}, NOW)
    assert first.previous == "0" * 64
    assert second.previous == first.seal == first.digest()


def test_sealing_again_changes_nothing(sealed: Path) -> None:
    """The same rows: the seal that is there. Not a byte is written."""
    before = sealed.read_bytes()
    seal, is_new = seal_day(sealed, sealed.parent / "scores" / f"{DAYS[1]}.parquet", NOW + timedelta(days=9))

    assert not is_new
    assert seal.sealed_at == NOW + timedelta(hours=1)
    assert sealed.read_bytes() == before


def test_the_digest_is_of_the_rows_and_not_of_the_file(tmp_path: Path) -> None:
    """Order, row groups, compression, unit of time and width of numbers do not matter; any value does."""
    frame = scores(FIRST, rows=20)
    whole = digest_of(write(tmp_path, FIRST, frame))[0]
    other = tmp_path / "other" / f"{FIRST}.parquet"
    other.parent.mkdir()
    frame.sample(frac=1, random_state=1).astype({"starts_at": "datetime64[ns, UTC]"})[frame.columns[::-1]].to_parquet(
        other, index=False, compression="zstd", row_group_size=3
    )

    assert digest_of(other)[0] == whole
    for name, value in {"probability": 0.5000000000000001, "booking_id": "a9-1", "is_hindsight": True, "moment": "at_booking"}.items():
        changed = frame.copy()
        changed.loc[7, name] = value
        assert digest_of(write(tmp_path / "changed", FIRST, changed))[0] != whole, name
    assert digest_of(write(tmp_path / "fewer", FIRST, frame.head(19)))[0] != whole
    assert digest_of(write(tmp_path / "more", FIRST, pd.concat([frame, frame.tail(1)])))[0] != whole
    assert digest_of(write(tmp_path / "wider", FIRST, frame.assign(note=None)))[0] != whole


def test_a_day_without_visits_is_sealed_too(tmp_path: Path) -> None:
    """That nobody was coming was known before, too."""
    seal, is_new = seal_day(tmp_path / "seals.jsonl", write(tmp_path, FIRST, scores(FIRST, rows=0)), NOW)

    assert is_new
    assert (seal.rows, seal.models) == (0, {})
    assert read_chain(tmp_path / "seals.jsonl").seals == (seal,)


def test_a_day_without_scores_cannot_be_sealed(tmp_path: Path) -> None:
    """Nothing is written for it."""
    with pytest.raises(NotReadyError, match=f"no scores of {FIRST}"):
        seal_day(tmp_path / "seals.jsonl", tmp_path / f"{FIRST}.parquet", NOW)
    assert not (tmp_path / "seals.jsonl").exists()


def test_other_rows_for_a_sealed_day_are_told_and_not_sealed_over(sealed: Path) -> None:
    """The first word stands."""
    folder, before = sealed.parent / "scores", sealed.read_bytes()
    file = write(folder, DAYS[2], scores(DAYS[2]).assign(probability=0.9))
    seal, is_new = seal_day(sealed, file, NOW)
    (folder / f"{DAYS[4]}.parquet").unlink()

    assert not is_new
    assert digest_of(file)[0] != seal.scores
    assert sealed.read_bytes() == before
    assert changed_days(read_chain(sealed), folder) == {
        DAYS[2]: "its scores are not those that were sealed",
        DAYS[4]: "its scores file is missing",
    }


def edited(lines: Lines, number: int, **changed: object) -> Lines:
    """One line with other content, its own seal left as it was."""
    told = {**json.loads(lines[number]), **changed}
    return [*lines[:number], json.dumps(told, sort_keys=True, separators=(",", ":")).encode(), *lines[number + 1 :]]


def forged(lines: Lines, number: int, **changed: object) -> Lines:
    """One line with other content and a seal that fits it: the next one no longer does."""
    seal = Seal.from_line(lines[number])
    other = replace(seal, **changed)
    return [*lines[:number], replace(other, seal=other.digest()).line().rstrip(), *lines[number + 1 :]]


TAMPERED: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "a count edited": (lambda lines: edited(lines, 2, rows=4), r"seal 3 \(2026-03-04\): edited"),
    "an instant edited": (lambda lines: edited(lines, 0, sealed_at="2026-03-01T00:00:00+00:00"), r"seal 1 \(2026-03-02\): edited"),
    "edited and sealed anew": (lambda lines: forged(lines, 1, rows=4), r"seal 3 .* not the one that followed"),
    "the first removed": (lambda lines: lines[1:], r"seal 1 \(2026-03-03\): not the one that followed"),
    "one removed": (lambda lines: lines[:2] + lines[3:], r"seal 3 \(2026-03-05\): not the one that followed"),
    "one inserted": (lambda lines: [*lines[:2], lines[1], *lines[2:]], r"seal 3 \(2026-03-03\): not the one that followed"),
    "two exchanged": (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], r"seal 2 \(2026-03-04\): not the one that followed"),
    "a line of nonsense": (lambda lines: [*lines[:3], b"{}", *lines[3:]], "seal 4: not readable"),
    "an unknown field": (lambda lines: edited(lines, 3, note="x"), "seal 4: not readable"),
    "a day sealed twice": (
        lambda lines: [*lines[:4], *forged(lines, 4, day=DAYS[1])[4:]],
        r"seal 5 \(2026-03-03\): its day was sealed before",
    ),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_tampering_is_found_and_the_first_broken_seal_is_named(sealed: Path, kind: str) -> None:
    """Nothing after it is trusted, and nothing is sealed onto it."""
    tamper, named = TAMPERED[kind]
    sealed.write_bytes(b"".join(line + b"\n" for line in tamper(sealed.read_bytes().splitlines())))
    chain = read_chain(sealed)

    assert chain.broken is not None
    assert re.search(named, str(chain.broken))
    assert len(chain.seals) == chain.broken.line - 1
    with pytest.raises(InputError, match="Restore the file from a copy"):
        seal_day(sealed, write(sealed.parent / "scores", NOW.date(), scores(NOW.date())), NOW)


def test_a_cut_end_is_found_by_a_head_remembered_elsewhere(sealed: Path) -> None:
    """And only so: a chain that was cut is whole in itself."""
    head = read_chain(sealed).head
    sealed.write_bytes(b"".join(sealed.read_bytes().splitlines(keepends=True)[:3]))

    assert read_chain(sealed).broken is None
    assert str(read_chain(sealed, [head]).broken) == "seal 4: cut off: there were 5 seals, 3 are left"
    sealed.unlink()
    assert "there were 5 seals, 0 are left" in str(read_chain(sealed, [head]).broken)


def test_a_rewritten_chain_is_found_by_a_head_remembered_elsewhere(sealed: Path, tmp_path: Path) -> None:
    """Everything made anew with other scores: each line fits the next, but not what was known before."""
    heads = [Anchor(seal.number, seal.seal) for seal in read_chain(sealed).seals]
    rewritten = tmp_path / "rewritten.jsonl"
    for number, day in enumerate(DAYS):
        frame = scores(day).assign(probability=0.3) if number >= 2 else scores(day)
        seal_day(rewritten, write(tmp_path / "rewritten", day, frame), NOW + timedelta(hours=number))

    assert read_chain(rewritten).broken is None
    assert read_chain(rewritten, heads[:2]).broken is None
    assert "seal 3 (2026-03-04): rewritten" in str(read_chain(rewritten, [heads[4], heads[2]]).broken)


def test_what_a_crash_left_of_a_line_is_no_seal(sealed: Path) -> None:
    """The day was not sealed; the next sealing drops the rest and goes on."""
    whole = sealed.read_bytes()
    sealed.write_bytes(whole + b'{"day":"2026-03-0')
    chain = read_chain(sealed)
    assert (len(chain.seals), chain.broken, chain.unfinished) == (5, None, True)

    seal, is_new = seal_day(sealed, write(sealed.parent / "scores", NOW.date(), scores(NOW.date())), NOW)
    assert is_new
    assert sealed.read_bytes() == whole + seal.line()


def test_a_seal_is_written_whole_or_not_at_all(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves the ledger as it was."""

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    before, file = sealed.read_bytes(), write(sealed.parent / "scores", NOW.date(), scores(NOW.date()))
    with monkeypatch.context() as patch:
        patch.setattr(ledger.os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            seal_day(sealed, file, NOW)
    assert sealed.read_bytes() == before
    assert seal_day(sealed, file, NOW)[1]


def _seal_many(home: Path, days: list[date]) -> None:
    for day in days:
        seal_day(home / "seals.jsonl", home / "scores" / f"{day}.parquet", NOW)


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Two processes, twelve days, each day sealed once, one chain."""
    days = [FIRST + timedelta(days=offset) for offset in range(12)]
    for day in days:
        write(tmp_path / "scores", day, scores(day))
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    writers = [context.Process(target=_seal_many, args=(tmp_path, order)) for order in (days, days[::-1])]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    chain = read_chain(tmp_path / "seals.jsonl")
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert chain.broken is None
    assert sorted(seal.day for seal in chain.seals) == days
