"""The trees of scikit-learn's gradient boosting as numbers for the kernel. Reads its private nodes: a check at load guards that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsched_models import program as op
from hsched_models.program import Builder, Column, Columns, NotCompilableError


@dataclass
class Forest:
    """A boosting's trees, as their nodes are collected: a row goes right unless register <= limit, to the place after left's.

    What could not be told by one comparison is prepared in registers of its own: missing amounts that go left become
    -infinity, and words become 0 or 1 according to the way they go.
    """

    builder: Builder
    columns: Columns
    known: Callable[[int], NDArray[np.uint32]]
    nodes: list[int] = field(default_factory=list)  # register and left child of each
    limits: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    trees: list[int] = field(default_factory=list)  # root and depth of each
    _prepared: dict[tuple[int, bytes], int] = field(default_factory=dict)

    def add(self, tree: Any) -> None:
        """Number the tree's nodes anew, so that both children of a node lie side by side."""
        root, order = len(self.values), [0]
        self.trees.extend([root, int(tree.nodes["depth"].max())])
        for place in order:  # grows as it is read
            node = tree.nodes[place]
            if node["is_leaf"]:
                self._node(self._nothing(), len(self.values), np.inf, node["value"])
            else:
                register, limit = self._question(node, tree.raw_left_cat_bitsets)
                self._node(register, root + len(order), limit, 0.0)
                order.extend([int(node["left"]), int(node["right"])])

    def described(self) -> int:
        """Where the kernel finds all of it."""
        places = [self.builder.listed(self.nodes), self.builder.numbers(self.limits), self.builder.numbers(self.values)]
        return self.builder.listed([len(self.trees) // 2, *places, *self.trees])

    def _node(self, register: int, left: int, limit: float, value: float) -> None:
        self.nodes.extend([register, left])
        self.limits.append(float(limit))
        self.values.append(float(value))

    def _nothing(self) -> int:
        """A register that is 0, for leaves: never above their limit."""
        return self._once((-1, b""), lambda: self.builder.linear(0.0, [], []))

    def _question(self, node: Any, sets: NDArray[np.uint32]) -> tuple[int, float]:
        feature, missing_left = int(node["feature_idx"]), bool(node["missing_go_to_left"])
        column = self.columns[feature]
        if bool(node["is_categorical"]) != (column.table is not None):
            raise NotCompilableError(f"{column.name} is a category for the trees and an amount here, or the other way round")
        if column.table is not None:
            return self._way(column, column.table, sets[node["bitset_idx"]], self.known(feature), missing_left), 0.5
        if not missing_left:
            return column.register, float(node["num_threshold"])
        lowest = self._once(
            (column.register, b"lowest"), lambda: self.builder.emit(op.FILL, column.register, 0, self.builder.numbers([-np.inf]))
        )
        return lowest, float(node["num_threshold"])

    def _way(self, column: Column, codes: NDArray[Any], left: NDArray[np.uint32], known: NDArray[np.uint32], missing_left: bool) -> int:
        """The register that is 0 for words that go left and 1 for the others; one for all splits alike."""
        goes = [_goes_left(code, left, known, missing_left) for code in codes.astype(float)]
        table = [0.0 if is_left else 1.0 for is_left in goes]
        return self._once(
            (column.register, bytes(goes)), lambda: self.builder.emit(op.TABLE, column.register, 0, self.builder.numbers(table))
        )

    def _once(self, key: tuple[int, bytes], make: Callable[[], int]) -> int:
        if key not in self._prepared:
            self._prepared[key] = make()
        return self._prepared[key]


def _goes_left(code: float, left: NDArray[np.uint32], known: NDArray[np.uint32], missing_left: bool) -> bool:
    """Named to the left, or where missing values go: so do categories that training never saw."""
    if np.isnan(code) or code < 0 or not _holds(known, int(code)):
        return missing_left
    return _holds(left, int(code))


def _holds(bits: NDArray[np.uint32], code: int) -> bool:
    return bool((int(bits[code >> 5]) >> (code & 31)) & 1)
