"""Which few of very many groups are drawn one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene

MOVED = 20
"""Groups whose move is drawn."""


def moves(columns: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """How far apart the values of each group in some columns ``(J,)`` lie."""
    low, high = columns[0], columns[0]
    for column in columns[1:]:
        low, high = np.fmin(low, column), np.fmax(high, column)
    return np.nan_to_num(high - low, nan=-1.0)


def most_moved(moved: NDArray[np.float64], most: int = MOVED) -> NDArray[np.int64]:
    """The positions of those that are moved most, in display order."""
    return np.sort(np.argpartition(-moved, most - 1)[:most]) if most < len(moved) else np.arange(len(moved))


def most_moved_of_each_part(
    moved: NDArray[np.float64], ranks: NDArray[np.float64], parts: int = MOVED
) -> NDArray[np.int64]:
    """Of each of so many parts of the ranks the position of the one that is moved most, in display order."""
    part = np.minimum((ranks - 1) / len(ranks) * parts, parts - 1).astype(np.int64)
    order = np.lexsort((moved, part))
    last_of_part = np.append(np.flatnonzero(np.diff(part[order])), len(order) - 1)
    return np.sort(order[last_of_part])


def typical_sizes(scene: Scene) -> NDArray[np.int64]:
    """The positions of the groups whose own data weigh least and most, and of the first and the last one."""
    return np.unique([int(scene.information.argmin()), int(scene.information.argmax()), 0, len(scene) - 1])


def within(
    columns: Sequence[NDArray[np.float64]], ends: tuple[float, float] | None, most: int
) -> NDArray[np.int64] | None:
    """The positions of the groups with a value between two ends; None where there are more than ``most``."""
    if ends is None:
        inside = np.ones(len(columns[0]), dtype=np.bool_)
    else:
        inside = np.zeros(len(columns[0]), dtype=np.bool_)
        for column in columns:
            inside |= (column >= ends[0]) & (column <= ends[1])
    return np.flatnonzero(inside) if np.count_nonzero(inside) <= most else None
