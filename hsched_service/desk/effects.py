"""What contacting clients changed, as far as chance decided: the measured effects of reminders and waitlist."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.errors import InputError, NotReadyError
from hsched_core.policy.permissions import Subject
from hsched_core.use_cases import REMINDERS, WAITLIST
from hsched_core.use_cases.reminders_tiers import tier_drawn
from hsched_service.access.guard import Visitor, needs
from hsched_service.pages.rendering import page

Row = Mapping[str, Any]
FEATURES = "feat_no_show__appointments.parquet"
SHARES = "Randomised: chance held some at standard care before anything was sent. As drawn, whatever became of each afterwards."


def router(opened: OpenPractice) -> APIRouter:
    """The page."""
    made, measured = APIRouter(), Measured(opened)

    @made.get("/practice/effects")
    def effects(request: Request, visitor: Annotated[Visitor, Depends(needs(Subject.EFFECTS))]) -> Response:
        shares = {REMINDERS: opened.reminder_settings.holdout_share, WAITLIST: opened.waitlist_settings.holdout_share}
        return page(
            request, visitor, "desk/effects.html", reminders=measured.reminders(), waitlist=measured.waitlist(), shares=shares, how=SHARES
        )

    return made


class Measured:
    """The effects of one practice, measured again when draws or outcomes are others. The first look loads pandas: seconds."""

    def __init__(self, opened: OpenPractice) -> None:
        self._opened = opened
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[object, Sequence[Row]]] = {}

    def reminders(self) -> Sequence[Row]:
        """Visits drawn to be held at standard care against the others, by their outcomes."""
        path = self._opened.paths.tables / FEATURES
        with self._opened.path_store.looking() as state:
            draws = state.draws(REMINDERS, self._opened.clock.now())
        if not draws or not path.exists():
            return ()

        def measure() -> Sequence[Row]:
            from hsched_models.dataset import load_rows
            from hsched_models.holdout import early_cancels, effects, visits

            try:
                told = visits(draws, load_rows(path))
            except (NotReadyError, InputError):
                return ()
            tiers = {draw.subject: str(tier_drawn(draw, self._opened.reminder_settings)) for draw in draws}
            told = told.assign(tier=told["subject"].map(tiers))
            return [*effects(told), *early_cancels(told)]

        return self._once(REMINDERS, (len(draws), path.stat().st_mtime), measure)

    def waitlist(self) -> Sequence[Row]:
        """Openings that chance left to the staff against those that were offered."""
        with self._opened.path_store.looking() as state:
            draws = state.draws(WAITLIST, self._opened.clock.now())
            records = {draw.subject: state.opening(draw.subject) for draw in draws}
        was_filled = {name: one.was_filled for name, one in records.items() if one}
        if not draws:
            return ()

        def measure() -> Sequence[Row]:
            from hsched_models.holdout import effects, openings

            return effects(openings(draws, was_filled))

        return self._once(WAITLIST, (len(draws), sum(was_filled.values())), measure)

    def _once(self, name: str, mark: object, measure: Callable[[], Sequence[Row]]) -> Sequence[Row]:
        with self._lock:
            kept = self._kept.get(name)
            if kept is None or kept[0] != mark:
                kept = self._kept[name] = (mark, measure())
            return kept[1]
