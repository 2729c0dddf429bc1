"""Reading the trail's rows: as bytes for verification, as text for people. Opens a database without changing anything in it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hsched_adapters.store.audit.chain import Record, columns
from hsched_adapters.store.schema import audit, cases
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import NotReadyError
from hsched_core.domain.openings import UNASKED

BATCH = 2000
IDENTIFIER = re.compile(r"(?:sha256:)?[0-9a-f]{16,64}")  # as bodies hold pseudonyms, ids and hashes
NOTHING = "An audit trail begins with the first thing that is proposed."


@dataclass(frozen=True)
class Told:
    """An entry for people."""

    seq: int
    at: str
    actor: str
    kind: str
    subject: str
    body: Mapping[str, Any]


def open_reading(url: str) -> sa.Engine:
    """An engine that can only read; NotReadyError where there is no database or no trail in it."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        if not path.is_file():
            raise NotReadyError(f"There is no operational store {path.name}.", NOTHING)
        engine = sa.create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", hide_parameters=True)
    else:
        options = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        engine = sa.create_engine(url, hide_parameters=True, execution_options=options)
    if not sa.inspect(engine).has_table(audit.name):
        raise NotReadyError("The operational store holds no audit trail yet.", NOTHING)
    return engine


def read_records(connection: sa.Connection, practice: str, first: int | None = None) -> Iterator[Record]:
    """The practice's rows in order of their numbers, from number `first` on; bytes as they stand, whatever they are."""
    ours = sa.select(*(_raw(connection, name) for name in columns())).where(audit.c.practice == practice)
    chosen = ours if first is None else ours.where(audit.c.seq >= first)
    rows = connection.execute(chosen.order_by(audit.c.seq), execution_options={"yield_per": BATCH})
    for whose, seq, *others in rows:
        yield Record(bytes(whose or b""), seq if isinstance(seq, int) else 0, *(bytes(one or b"") for one in others))


def read_entries(connection: sa.Connection, practice: str) -> list[AuditEntry]:
    """All entries of a practice, for replay. Proves nothing: verification does."""
    ours = sa.select(audit).where(audit.c.practice == practice).order_by(audit.c.seq)
    return [
        AuditEntry(datetime.fromisoformat(row["at"]), row["actor"], row["kind"], row["subject"], json.loads(row["body"]))
        for row in connection.execute(ours).mappings()
    ]


def story(connection: sa.Connection, practice: str, subject: str) -> list[Told]:
    """Every entry about a subject, and everything about the subjects whose entries mention it, in order.

    `subject` is whole (`appointment:0f...`) or the part after the colon. Only pseudonyms and ids are looked for in what entries say:
    a word of the program (`use_case:waitlist`) stands in nearly every one.
    """
    wanted = subject.rsplit(":", 1)[-1]
    named = sa.or_(audit.c.subject == subject, audit.c.subject.endswith(f":{wanted}", autoescape=True))
    mentions = [_mentions(connection, wanted)] if IDENTIFIER.fullmatch(wanted) else []
    mentioning = sa.select(audit.c.subject).where(audit.c.practice == practice, sa.or_(named, *mentions))
    ours = sa.select(audit).where(audit.c.practice == practice, audit.c.subject.in_(mentioning)).order_by(audit.c.seq)
    return [
        Told(row["seq"], row["at"], row["actor"], row["kind"], row["subject"], json.loads(row["body"]))
        for row in connection.execute(ours).mappings()
    ]


def beginning(connection: sa.Connection, practice: str, digits: str) -> set[str]:
    """Ids of the trail's subjects, and of what cases are about, that begin with those digits."""
    found = set(connection.execute(_starting(audit.c.practice, audit.c.subject, practice, digits)).scalars())
    if sa.inspect(connection).has_table(cases.name):
        found |= set(connection.execute(_starting(cases.c.practice, cases.c.subject, practice, digits)).scalars())
    ids = {subject.rsplit(":", 1)[-1] for subject in found}
    return {one for one in ids if one.startswith(digits)}


def _starting(whose: sa.Column[Any], subject: sa.Column[Any], practice: str, digits: str) -> sa.Select[Any]:
    starts = sa.or_(subject.startswith(digits, autoescape=True), subject.contains(f":{digits}", autoescape=True))
    return sa.select(subject).distinct().where(whose == practice, starts)


def _raw(connection: sa.Connection, name: str) -> sa.ColumnElement[Any]:
    """The column's bytes, undecoded: SQLite keeps any bytes in a text column, and refuses to hand them out as text."""
    column = audit.c[name]
    if name == "seq":
        return column
    if connection.dialect.name == "sqlite":
        return sa.cast(column, sa.LargeBinary).label(name)
    is_text = isinstance(column.type, sa.String)
    return (sa.func.convert_to(column, "UTF8") if is_text else column).label(name)


def _mentions(connection: sa.Connection, wanted: str) -> sa.ColumnElement[bool]:
    """Entries that say exactly this, alone or after a kind and a colon. Whom an opening was not offered to is told at the opening."""
    said = [f'"{wanted}"', f':{wanted}"']
    if connection.dialect.name == "sqlite":
        found = [sa.func.instr(audit.c.body, one.encode()) > 0 for one in said]
    else:
        found = [sa.func.strpos(sa.func.encode(audit.c.body, "escape"), one) > 0 for one in said]  # bodies are ASCII
    return sa.and_(audit.c.kind != UNASKED, sa.or_(*found))
