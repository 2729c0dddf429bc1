"""What a client finds behind a link, and what may be done there. Pure: a link, the visit as the EHR has it, a moment; in, a standing; out.

Whoever has the link is the client. Each act is done once, and a page about a visit ends with the visit's beginning.
"""

from datetime import datetime
from enum import StrEnum

from hsched_core.domain.actions import MoveAppointment
from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.case import Case
from hsched_core.domain.client_links import Act, ClientLink
from hsched_core.domain.lifecycle import FINAL, MAY_HAVE_HAPPENED, State
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import SessionType


class Standing(StrEnum):
    """Where a visit stands for the client whose page it is."""

    COMING = "coming"
    CONFIRMED = "confirmed"
    ASKED = "asked"  # for another time: a person of the practice has it
    CHOSEN = "chosen"  # the client picked another time; until that is done, or not, this one stays
    CHANGING = "changing"  # the same, and the EHR may have done it already: nobody knows yet
    NEW_TIME = "new_time"  # it has the time that they picked
    KEPT = "kept"  # what they picked came to nothing
    MOVED = "moved"  # since the page was shown; nothing was done
    OVER = "over"  # it has begun
    GONE = "gone"  # cancelled, or somebody else's by now
    LEAVING = "leaving"  # they said that they cannot come; their place in the group is theirs until that is carried out
    LEFT = "left"  # it was carried out


# What a standing still allows; how, and whether, somebody is written to may be said at any time.
ALLOWS = {
    Standing.COMING: frozenset({Act.CONFIRM, Act.OTHER_TIME, Act.PICK, Act.CANNOT_COME}),
    Standing.CONFIRMED: frozenset({Act.OTHER_TIME, Act.PICK, Act.CANNOT_COME}),
    Standing.MOVED: frozenset({Act.CONFIRM, Act.OTHER_TIME, Act.PICK, Act.CANNOT_COME}),
    Standing.NEW_TIME: frozenset({Act.CONFIRM, Act.OTHER_TIME, Act.PICK}),
    Standing.KEPT: frozenset({Act.CONFIRM, Act.OTHER_TIME, Act.PICK}),
    Standing.LEAVING: frozenset({Act.STILL_COMES}),
}
AGAIN = frozenset({Act.PICK})  # what may be done more than once at an address
# A group is at its time for everybody: nobody is asked whether another one suits. Of any other visit only an office says that it is off.
OF_GROUPS = frozenset({Act.CONFIRM, Act.CANNOT_COME, Act.STILL_COMES})
OF_OTHERS = frozenset({Act.CONFIRM, Act.OTHER_TIME, Act.PICK})


def has_ended(link: ClientLink, now: datetime) -> bool:
    """Whether nothing can be done at the address any more."""
    return now >= link.expires_at


def standing(link: ClientLink, visit: Appointment | None, now: datetime, *, is_confirmed: bool, pick: Case | None = None) -> Standing:
    """Where the visit stands; `pick`: the client's last one of another time, unless they confirmed the visit since."""
    if visit is None or visit.session.client != link.client or visit.status is AppointmentStatus.CANCELLED:
        return Standing.GONE
    if now >= visit.session.starts_at or visit.status is not AppointmentStatus.BOOKED:
        return Standing.OVER
    chosen = _after_pick(visit, pick)
    if chosen in (Standing.CHOSEN, Standing.CHANGING):
        return chosen
    if Act.OTHER_TIME in link.acts:
        return Standing.ASKED
    if chosen:
        return chosen
    return Standing.CONFIRMED if is_confirmed or Act.CONFIRM in link.acts else Standing.COMING


def _after_pick(visit: Appointment, pick: Case | None) -> Standing | None:
    """What a pick means for the visit as it is now; nothing where the visit has changed since in another way."""
    if pick is None or not isinstance(pick.action, MoveAppointment):
        return None
    if pick.state not in FINAL:
        return Standing.CHANGING if pick.state in MAY_HAVE_HAPPENED else Standing.CHOSEN
    is_unchanged = visit.version == pick.action.version
    if pick.state is State.CONFIRMED:
        if visit.session.starts_at == pick.action.to.starts_at:
            return Standing.NEW_TIME
        return Standing.CHANGING if is_unchanged else None  # an EHR's list may be behind
    is_kept = visit.session.starts_at == pick.action.was_at if pick.action.was_at else is_unchanged
    return Standing.KEPT if is_kept else None


def may(link: ClientLink, stands: Standing, act: Act) -> bool:
    """Whether the act can be done there, at that standing of the visit."""
    return (act in AGAIN or act not in link.acts) and act in ALLOWS.get(stands, frozenset())


def asked_of(session: Session) -> frozenset[Act]:
    """What the page of such a visit asks."""
    return OF_GROUPS if session.session_type is SessionType.GROUP else OF_OTHERS
