"""The audit entries of links and of what clients do behind them. A link goes by the hash of its secret; words are not among it."""

from datetime import datetime
from typing import Any

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.client_links import Act, ClientLink
from hsched_core.domain.contact import ConsentEvent, Wishes

SENDER = "messages"  # who makes links


def made(link: ClientLink, at: datetime) -> AuditEntry:
    """An address is about to leave in a message."""
    return _entry(at, SENDER, "link.made", link, expires_at=link.expires_at.isoformat())


def used(link: ClientLink, act: Act, at: datetime) -> AuditEntry:
    """A client did that there."""
    return _entry(at, link.client, "link.used", link, wanted=str(act))


def refused(link: ClientLink, act: Act, reason: str, at: datetime) -> AuditEntry:
    """A client wanted to, and could not any more."""
    return _entry(at, link.client, "link.refused", link, wanted=str(act), reason=reason)


def said(link: ClientLink, event: ConsentEvent, at: datetime) -> AuditEntry:
    """A consent given or taken back there."""
    told = {"channel": event.channel and str(event.channel), "purpose": event.purpose and str(event.purpose)}
    kept = {name: value for name, value in told.items() if value}
    kind = "consent.given" if event.given else "consent.revoked"
    body = {"said_at": event.at.isoformat(), "source": "page", "reference": link.id, **kept}
    return AuditEntry(at, link.client, kind, f"client:{link.client}", body)


def wished(link: ClientLink, wishes: Wishes, at: datetime) -> AuditEntry:
    """How a client wants to be written to."""
    told = {"language_code": wishes.language or None, "channel": wishes.channel and str(wishes.channel)}
    body = {"reference": link.id, **{name: value for name, value in told.items() if value}}
    return AuditEntry(at, link.client, "client.wished", f"client:{link.client}", body)


def _entry(at: datetime, actor: str, kind: str, link: ClientLink, **told: Any) -> AuditEntry:
    body = {"client": link.client, "proposal": link.case_id, "kind": str(link.about), "channel": str(link.channel), **told}
    return AuditEntry(at, actor, kind, f"link:{link.id}", body)
