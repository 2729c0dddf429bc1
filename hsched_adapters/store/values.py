"""Values of the domain as text in a column, and back: the canonical JSON of `hsched_core.domain.canonical`, read by type.

A document that does not fit its type raises SafeError: the database was changed past hsched, or by a newer version of it.
"""

import dataclasses
import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from threading import Lock
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hsched_core.domain.actions import Action
from hsched_core.domain.canonical import written
from hsched_core.domain.errors import SafeError

T = TypeVar("T")
Reader = Callable[[Any], Any]
KEPT_CHARACTERS = 4_000_000  # of texts whose values are kept: a case that a round looks at six times is read once


def to_text(value: object) -> str:
    """One text for each value."""
    return written(value)


def from_text(kind: type[T], text: str) -> T:
    """The value of that type, which nobody can change; whatever is wrong with the text, the error repeats nothing of it."""
    known = _kept.get(kind, text)
    if known is None:
        known = _read(kind, text)
        _kept.put(kind, text, known)
    assert isinstance(known, kind)
    return known


def _read(kind: Any, text: str) -> Any:
    try:
        reader: Reader = _reader(kind)
        return reader(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise SafeError("stored_value_unreadable", kind.__name__) from None


class _Kept:
    """The values read last, by their whole text: the same text is the same value, for ever."""

    def __init__(self, most: int) -> None:
        self._most, self._held = most, 0
        self._values: OrderedDict[tuple[type, str], Any] = OrderedDict()
        self._lock = Lock()

    def get(self, kind: type, text: str) -> Any:
        with self._lock:
            found = self._values.get((kind, text))
            if found is not None:
                self._values.move_to_end((kind, text))
            return found

    def put(self, kind: type, text: str, value: Any) -> None:
        with self._lock:
            if len(text) > self._most or (kind, text) in self._values:
                return
            self._values[kind, text] = value
            self._held += len(text)
            while self._held > self._most:
                (_, oldest), _ = self._values.popitem(last=False)
                self._held -= len(oldest)


_kept = _Kept(KEPT_CHARACTERS)


@cache
def _reader(kind: Any) -> Reader:
    """How a value of that type is read: worked out once for each type."""
    if get_origin(kind) in (Union, UnionType):
        (inner,) = (_reader(one) for one in get_args(kind) if one is not NoneType)
        return lambda told: None if told is None else inner(told)
    if get_origin(kind) in (tuple, frozenset):
        make, member = get_origin(kind), _reader(get_args(kind)[0])
        return lambda told: make(map(member, told))
    if kind is Action:
        actions = {one.__name__: one for one in Action.__subclasses__()}
        return lambda told: _reader(actions[told["type"]])(told)
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind)
    return datetime.fromisoformat if kind is datetime else _enum_or_plain(kind)


def _enum_or_plain(kind: type[Any]) -> Reader:
    """A float may have been written as a whole number; anything else must be what it says it is."""
    if issubclass(kind, Enum):
        return kind

    def read(told: Any) -> Any:
        if type(told) is kind:
            return told
        if kind is float and isinstance(told, int):
            return float(told)
        raise TypeError

    return read


def _dataclass(kind: Any) -> Reader:
    """What an older version did not write takes its default; what this one does not know is refused, as is anything else."""
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    readers: dict[str, Reader] = {}  # filled at first use: a type may hold its own kind
    needed = {field.name for field in dataclasses.fields(kind) if field.default is field.default_factory is dataclasses.MISSING}

    def read(told: Mapping[str, Any]) -> Any:
        if not needed | {"type"} <= told.keys() <= {"type", *names} or told["type"] != kind.__name__:
            raise TypeError
        if not readers:
            readers.update({name: _reader(hints[name]) for name in names})
        return kind(**{name: one(told[name]) for name, one in readers.items() if name in told})

    return read
