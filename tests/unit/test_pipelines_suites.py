"""Great Expectations suites: the reason is told, the values are not."""

import dagster as dg
import great_expectations.expectations as gxe
import pandas as pd

from hsched_pipelines.learning.checks import score_expectations
from hsched_pipelines.suites import check_result, judge

NEEDLE = "Ottoline Quackenbush"


def test_a_failure_names_expectation_column_and_row_count() -> None:
    """Two of three rows hold a word outside the vocabulary."""
    frame = pd.DataFrame({"word": ["a", "b", "c"]})
    verdict = judge(frame, [gxe.ExpectColumnValuesToBeInSet(column="word", value_set=["a"])])

    assert [str(finding) for finding in verdict.findings] == ["column_values_to_be_in_set on word: 2 rows"]


def test_no_value_of_a_row_reaches_the_result() -> None:
    """Neither description nor metadata quotes what stood in the row."""
    frame = pd.DataFrame({"name": [NEEDLE, NEEDLE, "x"]})
    expectations = [gxe.ExpectColumnValuesToBeInSet(column="name", value_set=["x"]), gxe.ExpectColumnValuesToBeUnique(column="name")]
    result = check_result(judge(frame, expectations))

    assert not result.passed
    assert "Ottoline" not in repr(result)


def test_a_met_suite_passes_and_says_over_how_many_rows() -> None:
    """What was looked at is part of the answer."""
    result = check_result(judge(pd.DataFrame({"n": [1, 2]}), [gxe.ExpectColumnValuesToNotBeNull(column="n")]))

    assert result.passed
    assert result.description == "1 expectations met by 2 rows"


def test_an_expectation_on_a_missing_column_fails() -> None:
    """A suite that cannot look has not passed."""
    verdict = judge(pd.DataFrame({"a": [1]}), [gxe.ExpectColumnValuesToNotBeNull(column="b")])

    assert not verdict.passed


def test_a_warning_is_not_an_error() -> None:
    """Severity is the caller's to choose."""
    verdict = judge(pd.DataFrame({"n": [None]}), [gxe.ExpectColumnValuesToNotBeNull(column="n")])

    assert check_result(verdict, severity=dg.AssetCheckSeverity.WARN).severity is dg.AssetCheckSeverity.WARN


def test_scores_are_probabilities_and_stand_once() -> None:
    """Parts may be empty where a source does not tell them apart. A score may not, nor leave its bounds, nor come twice."""
    parts = {"probability": 0.2, "probability_no_show": None, "probability_late_cancel": None}
    day = {"as_of_on": "2026-03-03", "starts_on": "2026-03-04", "moment": "day_before", "model_version": "1"}
    score = {**parts, **day, "booking_id": "b-0", "rank_in_day": 1}
    other = score | {"booking_id": "b-1", "rank_in_day": 2}

    assert judge(pd.DataFrame([score, other]), score_expectations()).passed
    for wrong in ({"probability": 1.2}, {"probability": None}, {"probability_no_show": -0.1}, {"booking_id": "b-0"}, {"rank_in_day": 1}):
        assert not judge(pd.DataFrame([score, other | wrong]), score_expectations()).passed, wrong
