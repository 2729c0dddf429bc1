"""The operational store on SQLite and on PostgreSQL: one publication stands, readers see the old one or the new one, whole."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from hsched_adapters.settings import load_settings
from hsched_adapters.store.engine import open_engine, writing
from hsched_adapters.store.publishing import Publication, Published, ScoreStore, open_score_store
from hsched_adapters.store.schema import VERSION_TABLE, metadata, publications
from tests.audit_trails import Desk, write
from tests.fake_practice import settings_in

FIRST = {"publications", "scores", "feature_rows", "client_features", VERSION_TABLE}  # tables of the first step
pytestmark = pytest.mark.xdist_group("postgres")
DAY = date(2026, 3, 9)
NOW = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
START = datetime(2026, 3, 10, 15, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store' / 'operational.sqlite'}"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
def store(url: str) -> Iterator[ScoreStore]:
    opened = ScoreStore(url, "elm")
    yield opened
    opened.close()


def published(number: int, *, visits: int = 40, as_of_on: date = DAY) -> Publication:
    """A publication all of whose rows say its number."""
    bookings = [f"{booking:032}-0" for booking in range(visits)]
    keys = [{"booking_id": booking, "moment": "day_before"} for booking in bookings]
    scores = [
        {
            **key, "appointment_token": key["booking_id"][:32], "client_token": f"{place % 7:032}", "clinician_token": None,
            "starts_on": as_of_on + timedelta(days=1), "starts_at": START, "days_ahead": 1, "probability": number / 1000,
            "probability_no_show": None, "probability_late_cancel": None, "reasons": "", "rank_in_day": place + 1, "visits_in_day": visits,
            "model_name": "no_show__day_before", "model_version": str(number), "is_hindsight": False,
        }
        for place, key in enumerate(keys)
    ]  # fmt: skip
    features = [{**key, "scored_at": NOW, "inputs": {"client_visits": number, "modality": None}} for key in keys]
    clients = [{"client_token": f"{client:032}", "as_of": NOW, "inputs": {"client_visits": number}} for client in range(7)]
    return Publication(as_of_on, NOW, number, f"{number:064}", scores, features, clients)


def numbers(found: Published) -> set[int]:
    """Which publications the rows are of."""
    assert found.head is not None
    return (
        {int(found.head["seal_number"])}
        | {round(row["probability"] * 1000) for row in found.scores}
        | {row["inputs"]["client_visits"] for row in (*found.feature_rows, *found.client_features)}
    )


def test_an_empty_store_has_nothing(store: ScoreStore) -> None:
    """No failure: a practice's first day."""
    assert store.newest() == Published(None, [], [], [])
    assert store.heads() == []


def test_what_was_published_is_read_back(store: ScoreStore) -> None:
    """Values, empty ones and instants with their zone."""
    assert store.publish(published(1))
    found = store.newest()
    head = found.head or {}
    row = min(found.scores, key=lambda row: row["rank_in_day"])

    assert (head["as_of_on"], head["scores"], head["feature_rows"], head["clients"]) == (DAY, 40, 40, 7)
    assert (row["probability"], row["probability_no_show"], row["clinician_token"], row["model_version"]) == (0.001, None, None, "1")
    assert found.feature_rows[0]["inputs"] == {"client_visits": 1, "modality": None}
    assert {"practice", "publication"} <= row.keys()


def test_a_newer_day_replaces_everything_and_an_older_one_nothing(store: ScoreStore) -> None:
    """A backfill does not bring back the past; a day without visits empties the tables; heads stay."""
    assert store.publish(published(1))
    assert store.publish(published(2, visits=3, as_of_on=DAY + timedelta(days=1)))
    assert not store.publish(published(3))
    assert numbers(store.newest()) == {2}
    assert len(store.newest().scores) == 3

    assert store.publish(published(4, visits=0, as_of_on=DAY + timedelta(days=2)))
    assert (store.newest().scores, store.newest().feature_rows) == ([], [])
    assert store.heads() == [(1, f"{1:064}"), (2, f"{2:064}"), (4, f"{4:064}")]


def test_practices_do_not_see_each_other(store: ScoreStore, url: str) -> None:
    """One database, two practices."""
    other = ScoreStore(url, "oak")
    store.publish(published(1))
    other.publish(published(2, as_of_on=DAY - timedelta(days=9)))

    assert (numbers(store.newest()), numbers(other.newest())) == ({1}, {2})
    other.close()


def test_a_publication_that_fails_leaves_what_stood(store: ScoreStore) -> None:
    """The last row of the last table is broken: nothing of it is kept, and its values are in no message."""
    store.publish(published(1))
    broken = published(2)
    broken.client_features[-1]["client_token"] = None

    with pytest.raises(sa.exc.IntegrityError) as error:
        store.publish(broken)
    assert "000000-0" not in str(error.value)
    assert numbers(store.newest()) == {1}
    assert len(store.heads()) == 1


def test_readers_see_the_old_or_the_new_publication_and_never_a_mixture(store: ScoreStore, url: str) -> None:
    """Two readers read all tables over and over while forty publications or more replace each other."""
    store.publish(published(1))
    seen: set[int] = set()
    mixed: list[set[int]] = []
    done = threading.Event()

    begun = threading.Barrier(3)

    def read() -> None:
        reader = ScoreStore(url, "elm")
        begun.wait(60)
        while not done.is_set():
            found = reader.newest()
            complete = (len(found.scores), len(found.feature_rows), len(found.client_features)) == (40, 40, 7)
            if len(numbers(found)) != 1 or not complete:
                mixed.append(numbers(found))
            seen.update(numbers(found))
        reader.close()

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    begun.wait(60)
    number = 1
    while number < 42 or (len(seen) < 4 and number < 500):
        number += 1
        store.publish(published(number))
    done.set()
    for reader in readers:
        reader.join(60)

    assert mixed == []
    assert len(seen) > 3


def test_two_processes_opening_an_empty_store_migrate_it_once(url: str) -> None:
    """The second waits for the first."""
    failures: list[Exception] = []

    def opened() -> None:
        try:
            open_engine(url).dispose()
        except Exception as error:
            failures.append(error)

    openers = [threading.Thread(target=opened) for _ in range(4)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(60)
    assert failures == []


def test_the_migrations_make_the_tables_the_code_describes(url: str) -> None:
    """Alembic finds no difference, and keeps its version beside others' in a table of its own."""
    engine = open_engine(url)
    with writing(engine) as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        differences = compare_metadata(context, metadata)
        assert sa.inspect(connection).has_table(VERSION_TABLE)
        assert not sa.inspect(connection).has_table("alembic_version")
    engine.dispose()

    assert differences == []


def test_a_store_from_before_the_audit_trail_is_brought_up_to_date(url: str, tmp_path: Path) -> None:
    """Its publications stay, and the trail's table comes with its guards."""
    opened = ScoreStore(url, "elm")
    opened.publish(published(1))
    opened.close()
    owner = sa.create_engine(url)
    with owner.begin() as connection:
        for table in metadata.tables.keys() - FIRST:
            connection.exec_driver_sql(f"DROP TABLE {table}")
        if owner.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP FUNCTION audit_refuse, audit_check_next")
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '0001'")
    owner.dispose()

    again = ScoreStore(url, "elm")
    assert numbers(again.newest()) == {1}
    again.close()
    trail = Desk(url, tmp_path).open()
    write(trail, 1, 2)
    trail.close()
    with pytest.raises(sa.exc.DBAPIError, match="never changed or removed"), sa.create_engine(url).begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit")


def test_no_column_can_name_a_person() -> None:
    """Tokens, instants, numbers, words of a model: whoever adds a column must say here that it is one of them."""
    known = {
        "id", "practice", "as_of_on", "published_at", "scores", "feature_rows", "clients", "seal_number", "seal", "booking_id", "moment",
        "publication", "appointment_token", "client_token", "clinician_token", "starts_on", "starts_at", "days_ahead", "probability",
        "probability_no_show", "probability_late_cancel", "reasons", "rank_in_day", "visits_in_day", "model_name", "model_version",
        # The inbox's: `message` and `body_digest` are keyed codes, `body` is encrypted, `connection` and `reason` are words.
        "connection", "message", "body_digest", "received_at", "due_at", "attempts", "strikes", "about", "changed_at", "reason",
        "is_hindsight", "scored_at", "inputs", "as_of",
        "seq", "at", "actor", "kind", "subject", "body", "kid", "prev", "mac", "hash",  # the audit trail's: bodies.py refuses names
        # The path's: pseudonyms, words and instants. `document` holds a proposal's reasons too: identified, and for people only.
        "use_case", "state", "is_open", "version", "since", "hold_clinician", "hold_client", "hold_from", "hold_until", "document",
        "case_id", "place", "approved_by", "action_digest", "order_reference", "is_from_offer", "client", "channel", "phase", "is_stopped",
        "number", "reference",
        "asked_at", "address",  # calls and deliveries: an instant, and a keyed code of a number
        "arm", "purpose",  # draws of a holdout, contacts: words of the program
        "appointment",  # standbys: a pseudonym
        "opening", "clinician", "sent_at", "ends_at", "is_unfinished",  # offers and openings: pseudonyms and instants
            "visit", "confirmed_at",  # replies: a pseudonym and an instant; their `body` is encrypted
        # API clients and what they were told: names and words of programs, a hash, instants, probabilities.
        "name", "token_hash", "scopes", "made_at", "made_by", "revoked_at", "batch", "asked_by", "features_from", "is_flagged",
        "login", "way", "started_at", "seen_at", "is_proved",  # sign-ins: staff, who are named by law; a word; instants
        "vouched_subject", "vouched_session",  # hashes of a provider's names for staff and for their sessions there
        "credential", "uses", "added_at",  # passkeys: public keys
        "expires_at",  # links of messages: an instant; their `id` is the hash of a secret
    }  # fmt: skip

    assert {column.name for table in metadata.tables.values() for column in table.columns} == known


def test_the_store_is_where_the_settings_say(tmp_path: Path) -> None:
    """A SQLite file in the practice's folder, or the address of the environment."""
    opened = open_score_store(settings_in(tmp_path))
    opened.close()

    assert (tmp_path / "store" / "operational.sqlite").stat().st_mode & 0o777 == 0o600
    chosen = load_settings({"HSCHED_HOME": str(tmp_path), "HSCHED_STORE": "postgresql+psycopg2://db/hsched"})
    assert chosen.store_url == "postgresql+psycopg2://db/hsched"
    assert publications.name == "publications"
