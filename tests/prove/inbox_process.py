"""The service as a process that can be killed, for proofs about crashes: it receives and drains, and dies where it is told to.

Failpoints are put around the inbox's own parts here, in the process under test; the program knows nothing of them.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uvicorn

from hsched_adapters.keys import Keyring
from hsched_adapters.store.audit.anchors import FileAnchors
from hsched_adapters.store.audit.trail import AuditTrail, Pace
from hsched_adapters.store.engine import open_engine
from hsched_adapters.store.inbox import SqlInboxStore, SqlInboxTransaction
from hsched_core.domain.appointments import Notice
from hsched_core.domain.inbox import Claim, Delivery, InboxRules, Reception
from hsched_core.workflow.inbox import Inbox
from tests.audit_trails import Desk
from tests.inbox_twins import AnswersFirst, KnowsNothing
from tests.inbox_world import Practice, service
from tests.prove.kills import Failpoints

# Where the process may be told to die. The names say what has happened, and what has not.
POINTS = (
    *("verified", "inserted", "before_commit", "after_commit", "before_answer"),  # receiving; commits are the drain's too
    *("read", "claimed", "handled", "settled"),  # draining
    "in_checkpoint",
)
# A killed worker's messages come back soon; how often one was killed is no reason to give up here.
RULES = InboxRules(
    lease=timedelta(seconds=1), most_strikes=10_000, first_delay=timedelta(milliseconds=20), longest_delay=timedelta(seconds=1)
)


@dataclass(frozen=True)
class Plan:
    """How the process is to be made: where it stores, which twin it is, at which passage of which point it dies."""

    url: str
    folder: Path
    twin: str = ""
    point: str = ""
    passage: int = 1


class BreakableAnchors(FileAnchors):
    """Dies between the making of a checkpoint and its keeping."""

    def __init__(self, path: Path, passes: Failpoints) -> None:
        super().__init__(path)
        self._passes = passes

    def extend(self, make: Callable[[bytes | None], bytes | None]) -> None:
        def made(newest: bytes | None) -> bytes | None:
            line = make(newest)
            self._passes("in_checkpoint")
            return line

        super().extend(made)


class Breakable(Inbox):
    """Passes its points."""

    passes: Failpoints

    def check(self, source: str, headers: Mapping[str, str], body: bytes) -> Delivery | Reception:
        found = super().check(source, headers, body)
        self.passes("verified")
        return found

    def keep(self, deliveries: Sequence[Delivery]) -> list[Reception]:
        found = super().keep(deliveries)
        self.passes("before_answer")
        return found


class BreakableTransaction(SqlInboxTransaction):
    """Passes its points after each writer of interest, before the commit."""

    passes: Failpoints

    def add(self, *args: Any, **kwargs: Any) -> frozenset[str]:
        stored = super().add(*args, **kwargs)
        self.passes("inserted")
        return stored

    def read(self, *args: Any, **kwargs: Any) -> None:
        super().read(*args, **kwargs)
        self.passes("read")

    def claim(self, *args: Any, **kwargs: Any) -> Claim:
        found = super().claim(*args, **kwargs)
        self.passes("claimed")
        return found

    def settle(self, *args: Any, **kwargs: Any) -> None:
        super().settle(*args, **kwargs)
        self.passes("settled")


def breakable_store(kind: type[SqlInboxStore], trail: AuditTrail, keyring: Keyring, passes: Failpoints) -> SqlInboxStore:
    """A store of that kind whose transactions pass their points."""

    class Store(kind):
        @contextmanager
        def transaction(self) -> Iterator[SqlInboxTransaction]:
            with trail.writing() as recording:
                tx = BreakableTransaction(recording, trail.practice)
                tx.passes = passes
                yield tx
            passes("after_commit")

    made = Store(trail, keyring)
    assert isinstance(made, SqlInboxStore)
    return made


def watch_commits(engine: sa.Engine, passes: Failpoints) -> None:
    """The moment when state and entries are written, and not committed."""
    if engine.dialect.name != "sqlite":
        sa.event.listen(engine, "commit", lambda _connection: passes("before_commit"))
        return

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement == "COMMIT":
            passes("before_commit")

    sa.event.listen(engine, "before_cursor_execute", before)


class Effects:
    """What handling does outside the inbox: one file for each subject, made once, and a line for each call."""

    def __init__(self, folder: Path, passes: Failpoints | None = None) -> None:
        self.folder, self.calls, self._passes = folder / "effects", folder / "calls", passes
        self.folder.mkdir(exist_ok=True)

    def __call__(self, notice: Notice) -> None:
        (self.folder / notice.about).touch()
        with self.calls.open("a", encoding="ascii") as file:
            file.write("x")
        if self._passes:
            self._passes("handled")


class Live(Practice):
    """A practice that lives now."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def run(plan: Plan, port: int) -> None:
    """The process: receives on that port, and drains beside it, until it is killed."""
    passes, desk = Failpoints(plan.point, plan.passage), Desk(plan.url, plan.folder)
    practice = Live(desk, rules=RULES)
    engine = open_engine(plan.url)
    watch_commits(engine, passes)
    trail = AuditTrail(engine, desk.practice, desk.keys, BreakableAnchors(desk.checkpoints, passes), practice, Pace(20, 5))
    store = breakable_store(KnowsNothing if plan.twin == "knows_nothing" else SqlInboxStore, trail, practice.keyring, passes)
    inbox = practice.opened(store, AnswersFirst if plan.twin == "answers_first" else Breakable)
    if isinstance(inbox, Breakable):
        inbox.passes = passes
    drain = practice.opened(store)
    threading.Thread(target=_drain, args=(drain, Effects(plan.folder, passes)), daemon=True).start()
    uvicorn.run(service(inbox), port=port, access_log=False, log_level="critical")


def _drain(inbox: Inbox, handle: Effects) -> None:
    while True:
        inbox.drain(handle, 10)
        time.sleep(0.005)
