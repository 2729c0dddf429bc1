"""Capacity at hand: weeks that are over from the daily run's tables, weeks to come from the EHR, put together beside the requests.

Five weeks of an EHR are thousands of rows, and nobody plans by the second: what is older than two minutes is read again beside the page
that asked, and a page waits, for a moment, where it is older than five. Without an EHR the tables tell the coming weeks, too.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from hsched_adapters.desk.recent import PATIENCE_SECONDS, Known, Recent
from hsched_adapters.desk.tables import DailyTables, Row
from hsched_adapters.policy_file import capacity_settings_of
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.time import day_start, local_day, monday_of
from hsched_core.policy.capacity import CapacitySettings
from hsched_core.workflow.capacity import WEEK, WEEKS_AHEAD, Capacity, Facts, Held, Loads, capacity, held, loads

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

FRESH_SECONDS, STALE_SECONDS = 120.0, 300.0  # real
USUAL_MINUTES = 50  # where the records do not say how long a visit is
Past = tuple[Loads, date | None]


class CapacityReading:
    """The capacity of one practice. Nothing is decided by it."""

    def __init__(self, opened: "OpenPractice", tables: DailyTables, *, is_connected: bool) -> None:
        self._opened, self._tables, self._is_connected = opened, tables, is_connected
        self._recent = Recent(self.read, FRESH_SECONDS, STALE_SECONDS)
        self._kept: tuple[tuple[float, date], Past, Sequence[Held]] | None = None

    @cached_property
    def settings(self) -> CapacitySettings:
        """When much is much; SettingsError where practice.yaml is wrong."""
        return capacity_settings_of(self._opened.practice)

    def get(self, patience_seconds: float = PATIENCE_SECONDS) -> Known[Capacity]:
        """As it stands, within five minutes; older, and said to be, only where the EHR does not answer."""
        return self._recent.get(patience_seconds)

    def read(self) -> Capacity:
        """From its sources, now."""
        opened, now = self._opened, self._opened.clock.now()
        first = monday_of(local_day(now, opened.timezone))
        (past, known_until), planned = self._on_record(first)
        with opened.path_store.looking() as state:
            openings = state.openings(OpeningState.OPEN, OpeningState.EXHAUSTED, after=now)
        coming = self._in_ehr(first, now) if self._is_connected else planned
        return capacity(Facts(past, known_until, coming, openings), opened.policy, self.settings, now, opened.timezone)

    def _in_ehr(self, first: date, now: datetime) -> list[Held]:
        """Visits of this week and those to come."""
        zone, notice = self._opened.timezone, timedelta(hours=self._opened.practice.late_cancel_hours)
        found = self._opened.reader.appointments(day_start(first, zone), day_start(first + WEEKS_AHEAD * WEEK, zone))
        return [one for one in (held(seen, now, zone, notice) for seen in found) if one is not None]

    def _on_record(self, first: date) -> tuple[Past, Sequence[Held]]:
        """Weeks before that Monday, and visits from it on; read again when there are newer tables, or it is another week."""
        mark = (self._tables.sessions_mark(), first)
        if self._kept is None or self._kept[0] != mark:
            until = first if self._is_connected else first + WEEKS_AHEAD * WEEK
            rows = self._tables.sessions(first - self.settings.weeks_looked_back * WEEK, until)
            known_until = max((row["known_on"] for row in rows if row["known_on"]), default=None)
            past = loads(_held(row) for row in rows if row["starts_on"] < first)
            planned = [_held(row) for row in rows if row["starts_on"] >= first]
            self._kept = (mark, (past, known_until), planned)
        return self._kept[1], self._kept[2]


def _held(row: Row) -> Held:
    at = row["starts_at"]
    starts_at = datetime.fromtimestamp(at, UTC) if at is not None else None
    return Held(
        row["clinician"], row["starts_on"], starts_at, row["duration_minutes"] or USUAL_MINUTES, bool(row["is_group"]), bool(row["is_lost"])
    )
