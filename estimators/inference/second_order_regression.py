"""Errors of BLUPs and coefficients with covariates that allow for the spreads having been estimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import row_norms
from estimators.inference.second_order import spread_parts
from estimators.methods.regression_profile import DECIDES, complement_of_leverage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.methods.regression import RegressionModel

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Hat:
    """What coefficients take of the information by REML, of one fit or of R in front ``(...)``."""

    by_group: Floats
    """(..., p, p) B'KB of K_A, B the whitened rows in columns that are orthonormal."""
    by_error: Floats
    """(..., p, p) and of K_s."""
    own: Floats
    """(..., K) s / D of rows between groups."""
    pull: Floats
    """(..., K) what these weigh over D, in units of the step of A."""
    leverage: Floats
    """(..., K) their diagonal of BB'."""
    within: Any
    """(...) the sum of that of the rows within groups."""


def inverse_information(own: Floats, pull: Floats, degrees: int, hat: Hat | None) -> tuple[Any, Any, Any]:
    """V_AA, V_ss and V_As ``(...)`` by the expected information of (A, s), the inverse of half of its traces.

    With K_a the diagonal of V^-1/2 V_a V^-1/2, tr(K_a (I - H) K_b (I - H)) by REML and tr(K_a K_b) by ML,
    without a ``hat``. ``own`` and ``pull (..., J)`` are those of the groups, ``degrees`` N - J.
    """
    group, both, error = ((a * b).sum(axis=-1) for a, b in ((pull, pull), (pull, own), (own, own)))
    error = degrees + error
    if hat is not None:
        first, second = hat.by_group, hat.by_error
        group = group + _trace(first, first) - 2.0 * (np.square(hat.pull) * hat.leverage).sum(axis=-1)
        both = both + _trace(first, second) - 2.0 * (hat.pull * hat.own * hat.leverage).sum(axis=-1)
        leverage = (np.square(hat.own) * hat.leverage).sum(axis=-1) + hat.within
        error = error + _trace(second, second) - 2.0 * leverage
    return _inverse(group, both, error)


def _inverse(group: Any, both: Any, error: Any) -> tuple[Any, Any, Any]:
    """V_AA, V_ss and V_As by twice the information: AA, As and ss."""
    determinant = (group * error - both * both) / 2.0
    return error / determinant, group / determinant, -both / determinant


def deciding_information(
    own: Floats,
    pull: Floats,
    degrees: int,
    rows: tuple[Floats, Floats],
    rowless: tuple[Floats, Floats, Floats] | None = None,
) -> tuple[Any, Any, Any]:
    """V_AA, V_ss and V_As of one fit by REML in which rows of groups almost decide a coefficient alone.

    A row i with a leverage near 1 has its share of the traces, K_i L_i (1 - h_i)^2 + sum over j of (K_i L_j +
    L_i K_j) (b_i'b_j)^2, by itself, so that nothing is taken away; the others have theirs as with a `Hat`.

    Args:
        own: s / D of the rows between groups ``(M,)``.
        pull: what these weigh over D, in units of the step of A.
        degrees: N - J.
        rows: those within groups ``(P, p)`` and between them ``(M, p)``, in columns orthonormal at the fit.
        rowless: ``own``, ``pull`` and how many there are of groups that no row stands for, ``(K,)`` each.

    """
    within, basis = rows
    leverage = np.square(basis).sum(axis=1)
    free = complement_of_leverage(np.concatenate(rows), len(within), leverage)
    alone = leverage > DECIDES
    rest = ~alone
    shared = np.square(basis[alone] @ basis.T)
    shared[:, alone] = np.triu(shared[:, alone], 1)  # each pair of these once
    felt = np.square(basis @ within.T).sum(axis=1)
    gram = within.T @ within

    def moment(values: Floats) -> Floats:
        return np.asarray((basis[rest].T * values[rest]) @ basis[rest])

    def between(one: Floats, other: Floats) -> float:
        left = np.where(alone, np.square(free), 1.0 - 2.0 * leverage)
        pairs = one[alone] @ shared @ other + other[alone] @ shared @ one
        return float((one * other) @ left + pairs + _trace(moment(one), moment(other)))

    group, both = between(pull, pull), between(pull, own) + float(pull @ felt)
    error = between(own, own) + float(2.0 * (own @ felt) - 2.0 * np.trace(gram) + np.square(gram).sum())
    if rowless is not None:
        more_own, more_pull, count = rowless
        group += float(count @ np.square(more_pull))
        both += float(count @ (more_pull * more_own))
        error += float(count @ np.square(more_own))
    return _inverse(group, both, degrees + error)


def _trace(one: Floats, other: Floats) -> Floats:
    """(...) the traces of products of matrices ``(..., p, p)``."""
    return np.asarray(np.einsum("...pq,...qp->...", one, other))


@dataclass(frozen=True, eq=False)
class SpreadErrors:
    """How far (A, s) = (sigma_group^2, sigma_error^2) may be off, by the information that covariates leave.

    A is in units of ``step`` s, s in units of itself; errors do not depend on units then.
    """

    own: Floats
    """(J,) s / D_j."""
    pull: Floats
    """(J,) information / D_j in units of ``step``."""
    step: float
    inverse: tuple[Any, Any, Any]
    """V_AA, V_ss and V_As."""
    by_group: Floats
    """(p, p) how fast the covariance matrix of orthonormal coefficients, s times that of 1, rises with A."""
    by_error: Floats
    """(p, p) and how fast with s."""

    @classmethod
    def of(cls, model: RegressionModel) -> SpreadErrors:
        """Those of a fitted model; where sampling variances are known, by sum w^2 / 2 for REML and ML."""
        profile, here, ratio = model.profile, model.here, model.ratio
        step = ratio + 1.0 / float(profile.size[-1])
        information = model.rows.scaled.information
        own = 1.0 / (1.0 + information * ratio)
        pull = information * step * own
        row_own = 1.0 / (1.0 + profile.information * ratio)
        row_pull = profile.information * step * row_own
        within_leverage = float(np.square(here.basis_within).sum())
        first = (here.basis * row_pull[:, None]).T @ here.basis
        second = (here.basis * row_own[:, None]).T @ here.basis + here.basis_within.T @ here.basis_within
        if model.rows.scaled.published:
            return cls(own, pull, step, (2.0 / (pull @ pull), 0.0, 0.0), first, second)
        degrees = model.rows.scaled.rows - model.rows.scaled.groups
        hat = None
        if profile.method == "reml" and (here.leverage > DECIDES).any():
            shrunk = 1.0 / (1.0 + profile.size * ratio)
            rowless = shrunk, profile.size * step * shrunk, profile.without_row
            inverse = deciding_information(
                row_own, row_pull, degrees, (here.basis_within, here.basis), rowless
            )
            return cls(own, pull, step, inverse, first, second)
        if profile.method == "reml":
            hat = Hat(first, second, row_own, row_pull, here.leverage, within_leverage)
        return cls(own, pull, step, inverse_information(own, pull, degrees, hat), first, second)

    def df(self, roots: Floats) -> Floats:
        """Satterthwaite's degrees of freedom ``(M,)`` of combinations of the coefficients, ``roots (M, p)``.

        2 v^2 / g'Vg of a variance v whose derivative by (A, s) is g (Satterthwaite 1946, Biometrics Bulletin
        2, 110-114; Giesbrecht & Burns 1985, Biometrics 41, 477-486). ``roots`` are those of
        :meth:`RegressionModel.error_root`.
        """
        by_group, by_error, both = self.inverse
        roots = roots / row_norms(roots)[:, None]  # fourth powers come
        first, second = (np.einsum("mp,pq,mq->m", roots, m, roots) for m in (self.by_group, self.by_error))
        spread = by_group * np.square(first) + by_error * np.square(second) + 2.0 * both * first * second
        return np.asarray(2.0 / spread)


def regression_mse(model: RegressionModel, g2: Floats, errors: SpreadErrors) -> Floats:
    """g1 + g2 + 2 g3, by ML less the bias of g1, ``(J,)`` in squared units of the outcome.

    As in module `second_order`, with the information of (sigma_group^2, sigma_error^2) that the covariates
    leave (Prasad & Rao 1990, JASA 85, 163-171; Datta & Lahiri 2000, Statistica Sinica 10, 613-627).
    ``g2 (J,)`` is the error of the coefficients.
    """
    bias = None
    if model.profile.method == "ml":
        bias = float(np.trace(errors.by_group)), float(np.trace(errors.by_error))
    g1, g3, less = spread_parts(
        errors.own,
        errors.pull,
        ratio=model.ratio,
        step=errors.step,
        error=model.sigma_error,
        inverse=errors.inverse,
        moved=bias,
    )
    return np.asarray(g1 + g2 + 2.0 * g3 - less)
