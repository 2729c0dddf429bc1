"""The champion asked about one visit: the batch's probabilities to the bit, and its reasons word for word."""

import pytest

from hsched_models.compiled import SklearnScorer
from hsched_models.design import SHIPPED
from hsched_models.explain import in_words
from hsched_models.online import OnlineModel
from hsched_models.train import Fitted
from tests.fitted_models import as_dicts, fitted, rows


@pytest.mark.parametrize("name", [SHIPPED, "logistic_client_intercept", "lead_time_table", "prior"])
def test_one_visit_gets_the_batchs_answer(name: str) -> None:
    """Every probability is equal to the bit, every reason to the letter, for rows as a store hands them out."""
    model, batch = OnlineModel("no_show__day_before", "7", fitted(name)), rows().tail(120).reset_index(drop=True)
    expected = model.fitted.forecast(batch)
    said = [model.say(row) for row in as_dicts(batch)]

    assert [one.unused for one in said] == expected.unused.tolist()
    assert [one.reasons for one in said] == in_words(model.fitted, batch, expected.unused)
    assert len({one.unused for one in said}) > (60 if name == SHIPPED else 0)


def test_reasons_that_are_known_are_not_computed_again() -> None:
    """The probability is computed all the same."""
    model, row = OnlineModel("no_show__day_before", "7", fitted(SHIPPED)), as_dicts(rows().tail(1))[0]

    known = model.say(row, known_reasons="Booked for the same day (lowers)")

    assert known.reasons == "Booked for the same day (lowers)"
    assert known.unused == model.say(row).unused


def test_a_model_that_is_not_compiled_says_the_same() -> None:
    """By scikit-learn, with reasons in the same words."""
    compiled, row = fitted("logistic_client_intercept"), as_dicts(rows().tail(1))[0]
    slow = Fitted(compiled.name, compiled.estimator, compiled.columns, compiled.typical)
    slow.__dict__["scorer"] = SklearnScorer(compiled.estimator, compiled.columns, "of this test")

    said, expected = OnlineModel("no_show__day_before", "7", slow).say(row), OnlineModel("no_show__day_before", "7", compiled).say(row)

    assert said.reasons == expected.reasons
    assert said.unused == pytest.approx(expected.unused, abs=1e-9)
