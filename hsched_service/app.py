"""The service as one application: which routers it has, and what every one of them is spared: echoes of input, traces with values."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hsched_adapters.assembly import OpenPractice
from hsched_service import health, receiver, texts
from hsched_service.access import back_channel, passkeys, rooms, sign_in, switch
from hsched_service.access.answers import add_answers
from hsched_service.access.guard import check_declared
from hsched_service.cds import room as cds
from hsched_service.client import pages
from hsched_service.desk import ROUTERS as DESK
from hsched_service.failures import log_failure
from hsched_service.operations.install import Watching, watch
from hsched_service.operations.limits import Limited
from hsched_service.pages import assets
from hsched_service.pages.headers import Bare
from hsched_service.predict import document, install
from hsched_service.settled_memory import settled_memory
from hsched_service.sidebar import client as sidebar
from hsched_service.sidebar import launch

# A room of its own for each; one line here puts it into the service.
ROUTERS: tuple[Callable[[OpenPractice], APIRouter], ...] = (
    health.router,
    receiver.router,
    texts.router,
    pages.router,
    assets.router,
    sign_in.router,
    back_channel.router,
    switch.router,
    rooms.router,
    passkeys.router,
    launch.router,
    sidebar.router,
    cds.router,
    document.router,
    *DESK,
)
LARGEST_BODY = 1_048_576  # bytes; routes that need less say so themselves


def build_app(opened: OpenPractice, watching: Watching | None = None) -> FastAPI:
    """The service of one practice. No pages that describe it: those of FastAPI load their parts from elsewhere."""
    watching = watching or Watching()
    app = FastAPI(
        redirect_slashes=False,
        title="hsched",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=settled_memory,
        max_body_size=LARGEST_BODY,
    )
    app.state.opened = opened
    for make in ROUTERS:
        app.include_router(make(opened))
    room = install.predictions(app, opened, watching.limits)
    add_answers(app)
    cds.open_to_origins(app, opened)
    app.add_middleware(Limited, limits=watching.limits, opened=opened)
    app.add_middleware(Discreet)
    watch(app, opened, room, watching)
    app.add_middleware(Bare)
    check_declared(app)
    return app


class Discreet:
    """Answers 500 for what nobody caught, and logs its kind and place; a text may carry a patient's value."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            log_failure(error)
            if scope["type"] == "http" and not has_begun:
                await JSONResponse({"error": "failed"}, status_code=500)(scope, receive, send)
