"""The least significant difference: how far apart two groups must be to differ at a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.fit import check_interval_level, two_sided_quantile
from estimators.contract.shared_errors import shared_errors

if TYPE_CHECKING:
    from estimators.contract.fit import GroupFit


@dataclass(frozen=True)
class LeastDifference:
    """Of two groups that were named before looking, on average over all pairs; in the outcome's units."""

    level: float
    difference: float
    """The quantile times the standard error."""
    std_error: float
    """Root of the mean variance of differences, over all pairs."""
    df: float | None
    """Degrees of freedom of Student's t; None = normal."""


def least_difference(fit: GroupFit, level: float = 0.95) -> LeastDifference | None:
    """Fisher's least significant difference by the estimates of ``fit``.

    Of level means that is the classical one, t s sqrt(2 / n) where all groups have n rows (Fisher 1935, The
    Design of Experiments, sec. 24); of unlike sizes, and beside covariates, the variance of differences is
    the mean over pairs: with own variances s_j^2 and parts L_j in shared errors, 2 mean s_j^2
    + 2 sum |L_j - mean L|^2 / (J - 1). Of predictions it is by their first-order errors. None where the fit
    has no formula for differences, degrees of freedom of each group's own, one group, or no error at all.

    Raises:
        OptionError: the level is not between 0 and 1.

    """
    check_interval_level(level)
    errors = shared_errors(fit.joint)
    if errors is None or len(errors.own) < 2 or np.ndim(0.0 if fit.df is None else fit.df):
        return None
    # a mean of squares may not be formed where they leave the range of a double
    scale = max(float(errors.own.max()), float(np.abs(errors.root).max(initial=0.0)))
    if not 0 < scale < np.inf:
        return None
    own, root = errors.own / scale, errors.root / scale
    apart = float(np.square(root - root.mean(axis=0)).sum()) / (len(own) - 1)
    error = scale * float(np.sqrt(2.0 * (np.square(own).mean() + apart)))
    df = None if fit.df is None else float(np.asarray(fit.df))
    return LeastDifference(level, float(two_sided_quantile(level, df)) * error, error, df)
