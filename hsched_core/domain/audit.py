"""What an audit entry says: who did what to whom, and when. How entries are kept and proven is the store's business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"


@dataclass(frozen=True)
class AuditEntry:
    """One entry. `at` is timezone-aware; `subject` and `body` hold pseudonyms, hashes, numbers and words of the program only."""

    at: datetime
    actor: str
    kind: str
    subject: str
    body: Mapping[str, JSON]
