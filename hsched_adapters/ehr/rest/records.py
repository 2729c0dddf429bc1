"""An EHR's JSON becomes our values under pseudonyms. What has not the expected form is an error that names the field, not its value."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hsched_adapters.ehr.rest.client import EhrError
from hsched_adapters.ehr.rest.profile import Profile
from hsched_adapters.messaging.addresses import Reachable
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.canonical import digest
from hsched_core.domain.contact import Channel, ConsentEvent, Purpose, SafeContact
from hsched_core.domain.sessions import Session
from hsched_core.domain.time import day_start
from hsched_core.domain.vocabulary import Actor, Modality, SessionType
from hsched_core.policy.facts import Credentials, Licence
from hsched_core.ports import Vault

T = TypeVar("T")
Row = Mapping[str, Any]
LONGEST_ID = 200
NEVER_CHANGED = datetime(1970, 1, 1, tzinfo=UTC)  # an EHR that does not say when a record changed
NO_END = date(9999, 1, 1)
MADE_HERE = "seen-"  # a version where the EHR keeps none: the hash of what was seen; it is compared, and not sent


@dataclass(frozen=True)
class SeenAppointment:
    """An appointment, and what stands in it that only writes and reading back are about."""

    appointment: Appointment
    reference: str  # under which of our keys it was booked
    score: object
    notes: Mapping[str, str]  # our key -> text


@dataclass(frozen=True)
class SeenClient:
    """What the EHR knows of a client, as far as the path and the waitlist ask."""

    client: str
    language: str
    zone: str | None
    state: str | None
    channel: Channel
    consents: tuple[ConsentEvent, ...]
    sees: str | None
    cadence_days: int | None
    safe: SafeContact = field(default_factory=SafeContact)


@dataclass(frozen=True)
class SeenClinician:
    """A clinician with the licences the gate asks for."""

    clinician: str
    credentials: Credentials
    specialties: frozenset[str]
    site: str | None
    site_state: str | None
    is_remote: bool


@dataclass(frozen=True)
class SeenMessage:
    """A message as the EHR keeps it."""

    id: str
    client: str
    channel: Channel | None
    template: str
    reference: str


class Fields:
    """One kind of record in the profile's field names."""

    def __init__(self, profile: Profile, record: str) -> None:
        self._paths, self._record = profile.fields[record], record

    def value(self, row: object, name: str) -> Any:
        """What stands in our field of that name; None where nothing does."""
        path = self._paths.get(name)
        found: Any = row if path else None
        for step in path.split(".") if path else ():
            found = found.get(step) if isinstance(found, Mapping) else None
        return found

    def broken(self, name: str) -> EhrError:
        """The error for a field without the expected form."""
        return EhrError(f"unexpected_form: {self._record}.{name}")

    def read(self, row: object, name: str, parse: Callable[[Any], T]) -> T:
        """The field, parsed; required."""
        try:
            return parse(self.value(row, name))
        except (ValueError, TypeError, OverflowError, KeyError, AttributeError):
            raise self.broken(name) from None

    def maybe(self, row: object, name: str, parse: Callable[[Any], T]) -> T | None:
        """The field, parsed; None where it is empty."""
        return None if self.value(row, name) in (None, "") else self.read(row, name, parse)

    def listed(self, row: object, name: str) -> Sequence[Any]:
        """A field that holds a list; empty where there is none."""
        found = self.value(row, name)
        if found is not None and not isinstance(found, list):
            raise self.broken(name)
        return found or ()

    def written(self, **values: object) -> dict[str, Any]:
        """A body with our fields at their places; what the profile has no place for is left out."""
        body: dict[str, Any] = {}
        for name, value in values.items():
            *above, last = self._paths[name].split(".") if name in self._paths else [""]
            place = body
            for step in above:
                place = place.setdefault(step, {})
            if last:
                place[last] = value
        return body

    def has(self, name: str) -> bool:
        return name in self._paths


class Records:
    """Rows of one practice's EHR as our values."""

    def __init__(self, profile: Profile, vault: Vault, zone: ZoneInfo) -> None:
        self._profile, self._vault, self._zone = profile, vault, zone
        self.of = {record: Fields(profile, record) for record in profile.fields}

    def appointments(self, rows: Iterable[Row]) -> list[SeenAppointment]:
        """Appointments; pseudonyms are asked for once a kind."""
        fields, rows = self.of["appointment"], list(rows)
        names = {kind: self.tokens(fields, rows, kind, name) for kind, name in APPOINTMENT_IDS.items()}
        return [self._appointment(fields, row, names) for row in rows]

    def clients(self, rows: Iterable[Row]) -> list[SeenClient]:
        fields, rows = self.of["client"], list(rows)
        clients = self.tokens(fields, rows, "client", "id")
        usual = self.tokens(fields, rows, "clinician", "usual_clinician") | self.tokens(fields, rows, "clinician", "series_clinician")
        return [self._client(fields, row, clients, usual) for row in rows]

    def reachable(self, row: Row) -> Reachable:
        """Phone and e-mail of a client, as they are written there; what is no text is none."""
        phone, email = (self.of["client"].value(row, name) for name in ("phone", "email"))
        return Reachable(phone if isinstance(phone, str) else "", email if isinstance(email, str) else "")

    def clinicians(self, rows: Iterable[Row]) -> list[SeenClinician]:
        fields, rows = self.of["clinician"], list(rows)
        clinicians, sites = self.tokens(fields, rows, "clinician", "id"), self.tokens(fields, rows, "site", "site")
        return [self._clinician(fields, row, clinicians, sites) for row in rows]

    def messages(self, rows: Iterable[Row]) -> list[SeenMessage]:
        fields, rows = self.of["message"], list(rows)
        ids, clients = self.tokens(fields, rows, "communication", "id"), self.tokens(fields, rows, "client", "client")
        return [
            SeenMessage(
                ids[fields.read(row, "id", identifier)],
                clients[fields.read(row, "client", identifier)],
                self._profile.ours(Channel, fields.value(row, "channel")),
                str(fields.value(row, "template") or ""),
                str(fields.value(row, "reference") or ""),
            )
            for row in rows
        ]

    def tokens(self, fields: Fields, rows: Iterable[Row], kind: str, name: str) -> dict[str, str]:
        """Pseudonyms of everything that stands in a field."""
        found = (fields.maybe(row, name, identifier) for row in rows)
        return dict(self._vault.pseudonyms(kind, dict.fromkeys(one for one in found if one is not None)))

    def _appointment(self, fields: Fields, row: Row, names: Mapping[str, Mapping[str, str]]) -> SeenAppointment:
        site = fields.maybe(row, "site", identifier)
        session = Session(
            client=names["client"][fields.read(row, "client", identifier)],
            clinician=names["clinician"][fields.read(row, "clinician", identifier)],
            starts_at=fields.read(row, "starts_at", instant),
            duration_minutes=fields.read(row, "duration_minutes", whole),
            session_type=self._profile.ours(SessionType, fields.value(row, "session_type")) or SessionType.VISIT,
            modality=self._modality(fields, row) or Modality.IN_PERSON,
            site=None if site is None else names["site"][site],
        )
        status = self._profile.ours(AppointmentStatus, fields.value(row, "status"))
        if status is None:
            raise fields.broken("status")
        found = Appointment(
            id=names["appointment"][fields.read(row, "id", identifier)],
            version=fields.maybe(row, "version", identifier) or MADE_HERE + digest((session, status))[:16],
            session=session,
            status=status,
            updated_at=fields.maybe(row, "updated_at", instant) or NEVER_CHANGED,
            by_practice=status is AppointmentStatus.CANCELLED
            and self._profile.ours(Actor, fields.value(row, "cancel_reason")) is Actor.CLINIC,
        )
        notes = {
            str(fields.value(note, "note_reference") or ""): str(fields.value(note, "note_text") or "")
            for note in fields.listed(row, "notes")
        }
        return SeenAppointment(found, str(fields.value(row, "reference") or ""), fields.value(row, "score"), notes)

    def _modality(self, fields: Fields, row: Row) -> Modality | None:
        """Empty is not told; a word that we do not know makes the row odd, for an opening of it would be offered wrongly."""
        theirs = fields.value(row, "modality")
        found = self._profile.ours(Modality, theirs)
        if theirs not in (None, "") and found is None:
            raise fields.broken("modality")
        return found

    def _client(self, fields: Fields, row: Row, clients: Mapping[str, str], clinicians: Mapping[str, str]) -> SeenClient:
        sees = fields.maybe(row, "series_clinician", identifier) or fields.maybe(row, "usual_clinician", identifier)
        return SeenClient(
            client=clients[fields.read(row, "id", identifier)],
            language=str(fields.value(row, "language") or ""),
            zone=fields.maybe(row, "zone", text),
            state=fields.maybe(row, "state", text),
            channel=self._profile.ours(Channel, fields.value(row, "channel")) or Channel.PORTAL,
            consents=tuple(event for one in fields.listed(row, "consents") for event in self._consents(fields, one)),
            sees=None if sees is None else clinicians[sees],
            cadence_days=fields.maybe(row, "series_interval_days", whole),
            safe=self._safe(fields, row),
        )

    def _safe(self, fields: Fields, row: Row) -> SafeContact:
        """Wishes as words `no_text`, `no_voicemail` ...; one that is none of them is not understood. Nor is who may be a minor."""
        told = [str(one) for one in fields.listed(row, "contact_flags")]
        minor = False if "minor" in self._profile.absent else fields.maybe(row, "minor", flag)
        return SafeContact(
            never=frozenset(one for one in Channel if f"no_{one}" in told),
            is_unclear=minor is None or bool(set(told) - {NO_VOICEMAIL, *(f"no_{one}" for one in Channel)}),
            no_voicemail=NO_VOICEMAIL in told,
            is_minor=minor is True,
            reaches_guardian=fields.maybe(row, "contact_is_guardian", flag) is True,
            decides_alone=fields.maybe(row, "decides_alone", flag) is True,
        )

    def _consents(self, fields: Fields, row: object) -> Iterable[ConsentEvent]:
        """A no about something we do not know is a no to all; a yes to it is none."""
        given = fields.read(row, "consent_given", flag)
        channel, knows_channel = self._of_word(Channel, fields.value(row, "consent_channel"))
        purpose, knows_purpose = self._of_word(Purpose, fields.value(row, "consent_purpose"))
        if not given or (knows_channel and knows_purpose):
            yield ConsentEvent(given, fields.read(row, "consent_at", instant), channel, purpose)

    def _of_word(self, kind: type[Any], theirs: object) -> tuple[Any, bool]:
        found = self._profile.ours(kind, theirs)
        return found, found is not None or theirs in (None, "")

    def _clinician(self, fields: Fields, row: Row, clinicians: Mapping[str, str], sites: Mapping[str, str]) -> SeenClinician:
        site = fields.maybe(row, "site", identifier)
        credentials = Credentials(
            str(fields.value(row, "discipline") or ""),
            tuple(self._licence(fields, one) for one in fields.listed(row, "licences")),
            frozenset(map(str, fields.listed(row, "authorities"))),
            fields.maybe(row, "home_state", text),
        )
        return SeenClinician(
            clinicians[fields.read(row, "id", identifier)],
            credentials,
            frozenset(map(str, fields.listed(row, "specialties"))),
            None if site is None else sites[site],
            fields.maybe(row, "site_state", text),
            fields.maybe(row, "remote", flag) is not False,
        )

    def _licence(self, fields: Fields, row: object) -> Licence:
        """Valid on whole days of the practice, the last one included."""
        first = fields.maybe(row, "licence_from", day) or NEVER_CHANGED.date()
        last = fields.maybe(row, "licence_until", day) or NO_END
        until = day_start(last + timedelta(days=1), self._zone)
        return Licence(fields.read(row, "licence_state", text), day_start(first, self._zone), until)


NO_VOICEMAIL = "no_voicemail"
APPOINTMENT_IDS = {"appointment": "id", "client": "client", "clinician": "clinician", "site": "site"}


@dataclass(frozen=True)
class OddRow:
    """A row of a list that could not be read, and the code of the field that was in the way."""

    row: Row
    code: str


def readable(parse: Callable[[list[Row]], list[T]], rows: Sequence[Row], odd: list[OddRow]) -> list[T]:
    """What can be read of a list, in its order; what cannot is added to `odd`. Halves are tried, so few odd rows cost few tries."""
    try:
        return parse([*rows])
    except EhrError as error:
        if len(rows) == 1:
            odd.append(OddRow(rows[0], error.code))
            return []
    half = len(rows) // 2
    return [*readable(parse, rows[:half], odd), *readable(parse, rows[half:], odd)]


def identifier(value: object) -> str:
    """An id as text; EHRs count or spell."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not 0 < len(str(value)) <= LONGEST_ID:
        raise ValueError
    return str(value)


def text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def whole(value: object) -> int:
    """A whole number above zero."""
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError
    return value


def count(value: object) -> int:
    """A whole number, zero included."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError
    return value


def weekdays(value: object) -> frozenset[int]:
    """ISO weekdays; nothing is any."""
    found = frozenset(value if isinstance(value, list) else ())
    if (value is not None and not isinstance(value, list)) or not found <= set(range(1, 8)):
        raise ValueError
    return found


def day(value: object) -> date:
    """A day; of an instant the day as it is written."""
    return date.fromisoformat(text(value)[:10])


def instant(value: object) -> datetime:
    """An instant with its offset, in UTC. Without one it is nobody's time."""
    found = datetime.fromisoformat(text(value))
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(UTC)
