"""The two answers that only the page of a group's visit has: that the client cannot come this time, and that they do after all."""

from collections.abc import Mapping
from datetime import datetime

from hsched_core.domain.client_links import Act
from hsched_core.workflow.client_pages import Seen, Told
from hsched_service.client.showing import Showing

ANSWERS: Mapping[str, Act] = {str(act): act for act in (Act.CANNOT_COME, Act.STILL_COMES)}


def look(at: Showing, seen: Seen) -> Told:
    """Where the visit stands, whichever kind it is."""
    return at.opened.service.group_pages.look(seen.link)


def said(at: Showing, seen: Seen, answer: str, shown: datetime) -> Told | None:
    """What became of such an answer; None for any other."""
    pages, act = at.opened.service.group_pages, ANSWERS.get(answer)
    if act is None:
        return None
    return pages.cannot_come(seen.link, shown) if act is Act.CANNOT_COME else pages.still_comes(seen.link, shown)
