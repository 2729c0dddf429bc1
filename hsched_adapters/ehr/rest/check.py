"""What an EHR really does, tried without writing: for each parameter a question whose answer is known, and one that nothing answers.

Servers ignore parameters they do not know, or answer nothing to them (INTEGRATION.md): both look like an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hsched_adapters.ehr.rest.client import EhrError
from hsched_adapters.ehr.rest.connector import RestConnector
from hsched_adapters.ehr.rest.ehr import Ehr, NotAskedError
from hsched_adapters.ehr.rest.records import SeenAppointment, readable
from hsched_core.domain.appointments import Appointment

NOBODY = "hsched-canary-0000"  # a reference, page or word that no EHR knows
BEFORE, AHEAD = timedelta(days=30), timedelta(days=60)  # where appointments to try with are looked for
SECOND = timedelta(seconds=1)
PROVEN_BY = {"can_search": "reference", "can_poll": "updated_since"}  # a claim of practice.yaml, and the parameter that proves it
Row = Mapping[str, Any]
Seen = Sequence[SeenAppointment]


class Answers(StrEnum):
    """How a parameter behaves."""

    WORKS = "works"
    IGNORED = "is ignored: everything is answered, as if it matched"
    EMPTY = "finds nothing, though there is something: it is not known there"
    REFUSED = "is refused"
    UNPROVEN = "could not be tried: there is nothing to try it with"


@dataclass(frozen=True)
class Tried:
    """A parameter, in our name of it, and how it behaves."""

    parameter: str
    answers: Answers


@dataclass(frozen=True)
class Report:
    """What was found, and how it differs from what practice.yaml says."""

    tried: tuple[Tried, ...]
    reads_by_id: bool
    keeps_versions: bool
    unknown_parameter: Answers
    resources: Mapping[str, str]  # list -> "n rows", "not offered", or what went wrong
    claims: Mapping[str, bool]  # of practice.yaml
    set_aside: Mapping[str, int] = field(default_factory=dict)  # rows that cannot be read, by code: the rest goes on without them

    def works(self, parameter: str) -> bool:
        return any(one.parameter == parameter and one.answers is Answers.WORKS for one in self.tried)

    @property
    def can_read(self) -> bool:
        """Without these nothing can be judged: the gate would see a calendar with holes."""
        return self.reads_by_id and self.works("from") and self.works("to")

    @property
    def found(self) -> Mapping[str, bool]:
        """What practice.yaml may say. Idempotency keys cannot be tried without a write: there its word stands."""
        return {
            "can_search": self.works("reference"),
            "can_poll": self.works("updated_since"),
            "honours_keys": self.claims["honours_keys"],
        }

    @property
    def overstated(self) -> tuple[str, ...]:
        """Claims that the EHR does not keep. What could not be tried is not held against it."""
        disproved = {one.parameter for one in self.tried if one.answers not in (Answers.WORKS, Answers.UNPROVEN)}
        return tuple(name for name, parameter in PROVEN_BY.items() if self.claims[name] and parameter in disproved)

    @property
    def holds(self) -> bool:
        return self.can_read and not self.overstated and not any(text.startswith("failed") for text in self.resources.values())

    def in_words(self) -> Sequence[str]:
        """What it means for the practice."""
        search, keys = self.found["can_search"], self.found["honours_keys"]
        words = [
            "Appointments can be read by id and by day." if self.can_read else "Appointments cannot be read reliably: do not connect.",
            "Versions tell what changed meanwhile." if self.keeps_versions else "There are no versions: changes are seen by their content.",
            "Changes can be asked for." if self.found["can_poll"] else "Changes cannot be asked for: days are read and compared.",
        ]
        if keys:
            words.append("A write without an answer is repeated under its key. That it is then done once cannot be tried without writing.")
        if search:
            words.append("A write without an answer is searched for by our reference, after twice the EHR's worst latency.")
        words += [f"Rows that cannot be read, and are left out: {number:,} ({code})." for code, number in sorted(self.set_aside.items())]
        if not (keys or search):
            words.append("A write without an answer goes to a person: the EHR offers no way to find out.")
        return words


def check(connector: RestConnector, now: datetime) -> Report:
    """Try every parameter we use. Reads only."""
    ehr = connector.ehr
    raw = ehr.rows("appointments", **_window(now - BEFORE, now + AHEAD))
    claims = {name: bool(getattr(connector.connection, name)) for name in ("can_search", "can_poll", "honours_keys")}
    reads, versions = _by_id(ehr, raw)
    tried, unknown = _tried(ehr, raw), _unknown(ehr, raw, now)
    resources = {name: _listed(ehr, name) for name in ("clients", "clinicians", "waitlist", "authorizations")}
    return Report(tried, reads, versions, unknown, resources, claims, _set_aside(connector, now))


@dataclass(frozen=True)
class _Trial:
    """A question, with one appointment that answers it (if there is one) and one that does not."""

    filters: Mapping[str, str]
    finds: str
    leaves_out: str


def _tried(ehr: Ehr, rows: Sequence[Row]) -> tuple[Tried, ...]:
    """Each filter: so that a known record answers, and another known one does not."""
    seen = sorted(readable(ehr.records.appointments, rows, []), key=lambda one: one.appointment.session.starts_at)
    trials = {name: trial(seen) for name, trial in TRIALS.items()}
    return tuple(Tried(name, _behaviour(ehr, trial)) for name, trial in trials.items())


def _try_from(seen: Seen) -> _Trial | None:
    if (ends := _apart(seen)) is None:
        return None
    first, last = ends
    return _Trial(_window(last.session.starts_at - SECOND, last.session.ends_at + SECOND), last.id, first.id)


def _try_to(seen: Seen) -> _Trial | None:
    if (ends := _apart(seen)) is None:
        return None
    first, last = ends
    return _Trial(_window(first.session.starts_at - SECOND, first.session.starts_at + SECOND), first.id, last.id)


def _try_updated_since(seen: Seen) -> _Trial | None:
    by_change = sorted((one.appointment for one in seen), key=lambda one: one.updated_at)
    if not by_change:
        return None
    if by_change[0].updated_at == by_change[-1].updated_at:  # nothing changed after them; more cannot be known
        return _Trial({"updated_since": (by_change[-1].updated_at + SECOND).isoformat()}, "", by_change[-1].id)
    return _Trial({"updated_since": by_change[-1].updated_at.isoformat()}, by_change[-1].id, by_change[0].id)


def _try_reference(seen: Seen) -> _Trial | None:
    marked = next((one for one in seen if one.reference), None)
    if marked is None:  # nobody answers to nobody; more cannot be known
        return _Trial({"reference": NOBODY}, "", seen[0].appointment.id) if seen else None
    other = next((one.appointment.id for one in seen if one.reference != marked.reference), "")
    return _Trial({"reference": marked.reference}, marked.appointment.id, other)


TRIALS: Mapping[str, Callable[[Seen], _Trial | None]] = {
    "from": _try_from,
    "to": _try_to,
    "updated_since": _try_updated_since,
    "reference": _try_reference,
}


def _apart(seen: Seen) -> tuple[Appointment, Appointment] | None:
    """The first and the last appointment, where one is over before the other begins."""
    if not seen or seen[0].appointment.session.ends_at > seen[-1].appointment.session.starts_at - SECOND:
        return None
    return seen[0].appointment, seen[-1].appointment


def _behaviour(ehr: Ehr, trial: _Trial | None) -> Answers:
    if trial is None:
        return Answers.UNPROVEN
    try:
        rows = ehr.rows("appointments", **trial.filters)
        found = {one.appointment.id for one in readable(ehr.records.appointments, rows, [])}
    except EhrError as error:
        if error.code.startswith("http_4"):
            return Answers.REFUSED
        raise
    except NotAskedError:  # the profile has no such parameter
        return Answers.REFUSED
    if trial.leaves_out in found:
        return Answers.IGNORED
    if not trial.finds:
        return Answers.UNPROVEN
    return Answers.WORKS if trial.finds in found else Answers.EMPTY


def _unknown(ehr: Ehr, rows: Sequence[Row], now: datetime) -> Answers:
    """What becomes of a parameter that nobody knows."""
    window = {ehr.parameter(name): value for name, value in _window(now - BEFORE, now + AHEAD).items()}
    try:
        answer = ehr.client.get(ehr.path("appointments"), {**window, "hsched_canary": NOBODY})
    except EhrError as error:
        if error.code.startswith("http_4"):
            return Answers.REFUSED
        raise
    listed = answer.document.get(ehr.profile.rows["appointments"]) if isinstance(answer.document, Mapping) else None
    return Answers.IGNORED if listed or not rows else Answers.EMPTY


def _by_id(ehr: Ehr, rows: Sequence[Row]) -> tuple[bool, bool]:
    """Whether one record can be read, and whether it has a version."""
    fields = ehr.records.of["appointment"]
    if not rows:
        return False, False
    row = ehr.row("appointment", str(fields.value(rows[0], "id")))
    return row is not None, fields.value(row, "version") is not None


def _listed(ehr: Ehr, name: str) -> str:
    if not ehr.offers(name):
        return "not offered"
    try:
        return f"{len(ehr.rows(name)):,} read"
    except EhrError as error:
        return f"failed: {error.code}"


def _set_aside(connector: RestConnector, now: datetime) -> Mapping[str, int]:
    """Read everything with the reader that the desk uses: how many rows it has to leave out, by field."""
    reader = replace(connector.reader)
    try:
        reader.waiting(), reader.consents(), reader.clinicians()
        reader.appointments(now - BEFORE, now + AHEAD)
    except EhrError:
        pass  # what does not answer is told of beside the list's name
    return reader.set_aside()


def _window(start: datetime, end: datetime) -> Mapping[str, str]:
    return {"from": start.isoformat(), "to": end.isoformat()}
