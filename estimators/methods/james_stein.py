"""The positive-part James-Stein estimator towards the precision-weighted mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.contract.batch import BatchFit
from estimators.contract.estimator import Estimator
from estimators.contract.fit import GroupFit, Note
from estimators.contract.options import NoOptions
from estimators.data.scaled import weighted_mean
from estimators.errors import DataError
from estimators.methods.degenerate import degenerate_fit, fit_replicates
from estimators.methods.regression_rows import RegressionRows, dropped_notes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.batch import GroupBatch
    from estimators.data.groups import GroupData

LEAST_GROUPS = 4
PULLED_ONTO_CENTER = Note(
    "pulled_onto_center",
    "warning",
    "The group means lie no further apart than sampling alone would put them: all are put at one mean.",
)
PULLED_ONTO_PLANE = Note(
    "pulled_onto_center",
    "warning",
    "The group means lie no further from the plane of their covariates than sampling alone would put them: "
    "all are put on it.",
)
R_CODE = """\
n <- as.vector(table(g))
means <- as.vector(tapply(y, g, mean))
rows_within <- length(y) - nlevels(g)
pooled <- sum((y - means[g])^2) / rows_within
center <- mean(y)
spread <- sum(n * (means - center)^2)
bound <- (nlevels(g) - 3) * rows_within / (rows_within + 2) * pooled
weight <- if (spread <= bound) 0 else 1 - bound / spread
estimate <- center + weight * (means - center)
sigma_error <- sqrt(pooled)"""
R_ALL_EQUAL = "estimate <- rep(y[1], nlevels(g))\nsigma_error <- 0"
PYTHON_CODE = """\
n = np.bincount(g)
means = np.bincount(g, y) / n
rows_within = len(y) - len(labels)
pooled = ((y - means[g]) ** 2).sum() / rows_within
center = y.mean()
spread = (n * (means - center) ** 2).sum()
bound = (len(labels) - 3) * rows_within / (rows_within + 2) * pooled
weight = 0.0 if spread <= bound else 1 - bound / spread
estimate = center + weight * (means - center)
sigma_error = np.sqrt(pooled)"""
PYTHON_ALL_EQUAL = "estimate = np.full(len(labels), y[0])\nsigma_error = 0.0"


class JamesStein(Estimator):
    """m + c (ybar_j - m) with c = max(0, 1 - (J - 3) (df / (df + 2)) / sum((ybar_j - m)^2 / v_j)).

    v_j = pooled variance / n_j, m the mean weighted by 1 / v_j, df = N - J; the factor df / (df + 2) only
    where the variance is estimated. Efron & Morris (1973), JASA 68, 117-130; Brown (2008), Ann. Appl. Stat.
    2, 113-152. Where covariates explain the groups, towards their weighted least squares plane with p
    coefficients, and J - p - 2 for J - 3 (Morris 1983, JASA 78, 47-55). Fitting raises DataError where there
    are fewer than four groups, or p + 3, or one row in every group.
    """

    id = "james_stein"
    label = "James–Stein"
    summary = (
        "Pulls all groups towards the weighted mean by one factor; it does not pull small groups harder."
    )
    citation = (
        "Efron & Morris (1973), JASA 68, 117-130; Brown (2008), Annals of Applied Statistics 2, 113-152"
    )
    color = "#d55e00"
    symbol = "square"
    order = 40
    handles = frozenset({"known_variance", "weights", "group_covariates"})

    def _fit(self, data: GroupData, options: NoOptions) -> GroupFit:
        del options
        if data.covariates is not None:
            return _towards_plane(data)
        limit = degenerate_fit(data, least_groups=LEAST_GROUPS)
        if limit is not None:
            center = data.origin + data.centered_grand_mean
            return limit if limit.weight is None else replace(limit, center=center)
        middle, parts = _shrunk(data)
        notes = (PULLED_ONTO_CENTER,) if parts["weight"][0] == 0 else ()
        return GroupFit(**parts, center=data.origin + middle, notes=notes)

    def _fit_many(self, batch: GroupBatch, options: NoOptions) -> BatchFit:
        del options

        def ordinary(some: GroupBatch) -> BatchFit:
            return BatchFit(**_shrunk(some)[1])

        return fit_replicates(batch, ordinary, least_groups=LEAST_GROUPS)

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The one factor, whatever the information."""
        return None if fit.weight is None else np.full_like(information, fit.weight[0])

    def r_code(self, data: GroupData, options: NoOptions) -> str | None:
        """The formula: with estimated variances, weighting by precision is weighting by rows."""
        del options
        if data.carries:
            return None
        return R_ALL_EQUAL if data.all_equal else R_CODE

    def python_code(self, data: GroupData, options: NoOptions) -> str | None:
        """As :meth:`r_code`."""
        del options
        if data.carries:
            return None
        return PYTHON_ALL_EQUAL if data.all_equal else PYTHON_CODE


def _towards_plane(data: GroupData) -> GroupFit:
    """Towards the plane of the covariates that explain the groups.

    Raises:
        DataError: fewer groups than three more than coefficients, one row in each, or no spread within any.

    """
    rows = RegressionRows.of(data)
    scaled = rows.scaled
    least = rows.rank + 3
    if len(data) < least:
        raise DataError(f"needs at least {least} groups with {rows.rank - 1} covariate terms")
    data.require_repeats()
    if not (scaled.published or data.varies_within):
        raise DataError("rows do not vary within any group, so there is nothing to shrink by")
    root = np.sqrt(scaled.information)
    basis, triangle = np.linalg.qr(root[:, None] * rows.design)
    beta = np.linalg.solve(triangle, basis.T @ (root * scaled.value))
    plane = rows.design @ beta
    distance = scaled.value - plane
    pooled = float(np.asarray(scaled.pooled_variance))
    spread = float(scaled.information @ np.square(distance)) / pooled
    df = data.df_within
    bound = (len(data) - rows.rank - 2) * (1.0 if scaled.published else df / (df + 2.0))
    factor = 1.0 - bound / max(spread, bound)
    center = scaled.location(plane)
    return GroupFit(
        scaled.location(plane + factor * distance),
        weight=np.full(len(data), factor),
        center=center,
        parameters={} if scaled.published else {"sigma_error": float(scaled.unit) * np.sqrt(pooled)},
        notes=(*dropped_notes(rows.dropped), *((PULLED_ONTO_PLANE,) if factor == 0 else ())),
        coefficients=rows.coefficients(beta),
    )


def _shrunk(data: GroupData | GroupBatch) -> tuple[NDArray[np.float64], dict[str, Any]]:
    """The centre ``(...,)`` minus origin, and the parts of a fit of ``(..., J)`` means, not degenerate.

    No pooled variance: the means were published.
    """
    df, pooled, variance = data.df_within, data.pooled_variance, np.asarray(data.sampling_variance)
    middle = weighted_mean(data.centered_mean, data.information)
    distance = data.centered_mean - middle[..., None]
    spread = np.square(distance / np.sqrt(variance)).sum(axis=-1)
    bound = (distance.shape[-1] - 3) * (1.0 if pooled is None else df / (df + 2.0))
    factor = np.asarray(1.0 - bound / np.maximum(spread, bound))[..., None]
    return middle, {
        "estimate": data.origin + (middle[..., None] + factor * distance),
        "weight": np.broadcast_to(factor, distance.shape),
        "parameters": {} if pooled is None else {"sigma_error": np.sqrt(pooled)},
    }
