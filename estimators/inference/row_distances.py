"""How far rows lie from what their groups' means, and covariates that differ within groups, expect of them.

The residuals of least squares with a coefficient for each group and the slopes within groups: what explains
groups has no part in them. A residual's standard deviation is s sqrt(1 - h), h the row's leverage 1 / n_j +
u'u with u the row in an orthonormal basis of what covariates do within groups (Cook & Weisberg 1982,
Residuals and Influence in Regression, 2.1). Rows with weights of precision w are taken times sqrt(w), which
makes them alike: the first part of h is then w / W_j, W_j the sum of the group's weights.
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
    """(N,) to the mean of the group, in the outcome's units, times ``root``."""
    slopes: Floats
    """(N, q) the covariates' distances to the means of the group, times ``root``: those that differ within
    groups, independently of each other."""
    root: Floats
    """(N,) of the rows' weights; 1 where they have none."""

    @classmethod
    def of(cls, data: GroupData) -> RowDistances | None:
        """Those of these data.

        None where rows, or their weights, are not at hand, are events, have survey weights, or are too many
        beside their covariates.
        """
        covariates, rows = data.covariates, data.rows
        if rows is None or data.kind != "rows" or "survey_weights" in data.carries:
            return None
        if data.weights is not None and rows.weight is None:
            return None
        root = np.ones(len(rows.outcome)) if rows.weight is None else np.sqrt(rows.weight)
        distance = root * (rows.outcome - data.origin - data.centered_mean[rows.group])
        kept = np.zeros(0, dtype=np.intp) if covariates is None else within_terms(data, covariates)
        if covariates is None or not len(kept):
            return cls(rows.group, rows.outcome, distance, np.empty((len(distance), 0)), root)
        if not rows.terms or len(distance) * len(kept) > MOST_NUMBERS:
            return None
        slopes = np.empty((len(distance), len(kept)))
        for place, k in enumerate(kept.tolist()):
            slopes[:, place] = root * (rows.terms[k].values() - covariates.mean[rows.group, k])
        return cls(rows.group, rows.outcome, distance, slopes, root)

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
        weight = np.square(self.root)
        own = np.where(
            self.counts[self.group] == 1, 1.0, weight / np.bincount(self.group, weight)[self.group]
        )
        left = 1.0 - own - np.square(self.basis).sum(axis=1)
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
        root = self.root[rows]
        centered = around_means(np.column_stack([self.distance, self.slopes])[rows].T, group, root).T
        return RowDistances(group, self.outcome[rows], centered[:, 0], centered[:, 1:], root)

    def residuals(self, values: Floats) -> Floats:
        """What is left of values ``(R, N)`` once groups' means and slopes are taken off."""
        off = around_means(values, self.group, self.root)
        return np.asarray(off - (off @ self.basis) @ self.basis.T)


def around_means(values: Floats, group: Places, root: Floats) -> Floats:
    """Values ``(R, N)`` minus the means of their groups ``(N,)``; all of them times ``root (N,)``."""
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group)
    sums = np.add.reduceat((values * root)[:, order], np.cumsum(counts) - counts, axis=1)
    mean = sums / np.bincount(group, np.square(root))
    return np.asarray(values - root * mean[:, group])
