"""The EHR's API: appointments, waitlist, clients, clinicians, authorizations, messages. `build_ehr` puts the gateway before it."""

from collections.abc import Callable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from hsched_sandbox.ehr import appointments
from hsched_sandbox.ehr.book import Book, Trace
from hsched_sandbox.ehr.care import care_of
from hsched_sandbox.ehr.conduct import RefusedError
from hsched_sandbox.ehr.control import control_routes
from hsched_sandbox.ehr.faults import Faults
from hsched_sandbox.ehr.gateway import Gateway
from hsched_sandbox.ehr.records import Authorization, Client, Clinician, Entry, Message, shown
from hsched_sandbox.ehr.shapes import EntryChange, NewMessage, expected_version, fingerprint, searched
from hsched_sandbox.ehr.webhooks import WebhookSender

IfMatch = Annotated[str | None, Header()]
IdempotencyKey = Annotated[str | None, Header()]


def build_ehr(book: Book, zone: ZoneInfo, token: str, faults: Faults | None = None, sender: WebhookSender | None = None) -> Gateway:
    """The whole EHR as an ASGI application. `zone` is the practice's."""
    faults = faults or Faults()
    app = FastAPI(title="Sandbox EHR", openapi_url=None)
    app.include_router(appointments.routes(book, zone))
    app.include_router(_people(book, zone))
    app.include_router(_waitlist(book, zone))
    app.include_router(_messages(book, zone))
    app.include_router(control_routes(book, zone, faults, sender))
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(RequestValidationError, _misshapen)
    return Gateway(app, token, faults)


def _refused(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, RefusedError)  # registered for nothing else
    return JSONResponse({"error": refusal.code, "detail": refusal.detail}, refusal.status)


def _misshapen(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # registered for nothing else
    places = sorted({".".join(str(part) for part in one["loc"]) + ": " + one["msg"] for one in error.errors()})
    return JSONResponse({"error": "invalid", "detail": "; ".join(places)}, 422)


def _people(book: Book, zone: ZoneInfo) -> APIRouter:
    routes = APIRouter()
    remembered = _Remembered(zone)

    @routes.get("/clients")
    def clients(request: Request) -> Any:
        searched(request, frozenset(), book.conduct.dialect)
        return JSONResponse({"clients": [remembered(one) | care_of(book, one.id) for one in book.every(Client)]})

    @routes.get("/clients/{identifier}")
    def client(identifier: str) -> Any:
        return shown(book.get(Client, identifier), zone) | care_of(book, identifier)

    @routes.get("/clinicians")
    def clinicians(request: Request) -> Any:
        searched(request, frozenset(), book.conduct.dialect)
        return JSONResponse({"clinicians": [shown(one, zone) for one in book.every(Clinician)]})

    @routes.get("/authorizations")
    def authorizations(request: Request) -> Any:
        given = searched(request, frozenset({"patient_id"}), book.conduct.dialect)
        matching = _matching(book.every(Authorization), given)
        return JSONResponse({"authorizations": [shown(one, zone) for one in matching]})

    return routes


class _Remembered:
    """Clients as they are shown, kept until their record changes: a list of thousands is asked for again and again."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._kept: dict[str, tuple[Client, Any]] = {}

    def __call__(self, client: Client) -> Any:
        kept = self._kept.get(client.id)
        if kept is None or kept[0] is not client:
            kept = self._kept[client.id] = client, shown(client, self._zone)
        return kept[1]


def _waitlist(book: Book, zone: ZoneInfo) -> APIRouter:
    routes = APIRouter()

    @routes.get("/waitlist")
    def waitlist(request: Request) -> Any:
        given = searched(request, frozenset({"status", "patient_id"}), book.conduct.dialect)
        entries = sorted(_matching(book.every(Entry), given), key=lambda entry: (entry.entered_at, entry.id))
        return JSONResponse({"entries": [shown(one, zone) for one in entries]})

    @routes.get("/waitlist/{identifier}")
    def entry(identifier: str, response: Response) -> Any:
        found = book.get(Entry, identifier)
        response.headers["ETag"] = f'"{found.version}"'
        return shown(found, zone)

    @routes.patch("/waitlist/{identifier}")
    def change(identifier: str, body: EntryChange, response: Response, if_match: IfMatch = None) -> Any:
        moved = book.move_entry(identifier, body.status, Trace("api"), expected_version(if_match))
        response.headers["ETag"] = f'"{moved.version}"'
        return shown(moved, zone)

    return routes


def _messages(book: Book, zone: ZoneInfo) -> APIRouter:
    routes = APIRouter()

    @routes.post("/messages", status_code=201)
    def send(body: NewMessage, response: Response, idempotency_key: IdempotencyKey = None) -> Any:
        made, again = book.once(idempotency_key, fingerprint(body, "messages"), _taken(book, body, idempotency_key))
        if again:
            response.headers["Idempotent-Replayed"] = "true"
        return shown(made, zone)

    @routes.get("/messages")
    def messages(request: Request) -> Any:
        known = {"patient_id", "external_reference"} if book.conduct.searchable else {"patient_id"}
        given = searched(request, frozenset(known), book.conduct.dialect)
        return {"messages": [shown(one, zone) for one in _matching(book.every(Message), given)]}

    @routes.get("/messages/{identifier}")
    def message(identifier: str) -> Any:
        return shown(book.get(Message, identifier), zone)

    return routes


def _taken(book: Book, body: NewMessage, key: str | None) -> Callable[[], Message]:
    def act() -> Message:
        if book.find(Client, body.patient_id) is None:
            raise RefusedError(422, "unknown_patient", "There is no such patient.")
        kept = body.external_reference if book.conduct.searchable else None
        message = Message("", body.patient_id, body.channel, body.template, body.body, book.clock.now(), kept)
        return book.take_message(message, Trace("api", key, body.external_reference))

    return act


def _matching(records: list[Any], given: Any) -> list[Any]:
    return [one for one in records if all(getattr(one, name) == value for name, value in given.items())]
