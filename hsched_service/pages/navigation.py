"""The rooms of the staff's pages, in the order in which the navigation shows them. One line here puts a page into it."""

from collections.abc import Callable
from dataclasses import dataclass

from hsched_core.domain.people import Person, Role
from hsched_core.policy.permissions import Subject


@dataclass(frozen=True)
class Room:
    """A page of the navigation: shown to who may see its subject."""

    path: str
    label: str
    subject: Subject


ROOMS: tuple[Room, ...] = (
    Room("/desk/calendar", "Calendar", Subject.CALENDAR),
    Room("/desk/queue", "Queue", Subject.QUEUE),
    Room("/desk/calls", "Calls", Subject.CALLS),
    Room("/desk/waitlist", "Waitlist", Subject.WAITLIST),
    Room("/desk/groups", "Groups", Subject.GROUPS),
    Room("/desk/replies", "Replies", Subject.REPLIES),
    Room("/my/day", "My actions", Subject.OWN_DAY),
    Room("/practice/insights", "Insights", Subject.INSIGHTS),
    Room("/practice/capacity", "Capacity", Subject.CAPACITY),
    Room("/practice/phases", "Phases", Subject.PHASES),
    Room("/practice/orders", "Orders", Subject.ORDERS),
    Room("/practice/effects", "Effects", Subject.EFFECTS),
    Room("/practice/rules", "Rules", Subject.GUARDRAILS),
    Room("/model", "Model", Subject.MODEL),
    Room("/audit", "Audit", Subject.AUDIT),
)
OF_A_ROLE = {Role.AUDITOR: "/audit"}  # where who has this role alone starts
NO_ROOM = "/account"


def start_of(person: Person, may: Callable[[Subject], bool]) -> str:
    """Where somebody starts: their role's own room, or else the first that they may see."""
    own = next((path for role, path in OF_A_ROLE.items() if person.roles == {role}), "")
    return own or next((room.path for room in ROOMS if may(room.subject)), NO_ROOM)
