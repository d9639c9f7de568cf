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
    """Rows of groups with two or more."""
    groups: tuple[str, ...]
    """Label of each outlying row's group."""
    value: Floats
    """Its outcome."""
    distance: Floats
    """To the mean of its group's other rows, in standard errors of that as they are without it: Student's t.
    Infinite where without it nothing varies."""
    p: Floats
    """Of a distance as large among so many rows (Bonferroni)."""

    @property
    def sentence(self) -> str:
        """What was found, and what to do."""
        if not self.groups:
            return "No row lies further from the others of its group than the furthest of so many may."
        named = [
            f"{value:.6g} in {group}"
            for group, value in zip(self.groups[:MOST_NAMED], self.value.tolist(), strict=False)
        ]
        more = len(self.groups) - len(named)
        rest = f" and {more:,} more" if more else ""
        return (
            f"Far from the others of their group: {', '.join(named)}{rest}. See whether the numbers are "
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

    Cook & Weisberg (1982), Residuals and Influence in Regression, 2.2. None where rows are not at hand, have
    weights or covariates, are events or have two values only, or are too few.
    """
    degrees, rows = data.df_within, comparable_rows(data)
    within = float(data.ss_within.sum())
    if rows is None or degrees < 2 or within == 0:
        return None
    from scipy.special import stdtr

    own, several = data.n[rows.group], data.n[rows.group] > 1
    residual = rows.outcome - data.origin - data.centered_mean[rows.group]
    with np.errstate(all="ignore"):  # of a group's only row nothing is known
        square = np.square(residual) / (within / degrees * (1.0 - 1.0 / own))
        left = np.maximum(degrees - square, 0.0)
        t = np.sign(residual) * np.sqrt(square * (degrees - 1.0) / left)
    count = int(several.sum())
    p = np.where(several, np.minimum(2.0 * count * stdtr(degrees - 1, -np.abs(t)), 1.0), 1.0)
    far = np.flatnonzero(p < SIGNIFICANT)
    far = far[np.lexsort((far, -np.abs(t[far])))]
    labels = tuple(data.labels[rows.group[far]].tolist())
    return OutlyingRows(count, labels, rows.outcome[far], t[far], p[far])
