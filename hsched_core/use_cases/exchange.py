"""One visit for another in words: what a person needs to see where a client gives a time up and takes a different one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from hsched_core.domain.action_words import MODALITY
from hsched_core.domain.sessions import Session

SHORT = 8  # digits of a pseudonym in a sentence


def exchange(gives_up: Session | None, takes: Session | None, zone: str) -> tuple[str, ...]:
    """What a person needs to see of a visit that is given up for another one: both times, the kind, and with whom."""
    if gives_up is None:
        return ()
    return (f"Given up: {_visit(gives_up, zone)}.", *((f"Taken instead: {_visit(takes, zone)}.",) if takes else ()))


def clock(at: datetime, zone: str) -> str:
    """`Mon, Mar 9, 2026, 1:00 PM`, on that zone's wall clock."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a, %b} {local.day}, {local.year}, {local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


def _visit(session: Session, zone: str) -> str:
    kind = f"{session.session_type} session of {session.duration_minutes} min, {MODALITY[session.modality]}"
    return f"{clock(session.starts_at, zone)} ({zone}), {kind}, with clinician {session.clinician[:SHORT]}"
