"""The vault: random pseudonyms, found again, resolved only with a trace."""

import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hsched_adapters.clock import FixedClock
from hsched_adapters.keys import Keyring
from hsched_adapters.vault import SqliteVault
from hsched_core.domain.errors import SafeError

CLOCK = FixedClock(datetime(2026, 3, 10, 12, tzinfo=UTC))
IDS = [f"client-{number}" for number in range(2500)]


def opened(home: Path, practice: str = "north", purpose: str = "graph") -> SqliteVault:
    return SqliteVault(home / "vault.sqlite", practice, Keyring(home / "keys", practice), CLOCK, purpose=purpose)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[SqliteVault]:
    vault = opened(tmp_path)
    yield vault
    vault.close()


def test_an_identifier_keeps_its_pseudonym(vault: SqliteVault, tmp_path: Path) -> None:
    """In one call, in the next, and in another process."""
    first = vault.pseudonyms("client", IDS)
    again = opened(tmp_path)

    assert vault.pseudonyms("client", [*IDS, *IDS]) == first
    assert again.pseudonyms("client", IDS) == first
    assert len(set(first.values())) == len(IDS)
    again.close()


def test_a_pseudonym_is_128_random_bits_in_hex(vault: SqliteVault) -> None:
    """Every bit is drawn: over 2,500 of them each one is set about half of the time (7 standard deviations allowed)."""
    pseudonyms = list(vault.pseudonyms("client", IDS).values())
    numbers = [int(pseudonym, 16) for pseudonym in pseudonyms]

    assert {len(pseudonym) for pseudonym in pseudonyms} == {32}
    assert all(1075 < sum(number >> bit & 1 for number in numbers) < 1425 for bit in range(128))


def test_two_vaults_with_the_same_keys_draw_differently(tmp_path: Path) -> None:
    """A pseudonym computed from an identifier would come out the same; a drawn one does not."""
    keyring = Keyring(tmp_path / "keys", "north")
    one, two = (SqliteVault(tmp_path / name, "north", keyring, CLOCK) for name in ("one.sqlite", "two.sqlite"))

    assert not set(one.pseudonyms("client", IDS).values()) & set(two.pseudonyms("client", IDS).values())
    one.close()
    two.close()


def test_kinds_purposes_and_practices_cannot_be_joined(tmp_path: Path) -> None:
    """The same text under another kind, for another purpose or practice is another pseudonym."""
    graph, export, south = opened(tmp_path), opened(tmp_path, purpose="export"), opened(tmp_path, practice="south")
    found = [
        graph.pseudonyms("client", ["7"])["7"],
        graph.pseudonyms("clinician", ["7"])["7"],
        export.pseudonyms("client", ["7"])["7"],
        south.pseudonyms("client", ["7"])["7"],
    ]

    assert len(set(found)) == 4
    for vault in (graph, export, south):
        vault.close()


def test_nothing_asked_is_nothing_given(vault: SqliteVault) -> None:
    """No identifiers, no statement."""
    assert vault.pseudonyms("client", []) == {}


def test_outer_blanks_and_accents_do_not_split_a_person(vault: SqliteVault) -> None:
    """One identifier, written in two ways of Unicode, is one."""
    composed, decomposed = "Jos\u00e9", "Jose\u0301"

    found = vault.pseudonyms("client", [composed, decomposed, f" {composed} "])

    assert len(set(found.values())) == 1


def test_resolving_is_written_down(vault: SqliteVault, tmp_path: Path) -> None:
    """Who, why, when, and whether there was anything; never the identifier."""
    pseudonym = vault.pseudonyms("client", ["client-7"])["client-7"]

    assert vault.resolve("client", pseudonym, actor="front desk", reason="call list") == "client-7"
    with pytest.raises(SafeError, match="unknown_pseudonym"):
        vault.resolve("clinician", pseudonym, actor="front desk", reason="wrong kind")

    assert accesses(tmp_path) == [
        ("2026-03-10T12:00:00+00:00", "front desk", "call list", "client", pseudonym, 1),
        ("2026-03-10T12:00:00+00:00", "front desk", "wrong kind", "clinician", pseudonym, 0),
    ]


def test_finding_makes_nothing_and_is_written_down(vault: SqliteVault, tmp_path: Path) -> None:
    """What the EHR calls somebody leads to the pseudonym they have; who has none gets none."""
    pseudonym = vault.pseudonyms("client", ["client-7"])["client-7"]

    assert vault.find("client", " client-7 ", actor="front desk", reason="desk") == pseudonym
    assert vault.find("client", "client-8", actor="front desk", reason="desk") is None
    assert vault.find("appointment", "client-7", actor="front desk", reason="desk") is None
    with pytest.raises(SafeError, match="access_without_actor_or_reason"):
        vault.find("client", "client-7", actor=" ", reason="desk")
    assert [line[3:] for line in accesses(tmp_path)] == [("client", pseudonym, 1), ("client", "", 0), ("appointment", "", 0)]


@pytest.mark.parametrize(("actor", "reason"), [("", "x"), ("x", " ")])
def test_nobody_resolves_without_a_name_and_a_reason(vault: SqliteVault, tmp_path: Path, actor: str, reason: str) -> None:
    """Refused before anything is looked up."""
    pseudonym = vault.pseudonyms("client", ["client-7"])["client-7"]

    with pytest.raises(SafeError, match="access_without_actor_or_reason"):
        vault.resolve("client", pseudonym, actor=actor, reason=reason)
    assert accesses(tmp_path) == []


def test_a_swapped_entry_does_not_resolve_to_somebody_else(vault: SqliteVault, tmp_path: Path) -> None:
    """The sealed identifier is bound to its pseudonym."""
    found = vault.pseudonyms("client", ["a-person", "b-person"])
    connection = sqlite3.connect(tmp_path / "vault.sqlite")
    sealed = dict(connection.execute("SELECT pseudonym, identifier_sealed FROM vault").fetchall())
    connection.execute("UPDATE vault SET identifier_sealed = ? WHERE pseudonym = ?", (sealed[found["b-person"]], found["a-person"]))
    connection.commit()
    connection.close()

    with pytest.raises(SafeError, match="tampered_or_moved"):
        vault.resolve("client", found["a-person"], actor="x", reason="y")


def test_identifiers_stand_nowhere_in_the_files(vault: SqliteVault, tmp_path: Path) -> None:
    """Neither in the database nor in its log; and the files are their owner's."""
    vault.pseudonyms("client", IDS)
    files = list(tmp_path.glob("vault.sqlite*"))

    assert len(files) >= 2
    assert all(b"client-1" not in path.read_bytes() for path in files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_writers_at_once_agree(tmp_path: Path) -> None:
    """Partitions of a backfill meet the same people at the same time: one pseudonym each, no error."""
    vaults = [opened(tmp_path) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda vault: dict(vault.pseudonyms("client", IDS)), vaults))

    assert all(answer == answers[0] for answer in answers)
    for vault in vaults:
        vault.close()


def accesses(home: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(home / "vault.sqlite")
    rows = connection.execute("SELECT at, actor, reason, kind, pseudonym, found FROM access_log ORDER BY id").fetchall()
    connection.close()
    return rows
