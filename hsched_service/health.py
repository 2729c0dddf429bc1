"""Whether the service runs, and whether it can do its work: what a supervisor or a load balancer asks."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from hsched_adapters.assembly import OpenPractice
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import public
from hsched_service.failures import log_failure

if TYPE_CHECKING:
    from hsched_service.predict.room import Room

PATIENCE_SECONDS = 2.0  # a store that takes longer does not answer
NOTHING = "nothing"  # no model is in charge, or none was asked for yet
NO_STORE = {"cache-control": "no-store"}


def router(opened: OpenPractice) -> APIRouter:
    """Two questions. Answers hold words of the program and numbers."""
    made = APIRouter(prefix="/health", dependencies=[Depends(public(Subject.HEALTH))])

    @made.get("/live")
    async def live() -> JSONResponse:
        return JSONResponse({"status": "live"})

    @made.get("/ready")
    async def ready(request: Request) -> JSONResponse:
        """Ready, with what else is known; or 503 and why not."""
        try:
            reasons = await asyncio.wait_for(run_in_threadpool(opened.service.readiness.hindrances), PATIENCE_SECONDS)
        except TimeoutError:
            reasons = ["store"]
        if reasons:
            return JSONResponse({"status": "not ready", "reasons": reasons}, 503, NO_STORE)
        champions = _champions(getattr(request.app.state, "predictions", None))
        return JSONResponse({"status": "ready", "champions": champions, **await _besides(opened)}, headers=NO_STORE)

    return made


async def _besides(opened: OpenPractice) -> Mapping[str, object]:
    """What cannot be told is left out: it hinders nothing."""
    try:
        return await asyncio.wait_for(run_in_threadpool(opened.service.readiness.besides), PATIENCE_SECONDS)
    except Exception as error:
        log_failure(error)
        return {}


def _champions(room: "Room | None") -> object:
    """The versions that answer predictions; `nothing` where no model is in charge, or none was asked for yet."""
    engine = room.standing.engine if room else None
    return {model.name: model.version for model in engine.models.values()} if engine and engine.models else NOTHING
