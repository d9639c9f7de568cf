"""REML and ML fits of the one-way model with covariates, and least squares with fixed groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import row_norms, triangle_of
from estimators.errors import DataError
from estimators.methods.regression_profile import LeastSquares, RegressionProfile
from estimators.methods.regression_rows import RegressionRows, dependence_limit, independent_columns
from estimators.methods.variance_components import global_minima

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]

EXPLAINED = 1e-24
"""Squares so much smaller than those they are left of are the rounding of a fit without any error."""


@dataclass(frozen=True, eq=False)
class RegressionModel:
    """The fitted model, in the outcome's units; outcomes are relative to the data's origin and centre."""

    profile: RegressionProfile
    ratio: float
    here: LeastSquares
    criterion: float

    @property
    def rows(self) -> RegressionRows:
        """What it was fitted to."""
        return self.profile.rows

    @property
    def unit(self) -> float:
        """The outcome's unit, a power of two."""
        return float(self.rows.scaled.unit)

    @property
    def sigma_error(self) -> float:
        """The standard deviation of a datum whose information is 1; that of published means is known."""
        known = self.profile.known_error
        return self.unit * (1.0 if known else float(np.sqrt(self.here.residual / self.profile.multiplier)))

    @property
    def sigma_group(self) -> float:
        """The standard deviation of the groups around the regression."""
        return float(np.sqrt(self.ratio)) * self.sigma_error

    @property
    def beta(self) -> Floats:
        """(p,) in units of the outcome by units of the terms; the intercept is that at all rows' means."""
        return np.asarray(
            np.linalg.solve(self.profile.triangle, self.profile.start + self.here.coefficients) * self.unit
        )

    def std_error(self, combinations: Floats) -> Floats:
        """Standard errors ``(M,)`` of linear combinations ``(M, p)`` of ``beta``."""
        return row_norms(self.error_root(combinations))

    def error_root(self, combinations: Floats) -> Floats:
        """A root ``(M, p)`` of the covariance matrix of combinations ``(M, p)`` of ``beta``: L with LL'."""
        inner = np.linalg.solve(self.profile.triangle.T, combinations.T)
        return np.asarray(self.sigma_error * np.linalg.solve(self.here.triangle.T, inner).T)


def fit_regression(data: GroupData, method: Method) -> RegressionModel:
    """The global minimum of the profile over lambda >= 0 of groups with covariates.

    Raises:
        DataError: too few groups or rows for so many terms, or nothing that varies within groups once they
            are taken off.

    """
    rows = RegressionRows.of(data)
    require_degrees(rows)
    profile = RegressionProfile.of(rows, method)
    ratio = float(global_minima(profile)[0])
    return RegressionModel(
        profile,
        ratio,
        profile.solve(ratio),
        float(profile.criterion_at(np.array([ratio]), np.zeros(1, dtype=np.intp))[0]),
    )


def require_degrees(rows: RegressionRows) -> None:
    """Make sure that the spreads can be told apart once the covariates are taken off.

    Raises:
        DataError: they cannot.

    """
    terms = f"{rows.rank - 1} covariate term{'' if rows.rank == 2 else 's'}"
    if rows.df_between < 1:
        raise DataError(f"needs more groups than these {rows.scaled.groups:,} beside {terms}")
    if rows.scaled.published:
        return
    if rows.df_within < 1:
        raise DataError(
            f"no row within groups is left over beside {terms}, so the spreads cannot be told apart"
        )
    of_a_row = float(rows.scaled.information.sum()) / rows.scaled.rows  # its weight; 1 where there are none
    largest = of_a_row * float(np.abs(rows.scaled.value).max()) ** 2
    if rows.ss_within <= EXPLAINED * max(float(rows.scaled.ss_within), largest):
        raise DataError(
            "rows do not vary within any group once the covariates are taken off, so the ratio of the "
            "spreads is unbounded"
        )


@dataclass(frozen=True, eq=False)
class FixedGroups:
    """Least squares with a coefficient for each group and the terms that vary within groups; data's units."""

    terms: tuple[str, ...]
    dropped: tuple[str, ...]
    """Terms that a coefficient for each group, or the terms before, take the place of."""
    slope: Floats
    """(q,) by units of the terms."""
    slope_root: Floats
    """(q, q) L with Cov(slope) = LL'."""
    sigma_error: float
    df: int
    mean: Floats
    """(J,) adjusted means minus the data's origin."""
    root: Floats
    """(J, q) the part of their errors that they share."""
    own: Floats
    """(J,) the standard deviation of what each has to itself."""

    @property
    def std_error(self) -> Floats:
        """(J,) of the adjusted means."""
        return np.asarray(np.sqrt(np.square(self.own) + np.square(self.root).sum(axis=1)))


def fit_fixed_groups(data: GroupData, covariates: Covariates) -> FixedGroups:
    """Least squares with a coefficient for each group and the terms that are adjusted for.

    With a coefficient for each group nothing explains the groups.

    Raises:
        DataError: no row within groups is left over.

    """
    some, kept = np.flatnonzero(~covariates.of_group), within_terms(data, covariates)
    upper = triangle_of(covariates.within[:, [*kept, -1]])
    size = len(kept)
    df = data.df_within - size
    if df < 1:
        terms = f"{size} covariate term{'' if size == 1 else 's'}"
        raise DataError(f"no row within groups is left over beside {terms}")
    triangle = upper[:size, :size]
    slope = np.linalg.solve(triangle, upper[:size, -1])
    left = float(np.linalg.norm(upper[size:, -1]))
    sigma = left / np.sqrt(df)
    root = sigma * np.linalg.inv(triangle)
    shift = (covariates.row_mean - covariates.mean)[:, kept]
    return FixedGroups(
        terms=tuple(covariates.terms[k] for k in kept),
        dropped=tuple(covariates.terms[k] for k in np.setdiff1d(some, kept)),
        slope=np.asarray(slope, dtype=np.float64),
        slope_root=root,
        sigma_error=sigma,
        df=df,
        mean=data.centered_mean + shift @ slope,
        root=shift @ root,
        own=sigma / np.sqrt(data.information),
    )


def within_terms(data: GroupData, covariates: Covariates) -> NDArray[np.intp]:
    """(q,) places of the terms that are adjusted for and differ within groups, each from those before it."""
    some = np.flatnonzero(~covariates.of_group)
    factor, weights = covariates.within[:-1, some], data.information
    distance = (covariates.row_mean - covariates.mean)[:, some]
    spread = np.sqrt(np.square(factor).sum(axis=0) + weights @ np.square(distance))
    limit = dependence_limit(covariates, some, spread, weights)
    return np.asarray(some[independent_columns(factor, limit)])
