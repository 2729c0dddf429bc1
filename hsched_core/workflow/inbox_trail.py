"""The audit entries of the inbox: which messages came, what was refused, and what became of each. Codes, pseudonyms and counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.inbox import Claim, Message, Reception, Sealed

INBOX = "inbox"
QUEUE = "queue:inbox"


def received(sealed: Sequence[Sealed], at: datetime) -> AuditEntry:
    """New messages, stored together: one entry names them all."""
    sources = sorted({one.source for one in sealed})
    return _entry(at, "received", QUEUE, {"source": sources, "message_ids": [one.message for one in sealed], "count": len(sealed)})


def altered(stored: Sealed, original: Sealed, at: datetime) -> AuditEntry:
    """A message that carries another one's id."""
    return _entry(at, "buried", _message(stored.message), {"source": stored.source, "reason": "id_reused", "message_id": original.message})


def refused(source: str, reception: Reception, count: int, since: datetime, at: datetime) -> AuditEntry:
    """So many deliveries were refused since then."""
    return _entry(at, "refused", f"event_source:{source}", {"reason": str(reception), "count": count, "since": since.isoformat()})


def noted(codes: Sequence[str], source: str, mark: datetime, at: datetime) -> AuditEntry:
    """What a poll found that nobody had told, and how far it came."""
    return _entry(at, "noted", QUEUE, {"source": source, "message_ids": list(codes), "count": len(codes), "marked_at": mark.isoformat()})


def read(messages: Sequence[str], at: datetime) -> AuditEntry:
    """Messages whose content is known now."""
    return _entry(at, "read", QUEUE, {"message_ids": list(messages), "count": len(messages)})


def about(message: Message, event: str, at: datetime, *, actor: str = INBOX, until: datetime | None = None) -> AuditEntry:
    """Something that was done with a message."""
    body = {"source": message.source, "attempts": message.attempts, "lease_ends_at": until and until.isoformat()}
    return _entry(at, event, _message(message.id), body | _told(message), actor)


def buried(message: Message, reason: str, at: datetime) -> AuditEntry:
    """A message that is a dead letter now."""
    body = {"source": message.source, "attempts": message.attempts, "reason": reason}
    return _entry(at, "buried", _message(message.id), body | _told(message))


def settled(claim: Claim, event: str, at: datetime, **told: Any) -> AuditEntry:
    """What became of a message somebody worked on."""
    notice = claim.notice
    body = {"source": claim.source, "event": str(notice.kind), "about": notice.about, "changed_at": notice.at.isoformat()}
    return _entry(at, event, _message(claim.message), {**body, "attempts": claim.attempts, **told})


def _told(message: Message) -> dict[str, Any]:
    notice = message.notice
    return {"event": str(notice.kind), "about": notice.about} if notice else {}


def _message(code: str) -> str:
    return f"message:{code}"


def _entry(at: datetime, event: str, subject: str, body: dict[str, Any], actor: str = INBOX) -> AuditEntry:
    return AuditEntry(at, actor, f"inbox.{event}", subject, {name: value for name, value in body.items() if value is not None})
