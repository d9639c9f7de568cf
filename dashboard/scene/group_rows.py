"""The rows of a few groups, summed up as a strip and a box: never more of them than can be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from estimators import GroupData

    RowsOfGroups = Callable[[Sequence[str]], "list[GroupRows]"]
    """The rows of the groups with some labels, in their order."""

MOST_GROUPS = 40
"""Groups whose rows are looked at together."""
MOST_POINTS = 200
"""Rows of a group that are drawn one by one, besides those that lie far out."""
MOST_OUTLYING = 20
"""Rows of a group that lie far out and are drawn, the furthest."""
FENCE = 1.5
"""Distances between the quartiles past which, beyond them, a row lies far out (Tukey 1977, Exploratory Data
Analysis, ch. 2)."""


@dataclass(frozen=True, eq=False)
class GroupRows:
    """The rows of one group, in the outcome's units."""

    count: int
    """How many rows there are."""
    quartiles: tuple[float, float, float]
    """The median between the lower and the upper quartile, interpolated linearly."""
    whiskers: tuple[float, float]
    """The smallest and the largest row that does not lie far out."""
    points: NDArray[np.float64]
    """An even sample of the rows that do not lie far out, at most MOST_POINTS."""
    outlying: NDArray[np.float64]
    """The rows furthest out, at most MOST_OUTLYING, the furthest first."""
    outlying_lines: NDArray[np.int64] | None
    """The numbers of their lines or rows; None where rows have none."""
    outlying_count: int
    """How many rows lie far out."""
    noun: str
    """What a row is called by its number: a line of a text file."""


def group_rows(
    outcome: NDArray[np.float64], line: NDArray[np.int64] | None = None, noun: str = "row"
) -> GroupRows:
    """The rows ``(N,)`` of one group, at least one, and the ``(N,)`` numbers of their lines."""
    low, middle, high = (float(q) for q in np.quantile(outcome, [0.25, 0.5, 0.75]))
    reach = FENCE * (high - low)
    beyond = np.maximum(low - reach - outcome, outcome - high - reach)
    out = np.flatnonzero(beyond > 0)
    inside = outcome[beyond <= 0]
    furthest = out[np.argsort(-beyond[out], kind="stable")[:MOST_OUTLYING]]
    sample = np.unique(np.linspace(0, len(inside) - 1, min(len(inside), MOST_POINTS)).astype(np.int64))
    return GroupRows(
        count=len(outcome),
        quartiles=(low, middle, high),
        whiskers=(float(inside.min()), float(inside.max())),
        points=inside[sample],
        outlying=outcome[furthest],
        outlying_lines=None if line is None else line[furthest],
        outlying_count=len(out),
        noun=noun,
    )


def rows_of_data(data: GroupData, labels: Sequence[str]) -> list[GroupRows]:
    """The rows of the groups with these labels, numbered from 1 on. Raises DataError where there are none."""
    if not data.counts_rows or data.rows is None:
        raise DataError("These data came as summaries: there are no rows behind them.")
    rows, codes = data.rows, {label: j for j, label in enumerate(data.labels)}
    members = [np.flatnonzero(rows.group == codes[label]) for label in labels]
    return [group_rows(rows.outcome[at], at + 1) for at in members]
