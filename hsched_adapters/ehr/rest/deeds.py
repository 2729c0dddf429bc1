"""What each action is in an EHR's terms: the one request that does it, and how it looks once it is done.

A look answers in our own terms: the very action where it stands there as asked, another one where something else does; and what was
there before, or was said to be written, and is not found, is nothing we can tell about. An appointment that exists is not stamped with
our key: that would hide the key it was booked under, and a booking still searched for by it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any, Protocol, TypeVar

from hsched_adapters.ehr.rest.ehr import AlreadyDoneError, ChangedError, Ehr, NotAskedError, Request
from hsched_adapters.ehr.rest.records import Fields, SeenAppointment
from hsched_core.domain.actions import (
    Action,
    AddNote,
    BookAppointment,
    CancelAppointment,
    MoveAppointment,
    RecordScore,
    UpdateWaitlistStatus,
)
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import WaitlistStatus
from hsched_core.ports import Absent, CannotTell, Found, Permit, Sighting

A = TypeVar("A", bound=Action)
BASIS_POINTS = 10_000
NOTES: Mapping[str, str] = {
    "booked_v1": "Booked through the waitlist: the client accepted an offered time.",
    "moved_v1": "Moved to another time that the client chose.",
    "reminded_v1": "The client was reminded of this appointment.",
}


class Deed(Protocol):
    """One kind of action at this EHR."""

    def request(self, permit: Permit) -> Request:
        """The one write. May read before; NotAskedError or AlreadyDoneError where it should not be sent."""
        ...

    def seen(self, permit: Permit, reference: str) -> Sighting:
        """What is there under the reference, or under the permit's key."""
        ...

    def reference(self, permit: Permit, document: Any) -> str:
        """The pseudonym of what the EHR answered that it wrote; ValueError where the answer does not tell."""
        ...


class _OnAppointments:
    """What deeds on appointments share."""

    def __init__(self, ehr: Ehr) -> None:
        self._ehr = ehr

    @property
    def _fields(self) -> Fields:
        return self._ehr.records.of["appointment"]

    def _patch(self, permit: Permit, appointment: str, body: Mapping[str, Any], version: str | None = None) -> Request:
        path = self._ehr.path("appointment", self._ehr.id_of("appointment", appointment, permit.action.kind))
        return Request("PATCH", path, body, permit.key, version)

    def _there(self, permit: Permit, appointment: str) -> SeenAppointment | None:
        return self._ehr.appointment(appointment, f"look for {permit.action.kind}")

    def _unchanged(self, permit: Permit, appointment: str, version: str) -> Appointment:
        """The appointment, if it is the version it was: not every EHR that is told which version we mean looks at it."""
        there = self._there(permit, appointment)
        if there is None:
            raise NotAskedError("not_there")
        if there.appointment.version != version:
            raise ChangedError("changed_meanwhile")
        return there.appointment

    def _changed(self, permit: Permit, appointment: str, version: str) -> Appointment | Absent | CannotTell:
        """The appointment, if it is another version by now; else what that says of the deed."""
        there = self._there(permit, appointment)
        if there is None:
            return CannotTell()
        return Absent() if there.appointment.version == version else there.appointment

    def _word(self, ours: Any) -> str:
        theirs = self._ehr.profile.theirs(ours)
        if theirs is None:
            raise NotAskedError("no_such_word")
        return theirs

    def reference(self, permit: Permit, document: Any) -> str:
        """The appointment's own, where the answer is about it."""
        (seen,) = self._ehr.records.appointments([document])
        return seen.appointment.id


class Booking(_OnAppointments):
    """A new appointment, with our key as its external reference."""

    def request(self, permit: Permit) -> Request:
        session, ehr, why = _of(permit, BookAppointment).booking, self._ehr, permit.action.kind
        body = self._fields.written(
            client=ehr.id_of("client", session.client, why),
            clinician=ehr.id_of("clinician", session.clinician, why),
            starts_at=session.starts_at.astimezone(UTC).isoformat(),
            duration_minutes=session.duration_minutes,
            session_type=self._word(session.session_type),
            modality=self._word(session.modality),
            reference=permit.key,
        )
        if session.site is not None:
            body |= self._fields.written(site=ehr.id_of("site", session.site, why))
        return Request("POST", ehr.path("appointments"), body, permit.key)

    def seen(self, permit: Permit, reference: str) -> Sighting:
        by_id = self._there(permit, reference) if reference else None
        found = [by_id] if by_id else self._under_key(permit)
        if found is None or (reference and not found):
            return CannotTell()
        standing = [one for one in found if one.appointment.status is AppointmentStatus.BOOKED] or found
        if len(standing) > 1:
            return CannotTell()  # it happened twice: a person's
        return Found(standing[0].appointment.id, self._as_action(permit, standing[0].appointment)) if standing else Absent()

    def _under_key(self, permit: Permit) -> list[SeenAppointment] | None:
        """All that carry our key; None where the EHR does not really search.

        An EHR that ignores the question answers everything, one that does not know it may answer nothing: so what is not found is
        looked for among the appointments around the time as well.
        """
        asked = self._ehr.appointments(reference=permit.key)
        if any(one.reference != permit.key for one in asked):
            return None
        session = _of(permit, BookAppointment).booking
        return asked or [one for one in self._ehr.touching(session.starts_at, session.ends_at) if one.reference == permit.key]

    def _as_action(self, permit: Permit, there: Appointment) -> Action:
        asked = _of(permit, BookAppointment)
        if there.status is AppointmentStatus.CANCELLED:
            return CancelAppointment(there.id, there.version, there.session.clinician, "found_cancelled")
        return replace(asked, booking=_session_as_asked(there.session, asked.booking))


class Moving(_OnAppointments):
    """Another time for an appointment, as long as it is the version it was."""

    def request(self, permit: Permit) -> Request:
        move = _of(permit, MoveAppointment)
        before = self._unchanged(permit, move.appointment, move.version).session
        if replace(before, starts_at=move.to.starts_at, duration_minutes=move.to.duration_minutes, site=move.to.site) != move.to:
            raise NotAskedError("moves_time_only")
        starts_at = move.to.starts_at.astimezone(UTC).isoformat()
        body = self._fields.written(starts_at=starts_at, duration_minutes=move.to.duration_minutes)
        return self._patch(permit, move.appointment, body, move.version)

    def seen(self, permit: Permit, reference: str) -> Sighting:
        move = _of(permit, MoveAppointment)
        now = self._changed(permit, move.appointment, move.version)
        if not isinstance(now, Appointment):
            return now
        if now.status is AppointmentStatus.CANCELLED:
            return Found(now.id, CancelAppointment(now.id, now.version, now.session.clinician, "found_cancelled"))
        return Found(now.id, replace(move, to=_session_as_asked(now.session, move.to)))


class Cancelling(_OnAppointments):
    """A cancelled appointment; whoever cancelled it."""

    def request(self, permit: Permit) -> Request:
        cancel = _of(permit, CancelAppointment)
        self._unchanged(permit, cancel.appointment, cancel.version)
        body = self._fields.written(status=self._word(AppointmentStatus.CANCELLED), cancel_reason=cancel.reason)
        return self._patch(permit, cancel.appointment, body, cancel.version)

    def seen(self, permit: Permit, reference: str) -> Sighting:
        cancel = _of(permit, CancelAppointment)
        now = self._changed(permit, cancel.appointment, cancel.version)
        if not isinstance(now, Appointment):
            return now
        if now.status is AppointmentStatus.CANCELLED:
            return Found(now.id, cancel)
        return Found(now.id, MoveAppointment(now.id, now.version, now.session))


class Scoring(_OnAppointments):
    """A risk in the appointment's own field. The same value twice is one value: no version is asked for."""

    def request(self, permit: Permit) -> Request:
        score = _of(permit, RecordScore)
        if not self._fields.has("score"):
            raise NotAskedError("no_such_field")
        return self._patch(permit, score.appointment, self._fields.written(score=score.risk_basis_points / BASIS_POINTS))

    def seen(self, permit: Permit, reference: str) -> Sighting:
        score = _of(permit, RecordScore)
        there = self._there(permit, score.appointment)
        if there is None:
            return CannotTell()
        if isinstance(there.score, bool) or not isinstance(there.score, int | float):
            return Absent()
        same = round(there.score * BASIS_POINTS) == score.risk_basis_points
        return Found(there.appointment.id, score) if same else Absent()


class Noting(_OnAppointments):
    """A template's text in the chart, with our key."""

    def request(self, permit: Permit) -> Request:
        note = _of(permit, AddNote)
        if note.template not in NOTES:
            raise NotAskedError("no_such_template")
        path = self._ehr.path("notes", self._ehr.id_of("appointment", note.appointment, note.kind))
        body = {"note_text": NOTES[note.template], "note_reference": permit.key}
        return Request("POST", path, self._fields.written(**body), permit.key)

    def seen(self, permit: Permit, reference: str) -> Sighting:
        note = _of(permit, AddNote)
        there = self._there(permit, note.appointment)
        if there is None:
            return CannotTell()
        text = there.notes.get(permit.key)
        if text is None:
            return Absent()
        return Found(there.appointment.id, note if text == NOTES.get(note.template) else replace(note, template="another_text"))

    def reference(self, permit: Permit, document: Any) -> str:
        """The appointment's: an answer that is no record is none."""
        if not isinstance(document, Mapping) or "id" not in document:
            raise ValueError("no record")
        return _of(permit, AddNote).appointment


class Listing:
    """The status of a waitlist entry. Read first: what staff settled otherwise is not written over."""

    def __init__(self, ehr: Ehr) -> None:
        self._ehr = ehr

    def request(self, permit: Permit) -> Request:
        update = _of(permit, UpdateWaitlistStatus)
        identifier = self._ehr.id_of("waitlist_entry", update.entry, update.kind)
        row = self._ehr.row("waitlist_entry", identifier) if self._ehr.offers("waitlist_entry") else None
        if row is None:
            raise NotAskedError("not_there")
        if self._status(row) is update.status:
            raise AlreadyDoneError(update.entry)
        if self._status(row) is not WaitlistStatus.WAITING:
            raise NotAskedError("settled_otherwise")
        theirs = self._ehr.profile.theirs(update.status)
        if theirs is None:
            raise NotAskedError("no_such_word")
        version = self._fields.value(row, "version")
        path = self._ehr.path("waitlist_entry", identifier)
        return Request("PATCH", path, self._fields.written(status=theirs), permit.key, None if version is None else str(version))

    def seen(self, permit: Permit, reference: str) -> Sighting:
        update = _of(permit, UpdateWaitlistStatus)
        row = self._ehr.row("waitlist_entry", self._ehr.id_of("waitlist_entry", update.entry, f"look for {update.kind}"))
        status = self._status(row) if row else None
        if status is None:
            return CannotTell()
        if status is WaitlistStatus.WAITING and update.status is not status:
            return Absent()
        return Found(update.entry, replace(update, status=status))

    def reference(self, permit: Permit, document: Any) -> str:
        if self._status(document) is None:
            raise ValueError("no entry")
        return _of(permit, UpdateWaitlistStatus).entry

    @property
    def _fields(self) -> Fields:
        return self._ehr.records.of["waitlist_entry"]

    def _status(self, row: object) -> WaitlistStatus | None:
        return self._ehr.profile.ours(WaitlistStatus, self._fields.value(row, "status"))


def ehr_deeds(ehr: Ehr) -> Mapping[type[Action], Deed]:
    """What the EHR's door can do."""
    return {
        BookAppointment: Booking(ehr),
        MoveAppointment: Moving(ehr),
        CancelAppointment: Cancelling(ehr),
        RecordScore: Scoring(ehr),
        AddNote: Noting(ehr),
        UpdateWaitlistStatus: Listing(ehr),
    }


def _of(permit: Permit, kind: type[A]) -> A:
    """The permit's action as what the deed is for."""
    if not isinstance(permit.action, kind):
        raise TypeError(kind.__name__)
    return permit.action


def _session_as_asked(there: Session, asked: Session) -> Session:
    """What stands there, in the words it was asked in: the same instant may be written in another zone, and a site nobody asked
    for is the EHR's to choose.
    """
    same = there.starts_at.astimezone(UTC) == asked.starts_at.astimezone(UTC)
    return replace(there, starts_at=asked.starts_at if same else there.starts_at, site=there.site if asked.site else None)
