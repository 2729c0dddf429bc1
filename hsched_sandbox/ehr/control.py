"""`/sandbox`: what no real EHR has. Faults on order, the log of what truly happened, and acts of people at the EHR."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from pydantic import TypeAdapter, ValidationError

from hsched_sandbox.ehr.book import Book, Trace
from hsched_sandbox.ehr.conduct import RefusedError
from hsched_sandbox.ehr.faults import Fault, FaultRates, Faults, UnknownFaultError
from hsched_sandbox.ehr.records import Appointment, Entry, EntryStatus, Message, Record, Status, shown
from hsched_sandbox.ehr.shapes import Act, NewEntry, Receiver, WantedFaults
from hsched_sandbox.ehr.webhooks import WebhookSender

ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def control_routes(book: Book, zone: ZoneInfo, faults: Faults, sender: WebhookSender | None) -> APIRouter:
    """The sandbox's own routes, below `/sandbox`. They never meet a fault."""
    router = APIRouter(prefix="/sandbox")
    router.include_router(_faults(faults))

    @router.get("/log")
    def log(since: int = 0) -> Any:
        return {"effects": [shown(one, zone) for one in list(book.effects)[since:]]}

    @router.post("/acts")
    def act(body: Act) -> Any:
        return shown(_ACTS[body.act](book, body, Trace(body.by)), zone)

    @router.post("/webhook", status_code=204)
    def receiver(body: Receiver) -> Response:
        if sender is None:
            raise RefusedError(409, "no_webhooks", "This EHR was started without a secret for webhooks.")
        sender.url = body.url
        return Response(status_code=204)

    @router.get("/state")
    def state() -> Any:
        return _state(book, zone, faults, sender)

    return router


def _faults(faults: Faults) -> APIRouter:
    router = APIRouter()

    @router.post("/faults")
    def order(body: WantedFaults) -> Any:
        try:
            faults.add([Fault(one.fault, one.on, one.times, one.seconds) for one in body.faults])
            if body.rates is not None:
                faults.randomise(FaultRates(body.rates, body.seed))
        except UnknownFaultError as error:
            raise RefusedError(422, "unknown_fault", str(error)) from None
        return {"waiting": [dataclasses.asdict(one) for one in faults.waiting()]}

    @router.delete("/faults", status_code=204)
    def clear() -> Response:
        faults.clear()
        return Response(status_code=204)

    return router


def _state(book: Book, zone: ZoneInfo, faults: Faults, sender: WebhookSender | None) -> Mapping[str, Any]:
    appointments, entries = book.every(Appointment), book.every(Entry)
    return {
        "now": shown(book.clock.now(), zone),
        "conduct": dataclasses.asdict(book.conduct),
        "appointments": {status: sum(one.status is status for one in appointments) for status in Status},
        "waiting": sum(entry.status is EntryStatus.WAITING for entry in entries),
        "messages": len(book.every(Message)),
        "effects": len(book.effects),
        "faults_waiting": len(faults.waiting()),
        "faults_met": dict(faults.met),
        "webhooks": dataclasses.asdict(sender.tally) if sender else None,
    }


def _named(value: str | None, name: str) -> str:
    if value is None:
        raise RefusedError(422, "invalid", f"{name} is missing.")
    return value


def _ended(status: Status) -> Callable[[Book, Act, Trace], Record]:
    def act(book: Book, body: Act, trace: Trace) -> Record:
        with book.whole():
            before = book.get(Appointment, _named(body.appointment_id, "appointment_id"))
            if before.status is not Status.BOOKED:
                raise RefusedError(409, "not_booked", f"The appointment is {before.status}.")
            return book.renew(replace(before, status=status), status, trace)

    return act


def _cancel(book: Book, body: Act, trace: Trace) -> Record:
    changes = {"status": Status.CANCELLED, "cancel_reason": "PATIENT" if trace.by == "client" else "OFFICE"}
    return book.change(_named(body.appointment_id, "appointment_id"), changes, trace)


def _move(book: Book, body: Act, trace: Trace) -> Record:
    if body.datetime is None:
        raise RefusedError(422, "invalid", "datetime is missing.")
    return book.change(_named(body.appointment_id, "appointment_id"), {"starts_at": body.datetime.astimezone(UTC)}, trace)


def _book(book: Book, body: Act, trace: Trace) -> Record:
    if body.datetime is None:
        raise RefusedError(422, "invalid", "datetime is missing.")
    now = book.clock.now()
    wanted = Appointment(
        id="",
        patient_id=_named(body.patient_id, "patient_id"),
        provider_id=_named(body.provider_id, "provider_id"),
        starts_at=body.datetime.astimezone(UTC),
        duration=body.duration,
        type=body.type,
        modality=body.modality,
        created_at=now,
        updated_at=now,
    )
    return book.book(wanted, trace)


def _withdraw(book: Book, body: Act, trace: Trace) -> Record:
    return book.move_entry(_named(body.entry_id, "entry_id"), EntryStatus.WITHDRAWN, trace)


def _wait(book: Book, body: Act, trace: Trace) -> Record:
    now = book.clock.now()
    try:
        NewEntry.model_validate(body.entry)
        entry = ENTRY.validate_python({"entered_at": now, "updated_at": now, **body.entry})
    except ValidationError as error:
        raise RefusedError(422, "invalid", "; ".join(sorted({".".join(map(str, one["loc"])) for one in error.errors()}))) from None
    return book.add(entry, "waitlist", trace)


_ACTS: Mapping[str, Callable[[Book, Act, Trace], Record]] = {
    "cancel": _cancel,
    "book": _book,
    "move": _move,
    "attend": _ended(Status.ATTENDED),
    "no_show": _ended(Status.NO_SHOW),
    "withdraw": _withdraw,
    "wait": _wait,
}
