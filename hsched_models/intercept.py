"""The intercept update between trainings: where the level of misses lies now, by the outcomes that have matured, and nothing else.

A pure function: a fitted model and feature rows in, the same model with moved intercepts out. It starts from the model as it was
trained each time, so updates never pile up, and asking again with the same rows gives the same model. Decision 0016.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_models.dataset import TrainingSet, training_set
from hsched_models.estimators import Floats, expit, logit
from hsched_models.heads import LATE_CANCEL, USED, TwoHeads
from hsched_models.level import level_offset, week_numbers
from hsched_models.shifted import Shifted
from hsched_models.train import Fitted

WINDOW_WEEKS = 26  # older weeks say little of the present: the filter forgets them, and the model has learned from them
SHOWN_DAYS = 28
FEWEST = 100  # outcomes a head must have; with fewer it stays as it was trained
BOUND = 1.0  # log odds, from 15 % to 32 %: what moves further is no level, and asks for people and a training


@dataclass(frozen=True)
class Shift:
    """One head's intercept: how far it was moved from the trained one (log odds), how sure that is, and on how many outcomes."""

    offset: float = 0.0
    sd: float | None = None  # None: too few outcomes
    outcomes: int = 0
    is_bounded: bool = False  # the outcomes asked for more than BOUND


@dataclass(frozen=True)
class Recent:
    """The last four weeks that were looked at: unused visits seen, expected by the model as trained, and with the moved intercept."""

    visits: int = 0
    unused: int = 0
    as_trained: float = 0.0
    updated: float = 0.0


@dataclass(frozen=True)
class Update:
    """A model with its intercepts moved. `share`: late cancels among the unused, None where the model does not tell them apart."""

    fitted: Fitted
    unused: Shift
    share: Shift | None
    recent: Recent
    seen_through: str  # last day of visits looked at, as ISO text; empty where there was none

    @property
    def is_bounded(self) -> bool:
        """Whether the outcomes asked for more than an intercept may move."""
        return self.unused.is_bounded or (self.share is not None and self.share.is_bounded)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What was seen and done, in sentences."""
        if self.unused.sd is None:
            return (
                f"{self.unused.outcomes} outcomes in {WINDOW_WEEKS} weeks, fewer than {FEWEST}: the intercept stays as it was trained.",
            )
        seen = (
            f"Last {SHOWN_DAYS // 7} weeks up to {self.seen_through}: {self.recent.unused} of {self.recent.visits:,} visits unused, "
            f"{self.recent.as_trained:.1f} expected by the model as trained, {self.recent.updated:.1f} with the new intercept."
        )
        heads = [("unused", self.unused), ("late cancels among the unused", self.share)]
        return (seen, *(_said(name, shift) for name, shift in heads if shift is not None and shift.sd is not None))


def update_intercept(fitted: Fitted, rows: pd.DataFrame, moment: str, known_by: datetime) -> Update:
    """The model with the intercepts that the outcomes known by `known_by` speak for.

    `rows`: feature rows with labels, of any moment and time; those of `moment` in the last 26 weeks that have settled are read.
    A model that was updated before is taken as it was trained.
    """
    base = as_trained(fitted)
    known = training_set(rows, moment, known_by)
    recent = (
        known.without(known.frame["starts_on"] <= known.frame["starts_on"].max() - timedelta(weeks=WINDOW_WEEKS))
        if len(known.frame)
        else known
    )
    if not isinstance(base.estimator, TwoHeads) or recent.frame.empty:
        return Update(base, Shift(outcomes=len(recent.frame)), None, Recent(), "")
    log_odds, ends = logit(base.predict(recent.frame)), recent.ends.to_numpy(dtype=np.int64)
    weeks = week_numbers(recent.frame["starts_on"].to_numpy())
    unused = _shift(log_odds, (ends != USED).astype(np.int64), weeks)
    share = _share_shift(base, recent, ends, weeks)
    moved = moved_by(base, unused.offset, share.offset if share else 0.0)
    return Update(moved, unused, share, _recent(recent, log_odds, unused.offset), recent.frame["starts_on"].max().isoformat())


def as_trained(fitted: Fitted) -> Fitted:
    """Without the intercepts' updates."""
    model = fitted.estimator
    if not isinstance(model, TwoHeads) or not (isinstance(model.unused_, Shifted) or isinstance(model.split_, Shifted)):
        return fitted
    return Fitted(fitted.name, _with_heads(model, _inside(model.unused_), _inside(model.split_)), fitted.columns, fitted.typical)


def moved_by(base: Fitted, unused: float, share: float) -> Fitted:
    """The trained model with its intercepts moved so far (log odds); itself where nothing moves."""
    if not unused and not share:
        return base
    model = base.estimator
    split = Shifted(share).around(model.split_) if share else model.split_
    return Fitted(base.name, _with_heads(model, Shifted(unused).around(model.unused_), split), base.columns, base.typical)


def offsets_of(fitted: Fitted) -> tuple[float, float]:
    """How far the intercepts of P(unused) and of the late cancels' share were moved; zeros for a model as it was trained."""
    unused, share = (getattr(fitted.estimator, name, None) for name in ("unused_", "split_"))
    return tuple(float(head.offset) if isinstance(head, Shifted) else 0.0 for head in (unused, share))  # type: ignore[return-value]  # two


def _shift(log_odds: Floats, labels: NDArray[np.int64], weeks: NDArray[np.int64]) -> Shift:
    if len(labels) < FEWEST:
        return Shift(outcomes=len(labels))
    level = level_offset(log_odds, labels, weeks)
    offset = float(np.clip(level.offset, -BOUND, BOUND))
    return Shift(offset, level.sd, len(labels), is_bounded=offset != level.offset)


def _share_shift(base: Fitted, recent: TrainingSet, ends: NDArray[np.int64], weeks: NDArray[np.int64]) -> Shift | None:
    """Of the unused visits, how many were cancelled late: the second head's level."""
    if base.estimator.split_ is None:
        return None
    unused = ends != USED
    if not unused.any():
        return Shift()
    log_odds = -logit(base.no_show_share(recent.frame[unused]))
    return _shift(log_odds, (ends[unused] == LATE_CANCEL).astype(np.int64), weeks[unused])


def _recent(known: TrainingSet, log_odds: Floats, offset: float) -> Recent:
    days = known.frame["starts_on"]
    shown = (days > days.max() - timedelta(days=SHOWN_DAYS)).to_numpy()
    expected = [float(expit(log_odds[shown] + by).sum()) for by in (0.0, offset)]
    return Recent(int(shown.sum()), int(known.y[shown].sum()), *expected)


def _with_heads(model: TwoHeads, unused: Any, split: Any) -> TwoHeads:
    """Another pair of fitted heads under the same parameters."""
    made = TwoHeads(model.unused, model.split)
    made.classes_, made.unused_, made.split_ = model.classes_, unused, split
    return made


def _inside(head: Any) -> Any:
    return head.fitted_ if isinstance(head, Shifted) else head


def _said(name: str, shift: Shift) -> str:
    held = f" (held at the bound of {BOUND:g}: look, and train again)" if shift.is_bounded else ""
    return f"Intercept of {name}: {shift.offset:+.3f} in log odds from the trained one, standard deviation {shift.sd:.3f}{held}."
