"""The way back from the canonical form: a stored text becomes the value again, and has the same hash as before.

Guided by the type's own annotations; whatever does not fit them raises, so that a damaged row is not read as something else.
"""

import json
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hsched_core.domain.actions import ACTIONS, Action
from hsched_core.domain.errors import HschedError

T = TypeVar("T")
ACTIONS_BY_NAME = {action.__name__: action for action in ACTIONS}
SIMPLE: dict[type, Callable[[Any], object]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    timedelta: lambda seconds: timedelta(seconds=seconds),
    float: float,
}


class RestoreError(HschedError):
    """A stored text is not what its type says. Does not repeat the text."""


def restored(kind: type[T], text: str) -> T:
    """The value of that type which `canonical.written` wrote."""
    try:
        value = _read(kind, json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise RestoreError(f"a stored {kind.__name__} cannot be read") from None
    if not isinstance(value, kind):
        raise RestoreError(f"a stored {kind.__name__} is of another type")
    return value


def _read(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        return _read_optional(kind, value)
    if get_origin(kind) in (tuple, frozenset):
        return _read_sequence(kind, value)
    if kind is Action:
        return _read_dataclass(ACTIONS_BY_NAME[value["type"]], value)
    if is_dataclass(kind):
        return _read_dataclass(kind, value)
    if issubclass(kind, Enum):
        return kind(value)
    return _read_simple(kind, value)


def _read_simple(kind: Any, value: Any) -> Any:
    if kind in SIMPLE:
        return SIMPLE[kind](value)
    if type(value) is not kind:
        raise TypeError(kind)
    return value


def _read_optional(kind: Any, value: Any) -> Any:
    """`X | None` is the only union among stored types."""
    (inner,) = (one for one in get_args(kind) if one is not type(None))
    return None if value is None else _read(inner, value)


def _read_sequence(kind: Any, value: Any) -> Any:
    """Of one type throughout, or a tuple of as many types as members."""
    inner = get_args(kind)
    repeated = get_origin(kind) is frozenset or inner[-1] is Ellipsis
    types_ = [inner[0]] * len(value) if repeated else inner
    return get_origin(kind)(_read(one, member) for one, member in zip(types_, value, strict=True))


def _read_dataclass(kind: Any, value: Any) -> Any:
    names = {field.name for field in fields(kind)}
    if value.keys() != names | {"type"} or value["type"] != kind.__name__:
        raise TypeError(kind)
    return kind(**{name: _read(_hints(kind)[name], value[name]) for name in names})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
