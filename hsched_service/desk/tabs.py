"""The queue's tabs, and the one that a case belongs to."""

from collections.abc import Mapping

from hsched_core.domain.actions import (
    Action,
    BookAppointment,
    CancelAppointment,
    ChangePhase,
    IssueStandingOrder,
    MoveAppointment,
    OfferSlot,
    SendMessage,
)
from hsched_core.domain.contact import Channel

KINDS: Mapping[str, str] = {  # the queue's tabs, in their order
    "settle": "To settle",
    "offers": "Offers",
    "bookings": "Bookings",
    "messages": "Messages",
    "calls": "Calls",
    "rules": "Rules",
    "other": "Other",
}


def tab_of(action: Action, *, is_to_settle: bool) -> str:
    """The queue's tab a case belongs to."""
    if is_to_settle:
        return "settle"
    if isinstance(action, SendMessage):
        return "calls" if action.to.channel is Channel.CALL else "messages"
    if isinstance(action, BookAppointment | MoveAppointment | CancelAppointment):
        return "bookings"
    if isinstance(action, IssueStandingOrder | ChangePhase):
        return "rules"
    return "offers" if isinstance(action, OfferSlot) else "other"
