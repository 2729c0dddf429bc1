"""One writing for each value, and the SHA-256 of it: what an approval binds to. Equal values have equal hashes, on every machine.

The form is JSON as RFC 8785 has it (sorted keys, no spaces), with instants in UTC and a type's name beside its fields.
"""

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import Any

LARGEST_EXACT_INTEGER = 2**53  # beyond it JSON readers disagree about a number


def digest(value: object) -> str:
    """SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(written(value).encode("ascii")).hexdigest()


def written(value: object) -> str:
    """The canonical text. A value without one writing (a naive instant, NaN, an unknown type) is refused."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def plain(value: object) -> Any:
    """The value as JSON's own types."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, date | time | timedelta):
        return _moment(value)
    return _structure(value)


def _number(value: float) -> float:
    """Whole numbers are written as such, so that 1.0 and 1, which are equal, have one hash."""
    if not math.isfinite(value) or abs(value) > LARGEST_EXACT_INTEGER:
        raise ValueError("a number without one writing: not finite, or too large to be exact")
    return int(value) if value == int(value) else value


def _moment(value: date | time | timedelta) -> str | float:
    """Instants in UTC; days and wall times as they are; durations in seconds."""
    if isinstance(value, timedelta):
        return _number(value.total_seconds())
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise ValueError("an instant without a zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _structure(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"type": type(value).__name__, **fields}
    if isinstance(value, Mapping):
        return {_key(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    if isinstance(value, frozenset | set):
        return sorted((plain(inner) for inner in value), key=written)
    raise TypeError(f"no canonical form for {type(value).__name__}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key must be text, not {type(key).__name__}")
    return key
