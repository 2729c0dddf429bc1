"""Live updates: a stream that says when something changed, and nothing of what. The page then asks for itself again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse

from hsched_adapters.assembly import OpenPractice
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import Visitor, needs

LOOKS_EVERY_SECONDS = 1.0
LASTS_SECONDS = 20.0  # browsers come back by themselves: a stop waits no longer than this, and who was signed out is told soon
AGAIN_MILLISECONDS = 500
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}


def router(opened: OpenPractice) -> APIRouter:
    """The stream."""
    made = APIRouter()

    @made.get("/desk/live")
    async def live(request: Request, _visitor: Annotated[Visitor, Depends(needs(Subject.HOME))]) -> Response:
        if "text/event-stream" not in request.headers.get("accept", ""):  # who asks now and then gets the number alone
            return JSONResponse({"beat": await run_in_threadpool(opened.service.desk.follow)}, headers=HEADERS)
        return StreamingResponse(beats(opened, request), media_type="text/event-stream", headers=HEADERS)

    return made


async def beats(opened: OpenPractice, request: Request) -> AsyncIterator[str]:
    """A line for each change, and the number of the newest one at the beginning."""
    follow, last = opened.service.desk.follow, None
    yield f"retry: {AGAIN_MILLISECONDS}\n\n"
    for _ in range(round(LASTS_SECONDS / LOOKS_EVERY_SECONDS)):
        beat = await run_in_threadpool(follow)
        if beat != last:
            last = beat
            yield f"event: beat\ndata: {beat}\n\n"
        if await request.is_disconnected():
            return
        await asyncio.sleep(LOOKS_EVERY_SECONDS)
