"""The rule about licences: a clinician may see a client only where one of their licences reaches."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality
from hsched_core.policy.facts import Credentials, Finding, Matter, Rule
from hsched_core.policy.practice import Compact

RULE = "licence.state"


def licence(matter: Matter) -> Iterator[Finding]:
    """A session needs a licence in the state where the client sits: the site's state in person, the client's own at a remote session.
    The licence must be valid for the whole session. A compact counts if the clinician holds an authority under it and both states are
    members on that day. Where the state, or the clinician's licences, are not known, the session does not pass.
    """
    session = matter.action.session
    if session is None:
        return
    state = matter.calendar.site_state if session.modality is Modality.IN_PERSON else matter.calendar.client_state
    credentials = matter.calendar.credentials
    if state is None:
        yield Finding(RULE, "The state in which the client will sit is not known.")
    elif credentials is None:
        yield Finding(RULE, "The clinician's licences are not known.")
    elif not (_licensed(credentials, state, session) or _by_compact(credentials, state, session, matter)):
        yield Finding(RULE, f"The clinician has no licence for {state} that is valid during the session.")


def _licensed(credentials: Credentials, state: str, session: Session) -> bool:
    return any(one.state == state and _spans(one.valid_from, one.valid_until, session) for one in credentials.licences)


def _spans(valid_from: datetime, valid_until: datetime, session: Session) -> bool:
    return valid_from <= session.starts_at and session.ends_at <= valid_until


def _by_compact(credentials: Credentials, state: str, session: Session, matter: Matter) -> bool:
    """An authority rests on a valid licence of the home state."""
    home = credentials.home_state
    if home is None or not _licensed(credentials, home, session):
        return False
    on = session.starts_at.astimezone(ZoneInfo(matter.policy.zone)).date()
    return any(
        compact.name in credentials.authorities and compact.discipline == credentials.discipline and {home, state} <= _members(compact, on)
        for compact in matter.policy.compacts
    )


def _members(compact: Compact, on: date) -> set[str]:
    return {state for state, since in compact.members if since <= on}


RULES = (Rule(RULE, "Licence", licence),)
