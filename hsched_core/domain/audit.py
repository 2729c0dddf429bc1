"""What the audit trail keeps of an act: what happened, to what, by whom, when. Pseudonyms, codes and hashes; no names, no free text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Pseudonyms, hashes, instants and rule names look like this; a sentence, a name with its surname, a phone number with spaces do not.
CODE = re.compile(r"[A-Za-z0-9_.:+/-]{0,128}")


@dataclass(frozen=True)
class AuditEntry:
    """One act. Refuses what has no place in a trail that is kept for years and cannot be corrected."""

    at: datetime
    actor: str  # a person's or service's pseudonym
    kind: str  # `proposal.approved`, `switch.thrown`, ...
    subject: str  # pseudonym or id of what it happened to
    body: Mapping[str, Any]

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an audit entry needs an instant with a zone")
        if not (self.actor and self.kind and self.subject):
            raise ValueError("an audit entry names actor, kind and subject")
        for value in (self.actor, self.kind, self.subject, self.body):
            _check(value)


def _check(value: object) -> None:
    """Only codes, numbers and flags, however deep. The error does not repeat what it refuses."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _check(key)
            _check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
    elif isinstance(value, str):
        if not CODE.fullmatch(value):
            raise ValueError("an audit entry holds codes, pseudonyms and hashes only; found free text")
    elif value is not None and not isinstance(value, bool | int | float):
        raise TypeError(f"an audit entry cannot hold a {type(value).__name__}")
