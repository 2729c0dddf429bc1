"""The API's description for programs: OpenAPI 3.1 of what other programs call, made from the types that read and write the bytes.

Pages for people and for clients are not in it. FastAPI's own document would describe raw requests as nothing, and promise its 422.
"""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec
from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from hsched_adapters.assembly import OpenPractice
from hsched_core.policy.permissions import Subject
from hsched_service.access.guard import public
from hsched_service.cds import document as cds
from hsched_service.predict.payload import MOST_IN_BATCH, Answer, Answers, Refusal, Visit, Visits
from hsched_service.predict.room import BATCH, SINGLE

PATH = "/openapi.json"
JSON = "application/json"
EXAMPLE = {
    "client_id": "CLIENT-789",
    "appointment_datetime": "2026-12-15T14:30:00Z",
    "appointment_type": "INDIVIDUAL_THERAPY",
    "provider_id": "PROV-456",
    "historical_features": {"previous_no_shows": 2, "total_appointments": 10, "average_lead_time_days": 5.2, "last_minute_cancels": 1},
}
ANSWER = {
    "risk_score": 0.78,
    "risk_band": "high",
    "flagged": True,
    "flag_threshold": 0.65,
    "reasons": ["Missed the last 2 visits (raises)", "Booked 3 weeks ahead (raises)"],
    "parts": {"no_show": 0.61, "late_cancel": 0.17},
    "model": {"name": "no_show__at_booking", "version": "4"},
    "scoring_moment": "at_booking",
    "scored_at": "2026-12-01T09:00:00Z",
    "features_from": "stored",
    "matched": "client",
    "features_as_of": "2026-12-01T05:00:00Z",
    "notes": ["history_not_read"],
}
SECONDS = {"type": "integer", "minimum": 0}
READY: Mapping[int, Mapping[str, Any]] = {
    200: {
        "champions": {
            "description": "The versions that answer predictions, by model.",
            "anyOf": [{"const": "nothing"}, {"type": "object", "additionalProperties": {"type": "string"}}],
        },
        "inbox_waiting": {"type": "integer", "minimum": 0, "description": "Messages of other systems that nobody has worked on yet."},
        "ehr": {"enum": ["read", "not_read", "nothing"], "description": "Whether the EHR could be read last; `nothing`: no connection."},
        "ehr_not_read_seconds": SECONDS,
        "ehr_polled_seconds": SECONDS,
    },
    503: {"reasons": {"type": "array", "items": {"enum": ["store", "migration", "keys"]}}},
}
WHY: Mapping[int, str] = {
    400: "The body is no JSON.",
    401: "No such token, or it was revoked.",
    403: "The token is not for this.",
    405: "Another method.",
    413: "Larger than is read.",
    415: "Not sent as application/json.",
    422: "A field is missing or wrong; `field` says which. `too_little_known`: the model needs what nobody gave.",
    429: "More than this API client may ask, or too many unknown tokens from this address.",
    503: "`no_model`: no champion of that moment. `starting`, `failed`: come again.",
}
KINDS: Mapping[int, str] = {
    400: "not_json", 401: "no_token", 403: "not_permitted", 405: "invalid_request", 413: "too_large", 415: "not_json",
    422: "invalid_request", 429: "too_many", 503: "starting",
}  # fmt: skip


def router(_opened: OpenPractice) -> APIRouter:
    """The document at its usual address."""
    made = APIRouter(dependencies=[Depends(public(Subject.API_DOCUMENT))])

    @made.get(PATH)
    async def openapi() -> JSONResponse:
        return JSONResponse(document(), headers={"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"})

    return made


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    (single, batch, answer, answers, _, *of_cds), components = msgspec.json.schema_components(
        (Visit, Visits, Answer, Answers, Refusal, *cds.TYPES), ref_template="#/components/schemas/{name}"
    )
    about = f"Up to {MOST_IN_BATCH} visits, answered whole or not at all; a refusal names the place of the first visit that is none."
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hsched",
            "version": version("hsched"),
            "summary": "How likely a coming visit's slot goes unused, and what that rests on; advice for an EHR that books.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            SINGLE: {"post": _asks("predictNoShowRisk", "One visit's risk", "", single, EXAMPLE, answer, ANSWER)},
            BATCH: {
                "post": _asks(
                    "predictNoShowRisks", "Many visits' risk", about, batch, {"visits": [EXAMPLE]}, answers, {"answers": [ANSWER]}
                )
            },
            **cds.paths({kind.__name__: schema for kind, schema in zip(cds.TYPES, of_cds, strict=True)}),
            "/health/live": {"get": _tells("live", "Whether the service runs", "live", {})},
            "/health/ready": {"get": _tells("ready", "Whether it can do its work", "ready", {503: "not ready"}, READY)},
        },
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of `hsched api-clients add`, scope `predict`."},
                **cds.SECURITY,
            },
        },
    }


def _asks(name: str, summary: str, description: str, asks: Any, example: object, answers: Any, answer: object) -> dict[str, Any]:
    refusals = {
        str(status): {
            "description": why,
            "content": {JSON: {"schema": {"$ref": "#/components/schemas/Refusal"}, "example": {"error": KINDS[status]}}},
            **({"headers": {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}} if status in (429, 503) else {}),
        }
        for status, why in WHY.items()
    }
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "tags": ["predictions"],
        "security": [{"token": []}],
        "requestBody": {"required": True, "content": {JSON: {"schema": asks, "example": example}}},
        "responses": {"200": {"description": "The answer.", "content": {JSON: {"schema": answers, "example": answer}}}, **refusals},
    }


def _tells(
    name: str, summary: str, status: str, others: Mapping[int, str], more: Mapping[int, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    responses = {str(code): _status(said, (more or {}).get(code, {})) for code, said in {200: status, **others}.items()}
    refused = {"description": WHY[405], "content": {JSON: {"schema": {"$ref": "#/components/schemas/Refusal"}}}}
    return {"operationId": name, "summary": summary, "tags": ["health"], "security": [], "responses": {**responses, "405": refused}}


def _status(said: str, more: Mapping[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"status": {"const": said}, **more}, "required": ["status"]}
    return {"description": said.capitalize() + ".", "content": {JSON: {"schema": schema, "example": {"status": said}}}}
