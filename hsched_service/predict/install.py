"""How the prediction API comes into the service: documented routes like all others, and the door before them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hsched_adapters.assembly import OpenPractice
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import public
from hsched_service.operations.limits import Limits
from hsched_service.predict.room import BATCH, SINGLE, PredictionDoor, Room


class Served(Response):
    """A response that the room makes itself."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._room.serve(scope, receive, send)


def predictions(app: FastAPI, opened: OpenPractice, limits: Limits) -> Room:
    """Routes and door of the prediction API; the room, which is `app.state.predictions` too."""
    room = Room(opened, limits)
    app.state.predictions = room
    app.include_router(_router(room))
    app.add_middleware(PredictionDoor, room=room)
    return room


def _router(room: Room) -> APIRouter:
    @asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        room.open()
        yield
        room.close()

    made = APIRouter(dependencies=[Depends(public(Subject.PREDICT))], lifespan=lifespan)

    @made.post(SINGLE)
    async def one(_request: Request) -> Response:
        return Served(room)

    @made.post(BATCH)
    async def several(_request: Request) -> Response:
        return Served(room)

    return made
