"""The provider's API: send a text, read one, list those to a number. Form-encoded in, JSON out, HTTP Basic before it, faults on order."""

import base64
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from hsched_sandbox.ehr.faults import Faults
from hsched_sandbox.ehr.gateway import Gateway
from hsched_sandbox.sms.carrier import Carrier, RefusedTextError, Text

VERSION = "2010-04-01"
PAGE_SIZE, LONGEST_BODY = 50, 1600
WORDS = {
    20404: "The requested resource was not found",
    21211: "Invalid 'To' Phone Number",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21610: "Attempt to send to unsubscribed recipient",
    21614: "'To' number is not a valid mobile number",
    21617: "The concatenated message body exceeds the 1600 character limit",
}


def build_provider(carrier: Carrier, account: str, token: str, faults: Faults | None = None) -> Gateway:
    """The provider as an ASGI application."""
    app = FastAPI(title="Sandbox texts", openapi_url=None)
    base = f"/{VERSION}/Accounts/{account}/Messages"

    @app.post(f"{base}.json")
    async def send(request: Request) -> JSONResponse:
        asked = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        sender = asked.get("From") or asked.get("MessagingServiceSid") or ""
        for code, is_wrong in ((21604, not asked.get("To")), (21603, not sender), (21602, not asked.get("Body"))):
            if is_wrong:
                return _error(code)
        if len(asked["Body"]) > LONGEST_BODY:
            return _error(21617)
        try:
            text = carrier.take(asked["To"], sender, asked["Body"], asked.get("StatusCallback", ""))
        except RefusedTextError as refusal:
            return _error(refusal.code)
        # The answer tells of the moment in which the text was taken, as the real one does.
        return JSONResponse(_shown(text, account) | {"status": "queued", "error_code": None}, 201)

    @app.get(f"{base}.json")
    async def listed(request: Request) -> JSONResponse:
        asked = request.query_params
        found = [one for one in carrier.texts() if asked.get("To") in (None, one.to) and asked.get("From") in (None, one.sender)]
        size, page = int(asked.get("PageSize", PAGE_SIZE)), int(asked.get("Page", 0))
        rows = [_shown(one, account) for one in found[page * size : (page + 1) * size]]
        more = {**asked, "PageSize": str(size), "Page": str(page + 1)}
        following = f"{base}.json?{urlencode(more)}" if len(found) > (page + 1) * size else None
        return JSONResponse({"messages": rows, "page": page, "page_size": size, "next_page_uri": following})

    @app.get(f"{base}/{{sid}}.json")
    async def one(sid: str) -> JSONResponse:
        found = carrier.find(sid)
        return JSONResponse(_shown(found, account)) if found else _error(20404, 404)

    app.include_router(_control(carrier, account))
    return Gateway(app, base64.b64encode(f"{account}:{token}".encode()).decode(), faults or Faults(), "Basic")


def _control(carrier: Carrier, account: str) -> APIRouter:
    """What nobody but the sandbox offers: a client's handset, and the truth."""
    routes = APIRouter()

    @routes.post("/sandbox/texts")
    async def write(request: Request) -> JSONResponse:
        """A client writes to the practice."""
        asked = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        return JSONResponse(_shown(carrier.write(asked.get("From", ""), asked.get("To", ""), asked.get("Body", "")), account), 201)

    @routes.get("/sandbox/texts")
    async def truth() -> JSONResponse:
        """Every text, newest first: what really happened."""
        return JSONResponse({"messages": [_shown(one, account) for one in carrier.texts()]})

    return routes


def _shown(text: Text, account: str) -> dict[str, Any]:
    at = format_datetime(text.created_at)
    return {
        "sid": text.sid,
        "account_sid": account,
        "to": text.to,
        "from": text.sender,
        "body": text.body,
        "status": text.status,
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": None,
        "num_media": "0",
        "date_created": at,
        "date_updated": at,
        "date_sent": None if text.status == "queued" else at,
        "uri": f"/{VERSION}/Accounts/{account}/Messages/{text.sid}.json",
    }


def _error(code: int, status: int = 400) -> JSONResponse:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return JSONResponse({"code": code, "message": WORDS[code], "more_info": more, "status": status}, status)
