"""Groups on a normal plot: how far they lie from what the model expects, in order, beside normal scores.

A group's deviation is its own mean minus mu, or minus the regression where there are covariates, in the
standard deviations that the fit expects of it. The band is that of as many groups drawn from the fitted model
and fitted again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import sums_of_others
from estimators.data.scaled import scale_groups
from estimators.errors import DataError
from estimators.inference.estimable import estimable, require_checkable
from estimators.inference.redrawn_groups import RedrawnGroups
from estimators.methods.regression import fit_regression
from estimators.methods.regression_many import deviations
from estimators.methods.variance_components import fit_variance_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.data.scaled import ScaledGroups
    from estimators.methods.profile import Method
    from estimators.methods.regression import RegressionModel
    from estimators.methods.variance_components import VarianceComponents

    Floats = NDArray[np.float64]

CELLS = 2_000_000
"""Draws times groups of the band."""
FEWEST_DRAWS, MOST_DRAWS = 100, 1000
CELLS_BESIDE, MOST_DRAWS_BESIDE = 200_000, 200
"""The same where draws are fitted one after the other: of published means that covariates explain, and of
very many groups beside covariates."""
SEED = 20_261_128
SIGNIFICANT = 0.05
"""Below it a check on the model says that something is not as the model has it."""
ALONE = 1e-9
"""A group of whose variance so little is left decides a coefficient alone."""


@dataclass(frozen=True, eq=False)
class NormalPlot:
    """Groups in the order of their deviations, ``(J,)`` each, beside what normal ones would be.

    With covariates without those groups that decide a coefficient alone.
    """

    group: NDArray[np.intp]
    """Places of the groups, the lowest first."""
    deviation: Floats
    """Own mean minus mu, or minus the regression, over the standard deviation that the fit expects of it."""
    score: Floats
    """The normal quantile at (i - 3/8) / (J + 1/4) (Blom 1958)."""
    low: Floats
    """Where 2.5% of the draws are below."""
    high: Floats
    """Where 2.5% of the draws are above."""
    p: float
    """Share of the draws that follow a line no better, by the correlation with the scores."""
    draws: int
    seed: int


def normal_plot(data: GroupData, method: Method = "reml", *, seed: int = SEED) -> NormalPlot:
    """Groups beside normal scores, with the band of data drawn from the fitted model and fitted again.

    Raises:
        DataError: one group, one row in each, nothing that varies within or is left beside covariates, survey
            weights, or no group that does not decide a coefficient alone.

    """
    require_checkable(data)
    if data.covariates is not None:
        value, judged, drawn = _beside_covariates(data, method, seed)
    else:
        scaled = estimable(data)
        model = fit_variance_components(scaled, method)
        value, judged = _deviations(scaled, model), np.arange(len(data))
        draws = int(np.clip(CELLS // len(data), FEWEST_DRAWS, MOST_DRAWS))
        drawn = _drawn_deviations(data, model, method, draws, seed)
    beside = beside_scores(value, drawn)
    return NormalPlot(
        judged[beside.order],
        value[beside.order],
        beside.score,
        beside.low,
        beside.high,
        beside.p,
        len(drawn),
        seed,
    )


@dataclass(frozen=True, eq=False)
class BesideScores:
    """Values in their order beside normal scores, with the band of values that were drawn, ``(K,)`` each."""

    order: NDArray[np.intp]
    score: Floats
    """The normal quantile at (i - 3/8) / (K + 1/4) (Blom 1958)."""
    low: Floats
    high: Floats
    p: float


def beside_scores(value: Floats, drawn: Floats) -> BesideScores:
    """Values ``(K,)`` beside normal scores, with where 95% of those that were drawn ``(R, K)`` lie."""
    from scipy.special import ndtri

    count, drawn = len(value), np.sort(drawn, axis=1)
    order = np.argsort(value, kind="stable")
    score = ndtri((np.arange(1, count + 1) - 0.375) / (count + 0.25))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    line = _straightness(value[order], score)
    p = float((_straightness(drawn, score) <= line + 1e-12).mean())
    return BesideScores(order, score, low, high, p)


def share_text(p: float, draws: int) -> str:
    """A share of the draws as ``p = 0.03``; of none of them ``p < 0.001``."""
    return f"p = {p:.2g}" if p else f"p < {1 / draws:.2g}"


def _deviations(scaled: ScaledGroups, model: VarianceComponents) -> Floats:
    """``(..., J)`` own means minus mu, over the standard deviation of that difference.

    The same as minus the mu of the others, over the standard deviation of that, which keeps its digits where
    one group weighs far more than the others.
    """
    n, ratio = scaled.information, np.asarray(model.ratio)[..., None]
    own = 1.0 / n + ratio
    total = sums_of_others(1.0 / own)
    center = sums_of_others(scaled.value / own) / total
    unit = np.asarray(scaled.unit)
    error = np.ones_like(unit) if scaled.published else np.asarray(model.sigma_error) / unit
    return np.asarray((scaled.value - center) / (error[..., None] * np.sqrt(own + 1.0 / total)))


def _drawn_deviations(
    data: GroupData, model: VarianceComponents, method: Method, draws: int, seed: int
) -> Floats:
    """(draws, J) of groups from the fitted model, fitted again."""
    rng, shape, known = np.random.default_rng(seed), (draws, len(data)), data.known_variance
    effect = float(model.sigma_group) * rng.standard_normal(shape)
    if known is not None:
        drawn = effect + np.sqrt(known) * rng.standard_normal(shape)
        every = (scale_groups(data.n, 0.0, line, np.zeros_like(line), known) for line in drawn)
        return np.array([_deviations(one, fit_variance_components(one, method)) for one in every])
    within = float(model.sigma_error)
    mean = effect + within / np.sqrt(data.information) * rng.standard_normal(shape)
    ss_within = within**2 * 2.0 * rng.standard_gamma((data.n - 1) / 2.0, shape)
    scaled = scale_groups(data.n, 0.0, mean, ss_within, weights=data.weights)
    return _deviations(scaled, fit_variance_components(scaled, method))


def _beside_covariates(data: GroupData, method: Method, seed: int) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Deviations ``(K,)`` of the K groups that can be judged, their places, and those of draws ``(R, K)``."""
    model, redrawn = fit_regression(data, method), RedrawnGroups.like(data)
    value, judged = _residuals(model)
    if len(judged) < 2:
        raise DataError("each group decides a coefficient alone, so none can be judged by the others")
    random = np.random.default_rng(seed)
    drawn = None
    if data.known_variance is None:
        count = int(np.clip(CELLS // len(data), FEWEST_DRAWS, MOST_DRAWS))
        batch, _ = redrawn.draw_many(random, model.sigma_group, model.sigma_error, count)
        drawn = deviations(batch, method, judged)
    if drawn is None:
        error = None if data.known_variance is not None else model.sigma_error
        drawn = np.empty(
            (int(np.clip(CELLS_BESIDE // len(data), FEWEST_DRAWS, MOST_DRAWS_BESIDE)), len(judged))
        )
        for line in drawn:
            again, _ = redrawn.draw(random, model.sigma_group, error)
            line[:] = _residuals(fit_regression(again, method), judged)[0]
    return value[judged], judged, drawn


def _residuals(
    model: RegressionModel, judged: NDArray[np.intp] | None = None
) -> tuple[Floats, NDArray[np.intp]]:
    """Own means minus the regression over the standard deviation of that difference, and where there is one.

    With covariates x_j it is sigma_group^2 + sigma_error^2 / n_j - x_j'Cov(beta)x_j, squared, which is 0 of a
    group that decides a coefficient alone. ``(J,)``, or of the ``judged`` ones. Where each group has a row of
    the least squares, both come from that, and keep their digits where it is almost such a group.
    """
    rows, here = model.rows, model.here
    if len(here.free) == len(rows.scaled.information):
        free = np.where(here.free > 0, here.free, 1.0)
        apart = here.rest / np.sqrt(free) / (model.sigma_error / model.unit)
        return (apart, np.flatnonzero(here.free > ALONE)) if judged is None else (apart[judged], judged)
    off = rows.scaled.value * model.unit - rows.design @ model.beta
    whole = model.sigma_error**2 * (1.0 / rows.scaled.information + model.ratio)
    left = whole - np.square(model.std_error(rows.design))
    if judged is None:
        judged = np.flatnonzero(left > ALONE * whole)
        return off / np.sqrt(np.where(left > ALONE * whole, left, 1.0)), judged
    return off[judged] / np.sqrt(left[judged]), judged


def _straightness(ordered: Floats, score: Floats) -> Floats:
    """The correlation ``(...,)`` of ordered values with normal scores (Shapiro & Francia 1972)."""
    off = ordered - ordered.mean(axis=-1, keepdims=True)
    size = np.sqrt(np.square(off).sum(axis=-1) * np.square(score).sum())
    return np.asarray((off @ score) / np.where(size > 0, size, 1.0))
