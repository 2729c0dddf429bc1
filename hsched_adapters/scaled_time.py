"""What HSCHED_CLOCK says: a present that runs faster than the machine's, the same one in every process of a live sandbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hsched_core.domain.errors import SettingsError

EXAMPLE = "2026-03-04T08:00:00-05:00@2026-11-26T21:00:00+00:00x600"


@dataclass(frozen=True)
class ScaledTime:
    """Up to the real instant it is the virtual one; from there `speed` virtual seconds pass in each real one."""

    virtual: datetime
    real: datetime
    speed: float

    def __post_init__(self) -> None:
        if self.virtual.tzinfo is None or self.real.tzinfo is None:
            raise ValueError("an instant without an offset")
        if not 0 < self.speed < float("inf"):
            raise ValueError("no speed")

    @classmethod
    def of(cls, text: str) -> "ScaledTime":
        """From `<virtual instant>@<real instant>x<speed>`."""
        instants, _, speed = text.rpartition("x")
        virtual, _, real = instants.partition("@")
        try:
            return cls(datetime.fromisoformat(virtual), datetime.fromisoformat(real), float(speed))
        except ValueError:
            remedy = f"For example {EXAMPLE}; or leave it away."
            raise SettingsError("HSCHED_CLOCK is not `<virtual instant>@<real instant>x<speed>`.", remedy) from None

    def __str__(self) -> str:
        return f"{self.virtual.isoformat()}@{self.real.isoformat()}x{self.speed!r}"

    def at(self, real: datetime) -> datetime:
        """The virtual instant at a real one."""
        return self.virtual + max(real - self.real, timedelta(0)) * self.speed

    def real_seconds(self, span: timedelta) -> float:
        """How long a virtual span takes."""
        return span / timedelta(seconds=1) / self.speed
