"""API clients and the access log of predictions, on SQLite and on PostgreSQL: the trail proves every row."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hsched_adapters.store.api_clients import SqlApiClients
from hsched_adapters.store.engine import open_engine
from hsched_adapters.store.predictions import PredictionLog
from hsched_adapters.store.schema import api_clients
from hsched_core.domain.api_clients import ApiScope
from hsched_core.domain.errors import UserError
from hsched_core.domain.predictions import FeaturesFrom, Prediction
from tests.audit_trails import NOW, Desk

pytestmark = pytest.mark.xdist_group("postgres")


class Fixed:
    def now(self):
        return NOW


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    if request.param == "sqlite":
        return Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path)
    return Desk(str(request.getfixturevalue("postgres_url")), tmp_path)


def line(asked_by: str = "ehr", client: str | None = "c" * 32, risk: float = 0.1 + 0.2) -> Prediction:
    starts_at = NOW + timedelta(days=1)
    return Prediction(NOW, asked_by, client, None, starts_at, "day_before", "3", FeaturesFrom.STORED, risk, False)


def test_every_answer_is_a_row_that_the_trail_proves(desk: Desk) -> None:
    """One entry a commit and caller; a changed, a removed and an added row are found."""
    trail = desk.open()
    clients, log = SqlApiClients(trail, Fixed()), PredictionLog(trail)
    clients.add("ehr", frozenset({ApiScope.PREDICT}), "admin")
    clients.add("other", frozenset({ApiScope.PREDICT}), "admin")

    assert log.keep([[line(), line(client=None)], [line("other")], [line()]]) == [True, True, True]
    made = [record for record in desk.records() if record.kind == b"predictions.made"]
    assert sorted(record.actor for record in made) == [b"api-client:ehr", b"api-client:other"]
    assert (log.check().groups, log.check().rows, log.check().wrong) == (2, 4, ())
    assert desk.verdict(secrets=desk.keys.secret_of).broken is None

    for change in (
        "UPDATE predictions SET probability = 0.9 WHERE asked_by = 'other'",
        "DELETE FROM predictions WHERE asked_by = 'other'",
        "INSERT INTO predictions SELECT practice, 'd', place, at, asked_by, client, clinician, starts_at, moment, model_version, "
        "features_from, probability, is_flagged FROM predictions WHERE asked_by = 'ehr'",
    ):
        wrong = len(log.check().wrong)
        engine = open_engine(desk.url)
        with engine.begin() as connection:
            connection.execute(sa.text(change))
        engine.dispose()
        assert len(log.check().wrong) == max(1, wrong + change.startswith("INSERT"))
    trail.close()


def test_who_was_revoked_gets_nothing_written_down(desk: Desk) -> None:
    """Others of the same commit do."""
    trail = desk.open()
    clients, log = SqlApiClients(trail, Fixed()), PredictionLog(trail)
    clients.add("ehr", frozenset({ApiScope.PREDICT}), "admin")
    clients.add("gone", frozenset({ApiScope.PREDICT}), "admin")
    clients.revoke("gone", "admin")

    assert log.keep([[line("gone")], [line()], [line("never")]]) == [False, True, False]
    assert log.keep([[line("gone")]]) == [False]
    assert (log.check().groups, log.check().rows) == (1, 1)
    trail.close()


def test_a_token_is_nowhere_and_a_name_is_given_once(desk: Desk) -> None:
    """Only its hash is stored; names of revoked clients stay theirs; what is no name and no scope is refused."""
    trail = desk.open()
    clients = SqlApiClients(trail, Fixed())
    token = clients.add("ehr", frozenset({ApiScope.PREDICT}), "admin")
    clients.revoke("ehr", "admin")

    with trail.reading() as connection:
        rows = repr(connection.execute(sa.select(api_clients)).all())
    assert token not in rows + repr(desk.records())
    assert (clients.standing(), [one.name for one in clients.every()]) == ({}, ["ehr"])
    for name, scopes in (("ehr", {ApiScope.PREDICT}), ("Jane Doe", {ApiScope.PREDICT}), ("x", {ApiScope.PREDICT}), ("fresh", set())):
        with pytest.raises(UserError):
            clients.add(name, frozenset(scopes), "admin")
    with pytest.raises(UserError):
        clients.revoke("ehr", "admin")
    assert [record.kind for record in desk.records()] == [b"api_client.made", b"api_client.revoked"]
    trail.close()
