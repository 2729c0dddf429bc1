"""A compiled model as data: a list of instructions over registers, and the numbers they read. Knows no estimator.

Registers 0 to n-1 hold a row's columns as floats: amounts (NaN where missing), and for words their place in the column's
vocabulary. Each instruction is five whole numbers: operation, target register, sources `a` and `b`, place in `numbers`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FILL = 0  # numbers[p] where register a is missing
LOG1P = 1  # log(1 + a), a from 0 on
SCALE = 2  # (a - numbers[p]) / numbers[p + 1]
AT_MOST = 3  # 1 where a <= numbers[p], else 0
TABLE = 4  # numbers[p + a]: what a word stands for
BAND = 5  # b edges at p, then b + 1 values: the value of the band a falls into
SPLINE = 6  # B-spline basis of a into the registers from the target on; lists[b]: degree, number of knots; knots at p
SUBTRACT = 7  # a - b
SHRINK = 8  # numbers[p] a / (1 + numbers[p] b)
LINEAR = 9  # numbers[p] + sum of numbers[p + 1 + i] times register lists[a + i], for i < b
TREES = 10  # numbers[p] + the leaf values of the trees described at lists[a]
EXPIT = 11  # 1 / (1 + exp(-a))
LOGIT = 12  # log odds of a, kept numbers[p] away from 0 and 1
STORE = 13  # a is output number b
PRODUCT = 14  # a * b
EQUAL = 15  # 1 where a = numbers[p], else 0
ROUND = 16  # a to the nearest numbers[p]-th, halves to even

OTHER = "other"  # stands for every word that is not in a vocabulary
MISSING = "unknown"  # stands for no word at all


class NotCompilableError(Exception):
    """A part of a model that has no translation."""


@dataclass(frozen=True)
class Column:
    """A value a model computes on the way: a register, or (`table`) what each word of the column in that register becomes."""

    name: str
    register: int
    table: NDArray[Any] | None = None


Columns = Sequence[Column]


@dataclass(frozen=True)
class Program:
    """Arrays for the kernel. `vocabularies` gives the words of a column in the order of their codes."""

    instructions: NDArray[np.int32]
    lists: NDArray[np.int32]
    numbers: NDArray[np.float64]
    registers: int
    outputs: int
    columns: tuple[str, ...]
    vocabularies: Mapping[str, tuple[str, ...]]


class Builder:
    """Collects a program instruction by instruction. Every method returns where its result lies."""

    def __init__(self, columns: Sequence[str], vocabularies: Mapping[str, tuple[str, ...]]) -> None:
        self.columns = tuple(columns)
        self.vocabularies = dict(vocabularies)
        self._instructions: list[tuple[int, int, int, int, int]] = []
        self._lists: list[int] = []
        self._numbers: list[float] = []
        self._registers = len(self.columns)
        self._outputs = 0

    def emit(self, operation: int, a: int = 0, b: int = 0, p: int = 0, *, width: int = 1) -> int:
        """Add an instruction; the (first) register it writes."""
        target = self._registers
        self._registers += width
        self._instructions.append((operation, target, a, b, p))
        return target

    def numbers(self, values: Iterable[float]) -> int:
        """Store numbers; the place of the first."""
        place = len(self._numbers)
        self._numbers.extend(float(value) for value in values)
        return place

    def listed(self, values: Iterable[int]) -> int:
        """Store whole numbers; the place of the first."""
        place = len(self._lists)
        self._lists.extend(int(value) for value in values)
        return place

    def linear(self, offset: float, weights: Sequence[float], registers: Sequence[int]) -> int:
        """The weighted sum of registers."""
        return self.emit(LINEAR, self.listed(registers), len(registers), self.numbers([offset, *weights]))

    def store(self, register: int) -> None:
        """Make a register the next output."""
        self._instructions.append((STORE, 0, register, self._outputs, 0))
        self._outputs += 1

    def finish(self) -> Program:
        return Program(
            np.array(self._instructions, dtype=np.int32).reshape(-1, 5),
            np.array([*self._lists, 0], dtype=np.int32),  # never empty: the kernel's arrays have an address
            np.array([*self._numbers, 0.0]),
            self._registers,
            self._outputs,
            self.columns,
            self.vocabularies,
        )
