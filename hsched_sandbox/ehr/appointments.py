"""`/appointments`: search, read, book, change, annotate."""

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from hsched_sandbox.ehr.book import Book, Trace
from hsched_sandbox.ehr.conduct import RefusedError
from hsched_sandbox.ehr.records import Appointment, Client, Clinician, Status, shown
from hsched_sandbox.ehr.shapes import AppointmentChange, NewAppointment, NewNote, expected_version, fingerprint, instant, searched

PAGE = 100
EQUAL = frozenset({"patient_id", "provider_id", "status", "external_reference"})
IfMatch = Annotated[str | None, Header()]
IdempotencyKey = Annotated[str | None, Header()]


def routes(book: Book, zone: ZoneInfo) -> APIRouter:
    """The routes over a book; `zone` is the practice's."""
    router = APIRouter()

    def answered(made: Appointment, again: bool, response: Response) -> Any:
        response.headers["ETag"] = f'"{made.version}"'
        if again:
            response.headers["Idempotent-Replayed"] = "true"
        return shown(made, zone)

    @router.get("/appointments")
    def search(request: Request) -> Any:
        given = searched(request, _searchable(book), book.conduct.dialect)
        found, more = _page(_found(book, given), given.get("page", "1"))
        return JSONResponse({"appointments": [shown(one, zone) for one in found], "next_page": more})

    @router.get("/appointments/{identifier}")
    def read(identifier: str, response: Response) -> Any:
        return answered(book.get(Appointment, identifier), False, response)

    @router.post("/appointments", status_code=201)
    def create(body: NewAppointment, response: Response, idempotency_key: IdempotencyKey = None) -> Any:
        made, again = book.once(idempotency_key, fingerprint(body, "appointments"), _booking(book, body, idempotency_key))
        return answered(made, again, response)

    @router.patch("/appointments/{identifier}")
    def change(
        identifier: str, body: AppointmentChange, response: Response, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
    ) -> Any:
        trace = Trace("api", idempotency_key, body.external_reference)
        changes, expected = _changes(book, body), expected_version(if_match)
        place = fingerprint(body, "appointments", identifier)
        made, again = book.once(idempotency_key, place, lambda: book.change(identifier, changes, trace, expected))
        return answered(made, again, response)

    @router.post("/appointments/{identifier}/notes", status_code=201)
    def annotate(identifier: str, body: NewNote, response: Response, idempotency_key: IdempotencyKey = None) -> Any:
        trace = Trace("api", idempotency_key, body.external_reference)
        place = fingerprint(body, "notes", identifier)
        made, again = book.once(idempotency_key, place, lambda: book.annotate(identifier, body.text, trace))
        return answered(made, again, response)

    return router


def _searchable(book: Book) -> frozenset[str]:
    known = EQUAL | {"from", "to", "updated_since", "page"}
    return known if book.conduct.searchable else known - {"external_reference"}


def _found(book: Book, given: Mapping[str, str]) -> list[Appointment]:
    """Those that touch the span, by start; with `updated_since`, by their last change."""
    one_person = given.get("patient_id") or given.get("provider_id")
    equal = {name: value for name, value in given.items() if name in EQUAL}
    tests: list[Callable[[Appointment], bool]] = [lambda one: all(getattr(one, name) == value for name, value in equal.items())]
    if "from" in given:
        start = instant(given["from"], "from")
        tests.append(lambda one: one.ends_at > start)
    if "to" in given:
        end = instant(given["to"], "to")
        tests.append(lambda one: one.starts_at < end)
    if "updated_since" in given:
        since = instant(given["updated_since"], "updated_since")
        tests.append(lambda one: one.updated_at >= since)
    everything = book.around(one_person) if one_person else book.every(Appointment)
    found = [one for one in everything if all(test(one) for test in tests)]
    by_change = "updated_since" in given
    return sorted(found, key=lambda one: (one.updated_at if by_change else one.starts_at, one.id))


def _page(found: list[Appointment], text: str) -> tuple[list[Appointment], int | None]:
    if not text.isascii() or not text.isdigit() or text == "0":
        raise RefusedError(400, "bad_parameter", "page is no number from 1 on.")
    page = int(text)
    return found[(page - 1) * PAGE : page * PAGE], page + 1 if len(found) > page * PAGE else None


def _booking(book: Book, body: NewAppointment, key: str | None) -> Callable[[], Appointment]:
    def act() -> Appointment:
        if book.find(Client, body.patient_id) is None:
            raise RefusedError(422, "unknown_patient", "There is no such patient.")
        if book.find(Clinician, body.provider_id) is None:
            raise RefusedError(422, "unknown_provider", "There is no such provider.")
        now = book.clock.now()
        wanted = Appointment(
            id="",
            patient_id=body.patient_id,
            provider_id=body.provider_id,
            starts_at=body.datetime.astimezone(UTC),
            duration=body.duration,
            type=body.type,
            modality=body.modality,
            created_at=now,
            updated_at=now,
            site=body.site,
            external_reference=body.external_reference if book.conduct.searchable else None,
            custom_fields=body.custom_fields,
        )
        return book.book(wanted, Trace("api", key, body.external_reference))

    return act


def _changes(book: Book, body: AppointmentChange) -> dict[str, Any]:
    """The fields to replace, by their names in the record. Null changes nothing."""
    changes = body.model_dump(exclude_none=True)
    if not changes:
        raise RefusedError(422, "invalid", "There is nothing to change.")
    if "datetime" in changes:
        changes["starts_at"] = changes.pop("datetime").astimezone(UTC)
    if "status" in changes:
        changes["status"] = Status(changes["status"])
    if not book.conduct.searchable:
        changes.pop("external_reference", None)
    return changes
