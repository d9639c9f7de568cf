"""Mean squared errors of BLUPs with covariates that allow for the spreads having been estimated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.inference.second_order import spread_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.methods.regression import RegressionModel

    Floats = NDArray[np.float64]


def regression_mse(model: RegressionModel, g2: Floats) -> Floats:
    """g1 + g2 + 2 g3, by ML less the bias of g1, ``(J,)`` in squared units of the outcome.

    As in module `second_order`, with the information of (sigma_group^2, sigma_error^2) that the covariates
    leave (Prasad & Rao 1990, JASA 85, 163-171; Datta & Lahiri 2000, Statistica Sinica 10, 613-627): with H
    the hat matrix of the whitened rows and K_a the diagonal of V^-1/2 V_a V^-1/2, it is tr(K_a (I - H) K_b
    (I - H)) / 2 by REML and tr(K_a K_b) / 2 by ML; where sampling variances are known, sum w^2 / 2 by both.
    ``g2 (J,)`` is the error of the coefficients.
    """
    profile, here, ratio = model.profile, model.here, model.ratio
    step = ratio + 1.0 / float(profile.size[-1])
    information = model.rows.scaled.information
    own = 1.0 / (1.0 + information * ratio)
    pull = information * step * own
    row_own = 1.0 / (1.0 + profile.information * ratio)
    row_pull = profile.information * step * row_own
    squares, cross, errors = pull @ pull, pull @ own, own @ own
    within_leverage = float(np.square(here.basis_within).sum())
    moved = float(row_pull @ here.leverage), float(row_own @ here.leverage) + within_leverage
    if model.rows.scaled.published:
        inverse: tuple[Any, Any, Any] = (2.0 / squares, 0.0, 0.0)
    else:
        group, both, error = squares, cross, model.rows.scaled.rows - model.rows.scaled.groups + errors
        if profile.method == "reml":
            first = (here.basis * row_pull[:, None]).T @ here.basis
            second = (here.basis * row_own[:, None]).T @ here.basis + here.basis_within.T @ here.basis_within
            group += np.square(first).sum() - 2.0 * (np.square(row_pull) @ here.leverage)
            both += (first * second).sum() - 2.0 * ((row_pull * row_own) @ here.leverage)
            error += np.square(second).sum() - 2.0 * (np.square(row_own) @ here.leverage + within_leverage)
        determinant = (group * error - both * both) / 2.0
        inverse = error / determinant, group / determinant, -both / determinant
    bias = moved if profile.method == "ml" else None
    g1, g3, less = spread_parts(
        own, pull, ratio=ratio, step=step, error=model.sigma_error, inverse=inverse, moved=bias
    )
    return np.asarray(g1 + g2 + 2.0 * g3 - less)
