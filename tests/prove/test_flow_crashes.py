"""C1, C2 over the whole flow: a worker killed at random moments and at every named point, under an EHR that errs.

From a cancellation to the booked slot: no event is lost, nothing is booked or sent twice, nothing happens without its audit entry, and
no entry tells of what did not happen. On SQLite and on PostgreSQL; beside the zeros a twin that takes silence for a no.
"""

import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks.live_practice import visit_id
from hsched_adapters.assembly import OpenPractice
from hsched_adapters.store.audit.examination import examine
from hsched_adapters.store.audit.rows import read_records
from hsched_adapters.store.engine import reading
from hsched_adapters.store.schema import audit, cases
from hsched_adapters.store.values import from_text
from hsched_core.domain.case import Case
from hsched_core.domain.inbox import MessageState
from hsched_core.domain.lifecycle import State
from hsched_sandbox.ehr.book import Effect
from hsched_sandbox.ehr.records import Appointment, Status
from tests.prove.flow_world import POINTS, Flow, Plan, flowing, go_round, start_faults, work
from tests.prove.kills import die, processes_with

KILLS = int(os.environ.get("HSCHED_PROVE_KILLS", "200"))
HITS = int(os.environ.get("HSCHED_PROVE_HITS", "25"))
MOMENTS = (0.15, 2.5)  # on a busy machine a round takes a second
PATIENCE = 600.0  # real seconds in which everything settles once nobody is killed any more
PASSAGE_SECONDS = 4.0  # a point that is not met by then is not on the way this time
CALM = 4  # looks on end at which nothing is under way
UNREAD = {MessageState.RECEIVED, MessageState.WAITING, MessageState.TAKEN}
UNSETTLED = {State.APPROVED, State.EXECUTING, State.UNKNOWN}
MAKES = frozenset({"book_appointment", "offer_slot", "send_message"})
CLAIMS = ("proposal.claimed", "proposal.repeated")


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="module")
def processes() -> Any:
    return processes_with("tests.prove.flow_world", "alembic.command", "hsched_core.workflow.waitlist")


@dataclass
class Count:
    """What the EHR, the store and the trail say in the end."""

    kills: int = 0
    cancelled: int = 0
    openings: int = 0
    booked: int = 0
    sent: int = 0
    lost: int = 0  # cancellations nobody looked at
    doubled: int = 0
    unrecorded: int = 0  # effects without a claim in the trail
    unhappened: int = 0  # confirmed, and not there
    unsettled: int = 0
    persons: int = 0  # only a person can find out
    broken: int = 0
    hits: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        return self.lost + self.doubled + self.unrecorded + self.unhappened + self.unsettled + self.broken

    def __str__(self) -> str:
        bound = f"0 wrong of {self.kills} kills (95 %: at most {3 / self.kills:.2%} a kill)" if self.kills and not self.wrong else ""
        figures = {name: value for name, value in vars(self).items() if name != "hits"}
        return f"{figures} {dict(self.hits)} {bound}"


def settle(flow: Flow) -> OpenPractice:
    """The EHR errs no more, and one worker lives: until nothing is under way."""
    flow.faults.clear()
    opened, end, calm = flow.open(), time.monotonic() + PATIENCE, 0
    while time.monotonic() < end and calm < CALM:
        go_round(opened)
        is_calm = not opened.inbox.counts().keys() & UNREAD and not unsettled(stored(opened), opened.clock.now())
        calm = calm + 1 if is_calm else 0  # webhooks may still be on their way
        time.sleep(0.3)
    return opened


def unsettled(found: list[Case], now: datetime) -> int:
    """Cases under way. What waits for tomorrow, because its client was written to often enough today, is not."""
    return sum(case.state in UNSETTLED and not (case.not_before and case.not_before > now) for case in found)


def stored(opened: OpenPractice) -> list[Case]:
    with reading(opened.audit._engine) as connection:
        return [from_text(Case, text) for text in connection.execute(sa.select(cases.c.document)).scalars()]


def count(flow: Flow, opened: OpenPractice, kills: int) -> Count:
    """The EHR's own log against store and trail."""
    found = stored(opened)
    made = [effect for effect in flow.book.effects if effect.by == "api"]
    by_key = Counter(_key(effect) for effect in made if effect.act in ("book", "message"))
    with reading(opened.audit._engine) as connection:
        claimed = set(connection.execute(sa.select(audit.c.subject).where(audit.c.kind.in_(CLAIMS))).scalars())
        records = list(read_records(connection, opened.practice.id))
    settings = opened.settings
    trail = examine(settings.store_url, opened.practice.id, settings.checkpoints_file, opened.paths.public_keys, opened.audit_secrets)
    keys = {case.key: case for case in found}
    wanted = [case for case in found if case.state is State.CONFIRMED and case.action.kind in MAKES]
    with opened.path_store.transaction() as tx:
        known = sum(tx.opening(one) is not None for one in _cancelled(flow, opened))
    return Count(
        kills=kills,
        cancelled=flow.cancelled,
        openings=known,
        booked=sum(case.action.kind == "book_appointment" for case in wanted),
        sent=sum(case.action.kind != "book_appointment" for case in wanted),
        lost=flow.cancelled
        - known
        + len(opened.inbox.dead_letters())
        + sum(number for state, number in opened.inbox.counts().items() if state in UNREAD),
        doubled=sum(times - 1 for times in by_key.values()) + _overlaps(flow),
        unrecorded=sum(keys[key].id not in claimed if key in keys else 1 for key in by_key),
        unhappened=sum(case.key not in by_key for case in wanted),
        unsettled=unsettled(found, opened.clock.now()),
        persons=sum(case.state is State.NEEDS_PERSON for case in found),
        broken=int(not trail.holds) + int(len(records) != trail.verdict.entries),
    )


def _key(effect: Effect) -> str:
    return effect.external_reference or effect.key or ""


def _cancelled(flow: Flow, opened: OpenPractice) -> list[str]:
    ids = [visit_id(number) for number in range(flow.cancelled)]
    return list(opened.vault.pseudonyms("appointment", ids).values())


def _overlaps(flow: Flow) -> int:
    """Pairs of booked appointments of one clinician at one time."""
    starts = Counter((one.provider_id, one.starts_at) for one in flow.book.every(Appointment) if one.status is Status.BOOKED)
    return sum(times - 1 for times in starts.values())


@pytest.mark.parametrize("kind", ["search", "keys"])
def test_random_kills(kind: str, store: str, processes: Any, tmp_path: Path) -> None:
    """C1."""
    chance = random.Random(7)
    with flowing(tmp_path, kind, store) as flow:
        start_faults(flow, 11)
        for _ in range(KILLS):
            flow.cancel()
            die(processes, work, Plan(flow.environment), chance.uniform(*MOMENTS))
        result = count(flow, settle(flow), KILLS)
    print(f"\nrandom kills, {kind}, {'postgresql' if store else 'sqlite'}: {result}")
    assert result.wrong == 0
    assert result.booked > 0


def test_every_failpoint(store: str, processes: Any, tmp_path: Path) -> None:
    """C2: each point is met so many times, at passages that differ."""
    hits: Counter[str] = Counter()
    with flowing(tmp_path, "search", store) as flow:
        start_faults(flow, 13)
        for number in range(4 * HITS * len(POINTS)):
            point = min(POINTS, key=lambda name: hits[name])
            if hits[point] >= HITS:
                break
            if flow.cancelled < 240:
                flow.cancel()
            hits[point] += die(processes, work, Plan(flow.environment, point=point, passage=1 + number % 3), PASSAGE_SECONDS)
        result = count(flow, settle(flow), hits.total())
    result.hits = hits
    print(f"\nfailpoints, {'postgresql' if store else 'sqlite'}: {result}")
    assert result.wrong == 0
    assert min(hits[point] for point in POINTS) >= HITS


def test_a_twin_that_takes_silence_for_a_no_doubles(processes: Any, tmp_path: Path) -> None:
    """The proof sees what it is there for."""
    kills = max(KILLS // 4, 20)
    with flowing(tmp_path, "search") as flow:
        start_faults(flow, 11, {"late_commit": 0.5, "500_after_commit": 0.3})
        for _ in range(kills):
            flow.cancel()
            die(processes, work, Plan(flow.environment, twin="silence_is_no"), MOMENTS[1])
        result = count(flow, settle(flow), kills)
    print(f"\ntwin: {result}")
    assert result.doubled > 0
