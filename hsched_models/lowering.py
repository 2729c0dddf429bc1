"""From a fitted scikit-learn model to a program: one function a type of transformer or model. What has none is refused by name.

Transformers of words are not translated but asked: each word of the vocabulary is put through the fitted transformer once,
and the answers become a table.
"""

from collections.abc import Iterator, Sequence
from functools import partial, singledispatch
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, SplineTransformer, StandardScaler
from sklearn.utils.validation import check_array

from hsched_models import program as op
from hsched_models.design import Numbers, Present, RemoteAtPlace, SameDay, Slots, Words, remoteness
from hsched_models.estimators import EDGE, LEAD_EDGES, READ_DECIMALS, ClientIntercept, Corrected, LeadTimeTable, LogitBlend, PlattScaled
from hsched_models.features import category_columns
from hsched_models.forest import Forest
from hsched_models.heads import LATE_CANCEL, NO_SHOW, TwoHeads
from hsched_models.program import MISSING, OTHER, Builder, Column, Columns, NotCompilableError, Program
from hsched_models.shifted import Shifted


def lower(estimator: Any, columns: Sequence[str]) -> Program:
    """The program of a fitted model over those columns; NotCompilableError where a part of it is unknown here."""
    vocabularies = vocabularies_of(estimator)
    unread = set(category_columns(tuple(columns))) - vocabularies.keys()  # words that no part of the model looks at
    builder = Builder([name for name in columns if name not in unread], vocabularies)
    tables = {name: np.array(words, dtype=object) for name, words in vocabularies.items()}
    raw = [Column(name, register, tables.get(name)) for register, name in enumerate(builder.columns)]
    for register in outputs(estimator, builder, raw):
        builder.store(register)
    return builder.finish()


def vocabularies_of(estimator: Any) -> dict[str, tuple[str, ...]]:
    """The words each column's transformers tell apart, and one that stands for all others."""
    words: dict[str, set[str]] = {}
    for part in parts_of(estimator):
        if isinstance(part, Words):
            for name, common in part.common_.items():
                words.setdefault(str(name), {OTHER, MISSING}).update(common)
        if isinstance(part, RemoteAtPlace):
            words.setdefault("site_token", {OTHER, MISSING}).update(part.places_)
    return {name: tuple(sorted(found)) for name, found in words.items()}


def parts_of(estimator: Any) -> Iterator[Any]:
    """The fitted estimator and everything fitted inside it."""
    yield estimator
    if isinstance(estimator, Pipeline):
        inner = [step for _, step in estimator.steps]
    elif isinstance(estimator, ColumnTransformer):
        inner = [step for _, step, _ in estimator.transformers_]
    else:
        fitted = [value for name, value in vars(estimator).items() if name.endswith("_")]
        inner = [part for value in fitted for part in (value if isinstance(value, list) else [value])]
    for part in inner:
        if isinstance(part, BaseEstimator):
            yield from parts_of(part)


def outputs(estimator: Any, builder: Builder, columns: Columns) -> list[int]:
    """Registers of what a model gives: P(unused), and P(no-show | unused) where it has a second head."""
    if not isinstance(estimator, TwoHeads):
        return [probability(estimator, builder, columns)]
    unused = probability(estimator.unused_, builder, columns)
    if estimator.split_ is None:
        return [unused]
    if list(estimator.split_.classes_) != [NO_SHOW, LATE_CANCEL]:
        raise NotCompilableError("a second head of other classes than no-show and late cancel")
    return [unused, builder.linear(1.0, [-1.0], [probability(estimator.split_, builder, columns)])]


@singledispatch
def probability(model: Any, builder: Builder, columns: Columns) -> int:
    """The register of a fitted classifier's P(its second class)."""
    raise NotCompilableError(f"no translation of {type(model).__name__}")


@probability.register
def _(model: Pipeline, builder: Builder, columns: Columns) -> int:
    *steps, last = (step for _, step in model.steps)
    for step in steps:
        columns = transformed(step, builder, columns)
    return probability(last, builder, columns)


@probability.register
def _(model: DummyClassifier, builder: Builder, columns: Columns) -> int:
    if model.strategy != "prior":
        raise NotCompilableError(f"a DummyClassifier that is not a prior: {model.strategy}")
    return builder.linear(float(model.class_prior_[1]) if len(model.classes_) == 2 else float(model.classes_[0]), [], [])


@probability.register
def _(model: LeadTimeTable, builder: Builder, columns: Columns) -> int:
    lead = _amount(next(column for column in columns if column.name == "lead_time_days"))
    return builder.emit(op.BAND, lead, len(LEAD_EDGES), builder.numbers([*LEAD_EDGES, *model.rates_]))


@probability.register
def _(model: LogitBlend, builder: Builder, columns: Columns) -> int:
    odds = [_logit(builder, probability(part, builder, columns)) for part in model.fitted_]
    weights = np.ones(len(odds)) if model.weights is None else np.asarray(model.weights, dtype=float)
    return builder.emit(op.EXPIT, builder.linear(0.0, list(weights / weights.sum()), odds))


@probability.register
def _(model: PlattScaled, builder: Builder, columns: Columns) -> int:
    odds = _logit(builder, probability(model.fitted_, builder, columns))
    return builder.emit(op.EXPIT, builder.linear(model.offset_, [model.slope_], [odds]))


@probability.register
def _(model: Shifted, builder: Builder, columns: Columns) -> int:
    odds = _logit(builder, probability(model.fitted_, builder, columns))
    return builder.emit(op.EXPIT, builder.linear(model.offset, [1.0], [odds]))


@probability.register
def _(model: LogisticRegression, builder: Builder, columns: Columns) -> int:
    if len(model.classes_) != 2:
        raise NotCompilableError("a LogisticRegression of one class, or of more than two")
    weights, registers = _weighted(builder, columns, model.coef_[0])
    return builder.emit(op.EXPIT, builder.linear(float(model.intercept_[0]), weights, registers))


@probability.register
def _(model: HistGradientBoostingClassifier, builder: Builder, columns: Columns) -> int:
    if len(model.classes_) != 2:
        raise NotCompilableError("a HistGradientBoostingClassifier of one class, or of more than two")
    return builder.emit(op.EXPIT, _trees(model, builder, columns))


@probability.register
def _(model: Corrected, builder: Builder, columns: Columns) -> int:
    odds = _logit(builder, probability(model.fitted_, builder, columns))
    *steps, last = (step for _, step in model.correction_.steps)
    if not isinstance(last, HistGradientBoostingRegressor) or last.loss != "squared_error":
        raise NotCompilableError("a correction by other than boosted trees of squared error")
    read: Columns = [*columns, Column("log_odds", builder.emit(op.ROUND, odds, 0, builder.numbers([10.0**READ_DECIMALS])))]
    for step in steps:
        read = transformed(step, builder, read)
    return builder.emit(op.EXPIT, builder.linear(0.0, [1.0, 1.0], [odds, _trees(last, builder, read)]))


def _trees(model: HistGradientBoostingClassifier | HistGradientBoostingRegressor, builder: Builder, columns: Columns) -> int:
    """The register of the sum of a boosting's trees."""
    if model._preprocessor is not None:  # it puts categories first and numbers them anew
        columns = transformed(model._preprocessor, builder, columns)
    known, places = model._bin_mapper.make_known_categories_bitsets()
    forest = Forest(builder, columns, lambda feature: known[places[feature]])
    for (tree,) in model._predictors:
        forest.add(tree)
    described = forest.described()
    baseline = builder.numbers([float(model._baseline_prediction[0, 0])])
    return builder.emit(op.TREES, described, 0, baseline)


@singledispatch
def transform(step: Any, builder: Builder, columns: Columns) -> Columns:
    """The columns a fitted transformer of amounts makes."""
    raise NotCompilableError(f"no translation of {type(step).__name__}")


def transformed(step: Any, builder: Builder, columns: Columns) -> Columns:
    """The columns a fitted transformer makes: by asking it where it reads words only, else by translating it."""
    if columns and all(column.table is not None for column in columns) and not isinstance(step, ColumnTransformer | RemoteAtPlace):
        return tabulate(step, columns)
    return transform(step, builder, columns)


def tabulate(step: Any, columns: Columns) -> Columns:
    """What the transformer makes of every word. Each result may hang on one column only."""
    tables = [column.table for column in columns if column.table is not None]
    blocks = [[table if i == j else np.repeat(other[:1], len(table)) for j, other in enumerate(tables)] for i, table in enumerate(tables)]
    asked = [np.concatenate(parts) for parts in zip(*blocks, strict=True)]
    answers = _ask(step, [column.name for column in columns], asked)
    ends = np.cumsum([len(table) for table in tables])
    made = [answers[end - len(table) : end] for table, end in zip(tables, ends, strict=True)]
    return [_tabulated(columns, made, place) for place in range(answers.shape[1])]


def _ask(step: Any, names: Sequence[str], asked: Sequence[NDArray[Any]]) -> NDArray[Any]:
    if hasattr(step, "feature_names_in_"):
        answers = step.transform(pd.DataFrame(dict(zip(names, asked, strict=True))))
    else:
        answers = step.transform(np.column_stack(asked))
    return np.asarray(answers.todense() if hasattr(answers, "todense") else answers)


def _tabulated(columns: Columns, made: Sequence[NDArray[Any]], place: int) -> Column:
    moved = [i for i, answers in enumerate(made) if len({repr(answer) for answer in answers[:, place]}) > 1]
    if len(moved) > 1:
        raise NotCompilableError("a transformer of words that mixes columns")
    source = moved[0] if moved else 0
    return Column(columns[source].name, columns[source].register, made[source][:, place])


@transform.register
def _(step: Pipeline, builder: Builder, columns: Columns) -> Columns:
    for _, inner in step.steps:
        columns = transformed(inner, builder, columns)
    return columns


@transform.register
def _(step: ColumnTransformer, builder: Builder, columns: Columns) -> Columns:
    made: list[Column] = []
    for _, inner, chosen in step.transformers_:
        picked = [] if inner == "drop" else _picked(columns, chosen)
        made.extend(picked if inner == "passthrough" or not picked else transformed(inner, builder, picked))
    return made


def _picked(columns: Columns, chosen: Any) -> list[Column]:
    """Columns by name, by place or by mask."""
    if all(isinstance(name, str) for name in chosen):
        named = {column.name: column for column in columns}
        if not named.keys() >= set(chosen):
            raise NotCompilableError("words are read without `Words` before them")
        return [named[name] for name in chosen]
    places = np.flatnonzero(chosen) if np.asarray(chosen).dtype == bool else np.asarray(chosen)
    return [columns[int(place)] for place in places]


@transform.register
def _(step: Numbers, builder: Builder, columns: Columns) -> Columns:
    return [_replaced(column, builder.emit(op.LOG1P, _amount(column))) if column.name in step.logs else column for column in columns]


@transform.register
def _(step: Present, builder: Builder, columns: Columns) -> Columns:
    return [column for column in columns if column.name in step.present_]


@transform.register
def _(step: SimpleImputer, builder: Builder, columns: Columns) -> Columns:
    if step.add_indicator or not isinstance(step.missing_values, float) or not step.keep_empty_features:
        raise NotCompilableError("a SimpleImputer that adds, drops or replaces other than missing amounts")
    return [_each(builder, op.FILL, column, [fill]) for column, fill in zip(columns, step.statistics_, strict=True)]


@transform.register
def _(step: StandardScaler, builder: Builder, columns: Columns) -> Columns:
    if step.mean_ is None or step.scale_ is None:
        raise NotCompilableError("a StandardScaler without mean or scale")
    scales = zip(columns, step.mean_, step.scale_, strict=True)
    return [_each(builder, op.SCALE, column, [mean, scale]) for column, mean, scale in scales]


@transform.register
def _(step: FunctionTransformer, builder: Builder, columns: Columns) -> Columns:
    is_check = isinstance(step.func, partial) and step.func.func is check_array
    if step.func is not None and not is_check:
        raise NotCompilableError("a FunctionTransformer of an unknown function")
    return columns


@transform.register
def _(step: SplineTransformer, builder: Builder, columns: Columns) -> Columns:
    if step.extrapolation != "constant" or not step.include_bias:
        raise NotCompilableError("a SplineTransformer that extrapolates or leaves a basis function out")
    return [made for column, spline in zip(columns, step.bsplines_, strict=True) for made in _basis(builder, column, spline)]


def _basis(builder: Builder, column: Column, spline: Any) -> list[Column]:
    width = len(spline.t) - spline.k - 1
    shape = builder.listed([spline.k, len(spline.t)])
    first = builder.emit(op.SPLINE, _amount(column), shape, builder.numbers(spline.t), width=width)
    return [_replaced(column, first + place) for place in range(width)]


@transform.register
def _(step: SameDay, builder: Builder, columns: Columns) -> Columns:
    return [_each(builder, op.AT_MOST, next(column for column in columns if column.name == "lead_time_days"), [0.0])]


@transform.register
def _(step: ClientIntercept, builder: Builder, columns: Columns) -> Columns:
    named = {column.name: _amount(column) for column in columns}
    excess = builder.emit(op.SUBTRACT, named["client_unused"], named["client_expected_unused"])
    shrunk = builder.emit(op.SHRINK, excess, named["client_information"], builder.numbers([step.variance_]))
    return [Column("client_intercept", shrunk)]


@transform.register
def _(step: RemoteAtPlace, builder: Builder, columns: Columns) -> Columns:
    named = {column.name: column for column in columns}
    sign = _looked_up(builder, named["modality"], [remoteness(word) for word in _words(named["modality"])])
    places = _words(named["site_token"])
    made = [_looked_up(builder, named["site_token"], [float(word == place) for word in places]) for place in step.places_]
    return [Column(f"remote_{n}", builder.emit(op.PRODUCT, register, sign)) for n, register in enumerate(made)]


@transform.register
def _(step: Slots, builder: Builder, columns: Columns) -> Columns:
    named = {column.name: column for column in columns}
    words, hour = _words(named["weekday"]), _amount(named["start_hour"])
    days = {day: _looked_up(builder, named["weekday"], [step.weight * (word == day) for word in words]) for day, _ in step.slots_}
    hours = {value: builder.emit(op.EQUAL, hour, 0, builder.numbers([value])) for _, value in step.slots_}
    return [Column(f"slot_{n}", builder.emit(op.PRODUCT, days[day], hours[value])) for n, (day, value) in enumerate(step.slots_)]


def _words(column: Column) -> list[str]:
    if column.table is None:
        raise NotCompilableError(f"{column.name} holds amounts where words are read")
    return [str(word) for word in column.table]


def _looked_up(builder: Builder, column: Column, values: Sequence[float]) -> int:
    return builder.emit(op.TABLE, column.register, 0, builder.numbers(values))


def _each(builder: Builder, operation: int, column: Column, numbers: Sequence[float]) -> Column:
    return _replaced(column, builder.emit(operation, _amount(column), 0, builder.numbers(numbers)))


def _replaced(column: Column, register: int) -> Column:
    return Column(column.name, register)


def _amount(column: Column) -> int:
    if column.table is not None:
        raise NotCompilableError(f"{column.name} holds words where an amount is read")
    return column.register


def _weighted(builder: Builder, columns: Columns, coefficients: NDArray[np.float64]) -> tuple[list[float], list[int]]:
    """Weights and registers of a linear model. The columns made of one word column are added up in one table."""
    tables: dict[int, NDArray[np.float64]] = {}
    weights, registers = [], []
    for column, coefficient in zip(columns, coefficients, strict=True):
        if column.table is None:
            weights.append(float(coefficient))
            registers.append(column.register)
        else:
            tables[column.register] = tables.get(column.register, 0.0) + coefficient * column.table.astype(float)
    looked_up = [builder.emit(op.TABLE, register, 0, builder.numbers(table)) for register, table in tables.items()]
    return [1.0] * len(looked_up) + weights, looked_up + registers


def _logit(builder: Builder, register: int) -> int:
    return builder.emit(op.LOGIT, register, 0, builder.numbers([EDGE]))
