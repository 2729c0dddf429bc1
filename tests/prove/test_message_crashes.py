"""No message is sent twice, and none is believed that did not leave, over kills of the sender under a provider and a mail server that err.

SIGKILL at random moments and at five named points; on SQLite and on PostgreSQL; beside the zeros a twin that takes silence for a no.
"""

import multiprocessing
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hsched_adapters.store.audit.examination import examine
from hsched_adapters.store.engine import reading
from hsched_adapters.store.schema import audit, cases
from hsched_adapters.store.values import from_text
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import DeliveryState
from hsched_core.domain.inbox import MessageState
from hsched_core.domain.lifecycle import State
from tests.prove.message_world import POINTS, Plan, Post, go_round, posting, work

KILLS = int(os.environ.get("HSCHED_PROVE_KILLS", "200"))
HITS = int(os.environ.get("HSCHED_PROVE_HITS", "25"))
MOMENTS = (0.1, 1.2)
START, PASSAGE_SECONDS = 60.0, 4.0
PATIENCE = 900.0  # real seconds in which everything settles once nobody is killed any more
A_LIFE = 2  # messages asked for before each life of the sender
UNSETTLED = {State.APPROVED, State.EXECUTING, State.UNKNOWN}
UNREAD = {MessageState.RECEIVED, MessageState.WAITING, MessageState.TAKEN}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="module")
def processes() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.prove.message_world", "alembic.command", "phonenumbers", "hsched_adapters.messaging.desk"])
    return context


@dataclass
class Count:
    """What provider, mail server, store and trail say in the end."""

    kills: int = 0
    asked: int = 0
    texts: int = 0
    mails: int = 0
    doubled: int = 0
    unrecorded: int = 0  # messages without a claim in the trail
    unhappened: int = 0  # confirmed, and nothing left
    unheard: int = 0  # texts that arrived, and the ledger does not say so after their receipts were asked for
    mistaken: int = 0  # entries of the trail that say that a text was a case's second
    unsettled: int = 0
    persons: int = 0  # only a person can find out
    broken: int = 0
    forged: int = 0  # forged callbacks; all were refused
    hits: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        return sum((self.doubled, self.unrecorded, self.unhappened, self.unheard, self.mistaken, self.unsettled, self.broken))

    def __str__(self) -> str:
        bound = f"0 wrong of {self.kills} kills (95 %: at most {3 / self.kills:.2%} a kill)" if self.kills and not self.wrong else ""
        return f"{ {name: value for name, value in vars(self).items() if name != 'hits'} } {dict(self.hits)} {bound}"


def die(processes: Any, plan: Plan, after: float) -> bool:
    """One life of the sender, so many seconds from its first round on; whether its failpoint ended it."""
    begins = processes.Event()
    worker = processes.Process(target=work, args=(plan, begins), daemon=True)
    worker.start()
    begins.wait(START)
    worker.join(after)
    died_by_itself = not worker.is_alive()
    worker.kill()
    worker.join()
    return died_by_itself


def settle(post: Post) -> None:
    """Nobody errs any more, and one sender lives, until nothing is under way; then receipts that were lost are asked for."""
    post.err_no_more()
    opened, end, calm = post.opened, time.monotonic() + PATIENCE, 0
    while time.monotonic() < end and calm < 4:
        go_round(opened)
        is_calm = not opened.inbox.counts().keys() & UNREAD and not any(case.state in UNSETTLED for case in stored(post))
        calm = calm + 1 if is_calm else 0
        time.sleep(0.3)
    for delivery in _under_way(post):
        told = opened.messages.text_door.ask(delivery)
        if told:
            opened.messages.deliveries.take(told)


def _under_way(post: Post) -> list[Any]:
    with post.opened.messages.store.transaction() as tx:
        return list(tx.under_way(post.opened.clock.now()))


def stored(post: Post) -> list[Case]:
    with reading(post.opened.audit._engine) as connection:
        return [from_text(Case, text) for text in connection.execute(sa.select(cases.c.document)).scalars()]


def count(post: Post, kills: int) -> Count:
    """The other sides' own books against store and trail."""
    found, opened = stored(post), post.opened
    by_key = {case.key[:32]: case.id for case in found}
    texts = Counter(text.callback.rpartition("/")[2] for text in post.carrier.sent())
    ids = [message_from_bytes(one.content)["Message-ID"].strip("<>").partition("@")[0] for one in post.room.taken]
    mails = Counter(by_key.get(one, one) for one in ids)
    left = texts + mails
    with reading(opened.audit._engine) as connection:
        claimed = set(connection.execute(sa.select(audit.c.subject).where(audit.c.kind == "proposal.claimed")).scalars())
        mistaken = len(connection.execute(sa.select(audit.c.seq).where(audit.c.kind == "delivery.doubled")).all())
    settings = opened.settings
    trail = examine(settings.store_url, opened.practice.id, settings.checkpoints_file, opened.paths.public_keys, opened.audit_secrets)
    confirmed = [case for case in found if case.state is State.CONFIRMED]
    of_texts = [case for case in confirmed if case.action.outreach and case.action.outreach.channel is Channel.TEXT]
    states = [opened.messages.deliveries.known(case.id) for case in of_texts]
    assert set(post.callbacks.forged) <= {401}
    return Count(
        kills=kills,
        asked=post.asked,
        texts=texts.total(),
        mails=mails.total(),
        doubled=sum(times - 1 for times in left.values()),
        unrecorded=len(left.keys() - claimed),
        unhappened=sum(case.id not in left for case in confirmed),
        unheard=sum(one is None or one.state is not DeliveryState.DELIVERED for one in states),
        mistaken=mistaken,
        unsettled=sum(case.state in UNSETTLED for case in found),
        persons=sum(case.state is State.NEEDS_PERSON for case in found),
        broken=int(not trail.holds),
        forged=post.callbacks.forged.total(),
    )


def test_random_kills(store: str, processes: Any, tmp_path: Path) -> None:
    """At any moment."""
    chance = random.Random(7)
    with posting(tmp_path, store) as post:
        post.err()
        for _ in range(KILLS):
            post.ask(A_LIFE)
            die(processes, Plan(post.environment), chance.uniform(*MOMENTS))
        settle(post)
        result = count(post, KILLS)
    print(f"\nmessages, random kills, {'postgresql' if store else 'sqlite'}: {result}")
    assert result.wrong == 0
    assert result.texts > 0 < result.mails


def test_every_failpoint(store: str, processes: Any, tmp_path: Path) -> None:
    """Each point is met so many times, at passages that differ."""
    hits: Counter[str] = Counter()
    with posting(tmp_path, store) as post:
        post.err()
        for number in range(4 * HITS * len(POINTS)):
            point = min(POINTS, key=lambda name: hits[name])
            if hits[point] >= HITS:
                break
            post.ask(A_LIFE)
            hits[point] += die(processes, Plan(post.environment, point=point, passage=1 + number % 3), PASSAGE_SECONDS)
        settle(post)
        result = count(post, hits.total())
    result.hits = hits
    print(f"\nmessages, failpoints, {'postgresql' if store else 'sqlite'}: {result}")
    assert result.wrong == 0
    assert min(hits[point] for point in POINTS) >= HITS


def test_a_twin_that_takes_silence_for_a_no_doubles(processes: Any, tmp_path: Path) -> None:
    """The proof sees what it is there for."""
    kills = max(KILLS // 10, 20)
    with posting(tmp_path) as post:
        post.err({"500_after_commit": 0.4, "hang_after_commit": 0.3})
        for _ in range(kills):
            post.ask(A_LIFE)
            die(processes, Plan(post.environment, twin="silence_is_no"), 1.5)
        settle(post)
        result = count(post, kills)
    print(f"\nmessages, twin: {result}")
    assert result.doubled > 0
