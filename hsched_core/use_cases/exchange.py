"""One visit for another in words: what a person needs to see where a client gives a time up and takes a different one."""

from zoneinfo import ZoneInfo

from hsched_core.domain.sessions import Session

SHORT = 8  # digits of a pseudonym in a sentence


def exchange(gives_up: Session | None, takes: Session | None, zone: str) -> tuple[str, ...]:
    """What a person needs to see of a visit that is given up for another one: both times, the kind, and with whom."""
    if gives_up is None:
        return ()
    return (f"Given up: {_visit(gives_up, zone)}.", *((f"Taken instead: {_visit(takes, zone)}.",) if takes else ()))


def _visit(session: Session, zone: str) -> str:
    when = f"{session.starts_at.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M}"
    return (
        f"{when} ({zone}), {session.session_type} session of {session.duration_minutes} min ({session.modality}) "
        f"with clinician {session.clinician[:SHORT]}"
    )
