"""How the service is watched and held back: figures, log lines, spans and limits, around everything else."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI

from hsched_service.operations import metrics
from hsched_service.operations.limits import Limits
from hsched_service.operations.logs import Gathered, Lines
from hsched_service.operations.metrics import Figures
from hsched_service.operations.upkeep import upkeep_of
from hsched_service.operations.watched import Watched

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_service.operations.traces import Traces
    from hsched_service.predict.room import Room


@dataclass(frozen=True)
class Watching:
    """What stands around one service. As it is made here: limits and figures, no log lines, no spans."""

    limits: Limits = field(default_factory=Limits)
    figures: Figures = field(default_factory=Figures)
    lines: Lines | None = None
    traces: "Traces | None" = None


def watching_of(opened: "OpenPractice") -> Watching:
    """As service.yaml says; log lines go to the error output, as words where that is a terminal. SettingsError where the file is wrong."""
    section, figures = opened.service.watching, Figures()
    lines = Lines(Gathered(sys.stderr.buffer), is_terminal=sys.stderr.isatty(), count=figures.dropped.inc)
    lines.install()
    return Watching(Limits(section), figures, lines, _traces(opened) if section.traces == "console" else None)


def watch(app: FastAPI, opened: "OpenPractice", room: "Room", watching: Watching) -> None:
    """Comes last: it stands around everything."""
    app.include_router(APIRouter(lifespan=upkeep_of(opened)))
    app.include_router(metrics.router(opened, watching.figures, room))
    app.add_middleware(Watched, figures=watching.figures, lines=watching.lines, traces=watching.traces)
    if watching.traces is not None:
        app.include_router(APIRouter(lifespan=_closing(watching.traces)))


def _traces(opened: "OpenPractice") -> "Traces":
    from hsched_service.operations.traces import to_console, trace_steps

    traces = to_console(sys.stdout)
    trace_steps(opened, traces)
    return traces


def _closing(traces: "Traces") -> Any:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        traces.close()

    return lifespan
