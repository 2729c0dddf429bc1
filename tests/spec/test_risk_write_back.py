"""Risk write-back: what is proposed, and everything that keeps it off."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hsched_core.domain.actions import RecordScore
from hsched_core.domain.people import is_use_case
from hsched_core.domain.rollout import Phase
from hsched_core.policy.autonomy import Rollout
from hsched_core.use_cases import RISK_WRITE_BACK
from hsched_core.use_cases.risk_write_back import Facts, ScoredVisit, propose
from hsched_pipelines.operations.score_work import newest_of_each, off_because
from tests.path_world import NOON, POLICY, PRACTICE, standing_order

HIDDEN = replace(POLICY, score_field_is_hidden=True)
ORDER = standing_order(use_case=RISK_WRITE_BACK, action_kinds=frozenset({"record_score"}))
ORDERED = Rollout(Phase.AUTO, ORDER)
VISIT = ScoredVisit("0a" * 16, NOON + timedelta(days=1), 0.7812, "12")
FACTS = Facts(PRACTICE, HIDDEN.version, NOON, (VISIT,))


def test_each_coming_visits_risk_is_proposed_in_basis_points() -> None:
    """By the use case itself, under the visit, until it begins."""
    (found,) = propose(FACTS)

    assert found.action == RecordScore(VISIT.appointment, 7812, "12")
    assert (found.subject, found.expires_at, is_use_case(found.proposed_by)) == (VISIT.appointment, VISIT.starts_at, True)


def test_the_same_score_again_is_the_same_proposal() -> None:
    """A day later too; another score is another one."""
    later = replace(FACTS, now=NOON + timedelta(hours=3))

    assert [one.id for one in propose(later)] == [one.id for one in propose(FACTS)]
    assert propose(replace(FACTS, visits=(replace(VISIT, risk=0.5),)))[0].id != propose(FACTS)[0].id


def test_a_visit_that_has_begun_is_left_alone_and_the_soonest_comes_first() -> None:
    """The order's room of the day goes to tomorrow before next week."""
    visits = (replace(VISIT, starts_at=NOON + timedelta(days=9), appointment="0b" * 16), VISIT, replace(VISIT, starts_at=NOON))

    assert [one.subject for one in propose(replace(FACTS, visits=visits))] == ["0a" * 16, "0b" * 16]


def test_it_is_on_only_where_the_practice_and_an_order_say_so() -> None:
    """Both, in phase auto, and nothing stopped."""
    assert off_because(HIDDEN, ORDERED, NOON) == ""


@pytest.mark.parametrize(
    ("policy", "rollout", "told"),
    [
        (POLICY, ORDERED, "score_field_is_hidden"),
        (HIDDEN, replace(ORDERED, is_stopped=True), "stopped"),
        (HIDDEN, Rollout(Phase.AUTO), "no standing order"),
        (HIDDEN, replace(ORDERED, phase=Phase.REVIEW), "no standing order"),
        (HIDDEN, Rollout(Phase.AUTO, standing_order(action_kinds=frozenset({"offer_slot"}))), "no standing order"),
        (HIDDEN, Rollout(Phase.AUTO, replace(ORDER, expires_at=NOON)), "no standing order"),
    ],
)
def test_anything_less_keeps_it_off_and_says_why(policy: object, rollout: Rollout, told: str) -> None:
    """Instead of filling the queue with hundreds of proposals that wait."""
    assert told in off_because(policy, rollout, NOON)


def test_of_several_scores_the_one_nearest_to_the_visit_counts() -> None:
    """The day before knows more than the booking."""
    row = {"appointment_token": "0a" * 16, "starts_at": datetime(2026, 3, 4, tzinfo=UTC), "model_version": "12"}
    rows = [{**row, "moment": "day_before", "probability": 0.3}, {**row, "moment": "at_booking", "probability": 0.1}]

    assert [one.risk for one in newest_of_each(rows)] == [0.3]
    assert [one.risk for one in newest_of_each(reversed(rows))] == [0.3]
