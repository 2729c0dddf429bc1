"""The daily watch over the champions as an asset: how they stand on matured outcomes, and what was done or is proposed."""

import dagster as dg

from hsched_adapters.settings import Settings
from hsched_models.report import Report
from hsched_models.workspace import Workspace
from hsched_pipelines.learning.champions import Care, care_asset
from hsched_pipelines.learning.workspace import known_until, now_for

STANDING = "model_no_show__standing"
WATCH = Care(
    name=STANDING,
    description="Each champion on visits after its training, beside the champion before it.",
    check="champion_holds_up",
    warns="Fails, visibly, where a champion should go or be trained again.",
    said=lambda report: f"{report.numbers.get('champions', 0)} champions, nothing against them",
)


def standing_asset(settings: Settings) -> dg.AssetsDefinition:
    """Judged every day."""

    def watch(ws: Workspace) -> Report:
        from hsched_models.standing import watch_champions

        return watch_champions(ws, known_until(settings), now_for(settings))

    return care_asset(settings, WATCH, watch)
