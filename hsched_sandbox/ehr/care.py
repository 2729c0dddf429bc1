"""What the calendar says about a client's care: whom they see, and how often."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from hsched_sandbox.ehr.book import Book
from hsched_sandbox.ehr.records import Appointment, Status, Type

RECENTLY = timedelta(days=120)
WEEK = 7


def care_of(book: Book, client: str) -> Mapping[str, Any]:
    """Usual clinician: of the last session that began, or of the next one. A series: recurring sessions of which one is still to come."""
    now = book.clock.now()
    kept = sorted((one for one in book.around(client) if one.status is not Status.CANCELLED), key=lambda one: one.starts_at)
    begun = [one for one in kept if one.starts_at <= now]
    usual = next(iter([*reversed(begun), *kept]), None)
    recurring = [one for one in kept if one.type not in (Type.INTAKE, Type.ASSESSMENT) and one.starts_at > now - RECENTLY]
    return {
        "usual_provider_id": usual.provider_id if usual else None,
        "series": _series(recurring, now < kept[-1].starts_at if kept else False),
    }


def _series(recurring: list[Appointment], goes_on: bool) -> Mapping[str, Any] | None:
    if len(recurring) < 2 or not goes_on:
        return None
    gaps = [(later.starts_at - earlier.starts_at) / timedelta(days=WEEK) for earlier, later in pairwise(recurring)]
    return {"provider_id": recurring[-1].provider_id, "interval_days": WEEK * max(1, round(median(gaps)))}
