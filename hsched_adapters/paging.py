"""The `paging:` section of practice.yaml, and the call it makes: a POST to a service that wakes somebody (a gateway, ntfy, a chat).

A page says that a reply waits and how grave it is. Nothing of the client, not even a pseudonym.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from hsched_core.domain.errors import SettingsError
from hsched_core.domain.replies import Page
from hsched_core.ports.replies import PageError

WHERE = "practice.yaml, paging"
HERE = frozenset({"127.0.0.1", "localhost", "::1"})
WORDS = {
    "crisis": "possible danger",
    "unreadable": "a message that cannot be opened",
    "clinical": "clinical content",
    "unread": "a message no rule understood",
}


@dataclass(frozen=True)
class Paging:
    """Where pages go. The token, where there is one, lies in a file below keys/."""

    url: str
    token_file: str = ""
    timeout_seconds: float = 4.0  # a page is due within five seconds

    def __post_init__(self) -> None:
        _check_address(self.url)
        if not isinstance(self.token_file, str) or (self.token_file and PurePath(self.token_file).name != self.token_file):
            raise SettingsError(f"{WHERE}: token_file is not a file's name.", "It lies in the practice's keys folder; write its name only.")
        seconds = self.timeout_seconds
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= 60:
            raise SettingsError(f"{WHERE}: timeout_seconds is not a number of seconds.", "Between 0 and 60.")

    def plain(self) -> dict[str, Any]:
        """As it stands in practice.yaml."""
        return asdict(self)


def paging_from(content: object) -> Paging | None:
    """The section as parsed; None where there is none. Unknown and missing keys are refused by name."""
    if content is None:
        return None
    if not isinstance(content, Mapping) or not content.get("url"):
        raise SettingsError(f"{WHERE} has no url.", "Write `url: https://...`, or remove the section.")
    known = {field.name for field in fields(Paging)}
    if unknown := sorted(str(key) for key in content if key not in known):
        raise SettingsError(f"{WHERE} has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(sorted(known))}.")
    return Paging(**content)


class WebhookPager:
    """`Pager` over HTTP. Nothing is repeated here: the desk calls again in its next round."""

    def __init__(self, paging: Paging, keys: Path) -> None:
        self._paging, self._keys = paging, keys

    def page(self, page: Page) -> None:
        import requests  # late: every process reads this section, and few call anybody

        try:
            reply = requests.post(
                self._paging.url, json=document(page), headers=self._headers(), timeout=self._paging.timeout_seconds, allow_redirects=False
            )
        except OSError:  # requests' errors are; the address may hold a secret, so nothing of the error is kept
            raise PageError("not_reached") from None
        if not 200 <= reply.status_code < 300:
            raise PageError(f"status_{reply.status_code}")

    def _headers(self) -> dict[str, str]:
        if not self._paging.token_file:
            return {}
        try:
            token = (self._keys / self._paging.token_file).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            raise PageError("no_token") from None
        return {"Authorization": f"Bearer {token}"}


class NoPager:
    """`Pager` where the practice named none: every call fails, and `hsched replies` says so."""

    def page(self, page: Page) -> None:
        raise PageError("nobody_named")


def document(page: Page) -> dict[str, Any]:
    """What is sent. `text` is what chats show; the other fields are for programs."""
    text = f"hsched: a client's reply with {WORDS[str(page.reason)]} waits for a person. hsched replies show {page.reply[:12]}"
    return {
        "text": text,
        "practice": page.practice,
        "reply": page.reply,
        "reason": str(page.reason),
        "received_at": page.received_at.isoformat(),
        "number": page.number,
    }


def _check_address(url: object) -> None:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        is_plain = parts is not None and bool(parts.hostname) and not parts.username and (parts.port is None or parts.port > 0)
    except ValueError:
        is_plain = False
    if not is_plain or parts is None:
        raise SettingsError(f"{WHERE}: url is not an address.", "For example https://pages.example/on-call.")
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)):
        raise SettingsError(f"{WHERE}: url is not encrypted.", "Use https; http is for this machine only.")
