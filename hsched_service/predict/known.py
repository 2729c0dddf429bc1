"""What the newest publication knows, arranged to be found at once: feature rows of booked visits and of clients, rates of clinicians."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from hsched_adapters.store.publishing import NEWEST_MOMENT_FIRST, Published

Inputs = Mapping[str, Any]
OF_CLINICIAN = ("clinician_unused_rate", "clinician_unused_effect")
OF_PERSON = ("site_token", "age_years", "gender")  # the same at each of a client's visits, and not among the clients' own rows
NOTHING: Inputs = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class KnownVisit:
    """A booked visit's newest feature row, and what the batch said of it."""

    inputs: Inputs
    as_of: datetime
    moment: str
    clinician: str | None
    model_version: str
    reasons: str


@dataclass(frozen=True, slots=True)
class KnownClient:
    """What is known of a client, as of their newest feature row."""

    inputs: Inputs
    as_of: datetime


@dataclass(frozen=True)
class Known:
    """One publication. `unused_rate`: of every known visit of its clients; None where there are none."""

    visits: Mapping[tuple[str, datetime], KnownVisit] = field(default_factory=dict)
    clients: Mapping[str, KnownClient] = field(default_factory=dict)
    people: Mapping[str, Inputs] = field(default_factory=dict)
    clinicians: Mapping[str, Inputs] = field(default_factory=dict)
    unused_rate: float | None = None


def known_of(published: Published) -> Known:
    """Arrange what was published."""
    scored = {(row["booking_id"], row["moment"]): row for row in published.scores}
    oldest_first = sorted(published.feature_rows, key=lambda row: NEWEST_MOMENT_FIRST.index(row["moment"]), reverse=True)
    visits, people, clinicians = {}, {}, {}
    for row in oldest_first:
        score, inputs = scored[row["booking_id"], row["moment"]], row["inputs"]
        if score["starts_at"] is not None:
            visits[score["client_token"], _aware(score["starts_at"])] = KnownVisit(
                inputs, _aware(row["scored_at"]), row["moment"], score["clinician_token"], score["model_version"], score["reasons"]
            )
        people[score["client_token"]] = {name: inputs[name] for name in OF_PERSON if name in inputs}
        if score["clinician_token"] is not None:
            clinicians[score["clinician_token"]] = {name: inputs[name] for name in OF_CLINICIAN if name in inputs}
    clients = {row["client_token"]: KnownClient(row["inputs"], _aware(row["as_of"])) for row in published.client_features}
    return Known(visits, clients, people, clinicians, _unused_rate(clients.values()))


def _unused_rate(clients: Any) -> float | None:
    pairs = [(one.inputs.get("client_unused") or 0, one.inputs.get("client_visits") or 0) for one in clients]
    visits = sum(seen for _, seen in pairs)
    return sum(unused for unused, _ in pairs) / visits if visits else None


def _aware(instant: datetime) -> datetime:
    """SQLite forgets the zone; what was put there was UTC."""
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
