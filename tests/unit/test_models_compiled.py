"""The compiled scorer: the numbers of scikit-learn, the same bits alone and in a batch, and nothing silently wrong."""

import logging
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, PolynomialFeatures, SplineTransformer

from hsched_core.domain.errors import InputError
from hsched_models import compiled, kernel, lowering
from hsched_models.compiled import COMPILED, CompiledScorer, make_scorer
from hsched_models.design import LADDER, SHIPPED, Numbers, Words
from hsched_models.program import NotCompilableError
from hsched_models.train import Fitted, one_thread
from tests.fitted_models import as_dicts, fitted, rows

LIMIT = 1e-6
X = pd.DataFrame({"lead_time_days": np.arange(400.0) % 40, "modality": np.where(np.arange(400) % 3, "video", "phone")})
Y = (np.arange(400) * 7919 % 13 < 4).astype(int)


def by_sklearn(model: Fitted, frame: pd.DataFrame) -> Any:
    with one_thread():
        return model.estimator.predict_proba(frame[list(model.columns)])[:, 1]


@pytest.mark.parametrize("name", LADDER)
def test_every_rung_is_compiled_and_agrees_with_its_model(name: str) -> None:
    """On every training row."""
    model = fitted(name)

    assert model.scorer.engine == COMPILED
    assert np.abs(model.predict(rows()) - by_sklearn(model, rows())).max() <= LIMIT


@pytest.mark.parametrize("name", LADDER)
def test_a_row_alone_has_the_bits_it_has_in_a_batch(name: str) -> None:
    """Whatever the batch's size and order, as a frame of one row or as plain values."""
    model, order = fitted(name), np.random.default_rng(1).permutation(len(rows()))
    whole = model.predict(rows())

    assert np.array_equal(model.predict(rows().iloc[order]), whole[order])
    for size in (1, 2, 31, 32, 33, 65):
        assert np.array_equal(model.predict(rows().head(size)), whole[:size])
    assert [model.score_one(row) for row in as_dicts(rows().head(50))] == whole[:50].tolist()


def test_both_heads_are_compiled() -> None:
    """P(no-show | unused) beside P(unused); NaN where the source has no late cancels."""
    base = fitted(SHIPPED)
    kinds = rows()["label_is_unused"].astype(int).to_numpy() * np.where(np.arange(len(rows())) % 3, 1, 2)
    with one_thread():
        estimator = LADDER[SHIPPED].build(base.columns, 10.0).fit(rows()[list(base.columns)], kinds)
        expected = estimator.no_show_share(rows()[list(base.columns)])
    model = Fitted(SHIPPED, estimator, base.columns)

    assert model.scorer.engine == COMPILED
    assert np.abs(model.no_show_share(rows()) - expected).max() <= LIMIT
    assert np.abs(model.predict(rows()) - by_sklearn(model, rows())).max() <= LIMIT
    assert model.scorer.one(as_dicts(rows().head(1))[0]) == tuple(model.scorer.batch(rows().head(1))[0])
    assert np.isnan(base.no_show_share(rows().head(3))).all()
    found = model.forecast(rows().head(300))
    assert np.array_equal(found.no_show + found.late_cancel, found.unused)
    assert np.array_equal(found.unused, model.predict(rows().head(300)))
    singles = [model.forecast_one(row) for row in as_dicts(rows().head(40))]
    assert singles == list(zip(*(part[:40].tolist() for part in (found.unused, found.no_show, found.late_cancel)), strict=True))
    assert base.forecast_one(as_dicts(rows().head(1))[0]) == (base.predict(rows().head(1))[0], None, None)
    assert np.isnan(base.forecast(rows().head(3)).no_show).all()


def test_words_never_seen_and_missing_amounts_go_their_own_way() -> None:
    """Each column by itself made strange in turn: still the model's own answer, and not all the same."""
    model, base = fitted(SHIPPED), rows().head(40)
    moved = set()
    for name in (name for name in model.columns if name not in ("client_unused", "client_expected_unused", "client_information")):
        strange = base.assign(**{name: None}).astype({name: rows()[name].dtype if rows()[name].dtype == object else "float64"})
        assert np.abs(model.predict(strange) - by_sklearn(model, strange)).max() <= LIMIT, name
        if not np.array_equal(model.predict(strange), model.predict(base)):
            moved.add(name)

    unseen = base.assign(modality="hologram", session_type="seance")
    assert np.abs(model.predict(unseen) - by_sklearn(model, unseen)).max() <= LIMIT
    assert {"lead_time_days", "modality", "start_hour"} <= moved


def test_an_infinite_value_is_refused_by_name() -> None:
    """In a batch and alone; the message names row and column, never the value."""
    model = fitted(SHIPPED)
    for value in (np.inf, -np.inf):
        broken = rows().head(3).astype({"client_visits": float}).assign(client_visits=[1.0, 2.0, value])
        with pytest.raises(InputError, match="row 3, field client_visits: the value is infinite") as batch:
            model.predict(broken)
        with pytest.raises(InputError, match="field client_visits"):
            model.score_one(as_dicts(broken)[2])
        assert "inf " not in str(batch.value)


def test_what_a_model_cannot_do_without_is_refused_by_name() -> None:
    """scikit-learn refuses such a row too."""
    model = fitted(SHIPPED)
    row = rows().head(1).astype({"client_unused": float}).assign(client_unused=np.nan)

    with pytest.raises(InputError, match=r"missing: .*client_unused"):
        model.predict(row)
    with pytest.raises(ValueError, match="NaN"):
        by_sklearn(model, row)


def test_a_row_that_is_no_row_is_refused() -> None:
    """A lacking column, or a word where an amount belongs: said without quoting what stood there."""
    model, good = fitted(SHIPPED), as_dicts(rows().head(1))[0]
    lacking = {name: value for name, value in good.items() if name != "weekday"}

    with pytest.raises(InputError, match="lacks the field"):
        model.score_one(lacking)
    with pytest.raises(InputError, match="should hold an amount") as error:
        model.score_one({**good, "age_years": "Ottoline"})
    assert "Ottoline" not in str(error.value)


def test_an_empty_batch_has_no_scores() -> None:
    """Not an error: a day without visits."""
    assert fitted(SHIPPED).predict(rows().head(0)).shape == (0,)


class Strange(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A model this package knows nothing of."""

    def fit(self, frame: pd.DataFrame, labels: Any) -> "Strange":
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, frame: pd.DataFrame) -> Any:
        p = np.where(frame["lead_time_days"] > 3, 0.4, 0.1)
        return np.column_stack([1 - p, p])


def test_an_unknown_model_falls_back_visibly(caplog: pytest.LogCaptureFixture) -> None:
    """scikit-learn scores it; the engine and a warning say why; infinite values are refused there too."""
    model = Fitted("strange", Strange().fit(X, Y), tuple(X.columns))
    with caplog.at_level(logging.WARNING):
        assert model.predict(X.head(5)).tolist() == [0.1, 0.1, 0.1, 0.1, 0.4]

    assert model.scorer.engine == "scikit-learn: no translation of Strange"
    assert "no translation of Strange" in caplog.text
    assert model.score_one({"lead_time_days": 9.0, "modality": None}) == 0.4
    with pytest.raises(InputError, match="row 2, field lead_time_days"):
        model.predict(X.head(2).assign(lead_time_days=[1.0, np.inf]))


LEAD, WORD = ["lead_time_days"], ["modality"]
UNTRANSLATED = {
    "PolynomialFeatures": (PolynomialFeatures(), LEAD),
    "extrapolates": (SplineTransformer(extrapolation="linear"), LEAD),
    "without `Words`": (OneHotEncoder(), WORD),
}


@pytest.mark.parametrize("reason", UNTRANSLATED)
def test_what_has_no_translation_is_not_guessed(reason: str) -> None:
    """A part unknown by type, or set up in a way that is not translated: the reason names it."""
    part, columns = UNTRANSLATED[reason]
    pipeline = make_pipeline(ColumnTransformer([("part", part, columns)]), LogisticRegression()).fit(X, Y)

    assert reason in make_scorer(pipeline, tuple(X.columns)).engine


def test_a_wrong_translation_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check at load finds a table that is off, and scikit-learn scores instead."""
    monkeypatch.setattr(lowering, "EDGE", 0.2)
    model = fitted(SHIPPED)
    fresh = Fitted(model.name, model.estimator, model.columns)

    assert fresh.scorer.engine.startswith("scikit-learn: the translation differs from the model by 0.")
    assert np.array_equal(fresh.predict(rows()), by_sklearn(model, rows()))


def test_single_rows_that_differ_from_the_batch_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """By one bit is enough."""
    honest = CompiledScorer.one
    monkeypatch.setattr(CompiledScorer, "one", lambda self, row: tuple(np.nextafter(p, 1) for p in honest(self, row)))
    model = fitted(SHIPPED)

    assert make_scorer(model.estimator, model.columns).engine == "scikit-learn: single rows differ from the batch"


def test_a_check_without_answers_is_no_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that refuses all made-up rows is not trusted unseen."""
    monkeypatch.setattr(compiled, "_AMOUNTS", (np.nan,))
    model = fitted(SHIPPED)

    assert "have an answer" in make_scorer(model.estimator, model.columns).engine


def test_boosting_puts_categories_first_wherever_they_stood() -> None:
    """Numbers before words in the table: the order inside the trees is another one, and every word has its own direction."""
    rng = np.random.default_rng(3)
    words = np.array(["a", "b", "c", "d", None], dtype=object)[rng.integers(0, 5, 3000)]
    frame = pd.DataFrame({"lead_time_days": np.where(rng.random(3000) < 0.1, np.nan, rng.integers(0, 30, 3000)), "modality": words})
    p = 0.1 + 0.5 * np.isin(words, ["b", "d"]) + 0.01 * np.nan_to_num(frame["lead_time_days"], nan=20)
    labels = (rng.random(3000) < p).astype(int)
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    parts = [("n", make_pipeline(Numbers()), ["lead_time_days"]), ("w", make_pipeline(Words(5), encoder), ["modality"])]
    trees = HistGradientBoostingClassifier(max_iter=20, categorical_features=[1])
    model = Fitted("late categories", make_pipeline(ColumnTransformer(parts), trees).fit(frame, labels), tuple(frame.columns))
    asked = pd.concat([frame, pd.DataFrame({"lead_time_days": [np.nan, 3.0], "modality": ["never", None]})], ignore_index=True)

    assert model.scorer.engine == COMPILED
    assert np.abs(model.predict(asked) - by_sklearn(model, asked)).max() <= 1e-12


def test_splines_stand_still_beyond_their_knots() -> None:
    """Far outside the training range the basis is that of the outer knot, to the last digit that matters."""
    pipeline = make_pipeline(ColumnTransformer([("a", SplineTransformer(5, extrapolation="constant"), ["lead_time_days"])]),
                             LogisticRegression(C=1e6))  # fmt: skip
    model = Fitted("spline", pipeline.fit(X, Y), tuple(X.columns))
    wide = pd.DataFrame({"lead_time_days": [-1e9, -1.0, 0.0, 9.75, 19.5, 39.0, 39.1, 1e9], "modality": "video"})

    assert model.scorer.engine == COMPILED
    assert model.predict(wide) == pytest.approx(by_sklearn(model, wide), abs=1e-12)


def test_a_transformer_that_mixes_words_is_refused() -> None:
    """A table belongs to one column."""

    class Mixer(Words):
        def transform(self, X: pd.DataFrame) -> pd.DataFrame:
            return pd.DataFrame({"both": X.iloc[:, 0].astype(str) + X.iloc[:, 1].astype(str)})

    frame = pd.DataFrame({"modality": ["a", "b"] * 60, "gender": ["x", "y"] * 60})
    columns = [lowering.Column(name, place, np.array(["p", "q"], dtype=object)) for place, name in enumerate(frame.columns)]
    with pytest.raises(NotCompilableError, match="mixes columns"):
        lowering.tabulate(Mixer(1).fit(frame), columns)


def test_machine_code_is_made_anew_where_no_folder_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only installation without a home folder still scores."""
    tried = []

    def njit(function: Any, **options: object) -> Any:
        tried.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return function

    monkeypatch.setattr(kernel.numba, "njit", njit)

    assert kernel.compiled(abs) is abs
    assert tried == [{"cache": True, "nogil": True}, {"nogil": True}]
