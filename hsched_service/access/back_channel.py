"""Signing out at the provider signs out here: it says so itself, without a browser (OpenID Connect Back-Channel Logout 1.0)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.errors import NotReadError
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import public
from hsched_service.access.turned_away import NotThereError
from hsched_service.client.forms import Fields, fields_in
from hsched_service.failures import log_failure

NOT_KEPT = {"Cache-Control": "no-store"}
Form = Annotated[Fields | None, Depends(fields_in)]


def router(opened: OpenPractice) -> APIRouter:
    """The address that is registered with the provider."""
    made = APIRouter()

    @made.post("/sign-in/back-channel-logout", dependencies=[Depends(public(Subject.SIGN_IN))])
    def told(fields: Form) -> Response:
        parts = opened.service
        if parts.provider is None:
            raise NotThereError
        tokens = (fields or {}).get("logout_token", [])
        if len(tokens) != 1:
            return _refused("invalid_request")
        try:
            with parts.provider.logouts.told(tokens[0]) as end:
                parts.sign_ins.end_vouched(end.vouched, end.begun_by)
        except NotReadError as refusal:
            log_failure(refusal)
            parts.note_refused_sign_in("", refusal.code)
            return _refused("invalid_token")
        return Response(status_code=200, headers=NOT_KEPT)

    return made


def _refused(why: str) -> Response:
    return JSONResponse({"error": why}, 400, NOT_KEPT)
