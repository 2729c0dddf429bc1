"""The desk on SQL, on SQLite and on PostgreSQL: the whole life of an opening, races for it over HTTP, and the store's own clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hsched_adapters.clock import SystemClock
from hsched_adapters.store.audit.rows import read_entries
from hsched_adapters.store.engine import open_engine, reading
from hsched_adapters.store.offers import OfferRows
from hsched_adapters.store.path import SqlTransaction
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import SafeError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import OfferState
from hsched_core.domain.openings import UNASKED, OpeningState
from hsched_core.use_cases.waitlist import Mode
from hsched_core.workflow.offer_steps import OFFER, OPENING, footing_of_offer, footing_of_opening, replay
from hsched_core.workflow.waitlist import Standing
from tests.desk_world import CLIENTS, NOON, POLICY, SETTINGS, VISIT, DeskWorld, entry_of, on_sql, visit, waits
from tests.http_desk import app_of, at_once, post, serving, token_of
from tests.linearizability import is_linearizable
from tests.offer_histories import recorded
from tests.offer_races import MANY, Arena, arena, overlapping, race

pytestmark = pytest.mark.xdist_group("postgres")
PARALLEL = replace(SETTINGS, mode=Mode.PARALLEL, batch=3, near_batch=3)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    return f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def field(url: str, tmp_path: Path) -> Iterator[Arena]:
    with arena(url, tmp_path) as made:
        yield made
        made.holds()


def entries(url: str) -> list[AuditEntry]:
    engine = open_engine(url)
    with reading(engine) as connection:
        found = read_entries(connection, POLICY.practice)
    engine.dispose()
    return found


def test_an_opening_is_filled_and_the_trail_tells_it(url: str, tmp_path: Path) -> None:
    """Three offers, one yes, one kind word each for the others, the entry placed; the taker cancels, and it is open again."""
    with on_sql(url, tmp_path, settings=PARALLEL) as (world, trail):
        world.cancel()
        world.desk.advance()
        offers = {one.client: one.id for one in world.offers()}
        told = world.desk.accept(offers[CLIENTS[1]])
        world.desk.advance()
        assert told is not None
        assert (told.standing, world.state, world.booked()) == (Standing.BOOKED, OpeningState.FILLED, [CLIENTS[1]])
        assert sorted(world.told()) == [CLIENTS[0], CLIENTS[2]]
        assert world.kinds_of("update_waitlist_status") == [State.CONFIRMED]
        world.wait(hours=1)
        world.cancel(next(name for name, one in world.ehr.appointments_by_id.items() if one.takes_time))
        world.desk.advance()
        assert world.asked() == [*CLIENTS[:3], CLIENTS[0], CLIENTS[2]]

        with world.store.transaction() as tx:
            stored, record = {one.id: footing_of_offer(one) for one in tx.offers(VISIT)}, tx.opening(VISIT)
            histories = {one.client: one for one in tx.offer_histories()}
        assert replay(entries(url), OFFER) == stored
        assert record is not None
        assert replay(entries(url), OPENING) == {VISIT: footing_of_opening(record)}
        assert [(one.asked, one.last_accepted_at is not None) for one in map(histories.get, CLIENTS[:3]) if one] == [
            (2, False),
            (1, True),
            (2, False),
        ]
        assert trail.verdict(secrets=trail.keys.secret_of).broken is None


def test_why_nobody_got_an_opening_is_told_once_each_time(url: str, tmp_path: Path) -> None:
    """Nobody waits; later rounds add nothing. Then somebody waits, declines, and it is told anew."""
    with on_sql(url, tmp_path, clients=()) as (world, trail):
        world.cancel()
        for _ in range(3):
            world.desk.advance()
            world.wait(minutes=1)
        world.ehr.entries[entry_of(CLIENTS[0])] = waits(CLIENTS[0])
        world.desk.advance()
        world.desk.decline(world.offers()[0].id)
        for _ in range(3):
            world.wait(minutes=1)
            world.desk.advance()

        told = [[(group["reasons"], group["clients"]) for group in one.body["skipped"]] for one in entries(url) if one.kind == UNASKED]
        assert told == [[], [(["asked_already"], [CLIENTS[0]])]]
        assert trail.verdict(secrets=trail.keys.secret_of).broken is None


def test_practices_do_not_see_each_others_openings(url: str, tmp_path: Path) -> None:
    """One database, two practices."""
    with on_sql(url, tmp_path) as (world, _):
        world.cancel()
        world.desk.advance()
        with world.store._trail.writing() as recording:
            other = SqlTransaction(recording, "oak")
            assert (other.opening(VISIT), other.offers(VISIT), other.cases_about(VISIT), other.offer_histories()) == (None, [], [], [])
            assert (other.openings(*OpeningState, after=NOON), other.unfinished_offers()) == ([], [])


def test_who_moves_an_offer_or_an_opening_second_is_told(url: str, tmp_path: Path) -> None:
    """Compare-and-set by version; nothing of the second is stored."""
    with on_sql(url, tmp_path) as (world, _):
        world.cancel()
        world.desk.advance()
        (offer,), record, entry = world.offers(), world.opening(), AuditEntry(NOON, "person-desk", "offer.expired", VISIT, {})
        stale = replace(offer, state=OfferState.EXPIRED)
        for put, value in (("put_offer", stale), ("put_offer", replace(stale, version=3)), ("put_opening", replace(record, version=1))):
            with pytest.raises(SafeError, match="moved_meanwhile"), world.store.transaction() as tx:
                getattr(tx, put)(value, audit=entry)
        assert (world.offers(), world.opening()) == ([offer], record)


def test_many_yeses_to_one_link_are_one_booking(url: str, tmp_path: Path) -> None:
    """L1 over HTTP: the same client, sixteen times at once: every answer says yes, one booking is made."""
    with on_sql(url, tmp_path) as (world, _):
        world.cancel()
        world.desk.advance()
        app, opened = app_of(world, tmp_path)
        token = token_of(opened, world.offers()[0].id)
        with serving(app) as port:
            given = at_once([lambda: post(port, token)] * 16)

        assert given.keys() <= {200, 202}
        assert (sum(given.values()), world.booked()) == (16, [CLIENTS[0]])


def test_many_clients_who_say_yes_to_one_opening_have_one_winner(url: str, tmp_path: Path) -> None:
    """L1 over HTTP: sixteen offers, one booking, fifteen kind refusals, all of them still on the list."""
    crowd = replace(SETTINGS, mode=Mode.PARALLEL, batch=16, near_batch=16, most_offers=16)
    with on_sql(url, tmp_path, settings=crowd, clients=()) as (world, _):
        world.ehr.entries = {entry_of(one): replace(waits(one), entry=entry_of(one)) for one in MANY[:16]}
        for client in MANY[:16]:
            world._consents(client)
        world.cancel()
        world.desk.advance()
        app, opened = app_of(world, tmp_path)
        tokens = [token_of(opened, one.id) for one in world.offers()]
        world.ehr.shows = world.ehr.facts  # a list that is behind: the store alone decides
        with serving(app) as port:
            given = at_once([lambda token=token: post(port, token) for token in tokens])

        assert given == {200: 1, 409: 15}
        assert (len(world.booked()), len(world.ehr.entries)) == (1, 16)


def test_no_race_has_two_winners(field: Arena) -> None:
    """L1: two workers, two to eight clients, an EHR that would book them all; then with staff filling it in the same moment."""
    assert [race(field, MANY[:count]) for count in (2, 3, 8)] == [1] * 3
    assert [race(field, MANY[:count], by_staff=True) for count in (1, 4)] == [1] * 2


def test_overlapping_times_are_not_both_booked(field: Arena) -> None:
    """L2: openings of one clinician ten to forty minutes apart, accepted at once."""
    assert [overlapping(field, MANY[:3], (0, late, 2 * late)) for late in (10, 25, 40)] == [0] * 3


def test_without_the_hold_a_race_has_two_winners(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin of both: the store does not tell which times are held."""
    monkeypatch.setattr(SqlTransaction, "held", lambda *_: ())
    with arena(url, tmp_path) as field:
        assert race(field, MANY[:4]) > 1
        assert overlapping(field, MANY[:2], (0, 20)) > 0


class Skewed(SystemClock):
    """A server whose clock is off by two seconds, either way."""

    seconds = 2.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds)


@pytest.mark.parametrize("seconds", [2.0, -2.0])
def test_the_store_tells_the_time_where_servers_share_it(url: str, tmp_path: Path, seconds: float) -> None:
    """L6: PostgreSQL's clock counts, not the skewed server's. SQLite's file is on the server itself: its clock is the server's."""
    clock = Skewed()
    object.__setattr__(clock, "seconds", seconds)
    with on_sql(url, tmp_path) as (world, _), world.store.transaction() as tx:
        off = abs((tx.now(clock) - datetime.now(UTC)).total_seconds())
        fixed = tx.now(world)
    assert (off < 0.5) is url.startswith("postgresql")
    assert fixed == world.present


@pytest.mark.parametrize(("late", "told"), [(-0.001, Standing.BOOKED), (0, Standing.LATE), (0.001, Standing.LATE)])
@pytest.mark.parametrize("skew", [-2.0, 0.0, 2.0])
def test_an_offer_ends_by_the_stores_clock(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: float, told: Standing, skew: float
) -> None:
    """L6: a millisecond before, at and after, while the server's own clock is off by two seconds."""
    with on_sql(url, tmp_path) as (world, _):
        world.cancel()
        world.desk.advance()
        (offer,) = world.offers()
        at = offer.answer_by + timedelta(seconds=late)
        monkeypatch.setattr(OfferRows, "now", lambda *_: at)
        world.present = at + timedelta(seconds=skew)
        answer = world.desk.accept(offer.id)

    assert answer is not None
    assert (answer.standing, len(world.booked())) == (told, int(told is Standing.BOOKED))


def test_cases_from_before_learn_what_they_are_about(url: str, tmp_path: Path) -> None:
    """Migration 0005 on a store that has cases: each finds its subject in its document."""
    with on_sql(url, tmp_path) as (world, _):
        world.cancel()
        world.desk.advance()
        (case,) = world.cases()
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        service = ("client_links", "client_wishes", "predictions", "api_clients", "passkeys", "sign_ins")
        later = (*service, "standbys", "draws", "replies", "deliveries", "dead_ends", "call_tasks")
        for statement in (
            *(f"DROP TABLE {table}" for table in later),
            "ALTER TABLE contacts DROP COLUMN purpose",
            "DROP INDEX cases_about",
            "ALTER TABLE cases DROP COLUMN subject",
            "DROP TABLE offers",
            "DROP TABLE openings",
        ):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE hsched_store_version SET version_num = '0004'")
    engine.dispose()

    with on_sql(url, tmp_path) as (world, _):
        assert world.cases() == [case]


def test_staff_and_a_client_in_the_same_moment(url: str, tmp_path: Path) -> None:
    """The desk's own way: whoever the EHR took first has it, the other is told kindly, and the opening knows."""
    with on_sql(url, tmp_path) as (world, _):
        world.cancel()
        world.desk.advance()
        offer_id = world.offers()[0].id
        given = at_once([lambda: world.desk.accept(offer_id), lambda: world.ehr.book_if_free("ab" * 16, visit("77" * 16))])
        world.desk.advance()
        told = world.desk.look(offer_id)

    assert told is not None
    if given[True]:
        assert (told.standing, world.state, world.booked()) == (Standing.TAKEN, OpeningState.TAKEN, [])
    else:
        assert (told.standing, world.state, world.booked()) == (Standing.BOOKED, OpeningState.FILLED, [CLIENTS[0]])


def test_a_world_in_memory_is_the_same_world(tmp_path: Path) -> None:
    """The fake store of the other tests gives what SQL gives."""

    def story(world: DeskWorld) -> list[object]:
        world.cancel()
        world.desk.advance()
        world.desk.decline(world.offers()[0].id)
        world.wait(seconds=1)
        world.desk.advance()
        world.wait(minutes=31)
        world.desk.advance()
        world.desk.accept(world.offers()[2].id)
        world.desk.advance()
        return [world.state, world.ends(), world.asked(), world.booked(), [case.id for case in world.cases()]]

    with on_sql(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path) as (world, _):
        assert story(world) == story(DeskWorld())


def test_histories_could_have_happened_one_after_the_other(field: Arena) -> None:
    """L3: answers, expiry and staff at once, with clients who die: every answer fits one order of events."""
    histories = [recorded(field, seed) for seed in range(6)]

    assert [seed for seed, history in enumerate(histories) if not is_linearizable(history, 4)] == []
    assert sum(one.result is None for history in histories for one in history) > 0


def test_without_the_hold_a_history_is_impossible(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: two clients were told yes."""
    monkeypatch.setattr(SqlTransaction, "held", lambda *_: ())
    with arena(url, tmp_path) as field:
        assert not all(is_linearizable(recorded(field, seed, often=0), 4) for seed in range(6))
