"""The EHR's state, behind one lock: records with versions, who changed what, and what was promised under which key."""

import dataclasses
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from hsched_core.ports import Clock
from hsched_sandbox.ehr.conduct import Conduct, DoubleBooking, RefusedError
from hsched_sandbox.ehr.journal import Journal
from hsched_sandbox.ehr.records import Appointment, Client, Entry, EntryStatus, Message, Note, Record, Status, V, renewed

R = TypeVar("R", bound=Record)
OWN_NUMBERS = 5_000_000  # ids made here lie beyond those of the simulated practice
EVENT_OF = {Appointment: "appointment", Entry: "waitlist", Client: "client"}


@dataclass(frozen=True)
class Trace:
    """Who acts: `api`, `client` (at the EHR's own pages), `staff`, `script`; and under which key and reference."""

    by: str
    key: str | None = None
    external_reference: str | None = None


@dataclass(frozen=True)
class Effect:
    """Something that truly happened."""

    seq: int
    at: datetime
    act: str
    kind: str
    id: str
    version: int
    by: str
    key: str | None
    external_reference: str | None


@dataclass(frozen=True)
class Event:
    """What the EHR tells its subscribers: that something changed, not how."""

    type: str
    at: datetime
    id: str
    version: int
    updated_at: datetime


class Book:
    """One practice's records. Every public method is atomic."""

    def __init__(self, clock: Clock, conduct: Conduct | None = None) -> None:
        self.clock = clock
        self.conduct = conduct or Conduct()
        self.effects: list[Effect] = []
        self._lock = threading.RLock()
        self._records: dict[type, dict[str, Any]] = defaultdict(dict)
        self._by_person: dict[str, set[str]] = defaultdict(set)  # ids of appointments, by patient and by provider
        self._promised: dict[str, tuple[str, str, str]] = {}  # idempotency key -> fingerprint, kind and id of the answer
        self._made = 0
        self._listeners: list[Callable[[Event], None]] = []
        self._journal: Journal | None = None

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        """Told of each change from now on, under the lock: it must only take note."""
        self._listeners.append(listener)

    def remember_in(self, journal: Journal) -> None:
        """Take in what the journal holds, and write to it from now on."""
        for word, content in journal.lines():
            if word == "key":
                self._promised[content[0]] = (content[1], content[2], content[3])
            elif word == "effect":
                self.effects.append(Effect(**content | {"at": datetime.fromisoformat(content["at"])}))
            elif word == "made":
                self._made = content
            elif dataclasses.is_dataclass(content):
                self.place(content)  # type: ignore[arg-type]  # the journal holds records
        self._journal = journal

    def write_down(self, word: str, content: Any) -> None:
        """A line of the journal's, where there is one."""
        with self._lock:
            if self._journal:
                self._journal.write(word, content)

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Several steps as one."""
        with self._lock:
            yield

    # reading

    def find(self, kind: type[R], identifier: str) -> R | None:
        found: R | None = self._records[kind].get(identifier)
        return found

    def get(self, kind: type[R], identifier: str) -> R:
        found = self.find(kind, identifier)
        if found is None:
            raise RefusedError(404, "not_found", f"There is no {kind.__name__.lower()} of that id.")
        return found

    def every(self, kind: type[R]) -> list[R]:
        with self._lock:
            return list(self._records[kind].values())

    def clashes(self, wanted: Appointment) -> bool:
        """Whether its client's or its clinician's time is taken."""
        return any(wanted.clashes_with(other) for other in self.around(wanted.patient_id) + self.around(wanted.provider_id))

    def around(self, person: str) -> list[Appointment]:
        """All appointments of a client or a clinician."""
        with self._lock:
            return [self._records[Appointment][identifier] for identifier in self._by_person[person]]

    # writing

    def place(self, record: Record) -> None:
        """Put a record in its place without telling anybody: how the practice looked when the EHR was opened."""
        self._records[type(record)][record.id] = record
        if isinstance(record, Appointment):
            self._by_person[record.patient_id].add(record.id)
            self._by_person[record.provider_id].add(record.id)

    def once(self, key: str | None, fingerprint: str, act: Callable[[], R]) -> tuple[R, bool]:
        """The record the act makes, or the one it made before under that key; and whether it was made before."""
        with self._lock:
            if key is None or not self.conduct.honours_keys:
                return act(), False
            if key in self._promised:
                return self._kept(key, fingerprint), True
            record = act()
            kind = type(record).__name__.lower()
            self._promised[key] = (fingerprint, kind, record.id)
            self.write_down("key", [key, fingerprint, kind, record.id])
            return record, False

    def _kept(self, key: str, fingerprint: str) -> Any:
        before, kind, identifier = self._promised[key]
        if before != fingerprint:
            raise RefusedError(422, "key_reused", "The idempotency key was used for another request.")
        return next(records[identifier] for known, records in self._records.items() if known.__name__.lower() == kind)

    def add(self, record: R, act: str, trace: Trace) -> R:
        """A new record, as it is."""
        with self._lock:
            return self._written(record, act, trace)

    def book(self, wanted: Appointment, trace: Trace) -> Appointment:
        """A new appointment under an id of its own. 409 where the hour is taken and the EHR minds."""
        with self._lock:
            if self.conduct.double_booking is DoubleBooking.REFUSE and self.clashes(dataclasses.replace(wanted, id="")):
                raise RefusedError(409, "conflict", "The client or the clinician has another appointment then.")
            now = self.clock.now().astimezone(UTC)
            made = dataclasses.replace(wanted, id=self._next("APT", 7), created_at=now, updated_at=now, version=1)
            return self._written(made, "book", trace)

    def change(self, identifier: str, changes: Mapping[str, Any], trace: Trace, expected: int | None = None) -> Appointment:
        """An appointment with some fields replaced; custom fields are merged. 412 where another version was expected."""
        with self._lock:
            before = self._expected(Appointment, identifier, expected)
            cancels = changes.get("status") is Status.CANCELLED
            if cancels and before.status is not Status.BOOKED:
                raise RefusedError(409, "not_booked", f"The appointment is {before.status}.")
            custom = {**before.custom_fields, **changes.get("custom_fields", {})}
            after = dataclasses.replace(before, **{**changes, "custom_fields": custom})
            refuses = self.conduct.double_booking is DoubleBooking.REFUSE
            if refuses and {"starts_at", "duration"} & changes.keys() and self.clashes(after):
                raise RefusedError(409, "conflict", "The client or the clinician has another appointment then.")
            return self._renewed(after, "cancel" if cancels else "change", trace)

    def annotate(self, identifier: str, text: str, trace: Trace) -> Appointment:
        """A note in the chart."""
        with self._lock:
            before = self.get(Appointment, identifier)
            note = Note(self._next("NT", 7), text, trace.external_reference, self.clock.now().astimezone(UTC))
            return self._renewed(dataclasses.replace(before, notes=(*before.notes, note)), "note", trace)

    def move_entry(self, identifier: str, status: EntryStatus, trace: Trace, expected: int | None = None) -> Entry:
        """An entry of the waitlist in another status."""
        with self._lock:
            before = self._expected(Entry, identifier, expected)
            return self._renewed(dataclasses.replace(before, status=status), "waitlist", trace)

    def take_message(self, message: Message, trace: Trace) -> Message:
        """A message to send, under an id of its own."""
        with self._lock:
            made = dataclasses.replace(message, id=self._next("MSG", 7), created_at=self.clock.now().astimezone(UTC))
            return self._written(made, "message", trace)

    def renew(self, record: V, act: str, trace: Trace) -> V:
        """A changed record under the next version."""
        with self._lock:
            return self._renewed(record, act, trace)

    def _expected(self, kind: type[V], identifier: str, version: int | None) -> V:
        found = self.get(kind, identifier)
        if version is not None and self.conduct.checks_versions and version != found.version:
            raise RefusedError(412, "stale_version", "It changed in between: read it again.")
        return found

    def _next(self, prefix: str, width: int) -> str:
        self._made += 1
        self.write_down("made", self._made)
        return f"{prefix}-{OWN_NUMBERS + self._made:0{width}d}"

    def _renewed(self, record: V, act: str, trace: Trace) -> V:
        return self._written(renewed(record, self.clock.now().astimezone(UTC)), act, trace)

    def _written(self, record: R, act: str, trace: Trace) -> R:
        self.place(record)
        kind, version, now = type(record).__name__.lower(), getattr(record, "version", 1), self.clock.now().astimezone(UTC)
        effect = Effect(len(self.effects) + 1, now, act, kind, record.id, version, trace.by, trace.key, trace.external_reference)
        self.effects.append(effect)
        self.write_down(kind, record)
        self.write_down("effect", dataclasses.asdict(effect) | {"at": now.isoformat()})
        if type(record) in EVENT_OF:
            event = Event(_event_type(record, act), now, record.id, version, getattr(record, "updated_at", now))
            for listener in self._listeners:
                listener(event)
        return record


def _event_type(record: Record, act: str) -> str:
    subject = EVENT_OF[type(record)]
    if subject != "appointment":
        return f"{subject}.updated"
    return f"appointment.{ {'book': 'created', 'cancel': 'cancelled'}.get(act, 'updated') }"
