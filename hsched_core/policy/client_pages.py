"""What a client finds behind a link, and what may be done there. Pure: a link, the visit as the EHR has it, a moment; in, a standing; out.

Whoever has the link is the client. Each act is done once, and a page about a visit ends with the visit's beginning.
"""

from datetime import datetime
from enum import StrEnum

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.client_links import Act, ClientLink
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import SessionType


class Standing(StrEnum):
    """Where a visit stands for the client whose page it is."""

    COMING = "coming"
    CONFIRMED = "confirmed"
    ASKED = "asked"  # for another time: a person of the practice has it
    MOVED = "moved"  # since the page was shown; nothing was done
    OVER = "over"  # it has begun
    GONE = "gone"  # cancelled, or somebody else's by now
    LEAVING = "leaving"  # they said that they cannot come; their place in the group is theirs until that is carried out
    LEFT = "left"  # it was carried out


# What a standing still allows; how, and whether, somebody is written to may be said at any time.
ALLOWS = {
    Standing.COMING: frozenset({Act.CONFIRM, Act.OTHER_TIME, Act.CANNOT_COME}),
    Standing.CONFIRMED: frozenset({Act.OTHER_TIME, Act.CANNOT_COME}),
    Standing.MOVED: frozenset({Act.CONFIRM, Act.OTHER_TIME, Act.CANNOT_COME}),
    Standing.LEAVING: frozenset({Act.STILL_COMES}),
}
# A group is at its time for everybody: nobody is asked whether another one suits. Of any other visit only an office says that it is off.
OF_GROUPS, OF_OTHERS = frozenset({Act.CONFIRM, Act.CANNOT_COME, Act.STILL_COMES}), frozenset({Act.CONFIRM, Act.OTHER_TIME})


def has_ended(link: ClientLink, now: datetime) -> bool:
    """Whether nothing can be done at the address any more."""
    return now >= link.expires_at


def standing(link: ClientLink, visit: Appointment | None, now: datetime, *, is_confirmed: bool) -> Standing:
    """Where the visit stands."""
    if visit is None or visit.session.client != link.client or visit.status is AppointmentStatus.CANCELLED:
        return Standing.GONE
    if now >= visit.session.starts_at or visit.status is not AppointmentStatus.BOOKED:
        return Standing.OVER
    if Act.OTHER_TIME in link.acts:
        return Standing.ASKED
    return Standing.CONFIRMED if is_confirmed or Act.CONFIRM in link.acts else Standing.COMING


def may(link: ClientLink, stands: Standing, act: Act) -> bool:
    """Whether the act can be done there, at that standing of the visit."""
    return act not in link.acts and act in ALLOWS.get(stands, frozenset())


def asked_of(session: Session) -> frozenset[Act]:
    """What the page of such a visit asks."""
    return OF_GROUPS if session.session_type is SessionType.GROUP else OF_OTHERS
