"""Examining a trail from outside: the database read-only, a file of checkpoints, a file of public keys. No practice is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hsched_adapters.store.audit.anchors import FileAnchors
from hsched_adapters.store.audit.checkpoints import Checkpoint, read_checkpoints, read_public_keys
from hsched_adapters.store.audit.rows import Told, open_reading, read_records, story
from hsched_adapters.store.audit.verify import Secrets, Verdict, verify
from hsched_adapters.store.engine import reading

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
    engine = open_reading(url)
    with reading(engine) as connection:
        found = story(connection, practice, subject)
    engine.dispose()
    return found
