"""How far a use case may go by itself in a practice: its phase, and the standing order it runs under."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """A capability: in `shadow` no write client exists."""

    SHADOW = "shadow"  # recorded and sealed, graded later; no one acts
    REVIEW = "review"  # a person approves
    AUTO = "auto"  # runs under a standing order


@dataclass(frozen=True)
class StandingOrder:
    """What people allowed a use case to do without asking each time: which actions, how sure, how many, until when."""

    name: str
    version: int
    practice: str
    use_case: str
    action_kinds: frozenset[str]
    min_confidence: float
    per_day: int  # actions on one day of the practice
    valid_from: datetime
    expires_at: datetime

    @property
    def reference(self) -> str:
        """How an approval names the order it rests on."""
        return f"order:{self.name}:{self.version}"
