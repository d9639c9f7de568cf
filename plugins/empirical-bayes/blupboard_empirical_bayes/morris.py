"""Morris's parametric empirical Bayes, with intervals that know that the spread is estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators import Estimator, GroupFit, Note, degenerate_fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData, ScaledGroups

MOST_STEPS = 1000
CLOSE = 1e-13
LEAST_GROUPS = 4


class Morris(Estimator):
    """ybar_j - B_j (ybar_j - m) with B_j = (J - 3) / (J - 1) V_j / (V_j + A).

    V_j is the sampling variance of ybar_j, W_j = 1 / (V_j + A), m = sum W_j ybar_j / sum W_j, and A solves

        A = max(0, sum W_j (J / (J - 1) (ybar_j - m)^2 - V_j) / sum W_j),

    which is sum W_j (ybar_j - m)^2 = J - 1, whose left side falls in A: there is one solution. The squared
    standard error is

        V_j (1 - (J - r_j) / J B_j) + 2 / (J - 3) B_j^2 (V + A) / (V_j + A) (ybar_j - m)^2

    with r_j = J W_j / sum W_i and V = sum W_j V_j / sum W_j. Its second term is for the estimation of A: a
    group far from the others has a wider interval. Intervals are normal. Morris (1983), JASA 78, 47-55, with
    r = 1 for the one mean; where variances are equal, B_j is the factor of James & Stein.
    """

    id = "morris"
    label = "Morris EB"
    summary = (
        "Pulls each group towards the weighted mean; its intervals allow for the spread being estimated."
    )
    citation = "Morris (1983), Journal of the American Statistical Association 78, 47-55"
    order = 110
    on_at_first = False

    def _fit(self, data: GroupData, options: object) -> GroupFit:
        del options
        limit = degenerate_fit(data, least_groups=LEAST_GROUPS)
        if limit is not None:
            return limit
        means = data.scaled()
        j, v = means.groups, means.variance
        a = between_variance(means)
        precision = 1.0 / (v + a)
        total = float(precision.sum())
        middle = float(means.weighted_mean(precision))
        distance = means.value - middle
        pull = (j - 3) / (j - 1) * v * precision
        own = v * (1.0 - (1.0 - precision / total) * pull)
        typical = float(precision @ v) / total
        second = 2.0 / (j - 3) * np.square(pull) * (typical + a) * precision * np.square(distance)
        return GroupFit(
            estimate=means.location(middle + (1.0 - pull) * distance),
            std_error=means.unit * np.sqrt(own + second),
            weight=1.0 - pull,
            center=means.place(middle),
            parameters={
                "mu": means.place(middle),
                "mu_std_error": means.unit / float(np.sqrt(total)),
                "sigma_group": means.unit * float(np.sqrt(a)),
                "sigma_error": means.sigma_error,
            },
            notes=_notes(a),
        )

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """1 - (J - 3) / (J - 1) / (1 + i A / sigma_error^2) over information i; None without a spread."""
        reliability, j = fit.reliability(information), len(fit.estimate)
        return None if reliability is None else 1.0 - (j - 3) / (j - 1) * (1.0 - reliability)


def between_variance(means: ScaledGroups) -> float:
    """A in squared units: where Q(A) = sum (ybar_j - m)^2 / (V_j + A) is J - 1, or 0 where Q(0) is below.

    1 / Q is concave and increases in A, so Newton's steps from 0 never pass the solution.
    """
    wanted, least, a = means.groups - 1.0, float(means.variance.min()), 0.0
    for _ in range(MOST_STEPS):
        precision = 1.0 / (means.variance + a)
        scaled = np.sqrt(precision) * (means.value - means.weighted_mean(precision))
        q = float(np.square(scaled).sum())
        if q <= wanted:
            break
        step = (q / wanted - 1.0) * q / float(precision @ np.square(scaled))
        a += step
        if step <= CLOSE * (a + least):
            break
    return a


def _notes(a: float) -> tuple[Note, ...]:
    if a > 0:
        return ()
    text = (
        "The data show no more spread between groups than sampling alone would, so the spread between groups "
        "is estimated as 0. The method still leaves every group a part of its own mean."
    )
    return (Note("sigma_group_zero", "warning", text),)
