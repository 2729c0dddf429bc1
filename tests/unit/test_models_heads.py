"""Two heads: what they sum to, what they know, and what happens where one kind of unused visit is rare or absent."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

from hsched_models.estimators import expit, logit
from hsched_models.heads import FEWEST_OF_A_KIND, LATE_CANCEL, NO_SHOW, TwoHeads, parts
from hsched_models.metrics import measure_parts

RNG = np.random.default_rng(20260101)
ROWS = pd.DataFrame({"x": RNG.normal(size=6000), "z": RNG.normal(size=6000)})
UNUSED = RNG.random(6000) < expit(ROWS["x"] - 1)
SHARE = expit(2 * ROWS["z"].to_numpy() - 0.5)
ENDS = np.where(UNUSED, np.where(RNG.random(6000) < SHARE, NO_SHOW, LATE_CANCEL), 0)


def heads(ends: object = ENDS) -> TwoHeads:
    return TwoHeads(LogisticRegression(), LogisticRegression()).fit(ROWS, np.asarray(ends))


def test_the_parts_sum_to_unused_and_follow_what_was_planted() -> None:
    """Who misses is one thing, how is another: each head finds its own."""
    fitted = heads()
    p, share = fitted.predict_proba(ROWS)[:, 1], fitted.no_show_share(ROWS)
    no_show, late_cancel = parts(p, share)

    assert np.array_equal(no_show + late_cancel, p)
    assert ((no_show > 0) & (late_cancel > 0)).all()
    assert np.corrcoef(logit(share), logit(SHARE))[0, 1] > 0.99
    assert no_show.sum() == pytest.approx((ENDS == NO_SHOW).sum(), rel=0.03)
    assert late_cancel.sum() == pytest.approx((ENDS == LATE_CANCEL).sum(), rel=0.03)


def test_without_late_cancels_there_is_no_split() -> None:
    """The share is empty, not 1: a source that cannot tell does not say 'no-show'. Likewise without no-shows."""
    for ends in (np.minimum(ENDS, NO_SHOW), np.where(ENDS > 0, LATE_CANCEL, 0)):
        assert np.isnan(heads(ends).no_show_share(ROWS)).all()
        assert not np.isnan(heads(ends).predict_proba(ROWS)).any()


def test_a_rare_kind_gets_one_rate_for_everybody() -> None:
    """Fewer than thirty late cancels say how many there are, not whose they are."""
    late = np.flatnonzero(ENDS == LATE_CANCEL)
    ends = ENDS.copy()
    ends[late[FEWEST_OF_A_KIND - 1 :]] = NO_SHOW
    fitted = heads(ends)

    assert isinstance(fitted.split_, DummyClassifier)
    assert fitted.no_show_share(ROWS) == pytest.approx(1 - (FEWEST_OF_A_KIND - 1) / UNUSED.sum())


def test_each_head_is_measured_by_itself() -> None:
    """No-show against everything else, late cancel likewise; nothing where there is no split."""
    words = {0: "attended", NO_SHOW: "no_show", LATE_CANCEL: "late_cancel"}
    frame = ROWS.assign(label_outcome=[words[int(end)] for end in ENDS], starts_on=pd.Timestamp("2026-01-05").date())
    fitted = heads()
    p = fitted.predict_proba(ROWS)[:, 1]
    found = measure_parts(frame, p, fitted.no_show_share(ROWS))

    assert set(found) == {"no_show", "late_cancel"}
    assert found["no_show"]["base_rate"] == pytest.approx((ENDS == NO_SHOW).mean())
    assert found["late_cancel"]["mean_predicted"] == pytest.approx((ENDS == LATE_CANCEL).mean(), rel=0.03)
    assert float(found["no_show"]["auroc"] or 0) > 0.7
    assert measure_parts(frame, p, np.full(len(frame), np.nan)) == {}
