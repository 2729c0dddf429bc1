"""An HTTP provider in the shape of Twilio's Messages API: what we ask it, and its words in ours. Sends once, and looks again."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hsched_adapters.ehr.rest.client import Answer, Client, EhrError, Place
from hsched_adapters.messaging.section import TextProvider
from hsched_core.domain.delivery import DeliveryState, Trouble
from hsched_core.domain.errors import NotReadyError
from hsched_core.ports import Clock

VERSION = "2010-04-01"
VAULT_KIND = "text"  # under which the vault knows the provider's names of texts
SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
PAGE_SIZE, MOST_PAGES = "100", 20
STATES: Mapping[str, DeliveryState] = MappingProxyType(
    {
        **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), DeliveryState.ACCEPTED),
        **dict.fromkeys(("sent", "partially_delivered"), DeliveryState.SENT),
        **dict.fromkeys(("delivered", "read", "receiving", "received"), DeliveryState.DELIVERED),
        **dict.fromkeys(("undelivered", "failed", "canceled"), DeliveryState.FAILED),
    }
)
# Error codes of the API's answers (2xxxx) and of receipts (3xxxx): https://www.twilio.com/docs/api/errors
TROUBLES: Mapping[int, Trouble] = MappingProxyType(
    {
        21211: Trouble.INVALID_NUMBER,
        21217: Trouble.INVALID_NUMBER,
        21614: Trouble.LANDLINE,
        21635: Trouble.LANDLINE,
        21610: Trouble.OPTED_OUT,
        21408: Trouble.NOT_ROUTABLE,
        21612: Trouble.NOT_ROUTABLE,
        21617: Trouble.TOO_LONG,
        30003: Trouble.HANDSET_OFF,
        30004: Trouble.BLOCKED,
        30005: Trouble.UNKNOWN_HANDSET,
        30006: Trouble.LANDLINE,
        30007: Trouble.FILTERED,
        30036: Trouble.EXPIRED,
    }
)


@dataclass(frozen=True)
class SeenText:
    """A text as the provider has it. Number and words are patients' data: never shown."""

    sid: str = field(repr=False)
    to: str = field(repr=False)
    body: str = field(repr=False)
    state: DeliveryState
    created_at: datetime
    trouble: Trouble | None = None


class Twilio:
    """One account at the provider."""

    def __init__(self, section: TextProvider, keys: Path, clock: Clock, pace: float = 1.0) -> None:
        self._section, self._keys = section, keys
        self.client = Client(Place(section.base_url, self._signed, section.timeout_seconds, pace, is_form=True), clock)

    def send(self, to: str, text: str, callback: str) -> Answer:
        """Ask for one text, once. `callback` is where its receipts go."""
        section = self._section
        sender = "MessagingServiceSid" if section.sender.startswith("MG") else "From"
        body = {"To": to, sender: section.sender, "Body": text, "StatusCallback": callback}
        return self.client.send("POST", self._path(), body | {"ValidityPeriod": str(60 * section.validity_minutes)}, {})

    def text(self, sid: str) -> SeenText | None:
        """One text by the provider's name; None where it has none of that name."""
        answer = self.client.get(self._path(sid))
        return None if answer.status == 404 else seen_text(answer.document)

    def sent_to(self, to: str, since: datetime) -> Sequence[SeenText]:
        """What was asked for that number since then, newest first. Not by the day it was sent: what waits in a queue was not yet."""
        return [seen_text(row) for row in self._rows({"To": to}, since)]

    def received_since(self, since: datetime) -> Sequence[Mapping[str, str]]:
        """What clients wrote since then, as a callback has it: for what no callback told us."""
        mine = {} if self._section.sender.startswith("MG") else {"To": self._section.sender}
        rows = [row for row in self._rows(mine, since) if isinstance(row, Mapping) and row.get("direction") == "inbound"]
        return [
            {"MessageSid": str(row["sid"]), "From": str(row.get("from") or ""), "Body": str(row.get("body") or ""),
             "NumMedia": str(row.get("num_media") or "0")}
            for row in rows
        ]  # fmt: skip

    def _rows(self, parameters: Mapping[str, str], since: datetime) -> Sequence[object]:
        """The list's rows since then, newest first, page by page."""
        found: list[object] = []
        path, parameters = self._path(), {**parameters, "PageSize": PAGE_SIZE}
        for _ in range(MOST_PAGES):
            document = self.client.get(path, parameters).document
            page = [(row, seen_text(row).created_at) for row in _listed(document)]
            found += [row for row, at in page if at >= since]
            following = document.get("next_page_uri")
            if not following or (page and page[-1][1] < since):
                return found
            parts = urlsplit(str(following))
            path, parameters = parts.path, dict(parse_qsl(parts.query))
        raise EhrError("endless_pages: texts")

    def _path(self, sid: str = "") -> str:
        if sid and not SID.fullmatch(sid):
            raise EhrError("unexpected_form: sid")
        return f"/{VERSION}/Accounts/{self._section.account}/Messages{'/' + sid if sid else ''}.json"

    def _signed(self) -> Mapping[str, str]:
        """The account's credentials, read anew at each call: a new token counts without a restart."""
        (newest, *_) = tokens_in(self._keys / self._section.token_file)
        pair = base64.b64encode(f"{self._section.account}:{newest}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}


def tokens_in(file: Path) -> Sequence[str]:
    """The account's auth tokens, newest first; NotReadyError where there is none."""
    try:
        found = [line.strip() for line in file.read_text(encoding="ascii", errors="replace").splitlines() if line.strip()]
    except OSError:
        found = []
    if not found:
        raise NotReadyError(f"The file {file.name} with the provider's token cannot be read.", "Put it into the practice's keys folder.")
    return found


def seen_text(row: object) -> SeenText:
    """A text as the API writes it; EhrError names the field without the expected form, never its value."""
    found: Mapping[str, Any] = row if isinstance(row, Mapping) else {}
    sid, to, body = (found.get(name) for name in ("sid", "to", "body"))
    if not isinstance(sid, str) or not SID.fullmatch(sid):
        raise EhrError("unexpected_form: sid")
    if not isinstance(to, str) or not isinstance(body, str):
        raise EhrError("unexpected_form: to or body")
    state = STATES.get(str(found.get("status")))
    if state is None:
        raise EhrError("unexpected_form: status")
    return SeenText(sid, to, body, state, _instant(found.get("date_created")), trouble_of(found.get("error_code")))


def trouble_of(code: object) -> Trouble | None:
    """What an error code means; None for none."""
    text = str(code if code is not None else "").strip()
    if not text or text == "0":
        return None
    return TROUBLES.get(int(text), Trouble.OTHER) if text.isascii() and text.isdigit() else Trouble.OTHER


def _listed(document: object) -> Sequence[object]:
    rows = document.get("messages") if isinstance(document, Mapping) else None
    if not isinstance(rows, list):
        raise EhrError("unexpected_form: texts")
    return rows


def _instant(value: object) -> datetime:
    try:
        found = parsedate_to_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise EhrError("unexpected_form: date_created")
    return found.astimezone(UTC)
