"""The newest published scores by appointment, kept in memory until something newer is published."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import AuditTrail
from hsched_adapters.store.publishing import newest_of_each
from hsched_adapters.store.schema import feature_rows, publications, scores
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType

KEPT_DAYS = 8  # behind: last week's page still shows what was known
USUAL_MINUTES = 50  # where a publication does not say how long a visit is


@dataclass(frozen=True)
class Scored:
    """A visit's newest published risk."""

    appointment: str
    client: str
    clinician: str
    starts_at: datetime
    risk: float
    reasons: tuple[str, ...]
    rank_in_day: int
    visits_in_day: int
    model: str  # name and version


@dataclass(frozen=True)
class Publication:
    """What stands: of which day, when, and the scores by appointment."""

    number: int = 0
    as_of_on: date | None = None
    published_at: datetime | None = None
    of: Mapping[str, Scored] | None = None

    @property
    def scores(self) -> Mapping[str, Scored]:
        return self.of or {}


class PublishedAtHand:
    """The scores of one practice as they stand."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail
        self._lock = threading.Lock()
        self._standing = Publication()

    def newest(self, now: datetime) -> Publication:
        """What stands now. Scores made up later than their visit are left out."""
        ours = sa.select(publications).where(publications.c.practice == self._trail.practice).order_by(publications.c.id.desc()).limit(1)
        with self._lock, self._trail.reading() as connection:
            head = connection.execute(ours).mappings().one_or_none()
            if head is not None and head["id"] != self._standing.number:
                self._standing = Publication(head["id"], head["as_of_on"], _aware(head["published_at"]), self._read(connection, now))
            return self._standing

    def calendar(self, start: datetime, end: datetime) -> list[Appointment]:
        """The coming visits of the publication as a calendar: for a practice whose EHR is not connected."""
        joined = sa.and_(*(feature_rows.c[name] == scores.c[name] for name in ("practice", "booking_id", "moment")))
        ours = (
            sa.select(scores, feature_rows.c.inputs)
            .join(feature_rows, joined, isouter=True)
            .where(
                scores.c.practice == self._trail.practice,
                scores.c.starts_at >= start.astimezone(UTC),
                scores.c.starts_at < end.astimezone(UTC),
            )
        )
        with self._trail.reading() as connection:
            rows = [dict(row) for row in connection.execute(ours).mappings()]
        return [_appointment(row) for row in newest_of_each(rows)]

    def _read(self, connection: sa.Connection, now: datetime) -> Mapping[str, Scored]:
        begins_after = scores.c.starts_at > (now - timedelta(days=KEPT_DAYS)).astimezone(UTC)
        ours = sa.select(scores).where(scores.c.practice == self._trail.practice, begins_after, sa.not_(scores.c.is_hindsight))
        rows = [dict(row) for row in connection.execute(ours).mappings()]
        return {row["appointment_token"]: _scored(row) for row in newest_of_each(rows)}


def _scored(row: Mapping[str, Any]) -> Scored:
    return Scored(
        row["appointment_token"],
        row["client_token"],
        row["clinician_token"] or "",
        _aware(row["starts_at"]),
        row["probability"],
        tuple(one for one in (row["reasons"] or "").split("\n") if one),
        row["rank_in_day"],
        row["visits_in_day"],
        f"{row['model_name']} {row['model_version']}",
    )


def _appointment(row: Mapping[str, Any]) -> Appointment:
    told = row["inputs"] or {}
    kind, how = str(told.get("session_type") or ""), str(told.get("modality") or "")
    session = Session(
        row["client_token"],
        row["clinician_token"] or "",
        _aware(row["starts_at"]),
        int(told.get("duration_minutes") or USUAL_MINUTES),
        SessionType(kind) if kind in {*map(str, SessionType)} else SessionType.VISIT,
        Modality(how) if how in {*map(str, Modality)} else Modality.IN_PERSON,
    )
    return Appointment(row["appointment_token"], "published", session, AppointmentStatus.BOOKED, _aware(row["starts_at"]))


def _aware(instant: datetime) -> datetime:
    """SQLite forgets the zone; what was put there was UTC."""
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
