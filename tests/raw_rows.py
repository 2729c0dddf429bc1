"""Raw rows of a client and what belongs to it, with every identifier there is; and pseudonyms without a vault."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from hsched_core.domain.contracts import TABLES

RECORDED = datetime(2026, 3, 2, 14, tzinfo=UTC)
RAW: Mapping[str, dict[str, Any]] = {
    "appointments": {
        "event_id": "evt-90001",
        "appointment_id": "apt-70001",
        "client_id": "5550001",
        "clinician_id": "dr-4411",
        "event_type": "booked",
        "event_at": RECORDED,
        "recorded_at": RECORDED,
        "starts_on": date(2026, 3, 5),
        "starts_at": datetime(2026, 3, 5, 15, tzinfo=UTC),
        "duration_minutes": 50,
        "session_type": "individual",
        "modality": "video",
        "site": "Elm Street House",
        "series_id": "series-301",
        "series_interval_days": 7,
        "replaces_appointment_id": "apt-69999",
        "reason": "talk about the divorce",
    },
    "clients": {
        "client_id": "5550001",
        "recorded_at": RECORDED,
        "given_name": "Zoë",
        "family_name": "Quillfeather",
        "birth_date": date(1987, 3, 14),
        "gender": "female",
        "language": "pt-BR",
        "race_ethnicity": "Hispanic or Latino",
        "email": "zoe.q@example.org",
        "phone": "+1 (212) 555-0147",
        "street": "221 Baker Lane",
        "city": "Springfield",
        "postal_code": "02139",
        "member_id": "XHP-882-1",
        "emergency_contact": "Otto Quillfeather 212 555 0148",
        "payer_class": "medicaid",
        "has_welfare": True,
        "disability_level": 1,
        "notes": "prefers mornings, brother is ill",
    },
    "clinicians": {
        "clinician_id": "dr-4411",
        "recorded_at": RECORDED,
        "given_name": "Ada",
        "family_name": "Nightingale",
        "npi": "1669988776",
        "email": "ada@clinic.example",
        "discipline": "therapist",
        "licence_state": "NY",
        "site": "Elm Street House",
    },
    "authorizations": {
        "authorization_id": "auth-313",
        "client_id": "5550001",
        "recorded_at": RECORDED,
        "payer_class": "medicaid",
        "authorization_number": "PA-2026-001",
        "units_approved": 12,
        "units_used": 3,
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 6, 30),
    },
    "communications": {
        "communication_id": "message-4711",
        "appointment_id": "appt-7001",
        "client_id": "5550001",
        "recorded_at": RECORDED,
        "channel": "text",
        "status": "completed",
        "assigned_by": "randomised",
        "sent_at": RECORDED,
        "answered_at": RECORDED,
    },
    "waitlist": {
        "entry_id": "wait-88",
        "client_id": "5550001",
        "recorded_at": RECORDED,
        "status": "waiting",
        "session_type": "individual",
        "weekdays": "1|3|5",
        "hour_from": 9,
        "hour_to": 12,
        "wish": "not with Dr. Nightingale please",
    },
}


def raw(table: str, **changed: Any) -> dict[str, Any]:
    """The row of that table with every field of the contract, some changed."""
    return dict.fromkeys(TABLES[table].columns) | RAW[table] | changed


def fake_pseudonyms(kind: str, identifiers: Iterable[str]) -> dict[str, str]:
    """Recognisable stand-ins: no identifier shines through."""
    return {identifier: f"{kind}#{number}" for number, identifier in enumerate(dict.fromkeys(identifiers))}
