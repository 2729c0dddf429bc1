"""Plays lines of the script into the book: silently until the EHR is opened, as events of the day afterwards.

What hsched or its clients changed comes first: a visit that was cancelled is not attended, an hour that was given away is not booked.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hsched_sandbox.ehr.book import Book, Trace
from hsched_sandbox.ehr.cast import Cast
from hsched_sandbox.ehr.records import Appointment, Entry, EntryStatus, Record, Status, V, renewed
from hsched_sandbox.ehr.script import Line, Script
from hsched_sandbox.timeline import DAY

HISTORY = 400 * DAY  # of appointments that the EHR still shows when it is opened
SCRIPT = Trace("script")
Told = Callable[[Line, Record], None]


@dataclass(frozen=True)
class _Silent:
    """How the practice came to be what it is: nobody is told."""

    book: Book

    def new(self, record: Record, _act: str) -> Record:
        self.book.place(record)
        return record

    def changed(self, record: V, _act: str, at: datetime) -> V:
        later = renewed(record, at)
        self.book.place(later)
        return later

    def is_free(self, _wanted: Appointment) -> bool:
        return True


@dataclass(frozen=True)
class _Aloud:
    """As it happens: versions grow, subscribers are told."""

    book: Book

    def new(self, record: Record, act: str) -> Record:
        return self.book.add(record, act, SCRIPT)

    def changed(self, record: V, act: str, _at: datetime) -> V:
        return self.book.renew(record, act, SCRIPT)

    def is_free(self, wanted: Appointment) -> bool:
        return not self.book.clashes(wanted)


class Player:
    """One script, played into one book."""

    def __init__(self, script: Script, book: Book) -> None:
        self._script, self._book, self._cast = script, book, Cast(script)
        self._starts = script.world.visits.start
        self._oldest = 0.0

    def open(self, now: datetime) -> None:
        """The practice as it was at that instant."""
        self._oldest = now.timestamp() - HISTORY
        for clinician in self._cast.clinicians():
            self._book.place(clinician)
        self._play(0.0, now.timestamp(), _Silent(self._book), lambda _line, _record: None)

    def go_on(self, since: datetime, until: datetime, told: Told) -> None:
        """What happens after the one instant, up to the other."""
        self._play(since.timestamp(), until.timestamp(), _Aloud(self._book), told)

    def _play(self, since: float, until: float, way: "_Silent | _Aloud", told: Told) -> None:
        script = self._script
        for number in script.between(since, until):
            line, row, at = Line(int(script.line[number])), int(script.row[number]), int(script.at[number])
            with self._book.whole():
                record = self._said(line, row, at, way)
            if record is not None:
                told(line, record)

    def _said(self, line: Line, row: int, at: int, way: "_Silent | _Aloud") -> Record | None:
        if line in _ENDS:
            return self._ended(row, at, line, way)
        if line in _SETTLED:
            return self._settled(line, row, at, way)
        if line is Line.BOOKED:
            return self._booked(row, at, way)
        return way.new(*self._new(line, row, at))

    def _new(self, line: Line, row: int, at: int) -> tuple[Record, str]:
        if line is Line.REGISTERED:
            return self._cast.client(row, at), "register"
        if line is Line.AUTHORIZED:
            return self._script.authorizations[row], "authorize"
        return self._cast.entry(row) if line is Line.WAITS else self._cast.wish(row), "waitlist"

    def _booked(self, row: int, at: int, way: "_Silent | _Aloud") -> Record | None:
        if self._starts[row] < self._oldest:
            return None
        wanted = self._cast.appointment(row, at)
        return way.new(wanted, "book") if way.is_free(wanted) else None

    def _ended(self, row: int, at: int, line: Line, way: "_Silent | _Aloud") -> Record | None:
        before = self._book.find(Appointment, self._cast.appointment_id(row))
        status, reason = _ENDS[line]
        if before is None or before.status in (Status.CANCELLED, status):
            return None
        act = "cancel" if status is Status.CANCELLED else status
        return way.changed(replace(before, status=status, cancel_reason=reason), act, datetime.fromtimestamp(at, UTC))

    def _settled(self, line: Line, row: int, at: int, way: "_Silent | _Aloud") -> Record | None:
        identifier = self._cast.wish_id(row) if line is Line.WISH_ENDS else self._cast.entry_id(row)
        before = self._book.find(Entry, identifier)
        if before is None or before.status is not EntryStatus.WAITING:
            return None
        return way.changed(replace(before, status=_SETTLED[line]), "waitlist", datetime.fromtimestamp(at, UTC))


_ENDS = {
    Line.MOVED: (Status.CANCELLED, "RESCHEDULED"),
    Line.CANCELLED_BY_CLIENT: (Status.CANCELLED, "PATIENT"),
    Line.CANCELLED_BY_OFFICE: (Status.CANCELLED, "OFFICE"),
    Line.ATTENDED: (Status.ATTENDED, None),
    Line.NO_SHOW: (Status.NO_SHOW, None),
}
_SETTLED = {Line.PLACED: EntryStatus.PLACED, Line.GAVE_UP: EntryStatus.WITHDRAWN, Line.WISH_ENDS: EntryStatus.WITHDRAWN}
