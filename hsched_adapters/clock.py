"""The only place that reads the wall clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from hsched_adapters.scaled_time import ScaledTime
from hsched_adapters.settings import Settings
from hsched_core.ports import Clock


@dataclass(frozen=True)
class SystemClock:
    """The machine's present."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A present that stands still: demos, tests, and days of the past."""

    instant: datetime

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("an instant without a zone")

    @classmethod
    def at(cls, today: date | datetime, zone: ZoneInfo) -> "FixedClock":
        """At that instant, or at local noon of that day."""
        if isinstance(today, datetime):
            return cls(today)
        return cls(datetime.combine(today, time(12), tzinfo=zone))

    def now(self) -> datetime:
        return self.instant


@dataclass(frozen=True)
class ScaledClock:
    """A present that runs faster than the machine's; every process with the same setting reads the same one."""

    time: ScaledTime
    machine: Clock = SystemClock()

    @property
    def pace(self) -> float:
        """Virtual seconds in each real one: what is bounded in real time lasts so much longer here."""
        return self.time.speed

    def now(self) -> datetime:
        return self.time.at(self.machine.now()).astimezone(UTC)


def choose_clock(settings: Settings, zone: ZoneInfo) -> Clock:
    """The wall clock, the day HSCHED_TODAY says, or the faster present of HSCHED_CLOCK."""
    if settings.clock is not None:
        return ScaledClock(settings.clock)
    return SystemClock() if settings.today is None else FixedClock.at(settings.today, zone)
