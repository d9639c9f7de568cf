"""Linear shrinkage with intervals that hold whatever the shape of the true means' distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blupboard_empirical_bayes.critical_values import critical_value
from estimators import BatchFit, Estimator, GroupFit, Note, Parameter, degenerate_fit, option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupBatch, GroupData, ScaledGroups

    Vector = NDArray[np.float64]

LEAST_GROUPS = 3
LARGEST_KAPPA = 1e300


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
    """The centre, and second moment and kurtosis of the true means around it; ``(..., 1)``, in units."""

    center: Vector
    mu2: Vector
    kappa: Vector
    mu2_raised: NDArray[np.bool_]
    """Whether the moment estimate was too small and the least believable value stands in its place."""
    kappa_raised: NDArray[np.bool_]


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
    on_at_first = False

    def _fit(self, data: GroupData, options: RobustOptions) -> GroupFit:
        limit = degenerate_fit(data, least_groups=LEAST_GROUPS)
        if limit is not None:
            return limit
        means = data.scaled()
        shrunk = Shrunk(means, means.pooled_variance, options)
        return GroupFit(
            estimate=shrunk.estimate,
            weight=shrunk.weight,
            center=float(shrunk.mu),
            parameters={
                "mu": shrunk.mu,
                "sigma_group": shrunk.sigma_group,
                "sigma_error": means.sigma_error,
                "kurtosis": Parameter(
                    "kurtosis",
                    float(shrunk.moments.kappa[0]),
                    "Kurtosis κ",
                    "Of the true means around the centre: 3 for a normal distribution, more for heavy tails.",
                ),
            },
            notes=_notes(shrunk.moments, bounded=shrunk.bounded),
            interval_fn=shrunk.interval,
        )

    def _fit_many(self, batch: GroupBatch, options: RobustOptions) -> BatchFit:
        degenerate_fit(batch[0], least_groups=LEAST_GROUPS)  # what it refuses, it refuses in every replicate
        means, varies = batch.scaled(), batch.varies_within
        shrunk = Shrunk(means, np.where(varies, means.pooled_variance, 1.0), options)

        def interval(level: float) -> tuple[Vector, Vector]:
            low, high = shrunk.interval(level)
            return np.where(varies[:, None], low, np.nan), np.where(varies[:, None], high, np.nan)

        found = {
            "mu": shrunk.mu,
            "sigma_group": shrunk.sigma_group,
            "kurtosis": shrunk.moments.kappa[:, 0],
        }
        left_alone = np.where(batch.all_equal, np.nan, 1.0)[:, None]
        return BatchFit(
            estimate=np.where(varies[:, None], shrunk.estimate, batch.mean),
            weight=np.where(varies[:, None], shrunk.weight, left_alone),
            interval_fn=interval,
            parameters={
                "sigma_error": np.where(varies, means.sigma_error, 0.0),
                **{name: np.where(varies, numbers, np.nan) for name, numbers in found.items()},
            },
        )

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The curve i mu2 / (i mu2 + sigma_error^2) over information i; None without a spread."""
        return fit.reliability(information)


class Shrunk:
    """Means ``(..., J)`` shrunk by their moments, and their intervals."""

    def __init__(self, means: ScaledGroups, pooled: Vector, options: RobustOptions) -> None:
        """``pooled (...,)`` is the variance of a datum whose information is 1, above 0, in squared units."""
        self.bounded = options.kurtosis == "estimated"
        self.unit, sizes = means.unit, means.sizes
        self.distinct, self.place = np.asarray(pooled)[..., None] / sizes.information, sizes.place
        variance = self.distinct[..., self.place]
        self.moments = estimate_moments(means.value, variance, by_precision=options.weights == "precision")
        center, mu2 = self.moments.center, self.moments.mu2
        self.weight = mu2 / (mu2 + variance)
        self.estimate = means.location(center + self.weight * (means.value - center))
        self.mu, self.sigma_group = means.place(center[..., 0]), means.unit * np.sqrt(mu2[..., 0])

    def interval(self, level: float) -> tuple[Vector, Vector]:
        """Lower and upper ends ``(..., J)``."""
        each = _half_widths(self.distinct, self.moments, level, bounded=self.bounded)
        half = self.unit[..., None] * each[..., self.place]
        return self.estimate - half, self.estimate + half


def estimate_moments(value: Vector, variance: Vector, *, by_precision: bool) -> Moments:
    """The centre, mu2 and kappa as in :class:`RobustIntervals`, of means and variances ``(..., J)``."""

    def total(numbers: Vector) -> Vector:
        summed: Vector = numbers.sum(axis=-1, keepdims=True)
        return summed

    v = variance
    omega = v.min(axis=-1, keepdims=True) / v if by_precision else np.ones_like(v)
    share = omega / total(omega)
    rough = total(share * value)
    center = rough + total(share * (value - rough))
    squares = np.square(value - center)
    raw2 = total(share * (squares - v))
    least2 = 2.0 * total(np.square(share * v)) / total(share * v)
    mu2 = np.maximum(raw2, least2)
    raw4 = total(share * (np.square(squares) - 6.0 * v * squares + 3.0 * np.square(v)))
    least4 = 32.0 * total(np.square(share * np.square(v))) / total(share * np.square(v))
    with np.errstate(over="ignore"):
        kappa = np.minimum(raw4 / mu2 / mu2, LARGEST_KAPPA)
        least = 1.0 + np.minimum(least4 / mu2 / mu2, LARGEST_KAPPA)
    return Moments(center, mu2, np.maximum(kappa, least), raw2 < least2, kappa < least)


def _half_widths(variance: Vector, moments: Moments, level: float, *, bounded: bool) -> Vector:
    """Half the width of the intervals at ``level``, in units, for sampling variances ``(..., D)``."""
    kappa = moments.kappa if bounded else np.inf
    scale = np.sqrt(variance) * (moments.mu2 / (moments.mu2 + variance))
    return critical_value(variance / moments.mu2, kappa, 1.0 - level) * scale


def _notes(moments: Moments, *, bounded: bool) -> tuple[Note, ...]:
    notes = []
    if moments.mu2_raised.any():
        text = (
            "The data show hardly more spread between groups than sampling alone would. The spread between "
            "groups is set to the least value that the method allows, so that it does not come out as 0."
        )
        notes.append(Note("sigma_group_raised", "warning", text))
    if moments.kappa_raised.any() and bounded:
        text = (
            "The data say too little of the tails of the true means: the kurtosis is set to the least value "
            "that the method allows."
        )
        notes.append(Note("kurtosis_raised", "info", text))
    return tuple(notes)
