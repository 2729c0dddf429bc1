"""The page on which a client picks another time: one button for each, and below them the way to a person."""

from collections.abc import Sequence

from fastapi.responses import HTMLResponse

from hsched_core.domain.sessions import Session
from hsched_core.use_cases.reschedule import Alternative
from hsched_service.client.showing import Showing
from hsched_service.client.words import OTHER_TIME, PICK_TIME


def times_page(at: Showing, booked: Session, times: Sequence[Alternative], instead: str = "") -> HTMLResponse:
    """Times to pick, and words for who finds none of them good; without any, the words alone. `instead`: what the page says first."""
    words, zone = at.words, at.opened.timezone
    page = words.pages[PICK_TIME if times else OTHER_TIME]
    if instead:
        page = (*words.pages[instead], *page[1:])
    buttons = {one.to.starts_at.isoformat(): words.when(one.to, zone) for one in times}
    when, starts_at = words.when(booked, zone), booked.starts_at.isoformat()
    return at.page("time", page, 409 if instead else 200, when=when, starts_at=starts_at, buttons=buttons)
