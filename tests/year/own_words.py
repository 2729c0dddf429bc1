"""What hsched itself would tell of its year (`hsched effect reminders`), and what the truth says about the same visits."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pandas as pd

from hsched_core.domain.holdout import Arm, Draw
from hsched_core.domain.vocabulary import Outcome
from hsched_core.use_cases import REMINDERS
from hsched_models.holdout import effects, visits
from tests.year import measures
from tests.year.folk import Help
from tests.year.platform import Platform

OUTCOMES = {
    "attended": Outcome.ATTENDED,
    "no-show": Outcome.NO_SHOW,
    "cancelled late": Outcome.LATE_CANCEL,
    "cancelled early": Outcome.EARLY_CANCEL,
    "given up for an earlier one": Outcome.EARLY_CANCEL,
    "called off by the practice": Outcome.CLINIC_CANCEL,
}
USUAL_CARE = Help(texts=1)


def effect(lived: Platform) -> dict[str, float]:
    """The holdout's estimate of what reminders changed, in points; and by how much the treated visits really went better."""
    draws = [one for one in lived.store.tables.draws.values() if one.use_case == REMINDERS]
    told = visits(draws, pd.DataFrame(list(_rows(lived, draws))))
    if told.empty or told["is_contacted"].nunique() < 2:
        return {}
    found = effects(told)[0]
    better = [_difference(lived, one) for one in draws if one.arm is Arm.TREATED and _is_kept(lived, one)]
    points = {name: 100 * float(found[name]) for name in ("difference", "low", "high") if found[name] is not None}
    return {f"own estimate: {name}": value for name, value in points.items()} | {
        "own estimate: held": float(sum(one.arm is Arm.HELD for one in draws)),
        "own estimate: drawn": float(len(draws)),
        "truth: effect on the treated": 100 * float(np.mean(better)),
    }


def blocked_offers(lived: Platform) -> dict[str, float]:
    """Offers that a rule of contact stopped, by the first rule that did."""
    found: dict[str, float] = {}
    for one in lived.store.tables.audit:
        if one.kind == "proposal.refused" and one.body.get("origin", {}).get("action_kind") == "offer_slot":
            rule = f"offers stopped: {next(iter(one.body['rules']), 'none')}"
            found[rule] = found.get(rule, 0) + 1
    return found


def _rows(lived: Platform, draws: list[Draw]) -> Iterator[dict[str, object]]:
    for draw in draws:
        end = OUTCOMES.get(measures.end_of(lived.life, draw.subject))
        yield {
            "moment": "at_booking",
            "appointment_token": draw.subject,
            "client_token": draw.client,
            "label_outcome": end.value if end else None,
            "label_known_at": draw.starts_at + timedelta(hours=2),
        }


def _is_kept(lived: Platform, draw: Draw) -> bool:
    return measures.end_of(lived.life, draw.subject) in ("attended", "no-show", "cancelled late")


def _difference(lived: Platform, draw: Draw) -> float:
    """Minus one: a visit that took place, and would not have with one text."""
    session, row = lived.life.ehr.appointments_by_id[draw.subject].session, lived.life.ehr.rows[draw.subject]
    usual = lived.life.folk.is_unused(row, session, USUAL_CARE)
    return float(lived.life.will_miss(draw.subject)) - float(usual)
