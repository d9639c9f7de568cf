"""Intervals of the spreads from mean squares: exact for sigma_error, older ones of sigma_group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.errors import DataError
from estimators.inference.estimable import estimable
from estimators.inference.roots import bracketed_roots
from estimators.inference.spread_intervals import check_level
from estimators.inference.sums_of_squares import sums_of_squares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]
    Ends = tuple[float, float]

POINTS = 801
"""Of the rule over the logarithm of a chi-square variable."""
TAIL = 1e-15
"""Of it on both sides that is left out."""


def sigma_error_interval(data: GroupData, level: float = 0.95) -> Ends:
    """The exact interval of sigma_error, in the outcome's units: SSW / sigma_error^2 is chi-square(N - J).

    With covariates both are what they leave within groups.

    Raises:
        DataError: one group, one row in each, nothing that varies within or is left beside covariates, or
            published means.
        OptionError: the level is not between 0 and 1.

    """
    from scipy.special import chdtri

    check_level(level)
    parts = sums_of_squares(data)
    if parts.published:
        raise DataError("published means have no mean square within groups")
    tail = (1.0 - level) / 2.0
    low, high = (parts.within / float(chdtri(parts.df_within, p)) for p in (tail, 1.0 - tail))
    return parts.unit * float(np.sqrt(low)), parts.unit * float(np.sqrt(high))


def thomas_hultquist_interval(data: GroupData, level: float = 0.95) -> Ends:
    """An approximate interval of sigma_group^2 / sigma_error^2, by the mean square of the group means.

    S_u^2 / (MSW F_q) - 1 / n_h, n_h the harmonic mean size, at least 0 (Thomas & Hultquist 1978, Ann. Stat.
    6, 582-587). Exact for groups of one size; otherwise the exact interval is to be preferred.

    Raises:
        DataError: as :func:`sigma_error_interval`; covariates.
        OptionError: the level is not between 0 and 1.

    """
    from scipy.special import fdtri

    check_level(level)
    parts = _MeanSquares(data)
    tail, df, within = (1.0 - level) / 2.0, parts.df, parts.df_within
    quantiles = 1.0 / float(fdtri(within, df, tail)), float(fdtri(df, within, tail))
    ratio = parts.unweighted / (parts.within / within)
    low, high = (max(0.0, ratio / f - 1.0 / parts.harmonic) for f in quantiles)
    return low, high


def williams_tukey_interval(data: GroupData, level: float = 0.95) -> Ends:
    """A conservative interval of sigma_group, in the outcome's units.

    Of sigma_group^2: (J - 1) S_u^2 (1 - F_q / F_u) / chi2_q, F_u = n_h S_u^2 / MSW, at least 0 (Williams
    1962, Biometrika 49, 278-281).

    Raises:
        DataError: as :func:`sigma_error_interval`; covariates.
        OptionError: the level is not between 0 and 1.

    """
    from scipy.special import chdtri, fdtri

    check_level(level)
    parts = _MeanSquares(data)
    tail, df, within = (1.0 - level) / 2.0, parts.df, parts.df_within
    f = parts.harmonic * parts.unweighted / (parts.within / within)
    quantiles = (
        (1.0 / float(fdtri(within, df, tail)), float(chdtri(df, tail))),
        (float(fdtri(df, within, tail)), float(chdtri(df, 1.0 - tail))),
    )
    low, high = (max(0.0, df * parts.unweighted * (1.0 - q / f) / chi2) for q, chi2 in quantiles)
    return parts.unit * float(np.sqrt(low)), parts.unit * float(np.sqrt(high))


def generalized_interval(data: GroupData, level: float = 0.95) -> Ends:
    """The generalized interval of sigma_group, in the outcome's units, at least 0.

    Quantiles of (J - 1) S_u^2 / U1 - SSW / (n_h U2), U1 and U2 independent chi-squares with J - 1 and N - J
    (Weerahandi 1993, JASA 88, 899-905; Krishnamoorthy & Mathew 2004, Technometrics 46, 44-52).

    Raises:
        DataError: as :func:`sigma_error_interval`; covariates.
        OptionError: the level is not between 0 and 1.

    """
    from scipy.special import chdtri

    check_level(level)
    parts = _MeanSquares(data)
    first, last = (float(np.log(chdtri(parts.df_within, p))) for p in (1.0 - TAIL, TAIL))
    log_u = np.linspace(first, last, POINTS)
    u = np.exp(log_u)
    weight = np.exp(parts.df_within * (log_u - log_u.max()) / 2.0 - (u - u.max()) / 2.0)
    weight = weight / weight.sum()
    tails = (1.0 - level) / 2.0, (1.0 + level) / 2.0

    def off(value: Floats) -> Floats:
        return np.array(
            [_chance_below(v, parts, u, weight) - p for v, p in zip(value.tolist(), tails, strict=True)]
        )

    reach = parts.df * parts.unweighted / float(chdtri(parts.df, 1.0 - TAIL))
    below = parts.within / parts.harmonic / float(u[0])
    low, high = bracketed_roots(off, np.full(2, -below), np.full(2, reach))
    return parts.unit * float(np.sqrt(max(0.0, low))), parts.unit * float(np.sqrt(max(0.0, high)))


class _MeanSquares:
    """What the intervals are made of, on the summary's own scale."""

    def __init__(self, data: GroupData) -> None:
        scaled = estimable(data)
        if scaled.published:
            raise DataError("published means have no mean square within groups")
        self.unit = float(scaled.unit)
        self.df = scaled.groups - 1
        self.df_within = scaled.rows - scaled.groups
        self.within = float(scaled.ss_within)
        self.harmonic = scaled.groups / float((1.0 / scaled.information).sum())
        middle = scaled.value.mean()
        self.unweighted = float(np.square(scaled.value - middle).sum()) / self.df


def _chance_below(value: float, parts: _MeanSquares, u: Floats, weight: Floats) -> float:
    """The chance that (J - 1) S_u^2 / U1 - SSW / (n_h U2) is below a value, by a rule over U2."""
    from scipy.special import chdtrc

    rest = value + parts.within / parts.harmonic / u
    with np.errstate(divide="ignore"):
        needed = np.where(rest > 0, parts.df * parts.unweighted / np.maximum(rest, 0.0), np.inf)
    return float(weight @ chdtrc(parts.df, needed))
