"""An answer to one request: which features it rests on, the champion's score of them, and what is written down about it. Does no I/O."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from hsched_core.domain.errors import InputError
from hsched_core.domain.predictions import FeaturesFrom, Prediction
from hsched_core.domain.vocabulary import SessionType
from hsched_core.ports import Directory
from hsched_core.use_cases.reminders_plan import band_of
from hsched_core.use_cases.reminders_settings import ReminderSettings
from hsched_models.asked import AskedVisit, ToldHistory, aged, moment_of, new_client_inputs, told_inputs, visit_inputs
from hsched_service.predict.known import NOTHING, OF_CLINICIAN, Known, KnownVisit
from hsched_service.predict.payload import Answer, History, Model, NotReadableError, Parts, Visit, check_history, reasons_of

if TYPE_CHECKING:
    from hsched_models.online import OnlineModel

FURTHEST = timedelta(days=366)
Matched = Literal["appointment", "client", "nothing"]


class NoModelError(Exception):
    """No champion is in charge of that moment."""


@dataclass(frozen=True)
class Features:
    """What an answer rests on."""

    inputs: Mapping[str, object]
    moment: str
    matched: Matched
    as_of: datetime | None
    stored: KnownVisit | None = None


@dataclass(frozen=True)
class Engine:
    """Everything an answer is made of, as it stands. A new publication or champion makes another one."""

    zone: ZoneInfo
    settings: ReminderSettings
    session_type: Callable[[str], SessionType | None]
    models: Mapping[str, "OnlineModel"] = field(default_factory=dict)
    known: Known = field(default_factory=Known)
    clients: Directory | None = None
    clinicians: Directory | None = None
    holidays: Set[date] = frozenset()

    def answer(self, asked: Visit, asked_by: str, now: datetime) -> tuple[Answer, Prediction]:
        """The answer, and its line for the access log; NotReadableError, NoModelError where there is none."""
        starts_at = _checked(asked, now)
        client = self.clients.find(asked.client_id) if self.clients else None
        clinician = self.clinicians.find(asked.provider_id) if self.clinicians else None
        session_type = self.session_type(asked.appointment_type)
        features = self._features(asked, starts_at, client, clinician, session_type, now)
        model = self.models.get(features.moment)
        if model is None:
            raise NoModelError
        stored = features.stored
        known = stored.reasons if stored and stored.model_version == model.version else None
        try:
            said = model.say(features.inputs, known_reasons=known)
        except InputError:  # the model needs a value that nobody gave
            raise NotReadableError("too_little_known", 422) from None
        is_flagged = said.unused >= self.settings.flag_from
        answer = Answer(
            risk_score=said.unused,
            risk_band=band_of(said.unused, session_type, self.settings).value,
            flagged=is_flagged,
            flag_threshold=self.settings.flag_from,
            reasons=list(reasons_of(said.reasons)),
            parts=Parts(said.no_show, said.late_cancel) if said.no_show is not None and said.late_cancel is not None else None,
            model=Model(model.name, model.version),
            scoring_moment=features.moment,
            scored_at=now,
            features_from="payload" if features.matched == "nothing" else "stored",
            matched=features.matched,
            features_as_of=features.as_of,
            notes=_notes(asked, features, clinician, session_type),
        )
        source = FeaturesFrom(answer.features_from)
        line = Prediction(now, asked_by, client, clinician, starts_at, features.moment, model.version, source, said.unused, is_flagged)
        return answer, line

    def _features(
        self, asked: Visit, starts_at: datetime, client: str | None, clinician: str | None, kind: SessionType | None, now: datetime
    ) -> Features:
        """The very visit's row, where it is booked as asked; else the client's with what the request says of the visit."""
        visit = self.known.visits.get((client, starts_at)) if client else None
        if visit is not None and visit.clinician in (None, clinician):
            return Features(visit.inputs, visit.moment, "appointment", visit.as_of, visit)
        described = AskedVisit(
            starts_at, asked.booked_at or now, clinician, str(kind or SessionType.VISIT), asked.modality, asked.duration_minutes
        )
        of_visit = visit_inputs(described, self.zone, self.holidays) | dict(self.known.clinicians.get(clinician or "", NOTHING))
        moment = moment_of(starts_at, now, self.zone)
        known = self.known.clients.get(client) if client else None
        nobody = new_client_inputs(self.known.unused_rate)
        if client is None or known is None:
            told = asked.historical_features
            base = told_inputs(_told(told), self.known.unused_rate) if told else nobody
            return Features(base | of_visit, moment, "nothing", None)
        of_client = aged(
            {**nobody, **known.inputs, **dict.fromkeys(OF_CLINICIAN), **self.known.people.get(client, NOTHING)}, known.as_of, now
        )
        return Features(of_client | of_visit, moment, "client", known.as_of)


def _checked(asked: Visit, now: datetime) -> datetime:
    """The start in UTC; it must lie ahead, but not beyond what anybody books."""
    try:
        starts_at = asked.appointment_datetime.astimezone(UTC)
        booked_at = asked.booked_at.astimezone(UTC) if asked.booked_at else now
    except OverflowError:  # the ends of the calendar
        raise NotReadableError("invalid_request", 422, "appointment_datetime") from None
    if not now <= starts_at <= now + FURTHEST:
        raise NotReadableError("invalid_request", 422, "appointment_datetime")
    if not now - FURTHEST <= booked_at <= now:
        raise NotReadableError("invalid_request", 422, "booked_at")
    if asked.historical_features:
        check_history(asked.historical_features)
    return starts_at


def _told(history: History) -> ToldHistory:
    return ToldHistory(history.total_appointments, history.previous_no_shows, history.last_minute_cancels)


def _notes(asked: Visit, features: Features, clinician: str | None, kind: SessionType | None) -> list[str]:
    """What the caller should know of how their request was read."""
    found = {
        "client_unknown": features.matched == "nothing",
        "history_not_read": features.matched != "nothing" and asked.historical_features is not None,
        "provider_unknown": clinician is None,
        "appointment_type_unknown": kind is None,
    }
    return [word for word, is_so in found.items() if is_so]
