"""Which pictures a review shows, by name. Drawn by plots.py from what review.py computed."""

from collections.abc import Mapping, Sequence

from hsched_models import plots
from hsched_models.decision_value import THRESHOLDS, Capacity
from hsched_models.review import SIDES, Review
from hsched_models.review_findings import WORST_FALSE_FLAG_RATIO
from hsched_models.review_page import intervals


def pictures(review: Review) -> dict[str, bytes]:
    """PNG bytes by name; what there is nothing to draw of is left out."""
    y, titles = review.compared.labels, review.compared.titles
    forecasts = {titles[side]: p for side, p in review.compared.forecasts.items()}
    drawn = {
        "review_reliability": plots.reliability(y, forecasts),
        "review_gain": plots.lift(y, forecasts),
        "review_net_benefit": plots.net_benefit(
            THRESHOLDS, {titles[side]: curve for side, curve in review.net_benefit.items()}, review.overall.unused
        ),
        "review_slices": _slices(review),
        "review_scores": plots.score_shift(review.shift.scores),
    }
    found = {titles[side]: _found(of_side) for side, of_side in review.capacities.items()}
    drawn |= {"review_found": plots.found_by_calls(found)} if any(found.values()) else {}
    return drawn | ({"review_groups": _groups(review)} if review.groups else {})


def _found(of_side: Sequence[Capacity]) -> list[tuple[int, float, float, float]]:
    return [(one.calls, one.found_a_week.value, one.found_a_week.low, one.found_a_week.high) for one in of_side]


def _slices(review: Review) -> bytes:
    points: Mapping[str, list[tuple[str, float, float, float]]] = {
        f"challenger - {review.compared.against}": intervals({row.name: row.log_loss_change for row in review.slices})
    }
    return plots.forest("Log loss change by slice", "below 0 the challenger is better", points, 0.0)


def _groups(review: Review) -> bytes:
    titles = review.compared.titles
    points = {titles[side]: intervals({row.name: row.false_flag_ratio[side] for row in review.groups}) for side in SIDES}
    return plots.forest("False flags by group", "as often flagged as others, of those who came", points, 1.0, (WORST_FALSE_FLAG_RATIO,))
