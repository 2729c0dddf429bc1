"""CDS Hooks in the API's description: made from the types that read and write the bytes."""

from collections.abc import Mapping
from typing import Any

from hsched_service.cds.payload import BookingCall, Cards, Feedback, Services
from hsched_service.cds.room import DISCOVERED, FEEDBACK, ROOT, SERVICE

TYPES = (BookingCall, Cards, Feedback, Services)
JSON = "application/json"
SECURITY = {
    "cds": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The EHR's signed token, ES384 or RS384, used once."}
}
WHO = [{"actor": {"reference": "Practitioner/PROV-456"}}, {"actor": {"reference": "Patient/CLIENT-789"}}]
PROPOSED = {
    "resourceType": "Appointment",
    "status": "proposed",
    "start": "2026-12-15T14:30:00Z",
    "end": "2026-12-15T15:20:00Z",
    "participant": WHO,
}
CALL = {
    "hook": "appointment-book",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {
        "userId": "Practitioner/PROV-456",
        "patientId": "CLIENT-789",
        "appointments": {"resourceType": "Bundle", "entry": [{"resource": PROPOSED}]},
    },
}
CARDS = {
    "cards": [
        {
            "uuid": "4e0a3a1e-2f0a-4d55-8b0e-8f3d4bb6d1a7",
            "summary": "Double booking: The clinician already has a session then.",
            "indicator": "critical",
            "source": {"label": "hsched", "url": "https://hsched.elm.example"},
            "detail": "Tue Dec 15, 09:30: The clinician already has a session then.",
            "links": [{"label": "Open hsched", "url": "https://hsched.elm.example/smart/launch", "type": "smart"}],
        }
    ]
}
HEARD = {"feedback": [{"card": "4e0a3a1e-2f0a-4d55-8b0e-8f3d4bb6d1a7", "outcome": "overridden"}]}
FOUND = {"services": [{"id": DISCOVERED.id, "hook": DISCOVERED.hook, "title": DISCOVERED.title, "description": DISCOVERED.description}]}
WHY: Mapping[str, tuple[str, str]] = {
    "400": ("not_json", "The body is no JSON."),
    "401": ("no_token", "The token is not the EHR's, not for this endpoint, run out, or was used before."),
    "405": ("invalid_request", "Another method."),
    "413": ("too_large", "Larger than is read."),
    "415": ("not_json", "Not sent as application/json."),
    "422": ("invalid_request", "A field is missing or wrong; `field` says which."),
    "429": ("too_many", "More than one address may ask in a minute; Retry-After says when to come again."),
    "503": ("failed", "The call could not be written down: come again."),
}


def paths(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The services' part of the document; `schemas`: of `TYPES`, by their names."""
    discovery = _said("Every service.", schemas["Services"], FOUND)
    found = {"operationId": "cdsServices", "summary": "What the EHR may ask", "tags": ["cds"], "security": []}
    nothing = {"type": "object"}
    return {
        ROOT: {"get": {**found, "responses": {"200": discovery, "405": _why("405")}}},
        SERVICE: {"post": _asks("cdsAppointmentBook", "Advice on a booking", schemas["BookingCall"], CALL, schemas["Cards"], CARDS)},
        FEEDBACK: {"post": _asks("cdsFeedback", "What became of cards", schemas["Feedback"], HEARD, nothing, {})},
    }


def _asks(name: str, summary: str, asks: Any, example: object, answers: Any, answer: object) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["cds"],
        "security": [{"cds": []}],
        "requestBody": {"required": True, "content": {JSON: {"schema": asks, "example": example}}},
        "responses": {"200": _said("The answer.", answers, answer), **{status: _why(status) for status in WHY}},
    }


def _why(status: str) -> dict[str, Any]:
    kind, description = WHY[status]
    return _said(description, {"$ref": "#/components/schemas/Refusal"}, {"error": kind})


def _said(description: str, schema: object, example: object) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": schema, "example": example}}}
