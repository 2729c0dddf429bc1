"""What staff pages need of one practice, put together once and kept for the life of the service."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from hsched_adapters.desk.calendars import Calendars, WeekSeen
from hsched_adapters.desk.call_tasks import CallTasks, confirmed_visits
from hsched_adapters.desk.directory import Directory
from hsched_adapters.desk.evidence import EvidenceReading
from hsched_adapters.desk.open_cases import OpenCases
from hsched_adapters.desk.pulse import Pulse
from hsched_adapters.desk.recent import BEING_READ, Recent
from hsched_adapters.desk.scored import PublishedAtHand
from hsched_adapters.desk.tables import DailyTables
from hsched_adapters.desk.trail_search import TrailSearch
from hsched_core.domain.time import local_day, monday_of

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_adapters.desk.capacity import CapacityReading
    from hsched_core.domain.appointments import Appointment
    from hsched_core.domain.waiting import WaitingClient
    from hsched_core.use_cases.group_coordination import Roster
    from hsched_core.use_cases.reminders import Call

SOON_SECONDS = 1.0  # that a page waits for what is beside its matter
WAITLIST_SECONDS, CALLS_SECONDS, CONFIRMED_SECONDS = (10.0, 300.0), (15.0, 300.0), (2.0, 30.0)  # real: fresh, stale
GROUPS_SECONDS = (60.0, 300.0)


class DeskParts:
    """The read models of one practice."""

    def __init__(self, opened: "OpenPractice") -> None:
        self._opened = opened
        self._following = threading.Lock()
        self._followed: int | None = None
        self._visits: tuple[Sequence[Sequence[Appointment]], Mapping[str, Appointment]] = (
            (),
            {},
        )  # of which readings, and they by pseudonym

    @cached_property
    def pulse(self) -> Pulse:
        return Pulse(self._opened.audit)

    @cached_property
    def cases(self) -> OpenCases:
        return OpenCases(self._opened.audit, self.pulse)

    @cached_property
    def search(self) -> TrailSearch:
        return TrailSearch(self._opened.audit)

    @cached_property
    def evidence(self) -> EvidenceReading:
        return EvidenceReading(self._opened.audit, self.pulse)

    @cached_property
    def tasks(self) -> CallTasks:
        return CallTasks(self._opened.audit)

    @cached_property
    def published(self) -> PublishedAtHand:
        return PublishedAtHand(self._opened.audit)

    @cached_property
    def tables(self) -> DailyTables:
        return DailyTables(self._opened.paths.tables)

    @property
    def is_connected(self) -> bool:
        """Whether there is an EHR to ask; without one the calendar is that of the newest publication."""
        return self._opened.practice.connection is not None or self._opened.overrides.reader is not None

    @cached_property
    def directory(self) -> Directory:
        return Directory((lambda: self._opened.connector.ehr) if self._opened.practice.connection else None)

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars(self._appointments, self._opened.timezone)

    @cached_property
    def capacity(self) -> "CapacityReading":
        """How much of clinicians' time is booked."""
        from hsched_adapters.desk.capacity import CapacityReading

        return CapacityReading(self._opened, self.tables, is_connected=self.is_connected)

    @cached_property
    def waiting(self) -> "Recent[Sequence[WaitingClient]]":
        """The waitlist's open entries, as the EHR has them."""
        return Recent(lambda: self._opened.reader.waiting() if self.is_connected else [], *WAITLIST_SECONDS)

    @cached_property
    def calls(self) -> "Recent[Sequence[Call]]":
        """Calls that would help and are due, those first that save most."""
        return Recent(self._calls, *CALLS_SECONDS)

    @cached_property
    def groups(self) -> "Recent[Sequence[Roster]]":
        """Groups of the coming two weeks, with what everybody said."""
        return Recent(lambda: self._opened.service.groups.rosters() if self.is_connected else (), *GROUPS_SECONDS)

    def visits(self, now: datetime) -> "Mapping[str, Appointment]":
        """Visits of this week and the next by pseudonym, as far as they were read: what a message is about."""
        weeks = self.two_weeks(now)
        readings = [week.appointments for week in weeks]
        readings_then, visits = self._visits
        if len(readings_then) != len(readings) or any(now is not then for now, then in zip(readings, readings_then, strict=True)):
            visits = {one.id: one for reading in readings for one in reading}
            self._visits = (readings, visits)
        return visits

    def two_weeks(self, now: datetime) -> "Sequence[WeekSeen]":
        """This week and the next, as far as the EHR's were read."""
        monday = monday_of(local_day(now, self._opened.timezone))
        return self.calendars.weeks((monday, monday + timedelta(days=7)), SOON_SECONDS)

    def is_being_read(self, now: datetime) -> bool:
        """Whether names or visits are not there yet, because the EHR is being read for the first time."""
        monday = monday_of(local_day(now, self._opened.timezone))
        weeks = self.calendars.weeks((monday, monday + timedelta(days=7)), 0.0)
        return self.directory.is_being_read or any(week.trouble == BEING_READ for week in weeks)

    def follow(self) -> int:
        """The pulse for who follows it: at a new beat what is kept of the EHR is forgotten, once, however many follow."""
        beat = self.pulse.beat(at_once=False)
        with self._following:
            is_new = self._followed is not None and beat > self._followed
            self._followed = max(beat, self._followed or 0)
        if is_new:  # something changed in the store: what the EHR shows may have, too
            self.calendars.forget()
            self._confirmed.forget()
            self.groups.forget()
        return beat

    def confirmed(self) -> frozenset[str]:
        """Visits that were confirmed, by a reply or to somebody who called, as far as the store remembers."""
        return self._confirmed.get().value or frozenset()

    @cached_property
    def _confirmed(self) -> "Recent[frozenset[str]]":
        return Recent(lambda: confirmed_visits(self._opened.audit), *CONFIRMED_SECONDS)

    def _appointments(self, start: datetime, end: datetime) -> "Sequence[Appointment]":
        return self._opened.reader.appointments(start, end) if self.is_connected else self.published.calendar(start, end)

    def _calls(self) -> "Sequence[Call]":
        from hsched_core.use_cases.reminders import calls

        return calls(self._opened.reminders.facts()) if self.is_connected else ()
