"""Whether the service runs, and whether it can do its work: what a supervisor or a load balancer asks."""

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from hsched_adapters.assembly import OpenPractice
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import public


def router(opened: OpenPractice) -> APIRouter:
    """Two questions, no details in the answers."""
    made = APIRouter(prefix="/health", dependencies=[Depends(public(Subject.HEALTH))])

    @made.get("/live")
    async def live() -> JSONResponse:
        return JSONResponse({"status": "live"})

    @made.get("/ready")
    async def ready() -> JSONResponse:
        """Whether the operational store answers."""
        try:
            await run_in_threadpool(opened.inbox.waiting)
        except Exception:  # whatever keeps it from answering
            return JSONResponse({"status": "not ready"}, status_code=503)
        return JSONResponse({"status": "ready"})

    return made
