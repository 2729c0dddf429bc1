"""The fault grid (SAFETY.md 2.2, E1): one action meets one fault at one class of EHR, and the path goes on until it stands still.

`wrong` compares how the path thinks it ended with the EHR's own log; `doubled` counts effects beyond the first.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from hsched_adapters.ehr.rest.client import Client
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.workflow.path import Path
from tests.ehr_twins import searches_at_once
from tests.rest_world import ACTIONS, CLASSES, LATE, TIMEOUT, RestWorld, rest_world

ROUNDS = 8
FOREVER = 10_000
# What never reaches the EHR, by the address that stands for it: nobody listens, nobody is called so, somebody speaks no TLS.
UNREACHABLE = {"refused": "http://127.0.0.1:9", "dns": "http://no-such-host.invalid"}
STATUSES = tuple(f"status_{code}" for code in (401, 403, 404, 409, 412, 422, 429, 502, 503, 504))
COMMITS = ("500_before_commit", "500_after_commit", "hang_before_commit", "hang_after_commit", "reset_before_commit", "reset_after_commit")
BROKEN = ("slow_body", "truncated_json", "wrong_content_type", "html_error", "schema_drift")
FAULTS = (*UNREACHABLE, "tls", *STATUSES, "429_retry_after", *COMMITS, *BROKEN, "late_commit", "other_slot")
READ_FAULTS = tuple(name for name in FAULTS if name not in (*UNREACHABLE, "tls", "late_commit", "other_slot"))
SECONDS = {"late_commit": LATE, "slow_body": 1.0, "429_retry_after": 30.0}
# Where a read for the gate, or the look at what was written, goes wrong.
READS = {"read": "GET *", "read_back": ""}
Twin = Callable[[RestWorld], None]


def unchanged(_world: RestWorld) -> None:
    """The connector as it is."""


@dataclass(frozen=True)
class Cell:
    """One field of the grid. `times`: for how many requests the fault is there."""

    kind: str
    action: str
    fault: str
    times: int = 1
    column: str = "write"  # or a key of READS

    def __str__(self) -> str:
        return "-".join((self.kind, self.action, self.column, self.fault, "once" if self.times == 1 else "lasting"))


@dataclass(frozen=True)
class Ending:
    """How a cell ended."""

    cell: Cell
    state: State
    effects: int
    doubled: int
    is_wrong: bool


def play(folder: FilePath, cell: Cell, path_class: type[Path] = Path, twin: Twin = unchanged, timeout: float = TIMEOUT) -> Ending:
    """Approve the action, let the fault happen, and go on for as long as anybody would."""
    with rest_world(folder, cell.kind, path_class, timeout=timeout) as world:
        twin(world)
        world.connector.ehr.client._sleep = lambda _: None
        case_id = world.approved(getattr(world, ACTIONS[cell.action][0])())
        _order(world, cell)
        for _ in range(ROUNDS):
            state = _round(world, case_id, cell, patient=twin is not searches_at_once)
            if state in FINAL or state is State.NEEDS_PERSON:
                break
        return _ending(world, case_id, cell)


def _order(world: RestWorld, cell: Cell) -> None:
    address = UNREACHABLE.get(cell.fault) or (world.ehr.address.replace("http:", "https:") if cell.fault == "tls" else None)
    if address:
        _sever(world, address, cell.times)
        return
    on = ACTIONS[cell.action][1] if cell.column == "write" else READS[cell.column] or _read_back_path(cell.action)
    world.ehr.order(cell.fault, on, cell.times, SECONDS.get(cell.fault, 0.0))


def _read_back_path(action: str) -> str:
    path = {"message": "/messages/{id}", "offer": "/messages/{id}", "waitlist": "/waitlist/{id}"}.get(action, "/appointments/{id}")
    return f"GET {path}"


def _sever(world: RestWorld, address: str, times: int) -> None:
    """The next writes go where there is no EHR."""
    client, left = world.connector.ehr.client, times
    whole, elsewhere = client.send, Client(replace(client._place, base_url=address), world.clock)

    def send(*request: object) -> object:
        nonlocal left
        left -= 1
        return (elsewhere.send if left >= 0 else whole)(*request)

    client.send = send


def _round(world: RestWorld, case_id: str, cell: Cell, patient: bool) -> State:
    """One turn of the workers, and the time until the next. Who is patient waits in real time too: a late effect comes meanwhile."""
    _try(lambda: world.path.execute(case_id))
    if patient:
        world.wait()
    if patient and cell.fault == "late_commit":
        time.sleep(LATE + 0.1)
    _try(lambda: world.path.reconcile(case_id))
    return world.case(case_id).state


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except UserError:  # the EHR could not be read; the next turn tries again
        return


def _ending(world: RestWorld, case_id: str, cell: Cell) -> Ending:
    if cell.fault == "late_commit":
        time.sleep(LATE + 0.1)
    state, effects = world.case(case_id).state, len(world.effects())
    happened = effects > 0
    wrong = {State.CONFIRMED: not happened, State.UNKNOWN: True, State.EXECUTING: True, State.NEEDS_PERSON: False}.get(state, happened)
    return Ending(cell, state, effects, max(0, effects - 1), wrong)


def cells(kinds: Iterable[str] = CLASSES, actions: Iterable[str] = ACTIONS, times: Iterable[int] = (1, FOREVER)) -> list[Cell]:
    """The whole grid."""
    made = []
    for kind in kinds:
        for action in actions:
            for many in times:
                made += [Cell(kind, action, fault, many) for fault in FAULTS]
                made += [Cell(kind, action, fault, many, column) for column in READS for fault in READ_FAULTS]
    return made
