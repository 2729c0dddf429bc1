"""The answers of a visit's page. Two of them only that of a group has: the client cannot come this time, and they do after all."""

from dataclasses import replace
from datetime import datetime

from hsched_core.domain.client_links import Act
from hsched_core.policy.client_pages import Standing, asked_of
from hsched_core.workflow.client_pages import Seen, Told
from hsched_service.client.showing import Showing

ANSWERS = tuple(map(str, (Act.CONFIRM, Act.CANNOT_COME, Act.STILL_COMES)))


def look(at: Showing, seen: Seen) -> Told:
    """Where the visit stands, whichever kind it is."""
    return at.opened.service.group_pages.look(seen.link)


def no_other_time(at: Showing, seen: Seen) -> Told | None:
    """Where a visit stands that is at its time for everybody: whoever asks for another one behind its address is not heard. A page that
    shows such a button still is one from before the visit became a group's.
    """
    told = look(at, seen)
    if told.session is None or Act.OTHER_TIME in asked_of(told.session):
        return None
    is_old = told.standing in (Standing.COMING, Standing.CONFIRMED)
    return replace(told, standing=Standing.MOVED if is_old else told.standing, counts=False)


def said(at: Showing, seen: Seen, answer: str, shown: datetime) -> Told:
    """What became of an answer: one of `ANSWERS`, each a method of that name."""
    pages = at.opened.service.group_pages
    say = {Act.CONFIRM: pages.confirm, Act.CANNOT_COME: pages.cannot_come, Act.STILL_COMES: pages.still_comes}
    return say[Act(answer)](seen.link, shown)
