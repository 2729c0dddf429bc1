"""A client's page as it is sent: their language, the office's name, and headers that keep the secret address where it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.contact import Channel
from hsched_core.messages.lint import signed
from hsched_core.workflow.client_pages import Seen
from hsched_service.client.language import LANGUAGES, words_for
from hsched_service.client.words import BUSY, DONE_BEFORE, ENDED, TOO_MANY, UNKNOWN, UNREADABLE, Words
from hsched_service.pages.rendering import page

# Tighter than for staff: these pages have no script and open no connection.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}
STATUS = {UNKNOWN: 404, BUSY: 503, UNREADABLE: 400, ENDED: 410, DONE_BEFORE: 409, TOO_MANY: 429}
LANGUAGE = "l"  # of the address's query: a language chosen on the page
RETRY = {BUSY: {"Retry-After": "60"}, TOO_MANY: {"Retry-After": "3600"}}
WAYS = (Channel.TEXT, Channel.EMAIL, Channel.PORTAL)  # a call is a person's: it is allowed or not, and no message is preferred to be one


@dataclass(frozen=True)
class Showing:
    """One request for a page behind a link; `seen` is None where the address is nobody's."""

    opened: OpenPractice
    request: Request
    token: str
    seen: Seen | None

    @property
    def words(self) -> Words:
        chosen, known = self.request.query_params.get(LANGUAGE, ""), self.seen.language if self.seen else ""
        return words_for(self.request.headers.get("accept-language", ""), chosen, known)

    def told(self, what: str) -> HTMLResponse:
        """A page of words alone."""
        return self.page("told", self.words.pages[what], STATUS.get(what, 200), RETRY.get(what))

    def page(
        self, template: str, told: tuple[str, ...], status: int = 200, headers: Mapping[str, str] | None = None, **facts: Any
    ) -> HTMLResponse:
        """`told`: title and sentences."""
        words = self.words
        title, *sentences = told
        around: dict[str, Any] = {
            "words": words,
            "labels": words.labels,
            "title": title,
            "sentences": sentences,
            "sender": self._sender,
            "phone": self._phone if any(words.call_us in one for one in sentences) else None,
            "links": self._links,
        }
        made = page(self.request, None, f"client/{template}.html", status, **around, **facts)
        made.headers.update({**HEADERS, "Content-Language": words.language, "Vary": "Accept-Language", **(headers or {})})
        return made

    @property
    def _sender(self) -> str:
        """As messages are signed: discreet. A practice without a name of its own is told in the page's language."""
        connection = self.opened.practice.connection
        return signed(connection.sender, self.words.language) if connection else ""

    @property
    def _phone(self) -> tuple[str, str] | None:
        """The practice's number as it writes it, and as a telephone takes it; None where practice.yaml names none."""
        connection = self.opened.practice.connection
        return (connection.phone, connection.phone_digits) if connection and connection.phone else None

    @property
    def _links(self) -> Mapping[str, str]:
        """The pages behind this address, and this one in the other language."""
        root, prefix = self.opened.service.root, self.request.url.path.removeprefix(self.opened.service.root).split("/")[1]
        base, chosen = f"{root}/{prefix}/{self.token}", self.request.query_params.get(LANGUAGE, "")
        query = f"?{LANGUAGE}={chosen}" if chosen in LANGUAGES else ""
        other = next(one for one in LANGUAGES.values() if one is not self.words)
        pages = {
            "home": f"{base}{query}",
            "other": f"?{LANGUAGE}={other.language}",
            "other_name": other.name,
            "other_language": other.language,
        }
        return pages | {name: f"{base}/{name}{query}" for name in ("time", "wishes", "stop")}
