"""The intercept update as a step between trainings: each champion's level by the newest outcomes, as a version of its own.

The version names the model it comes from, and takes over as a training's candidate would: by itself, or after a review where
the practice reviews. `hsched model demote` undoes it, and no other follows until the next training.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from hsched_core.domain.errors import NotReadyError
from hsched_models.dataset import load_rows
from hsched_models.doubt import records_in_doubt
from hsched_models.features import MOMENTS
from hsched_models.intercept import Shift, Update, offsets_of, update_intercept
from hsched_models.promote import Decision
from hsched_models.registry import CHALLENGER, ModelRow, Registry
from hsched_models.report import Report
from hsched_models.succession import REVIEWED, Act, champion_version, history, settle
from hsched_models.train import Fitted
from hsched_models.workspace import Workspace

UPDATE = "the intercept update"  # who decides
# Not worth a version: a smaller step than either. Log odds, a quarter of a point at 15 %; and a share of the level's standard deviation,
# which a small practice moves by on noise alone: half as many versions or fewer, none the worse (docs/decisions/0019).
LEAST_CHANGE, LEAST_OF_SD = 0.02, 0.5
STAYS = "stays"


@dataclass(frozen=True)
class Outcome:
    """What became of one moment's champion."""

    row: Mapping[str, object]
    breach: str = ""


def update_champions(ws: Workspace, known_by: datetime, now: datetime) -> Report:
    """Update every champion's intercepts by the outcomes known then. One that cannot be loaded is a breach and stops no other."""
    registry = Registry(ws.tracking_uri, ws.artifact_root)
    rows = load_rows(ws.feature_rows)
    champions = [(moment, version) for moment in MOMENTS if (version := champion_version(registry, moment))]
    outcomes = [_update(ws, registry, rows, registry.version_row(*champion), known_by, now) for champion in champions]
    breaches = tuple(outcome.breach for outcome in outcomes if outcome.breach)
    updated = sum(outcome.row["verdict"] == "champion" for outcome in outcomes)
    return Report(
        numbers={"champions": len(outcomes), "updated": updated},
        tables={"intercepts": [outcome.row for outcome in outcomes]},
        breaches=breaches,
    )


def _update(ws: Workspace, registry: Registry, rows: pd.DataFrame, champion: ModelRow, known_by: datetime, now: datetime) -> Outcome:
    moment = champion.moment
    try:
        fitted = registry.load(moment, champion.version)
    except NotReadyError as error:
        return Outcome(_row(moment, champion.version, "", STAYS, error.problem), f"{moment}: {error.problem}")
    update = update_intercept(fitted, rows, moment, known_by)
    against = (
        records_in_doubt(ws) or _turned_down(registry, champion) or _too_small(fitted, update) or _in_review(ws, registry, moment, update)
    )
    version, verdict = "", STAYS
    if not against:
        version = _register(ws, registry, champion, update)
        decision = Decision(True, update.reasons)
        verdict = settle(registry, moment, version, decision, now, policy=ws.promotion, is_first=True, by=UPDATE)
    breach = f"{moment}: {' '.join(update.reasons)}" if update.is_bounded else ""
    return Outcome(_row(moment, champion.version, version, verdict, " ".join((*against, *update.reasons)), update), breach)


def _row(moment: str, champion: str, version: str, verdict: str, reasons: str, update: Update | None = None) -> dict[str, object]:
    share = update.share if update else None
    return {
        "moment": moment,
        "champion": champion,
        "new_version": version,
        "verdict": verdict,
        "intercept": round(update.unused.offset, 4) if update else None,
        "late_share_intercept": round(share.offset, 4) if share else None,
        "outcomes": update.unused.outcomes if update else None,
        "reasons": reasons,
    }


def _too_small(fitted: Fitted, update: Update) -> tuple[str, ...]:
    """A reason to leave all as it is: nothing was learned, or no intercept moves far enough from where it stands."""
    if update.unused.sd is None:
        return ("Nothing to update by.",)
    heads = zip(offsets_of(update.fitted), offsets_of(fitted), (update.unused, update.share), strict=True)
    steps = [(abs(new - old), _least(head)) for new, old, head in heads if head is not None]
    if any(step >= least for step, least in steps):
        return ()
    step, least = max(steps, key=lambda one: one[0] / one[1])
    return (f"The step from the champion is {step:.3f}, below {least:.3f}.",)


def _least(head: Shift) -> float:
    """The smallest step worth a version."""
    return max(LEAST_CHANGE, LEAST_OF_SD * (head.sd or 0.0))


def _turned_down(registry: Registry, champion: ModelRow) -> tuple[str, ...]:
    """A reason to wait for the next training: an update of this model was demoted or rejected before."""
    trained = champion.intercept_of or champion.version
    refused = [
        change.was if change.act is Act.DEMOTED else change.version
        for change in history(registry, champion.moment)
        if change.act is not Act.PROMOTED
    ]
    ours = [version for version in refused if registry.version_row(champion.moment, version).intercept_of == trained]
    return (f"Version {ours[-1]}, an update of version {trained}, was turned down: none until the next training.",) if ours else ()


def _in_review(ws: Workspace, registry: Registry, moment: str, update: Update) -> tuple[str, ...]:
    """A reason to wait where people review: a trained model awaits it, whose place an update would take, or this same update does."""
    found = registry.version_of(moment, CHALLENGER)
    if found is None or ws.promotion != REVIEWED:
        return ()
    waiting = registry.version_row(moment, str(found.version))
    if waiting.intercept_of and abs(float(waiting.intercept) - update.unused.offset) >= _least(update.unused):
        return ()
    return (f"Version {waiting.version} waits for its review.",)


def _register(ws: Workspace, registry: Registry, champion: ModelRow, update: Update) -> str:
    """The updated model as a version, in a run below that of the training it comes from."""
    trained = registry.version_row(champion.moment, champion.intercept_of or champion.version)
    offsets = offsets_of(update.fitted)
    tags = {"moment": champion.moment, "rung": update.fitted.name, "code_version": ws.code_version}
    with registry.run(f"{champion.moment} intercept", {**ws.tags, **tags}, below=trained.run_id) as run_id:
        registry.log(
            run_id,
            params={"intercept_of": trained.version, "seen_through": update.seen_through, "outcomes": update.unused.outcomes},
            metrics={
                "intercept": offsets[0],
                "intercept_sd": update.unused.sd,
                "late_share_intercept": offsets[1] if update.share else None,
                "recent_unused": update.recent.unused,
                "recent_expected_as_trained": update.recent.as_trained,
                "recent_expected": update.recent.updated,
            },
            texts={"reasons.txt": "\n".join(update.reasons)},
        )
        seen = max(trained.trained_through, update.seen_through)  # its intercept has read these outcomes: no foresight before them
        lineage = {"intercept_of": trained.version, "intercept": f"{offsets[0]:+.3f}", "trained_through": seen}
        columns = str(list(update.fitted.columns)).replace("'", '"')
        return registry.register(run_id, champion.moment, update.fitted, update.fitted.kinds, {**tags, **lineage, "columns": columns})
