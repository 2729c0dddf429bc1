"""`POST /texts/inbound` and `/texts/status/{case}`: a provider's callbacks, refused where they are not signed, stored before 2xx.

The signature covers the public address, as the provider was told it: `HSCHED_SERVICE_URL` and the path, whatever proxy is between.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.messaging.signatures import ADDRESS, RECEIPTS, SIGNATURE, TEXTS
from hsched_core.policy.permissions import Subject
from hsched_core.workflow.inbox import Inbox
from hsched_service.access.guard import public
from hsched_service.group_commit import GroupCommit
from hsched_service.receiver import answered, closing


def router(opened: OpenPractice) -> APIRouter:
    """The receiver of the practice's provider of texts."""
    return texts_of(opened.inbox, opened.settings.service_url)


def texts_of(inbox: Inbox, public_url: str) -> APIRouter:
    """The receiver of an inbox. Without a provider it knows no such connection: 401."""
    group, base = GroupCommit(inbox.keep), public_url.rstrip("/")
    made = APIRouter(lifespan=closing(inbox, group), dependencies=[Depends(public(Subject.WEBHOOK))])

    @made.post("/texts/inbound", status_code=202)
    async def wrote(request: Request) -> Response:
        return await answered(inbox, group, TEXTS, _headers(request, base), request)

    @made.post("/texts/status/{case_id}", status_code=202)
    async def told(case_id: str, request: Request) -> Response:
        return await answered(inbox, group, RECEIPTS, _headers(request, base), request)

    return made


def _headers(request: Request, base: str) -> Mapping[str, str]:
    """Signature and public address; none where the signature comes twice: nobody knows which is meant."""
    given = request.headers.getlist(SIGNATURE)
    query = f"?{request.url.query}" if request.url.query else ""
    return {SIGNATURE: given[0], ADDRESS: f"{base}{request.url.path}{query}"} if len(given) == 1 else {}
