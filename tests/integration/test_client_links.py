"""Links of messages and clients' wishes on SQLite and on PostgreSQL: kept by their hash, moved once, with their entries in the trail."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hsched_adapters.client_links import ClientLinks
from hsched_adapters.store.client_links import SqlClientLinkStore
from hsched_adapters.store.engine import open_engine, reading
from hsched_core.domain.client_links import About, Act, acted
from hsched_core.domain.contact import Channel, Wishes
from hsched_core.domain.errors import SafeError
from hsched_core.domain.replies import ReplyState
from hsched_core.workflow import link_trail as trail
from hsched_core.workflow.client_pages import ClientPages
from tests.audit_trails import Desk as TrailDesk
from tests.desk_world import TOMORROW
from tests.path_world import NOON
from tests.replies_world import CLIENT, VISIT, RepliesWorld, replies_world

pytestmark = pytest.mark.xdist_group("postgres")
AT_ONCE = 8


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    return f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def both(url: str, tmp_path: Path) -> Iterator[tuple[RepliesWorld, TrailDesk]]:
    with replies_world(url, tmp_path) as made:
        made[0].asked_about()
        yield made


def links_of(world: RepliesWorld) -> tuple[ClientLinks, SqlClientLinkStore]:
    store = SqlClientLinkStore(world.trail)
    return ClientLinks(world.keyring, "https://elm.example", store, world, is_reachable=True), store


def case_of(world: RepliesWorld) -> str:
    with world.store.transaction() as tx:
        (case,) = tx.cases_about(VISIT)
    return case.id


def test_a_link_is_kept_once_by_its_hash_and_an_older_state_is_refused(both: tuple[RepliesWorld, TrailDesk], url: str) -> None:
    world, desk = both
    links, store = links_of(world)
    address = links.link(case_of(world), "es")
    assert address == links.link(case_of(world), "es")
    token = address.rpartition("/")[2]
    with store.looking() as tx:
        link = tx.link(links.id_of(token))
    assert link is not None
    assert (link.client, link.about, link.visit, link.channel, link.language) == (CLIENT, About.VISIT, VISIT, Channel.TEXT, "es")
    assert (link.expires_at, link.acts) == (NOON + timedelta(days=30), ())

    moved = acted(link, Act.CONFIRM)
    with store.transaction() as tx:
        tx.put_link(moved, audit=trail.used(moved, Act.CONFIRM, NOON))
    with pytest.raises(SafeError, match="link_moved_meanwhile"), store.transaction() as tx:
        tx.put_link(moved, audit=trail.used(moved, Act.CONFIRM, NOON))
    engine = open_engine(url)
    with reading(engine) as connection:
        rows = connection.execute(sa.text("SELECT * FROM client_links")).all()
    engine.dispose()
    assert (len(rows), token in str(rows)) == (1, False)
    assert desk.verdict().broken is None


def test_wishes_are_the_clients_last_word(both: tuple[RepliesWorld, TrailDesk]) -> None:
    world, _ = both
    links, store = links_of(world)
    links.link(case_of(world))
    pages = ClientPages(store, world.store, lambda: world.ehr, world)
    seen = pages.seen(links.id_of(links.token(case_of(world))))
    assert seen is not None
    assert pages.prefer(seen.link, Wishes("es", Channel.EMAIL), [Channel.EMAIL])
    with store.looking() as tx:
        assert (tx.wishes(), tx.wishes_of(CLIENT)) == ({CLIENT: Wishes("es", Channel.EMAIL)}, Wishes("es", Channel.EMAIL))
        assert tx.wishes_of("0" * 32) == Wishes()
    assert links.language_of(CLIENT) == "es"
    assert pages.channels(CLIENT) == {Channel.EMAIL}


def test_of_many_who_press_at_once_behind_one_address_one_is_kept(both: tuple[RepliesWorld, TrailDesk]) -> None:
    """A confirmation and an end to messages: one reply, one step each, one word of consent."""
    world, desk = both
    links, store = links_of(world)
    links.link(case_of(world))
    pages = ClientPages(store, world.store, lambda: world.ehr, world)
    seen = pages.seen(links.id_of(links.token(case_of(world))))
    assert seen is not None
    with ThreadPoolExecutor(AT_ONCE) as threads:
        told = list(threads.map(lambda _: pages.confirm(seen.link, TOMORROW), range(AT_ONCE)))
        stopped = list(threads.map(lambda _: pages.stop(seen.link), range(AT_ONCE)))
    assert ({one.standing for one in told}, set(stopped)) == ({"confirmed"}, {True})
    world.desk.advance()
    (reply,) = world.store.standing(*ReplyState)
    assert (reply.confirms, reply.visit) == (True, VISIT)
    with store.looking() as tx:
        link = tx.link(seen.link.id)
        consents = tx.contact_facts(CLIENT, "").consents
    assert link is not None
    assert link.acts == (Act.CONFIRM, Act.STOP)
    assert sum(not one.given for one in consents) == 1
    assert desk.verdict().broken is None


def test_a_named_visit_that_changed_after_the_button_is_a_persons(both: tuple[RepliesWorld, TrailDesk]) -> None:
    """The page and the desk look at different moments: what changed in between is not confirmed."""
    world, _ = both
    links, store = links_of(world)
    links.link(case_of(world))
    pages = ClientPages(store, world.store, lambda: world.ehr, world)
    seen = pages.seen(links.id_of(links.token(case_of(world))))
    assert seen is not None
    pages.confirm(seen.link, TOMORROW)
    world.wait(minutes=1)
    before = world.ehr.appointments_by_id[VISIT]
    world.ehr.appointments_by_id[VISIT] = replace(before, updated_at=world.now())
    world.desk.advance()
    (reply,) = world.store.standing(ReplyState.WAITING)
    assert [str(one) for one in reply.reasons] == ["visit_changed"]
