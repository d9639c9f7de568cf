"""Rows that lie far from the others of their group, by the test of the one of so many that is furthest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.inference.normal_plot import SIGNIFICANT
from estimators.inference.row_residuals import comparable_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]

MOST_NAMED = 5
"""Rows that a sentence names."""
MOST_LISTED = 100


@dataclass(frozen=True, eq=False)
class OutlyingRows:
    """Rows beyond what the furthest of all is once in twenty data sets, the furthest first."""

    looked_at: int
    """Rows that do not decide a coefficient or their group's mean alone."""
    groups: tuple[str, ...]
    """Label of each outlying row's group."""
    value: Floats
    """Its outcome."""
    distance: Floats
    """To what the other rows expect of it, the mean of its group's and, once adjusted, the slopes of all, in
    standard errors of that as they are without it: Student's t. Infinite where without it nothing varies."""
    p: Floats
    """Of a distance as large among so many rows (Bonferroni)."""
    adjusted: bool = False
    """Whether covariates are taken off."""

    @property
    def sentence(self) -> str:
        """What was found, and what to do."""
        if not self.groups:
            others = "what the others expect of it" if self.adjusted else "the others of its group"
            return f"No row lies further from {others} than the furthest of so many may."
        named = [
            f"{value:.6g} in {group}"
            for group, value in zip(self.groups[:MOST_NAMED], self.value.tolist(), strict=False)
        ]
        more = len(self.groups) - len(named)
        rest = f" and {more:,} more" if more else ""
        others = "what the others expect of them" if self.adjusted else "the others of their group"
        return (
            f"Far from {others}: {', '.join(named)}{rest}. See whether the numbers are "
            "right; if they are, compare with and without these rows, as they make the spread within groups "
            "larger for all."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON, of the first hundred; an infinite distance is None."""
        columns = zip(self.groups, self.value.tolist(), self.distance.tolist(), self.p.tolist(), strict=True)
        rows = [
            {"group": group, "value": value, "t": t if np.isfinite(t) else None, "p": p}
            for group, value, t, p in columns
        ]
        return {
            "looked_at": self.looked_at,
            "outlying": len(rows),
            "rows": rows[:MOST_LISTED],
            "text": self.sentence,
        }


def outlying_rows(data: GroupData) -> OutlyingRows | None:
    """Rows whose studentised deleted residual is too large.

    Cook & Weisberg (1982), Residuals and Influence in Regression, 2.2, with a coefficient for each group and
    the slopes within groups. None where rows or their weights are not at hand, are events or have two values
    only, are too few, or too many beside their covariates.
    """
    rows = comparable_rows(data)
    if rows is None or rows.degrees < 2 or rows.ss_within == 0:
        return None
    from scipy.special import stdtr

    degrees, several = rows.degrees, rows.left > 0
    with np.errstate(all="ignore"):  # of a row that decides something alone nothing is known
        square = np.square(rows.residual) / (rows.ss_within / degrees * rows.left)
        left = np.maximum(degrees - square, 0.0)
        t = np.sign(rows.residual) * np.sqrt(square * (degrees - 1.0) / left)
    count = int(several.sum())
    p = np.where(several, np.minimum(2.0 * count * stdtr(degrees - 1, -np.abs(t)), 1.0), 1.0)
    far = np.flatnonzero(p < SIGNIFICANT)
    far = far[np.lexsort((far, -np.abs(t[far])))]
    labels = tuple(data.labels[rows.group[far]].tolist())
    return OutlyingRows(count, labels, rows.outcome[far], t[far], p[far], rows.adjusted)
