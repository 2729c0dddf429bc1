"""Examining a trail from outside: the database read-only, a file of checkpoints, a file of public keys. No practice is opened."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from hsched_adapters.store.audit.anchors import FileAnchors
from hsched_adapters.store.audit.checkpoints import Checkpoint, read_checkpoints, read_public_keys
from hsched_adapters.store.audit.rows import Told, beginning, open_reading, read_records, story
from hsched_adapters.store.audit.verify import Secrets, Verdict, verify
from hsched_adapters.store.engine import reading
from hsched_adapters.store.schema import cases
from hsched_adapters.store.values import from_text
from hsched_core.domain.case import Case
from hsched_core.domain.errors import UserError

FEWEST_DIGITS = 6
BEGINNING = re.compile(rf"[0-9a-f]{{{FEWEST_DIGITS},31}}")  # fewer than a pseudonym has
NO_CHECKPOINT = "there is no checkpoint of this practice: a trail cut short or written anew would look the same"


@dataclass(frozen=True)
class Examination:
    """What was found: the chain, and the checkpoints it was compared with."""

    verdict: Verdict
    checkpoints: Sequence[Checkpoint]
    trouble: Sequence[str]  # what is wrong with the checkpoints
    with_codes: bool  # whether the codes were checked too

    @property
    def holds(self) -> bool:
        return self.verdict.broken is None and not self.trouble


def examine(url: str, practice: str, checkpoints: Path, public_keys: Path, secrets: Secrets | None = None) -> Examination:
    """Verify a practice's trail; `secrets` only where the codes are to be checked too."""
    keys = read_public_keys(public_keys)
    engine = open_reading(url)
    # Checkpoints first: one that is made meanwhile would know of entries this look at the rows does not.
    known, trouble = read_checkpoints(FileAnchors(checkpoints).lines(), keys, practice)
    with reading(engine) as connection:
        verdict = verify(practice, read_records(connection, practice), known, secrets)
    engine.dispose()
    if not known and (verdict.entries or verdict.broken):
        trouble.append(NO_CHECKPOINT)
    return Examination(verdict, known, trouble, secrets is not None)


def told_about(url: str, practice: str, subject: str) -> list[Told]:
    """What is recorded about a subject and about what mentions it. Proves nothing: `examine` does."""
    return whole_story(url, practice, subject)[0]


def whole_story(url: str, practice: str, subject: str) -> tuple[list[Told], dict[str, Case]]:
    """What is recorded, and the cases it speaks of: the trail holds codes and hashes, a case its reasons and every candidate.

    An appointment that a booking of ours made is told from the opening on that it filled.
    """
    engine = open_reading(url)
    try:
        with reading(engine) as connection:
            subject = _whole(connection, practice, subject)
            found = {one.seq: one for one in story(connection, practice, subject)}
            for opening in _filled_by(found.values(), subject):
                found |= {one.seq: one for one in story(connection, practice, opening)}
            known = _cases(connection, practice, {one.subject for one in found.values()})
    finally:
        engine.dispose()
    return [found[seq] for seq in sorted(found)], known


def _whole(connection: sa.Connection, practice: str, subject: str) -> str:
    """The subject that is meant: as given, or the one whose id begins with these digits. UserError where they are too few, or several's."""
    kind, _, digits = subject.rpartition(":")
    if len(digits) < FEWEST_DIGITS and not kind:
        raise UserError("That is too short for a subject.", f"Give at least {FEWEST_DIGITS} digits of it, as `hsched queue` shows them.")
    if not BEGINNING.fullmatch(digits):
        return subject
    found = beginning(connection, practice, digits)
    if len(found) > 1:
        raise UserError(f"{len(found)} subjects begin with {digits}.", "Give more digits; `hsched queue --json` has whole ones.")
    return next(iter(found), subject)


def _filled_by(entries: Iterable[Told], subject: str) -> set[str]:
    """What the cases were about whose write the other side calls by that name."""
    wanted, entries = subject.rsplit(":", 1)[-1], list(entries)
    made = {one.subject for one in entries if (one.body.get("changes") or {}).get("reference") == wanted}
    abouts = {(one.body.get("origin") or {}).get("about") for one in entries if one.subject in made}
    return {about for about in abouts if about and about != wanted}


def _cases(connection: sa.Connection, practice: str, ids: set[str]) -> dict[str, Case]:
    if not sa.inspect(connection).has_table(cases.name):
        return {}
    chosen = sa.select(cases.c.id, cases.c.document).where(cases.c.practice == practice, cases.c.id.in_(sorted(ids)))
    return {case_id: from_text(Case, text) for case_id, text in connection.execute(chosen)}
