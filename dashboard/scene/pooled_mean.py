"""What a meta-analysis sums published estimates up to: their mean, weights in it, a further group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.inference.heterogeneity import fit_heterogeneity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene


@dataclass(frozen=True, eq=False)
class PooledMean:
    """By the headline's method, in the outcome's units."""

    mu: float
    low: float
    high: float
    """The ends of the interval for mu at the page's level."""
    further: tuple[float, float] | None
    """Where the true value of a further group is expected; None of two groups."""
    share: NDArray[np.float64]
    """(J,) weight of each estimate in mu, of 1, in display order: 1 / (v_j + tau^2) over its sum."""


def pooled_mean(scene: Scene) -> PooledMean | None:
    """The sum of published estimates without covariates; None of anything else."""
    data, reference = scene.comparison.data, scene.reference
    if data.kind != "estimates" or data.known_variance is None or reference is None or scene.center is None:
        return None
    found = fit_heterogeneity(data, reference.result.estimator, reference.result.fit)
    if found is None:
        return None
    low, high = found.mu_interval(scene.comparison.level)
    further = found.prediction_interval(scene.comparison.level)
    least = data.known_variance.min() + found.tau2  # in units of the largest weight, which cannot overflow
    weight = least / (data.known_variance[scene.order] + found.tau2)
    ends = None if further.low is None or further.high is None else (further.low, further.high)
    return PooledMean(found.mu, low, high, ends, weight / weight.sum())
