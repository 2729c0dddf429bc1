"""The rooms of the staff's pages, in the order in which the navigation shows them. One line here puts a page into it."""

from dataclasses import dataclass

from hsched_core.policy.permissions import Subject


@dataclass(frozen=True)
class Room:
    """A page of the navigation: shown to who may see its subject. The first that somebody may see is where they start."""

    path: str
    label: str
    subject: Subject


ROOMS: tuple[Room, ...] = (
    Room("/desk/calendar", "Calendar", Subject.CALENDAR),
    Room("/desk/queue", "Queue", Subject.QUEUE),
    Room("/desk/calls", "Calls", Subject.CALLS),
    Room("/desk/waitlist", "Waitlist", Subject.WAITLIST),
    Room("/desk/replies", "Replies", Subject.REPLIES),
    Room("/my/day", "My actions", Subject.OWN_DAY),
    Room("/practice/insights", "Insights", Subject.INSIGHTS),
    Room("/practice/phases", "Phases", Subject.PHASES),
    Room("/practice/orders", "Orders", Subject.ORDERS),
    Room("/practice/effects", "Effects", Subject.EFFECTS),
    Room("/practice/rules", "Rules", Subject.GUARDRAILS),
    Room("/model", "Model", Subject.MODEL),
    Room("/audit", "Audit", Subject.AUDIT),
)
