"""The positive-part James-Stein estimator towards the precision-weighted mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.batch import BatchFit
from estimators.contract.estimator import Estimator
from estimators.contract.fit import GroupFit, Note
from estimators.contract.options import NoOptions
from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.batch import GroupBatch
    from estimators.data.groups import GroupData

R_CODE = """\
n <- as.vector(table(g))
means <- as.vector(tapply(y, g, mean))
df <- length(y) - nlevels(g)
pooled <- sum((y - means[g])^2) / df
center <- mean(y)
spread <- sum(n * (means - center)^2)
bound <- (nlevels(g) - 3) * df / (df + 2) * pooled
weight <- if (spread <= bound) 0 else 1 - bound / spread
estimate <- center + weight * (means - center)"""


class JamesStein(Estimator):
    """m + c (ybar_j - m) with c = max(0, 1 - (J - 3) (df / (df + 2)) / sum((ybar_j - m)^2 / v_j)).

    v_j = pooled variance / n_j, m the mean weighted by 1 / v_j, df = N - J; the factor df / (df + 2) only
    where the variance is estimated. Efron & Morris (1973), JASA 68, 117-130; Brown (2008), Ann. Appl. Stat.
    2, 113-152.
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

    def _fit(self, data: GroupData, options: NoOptions) -> GroupFit:
        del options
        _require_enough(data)
        known = data.known_variance
        parameters = (
            {} if data.pooled_variance is None else {"sigma_error": float(np.sqrt(data.pooled_variance))}
        )
        if known is None and data.all_equal:
            text = "All values are equal: there is nothing to shrink, and the weight does not exist."
            note = Note("all_equal", "warning", text)
            return GroupFit(data.mean, center=float(data.mean[0]), parameters=parameters, notes=(note,))
        precision = (
            data.n.astype(np.float64) if known is None else np.square(np.sqrt(known.min()) / np.sqrt(known))
        )
        middle = float(precision @ data.centered_mean / precision.sum())
        middle += float(precision @ (data.centered_mean - middle) / precision.sum())
        distance = data.centered_mean - middle
        factor = _factor(data, distance)
        return GroupFit(
            estimate=data.origin + (middle + factor * distance),
            weight=np.full(len(data), factor),
            center=data.origin + middle,
            parameters=parameters,
            notes=_notes(factor),
        )

    def _fit_many(self, batch: GroupBatch, options: NoOptions) -> BatchFit:
        del options
        _require_enough(batch[0])
        varies, pooled = batch.varies_within, batch.ss_within.sum(axis=1) / batch.df_within
        level = ~varies & (np.ptp(batch.centered_mean, axis=1) == 0)
        center = batch.centered_grand_mean[:, None]
        distance = batch.centered_mean - center
        in_errors = distance / np.sqrt(np.where(varies, pooled, 1.0))[:, None]
        spread = np.square(in_errors) @ batch.n
        bound = (batch.groups - 3) * batch.df_within / (batch.df_within + 2.0)
        shrunk = 1.0 - bound / np.maximum(spread, bound)
        factor = np.where(level, np.nan, np.where(varies, shrunk, 1.0))[:, None]
        return BatchFit(
            estimate=np.where(level[:, None], batch.mean, batch.origin + (center + factor * distance)),
            weight=np.broadcast_to(factor, distance.shape),
            parameters={"sigma_error": np.sqrt(pooled)},
        )

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The one factor, whatever the information."""
        return None if fit.weight is None else np.full_like(information, fit.weight[0])

    def r_code(self, data: GroupData, options: NoOptions) -> str | None:
        """The formula: with estimated variances, weighting by precision is weighting by rows."""
        del options
        return None if data.known_variance is not None else R_CODE


def _require_enough(data: GroupData) -> None:
    if len(data) < 4:
        raise DataError("needs at least 4 groups")
    data.require_repeats()


def _factor(data: GroupData, distance: NDArray[np.float64]) -> float:
    """The common factor c; 1 where nothing varies within groups."""
    variance = data.sampling_variance
    if variance is None or (data.known_variance is None and not data.varies_within):
        return 1.0
    df = float(data.df_within)
    shrunk = 1.0 if data.known_variance is not None else df / (df + 2.0)
    spread = float(np.square(distance / np.sqrt(variance)).sum())
    bound = (len(data) - 3) * shrunk
    return 0.0 if spread <= bound else 1.0 - bound / spread


def _notes(factor: float) -> tuple[Note, ...]:
    if factor > 0:
        return ()
    text = "The group means lie no further apart than sampling alone would put them: all are put at one mean."
    return (Note("pulled_onto_center", "warning", text),)
