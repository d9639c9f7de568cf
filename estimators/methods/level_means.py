"""The two ends: every group on its own (no pooling), and one mean for all (complete pooling)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.batch import BatchFit
from estimators.contract.estimator import Estimator
from estimators.contract.fit import GroupFit, Note
from estimators.contract.options import NoOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.batch import GroupBatch
    from estimators.data.groups import GroupData

LM_GROUPS = 200
"""Past this many groups the model matrix of R's lm takes seconds and gigabytes where rows are many."""


class LevelMeans(Estimator):
    """ybar_j with standard error sqrt(pooled variance / n_j), and Student's t with N - J degrees of freedom.

    Of published summaries: the estimates and standard errors as they are, normal.
    """

    id = "ols"
    label = "Level means (OLS)"
    summary = "Each group's own mean; the BLUE when groups are fixed. Nothing is shared between groups."
    citation = "Searle, Casella & McCulloch (1992), Variance Components, ch. 3"
    color = "#6b7785"
    symbol = "circle-open"
    order = 10

    def _fit(self, data: GroupData, options: NoOptions) -> GroupFit:
        del options
        ones = np.ones(len(data))
        if data.known_variance is not None:
            return GroupFit(estimate=data.mean, std_error=np.sqrt(data.known_variance), weight=ones)
        if data.pooled_variance is None or data.sampling_variance is None:
            text = (
                "No group has two rows, so the spread within groups is unknown: there are no standard errors."
            )
            return GroupFit(
                estimate=data.mean, weight=ones, notes=(Note("no_within_spread_known", "warning", text),)
            )
        return GroupFit(
            estimate=data.mean,
            std_error=np.sqrt(data.sampling_variance),
            weight=ones,
            parameters={"sigma_error": float(np.sqrt(data.pooled_variance))},
            df=float(data.df_within),
        )

    def _fit_many(self, batch: GroupBatch, options: NoOptions) -> BatchFit:
        del options
        ones, pooled = np.ones_like(batch.mean), batch.pooled_variance
        if pooled is None:
            return BatchFit(batch.mean, weight=ones)
        return BatchFit(
            batch.mean,
            np.sqrt(pooled[:, None] / batch.n),
            ones,
            parameters={"sigma_error": np.sqrt(pooled)},
            df=float(batch.df_within),
        )

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64]:
        """1 whatever the information."""
        del fit
        return np.ones_like(information)

    def r_code(self, data: GroupData, options: NoOptions) -> str | None:
        """The coefficients of lm without an intercept, or plain means where lm's matrix would be vast."""
        del options
        if data.known_variance is not None:
            return None
        if 1 < len(data) <= LM_GROUPS:
            return "estimate <- unname(coef(lm(y ~ 0 + g)))"
        return (
            "# lm(y ~ 0 + g) has these as its coefficients, but needs two groups and a column for each\n"
            "estimate <- as.vector(tapply(y, g, mean))"
        )


class GrandMean(Estimator):
    """The mean of all rows with standard error sqrt(SST / (N - 1) / N), and Student's t with N - 1 df.

    Of published summaries: the precision-weighted mean with standard error 1 / sqrt(sum of 1 / v_j), normal.
    """

    id = "grand_mean"
    label = "Grand mean"
    summary = "One mean for all groups: complete pooling. Right only if the groups do not differ at all."
    citation = (
        "Gelman & Hill (2007), Data Analysis Using Regression and Multilevel/Hierarchical Models, ch. 12"
    )
    color = "#3c4650"
    symbol = "line"
    order = 50

    def _fit(self, data: GroupData, options: NoOptions) -> GroupFit:
        del options
        df: float | None = None
        error: float | None = None
        if data.known_variance is not None:
            precision = 1.0 / data.known_variance
            center = data.origin + float(precision @ data.centered_mean / precision.sum())
            error = float(1.0 / np.sqrt(precision.sum()))
        else:
            center = data.origin + data.centered_grand_mean
            if data.total > 1:
                df = float(data.total - 1)
                total_ss = float(data.ss_within.sum()) + data.ss_between
                error = float(np.sqrt(total_ss / df / data.total))
        return GroupFit(
            estimate=np.full(len(data), center),
            std_error=None if error is None else np.full(len(data), error),
            weight=np.zeros(len(data)),
            center=center,
            parameters={"mu": center, "mu_std_error": error},
            df=df,
        )

    def _fit_many(self, batch: GroupBatch, options: NoOptions) -> BatchFit:
        del options
        center = batch.origin + batch.centered_grand_mean
        estimate = np.broadcast_to(center[:, None], batch.mean.shape)
        weight = np.zeros_like(batch.mean)
        if batch.total == 1:
            return BatchFit(estimate, weight=weight, parameters={"mu": center})
        df = float(batch.total - 1)
        distance = batch.centered_mean - batch.centered_grand_mean[:, None]
        total_ss = batch.ss_within.sum(axis=1) + np.square(distance) @ batch.n
        error = np.sqrt(total_ss / df / batch.total)
        return BatchFit(
            estimate,
            np.broadcast_to(error[:, None], estimate.shape),
            weight,
            parameters={"mu": center, "mu_std_error": error},
            df=df,
        )

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64]:
        """0 whatever the information."""
        del fit
        return np.zeros_like(information)

    def r_code(self, data: GroupData, options: NoOptions) -> str | None:
        """The mean of all rows, once for each group."""
        del options
        return None if data.known_variance is not None else "estimate <- rep(mean(y), nlevels(g))"
