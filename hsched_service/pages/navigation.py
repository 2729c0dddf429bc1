"""The rooms of the staff's pages, in the order in which the navigation shows them. One line here puts a page into it."""

from dataclasses import dataclass

from hsched_core.policy.permissions import Subject


@dataclass(frozen=True)
class Room:
    """A page of the navigation: shown to who may see its subject. The first that somebody may see is where they start."""

    path: str
    label: str
    subject: Subject


ROOMS: tuple[Room, ...] = ()
