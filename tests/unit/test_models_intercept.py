"""The intercept update: follows the level, touches nothing else, starts from the trained model each time, is bounded and says why."""

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from hsched_models.compiled import COMPILED
from hsched_models.dataset import training_set
from hsched_models.design import BASELINE, LADDER
from hsched_models.estimators import expit, logit
from hsched_models.heads import LATE_CANCEL, NO_SHOW, USED
from hsched_models.intercept import BOUND, FEWEST, Shift, as_trained, moved_by, offsets_of, update_intercept
from hsched_models.train import Fitted, fit
from tests.feature_frames import FIRST, feature_rows
from tests.fitted_models import as_dicts

MOMENT = "day_before"
CHANGE = FIRST + timedelta(days=84)
ROWS = feature_rows(visits=8000, days=140, seed=4, strength=0.8)
EARLY = datetime.combine(CHANGE, datetime.min.time(), UTC)
LATER = EARLY + timedelta(weeks=4)


@cache
def champion() -> Fitted:
    """Trained on the twelve weeks before the change."""
    return fit(BASELINE, training_set(ROWS, MOMENT, EARLY, before=CHANGE), {})


def drawn(jump: float, seed: int = 1, *, late_share: float = 0.0) -> pd.DataFrame:
    """The same visits with outcomes drawn from the champion's own forecasts, `jump` higher in log odds from the change on."""
    rng = np.random.default_rng(seed)
    rows = ROWS[(ROWS["moment"] == MOMENT) & ROWS["label_is_unused"].notna()].reset_index(drop=True)
    truth = expit(logit(champion().predict(rows)) + jump * (rows["starts_on"] >= CHANGE))
    unused = rng.random(len(rows)) < truth
    words = np.where(unused, np.where(rng.random(len(rows)) < late_share, "late_cancel", "no_show"), "attended")
    return rows.assign(label_is_unused=unused, label_outcome=words)


def two_heads(rows: pd.DataFrame) -> Fitted:
    """The champion's recipe on a source that tells late cancels from no-shows."""
    training = training_set(rows, MOMENT, EARLY, before=CHANGE)
    ends = np.where(training.frame["label_outcome"] == "late_cancel", LATE_CANCEL, np.where(training.y == 1, NO_SHOW, USED))
    return Fitted(
        BASELINE, LADDER[BASELINE].build(champion().columns, 12.0).fit(training.frame[list(champion().columns)], ends), champion().columns
    )


@pytest.mark.parametrize("jump", [0.5, -0.5])
def test_after_four_weeks_forecasts_add_up_again(jump: float) -> None:
    """Sum of true p over sum of updated p, over practices, back within five percent; before the update plainly off."""
    before, after = [], []
    for seed in range(6):
        rows = drawn(jump, seed)
        coming = rows[(rows["starts_on"] >= LATER.date()) & (rows["starts_on"] < LATER.date() + timedelta(weeks=2))]
        true = expit(logit(champion().predict(coming)) + jump).sum()
        updated = update_intercept(champion(), rows, MOMENT, LATER).fitted
        before.append(true / champion().predict(coming).sum())
        after.append(true / updated.predict(coming).sum())

    assert abs(np.mean(before) - 1) > 0.25
    assert np.mean(after) == pytest.approx(1, abs=0.05)


def test_where_nothing_moved_the_level_stays() -> None:
    """Twelve weeks the model was trained on and four after it: an offset near nothing."""
    offsets = [update_intercept(champion(), drawn(0.0, seed), MOMENT, LATER).unused.offset for seed in range(6)]

    assert np.abs(offsets).max() < 0.1


def test_only_the_level_moves() -> None:
    """Log odds shift by the same amount for everybody, so ranks stay; compiled, and single scores have the batch's bits."""
    rows = drawn(0.5)
    update = update_intercept(champion(), rows, MOMENT, LATER)
    shown = rows.tail(200)
    difference = logit(update.fitted.predict(shown)) - logit(champion().predict(shown))

    assert difference == pytest.approx(update.unused.offset, abs=1e-9)
    assert update.fitted.scorer.engine == COMPILED
    assert [update.fitted.score_one(row) for row in as_dicts(shown.head(20))] == update.fitted.predict(shown.head(20)).tolist()
    assert update.fitted.columns == champion().columns


def test_updates_do_not_pile_up() -> None:
    """An updated model is updated as if it had never been; undone, it is the trained one."""
    rows = drawn(0.5)
    once = update_intercept(champion(), rows, MOMENT, LATER)
    twice = update_intercept(once.fitted, rows, MOMENT, LATER)

    assert (once.unused, once.recent, once.reasons) == (twice.unused, twice.recent, twice.reasons)
    assert offsets_of(once.fitted) == offsets_of(twice.fitted) == (once.unused.offset, 0.0)
    assert as_trained(once.fitted).predict(rows).tolist() == champion().predict(rows).tolist()
    assert as_trained(champion()) is champion()
    assert moved_by(champion(), 0.0, 0.0) is champion()


def test_outcomes_to_come_change_nothing() -> None:
    """What was not known yet by the instant asked for is not read."""
    rows = drawn(0.5)
    future = rows["label_known_at"] > pd.Timestamp(LATER)
    turned = rows.assign(label_is_unused=rows["label_is_unused"].where(~future, ~rows["label_is_unused"]))

    assert update_intercept(champion(), rows, MOMENT, LATER).unused == update_intercept(champion(), turned, MOMENT, LATER).unused


def test_the_second_head_has_a_level_of_its_own() -> None:
    """A new notice window turns no-shows into late cancels: their share moves, P(unused) does not."""
    rows = drawn(0.0, late_share=0.3)
    model = two_heads(rows)
    rng = np.random.default_rng(0)
    late = (rows["starts_on"] >= CHANGE) & (rows["label_outcome"] == "no_show") & (rng.random(len(rows)) < 0.5)
    update = update_intercept(model, rows.assign(label_outcome=rows["label_outcome"].mask(late, "late_cancel")), MOMENT, LATER)
    shown = rows.tail(100)

    assert update.share is not None
    assert update.share.offset > 0.4  # from 0.3 to 0.65 is 1.5; four weeks of a small practice bring part of it
    assert abs(update.unused.offset) < 0.15
    assert (update.fitted.no_show_share(shown) < model.no_show_share(shown)).all()
    assert update.fitted.scorer.engine == COMPILED
    assert offsets_of(update.fitted) == (update.unused.offset, update.share.offset)
    assert len(update.reasons) == 3


def test_too_few_outcomes_leave_the_model_as_it_was_trained() -> None:
    """A clinic's first days, or no outcome at all."""
    for known in (FIRST, FIRST + timedelta(days=2)):
        update = update_intercept(champion(), ROWS, MOMENT, datetime.combine(known, datetime.min.time(), UTC))
        assert update.fitted is champion()
        assert update.unused == Shift(outcomes=update.unused.outcomes)
        assert update.unused.outcomes < FEWEST
        assert "stays as it was trained" in update.reasons[0]


def test_one_kind_of_outcome_is_held_at_the_bound_and_said() -> None:
    """Everybody missed for three months: a status that lost its meaning, not a level."""
    update = update_intercept(champion(), drawn(0.0).assign(label_is_unused=True, label_outcome="no_show"), MOMENT, LATER)

    assert update.unused.is_bounded
    assert offsets_of(update.fitted) == (BOUND, 0.0)
    assert "held at the bound" in update.reasons[1]


def test_reasons_are_figures_and_name_nobody() -> None:
    """Seen and expected of the last four weeks, and how far the intercept went."""
    update = update_intercept(champion(), drawn(0.5), MOMENT, LATER)
    seen, moved = update.reasons

    assert f"{update.recent.unused} of {update.recent.visits:,} visits unused" in seen
    assert update.recent.as_trained < update.recent.updated
    assert update.recent.updated == pytest.approx(update.recent.unused, rel=0.1)
    assert f"{update.unused.offset:+.3f} in log odds" in moved
    assert update.seen_through in seen
