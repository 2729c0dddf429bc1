"""The EHR's calendar week by week for staff pages: read live, kept for seconds, and shown with its age where the EHR is silent."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hsched_adapters.desk.recent import PATIENCE_SECONDS, Recent
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.time import day_start

FRESH_SECONDS, STALE_SECONDS = 5.0, 120.0  # real
WEEKS_KEPT = 12
Read = Callable[[datetime, datetime], Sequence[Appointment]]


@dataclass(frozen=True)
class WeekSeen:
    """A week's appointments, how old the reading is (real seconds), why there is no newer one, and whether one comes after a change."""

    appointments: Sequence[Appointment]
    age_seconds: float
    trouble: str
    is_behind: bool


class Calendars:
    """Weeks of one practice. Decisions never rest on these: the path reads the EHR again."""

    def __init__(self, read: Read, zone: ZoneInfo) -> None:
        self._read, self._zone = read, zone
        self._lock = threading.Lock()
        self._weeks: OrderedDict[date, Recent[Sequence[Appointment]]] = OrderedDict()

    def week(self, monday: date, patience_seconds: float = PATIENCE_SECONDS) -> WeekSeen:
        """The seven days from that Monday on, on the practice's wall clock."""
        start, end = day_start(monday, self._zone), day_start(monday + timedelta(days=7), self._zone)
        with self._lock:
            recent = self._weeks.setdefault(monday, Recent(lambda: self._read(start, end), FRESH_SECONDS, STALE_SECONDS))
            self._weeks.move_to_end(monday)
            while len(self._weeks) > WEEKS_KEPT:
                self._weeks.popitem(last=False)
        found = recent.get(patience_seconds)
        return WeekSeen(found.value or (), found.age_seconds, found.trouble, found.is_behind)

    def weeks(self, mondays: Sequence[date], patience_seconds: float = PATIENCE_SECONDS) -> list[WeekSeen]:
        """Several weeks, read beside each other."""
        for monday in mondays:
            self.week(monday, 0.0)
        return [self.week(monday, patience_seconds / len(mondays)) for monday in mondays]

    def forget(self) -> None:
        """Something changed: the next look reads again."""
        with self._lock:
            for recent in self._weeks.values():
                recent.forget()
