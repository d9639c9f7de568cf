"""How far rows lie from what their groups' means, and covariates that differ within groups, expect of them.

The residuals of least squares with a coefficient for each group and the slopes within groups: what explains
groups has no part in them. A residual's standard deviation is s sqrt(1 - h), h the row's leverage 1 / n_j +
u'u with u the row in an orthonormal basis of what covariates do within groups (Cook & Weisberg 1982,
Residuals and Influence in Regression, 2.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from estimators.methods.regression import EXPLAINED, within_terms
from estimators.methods.regression_rows import DEPENDENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

MOST_NUMBERS = 20_000_000
"""Rows times covariate terms that are held at once."""
DECIDED = 1e-9
"""Of a row's residual so little varies where it decides a coefficient, or its group's mean, alone."""


@dataclass(frozen=True, eq=False)
class RowDistances:
    """N rows of J groups."""

    group: Places
    """(N,) places of their groups."""
    outcome: Floats
    """(N,) in the outcome's units."""
    distance: Floats
    """(N,) to the mean of the group, in the outcome's units."""
    slopes: Floats
    """(N, q) the covariates' distances to the means of the group: those that differ within groups,
    independently of each other."""

    @classmethod
    def of(cls, data: GroupData) -> RowDistances | None:
        """Those of these data.

        None where rows are not at hand, have weights, are events, or are too many beside their covariates.
        """
        covariates, rows = data.covariates, data.rows
        if rows is None or data.weights is not None or data.kind != "rows":
            return None
        distance = rows.outcome - data.origin - data.centered_mean[rows.group]
        kept = np.zeros(0, dtype=np.intp) if covariates is None else within_terms(data, covariates)
        if covariates is None or not len(kept):
            return cls(rows.group, rows.outcome, distance, np.empty((len(distance), 0)))
        if not rows.terms or len(distance) * len(kept) > MOST_NUMBERS:
            return None
        slopes = np.empty((len(distance), len(kept)))
        for place, k in enumerate(kept.tolist()):
            slopes[:, place] = rows.terms[k].values() - covariates.mean[rows.group, k]
        return cls(rows.group, rows.outcome, distance, slopes)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(J,) rows of each group."""
        return np.bincount(self.group)

    @cached_property
    def basis(self) -> Floats:
        """(N, at most q) orthonormal columns that span the slopes."""
        if not self.slopes.shape[1]:
            return self.slopes
        size = np.sqrt(np.square(self.slopes).sum(axis=0))
        left, spread, _ = np.linalg.svd(self.slopes / np.where(size > 0, size, 1.0), full_matrices=False)
        return np.asarray(left[:, spread > DEPENDENT])

    @cached_property
    def residual(self) -> Floats:
        """(N,) in the outcome's units."""
        return np.asarray(self.distance - self.basis @ (self.basis.T @ self.distance))

    @cached_property
    def left(self) -> Floats:
        """(N,) 1 - h; 0 of a row that decides a coefficient or its group's mean alone."""
        left = 1.0 - 1.0 / self.counts[self.group] - np.square(self.basis).sum(axis=1)
        return np.where(left > DECIDED, left, 0.0)

    @property
    def degrees(self) -> int:
        """Of freedom: rows less groups and slopes."""
        return len(self.distance) - int(np.count_nonzero(self.counts)) - int(self.basis.shape[1])

    @property
    def adjusted(self) -> bool:
        """Whether covariates are taken off."""
        return bool(self.slopes.shape[1])

    @cached_property
    def ss_within(self) -> float:
        """The sum of the squared residuals; 0 where they are the rounding of a fit without any error."""
        squares = float(np.square(self.residual).sum())
        whole = float(np.square(self.distance).sum())
        return squares if not self.adjusted or squares > EXPLAINED * whole else 0.0

    def at(self, rows: Places) -> RowDistances:
        """Some of the rows ``(K,)``, whose distances are to the means of these alone."""
        _, group = np.unique(self.group[rows], return_inverse=True)
        centered = around_means(np.column_stack([self.distance, self.slopes])[rows].T, group).T
        return RowDistances(group, self.outcome[rows], centered[:, 0], centered[:, 1:])

    def residuals(self, values: Floats) -> Floats:
        """What is left of values ``(R, N)`` once groups' means and slopes are taken off."""
        off = around_means(values, self.group)
        return np.asarray(off - (off @ self.basis) @ self.basis.T)


def around_means(values: Floats, group: Places) -> Floats:
    """Values ``(R, N)`` minus the means of their groups ``(N,)``."""
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    mean = np.add.reduceat(values[:, order], np.cumsum(counts) - counts, axis=1) / counts
    return np.asarray(values - mean[:, group])
