"""Statements that go straight to SQLite's driver: the same rows, values and errors as through SQLAlchemy, on both databases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hsched_adapters.store.engine import open_engine, writing
from hsched_adapters.store.schema import api_clients
from hsched_adapters.store.straight import Straight

INSERT = Straight(api_clients.insert().values({column.name: sa.bindparam(column.name) for column in api_clients.c}))
NAMES = Straight(sa.select(api_clients.c.name).where(api_clients.c.practice == sa.bindparam("whose")).order_by(api_clients.c.name))
MADE = datetime(2026, 3, 4, 10, tzinfo=UTC)


def client(name: str) -> dict[str, Any]:
    made = {"made_at": MADE + timedelta(hours=1), "made_by": "admin", "revoked_at": None}
    return {"practice": "elm", "name": name, "token_hash": "0" * 64, "scopes": "predict", **made}


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    return open_engine(f"sqlite:///{tmp_path / 'store.sqlite'}")


@pytest.mark.parametrize("is_listened_to", [False, True])
def test_rows_are_what_sqlalchemy_would_have_written(engine: sa.Engine, is_listened_to: bool) -> None:
    """One and several; instants keep their zone; who listens to statements hears of them."""
    heard: list[str] = []
    if is_listened_to:
        sa.event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: heard.append(statement.split()[0]))
    with writing(engine) as connection:
        INSERT.run(connection, client("c"))
        INSERT.run(connection, client("a"), client("b"))
        names = NAMES.run(connection, {"whose": "elm"})
    with engine.connect() as connection:
        stored = connection.execute(sa.select(api_clients).where(api_clients.c.name == "b")).mappings().one()

    assert [name for (name,) in names] == ["a", "b", "c"]
    assert dict(stored) == client("b")
    assert heard.count("INSERT") == (2 if is_listened_to else 0)


def test_an_error_is_sqlalchemys_and_says_no_value(engine: sa.Engine) -> None:
    """As everywhere: what catches the store's errors catches this one, and it holds no row."""
    with pytest.raises(sa.exc.IntegrityError) as failed, writing(engine) as connection:
        INSERT.run(connection, client("xqdabebi"), client("xqdabebi"))

    assert "xqdabebi" not in str(failed.value)
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(api_clients)).scalar() == 0
