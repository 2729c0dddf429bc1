"""What a client finds behind a link, and what may be done there. Pure: a link, the visit as the EHR has it, a moment; in, a standing; out.

Whoever has the link is the client. Each act is done once, and a page about a visit ends with the visit's beginning.
"""

from datetime import datetime
from enum import StrEnum

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.client_links import Act, ClientLink


class Standing(StrEnum):
    """Where a visit stands for the client whose page it is."""

    COMING = "coming"
    CONFIRMED = "confirmed"
    ASKED = "asked"  # for another time: a person of the practice has it
    MOVED = "moved"  # since the page was shown; nothing was done
    OVER = "over"  # it has begun
    GONE = "gone"  # cancelled, or somebody else's by now


# What a standing still allows; how, and whether, somebody is written to may be said at any time.
ALLOWS = {
    Standing.COMING: frozenset({Act.CONFIRM, Act.OTHER_TIME}),
    Standing.CONFIRMED: frozenset({Act.OTHER_TIME}),
    Standing.MOVED: frozenset({Act.CONFIRM, Act.OTHER_TIME}),
}


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
