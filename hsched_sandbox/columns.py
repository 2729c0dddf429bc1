"""Tables held as equally long NumPy arrays. Nothing here knows a practice."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Words = NDArray[np.str_]


class Columns:
    """Base of a frozen dataclass whose fields are all arrays of one length."""

    def arrays(self) -> dict[str, Any]:
        """Each column by its name."""
        return {column.name: getattr(self, column.name) for column in dataclasses.fields(self)}  # type: ignore[arg-type]  # subclasses are dataclasses

    def __len__(self) -> int:
        return len(next(iter(self.arrays().values())))

    def take(self, pick: Ints | Flags) -> Self:
        """The rows picked by position or by mask."""
        return type(self)(**{name: array[pick] for name, array in self.arrays().items()})

    def having(self, **changes: Any) -> Self:
        """The same rows with some columns replaced."""
        return type(self)(**{**self.arrays(), **changes})

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """All rows of the parts, in order."""
        tables = [part.arrays() for part in parts]
        return cls(**{name: np.concatenate([table[name] for table in tables]) for name in tables[0]})
