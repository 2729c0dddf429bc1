"""The model reviewer's page: who is champion and why, the card, groups side by side, how sealed forecasts turned out."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.recent import Recent
from hsched_core.domain.errors import HschedError
from hsched_core.policy.permissions import Subject
from hsched_core.workflow.opening_figures import Share
from hsched_service.access.guard import Visitor, needs
from hsched_service.desk import plots
from hsched_service.desk.markdown import html_of
from hsched_service.pages.rendering import page

if TYPE_CHECKING:
    import pandas as pd

FRESH_SECONDS, STALE_SECONDS = 60.0, 3600.0  # real; a new champion stands here after a minute
GROUPS, WEEKS = "review/by_group_of_people.json", 12
RELIABILITY = "plots/reliability.png"
BINS = 10
SHOWN = (("auroc", "AUROC"), ("brier", "Brier"), ("ece", "ECE"), ("calibration_slope", "Slope"))


@dataclass(frozen=True)
class Champion:
    """A version in charge, or one that waits to be."""

    moment: str
    version: str
    name: str
    figures: Sequence[tuple[str, str]]
    trained_through: str
    promoted_at: str
    promoted_by: str
    reasons: str
    is_waiting: bool
    stands_against: str
    card: Markup
    columns: Sequence[str]
    groups: Sequence[Sequence[str]]
    address: str
    reliability: str = field(repr=False)  # its training's picture as a `data:` address; empty where it has none
    intercept_of: str  # the trained version that this one only moves in level; card and groups are that one's


@dataclass(frozen=True)
class Graded:
    """How sealed forecasts of one moment turned out."""

    moment: str
    total: Mapping[str, Any]
    weeks: Sequence[Mapping[str, Any]]
    reliability: Markup


@dataclass(frozen=True)
class Models:
    """Everything on the page."""

    champions: Sequence[Champion] = ()
    graded: Sequence[Graded] = ()
    seals: int = 0
    broken: str = ""
    breaches: Sequence[str] = field(default=())


def router(opened: OpenPractice) -> APIRouter:
    """The page. Its first reading loads MLflow and pandas: seconds."""
    made = APIRouter()
    known = Recent(lambda: _read(opened), FRESH_SECONDS, STALE_SECONDS)

    @made.get("/model")
    def model(request: Request, visitor: Annotated[Visitor, Depends(needs(Subject.MODEL))]) -> Response:
        found = known.get()
        return page(
            request, visitor, "desk/model.html", models=found.value or Models(), trouble=found.trouble, mlflow=opened.settings.mlflow_ui,
            may_review=visitor.may(Subject.MODEL_REVIEW),
        )  # fmt: skip

    return made


def _read(opened: OpenPractice) -> Models:
    champions = _champions(opened)
    if not (opened.paths.ledger / "seals.jsonl").exists():
        return Models(champions)
    return _graded(opened, champions)


def _champions(opened: OpenPractice) -> list[Champion]:
    """Nothing where nothing was trained: the registry's file is not made by looking."""
    address = opened.settings.mlflow_tracking_uri
    if address.startswith("sqlite:///") and not (opened.paths.mlflow / "mlflow.db").exists():
        return []
    from hsched_models.registry import Registry
    from hsched_models.succession import champion_version, stands_against

    registry = Registry(address, opened.paths.mlflow_artifacts)
    rows = [row for row in registry.champions() if {"champion", "challenger"} & set(row.aliases)]
    found = []
    for row in rows:
        is_waiting = "champion" not in row.aliases
        trained = registry.version_row(row.moment, row.intercept_of).run_id if row.intercept_of else row.run_id
        columns, groups = _groups(registry.text_of(trained, GROUPS))
        against = stands_against(row, champion_version(registry, row.moment)) if is_waiting else ""
        found.append(
            Champion(
                row.moment.replace("_", " "),
                row.version,
                row.name,
                [(title, _figure(row.metrics.get(name))) for name, title in SHOWN],
                row.trained_through,
                row.promoted_at[:10],
                row.promoted_by,
                row.reasons,
                is_waiting,
                against,
                html_of(registry.text_of(trained, "model_card.md") or ""),
                columns,
                groups,
                registry.run_url(row.run_id, opened.settings.mlflow_ui),
                _picture(registry.bytes_of(trained, RELIABILITY)),
                row.intercept_of,
            )
        )
    return sorted(found, key=lambda one: (one.is_waiting, one.moment))


def _graded(opened: OpenPractice, champions: Sequence[Champion]) -> Models:
    from hsched_adapters.store.publishing import open_score_store
    from hsched_models.grades import grade
    from hsched_models.ledger import Anchor, read_chain
    from hsched_models.shadow import load_labels, sealed_forecasts
    from hsched_models.workspace import Workspace

    paths = opened.paths
    ws = Workspace(
        paths.tables, paths.home / "training", paths.scores, paths.drift, opened.settings.mlflow_tracking_uri, paths.mlflow_artifacts,
        opened.practice.timezone,
    )  # fmt: skip
    store = open_score_store(opened.settings)
    try:
        chain = read_chain(ws.seals, tuple(Anchor(number, seal) for number, seal in store.heads() if number))
    finally:
        store.close()
    broken = str(chain.broken) if chain.broken else ""
    try:
        found = grade(sealed_forecasts(ws, chain), load_labels(ws.feature_rows), opened.clock.now())
    except HschedError:
        return Models(champions, (), len(chain.seals), broken)
    graded = [
        Graded(moment.replace("_", " "), total, found.by_week[moment][-WEEKS:], _reliability(found.rows[found.rows["moment"] == moment]))
        for moment, total in found.total.items()
    ]
    return Models(champions, graded, len(chain.seals), broken, found.breaches)


def _reliability(rows: "pd.DataFrame") -> Markup:
    """Ten groups of equally many forecasts, each with the share that came true."""
    ordered = rows.sort_values("probability")
    points = []
    for number in range(BINS):
        part = ordered.iloc[len(ordered) * number // BINS : len(ordered) * (number + 1) // BINS]
        if len(part):
            share = Share(int(part["unused"].sum()), len(part))
            low, high = share.interval or (0.0, 0.0)
            points.append(plots.Point(f"{part['probability'].mean():.3f}", share.value or 0.0, low, high, len(part)))
    return plots.reliability(points, "What was forecast, and how often it came true")


def _groups(text: str | None) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    told = json.loads(text) if text else {"columns": [], "data": []}
    return told["columns"], told["data"]


def _picture(png: bytes | None) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
