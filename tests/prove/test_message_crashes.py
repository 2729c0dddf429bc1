"""No message is sent twice, lost, or without its entry, over kills of the sender under a provider and a mail server that err.

SIGKILL at random moments and at nine named points; on SQLite and on PostgreSQL; beside the zeros twins that double and lose.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from hsched_adapters.store.audit.examination import examine
from hsched_adapters.store.engine import reading
from hsched_adapters.store.schema import audit, cases, deliveries, replies
from hsched_adapters.store.values import from_text
from hsched_core.domain.case import Case
from hsched_core.domain.delivery import Delivery, DeliveryState
from hsched_core.domain.inbox import MessageState
from hsched_core.domain.lifecycle import State
from hsched_core.domain.replies import Reply, ReplyState
from hsched_sandbox.sms.carrier import INBOUND
from tests.prove.kills import die, processes_with, zeros_of
from tests.prove.message_world import POINTS, Plan, Post, go_round, posting, work

KILLS = int(os.environ.get("HSCHED_PROVE_KILLS", "200"))
HITS = int(os.environ.get("HSCHED_PROVE_HITS", "25"))
MOMENTS = (0.1, 1.2)
PASSAGE_SECONDS = 4.0
PATIENCE = 900.0  # real seconds in which everything settles once nobody is killed any more
A_LIFE = 2  # messages asked for before each life of the sender
UNSETTLED = {State.APPROVED, State.EXECUTING, State.UNKNOWN}
UNREAD = {MessageState.RECEIVED, MessageState.WAITING, MessageState.TAKEN}
# What the trail must say of a case that stands there; a state that is not here is harm by itself.
ENTRIES = {State.CONFIRMED: "proposal.confirmed", State.NEEDS_PERSON: "proposal.handed_over"}


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="module")
def processes() -> Any:
    return processes_with("tests.prove.message_world", "alembic.command", "phonenumbers", "hsched_adapters.messaging.desk")


@dataclass
class Count:
    """What provider, mail server, store and trail say in the end. `wrong`: each kind of harm, and of how many."""

    kills: int
    asked: int
    texts: int
    mails: int
    persons: int  # only a person can find out
    words: int  # texts that clients wrote
    forged: int  # forged callbacks; all were refused
    entries: int
    wrong: Mapping[str, tuple[int, int]]
    hits: Counter[str] = field(default_factory=Counter)

    @property
    def harm(self) -> dict[str, int]:
        return {name: times for name, (times, _) in self.wrong.items() if times}

    def __str__(self) -> str:
        told = {name: value for name, value in vars(self).items() if name not in ("wrong", "hits")}
        bound = f"; no kill of {self.kills} did harm (95 %: at most {3 / self.kills:.2%} do)" if self.kills and not self.harm else ""
        return f"{told} {dict(self.hits)} {zeros_of(self.wrong)}{bound}"


def settle(post: Post) -> None:
    """Nobody errs any more, and one sender lives, until nothing is under way; then what callbacks did not tell is asked for."""
    post.err_no_more()
    opened, end, calm = post.opened, time.monotonic() + PATIENCE, 0
    while time.monotonic() < end and calm < 4:
        opened.messages.catch_up(opened.inbox)
        go_round(opened)
        is_calm = not opened.inbox.counts().keys() & UNREAD and not any(case.state in UNSETTLED for case in stored(post, cases, Case))
        calm = calm + 1 if is_calm else 0
        time.sleep(0.3)
    with opened.messages.store.transaction() as tx:
        late = tx.under_way(opened.clock.now())
    for delivery in late:
        told = opened.messages.text_door.ask(delivery)
        if told:
            opened.messages.deliveries.take(told)


def stored(post: Post, table: sa.Table, kind: Any) -> list[Any]:
    with reading(post.opened.audit._engine) as connection:
        return [from_text(kind, text) for text in connection.execute(sa.select(table.c.document)).scalars()]


def count(post: Post, kills: int) -> Count:
    """The other sides' own books against store and trail."""
    found: list[Case] = stored(post, cases, Case)
    texts, mails = left_of(post, found)
    left, states = texts + mails, Counter(case.state for case in found)
    confirmed = {case.id for case in found if case.state is State.CONFIRMED}
    known = {one.case_id: one for one in stored(post, deliveries, Delivery)}
    arrived = [known.get(case_id) for case_id in confirmed & texts.keys()]
    wrote, read = sum(one.direction == INBOUND for one in post.carrier.texts()), stored(post, replies, Reply)
    said = entries(post)
    assert set(post.callbacks.forged) <= {401}
    wrong = {
        "doubled": (sum(times - 1 for times in left.values()), left.total()),
        "lost": (post.asked - len(found) + sum(case.id not in left and case.state not in ENTRIES for case in found), post.asked),
        "confirmed and not sent": (len(confirmed - left.keys()), len(confirmed)),
        "without entry": (unrecorded(found, known, left, said), sum(said.values())),
        "taken for another's": (len({subject for subject, kind in said if kind == "delivery.doubled"}), texts.total()),
        "arrived unknown": (sum(one is None or one.state is not DeliveryState.DELIVERED for one in arrived), len(arrived)),
        "unsettled": (sum(states[one] for one in UNSETTLED), post.asked),
        "words lost": (wrote - sum(one.state is ReplyState.DONE for one in read), wrote),
        "words doubled": (len(read) - wrote, wrote),
        "entries of a trail that does not hold": (0 if verdict(post).holds else sum(said.values()), sum(said.values())),
    }
    numbers = kills, post.asked, texts.total(), mails.total(), states[State.NEEDS_PERSON], wrote, post.callbacks.forged.total()
    return Count(*numbers, sum(said.values()), wrong)


def left_of(post: Post, found: list[Case]) -> tuple[Counter[str], Counter[str]]:
    """How often the message of each case left, by the books of provider and mail server."""
    by_key = {case.key[:32]: case.id for case in found}
    texts = Counter(text.callback.rpartition("/")[2] for text in post.carrier.sent())
    ids = [message_from_bytes(one.content)["Message-ID"].strip("<>").partition("@")[0] for one in post.room.taken]
    return texts, Counter(by_key.get(one, one) for one in ids)


def entries(post: Post) -> Counter[tuple[str, str]]:
    """What the trail says: of whom, and what."""
    with reading(post.opened.audit._engine) as connection:
        return Counter((row.subject, row.kind) for row in connection.execute(sa.select(audit.c.subject, audit.c.kind)))


def verdict(post: Post) -> Any:
    opened, settings = post.opened, post.opened.settings
    return examine(settings.store_url, opened.practice.id, settings.checkpoints_file, opened.paths.public_keys, opened.audit_secrets)


def unrecorded(found: list[Case], known: Mapping[str, Delivery], left: Counter[str], said: Counter[tuple[str, str]]) -> int:
    """Messages that left without claim or row in the trail, and what the store says of cases and deliveries that the trail does not."""
    missing = [(case_id, kind) for case_id in left for kind in ("proposal.claimed", "delivery.handed_over")]
    missing += [(case.id, ENTRIES[case.state]) for case in found if case.state in ENTRIES]
    missing += [(one.case_id, f"delivery.{one.state}") for one in known.values()]
    return sum(one not in said for one in missing)


def test_random_kills(store: str, processes: Any, tmp_path: Path) -> None:
    """At any moment."""
    chance = random.Random(7)
    with posting(tmp_path, store) as post:
        post.err()
        for _ in range(KILLS):
            ask(post, writes=True)
            die(processes, work, Plan(post.environment), chance.uniform(*MOMENTS))
        settle(post)
        result = count(post, KILLS)
    print(f"\nmessages, random kills, {'postgresql' if store else 'sqlite'}: {result}", flush=True)
    assert result.harm == {}
    assert min(result.texts, result.mails, result.words) > 0


def ask(post: Post, *, writes: bool) -> None:
    """What the next life of the sender has to do."""
    post.ask(A_LIFE)
    if writes:
        post.writes()


def test_every_failpoint(store: str, processes: Any, tmp_path: Path) -> None:
    """Each point is met so many times, at passages that differ."""
    hits: Counter[str] = Counter()
    with posting(tmp_path, store) as post:
        post.err()
        for number in range(4 * HITS * len(POINTS)):
            point = min(POINTS, key=lambda name: hits[name])
            if hits[point] >= HITS:
                break
            ask(post, writes=point == "words_kept")
            passage = 1 if point == "words_kept" else 1 + number % 3
            hits[point] += die(processes, work, Plan(post.environment, point=point, passage=passage), PASSAGE_SECONDS)
        settle(post)
        result = count(post, hits.total())
    result.hits = hits
    print(f"\nmessages, failpoints, {'postgresql' if store else 'sqlite'}: {result}", flush=True)
    assert result.harm == {}
    assert min(hits[point] for point in POINTS) >= HITS


TWINS = [
    ("silence_is_no", {"500_after_commit": 0.4, "hang_after_commit": 0.3}, "", "doubled"),
    ("never_looks", {}, "after_call", "doubled"),
    ("tells_first", {}, "before_call", "confirmed and not sent"),
]


@pytest.mark.parametrize(("twin", "shares", "point", "what"), TWINS)
def test_twins_double_or_lose(processes: Any, tmp_path: Path, twin: str, shares: Mapping[str, float], point: str, what: str) -> None:
    """The proof sees what it is there for: one that sends again what nobody answered, one that looks for nothing, one that tells first."""
    kills = max(KILLS // 10, 20)
    with posting(tmp_path) as post:
        if shares:
            post.err(shares)
        for _ in range(kills):
            ask(post, writes=False)
            die(processes, work, Plan(post.environment, twin, point), 1.5)
        settle(post)
        result = count(post, kills)
    print(f"\nmessages, twin {twin}: {result}", flush=True)
    assert result.harm.get(what, 0) > 0
