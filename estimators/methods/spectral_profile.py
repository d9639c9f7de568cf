"""The REML and ML criteria of many outcomes at one design, on the directions in which it leaves them.

With H the hat matrix at lambda = 0, of the rows within groups and of sqrt(W_j) (1, x_j), and d_i the positive
eigenvalues of diag(sqrt W)(I - H)diag(sqrt W), what covariates leave of an outcome is a number u_i in each of
those directions, independent with variance sigma_error^2 (1 + lambda d_i), and what is left within groups, E.
So Q = E + sum u_i^2 / (1 + lambda d_i), and the criteria of module `regression_profile` are but for
constants

- REML  m log Q + sum log(1 + lambda d_i)
- ML    N log Q + sum log(1 + lambda W_j)

(Patterson & Thompson 1971, Biometrika 58, 545-554; Crainiceanu & Ruppert 2004, JRSS B 66, 165-185).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.methods.profile import CELLS_AT_A_TIME, EPS, ROUNDING_AT_ZERO

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class SpectralProfile:
    """The profiles of R outcomes, in the form of module `profile`."""

    method: Method
    size: Floats
    """(K,) d, ascending."""
    squares: Floats
    """(R, K) u^2."""
    left: Floats
    """(R,) E, above 0."""
    information: Floats
    """(J,) W."""
    multiplier: int
    """What multiplies log Q: N - p for REML, N for ML."""

    def __len__(self) -> int:
        return len(self.squares)

    @property
    def _weighing(self) -> Floats:
        """What log determinants are of: d for REML, W for ML."""
        return self.size if self.method == "reml" else self.information

    def residual(self, ratio: Floats) -> Floats:
        """(R,) Q at a ratio ``(R,)`` for each."""
        return np.asarray(self.left + (self.squares / (1.0 + self.size * ratio[:, None])).sum(axis=1))

    def log_determinant(self, ratio: Floats) -> Floats:
        """(P,) the sum of the logarithms, which is without what does not depend on the ratio."""
        return np.asarray(np.log1p(self._weighing * ratio[:, None]).sum(axis=1))

    def criterion_at(self, ratio: Floats, of: Places) -> Floats:
        """The criterion but for constants at P points ``(P,)``."""
        squares = self.squares[of] / (1.0 + self.size * ratio[:, None])
        residual = self.left[of] + squares.sum(axis=1)
        return np.asarray(self.multiplier * np.log(residual) + self.log_determinant(ratio))

    def score_at_zero(self) -> Floats:
        """The score of each replicate at 0, ``(R,)``; 0 where it is negative within rounding."""
        rising, falling, _ = self._terms(np.zeros(len(self)), np.arange(len(self)))
        score = rising - falling
        score[(score < 0) & (-score <= ROUNDING_AT_ZERO * EPS * (rising + falling))] = 0.0
        return np.asarray(score)

    def score(self, ratio: Floats, of: Places) -> Floats:
        """Derivative of the criterion by lambda at P points ``(P,)``."""
        at_once = max(1, CELLS_AT_A_TIME // len(self.information))
        parts = [
            self._terms(ratio[i : i + at_once], of[i : i + at_once]) for i in range(0, len(ratio), at_once)
        ]
        return np.concatenate([rising - falling for rising, falling, _ in parts])

    def score_and_slope(self, ratio: Floats, of: Places) -> tuple[Floats, Floats]:
        """The score and its derivative at P points, ``(P,)`` each."""
        rising, falling, slope = self._terms(ratio, of)
        return rising - falling, slope

    def _terms(self, ratio: Floats, of: Places) -> tuple[Floats, Floats, Floats]:
        """The terms whose difference is the score, and its derivative, ``(P,)`` each."""
        some = self.squares[of]
        inverse = 1.0 / (1.0 + self.size * ratio[:, None])
        pulled = self.size * inverse
        residual = self.left[of] + (some * inverse).sum(axis=1)
        first = (some * inverse * pulled).sum(axis=1) / residual
        second = (some * inverse * np.square(pulled)).sum(axis=1) / residual
        each = self._weighing / (1.0 + self._weighing * ratio[:, None])
        slope = -np.square(each).sum(axis=1) - self.multiplier * (np.square(first) - 2.0 * second)
        return each.sum(axis=1), self.multiplier * first, slope

    def scan(self, ratio: Floats, replicates: slice) -> Floats:
        """The scores of some replicates at the same G ratios, ``(R, G)``."""
        some, inverse = self.squares[replicates], 1.0 / (1.0 + self.size * ratio[:, None])
        residual = self.left[replicates, None] + some @ inverse.T
        falling = self.multiplier * (some @ (self.size * np.square(inverse)).T) / residual
        each = self._weighing / (1.0 + self._weighing * ratio[:, None])
        return np.asarray(each.sum(axis=1) - falling)

    def tops(self) -> Floats:
        """The ratio past which the score of each replicate is proven positive, ``(R,)``.

        With s the smallest of f numbers in the log determinants, the rising part is at least f s / (1 + s
        lambda); the falling one is at most (m / E) B / lambda^2, B the sum of u^2 / d.
        """
        smallest, count = float(self._weighing.min()), len(self._weighing)
        bound = smallest * self.multiplier * (self.squares / self.size).sum(axis=1) / self.left / count
        top = (bound + np.sqrt(bound) * np.sqrt(bound + 4.0)) / 2.0
        return np.asarray(np.maximum(top, 1.0) / smallest)
