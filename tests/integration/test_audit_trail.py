"""Writing the trail, on SQLite and on PostgreSQL: with the state or not at all, without gaps, by many at once, through crashes."""

import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from hsched_adapters.clock import FixedClock
from hsched_adapters.store import engine as store_engine
from hsched_adapters.store.audit import trail as audit_trail
from hsched_adapters.store.audit.rows import read_records
from hsched_adapters.store.audit.trail import AuditTrail, Pace
from hsched_adapters.store.audit.verify import verify
from hsched_adapters.store.engine import open_engine, reading
from hsched_adapters.store.schema import publications
from hsched_core.domain.errors import SafeError, UserError
from tests.audit_trails import NOW, PRACTICE, Desk, entry, write

pytestmark = pytest.mark.xdist_group("postgres")
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """An empty store of either kind, with keys and a place for checkpoints."""
    if request.param == "sqlite":
        return Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    return Desk(str(request.getfixturevalue("postgres_url")), tmp_path)


@pytest.fixture
def trail(desk: Desk) -> Iterator[AuditTrail]:
    opened = desk.open()
    yield opened
    opened.close()


def state(number: int) -> sa.Insert:
    """Some state that belongs to an entry."""
    values = {"practice": PRACTICE, "as_of_on": NOW.date(), "published_at": NOW, "scores": 0, "feature_rows": 0, "clients": 0}
    return publications.insert().values(**values, seal_number=number, seal="0" * 64)


def states(desk: Desk) -> list[int]:
    engine = open_engine(desk.url)
    with reading(engine) as connection:
        found = list(connection.execute(sa.select(publications.c.seal_number).order_by(publications.c.seal_number)).scalars())
    engine.dispose()
    return found


def test_state_and_entries_are_kept_together(desk: Desk, trail: AuditTrail) -> None:
    """Entries named at the start come before those recorded on the way."""
    with trail.writing(entry(1)) as recording:
        recording.connection.execute(state(1))
        recording.record(entry(2), entry(3))

    assert states(desk) == [1]
    assert [record.subject.decode()[-1] for record in desk.records()] == ["1", "2", "3"]
    assert desk.verdict(secrets=desk.keys.secret_of).broken is None


def test_an_exception_undoes_both(desk: Desk, trail: AuditTrail) -> None:
    """Neither state nor entry is left, and the next entry has the next number."""

    def fail() -> None:
        with trail.writing(entry(1)) as recording:
            recording.connection.execute(state(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    write(trail, 2, 2)

    assert states(desk) == []
    assert [(record.seq, record.subject[-1:]) for record in desk.records()] == [(1, b"2")]


def test_state_without_an_entry_is_undone(desk: Desk, trail: AuditTrail) -> None:
    """There is no way to change state and record nothing."""
    with pytest.raises(SafeError, match="state_without_audit_entry"), trail.writing() as recording:
        recording.connection.execute(state(1))

    assert (states(desk), desk.records()) == ([], [])


def test_a_look_needs_no_entry(desk: Desk, trail: AuditTrail) -> None:
    """A transaction that only reads, and reads what cannot change meanwhile, records nothing."""
    with trail.writing() as recording:
        assert recording.connection.execute(sa.select(publications.c.id)).all() == []

    assert desk.records() == []


def test_an_entry_that_may_not_be_kept_undoes_its_transaction(desk: Desk, trail: AuditTrail) -> None:
    """A name in a body: refused, without repeating it."""
    named = replace(entry(1), body={"note": "Ottoline"})

    def name_a_client() -> None:
        with trail.writing() as recording:
            recording.connection.execute(state(1))
            recording.record(named)

    with pytest.raises(SafeError, match="field note") as refused:
        name_a_client()

    assert "Ottoline" not in str(refused.value)
    assert (states(desk), desk.records()) == ([], [])


def test_many_writers_leave_no_gap_and_no_fork(desk: Desk) -> None:
    """Six at once, each with connections of its own, every fifth transaction failing: numbers 1 to n, each after the one before."""
    failures: list[BaseException] = []

    def run(writer: int) -> None:
        own = desk.open(Pace(7, 10**9))
        try:
            for turn in range(10):
                number = 100 * writer + turn
                try:
                    with own.writing(entry(number)) as recording:
                        recording.connection.execute(state(number))
                        if turn % 5 == 4:
                            raise InterruptedError
                except InterruptedError:
                    continue
        except BaseException as failure:
            failures.append(failure)
        finally:
            own.close()

    desk.open().close()
    writers = [threading.Thread(target=run, args=(writer,)) for writer in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    records = desk.records()

    assert failures == []
    assert [record.seq for record in records] == list(range(1, 49))
    assert sorted(int(record.subject[-32:], 16) for record in records) == states(desk)
    verdict = desk.verdict(secrets=desk.keys.secret_of)
    assert verdict.broken is None
    assert verdict.anchored > 0


def test_a_twin_that_does_not_queue_collides(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All write after the same entry: one is kept, the others are refused by the table itself, and are lost to their callers."""
    desk = Desk(postgres_url, tmp_path)
    desk.open().close()
    monkeypatch.setattr(audit_trail, "OPENING", replace(audit_trail.OPENING, lock=""))
    together = threading.Barrier(4)
    refused: list[str] = []

    def run(writer: int) -> None:
        hasty = AuditTrail(open_engine(desk.url), PRACTICE, desk.keys, desk.anchors, FixedClock(NOW))
        try:
            with hasty.writing(entry(writer)):
                together.wait(60)
        except sa.exc.SQLAlchemyError as failure:
            refused.append(type(failure).__name__)
        hasty.close()

    writers = [threading.Thread(target=run, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert len(refused) > 0
    assert len(desk.records()) == 4 - len(refused)
    assert desk.verdict().broken is None


def test_what_changed_nothing_is_undone_without_an_entry(desk: Desk, trail: AuditTrail) -> None:
    with trail.writing() as recording:
        recording.connection.execute(state(1))
        recording.idle()

    assert states(desk) == []
    assert desk.records() == []


def test_a_connection_that_died_while_nobody_used_it_is_replaced(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(postgres_url, tmp_path)
    trail, other = desk.open(), sa.create_engine(postgres_url)
    write(trail, 1, 1)
    with other.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    monkeypatch.setattr(store_engine, "FRESH_SECONDS", 0.0)

    write(trail, 2, 2)

    assert len(desk.records()) == 2
    trail.close()
    other.dispose()


KILLED = """
    import os, signal, sys
    from pathlib import Path
    import sqlalchemy as sa
    from hsched_adapters.store.engine import writing
    from tests.audit_trails import Desk, entry
    from tests.integration.test_audit_trail import state

    url, folder, moment = sys.argv[1:]
    trail = Desk(url, Path(folder)).open()

    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    def die_after_the_entry(_connection, _cursor, statement, *_):
        if statement.startswith("INSERT INTO audit"):
            die()

    if moment == "apart":
        with writing(trail._engine) as connection:
            connection.execute(state(2))
        die()
    if moment == "before_commit":
        sa.event.listen(trail._engine, "after_cursor_execute", die_after_the_entry)
    with trail.writing(entry(2)) as recording:
        recording.connection.execute(state(2))
        if moment == "before_entry":
            die()
"""


def killed(desk: Desk, moment: str) -> None:
    """Run a writer of its own process that is killed at that moment."""
    program = [sys.executable, "-c", textwrap.dedent(KILLED), desk.url, str(desk.folder), moment]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == -9, result.stderr


@pytest.mark.parametrize("moment", ["before_entry", "before_commit"])
def test_a_crash_leaves_neither_state_nor_entry(desk: Desk, trail: AuditTrail, moment: str) -> None:
    """Killed with the state written, and with state and entry written, before they were committed."""
    with trail.writing(entry(1)) as recording:
        recording.connection.execute(state(1))
    killed(desk, moment)
    write(trail, 3, 3)

    assert states(desk) == [1]
    assert [record.subject[-1:] for record in desk.records()] == [b"1", b"3"]
    assert desk.verdict(secrets=desk.keys.secret_of).broken is None


def test_a_twin_that_keeps_them_apart_leaves_state_without_entry(desk: Desk, trail: AuditTrail) -> None:
    """State committed first, entry afterwards, and a crash between."""
    killed(desk, "apart")

    assert (states(desk), desk.records()) == ([2], [])


def test_checkpoints_come_at_their_pace(desk: Desk) -> None:
    """With a process's first transaction, then after so many entries."""
    trail = desk.open(Pace(3, 10**9))
    write(trail, 1, 8)
    trail.close()

    assert [one.entries for one in desk.known()] == [1, 4, 7]


def test_nothing_is_signed_after_the_trail_was_tampered_with(desk: Desk, trail: AuditTrail) -> None:
    """Entries since the last checkpoint were forged by who can write the table and has no key; writing goes on, and it shows."""
    write(trail, 1, 3)
    with disarmed(desk.url) as connection:
        connection.exec_driver_sql("UPDATE audit SET actor = 'person:nobody' WHERE seq = 2")
        keep(connection)

    with pytest.raises(UserError, match="entry 2: edited"):
        trail.anchor()
    forced = AuditTrail(open_engine(desk.url), PRACTICE, desk.keys, desk.anchors, trail._clock, Pace(1, 0))
    write(forced, 4, 4)

    assert (trail.lag().entries, forced.lag().failure) == (3, "UserError")
    assert trail.lag().since == datetime(2026, 3, 9, 14, 30, 2, tzinfo=UTC)
    assert [one.entries for one in desk.known()] == [1]
    forced.close()


def test_nothing_is_signed_after_a_rollback(desk: Desk, trail: AuditTrail) -> None:
    """The database forgot what a checkpoint remembers: no smaller or different one is signed over it."""
    write(trail, 1, 3)
    trail.anchor()
    with disarmed(desk.url) as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE seq > 1")
        keep(connection)

    with pytest.raises(UserError, match="entry 3: not what the checkpoint"):
        trail.anchor()
    write(trail, 4, 5)
    with pytest.raises(UserError, match="entry 3: not what the checkpoint"):
        trail.anchor()
    assert str(desk.verdict().broken).startswith("entries 2 to 3: rewritten")


@contextmanager
def disarmed(url: str) -> Iterator[sa.Connection]:
    """A transaction of the database's owner, who switches the guards off. It is undone at the end unless it is committed by hand."""
    by_hand = {"isolation_level": "AUTOCOMMIT"} if url.startswith("sqlite") else {}  # its driver begins nothing before DDL
    engine = sa.create_engine(url, **by_hand)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN" if by_hand else "SELECT 1")
        for statement in disarming(connection):
            connection.exec_driver_sql(statement)
        yield connection
        connection.exec_driver_sql("ROLLBACK")
    engine.dispose()


def keep(connection: sa.Connection) -> None:
    """Commit, and begin again: the context's end undoes what follows."""
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("BEGIN")


def disarming(connection: sa.Connection) -> list[str]:
    if connection.dialect.name != "sqlite":
        return ["ALTER TABLE audit DISABLE TRIGGER USER"]
    names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'").scalars()
    return [f"DROP TRIGGER {name}" for name in names]


TAMPERED = [
    ("UPDATE audit SET at = '2026-03-09T14:30:09.000000+00:00' WHERE seq = 4", 4),
    ("UPDATE audit SET kid = 'audit-codes-2' WHERE seq = 5", 5),
    ("UPDATE audit SET subject = 'proposal:0' WHERE seq = 1", 1),
    ("UPDATE audit SET practice = 'oak' WHERE seq = 3", 3),
    ("UPDATE audit SET body = prev WHERE seq = 6", 6),
    ("UPDATE audit SET mac = hash WHERE seq = 6", 6),
    ("UPDATE audit SET hash = prev WHERE seq = 6", 6),
    ("UPDATE audit SET prev = hash WHERE seq = 2", 2),
    ("UPDATE audit SET seq = 9 WHERE seq = 3", 3),
    ("DELETE FROM audit WHERE seq = 2", 2),
    ("DELETE FROM audit WHERE seq > 4", 5),
    ("DELETE FROM audit", 1),
    ("INSERT INTO audit SELECT practice, 7, at, actor, kind, subject, body, kid, prev, mac, hash FROM audit WHERE seq = 6", 7),
]


def test_what_the_owner_changes_is_found_in_the_database(desk: Desk, trail: AuditTrail) -> None:
    """Read back from the very table; each change is undone before the next."""
    write(trail, 1, 6)
    trail.anchor()
    assert desk.verdict().broken is None
    for statement, first in TAMPERED:
        with disarmed(desk.url) as connection:
            connection.exec_driver_sql(statement)
            broken = verify(PRACTICE, read_records(connection, PRACTICE), desk.known()).broken
        assert (statement, broken and broken.first) == (statement, first)
    assert desk.verdict().broken is None


def test_text_that_is_no_text_any_more_is_found(tmp_path: Path) -> None:
    """SQLite keeps any bytes in a text column; the verifier reads bytes."""
    desk = Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    trail = desk.open()
    write(trail, 1, 3)
    trail.close()
    with disarmed(desk.url) as connection:
        connection.exec_driver_sql("UPDATE audit SET actor = CAST(x'ff00fe' AS TEXT) WHERE seq = 2")
        broken = verify(PRACTICE, read_records(connection, PRACTICE), desk.known()).broken

    assert str(broken) == "entry 2: edited: its content is not what its hash says"


def test_only_three_modules_write_the_store() -> None:
    """Scores, which keep seals of their own, the trail, and sign-ins' signs of life, which decide nothing. Others record it."""
    users = [
        path.relative_to(ROOT).as_posix()
        for package in ROOT.glob("hsched_*")
        for path in package.rglob("*.py")
        if "store.engine import" in path.read_text() and "writing" in path.read_text()
    ]

    assert sorted(users) == [
        "hsched_adapters/store/audit/trail.py",
        "hsched_adapters/store/publishing.py",
        "hsched_adapters/store/sign_ins.py",
    ]
