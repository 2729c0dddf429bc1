"""What no request should wait for: checkpoints and SQLite's log are moved to a thread of the service; keys are read when they change."""

import threading
import time
from pathlib import Path

import pytest

from hsched_adapters.keys import Keyring
from hsched_adapters.store.audit.trail import AuditTrail, Pace
from hsched_core.domain.errors import SafeError
from hsched_service.operations.upkeep import Upkeep
from tests.audit_trails import Desk, entry

PATIENCE_SECONDS = 10.0


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)


def anchoring_threads(trail: AuditTrail, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the threads that make checkpoints from now on."""
    names: list[str] = []
    made = trail.anchor

    def noted() -> object:
        names.append(threading.current_thread().name)
        return made()

    monkeypatch.setattr(trail, "anchor", noted)
    return names


def test_a_checkpoint_that_is_due_is_made_by_the_upkeep(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who writes makes none; when the upkeep ends, none is owed; from then on who writes makes them again."""
    trail = desk.open(Pace(2, 10**9))
    names = anchoring_threads(trail, monkeypatch)
    upkeep = Upkeep(trail, every_seconds=0.02)
    upkeep.start()
    for number in range(1, 5):
        with trail.writing(entry(number)):
            pass
    until = time.monotonic() + PATIENCE_SECONDS
    while trail.lag().entries and time.monotonic() < until:
        time.sleep(0.01)
    during = trail.lag().entries
    for number in (5, 6):
        with trail.writing(entry(number)):
            pass
    upkeep.stop()
    ended = trail.lag().entries
    for number in (7, 8):
        with trail.writing(entry(number)):
            pass

    assert (during, ended, trail.lag().entries) == (0, 0, 0)
    assert set(names[:-1]) == {"upkeep"}
    assert names[-1] == threading.current_thread().name
    assert desk.verdict(secrets=desk.keys.secret_of).unanchored == 0
    trail.close()


def test_a_checkpoint_that_fails_hinders_nobody_and_shows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread goes on; the next one that is due is made."""
    trail = desk.open(Pace(1, 10**9))
    upkeep = Upkeep(trail, every_seconds=10**6)
    trail.anchors_elsewhere(upkeep._hand_over)
    with monkeypatch.context() as patch:
        patch.setattr(trail, "anchor", lambda: (_ for _ in ()).throw(OSError("no space")))
        with trail.writing(entry(1)):
            pass
        upkeep._round()
        failure = trail.lag().failure
    with trail.writing(entry(2)):
        pass
    upkeep._round()

    assert failure == "OSError"
    assert (trail.lag().entries, trail.lag().failure) == (0, None)
    trail.close()


def test_sqlites_log_is_moved_along(desk: Desk) -> None:
    """The write-ahead log's pages are in the database after a round; commits stay as durable as they were."""
    trail = desk.open()
    for number in range(1, 30):
        with trail.writing(entry(number)):
            pass
    trail.tidy()
    with trail.reading() as connection:
        modes = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "wal_autocheckpoint")]
        busy, pages, moved = connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()

    assert modes == ["wal", 2, 4000]  # 2: FULL
    assert (busy, moved) == (0, pages)
    trail.close()


def test_the_file_of_keys_is_read_when_it_is_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that another process adds is used at once; nothing is read for a key that is known."""
    ring, other = Keyring(tmp_path / "keys", "elm"), Keyring(tmp_path / "keys", "elm")
    first = ring.active("audit-codes")
    ring.active("audit-codes")
    read: list[str] = []
    plain = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or plain(path))
    for _ in range(50):
        assert ring.active("audit-codes") == first
    assert read == []

    second = other.rotate("audit-codes")
    assert ring.active("audit-codes") == second
    assert ring.every("audit-codes") == [first, second]


def test_keys_that_do_not_open_any_more_are_noticed(tmp_path: Path) -> None:
    """Although they were opened before: who asks whether they can be read asks the files."""
    ring = Keyring(tmp_path / "keys", "elm")
    ring.active("audit-codes")
    ring.prove("audit-codes")
    (tmp_path / "keys" / "key-encryption.key").write_bytes(b"A" * 43 + b"=")

    with pytest.raises(SafeError, match="key_does_not_open"):
        ring.prove("audit-codes")
