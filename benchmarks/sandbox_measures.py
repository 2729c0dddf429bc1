"""What a sandbox practice turned out like, ingredient by ingredient: the figures of docs/explanation/sandbox.md.

python -m benchmarks.sandbox_measures [--archetype private] [--clinicians 30] [--seed 1] [--plain]
"""

import argparse
import dataclasses
import json
import sys
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from hsched_sandbox.archetypes import parameters_of
from hsched_sandbox.columns import Floats
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.kinds import Archetype
from hsched_sandbox.measures import base_rates, caseload, clinician_spread, history, miss_lift, missed_intakes, unused
from hsched_sandbox.offers import Answer, play
from hsched_sandbox.oracle import filter_oracle
from hsched_sandbox.oracle_error import oracle_error
from hsched_sandbox.practice import simulate
from hsched_sandbox.reminders import Reminder, effects
from hsched_sandbox.shocks import WHITE
from hsched_sandbox.timeline import DAY, HOUR
from hsched_sandbox.world import Cause, Channel, End, Payer, Session, Visits, World

TODAY = date(2026, 11, 24)
CALLED = 0.2  # share of visits that a front desk can call about


def rates(visits: Visits) -> dict[str, Any]:
    """Ends, intakes, repetition, caseloads."""
    share, ratio = missed_intakes(visits)
    late = visits.take(visits.end == End.LATE_CANCEL)
    return {
        "no_show, late, early, clinic": base_rates(visits).round(4).tolist(),
        "missed intakes, times the others": [share, ratio],
        "lag-1 lift": miss_lift(visits),
        "caseload": dataclasses.asdict(caseload(visits)),
        "series weekly, fortnightly, longer": series(visits),
        "late cancels in the last 3 h": float((late.start - late.closed <= 3 * HOUR).mean()),
        "clinicians' spread": clinician_spread(visits),
        "clinic cancels by cause": {cause.name.lower(): float((visits.cause == cause).mean()) for cause in Cause if cause},
    }


def series(visits: Visits) -> list[float]:
    """Shares of series by their rhythm."""
    _, first = np.unique(visits.series, return_index=True)
    every = visits.every[first]
    return [float(share.mean()) for share in (every == 1, every == 2, every > 2)]


def kinds(visits: Visits) -> dict[str, float]:
    """Unused share of reached visits by session and channel."""
    kept = visits.take(visits.end <= End.LATE_CANCEL)
    named: dict[str, NDArray[np.bool_]] = {kind.name.lower(): kept.session == kind for kind in Session}
    named |= {channel.name.lower(): (kept.channel == channel) & (kept.session != Session.INTAKE) for channel in Channel}
    return {name: float(unused(kept)[rows].mean()) for name, rows in named.items() if rows.any()}


def clients(world: World) -> dict[str, Any]:
    """Payers, and what follows them."""
    people = world.clients
    flags = {"minority": people.race != WHITE, "no car": people.no_car, "disabled": people.disability > 0, "authorized": people.units > 0}
    shares = {payer: people.payer == payer for payer in Payer}
    return {
        payer.name.lower(): {"share": float(here.mean()), **{name: float(flag[here].mean()) for name, flag in flags.items()}}
        for payer, here in shares.items()
        if here.any()
    }


def reminders(world: World, forecast: Floats) -> dict[str, Any]:
    """Relative risks by both potential outcomes, and what calling a fifth of the reachable visits gains of what is possible."""
    visits = world.visits
    able = ~np.isnan(forecast) & (visits.start - visits.booked > 3 * DAY)
    kind = world.clients.forgetter[visits.client].astype(np.int64)
    table = effects(world.parameters.reminders, np.array([Reminder.TEXT, Reminder.CALL]))[:, kind]
    without = _expit(visits.unreminded_logit)
    text, call = (_expit(visits.unreminded_logit + added) for added in table)
    gain = (without - call)[able]
    ranks = {"best forecast": forecast[able], "true risk": without[able], "at random": np.random.default_rng(0).random(len(gain))}
    return {
        "relative risk of texts, calls": [float(np.nanmean(p) / np.nanmean(without)) for p in (text, call)],
        "randomised share of reachable visits": float(visits.randomised[able].mean()),
        "share of the best possible gain, by rank": {name: gained(gain, rank) for name, rank in ranks.items()},
    }


def gained(gain: Floats, rank: Floats) -> float:
    """What calling the highest-ranked fifth gains, as a share of what calling those gains that it helps most."""
    calls = int(CALLED * len(gain))
    return float(gain[np.argsort(-rank, kind="stable")[:calls]].sum() / np.sort(gain)[-calls:].sum())


def offers(world: World) -> dict[str, float]:
    """Acceptance of freed hours."""
    sent = play(world)
    yes, short, openings = sent.answer == Answer.YES, sent.notice < DAY, len(np.unique(sent.opening))
    return {
        "offers": len(sent),
        "accepted": float(yes.mean()),
        "accepted, less than a day's notice": float(yes[short].mean()),
        "accepted, more": float(yes[~short].mean()),
        "offers an opening": len(sent) / openings,
        "openings filled": float(sent.is_placed.sum() / openings),
    }


def oracle(world: World) -> dict[str, Any]:
    """Ranking by the truth and by the filter oracle, and the oracle's stated error."""
    events, planted = exported_log(world)
    filtered = filter_oracle(world, events)
    visits = world.visits
    judged = (visits.end <= End.LATE_CANCEL) & ~np.isnan(filtered.p_unused)
    missed = unused(visits)[judged]
    return {
        "auroc of the truth": float(roc_auc_score(missed, visits.p_unused[judged])),
        "auroc of the filter oracle": float(roc_auc_score(missed, filtered.p_unused[judged])),
        "oracle's error, millinats": dataclasses.asdict(oracle_error(world, filtered, events)),
        "dirt planted": dataclasses.asdict(planted),
        "reminders": reminders(world, filtered.p_unused),
    }


def _expit(logit: Floats) -> Floats:
    p: Floats = 1 / (1 + np.exp(-logit))
    return p


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archetype", type=Archetype, default=Archetype.PRIVATE)
    parser.add_argument("--clinicians", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    world = simulate(parameters_of(asked.archetype, clinicians=asked.clinicians, plain=asked.plain), seed=asked.seed, today=TODAY)
    visits = history(world)
    found = rates(visits) | {"unused by kind": kinds(visits), "clients": clients(world), "offers": offers(world), "oracle": oracle(world)}
    json.dump(json.loads(json.dumps(found), parse_float=lambda text: round(float(text), 3)), sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
