"""The champions' level between trainings as an asset: what the newest outcomes moved, by how much, and as which version."""

import dagster as dg

from hsched_adapters.settings import Settings
from hsched_models.report import Report
from hsched_models.workspace import Workspace
from hsched_pipelines.learning.champions import Care, care_asset
from hsched_pipelines.learning.workspace import known_until, now_for

INTERCEPT = "model_no_show__intercept"
UPDATE = Care(
    name=INTERCEPT,
    description="Each champion's intercept by the newest outcomes: a version of its own, undone by `hsched model demote`.",
    check="level_within_bounds",
    warns="Fails, visibly, where outcomes ask for more than a level may move.",
    said=lambda report: f"{report.numbers.get('champions', 0)} champions, {report.numbers.get('updated', 0)} updated",
)


def intercept_asset(settings: Settings) -> dg.AssetsDefinition:
    """Last step of a training, since a model learns the mean level of its months; and by itself in the middle of the week."""

    def update(ws: Workspace) -> Report:
        from hsched_models.relevel import update_champions

        return update_champions(ws, known_until(settings), now_for(settings))

    return care_asset(settings, UPDATE, update)
