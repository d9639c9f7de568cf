"""Linear shrinkage with intervals that hold whatever the shape of the true means' distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from estimators import Estimator, GroupFit, Note, Parameter, option

from blupboard_empirical_bayes.critical_values import critical_value
from blupboard_empirical_bayes.means import Means, read_means, require_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from estimators import GroupData
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

LEAST_GROUPS = 3
LARGEST_RATIO = 1e300


@dataclass(frozen=True)
class RobustOptions:
    """How the moments of the true means are estimated and used."""

    weights: str = option(
        "precision",
        label="Weights",
        help="How groups count when the centre, the spread and the kurtosis are estimated: "
        "by the precision of their mean, or all alike.",
        choices={"precision": "by precision", "equal": "all alike"},
    )
    kurtosis: str = option(
        "estimated",
        label="Kurtosis",
        help="Estimated: intervals use how heavy the tails look. Unrestricted: they allow for any tails, "
        "and are wider.",
        choices={"estimated": "estimated", "unrestricted": "unrestricted"},
    )


@dataclass(frozen=True)
class Moments:
    """The centre, and second moment and kurtosis of the true means around it; in units."""

    center: float
    mu2: float
    kappa: float
    mu2_raised: bool
    """Whether the moment estimate was too small and the least believable value stands in its place."""
    kappa_raised: bool


class RobustIntervals(Estimator):
    """delta + w_j (ybar_j - delta) +- cva(v_j / mu2, kappa, alpha) w_j sqrt(v_j), w_j = mu2 / (mu2 + v_j).

    v_j is the sampling variance of ybar_j, omega_j is 1 / v_j or 1, e_j = ybar_j - delta, and

        delta = sum omega_j ybar_j / sum omega_j
        mu2   = max(sum omega_j (e_j^2 - v_j) / sum omega_j,
                    2 sum omega_j^2 v_j^2 / (sum omega_j sum omega_j v_j))
        kappa = max(sum omega_j (e_j^4 - 6 v_j e_j^2 + 3 v_j^2) / (mu2^2 sum omega_j),
                    1 + 32 sum omega_j^2 v_j^4 / (mu2^2 sum omega_j sum omega_j v_j^2)).

    The second of each pair is the paper's posterior mean truncation, which keeps mu2 above 0. The interval
    covers at the level wanted on average over groups, in large numbers of them, whatever the distribution of
    the true means; for one group taken alone it promises nothing. Armstrong, Kolesár & Plagborg-Møller
    (2022), Econometrica 90, 2567-2602, their baseline implementation with no covariates; critical values in
    :mod:`blupboard_empirical_bayes.critical_values`.
    """

    id = "robust_eb"
    label = "Robust EB"
    summary = (
        "Pulls groups in as a BLUP does; intervals hold on average whatever the shape of the true means."
    )
    citation = "Armstrong, Kolesár & Plagborg-Møller (2022), Econometrica 90, 2567-2602"
    Options = RobustOptions
    order = 140

    def _fit(self, data: GroupData, options: RobustOptions) -> GroupFit:
        require_groups(data, LEAST_GROUPS)
        means = read_means(data)
        if isinstance(means, GroupFit):
            return means
        moments = estimate_moments(means, by_precision=options.weights == "precision")
        weight = moments.mu2 / (moments.mu2 + means.variance)
        estimate = means.location(moments.center + weight * (means.value - moments.center))
        bounded = options.kurtosis == "estimated"
        return GroupFit(
            estimate=estimate,
            weight=weight,
            center=means.place(moments.center),
            parameters={
                "mu": means.place(moments.center),
                "sigma_group": means.unit * float(np.sqrt(moments.mu2)),
                "sigma_error": means.sigma_error,
                "kurtosis": Parameter(
                    "kurtosis",
                    moments.kappa,
                    "Kurtosis κ",
                    "Of the true means around the centre: 3 for a normal distribution, more for heavy tails.",
                ),
            },
            notes=_notes(moments, bounded=bounded),
            interval_fn=_intervals(means, moments, estimate, bounded=bounded),
        )

    def weight_curve(self, fit: GroupFit, n: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The curve n mu2 / (n mu2 + sigma_error^2); None where sigma_error is 0 or unknown."""
        between, within = (fit.parameters.get(name) for name in ("sigma_group", "sigma_error"))
        if between is None or within is None or between.value is None or not within.value:
            return None
        signal: Vector = n * np.square(between.value / within.value)
        return signal / (1.0 + signal)


def estimate_moments(means: Means, *, by_precision: bool) -> Moments:
    """The centre, mu2 and kappa as in :class:`RobustIntervals`."""
    v = means.variance
    omega = v.min() / v if by_precision else np.ones_like(v)
    total = float(omega.sum())
    center = means.weighted_mean(omega)
    squares = np.square(means.value - center)
    raw2 = float(omega @ (squares - v)) / total
    least2 = 2.0 * float(np.square(omega * v).sum()) / (total * float(omega @ v))
    mu2 = max(raw2, least2)
    raw4 = float(omega @ (np.square(squares) - 6.0 * v * squares + 3.0 * np.square(v))) / total
    least4 = 32.0 * float(np.square(omega * np.square(v)).sum()) / (total * float(omega @ np.square(v)))
    kappa, least = (min(part / mu2 / mu2, LARGEST_RATIO) for part in (raw4, least4))
    return Moments(center, mu2, max(kappa, 1.0 + least), raw2 < least2, kappa < 1.0 + least)


def _intervals(
    means: Means, moments: Moments, estimate: Vector, *, bounded: bool
) -> Callable[[float], tuple[Vector, Vector]]:
    """The intervals by level; groups of one variance share a critical value."""
    variance, place = np.unique(means.variance, return_inverse=True)
    scale = means.unit * np.sqrt(variance) * (moments.mu2 / (moments.mu2 + variance))
    kappa = moments.kappa if bounded else np.inf

    def interval(level: float) -> tuple[Vector, Vector]:
        half = (critical_value(variance / moments.mu2, kappa, 1.0 - level) * scale)[place]
        return estimate - half, estimate + half

    return interval


def _notes(moments: Moments, *, bounded: bool) -> tuple[Note, ...]:
    notes = []
    if moments.mu2_raised:
        text = (
            "The data show hardly more spread between groups than sampling alone would. The spread between "
            "groups is set to the least value that the method allows, so that it does not come out as 0."
        )
        notes.append(Note("sigma_group_raised", "warning", text))
    if moments.kappa_raised and bounded:
        text = (
            "The data say too little of the tails of the true means: the kurtosis is set to the least value "
            "that the method allows."
        )
        notes.append(Note("kurtosis_raised", "info", text))
    return tuple(notes)
