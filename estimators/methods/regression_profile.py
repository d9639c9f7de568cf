"""The REML and ML criteria of the one-way model with covariates, profiled to one dimension.

Model: y_ij = x_ij'beta + b_j + e_ij, Var(e_ij) = sigma_error^2 / w_ij. With w_j = W_j / (1 + lambda W_j), A
the cross-products of the terms in the metric of V / sigma_error^2 and Q the residual sum of squares, p
coefficients and m = N - p by REML, N by ML, the criteria are

- m (1 + log(2 pi Q / m)) + sum log(1 + lambda W_j) - sum log w  [+ log det A by REML]

(Harville 1977, JASA 72, 320-338; Bates et al. 2015, J. Stat. Softw. 67, 1-48). With h_j the leverage of a
group's row, g = sum w_j^2 r_j x_j, dA = -sum w_j^2 x_j x_j' and dQ = -sum w_j^2 r_j^2, the score is
sum w_j (1 - h_j) - (m / Q) sum w_j^2 r_j^2. Where every group comes with a known sampling variance v_j,
W_j = 1 / v_j and sigma_error = 1 (Fay & Herriot 1979, JASA 74, 269-277).

Terms are turned into columns that are orthonormal at lambda = 0, and the outcome into what they leave there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from estimators.data.scaled import runs_of_equals
from estimators.methods.profile import CELLS_AT_A_TIME, EPS, ROUNDING_AT_ZERO, log_growth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.methods.profile import Method
    from estimators.methods.regression_rows import RegressionRows

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

SMALL = 1e-12
"""Directions within groups so much weaker than the strongest are left out of a bound."""
DECIDES = 0.99
"""A leverage past which 1 - leverage is not taken as a difference."""
ROUNDED_AWAY = 1e-29
"""A complement of that size is the square of what rounding leaves of an orthonormal row."""
FAR = 1e6
"""Up to so many times 1 / W the products of orthonormal columns have a condition number, and lose digits."""


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """The fit at one ratio, in orthonormal columns."""

    weights: Floats
    """(M,) w of each row for groups."""
    basis: Floats
    """(M, p) their rows of the orthonormal basis at this ratio."""
    rest: Floats
    """(M,) sqrt(w) times what is left of their outcomes."""
    residual: float
    """Q."""
    leverage: Floats
    """(M,)."""
    free: Floats
    """(M,) 1 - leverage, with its digits where that is almost 0."""
    basis_within: Floats
    """(P, p) the rows within groups of the basis."""
    triangle: Floats
    """(p, p) upper triangular T: T'T is A."""
    coefficients: Floats
    """(p,)."""


@dataclass(frozen=True, eq=False)
class Squares:
    """What is left at P ratios."""

    between: Floats
    """(P,) Q minus what is left within groups when each has a coefficient of its own."""
    residual: Floats
    """(P,) Q."""
    log_determinant: Floats
    """(P,) log det A, in orthonormal columns."""


@dataclass(frozen=True, eq=False)
class RegressionProfile:
    """The profile of groups with covariates; one replicate, in the form of module `profile`."""

    method: Method
    rows: RegressionRows
    size: Floats
    """(K,) distinct W_j, ascending."""
    count: Floats
    """(K,) groups of each."""
    information: Floats
    """(M,) W of each row for groups."""
    design: Floats
    """(M, p) those rows, in columns that are orthonormal at lambda = 0."""
    outcome: Floats
    """(M,) what those columns leave of their outcomes there."""
    within: Floats
    """(P, p) the rows within groups."""
    within_outcome: Floats
    """(P,)."""
    triangle: Floats
    """(p, p) upper triangular: the terms are the orthonormal columns times it."""
    start: Floats
    """(p,) the coefficients of those columns at lambda = 0."""
    products: Floats
    """(K, p + 1, p + 1) products of the rows of each size, the outcome last."""

    @classmethod
    def of(cls, rows: RegressionRows, method: Method) -> RegressionProfile:
        """The profile of those rows."""
        design, outcome, information = rows.compressed()
        root = np.sqrt(information)
        basis, triangle = np.linalg.qr(np.concatenate([rows.within, root[:, None] * design]))
        rest = np.concatenate([rows.within_outcome, root * outcome])
        start = np.zeros(len(triangle))
        for _ in range(2):
            step = basis.T @ rest
            start += step
            rest = rest - basis @ step
        slopes = len(rows.within)
        design, outcome = basis[slopes:] / root[:, None], rest[slopes:] / root
        order, starts, _ = runs_of_equals(information)
        table = np.column_stack([design, outcome])[order]
        products = np.add.reduceat(table[:, :, None] * table[:, None, :], starts, axis=0)
        sizes = rows.scaled.sizes
        return cls(
            method, rows, sizes.information, sizes.count, information, design, outcome, basis[:slopes],
            rest[:slopes], triangle, start, products,
        )  # fmt: skip

    def __len__(self) -> int:
        return 1

    @property
    def known_error(self) -> bool:
        """Whether sigma_error is 1, as the means' sampling variances are known."""
        return self.rows.scaled.published

    @property
    def unit(self) -> Floats:
        """(1,) the power of two, in the outcome's units."""
        return self.rows.scaled.unit.reshape(-1)

    @property
    def multiplier(self) -> int:
        """What multiplies log Q: N - p for REML, N for ML."""
        total = self.rows.scaled.rows
        return total - self.rows.rank if self.method == "reml" else total

    def solve(self, ratio: float) -> LeastSquares:
        """The least squares at a ratio."""
        weights = self.information / (1.0 + self.information * ratio)
        root = np.sqrt(weights)
        basis, triangle = np.linalg.qr(np.concatenate([self.within, root[:, None] * self.design]))
        rest = np.concatenate([self.within_outcome, root * self.outcome])
        found = np.zeros(len(triangle))
        for _ in range(2):
            step = basis.T @ rest
            found += step
            rest = rest - basis @ step
        slopes = len(self.within)
        leverage = np.square(basis[slopes:]).sum(axis=1)
        return LeastSquares(
            weights=weights,
            basis=basis[slopes:],
            rest=rest[slopes:],
            residual=float(rest @ rest) + self.rows.ss_within,
            leverage=leverage,
            free=complement_of_leverage(basis, slopes, leverage),
            basis_within=basis[:slopes],
            triangle=triangle,
            coefficients=np.linalg.solve(triangle, found),
        )

    @cached_property
    def _slopes(self) -> Floats:
        """(P, q) an orthonormal basis of what the terms can explain within groups."""
        return np.asarray(np.linalg.svd(self.within)[0][:, : self.rows.slopes])

    @cached_property
    def left_within(self) -> float:
        """The residual sum of squares with a coefficient for each group, of ``df_within`` degrees."""
        explained = self._slopes @ (self._slopes.T @ self.within_outcome)
        return self.rows.ss_within + float(np.square(self.within_outcome - explained).sum())

    @cached_property
    def without_row(self) -> Floats:
        """(K,) how many groups of each W have no row, as taking groups of one W together leaves them out."""
        return np.asarray(self.count - np.unique(self.information, return_counts=True)[1])

    @property
    def directions(self) -> int:
        """The lines of the matrix that :meth:`spectrum` needs, M."""
        return len(self.information)

    def spectrum(self) -> tuple[Floats, Floats]:
        """What groups weigh in each direction between them that the terms leave, and how many have each.

        The positive eigenvalues of Z'(I - H)Z, H the hat matrix at lambda = 0: of its ``df_between`` those of
        the rows for groups, and W itself for the rows that taking groups of one W together leaves out.
        """
        pulled = self.information[:, None] * self.design
        found = np.linalg.eigvalsh(np.diag(self.information) - pulled @ pulled.T)[::-1]
        more = self.without_row
        free = self.rows.df_between - int(more.sum())
        some = more > 0
        return (
            np.concatenate([found[:free], self.size[some]]),
            np.concatenate([np.ones(free), more[some]]),
        )

    def at(self, ratio: Floats, of: Places) -> Squares:
        """What is left at P ratios ``(P,)``."""
        del of
        at_once = max(1, CELLS_AT_A_TIME // (self.within.size + self.design.size))
        parts = [self._squares(ratio[i : i + at_once]) for i in range(0, len(ratio), at_once)]
        between, determinant = (np.concatenate(one) for one in zip(*parts, strict=True))
        return Squares(between, self.left_within + between, determinant)

    def _squares(self, ratio: Floats) -> tuple[Floats, Floats]:
        """``between`` and ``log_determinant`` of a few ratios; no difference of two large sums is taken."""
        slopes = len(self.within)
        root = np.sqrt(self.information / (1.0 + self.information * ratio[:, None]))
        stack = np.empty((len(ratio), slopes + self.design.shape[0], self.design.shape[1]))
        stack[:, :slopes], stack[:, slopes:] = self.within, root[:, :, None] * self.design
        rest = np.empty(stack.shape[:2])
        rest[:, :slopes], rest[:, slopes:] = self.within_outcome, root * self.outcome
        basis, triangle = np.linalg.qr(stack)
        for _ in range(2):
            rest -= (basis @ (basis.transpose(0, 2, 1) @ rest[:, :, None]))[:, :, 0]
        between = np.square(rest[:, slopes:]).sum(axis=1)
        between += np.square(rest[:, :slopes] @ self._slopes).sum(axis=1)
        diagonal = np.abs(np.einsum("gaa->ga", triangle))
        return between, 2.0 * np.log(diagonal).sum(axis=1)

    def determinants_above(self, ratio: Floats, here: Squares, best: float, base: Squares) -> Floats:
        """The log determinants at P ratios ``(P,)`` minus those at the best one."""
        value = log_growth(self.size, ratio, best) @ self.count
        more = here.log_determinant - base.log_determinant[0] if self.method == "reml" else 0.0
        return np.asarray(value + more)

    def terms(self, here: LeastSquares, ratio: float) -> tuple[float, float]:
        """The terms whose difference is the score: of the log determinants, and of the residual."""
        every = self.size / (1.0 + self.size * ratio)
        rising = float(every @ self.count)
        if self.method == "reml":
            rising = float(every @ self.without_row + here.weights @ here.free)
        falling = float(here.weights @ np.square(here.rest))
        return rising, falling if self.known_error else falling * self.multiplier / here.residual

    def score_at_zero(self) -> Floats:
        """The score at 0, ``(1,)``; 0 where it is negative within rounding."""
        rising, falling = self.terms(self.solve(0.0), 0.0)
        score = rising - falling
        return np.array([0.0 if 0 > score >= -ROUNDING_AT_ZERO * EPS * (rising + falling) else score])

    def score(self, ratio: Floats, of: Places) -> Floats:
        """The score at P ratios ``(P,)``."""
        del of
        return np.array([rising - falling for rising, falling in map(self._terms_at, ratio.tolist())])

    def _terms_at(self, ratio: float) -> tuple[float, float]:
        return self.terms(self.solve(ratio), ratio)

    def score_and_slope(self, ratio: Floats, of: Places) -> tuple[Floats, Floats]:
        """The score and its derivative at P ratios, ``(P,)`` each."""
        del of
        pairs = [self._with_slope(one) for one in ratio.tolist()]
        return np.array([score for score, _ in pairs]), np.array([slope for _, slope in pairs])

    def _with_slope(self, ratio: float) -> tuple[float, float]:
        here = self.solve(ratio)
        rising, falling = self.terms(here, ratio)
        pull, squares = np.square(here.weights), np.square(here.rest)
        every = np.square(self.size / (1.0 + self.size * ratio))
        rise = -float(every @ self.count)
        if self.method == "reml":
            moved = (here.basis * here.weights[:, None]).T @ here.basis
            rise += 2.0 * float(pull @ here.leverage) - float(np.square(moved).sum())
        drift = here.basis.T @ (here.weights * here.rest)
        fall = 2.0 * (float(drift @ drift) - float(pull @ squares))
        if not self.known_error:
            fall = self.multiplier * fall / here.residual + falling * falling / self.multiplier
        return rising - falling, rise - fall

    def scan(self, ratio: Floats, replicates: slice) -> Floats:  # noqa: ARG002 - there is one
        """The scores at G ratios, ``(1, G)``, from products of the rows: good enough to find their signs.

        Those of ratios so large that products lose too many digits are from the rows themselves.
        """
        far = ratio * self.size[-1] > FAR
        score = np.empty((1, len(ratio)))
        score[0, far] = self.score(ratio[far], np.zeros(int(far.sum()), dtype=np.intp))
        if not far.all():
            score[0, ~far] = self._scan_products(ratio[~far])
        return score

    def _scan_products(self, ratio: Floats) -> Floats:
        weights = self.size / (1.0 + self.size * ratio[:, None])
        flat = self.products.reshape(len(self.size), -1)
        shape = (len(ratio), *self.products.shape[1:])
        all_products, pulled = (weights @ flat).reshape(shape), (np.square(weights) @ flat).reshape(shape)
        last = np.column_stack([self.within, self.within_outcome])
        all_products += last.T @ last
        inner, cross = all_products[:, :-1, :-1], all_products[:, :-1, -1]
        found = np.linalg.solve(inner, cross[:, :, None])[:, :, 0]
        vector = np.concatenate([-found, np.ones((len(ratio), 1))], axis=1)
        falling = np.einsum("ga,gab,gb->g", vector, pulled, vector)
        if not self.known_error:
            residual = np.einsum("ga,gab,gb->g", vector, all_products, vector) + self.rows.ss_within
            falling *= self.multiplier / residual
        rising = weights @ self.count
        if self.method == "reml":
            rising -= np.einsum("gaa->g", np.linalg.solve(inner, pulled[:, :-1, :-1]))
        return np.asarray(rising - falling)

    def tops(self) -> Floats:
        """A ratio past which the score is proven positive, ``(1,)``.

        With E what is left within groups and B the squares of the groups' rows at the coefficients that reach
        it, Q - E <= B / lambda and so sum w^2 r^2 <= B / lambda^2. Leverages only fall as lambda rises, so
        the rising part is at least s f / (1 + s lambda) from lambda = 1 / s on, s the smallest W_j and f the
        sum of 1 - h_j there.
        """
        slope = np.linalg.lstsq(self.within, self.within_outcome, rcond=SMALL)[0]
        apart = float(np.square(self.outcome - self.design @ slope).sum())
        left = self.rows.ss_within + float(np.square(self.within_outcome - self.within @ slope).sum())
        smallest = float(self.size[0])
        free = float(self.rows.scaled.groups)
        if self.method == "reml":
            free -= float(self.solve(1.0 / smallest).leverage.sum())
        per_error = 1.0 if self.known_error else self.multiplier / left
        bound = apart * smallest * per_error / free
        return np.array([max((bound + np.sqrt(bound) * np.sqrt(bound + 4.0)) / 2.0, 1.0) / smallest])

    def criterion_at(self, ratio: Floats, of: Places) -> Floats:
        """The criterion at P ratios ``(P,)``, in the outcome's and the covariates' units."""
        del of
        return np.array([self._criterion(one) for one in ratio.tolist()])

    def _criterion(self, ratio: float) -> float:
        here, scaled, rank = self.solve(ratio), self.rows.scaled, self.rows.rank
        value, log_unit = float(np.log1p(self.size * ratio) @ self.count), float(np.log(self.unit[0]))
        if self.method == "reml":
            value += 2.0 * float(np.log(np.abs(here.triangle.diagonal())).sum())
            value += 2.0 * float(np.log(np.abs(self.triangle.diagonal())).sum()) + self.rows.log_units
        if self.known_error:
            free = scaled.groups - (rank if self.method == "reml" else 0)
            fixed = free * np.log(2 * np.pi) - float(self.count @ np.log(self.size))
            return float(value + here.residual + fixed + 2.0 * free * log_unit)
        m = self.multiplier
        value -= scaled.log_weights
        return float(value + m * (1.0 + np.log(2 * np.pi * here.residual / m) + 2.0 * log_unit))


def complement_of_leverage(basis: Floats, slopes: int, leverage: Floats) -> Floats:
    """(M,) 1 - leverage of the rows of an orthonormal basis past the first ``slopes``.

    Of a row that almost decides a coefficient alone it is what the other rows have along it, as the squares
    along any direction add up to 1; 0 where they have nothing but rounding.
    """
    free = 1.0 - leverage
    deciding = np.flatnonzero(leverage > DECIDES)
    if len(deciding):
        place = slopes + deciding
        along = np.square(basis @ (basis[place] / np.sqrt(leverage[deciding])[:, None]).T)
        along[place, np.arange(len(place))] = 0.0
        others = along.sum(axis=0)
        free[deciding] = np.where(others > ROUNDED_AWAY, others / (leverage[deciding] + others), 0.0)
    return free
