"""The audit entries of replies: which rules read them, what followed, who read and closed them. Never their words."""

from datetime import datetime
from typing import Any

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.contact import ConsentEvent
from hsched_core.domain.replies import InboundText, Reply

DESK = "replies"
REPLY = "reply."


def received(message: InboundText, at: datetime) -> AuditEntry:
    """A message that was stored."""
    return AuditEntry(at, DESK, f"{REPLY}received", _subject(message.id), _of(message))


def stepped(reply: Reply, what: str, at: datetime, *, actor: str = DESK, **told: Any) -> AuditEntry:
    """Something that was done with a reply."""
    reading = reply.reading
    body: dict[str, Any] = {"state": str(reply.state), "version": reply.version, "pages_count": reply.pages, **_of(reply.message)}
    body |= {"reason_codes": [str(one) for one in reply.reasons], "appointment": reply.visit or None, "is_confirmation": reply.confirms}
    if reading:
        body |= {"intent_code": str(reading.intent), "rules": list(reading.rules), "language_code": str(reading.language)}
        body |= {"further_codes": [str(one) for one in reading.also]}
    kept = {name: value for name, value in (body | told).items() if value not in (None, [], "")}
    return AuditEntry(at, actor, f"{REPLY}{what}", _subject(reply.id), kept)


def wrote(client: str, message: InboundText, at: datetime) -> AuditEntry:
    """That a client wrote."""
    return AuditEntry(at, DESK, "message.received", f"client:{client}", {"reference": message.id, "channel": str(message.channel)})


def withdrawn(client: str, event: ConsentEvent, message: InboundText, at: datetime, actor: str = DESK) -> AuditEntry:
    """A consent taken back by a reply."""
    body = {"said_at": event.at.isoformat(), "source": "reply", "reference": message.id}
    body |= {"channel": str(event.channel)} if event.channel else {}
    return AuditEntry(at, actor, "consent.revoked", f"client:{client}", body)


def paused(client: str, message: InboundText, at: datetime) -> AuditEntry:
    return AuditEntry(at, DESK, "client.paused", f"client:{client}", {"reference": message.id})


def resumed(client: str, message: InboundText, at: datetime, actor: str) -> AuditEntry:
    return AuditEntry(at, actor, "client.resumed", f"client:{client}", {"reference": message.id})


def _of(message: InboundText) -> dict[str, Any]:
    return {"client": message.client, "clients": list(message.sharers), "channel": str(message.channel)}


def _subject(message: str) -> str:
    return f"message:{message}"
