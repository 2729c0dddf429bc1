"""An EHR that drops a folder of CSV files every day: `<root>/<day>/<table>.csv`, read by a column map."""

from datetime import date
from pathlib import Path

from hsched_adapters.ehr.cells import Setting
from hsched_adapters.ehr.csv_export import parse
from hsched_adapters.ehr.csv_file import content_of
from hsched_adapters.ehr.csv_map import ColumnMap
from hsched_adapters.settings import Practice
from hsched_core.domain.errors import NotReadyError
from hsched_core.domain.time import local_day
from hsched_core.ports import Clock, Extract


class DailyExports:
    """`EhrSource` on such folders. A day without a folder or file is a day without changes; a missing root is an error."""

    def __init__(self, root: Path, column_map: ColumnMap, practice: Practice, clock: Clock) -> None:
        self._root = root
        self._map = column_map
        self._practice = practice
        self._clock = clock

    def span(self) -> tuple[date, date | None]:
        return self._practice.first_day, self._practice.last_day

    def changes(self, table: str, day: date) -> Extract:
        today = local_day(self._clock.now(), self._practice.zone)
        if day > today:
            raise NotReadyError(f"The day {day} has not come yet.", "Ask for a day up to today.")
        if not self._root.is_dir():
            raise NotReadyError(f"There is no folder of daily exports at {self._root}.", "Mend `source.path` in practice.yaml.")
        rule = self._map.tables.get(table)
        path = self._root / day.isoformat() / (rule.file if rule else "")
        if rule is None or not path.is_file():
            return Extract(table, day, ())
        setting = Setting(self._practice.zone, today)
        parsed = parse(content_of(path), f"{day}/{path.name}", self._map, setting, tables=(table,), only_day=day)
        return Extract(table, day, parsed.rows[table][day], parsed.rejected[table][day])
