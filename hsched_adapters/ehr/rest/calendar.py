"""`CalendarReader` over REST: what the gate judges one action by, read now."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hsched_adapters.ehr.rest.client import EhrError
from hsched_adapters.ehr.rest.ehr import Ehr
from hsched_adapters.ehr.rest.records import OddRow, SeenClinician, identifier, instant, whole
from hsched_core.domain.actions import Action, Destination
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.sessions import Session, whole_day
from hsched_core.policy.facts import CalendarFacts, Commitment

WHY = "facts for the gate"


@dataclass(frozen=True)
class RestCalendar:
    """The EHR's present, for one action. Asks only for what the action is about.

    `day_zone`: the zone whose days the practice limits: the one list of appointments is then asked for the whole day. None: it does not.
    """

    ehr: Ehr
    day_zone: ZoneInfo | None = None

    def facts_for(self, action: Action, key: str) -> CalendarFacts:
        if action.destination is Destination.PRACTICE:
            return CalendarFacts()
        facts = CalendarFacts(version=self._version(action))
        if action.session:
            facts = self._around(facts, action.session, key)
        client = action.outreach.client if action.outreach else action.session.client if action.session else None
        known = self.ehr.client_of(client, WHY) if client else None
        return replace(facts, client_state=known.state, client_zone=known.zone, safe=known.safe) if known else facts

    def _version(self, action: Action) -> str | None:
        """Of the appointment that the action changes; None where it is gone, or cancelled already."""
        seen = self.ehr.appointment(action.touches, WHY) if action.touches else None
        return seen.appointment.version if seen and seen.appointment.status is AppointmentStatus.BOOKED else None

    def _around(self, facts: CalendarFacts, session: Session, key: str) -> CalendarFacts:
        odd: list[OddRow] = []
        near = self.ehr.touching(*self._span(session), odd)
        for one in odd:
            if self._may_be_in_the_way(one, session):
                raise EhrError(one.code)  # a time that we cannot read is not taken for free
        taking = [one.appointment for one in near if one.appointment.takes_time and not (key and one.reference == key)]
        commitments = tuple(Commitment(one.id, one.session) for one in taking if one.session.overlaps(session))
        clinicians = {one.clinician: one for one in self.ehr.clinicians()}
        seeing = clinicians.get(session.clinician)
        return replace(
            facts,
            commitments=commitments,
            **self._of_the_day(session, taking, odd),
            credentials=seeing.credentials if seeing else None,
            site_state=_state_of(session.site, seeing, clinicians.values()),
        )

    def _span(self, session: Session) -> tuple[datetime, datetime]:
        """What is read: the session's time, or its whole day with it."""
        if self.day_zone is None:
            return session.starts_at, session.ends_at
        day = whole_day(session, self.day_zone)
        return min(session.starts_at, day.starts_at), max(session.ends_at, day.ends_at)

    def _of_the_day(self, session: Session, taking: Iterable[Appointment], odd: Iterable[OddRow]) -> dict[str, Any]:
        """The clinician's day, where the practice limits it."""
        if self.day_zone is None:
            return {}
        day = whole_day(session, self.day_zone)
        ours = (
            one for one in taking if one.session.clinician == session.clinician and day.starts_at <= one.session.starts_at < day.ends_at
        )
        unread = sum(self._may_be_in_the_way(one, replace(day, client="")) for one in odd)
        return {"day": tuple(Commitment(one.id, one.session) for one in ours), "day_unread": unread}

    def _may_be_in_the_way(self, odd: OddRow, session: Session) -> bool:
        """Whether a row that cannot be read may be about that time of that clinician or client."""
        fields = self.ehr.records.of["appointment"]
        try:
            clinician = self.ehr.pseudonym("clinician", fields.read(odd.row, "clinician", identifier))
            client = self.ehr.pseudonym("client", fields.read(odd.row, "client", identifier))
            if session.clinician != clinician and session.client != client:
                return False
            start = fields.read(odd.row, "starts_at", instant)
            end = start + timedelta(minutes=fields.read(odd.row, "duration_minutes", whole))
        except EhrError:
            return True
        return start < session.ends_at and session.starts_at < end


def _state_of(site: str | None, seeing: SeenClinician | None, clinicians: Iterable[SeenClinician]) -> str | None:
    """Where a site lies: the clinician's own, unless the session names another one that somebody else works at."""
    if seeing and site in (None, seeing.site):
        return seeing.site_state
    return next((one.site_state for one in clinicians if one.site == site), None)
