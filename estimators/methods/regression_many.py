"""REML and ML fits of many outcomes at one design with covariates, all at once.

What depends on the design alone, its directions and what they weigh (module `spectral_profile`), is computed
once. With P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1 the predictions of the groups' effects are lambda Z'Py, and
the coefficients those at lambda = 0 minus lambda X^+ ZZ'Py, so that no system is solved for each outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.contract.batch import BatchFit
from estimators.data.scaled import power_of_two, weighted_mean
from estimators.inference.second_order import spread_parts
from estimators.inference.second_order_regression import (
    Hat,
    deciding_information,
    inverse_information,
)
from estimators.methods.regression import EXPLAINED, require_degrees
from estimators.methods.regression_profile import DECIDES
from estimators.methods.regression_rows import RegressionRows
from estimators.methods.spectral_profile import SpectralProfile
from estimators.methods.variance_components import global_minima

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.batch import GroupBatch
    from estimators.data.covariates import Covariates
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]

MOST_GROUPS = 1_000
"""Of more groups the directions, whose number is about theirs, take longer than fits one after the other."""
MOST_APART = 1e6
"""Where one group weighs so many times what another does, directions and what weighs little lose digits:
2e-12 are lost at 1e4, 2e-8 at 1e8, and all of them at 1e15."""
HEAVY = 10.0
"""Squares of what weighs so many times the root of all others' squares cost two digits in a difference."""


@dataclass(frozen=True, eq=False)
class ManyRegressions:
    """R fitted outcomes, in units ``(R,)`` of their own, minus the data's origin."""

    design: _Design
    method: Method
    unit: Floats
    """(R,)."""
    center: Floats
    """(R,) the weighted mean of an outcome, from which the others count."""
    ratio: Floats
    """(R,)."""
    sigma_error: Floats
    """(R,) in units."""
    criterion: Floats
    """(R,) in the outcome's and the covariates' units."""
    beta: Floats
    """(R, p) in columns that are orthonormal at a ratio of 0."""
    effect: Floats
    """(R, J) predictions of the groups' effects, in units."""
    value: Floats
    """(R, J) the groups' means, in units, minus ``center``."""

    @property
    def estimate(self) -> Floats:
        """(R, J) where groups are compared, in units, minus the data's origin."""
        return self.center[:, None] + self.beta @ self.design.place.T + self.effect


def fit_at_once(information: Floats) -> bool:
    """Whether groups that weigh so much ``(J,)`` are few enough and alike enough to be fitted at once."""
    return len(information) <= MOST_GROUPS and bool(information.max() <= MOST_APART * information.min())


def fit_regressions(batch: GroupBatch, method: Method) -> ManyRegressions | None:
    """The global minima of the profiles of groups with covariates.

    None where there are very many groups, some weigh far more than others, or an outcome is one that
    covariates follow without error.

    Raises:
        DataError: too few groups or rows for so many terms.

    """
    if batch.products is None or not fit_at_once(batch.information):
        return None
    rows = RegressionRows.of(batch[0])
    require_degrees(rows)
    design, scaled = _Design.of(rows), rows.scaled
    unit = power_of_two(
        np.maximum(np.abs(batch.centered_mean).max(axis=1), np.sqrt(batch.ss_within.max(axis=1)))
    )
    value = batch.centered_mean / unit[:, None]
    center = weighted_mean(value, scaled.information)
    value = value - center[:, None]
    products = batch.products / unit[:, None]
    start, rest = design.apart(products[:, :-1], value)
    left = np.square(products[:, -1]) + design.left_within(products[:, :-1])
    squares = np.square(rest @ design.directions)
    whole = (batch.ss_within / np.square(unit[:, None])).sum(axis=1)
    largest = float(scaled.information.sum()) / scaled.rows * np.square(value).max(axis=1)
    if (np.square(products[:, -1]) <= EXPLAINED * np.maximum(whole, largest)).any():
        return None
    m = scaled.rows - rows.rank if method == "reml" else scaled.rows
    profile = SpectralProfile(method, design.size, squares, left, scaled.information, m)
    ratio = global_minima(profile)
    residual = profile.residual(ratio)
    shrunk = (rest @ design.directions) * np.sqrt(design.size) / (1.0 + design.size * ratio[:, None])
    pulled = shrunk @ design.vectors.T  # Z'Py
    beta = start - ratio[:, None] * ((pulled * design.root) @ design.basis)
    determinant = profile.log_determinant(ratio) - scaled.log_weights
    if method == "reml":
        determinant += 2.0 * float(np.log(np.abs(design.triangle.diagonal())).sum()) + rows.log_units
    return ManyRegressions(
        design=design,
        method=method,
        unit=unit,
        center=center,
        ratio=ratio,
        sigma_error=np.sqrt(residual / m),
        criterion=determinant + m * (1.0 + np.log(2 * np.pi * residual / m) + 2.0 * np.log(unit)),
        beta=beta,
        effect=ratio[:, None] * pulled,
        value=value,
    )


@dataclass(frozen=True, eq=False)
class _Design:
    """J groups with p terms, in columns that are orthonormal at a ratio of 0."""

    rows: RegressionRows
    triangle: Floats
    """(p, p) upper triangular: the terms are the orthonormal columns times it."""
    basis: Floats
    """(J, p) the rows for groups, times the roots of what they weigh."""
    basis_within: Floats
    """(P, p) the rows within groups."""
    root: Floats
    """(J,) of what groups weigh."""
    size: Floats
    """(K,) what groups weigh in each direction that the terms leave, ascending."""
    vectors: Floats
    """(J, K) those directions, each of length 1."""
    place: Floats
    """(J, p) where groups are compared."""
    own: Floats
    """(J, p) the groups' own means."""

    @classmethod
    def of(cls, rows: RegressionRows) -> _Design:
        information = rows.scaled.information
        root = np.sqrt(information)
        basis, triangle = np.linalg.qr(np.concatenate([rows.within, root[:, None] * rows.design]))
        slopes = len(rows.within)
        pulled = root[:, None] * basis[slopes:]
        size, vectors = np.linalg.eigh(np.diag(information) - pulled @ pulled.T)
        kept = slice(len(size) - rows.df_between, None)
        place = compared_at(rows, rows.covariates)
        return cls(
            rows, triangle, basis[slopes:], basis[:slopes], root, size[kept], vectors[:, kept],
            np.linalg.solve(triangle.T, place.T).T, np.linalg.solve(triangle.T, rows.design.T).T,
        )  # fmt: skip

    @property
    def directions(self) -> Floats:
        """(J, K) from what covariates leave of the groups' rows to u."""
        return self.root[:, None] * self.vectors / np.sqrt(self.size)

    def apart(self, within: Floats, value: Floats) -> tuple[Floats, Floats]:
        """Coefficients ``(R, p)`` at a ratio of 0, and what they leave of the groups' rows ``(R, J)``."""
        between = self.root * value
        start = np.zeros((len(value), len(self.triangle)))
        for _ in range(2):
            step = within @ self.basis_within + between @ self.basis
            start += step
            within, between = within - step @ self.basis_within.T, between - step @ self.basis.T
        return start, between

    def left_within(self, within: Floats) -> Floats:
        """(R,) squares within groups that no coefficients explain, of products ``(R, P)``."""
        slopes = np.linalg.svd(self.rows.within)[0][:, : self.rows.slopes]
        return np.asarray(np.square(within - (within @ slopes) @ slopes.T).sum(axis=1))


def compared_at(rows: RegressionRows, covariates: Covariates) -> Floats:
    """(J, p) where groups are compared: the means over all rows, and what explains a group as it is."""
    own = covariates.of_group[rows.kept]
    place = np.where(np.concatenate([[False], own]), rows.design, 0.0)
    place[:, 0] = 1.0
    return np.asarray(place)


def deviations(batch: GroupBatch, method: Method, groups: NDArray[np.intp]) -> Floats | None:
    """Means of some ``groups (K,)`` minus the regression, in the standard deviations of that, ``(R, K)``.

    None where :func:`fit_regressions` has none.
    """
    model = fit_regressions(batch, method)
    if model is None:
        return None
    own, information = model.design.own[groups], model.design.rows.scaled.information[groups]
    inverse = _Errors.of(model).inverse
    spread = 1.0 / information + model.ratio[:, None]
    spread -= np.einsum("jp,rpq,jq->rj", own, inverse, own, optimize=True)
    off = model.value[:, groups] - model.beta @ own.T
    return np.asarray(off / (model.sigma_error[:, None] * np.sqrt(spread)))


def covariate_blups(batch: GroupBatch, method: Method, std_error: str) -> BatchFit | None:
    """What `covariate_blup` says of each replicate; None where they are fitted one after the other.

    Raises:
        DataError: too few groups or rows for so many terms.

    """
    model = fit_regressions(batch, method)
    if model is None:
        return None
    rows = model.design.rows
    signal = rows.scaled.information * model.ratio[:, None]
    error = model.unit * model.sigma_error
    sigma_group = np.sqrt(model.ratio) * error
    errors = _Errors.of(model)
    if std_error == "conditional":
        squares = np.square(sigma_group)[:, None] / (1.0 + signal)
    elif std_error == "prediction":
        squares = np.square(sigma_group)[:, None] / (1.0 + signal) + errors.of_coefficients
    else:
        mse = errors.second_order()
        squares = np.where(mse > 0, mse, np.nan)
    estimate = batch.origin + model.unit[:, None] * model.estimate
    parameters: dict[str, Any] = {
        "sigma_group": sigma_group,
        "sigma_error": error,
        "icc": model.ratio / (1.0 + model.ratio),
        "criterion": model.criterion,
        "log_likelihood": -model.criterion / 2.0,
    }
    missing = np.full(len(batch), np.nan)
    if rows.covariates.of_group[rows.kept].any():
        parameters |= {"mu": missing, "mu_std_error": missing}
    else:
        first = model.design.place[:1]
        center = model.center + (model.beta @ first.T)[:, 0]
        spread = np.einsum("mp,rpq,mq->r", first, errors.inverse, first)
        parameters |= {
            "mu": batch.origin + model.unit * center,
            "mu_std_error": error * np.sqrt(spread),
        }
    return BatchFit(
        estimate,
        np.sqrt(squares),
        signal / (1.0 + signal),
        df=rows.df_within if std_error == "second_order" else None,
        parameters=parameters,
    )


@dataclass(frozen=True, eq=False)
class _Errors:
    """How far R fits may be off, in squared units of the outcome; as in `second_order_regression`."""

    model: ManyRegressions
    own: Floats
    """(R, J) s / D_j."""
    inverse: Floats
    """(R, p, p) of the products in the metric of V / s."""
    of_coefficients: Floats
    """(R, J) g2."""

    @classmethod
    def of(cls, model: ManyRegressions) -> _Errors:
        design = model.design
        own = 1.0 / (1.0 + design.rows.scaled.information * model.ratio[:, None])
        within = design.basis_within.T @ design.basis_within
        inverse = np.linalg.inv(within + _moments(design.basis, own))
        gap = design.place - (1.0 - own)[:, :, None] * design.own
        g2 = np.einsum("rjp,rpq,rjq->rj", gap, inverse, gap, optimize=True)
        return cls(model, own, np.asarray(inverse), np.square(model.unit * model.sigma_error)[:, None] * g2)

    def second_order(self) -> Floats:
        """(R, J) g1 + g2 + 2 g3, by ML less the bias of g1."""
        model, design, own = self.model, self.model.design, self.own
        scaled = design.rows.scaled
        step = model.ratio[:, None] + 1.0 / float(scaled.information.max())
        pull = scaled.information * step * own
        basis, inverse = design.basis, self.inverse
        within = inverse @ (design.basis_within.T @ design.basis_within)
        first = inverse @ _moments(basis, own * pull)
        second = inverse @ _moments(basis, np.square(own)) + within
        hat = None
        if model.method == "reml":
            leverage = own * np.einsum("jp,rpq,jq->rj", basis, inverse, basis, optimize=True)
            hat = Hat(first, second, own, pull, leverage, np.einsum("rpp->r", within))
        degrees = scaled.rows - scaled.groups
        with np.errstate(divide="ignore", invalid="ignore"):  # of fits that are taken one by one below
            parts = inverse_information(own, pull, degrees, hat)
        if hat is not None:
            for r in np.flatnonzero(_outweighs(hat.leverage > DECIDES, own, pull)):
                turn = np.linalg.cholesky(inverse[r])
                rows = design.basis_within @ turn, (np.sqrt(own[r])[:, None] * basis) @ turn
                for part, one in zip(
                    parts, deciding_information(own[r], pull[r], degrees, rows), strict=True
                ):
                    part[r] = one
        bias = None
        if model.method == "ml":
            bias = tuple(np.einsum("rpp->r", one)[:, None] for one in (first, second))
        g1, g3, less = spread_parts(
            own,
            pull,
            ratio=model.ratio[:, None],
            step=step,
            error=(model.unit * model.sigma_error)[:, None],
            inverse=(parts[0][:, None], parts[1][:, None], parts[2][:, None]),
            moved=None if bias is None else (bias[0], bias[1]),
        )
        return np.asarray(g1 + self.of_coefficients + 2.0 * g3 - less)


def _outweighs(deciding: NDArray[np.bool_], own: Floats, pull: Floats) -> NDArray[np.bool_]:
    """(R,) whether what almost decides a coefficient weighs so much that a difference costs digits."""
    found = np.zeros(len(deciding), dtype=bool)
    for values in (own, pull):
        others = np.sqrt(np.square(np.where(deciding, 0.0, values)).sum(axis=1))
        found |= np.where(deciding, values, 0.0).max(axis=1) > HEAVY * others
    return found


def _moments(basis: Floats, weights: Floats) -> Floats:
    """(R, p, p) sums over J rows ``(J, p)`` of their products with weights ``(R, J)``."""
    size = basis.shape[1]
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(basis), -1)
    return np.asarray((weights @ products).reshape(len(weights), size, size))
