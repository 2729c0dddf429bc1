"""Figures of the daily run for people: rates by weekday and hour, kind, notice; the trend. Read again when their tables change."""

import threading
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
FEWEST_VISITS = 20  # below, a rate is nobody's reason to change anything
FEATURES = "feat_no_show__appointments.parquet"
WEEKDAY_HOURS = "select * from read_parquet($table) where visits > 0 order by weekday, start_hour nulls last"
WORST = "select * from read_parquet($table) where visits >= $fewest order by unused_rate_low desc, visits desc"
# One row a booking and moment stands in the feature table: of each booking the one made at booking.
TREND = """
select date_trunc('week', starts_on)::date as monday, count(*) as visits,
       count(*) filter (label_outcome = 'no_show') as no_shows, count(*) filter (label_is_unused) as unused
from read_parquet($table) where moment = 'at_booking' and label_is_unused is not null
group by all order by monday
"""
# Of each booking what was known of it last. What was cancelled in time is left out: that time was others'. Seconds, for a time with a
# zone comes out of DuckDB only with one more library.
SESSIONS = """
select clinician_token as clinician, starts_on, epoch(starts_at) as starts_at, duration_minutes, session_type = 'group' as is_group,
       label_outcome in ('no_show', 'late_cancel') as is_lost, label_known_at::date as known_on
from (
    select * from read_parquet($table) where starts_on >= $since and starts_on < $until and clinician_token is not null
    qualify row_number() over (partition by booking_id order by scored_at desc) = 1
)
where label_outcome is null or label_outcome in ('attended', 'no_show', 'late_cancel')
"""


class DailyTables:
    """Tables of one practice's daily run. Each is read again when its file is another one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, Sequence[Row]]] = {}

    def weekday_hours(self) -> Sequence[Row]:
        """Visits and shares unused by weekday (1 is Monday) and hour; empty before the first daily run."""
        return self._of("weekday_hours", "mart_insights__weekday_hour.parquet", WEEKDAY_HOURS)

    def worst(self, by: str) -> Sequence[Row]:
        """Cells of an insight table (`weekday_hour`, `session_type`, `lead_time`, `clinician`) with visits enough, the surest loss first.

        Ordered by the lower end of the interval: few visits do not lead the list by chance.
        """
        return self._of(f"worst {by}", f"mart_insights__{by}.parquet", WORST, fewest=FEWEST_VISITS)

    def trend(self) -> Sequence[Row]:
        """Visits with a known end, no-shows and unused slots by week, oldest first."""
        return self._of("trend", FEATURES, TREND)

    def sessions_mark(self) -> float:
        """Another one when `sessions` may be others; 0 before the first daily run."""
        try:
            return (self._folder / FEATURES).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def sessions(self, since: date, until: date) -> Sequence[Row]:
        """Visits of clinicians from the first day on and before the other, those to come among them; read anew each time."""
        table = str(self._folder / FEATURES)
        return _rows(SESSIONS, {"table": table, "since": since, "until": until}) if self.sessions_mark() else ()

    def _of(self, name: str, file: str, sql: str, **parameters: object) -> Sequence[Row]:
        path = self._folder / file
        try:
            written_at = path.stat().st_mtime
        except FileNotFoundError:
            return ()
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or kept[0] != written_at:
                kept = self._kept[name] = (written_at, _rows(sql, {"table": str(path), **parameters}))
            return kept[1]


def _rows(sql: str, parameters: Mapping[str, object]) -> Sequence[Row]:
    import duckdb  # a tenth of a second, for who looks at insights

    with duckdb.connect() as connection:
        result = connection.execute(sql, dict(parameters))
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
