"""Values of the domain as text in a column, and back: the canonical JSON of `hsched_core.domain.canonical`, read by type.

A document that does not fit its type raises SafeError: the database was changed past hsched, or by a newer version of it.
"""

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hsched_core.domain.actions import Action
from hsched_core.domain.canonical import written
from hsched_core.domain.errors import SafeError

T = TypeVar("T")


def to_text(value: object) -> str:
    """One text for each value."""
    return written(value)


def from_text(kind: type[T], text: str, *, without: tuple[str, ...] = ()) -> T:
    """The value of that type; whatever is wrong with the text, the error repeats nothing of it.

    `without` is the way to a list that is left empty, for who does not look at it: thousands of candidates take their time.
    """
    try:
        told = json.loads(text)
        if without:
            _inside(told, without[:-1])[without[-1]] = []
        value = _read(kind, told)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise SafeError("stored_value_unreadable", kind.__name__) from None
    assert isinstance(value, kind)
    return value


def _inside(told: Any, way: tuple[str, ...]) -> Any:
    for name in way:
        told = told[name]
    return told


def _read(kind: Any, told: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        (inner,) = (one for one in get_args(kind) if one is not NoneType)
        return None if told is None else _read(inner, told)
    if get_origin(kind) in (tuple, frozenset):
        return get_origin(kind)(_read(get_args(kind)[0], one) for one in told)
    return _reader(kind)(told)


def _reader(kind: type[Any]) -> Callable[[Any], Any]:
    if kind is Action:
        return lambda told: _dataclass(_actions()[told["type"]], told)
    if dataclasses.is_dataclass(kind):
        return lambda told: _dataclass(kind, told)
    if kind is datetime:
        return datetime.fromisoformat
    return _enum_or_plain(kind)


def _enum_or_plain(kind: type[Any]) -> Callable[[Any], Any]:
    """A float may have been written as a whole number; anything else must be what it says it is."""

    def read(told: Any) -> Any:
        if issubclass(kind, Enum) or (kind is float and isinstance(told, int)):
            return kind(told)
        if type(told) is not kind:
            raise TypeError
        return told

    return read


def _dataclass(kind: Any, told: dict[str, Any]) -> Any:
    if told.get("type") != kind.__name__ or told.keys() - {"type"} != _hints(kind).keys():
        raise TypeError
    return kind(**{name: _read(hint, told[name]) for name, hint in _hints(kind).items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


@cache
def _actions() -> dict[str, type[Action]]:
    return {kind.__name__: kind for kind in Action.__subclasses__()}
