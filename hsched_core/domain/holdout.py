"""A randomised holdout: who gets more than standard care is drawn once, and recorded before anything comes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Arm(StrEnum):
    """What a draw gave."""

    TREATED = "treated"  # everything the use case would do
    HELD = "held"  # standard care


@dataclass(frozen=True)
class Draw:
    """One draw. `share` is the share held when it was made: what the effect is weighed by; `stratum` what was known of it then."""

    use_case: str
    subject: str  # an appointment, an opening
    client: str  # whose it is; draws of one client are not independent
    arm: Arm
    share: float
    at: datetime
    starts_at: datetime  # of the subject; a draw counts only where it was made before
    stratum: str = ""
    expected: float | None = None  # probability of the outcome as known then

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise ValueError("a draw has two sides: the share held lies between 0 and 1")
        if self.at >= self.starts_at:
            raise ValueError("a draw is made before what it is about begins")
