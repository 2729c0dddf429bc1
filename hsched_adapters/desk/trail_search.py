"""The audit trail page by page, newest first, by who, what and when: the index of an auditor. Proves nothing: verification does."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hsched_adapters.store.audit.bodies import as_text
from hsched_adapters.store.audit.rows import Told
from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.schema import audit
from hsched_core.domain.people import use_case_actor

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty: anything. `kind` is the beginning of one, a space in it any sign; `before` the page's end."""

    actor: str = ""
    kind: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0


@dataclass(frozen=True)
class Found:
    """One page of entries, and the number to go on from; 0: this was the last."""

    entries: Sequence[Told]
    next_before: int


class TrailSearch:
    """The entries of one practice."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    def page(self, wanted: Wanted) -> Found:
        """Entries that fit, the newest first."""
        ours = sa.select(audit).where(*self._conditions(wanted)).order_by(audit.c.seq.desc()).limit(PAGE + 1)
        with self._trail.reading() as connection:
            rows = connection.execute(ours).mappings().all()
        told = [Told(row["seq"], row["at"], row["actor"], row["kind"], row["subject"], json.loads(row["body"])) for row in rows[:PAGE]]
        return Found(told, told[-1].seq if len(rows) > PAGE else 0)

    def of_subject(self, subject: str, kinds: Sequence[str] = ()) -> Sequence[Told]:
        """What stands about one subject, oldest first; the shortest way from a case to who decided it."""
        which = [audit.c.practice == self._trail.practice, audit.c.subject == subject]
        ours = sa.select(audit).where(*which, *([audit.c.kind.in_(kinds)] if kinds else [])).order_by(audit.c.seq)
        with self._trail.reading() as connection:
            rows = connection.execute(ours).mappings().all()
        return [Told(row["seq"], row["at"], row["actor"], row["kind"], row["subject"], json.loads(row["body"])) for row in rows]

    def _conditions(self, wanted: Wanted) -> Sequence[sa.ColumnElement[bool]]:
        entries = audit.c
        found = [entries.practice == self._trail.practice]
        found += [entries.seq < wanted.before] if wanted.before else []
        # Pages show a use case by its name alone.
        found += [entries.actor.in_((wanted.actor, use_case_actor(wanted.actor)))] if wanted.actor else []
        found += [entries.kind.like(_begins(wanted.kind), escape="/")] if wanted.kind else []
        found += (
            [sa.or_(entries.subject == wanted.subject, entries.subject.endswith(f":{wanted.subject}", autoescape=True))]
            if wanted.subject
            else []
        )
        # The trail keeps instants as text in UTC, whose order is that of time.
        found += [entries.at >= as_text(wanted.since)] if wanted.since else []
        found += [entries.at < as_text(wanted.until)] if wanted.until else []
        return found


def _begins(kind: str) -> str:
    """A pattern of LIKE. Pages show `record.viewed` as "record viewed": a space stands for what they left out."""
    return "".join("_" if sign == " " else f"/{sign}" if sign in "%_/" else sign for sign in kind) + "%"
