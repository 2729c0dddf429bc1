"""Webhooks as Standard Webhooks 1.0 has them: whose signature it is, and what the body tells, under pseudonyms.

The `standardwebhooks` library verifies. It also takes what is not the form of the specification (a fraction of a second, base64
with other characters in between), and raises what it does not document: here only the one written form passes, and any exception
is a refusal.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from standardwebhooks.webhooks import Webhook

from hsched_adapters.clock import SystemClock
from hsched_core.domain.appointments import Notice, NoticeKind
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.inbox import Delivery, Reception, UnreadableMessageError
from hsched_core.ports import Vault

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)  # the library's own
# Without a full stop, which separates the signed parts: one delivery could be cut into another.
_ID = re.compile(r"[A-Za-z0-9_:@+/=-]{1,200}")
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}")
_V1 = re.compile(r"v1,[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")  # 32 bytes have one writing: the last digit's low bits are zero
LONGEST_SIGNATURES = 2000
MOST_SECRETS = 4
PREFIX = "whsec_"
Secrets = Callable[[], Sequence[str]]


class StandardWebhooks:
    """`Verifier` for connections that sign as the standard says. Several secrets of one connection are all good: that is rotation."""

    def __init__(self, secrets: Mapping[str, Secrets]) -> None:
        self._secrets = secrets
        self._clock = SystemClock()  # senders stamp attempts with real time, whatever day the practice lives in
        self._webhooks: dict[str, Webhook] = {}

    def knows(self, source: str) -> bool:
        return source in self._secrets

    def verify(self, source: str, headers: Mapping[str, str], body: bytes) -> Delivery | Reception:
        told = {name: headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)}
        if not _ID.fullmatch(told[ID]) or not _TIMESTAMP.fullmatch(told[TIMESTAMP]) or len(told[SIGNATURE]) > LONGEST_SIGNATURES:
            return Reception.HEADERS
        if abs(self._clock.now().timestamp() - int(told[TIMESTAMP])) > TOLERANCE.total_seconds():
            return Reception.TIMESTAMP
        told[SIGNATURE] = " ".join(one for one in told[SIGNATURE].split(" ") if _V1.fullmatch(one))
        if any(_is_signed(self._webhook(secret), told, body) for secret in self._secrets[source]()):
            return Delivery(source, told[ID], body)
        return Reception.SIGNATURE

    def _webhook(self, secret: str) -> Webhook:
        if secret not in self._webhooks:
            self._webhooks[secret] = Webhook(secret)
        return self._webhooks[secret]


def _is_signed(webhook: Webhook, headers: dict[str, str], body: bytes) -> bool:
    try:
        webhook.verify(body, headers, json_parse=False)
    except Exception:  # among others ValueError, binascii.Error, UnicodeDecodeError: whatever it is, it is not signed
        return False
    return True


class SecretFile:
    """The secrets of a connection, one a line, the newest first; read again when the file changes, so that they rotate without a stop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._secrets: tuple[str, ...] = ()

    def __call__(self) -> Sequence[str]:
        try:
            found = self._path.stat()
            if (found.st_mtime_ns, found.st_size) != self._seen:
                self._secrets = self._read()
                self._seen = (found.st_mtime_ns, found.st_size)
        except OSError:
            raise SettingsError(
                f"The file of webhook secrets {self._path.name} cannot be read.", "Restore it in HSCHED_HOME/keys."
            ) from None
        return self._secrets

    def _read(self) -> tuple[str, ...]:
        lines = tuple(line.strip() for line in self._path.read_text(encoding="ascii", errors="replace").splitlines() if line.strip())
        if not 1 <= len(lines) <= MOST_SECRETS or not all(map(_is_secret, lines)):
            problem = f"The file {self._path.name} does not hold one to {MOST_SECRETS} webhook secrets, one a line."
            raise SettingsError(problem, "A secret is whsec_ and 24 to 64 bytes in base64.")
        return lines


def _is_secret(line: str) -> bool:
    try:
        return line.startswith(PREFIX) and 24 <= len(base64.b64decode(line.removeprefix(PREFIX), validate=True)) <= 64
    except binascii.Error:
        return False


EVENTS: Mapping[str, NoticeKind] = MappingProxyType(
    {
        "appointment.created": NoticeKind.APPOINTMENT,
        "appointment.updated": NoticeKind.APPOINTMENT,
        "appointment.cancelled": NoticeKind.APPOINTMENT,
        "waitlist.updated": NoticeKind.WAITLIST,
        "client.updated": NoticeKind.CLIENT,
    }
)
# The kinds under which the vault knows these identifiers (hsched_core/privacy/release.py).
VAULT_KINDS: Mapping[NoticeKind, str] = MappingProxyType(
    {NoticeKind.APPOINTMENT: "appointment", NoticeKind.WAITLIST: "waitlist_entry", NoticeKind.CLIENT: "client"}
)
MALFORMED = "malformed_body"
UNKNOWN_TYPE = "unknown_event_type"
_IDENTIFIER = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")


class NoticeTranslator:
    """`Translator` for bodies `{"type", "timestamp", "data": {"id", "updated_at"}}`: ids only, because the truth is read anyway."""

    def __init__(self, vault: Vault, events: Mapping[str, NoticeKind] = EVENTS) -> None:
        self._vault, self._events = vault, events

    def notice(self, source: str, body: bytes, received_at: datetime) -> Notice:
        told = _object(_parsed(body))
        event = told.get("type")
        if not isinstance(event, str):
            raise UnreadableMessageError(MALFORMED)
        kind = self._events.get(event)
        if kind is None:
            raise UnreadableMessageError(UNKNOWN_TYPE)
        data = _object(told.get("data"))
        identifier = _identifier(data.get("id"))
        at = _instant(data.get("updated_at", told.get("timestamp")), received_at)
        return Notice(kind, self._vault.pseudonyms(VAULT_KINDS[kind], [identifier])[identifier], at)


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise UnreadableMessageError(MALFORMED) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that comes twice has no one meaning."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _object(told: object) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise UnreadableMessageError(MALFORMED)
    return told


def _identifier(told: object) -> str:
    text = str(told) if isinstance(told, int) and not isinstance(told, bool) else told
    if not isinstance(text, str) or not _IDENTIFIER.fullmatch(text):
        raise UnreadableMessageError(MALFORMED)
    return text


def _instant(told: object, otherwise: datetime) -> datetime:
    """When it changed; when we heard of it, where the message does not say."""
    if told is None:
        return otherwise
    try:
        found = datetime.fromisoformat(told) if isinstance(told, str) else None
        if found is not None and found.utcoffset() is not None:
            return found.astimezone(otherwise.tzinfo)
    except (ValueError, OverflowError):
        pass
    raise UnreadableMessageError(MALFORMED)
