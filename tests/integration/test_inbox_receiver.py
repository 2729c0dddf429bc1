"""The receiver over real HTTP, on SQLite and on PostgreSQL: what it answers, and what stands in the store by then."""

import logging
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from hsched_adapters.store.inbox import SqlInboxStore
from hsched_core.domain.inbox import Delivery, Drained, MessageState
from hsched_core.workflow.inbox import Inbox
from tests.audit_trails import Desk
from tests.inbox_twins import AnswersFirst, KnowsNothing
from tests.inbox_world import EHR, FOREIGN, Practice, body, service, serving, signed, token, without_flushing
from tests.webhook_mutations import mutations

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture(params=["sqlite", "postgresql"])
def practice(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Practice]:
    without_flushing(monkeypatch)
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = Practice(Desk(url, tmp_path))
    yield made
    assert made.verifies()
    made.trail.close()


@contextmanager
def receiving(inbox: Inbox) -> Iterator[httpx.Client]:
    with serving(service(inbox)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def post(client: httpx.Client, message: str, content: bytes, source: str = EHR, **how: Any) -> int:
    return client.post(f"/webhooks/{source}", content=content, headers=signed(message, content, **how)).status_code


def test_each_delivery_gets_its_answer(practice: Practice) -> None:
    """2xx for what is stored, 401 for whoever cannot prove who they are or says something else under a known id, 413 for too much."""
    content = body("A1")
    with receiving(practice.inbox) as client:
        answers = {
            "new": post(client, "msg_1", content),
            "again": post(client, "msg_1", content),
            "altered": post(client, "msg_1", body("A2")),
            "forged": post(client, "msg_2", content, secret=FOREIGN),
            "expired": post(client, "msg_2", content, age_seconds=400),
            "ahead": post(client, "msg_2", content, age_seconds=-400),
            "unsigned": client.post("/webhooks/ehr", content=content).status_code,
            "unknown connection": post(client, "msg_2", content, source="nobody"),
            "too large": post(client, "msg_2", b" " * 70_000),
            "malformed": post(client, "msg_3", b"{"),
            "read": client.get("/webhooks/ehr").status_code,
        }

    assert answers == {
        **{"new": 202, "again": 200, "altered": 401, "forged": 401, "expired": 401, "ahead": 401, "unsigned": 401},
        **{"unknown connection": 401, "too large": 413, "malformed": 202, "read": 405},
    }
    assert practice.inbox.counts() == {MessageState.RECEIVED: 2, MessageState.DEAD: 1}
    assert {entry.body["reason"] for entry in practice.entries("refused")} == {"signature", "timestamp", "headers", "source", "oversized"}


def test_an_endless_body_is_cut_off(practice: Practice) -> None:
    """Without an announced length."""
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 50_000_000:
            sent += 50_000
            yield b" " * 50_000

    with receiving(practice.inbox) as client:
        try:
            status = client.post("/webhooks/ehr", content=endless(), headers=signed("msg_1", b"")).status_code
        except httpx.TransportError:  # cut off while still sending
            status = 413

    assert status == 413
    assert sent < 50_000_000


def test_a_header_that_comes_twice_is_none(practice: Practice) -> None:
    """Nobody knows which is meant."""
    headers = list(signed("msg_1", body("A1")).items())
    with receiving(practice.inbox) as client:
        twice = [client.post("/webhooks/ehr", content=body("A1"), headers=[*headers, one]).status_code for one in headers]

    assert twice == [401, 401, 401]


def test_no_mutation_is_accepted(practice: Practice) -> None:
    """All answered 401, none stored; `make prove` sends ten thousand."""
    content = body("A1")
    with receiving(practice.inbox) as client:
        headers = signed("msg_1", content)
        answers = Counter(
            client.post("/webhooks/ehr", content=altered, headers=changed).status_code
            for _, changed, altered in mutations(headers, content, random.Random(2), 300)
        )
        assert answers == {401: 300}
        assert practice.inbox.counts() == {}
        assert client.post("/webhooks/ehr", content=content, headers=headers).status_code == 202


def test_nothing_is_parsed_before_it_is_verified(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor afterwards, by the receiver: reading is the drain's work."""
    monkeypatch.setattr("hsched_adapters.webhooks._parsed", lambda *_, **__: pytest.fail("parsed"))
    with receiving(practice.inbox) as client:
        assert [post(client, "msg_1", b"{", secret=FOREIGN), post(client, "msg_1", b"{")] == [401, 202]


class Failing(SqlInboxStore):
    """Its disk is full now and then: the transaction fails at its end."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.chance, self.is_broken = random.Random(3), True

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with super().transaction() as tx:
            yield tx
            if self.is_broken and self.chance.random() < 0.5:
                raise OSError(28, "Jane Doe's disk is full")


def lost(practice: Practice, kind: type[Inbox]) -> int:
    """Acknowledged, and not stored, of two hundred."""
    store = Failing(practice.trail, practice.keyring)
    inbox = practice.opened(store, kind)
    with receiving(inbox) as client:
        acked = [f"msg_{n}" for n in range(200) if post(client, f"msg_{n}", body("A1")) < 300]
    if isinstance(inbox, AnswersFirst):
        inbox.later.join(60)
    store.is_broken = False
    with practice.store.transaction() as tx:
        stored = tx.digests([practice.store.seal(Delivery(EHR, one, b"")).message for one in acked])
    return len(acked) - len(stored)


@pytest.mark.timeout(120)
def test_what_is_acknowledged_is_stored_and_what_is_not_is_answered_503(practice: Practice, caplog: pytest.LogCaptureFixture) -> None:
    """None lost; some lost by a twin that answers before it stores. The log says what kind of failure, not its text."""
    with caplog.at_level(logging.ERROR, "hsched.service"):
        assert lost(practice, Inbox) == 0
    assert "OSError at test_inbox_receiver.py" in caplog.text
    assert "Jane" not in caplog.text
    assert lost(Practice(Desk(practice.desk.url, practice.desk.folder / "oak", "oak")), AnswersFirst) > 0


def effects(practice: Practice, store: SqlInboxStore) -> Counter[str]:
    """Each of twenty messages one to five times, at once, to two workers; what was done for each by two drains beside each other."""
    done: Counter[str] = Counter()
    chance, lock = random.Random(4), threading.Lock()
    deliveries = [f"msg_{n}" for n in range(20) for _ in range(1 + n % 5)]
    chance.shuffle(deliveries)

    def handle(notice: Any) -> None:
        with lock:
            done[notice.about] += 1

    with receiving(practice.opened(store)) as one, receiving(practice.opened(store)) as two, ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(lambda item: post((one, two)[item[0] % 2], item[1], body(item[1])), enumerate(deliveries)))
        drained = list(senders.map(lambda worker: worker.drain(handle), [practice.opened(store), practice.opened(store)]))
    assert {status // 100 for status in answers} == {2}
    assert sum(one.handled for one in drained) == sum(done.values())
    return done


def test_duplicates_delivered_at_once_are_done_once(practice: Practice) -> None:
    """2xx for all; twins that know no duplicate do some more than once."""
    assert effects(practice, practice.store) == {token(f"msg_{n}"): 1 for n in range(20)}
    twin = Practice(Desk(practice.desk.url, practice.desk.folder / "oak", "oak"))
    assert max(effects(twin, KnowsNothing(twin.trail, twin.keyring)).values()) > 1


def test_health_says_whether_the_store_answers(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alive either way; not ready without the store."""
    with receiving(practice.inbox) as client:
        assert [client.get(f"/health/{one}").status_code for one in ("live", "ready")] == [200, 200]
        monkeypatch.setattr(practice.inbox, "waiting", lambda: 1 / 0)
        assert [client.get(f"/health/{one}").status_code for one in ("live", "ready")] == [200, 503]


def test_a_drain_waits_for_nobody(practice: Practice) -> None:
    """An empty inbox takes no write lock."""
    with practice.trail.writing() as _:
        assert practice.inbox.drain(lambda _: None) == Drained()
