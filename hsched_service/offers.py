"""The page behind an offer's link: what is free, a yes and a no. Looking changes nothing; whoever has the link is the client.

No script, no cookie, nothing loaded from anywhere, nothing logged: the address is a secret, and the page names no one.
"""

import base64
import hashlib
from html import escape
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.errors import UserError
from hsched_core.policy.permissions import Subject
from hsched_core.workflow.waitlist import Standing, Told
from hsched_service.access.guard import public
from hsched_service.failures import log_failure
from hsched_service.offer_words import BUSY, UNKNOWN, UNREADABLE, Words, words_for

LONGEST_BODY = 256  # bytes; `answer=decline` has 14
STYLE = """
body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
button{font:inherit;width:100%;margin:.5rem 0;padding:.75rem;border:2px solid #1a4f8b;border-radius:.5rem;background:#fff;color:#1a4f8b}
button[value=accept]{background:#1a4f8b;color:#fff}
button:focus-visible{outline:4px solid #e0a000}
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
NOWHERE_ELSE = "base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; {NOWHERE_ELSE}",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
STATUS = {
    Standing.OPEN: 200,
    Standing.BOOKED: 200,
    Standing.RECEIVED: 202,
    Standing.DECLINED: 200,
    Standing.LATE: 410,
    Standing.TAKEN: 409,
    UNKNOWN: 404,
    BUSY: 503,
    UNREADABLE: 400,
}
# Where an answer leads, if it counts; anywhere else it came too late for that, and the status says so.
COUNTS = {"accept": {Standing.BOOKED, Standing.RECEIVED}, "decline": {Standing.DECLINED}}


async def answer_in(request: Request) -> str | None:
    """`accept` or `decline`; None for everything else, however long it is."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
    try:
        answers = parse_qs(body.decode("ascii"), strict_parsing=True).get("answer", [])
    except ValueError:
        return None
    return answers[0] if answers in (["accept"], ["decline"]) else None


def router(opened: OpenPractice) -> APIRouter:
    """The pages of one practice's offers. What is opened is opened by the first visit."""
    routes = APIRouter(dependencies=[Depends(public(Subject.CLIENT_PAGE))])

    @routes.get("/o/{token}", response_class=HTMLResponse)
    def show(token: str, request: Request) -> HTMLResponse:
        return _answered(opened, request, token, "look")

    @routes.post("/o/{token}", response_class=HTMLResponse)
    def answer(token: str, request: Request, said: Annotated[str | None, Depends(answer_in)]) -> HTMLResponse:
        if said is None:
            return _page(UNREADABLE, _words(request))
        return _answered(opened, request, token, said)

    return routes


def _answered(opened: OpenPractice, request: Request, token: str, act: str) -> HTMLResponse:
    """The desk's answer as a page; an EHR or a store that does not answer is a page too."""
    words = _words(request)
    try:
        case_id = opened.links.case_of(token)
        told: Told | None = getattr(opened.waitlist, act)(case_id) if case_id else None
    except UserError as failure:
        log_failure(failure)
        return _page(BUSY, words)
    if told is None:
        return _page(UNKNOWN, words)
    facts = {"time": words.time(told.session, opened.timezone), "until": words.instant(told.answer_by, opened.timezone)}
    counts = told.standing in COUNTS.get(act, {told.standing})
    return _page(told.standing, words, facts, 200 if counts else 409)


def _words(request: Request) -> Words:
    return words_for(request.headers.get("accept-language", ""))


def _page(what: str, words: Words, facts: dict[str, str] | None = None, least_status: int = 200) -> HTMLResponse:
    title, *sentences = words.pages[what]
    told = "".join(f"<p>{escape(sentence.format(**facts or {}))}</p>" for sentence in sentences)
    form = _form(words) if what == Standing.OPEN else ""
    page = (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(title)}</h1>{told}{form}</main></body></html>"
    )
    headers = {**HEADERS, "Content-Language": words.language, "Vary": "Accept-Language"}
    return HTMLResponse(page, max(STATUS[what], least_status), headers | ({"Retry-After": "60"} if what == BUSY else {}))


def _form(words: Words) -> str:
    """Two buttons; the address is the page's own."""
    yes, no = escape(words.yes), escape(words.no)
    buttons = f'<button name="answer" value="accept">{yes}</button><button name="answer" value="decline">{no}</button>'
    return f'<form method="post">{buttons}</form>'
