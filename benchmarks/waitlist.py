"""The waitlist: rules and fit on arrays against plain Python, the assignment against greedy choices and OR-Tools' min-cost flow.

    make bench-waitlist                      in the environment of `make bench-peers`, which has OR-Tools
    python -m benchmarks.waitlist            without it

500 openings and 5,000 who wait: every opening scored, then shared out, proven optimal by prices. One opening and 50,000 who wait.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.harness import cpu_seconds, interleaved, machine, markdown
from benchmarks.waitlist_plain import Lists, PlainSlot, best, found
from benchmarks.waitlist_world import facts
from hsched_core.solvers.assignment import NOBODY, Indices, Pairs, assign, prices, total
from hsched_core.solvers.fit import Weights, fits, order, standings, terms
from hsched_core.solvers.waitlist import Limits, Slot, Waiting, bars, eligible
from hsched_core.use_cases.waitlist import FitWeights, propose
from hsched_core.use_cases.waitlist_coding import Coding

SEED = 20260303
REPEATS = 50  # of works below a millisecond
WEIGHTS = Weights(**{name: getattr(FitWeights(), name) for name in Weights.__dataclass_fields__})
HAS_OR_TOOLS = find_spec("ortools") is not None


def scored(slot: Slot, waiting: Waiting, limits: Limits) -> tuple[Indices, Any, Any]:
    """Who may be asked, the fit, and the standing."""
    at = eligible(slot, waiting, limits)
    fit = fits(terms(slot, waiting, limits, at), WEIGHTS)
    return at, fit, standings(fit, waiting, limits, at)


def pairs_of(coding: Coding) -> Pairs:
    """Every opening scored. In this world a client has one entry."""
    found = [scored(slot, coding.waiting, coding.limits) for slot in coding.slots]
    opening = np.repeat(np.arange(len(found)), [len(at) for at, _fit, _standing in found])
    client = coding.waiting.client[np.concatenate([at for at, _fit, _standing in found])]
    return Pairs(len(found), len(coding.clients), opening, client, np.concatenate([standing for _at, _fit, standing in found]))


def by_min_cost_flow(pairs: Pairs) -> int:
    """The best worth by OR-Tools: a unit of flow from each opening, over a client or past them all."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    count, sink = pairs.openings, pairs.openings + pairs.clients
    empty = int(pairs.weight.max()) + 1
    openings, clients = np.arange(count), count + np.arange(pairs.clients)
    tails = np.concatenate([pairs.opening, openings, clients])
    heads = np.concatenate([count + pairs.client, np.full(count, sink), np.full(pairs.clients, sink)])
    costs = np.concatenate([empty - pairs.weight, np.full(count, empty), np.zeros(pairs.clients, dtype=np.int64)])
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(tails), dtype=np.int64), costs)
    flow.set_nodes_supplies(np.append(openings, sink), np.append(np.ones(count, dtype=np.int64), -count))
    if flow.solve() != flow.OPTIMAL:
        raise SystemExit("OR-Tools found no optimal flow")
    return empty * count - int(flow.optimal_cost())


def greedy(pairs: Pairs, sequence: Indices) -> Indices:
    """Pairs taken in that sequence as long as opening and client are free: what one does without a solver."""
    rows, busy = np.full(pairs.openings, NOBODY, dtype=np.intp), set[int]()
    for row in sequence.tolist():
        opening, client = int(pairs.opening[row]), int(pairs.client[row])
        if rows[opening] == NOBODY and client not in busy:
            rows[opening] = row
            busy.add(client)
    return rows


def many(openings: int, waiting: int, busy: float | None) -> dict[str, Any]:
    """All openings at once."""
    coding = Coding(facts(openings, waiting, SEED).ordered)
    lists, slots = Lists.of(coding.waiting), [PlainSlot.of(slot) for slot in coding.slots]
    pairs = pairs_of(coding)
    by_opening = np.lexsort((-pairs.value, pairs.opening))
    works: dict[str, Callable[[], Any]] = {
        "scoring, arrays": lambda: pairs_of(coding),
        "scoring, plain Python": lambda: [found(slot, lists, coding.limits, WEIGHTS) for slot in slots],
        "matching, ours": lambda: assign(pairs),
        "matching, greedy by opening": lambda: greedy(pairs, by_opening),
        "matching, greedy by fit": lambda: greedy(pairs, np.argsort(-pairs.value, kind="stable")),
        "proof of optimality": lambda: prices(pairs, assign(pairs)),
    }
    if HAS_OR_TOOLS:
        works["matching, OR-Tools min-cost flow"] = lambda: by_min_cost_flow(pairs)
    _agree(pairs, works["scoring, plain Python"]())
    first = {name: work() for name, work in works.items()}  # not timed
    seconds = measured(works, busy)
    return {
        "openings": openings, "waiting": waiting, "pairs": len(pairs),
        "is_proven_optimal": first["proof of optimality"] is not None,
        "matching_by_scoring": seconds["matching, ours"] / seconds["scoring, arrays"],
        "scoring_python_by_arrays": seconds["scoring, plain Python"] / seconds["scoring, arrays"],
        "works": [{"work": name, "milliseconds": seconds[name] * 1000, **_worth(pairs, first[name])} for name in works],
    }  # fmt: skip


def _agree(pairs: Pairs, plain: list[list[tuple[int, int, int]]]) -> None:
    """The loop and the arrays find the same pairs, worth the same to a millionth of rounding."""
    values = np.array([standing for rows in plain for _row, _fit, standing in rows])
    rows = np.repeat(np.arange(len(plain)), [len(rows) for rows in plain])
    if not np.array_equal(rows, pairs.opening) or np.abs(values - pairs.value).max(initial=0) > 1:
        raise SystemExit("the plain loop and the arrays disagree")


def _worth(pairs: Pairs, result: Any) -> dict[str, Any]:
    """How many openings are filled, and the sum of standings, where the work shares out."""
    if isinstance(result, np.ndarray):
        result = total(pairs, result)
    if not isinstance(result, int):
        return {"filled": "", "sum": ""}
    filled = result // pairs.fill
    return {"filled": filled, "sum": f"{(result - filled * pairs.fill) / 1e6:.6f}"}


def single(waiting: int, busy: float | None) -> dict[str, Any]:
    """One opening: whom to ask first, of everybody who waits."""
    told = facts(1, waiting, SEED)
    coding = Coding(told.ordered)
    lists, slot, limits, everybody = Lists.of(coding.waiting), coding.slots[0], coding.limits, coding.waiting
    plain = PlainSlot.of(slot)

    def by_arrays() -> int | None:
        at, _fit, standing = scored(slot, everybody, limits)
        return int(at[order(standing, everybody, at)[0]]) if len(at) else None

    works: dict[str, Callable[[], Any]] = {
        "arrays": _repeated(by_arrays),
        "plain Python": lambda: best(found(plain, lists, limits, WEIGHTS), lists),
        "arrays, with every reason for everybody": _repeated(lambda: bars(slot, everybody, limits)),
        "coding of the facts": lambda: Coding(told).waiting,
        "propose, from facts to proposal": lambda: propose(replace(told)),  # without what it keeps from one look to the next
    }
    if by_arrays() != works["plain Python"]():
        raise SystemExit("the plain loop and the arrays choose differently")
    seconds = measured(works, busy)
    per_call = {name: seconds[name] / (REPEATS if name.startswith("arrays") else 1) for name in works}
    return {
        "waiting": waiting, "may_be_asked": len(eligible(slot, everybody, limits)),
        "python_by_arrays": per_call["plain Python"] / per_call["arrays"],
        "works": [{"work": name, "milliseconds": seconds * 1000} for name, seconds in per_call.items()],
    }  # fmt: skip


def measured(works: Mapping[str, Callable[[], Any]], busy: float | None) -> Mapping[str, float]:
    """Median seconds of each, taking turns: of the wall clock in undisturbed rounds; without a bound for others, of the processor."""
    if busy is None:
        return cpu_seconds(works)
    rounds = interleaved(works, most_foreign=busy)
    return {name: rounds.median(name) for name in works}


def _repeated(work: Callable[[], Any]) -> Callable[[], Any]:
    def repeated() -> Any:
        for _ in range(REPEATS):
            result = work()
        return result

    return repeated


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--openings", type=int, default=500)
    parser.add_argument("--waiting", type=int, default=5_000)
    parser.add_argument("--single", type=int, default=50_000, help="who waits where there is one opening")
    parser.add_argument("--busy", type=float, default=0.1, help="most of the processors that others may take in a round")
    parser.add_argument("--processor", action="store_true", help="seconds of the processor, on a machine that others use too")
    chosen = parser.parse_args()
    busy = None if chosen.processor else chosen.busy
    all_at_once, one = many(chosen.openings, chosen.waiting, busy), single(chosen.single, busy)
    for part in (all_at_once, one):
        print(f"\n{markdown(part['works'])}", file=sys.stderr)
    packages = ("numpy", "scipy", *(["ortools"] if HAS_OR_TOOLS else []))
    print(
        json.dumps(
            {
                "machine": machine(packages),
                "seconds_of": "processor" if chosen.processor else "wall clock",
                "all_at_once": all_at_once,
                "one": one,
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
