"""`POST /webhooks/{connection}`: refuses what is not signed, stores the rest durably, and only then says 2xx."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import MappingProxyType

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.inbox import Delivery, Reception
from hsched_core.policy.permissions import Subject
from hsched_core.workflow.inbox import Inbox
from hsched_service.access.guard import public
from hsched_service.failures import log_failure
from hsched_service.group_commit import GroupCommit

RETRY_SECONDS = 5
Group = GroupCommit[Delivery, Reception]
# Who cannot prove who they are learns nothing more; only a body that is too large has a number of its own.
STATUS: Mapping[Reception, int] = MappingProxyType(
    {**dict.fromkeys(Reception, 401), Reception.KEPT: 202, Reception.KNOWN: 200, Reception.OVERSIZED: 413}
)


def router(opened: OpenPractice) -> APIRouter:
    """The receiver of the practice's inbox."""
    return receiver_of(opened.inbox)


def receiver_of(inbox: Inbox) -> APIRouter:
    """The receiver of an inbox; what is under way when the service stops is stored before it ends."""
    group = GroupCommit(inbox.keep)
    made = APIRouter(lifespan=closing(inbox, group), dependencies=[Depends(public(Subject.WEBHOOK))])

    @made.post("/webhooks/{connection}", status_code=202)
    async def receive(connection: str, request: Request) -> Response:
        return await answered(inbox, group, connection, _headers(request), request)

    return made


def closing(inbox: Inbox, group: Group) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """At the service's end what is under way is stored, and what was refused written down."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        group.soon(lambda: inbox.record_refused(at_once=True))
        group.close()

    return lifespan


async def answered(inbox: Inbox, group: Group, connection: str, headers: Mapping[str, str], request: Request) -> Response:
    """Check, store, answer."""
    try:
        reception = await _received(inbox, group, connection, headers, request)
    except ClientDisconnect:
        return Response(status_code=400)
    except Exception as error:  # not stored, for whatever reason: the sender keeps it and comes again
        log_failure(error)
        return Response(status_code=503, headers={"Retry-After": str(RETRY_SECONDS)})
    # Who sends too much is not listened to until they have finished.
    return Response(status_code=STATUS[reception], headers={"Connection": "close"} if reception is Reception.OVERSIZED else None)


async def _received(inbox: Inbox, group: Group, connection: str, headers: Mapping[str, str], request: Request) -> Reception:
    body = await _body(request, inbox.rules.largest_bytes)
    found = inbox.refuse(Reception.OVERSIZED, connection) if body is None else inbox.check(connection, headers, body)
    if isinstance(found, Delivery):
        return await group.keep(found)
    if inbox.owes_entries:
        group.soon(inbox.record_refused)
    return found


async def _body(request: Request, largest: int) -> bytes | None:
    """The bytes as they came; None as soon as there are too many of them."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > largest:
        return None
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > largest:
            return None
    return b"".join(parts)


def _headers(request: Request) -> Mapping[str, str]:
    """The headers of the standard; none at all where one of them comes twice: nobody knows which is meant."""
    ours = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw if name.startswith(b"webhook-")]
    found = dict(ours)
    return found if len(found) == len(ours) else {}
