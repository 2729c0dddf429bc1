"""The trail is append-only in the database (SAFETY.md A3): what the program's access cannot do, layer by layer; what an owner can."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from hsched_adapters.store.engine import open_engine, reading, writing
from hsched_adapters.store.migrations.versions.r0002_audit import APPEND_ONLY, NOT_NEXT
from hsched_adapters.store.schema import audit
from tests.audit_trails import PRACTICE, Desk, write

pytestmark = pytest.mark.xdist_group("postgres")
ROOT = Path(__file__).parents[2]
COLUMNS = ", ".join(column.name for column in audit.columns)
OTHERS = "'nobody', kind, subject, body, kid, prev, mac, hash"
COPY = f"INSERT INTO audit ({COLUMNS}) SELECT practice, {{seq}}, at, {OTHERS} FROM audit WHERE seq = 2"
CHANGES = [
    "UPDATE audit SET actor = 'nobody'",
    "UPDATE audit SET actor = actor WHERE seq = 2",
    "DELETE FROM audit",
    "DELETE FROM audit WHERE seq = 3",
    COPY.format(seq=2),
    COPY.format(seq=5),
    COPY.format(seq=4),  # the next number, chained to another entry than the newest
    COPY.format(seq=2) + " ON CONFLICT (practice, seq) DO UPDATE SET actor = 'x'",
]
SQLITE = [
    COPY.format(seq=2).replace("INSERT", "INSERT OR REPLACE", 1),
    COPY.format(seq=2).replace("INSERT", "REPLACE", 1),
    "UPDATE OR REPLACE audit SET seq = 3 WHERE seq = 2",
    "DROP TRIGGER audit_no_update",
    "DROP TABLE audit",
    "ALTER TABLE audit RENAME TO elsewhere",
    "ALTER TABLE audit ADD COLUMN note TEXT",
    "CREATE TRIGGER more AFTER INSERT ON audit BEGIN SELECT 1; END",
    "CREATE TABLE more (id INTEGER)",
    "PRAGMA writable_schema = ON",
    "PRAGMA recursive_triggers = OFF",
    "PRAGMA synchronous = OFF",
    "ATTACH DATABASE ':memory:' AS elsewhere",
]
POSTGRESQL = [
    "TRUNCATE audit",
    "TRUNCATE audit CASCADE",
    "SET session_replication_role = replica",
    "ALTER TABLE audit DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_no_change ON audit",
    "DROP TABLE audit",
    "ALTER TABLE audit RENAME TO elsewhere",
    "ALTER TABLE audit ADD COLUMN note text",
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "DROP FUNCTION audit_refuse() CASCADE",
    "MERGE INTO audit USING (SELECT 2 AS seq) AS new ON audit.seq = new.seq WHEN MATCHED THEN UPDATE SET actor = 'x'",
    "COPY audit TO PROGRAM 'cat'",
    "UPDATE hsched_store_version SET version_num = '0001'",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A store of either kind with three entries."""
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = Desk(url, tmp_path)
    trail = made.open()
    write(trail, 1, 3)
    trail.anchor()
    trail.close()
    return made


@pytest.fixture
def access(desk: Desk) -> Iterator[sa.Engine]:
    """The program's own access: on PostgreSQL a role that deploy/grant-operational-store.sql lets in."""
    engine = open_engine(as_program(desk.url))
    yield engine
    engine.dispose()


def as_program(url: str) -> str:
    if url.startswith("sqlite"):
        return url
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        if connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = 'hsched_app'").first() is None:
            connection.exec_driver_sql("CREATE ROLE hsched_app LOGIN")
        connection.exec_driver_sql((ROOT / "deploy" / "grant-operational-store.sql").read_text())
    engine.dispose()
    return url.replace("postgres@", "hsched_app@")


def refused(engine: sa.Engine, statement: str) -> bool:
    """Whether the database would have none of it."""
    try:
        with writing(engine) as connection:
            connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError:
        return True
    return False


def test_the_program_cannot_change_what_it_wrote(desk: Desk, access: sa.Engine) -> None:
    """Nothing that was tried got through; the trail still holds, and the program can still append."""
    before = desk.records()
    tried = CHANGES + (SQLITE if desk.url.startswith("sqlite") else POSTGRESQL)

    assert [statement for statement in tried if not refused(access, statement)] == []
    assert desk.records() == before
    trail = Desk(as_program(desk.url), desk.folder).open()
    write(trail, 4, 4)
    trail.close()
    assert (desk.verdict().broken, desk.verdict().entries) == (None, 4)


def test_triggers_alone_refuse_changes(desk: Desk) -> None:
    """Without roles and without SQLite's authorizer: the owner's plain statements are refused too."""
    for statement in CHANGES:
        with pytest.raises(Exception, match=f"{APPEND_ONLY}|{NOT_NEXT}"), bare(desk.url) as connection:
            connection.exec_driver_sql(statement)
    assert desk.verdict().broken is None


def test_sqlites_replace_is_refused_by_each_of_two_layers(tmp_path: Path) -> None:
    """By the check of the next number alone, by recursive triggers alone; without both it rewrites the row."""
    desk = Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    trail = desk.open()
    write(trail, 1, 3)
    trail.close()
    replace = COPY.format(seq=2).replace("INSERT", "INSERT OR REPLACE", 1)
    outcomes = {}
    for has_check in (True, False):
        for is_recursive in (True, False):
            connection = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
            connection.execute(f"PRAGMA recursive_triggers = {is_recursive:d}")
            connection.execute("BEGIN")
            if not has_check:
                connection.execute("DROP TRIGGER audit_is_next")
            try:
                connection.execute(replace)
                outcomes[has_check, is_recursive] = connection.execute("SELECT actor FROM audit WHERE seq = 2").fetchone()[0]
            except sqlite3.IntegrityError:
                outcomes[has_check, is_recursive] = "refused"
            connection.close()  # undone

    assert outcomes == {(True, True): "refused", (True, False): "refused", (False, True): "refused", (False, False): "nobody"}


def test_replica_mode_does_not_switch_triggers_off(postgres_url: str, tmp_path: Path) -> None:
    """They fire always; a plain trigger beside them is what they would be otherwise."""
    desk = Desk(postgres_url, tmp_path)
    trail = desk.open()
    write(trail, 1, 3)
    trail.close()
    replica = "SET LOCAL session_replication_role = replica"
    for statement in ("UPDATE audit SET actor = 'nobody'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(sa.exc.DBAPIError, match=APPEND_ONLY), bare(postgres_url) as connection:
            connection.exec_driver_sql(f"{replica}; {statement}")
    with bare(postgres_url) as connection:
        connection.exec_driver_sql("ALTER TABLE audit ENABLE TRIGGER audit_no_change")
        connection.exec_driver_sql(replica)
        assert connection.exec_driver_sql("UPDATE audit SET actor = 'nobody'").rowcount == 3
        connection.rollback()


def test_an_owner_can_and_the_checkpoint_tells(desk: Desk) -> None:
    """Stated openly: who owns the database can switch everything off. The verifier, outside, sees what was done."""
    is_sqlite = desk.url.startswith("sqlite")
    with bare(desk.url) as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_delete" if is_sqlite else "ALTER TABLE audit DISABLE TRIGGER audit_no_change")
        connection.exec_driver_sql("DELETE FROM audit WHERE seq = 3")
        connection.commit()

    assert str(desk.verdict().broken).startswith("entry 3: missing: cut off or rolled back")


def bare(url: str) -> sa.Connection:
    """A connection past everything of ours, as the owner."""
    return sa.create_engine(url, poolclass=sa.pool.NullPool).connect()


def test_reading_sees_one_state(access: sa.Engine) -> None:
    """The program's access reads what stands."""
    with reading(access) as connection:
        found = connection.execute(sa.select(sa.func.count()).select_from(audit).where(audit.c.practice == PRACTICE)).scalar_one()

    assert found == 3
