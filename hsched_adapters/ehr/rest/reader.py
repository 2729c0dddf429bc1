"""`PracticeReader` over REST: what use cases look at, read now."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hsched_adapters.ehr.rest.ehr import Ehr
from hsched_adapters.ehr.rest.records import (
    Fields,
    OddRow,
    SeenAppointment,
    SeenClient,
    count,
    day,
    identifier,
    instant,
    readable,
    weekdays,
    whole,
)
from hsched_core.domain.appointments import Appointment
from hsched_core.domain.contact import Channel, ConsentEvent, Purpose, has_consent
from hsched_core.domain.vocabulary import Modality, SessionType, WaitlistStatus
from hsched_core.domain.waiting import ClinicianProfile, Cover, Urgency, WaitingClient
from hsched_core.ports import Clock, KnownClient

T = TypeVar("T")
Row = Mapping[str, Any]
WHY = "what a use case looks at"
VISITS_BEFORE, VISITS_AHEAD = timedelta(days=14), timedelta(days=60)  # visits "around now" of those who wait
UNKNOWN = SeenClient("", "", None, None, Channel.PORTAL, (), None, None)  # an entry whose client the EHR does not list
POLL_BEFORE, POLL_AHEAD = timedelta(days=7), timedelta(days=120)  # where the EHR cannot be asked for what changed


@dataclass(frozen=True)
class RestReader:
    """The EHR's present. A row of a list that cannot be read is set aside and counted; the others are read."""

    ehr: Ehr
    clock: Clock
    zone: ZoneInfo
    can_poll: bool  # by `updated_since`
    _aside: dict[str, Counter[str]] = field(default_factory=dict, repr=False, compare=False)  # by list, of its last reading

    def appointment(self, appointment: str) -> Appointment | None:
        seen = self.ehr.appointment(appointment, WHY)
        return seen.appointment if seen else None

    def appointments(self, start: datetime, end: datetime) -> Sequence[Appointment]:
        return [seen.appointment for seen in self.touching(start, end)]

    def changed_since(self, instant: datetime) -> Sequence[Appointment]:
        if self.can_poll:
            rows = self.ehr.rows("appointments", updated_since=instant.isoformat())
            found = self.read("appointments", self.ehr.records.appointments, rows)
        else:
            now = self.clock.now()
            found = self.touching(now - POLL_BEFORE, now + POLL_AHEAD)
        return [seen.appointment for seen in found if _may_have_changed(seen.appointment, instant)]

    def set_aside(self) -> Mapping[str, int]:
        return dict(sum(self._aside.values(), Counter[str]()))

    def read(self, name: str, parse: Callable[[list[Row]], list[T]], rows: Sequence[Row], odd: list[OddRow] | None = None) -> list[T]:
        """What can be read of a list; what cannot is counted under the list's name, and added to `odd`."""
        odd = [] if odd is None else odd
        found = readable(parse, rows, odd)
        self.remember(name, odd)
        return found

    def touching(self, start: datetime, end: datetime) -> list[SeenAppointment]:
        """Appointments that touch the span, as far as they can be read."""
        odd: list[OddRow] = []
        found = self.ehr.touching(start, end, odd)
        self.remember("appointments", odd)
        return found

    def remember(self, name: str, odd: Iterable[OddRow]) -> None:
        """Remember how many rows of that list were odd the last time, and in which fields."""
        self._aside[name] = Counter(one.code for one in odd)

    def waiting(self) -> Sequence[WaitingClient]:
        if not self.ehr.offers("waitlist"):
            return []
        rows = self.ehr.rows("waitlist", status=self.ehr.profile.theirs(WaitlistStatus.WAITING) or "")
        return _Waitlist(self, rows).entries()

    def clinicians(self) -> Sequence[ClinicianProfile]:
        now, odd = self.clock.now(), list[OddRow]()
        seen = self.ehr.clinicians(odd)
        self.remember("clinicians", odd)
        return [
            ClinicianProfile(
                one.clinician,
                one.credentials.discipline,
                one.specialties,
                frozenset(licence.state for licence in one.credentials.licences if licence.valid_from <= now < licence.valid_until),
                one.is_remote,
            )
            for one in seen
        ]

    def known_clients(self) -> Sequence[KnownClient]:
        return [KnownClient(one.client, one.zone, one.channel, one.safe) for one in self.clients()]

    def consents(self) -> Mapping[str, tuple[ConsentEvent, ...]]:
        """Every client's log of consent, as the EHR keeps it: the store's own log takes over what is new in it."""
        return {one.client: one.consents for one in self.clients()}

    def clients(self, odd: list[OddRow] | None = None) -> list[SeenClient]:
        """Everybody the EHR lists whose row can be read. Whose cannot is not written to: the gate asks for the one row, and fails."""
        return self.read("clients", self.ehr.records.clients, self.ehr.rows("clients"), odd)


def _may_have_changed(appointment: Appointment, instant: datetime) -> bool:
    """An EHR that ignores the question, or keeps no times, is not believed."""
    return appointment.updated_at >= instant or appointment.updated_at.year == 1970


class _Waitlist:
    """The open entries with what the EHR knows of their clients: three lists, not three questions for each entry."""

    def __init__(self, reader: RestReader, rows: Sequence[Mapping[str, Any]]) -> None:
        self._reader, self._ehr = reader, reader.ehr
        self._profile, self._records = reader.ehr.profile, reader.ehr.records
        self._fields: Fields = self._records.of["waitlist_entry"]
        self._rows = [
            row for row in rows if self._profile.ours(WaitlistStatus, self._fields.value(row, "status")) is WaitlistStatus.WAITING
        ]

    def entries(self) -> list[WaitingClient]:
        if not self._rows:
            self._reader.remember("waitlist", ())
            return []
        now = self._reader.clock.now()
        odd: list[OddRow] = []
        clients = {one.client: one for one in self._reader.clients(odd)}
        of_client = self._records.of["client"]
        unreadable = {str(of_client.value(one.row, "id")) for one in odd}  # the gate could not judge an offer to them
        rows = [row for row in self._rows if str(self._fields.value(row, "client")) not in unreadable]
        visits, starts = self._visits(now)
        cover = self._cover()

        def parse(rows: list[Row]) -> list[WaitingClient]:
            tokens = {name: self._records.tokens(self._fields, rows, kind, name) for name, kind in ENTRY_IDS.items()}
            return [self._entry(row, tokens, clients, visits, starts, cover) for row in rows]

        return self._reader.read("waitlist", parse, rows)

    def _visits(self, now: datetime) -> tuple[Mapping[str, list[datetime]], Mapping[str, datetime]]:
        """Each client's visits around now, and the start of each appointment."""
        seen = [one.appointment for one in self._reader.touching(now - VISITS_BEFORE, now + VISITS_AHEAD)]
        visits: dict[str, list[datetime]] = defaultdict(list)
        for one in seen:
            if one.takes_time:
                visits[one.session.client].append(one.session.starts_at)
        return visits, {one.id: one.session.starts_at for one in seen if one.takes_time}

    def _cover(self) -> Mapping[str, list[tuple[SessionType | None, Cover]]]:
        """Each client's authorizations, with the type of session they are for (None: any)."""
        found: dict[str, list[tuple[SessionType | None, Cover]]] = defaultdict(list)
        if not self._ehr.offers("authorizations"):
            return found
        for client, of in self._reader.read("authorizations", self._authorizations, self._ehr.rows("authorizations")):
            found[client].append(of)
        return found

    def _authorizations(self, rows: list[Row]) -> list[tuple[str, tuple[SessionType | None, Cover]]]:
        fields = self._records.of["authorization"]
        clients = self._records.tokens(fields, rows, "client", "client")
        return [(clients[fields.read(row, "client", identifier)], self._covers(fields, row)) for row in rows]

    def _covers(self, fields: Fields, row: Row) -> tuple[SessionType | None, Cover]:
        approved = fields.maybe(row, "units_approved", count)
        left = None if approved is None else max(0, approved - (fields.maybe(row, "units_used", count) or 0))
        cover = Cover(fields.read(row, "starts_on", day), fields.read(row, "ends_on", day), left)
        return self._profile.ours(SessionType, fields.value(row, "session_type")), cover

    def _entry(
        self,
        row: Mapping[str, Any],
        tokens: Mapping[str, Mapping[str, str]],
        clients: Mapping[str, SeenClient],
        visits: Mapping[str, Iterable[datetime]],
        starts: Mapping[str, datetime],
        cover: Mapping[str, Iterable[tuple[SessionType | None, Cover]]],
    ) -> WaitingClient:
        fields = self._fields
        client = tokens["client"][fields.read(row, "client", identifier)]
        known = clients.get(client) or replace(UNKNOWN, client=client)
        kind = self._profile.ours(SessionType, fields.value(row, "session_type")) or SessionType.VISIT
        wished, instead = fields.maybe(row, "clinician", identifier), fields.maybe(row, "instead_of", identifier)
        later = None if instead is None else tokens["instead_of"][instead]
        theirs = fields.value(row, "modality")
        modality = None if theirs in (None, "") else self._profile.ours(Modality, theirs)
        if theirs not in (None, "") and modality is None:
            raise fields.broken("modality")
        return WaitingClient(
            entry=tokens["id"][fields.read(row, "id", identifier)],
            client=client,
            session_type=kind,
            entered_at=fields.read(row, "entered_at", instant),
            channel=known.channel,
            duration_minutes=fields.maybe(row, "duration_minutes", whole),
            modality=modality,
            clinician=None if wished is None else tokens["clinician"][wished],
            specialties=frozenset(map(str, fields.listed(row, "specialties"))),
            weekdays=fields.read(row, "weekdays", weekdays),
            hour_from=_hour(fields, row, "hour_from", 0),
            hour_to=_hour(fields, row, "hour_to", 24),
            urgency=self._profile.ours(Urgency, fields.value(row, "urgency")) or Urgency.ROUTINE,
            until=fields.maybe(row, "until", instant),
            instead_of=later,
            instead_at=starts.get(later) if later else None,
            sees=known.sees,
            cadence_days=known.cadence_days,
            visits=tuple(sorted(visits.get(client, ()))),
            cover=tuple(one for of, one in cover.get(client, ()) if of in (None, kind)),
            state=known.state,
            zone=known.zone,
            safe=known.safe,
            may_book_without_asking=has_consent(known.consents, None, Purpose.BOOK_ME, self._reader.clock.now()),
        )


ENTRY_IDS = {"id": "waitlist_entry", "client": "client", "clinician": "clinician", "instead_of": "appointment"}


def _hour(fields: Fields, row: Mapping[str, Any], name: str, default: int) -> int:
    found = fields.maybe(row, name, count)
    return default if found is None else found
