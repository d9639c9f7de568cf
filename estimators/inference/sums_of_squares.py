"""Sums of squares between and within groups, and what covariates leave of both.

Between groups it is sum w_j (ybar_j - mu)^2, w_j = n_j / (1 + n_j l) at the ratio l = sigma_group^2 /
sigma_error^2; with covariates, Q at that ratio minus what is left within groups when each has a coefficient
of its own. At the true ratio both, over sigma_error^2, are independent chi-squares (Wald 1947, Ann. Math.
Stat. 18, 586-589).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from estimators.inference.estimable import estimable
from estimators.methods.regression import require_degrees
from estimators.methods.regression_profile import RegressionProfile
from estimators.methods.regression_rows import RegressionRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.data.scaled import ScaledGroups

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SumsOfSquares:
    """Those of one data set, in squares of ``unit``."""

    between: Callable[[Floats], Floats]
    """Ratios ``(P,)`` -> the sum of squares between groups ``(P,)``, which falls as the ratio rises."""
    df: int
    """Of it: J - 1, or what covariates leave of that."""
    within: float
    """0 of published means."""
    df_within: int
    """N - J minus the slopes."""
    unit: float
    """In the outcome's units."""
    smallest: float
    """The least that a group's data weigh."""
    published: bool
    """Whether sampling variances are known, so that sums are chi-squares by themselves."""


MOST_KEPT = 10_000
"""Distinct sizes up to which sums are kept with their groups: what every level of an interval asks for."""

_kept: WeakKeyDictionary[GroupData, SumsOfSquares] = WeakKeyDictionary()


def sums_of_squares(data: GroupData) -> SumsOfSquares:
    """The sums of squares of groups whose spreads can be told apart.

    Raises:
        DataError: they cannot.

    """
    if data.covariates is not None:
        rows = RegressionRows.of(data)
        require_degrees(rows)
        return _beside_covariates(RegressionProfile.of(rows, "reml"))
    found = _kept.get(data)
    if found is None:
        scaled = estimable(data)
        found = _of_means(scaled)
        if len(scaled.sizes.information) <= MOST_KEPT:
            _kept[data] = found
    return found


def _beside_covariates(profile: RegressionProfile) -> SumsOfSquares:
    rows = profile.rows

    def between(ratio: Floats) -> Floats:
        return profile.at(ratio, np.zeros(len(ratio), dtype=np.intp)).between

    return SumsOfSquares(
        between,
        df=rows.df_between,
        within=profile.left_within,
        df_within=rows.df_within,
        unit=float(rows.scaled.unit),
        smallest=float(profile.size[0]),
        published=rows.scaled.published,
    )


def _of_means(scaled: ScaledGroups) -> SumsOfSquares:
    sizes = scaled.sizes

    def between(ratio: Floats) -> Floats:
        weights = sizes.information / (1.0 + sizes.information * ratio[:, None])
        shares = weights * sizes.count
        center = (shares @ sizes.mean) / shares.sum(axis=1)
        off = sizes.mean - center[:, None]
        return np.asarray((weights * (sizes.spread + sizes.count * np.square(off))).sum(axis=1))

    return SumsOfSquares(
        between,
        df=scaled.groups - 1,
        within=float(scaled.ss_within),
        df_within=scaled.rows - scaled.groups,
        unit=float(scaled.unit),
        smallest=float(sizes.information[0]),
        published=scaled.published,
    )
