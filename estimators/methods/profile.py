"""The REML and ML criteria of the one-way model, profiled to one dimension.

Model: y_ij = mu + b_j + e_ij, b_j ~ N(0, sigma_group^2), e_ij ~ N(0, sigma_error^2). With
lambda = sigma_group^2 / sigma_error^2, w_j = n_j / (1 + n_j lambda), W = sum w_j, mu = sum w_j ybar_j / W and
Q = sum w_j (ybar_j - mu)^2 + SSW, the criteria are

- REML  (N-1)(1 + log(2 pi Q / (N-1))) + sum log(1 + n_j lambda) + log W,   sigma_error^2 = Q / (N-1)
- ML    N (1 + log(2 pi Q / N)) + sum log(1 + n_j lambda),                  sigma_error^2 = Q / N

(Harville 1977, JASA 72, 320-338; the profile in lambda as in Bates and DebRoy 2004, J. Multivariate Anal. 91,
1-17). Where rows have weights w, Var(e_ij) = sigma_error^2 / w_ij, n_j is the sum of a group's weights and
ybar_j its weighted mean, and the criteria have -sum log w more, as lme4's. Where every group comes with a
known sampling variance v_j instead of rows, n_j = 1 / v_j and
sigma_error = 1 is fixed, and the criteria are those of the random-effects model of meta-analysis (Viechtbauer
2005, J. Educ. Behav. Stat. 30, 261-293).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.scaled import ScaledGroups

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

Method = Literal["reml", "ml"]

CELLS_AT_A_TIME = 1 << 20
"""Ratios times distinct sizes that are worked on at once: 8 MB an array, so that memory stays bounded."""
ROUNDING_AT_ZERO = 16
"""A score at 0 counts as 0 within so many roundings of its terms, each of which takes some ten on the way."""
EPS = float(np.finfo(np.float64).eps)


class OneDimensional(Protocol):
    """What the search for the global minimum needs of R profiles; module `variance_components`."""

    @property
    def size(self) -> Floats:
        """(K,) distinct information, ascending."""

    def __len__(self) -> int: ...

    def score_at_zero(self) -> Floats:
        """The score of each replicate at 0, ``(R,)``; 0 where it is negative within rounding."""

    def score(self, ratio: Floats, of: Places) -> Floats:
        """Derivative of the criterion by lambda at P ratios, each of the replicate that ``of (P,)`` says."""

    def score_and_slope(self, ratio: Floats, of: Places) -> tuple[Floats, Floats]:
        """The score and its derivative at P points, ``(P,)`` each."""

    def scan(self, ratio: Floats, replicates: slice) -> Floats:
        """The scores of some replicates at the same G ratios, ``(R, G)``, good enough to find their signs."""

    def tops(self) -> Floats:
        """The ratio past which the score of each replicate is proven positive, ``(R,)``."""

    def criterion_at(self, ratio: Floats, of: Places) -> Floats:
        """The criterion at P points ``(P,)``."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """What the profile is made of at P points."""

    weights: Floats
    """(P, K) w_j for each distinct size."""
    total: Floats
    """(P,) W."""
    center: Floats
    """(P,) mu."""
    offset: Floats
    """(P, K) means minus mu."""
    distance: Floats
    """(P, K) sums of squares of the groups' means around mu."""
    residual: Floats
    """(P,) Q."""


@dataclass(frozen=True, eq=False)
class Profile:
    """The profiles of R replicates on groups taken together by size, each in units of its ``unit``.

    Means are counted from the mean of all rows, where mu starts at lambda = 0.
    """

    method: Method
    size: Floats
    """(K,) distinct n_j, ascending."""
    count: Floats
    """(K,) groups of each size."""
    mean: Floats
    """(R, K) the mean of their means."""
    spread: Floats
    """(R, K) the sum of squares of their means around it."""
    ss_within: Floats
    """(R,) SSW; 0 where sigma_error is known."""
    unit: Floats
    """(R,) powers of two, in the outcome's units."""
    rows: int
    """N."""
    known_error: bool
    """Whether sigma_error is 1, as the means' sampling variances are known."""
    log_weights: float = 0.0
    """The sum of the logarithms of the rows' weights."""

    @classmethod
    def of(cls, scaled: ScaledGroups, method: Method) -> Profile:
        """The profiles of scaled summaries ``(..., J)``, one for each replicate; of one data set, one."""
        sizes = scaled.sizes
        distinct = len(sizes.count)
        return cls(
            method=method,
            size=sizes.information,
            count=sizes.count,
            mean=sizes.mean.reshape(-1, distinct),
            spread=sizes.spread.reshape(-1, distinct),
            ss_within=scaled.ss_within.reshape(-1),
            unit=scaled.unit.reshape(-1),
            rows=scaled.rows,
            known_error=scaled.published,
            log_weights=scaled.log_weights,
        )

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def groups(self) -> float:
        """The number of groups, J."""
        return float(self.count.sum())

    @property
    def free_groups(self) -> float:
        """J - 1 for REML, J for ML."""
        return self.groups - 1 if self.method == "reml" else self.groups

    @property
    def multiplier(self) -> int:
        """What multiplies log Q: N - 1 for REML, N for ML."""
        return self.rows - 1 if self.method == "reml" else self.rows

    def at(self, ratio: Floats, of: Places) -> Weighted:
        """The parts of the profile at P ratios, each of the replicate that ``of (P,)`` says."""
        weights = self.size / (1.0 + self.size * ratio[:, None])
        shares = weights * self.count
        total = shares.sum(axis=1)
        mean = self.mean[of]
        center = np.einsum("pk,pk->p", shares, mean) / total
        offset = mean - center[:, None]
        distance = self.spread[of] + self.count * np.square(offset)
        residual = np.einsum("pk,pk->p", weights, distance) + self.ss_within[of]
        return Weighted(weights, total, center, offset, distance, residual)

    def score(self, ratio: Floats, of: Places) -> Floats:
        """Derivative of the criterion by lambda at P points ``(P,)``."""
        at_once = max(1, CELLS_AT_A_TIME // len(self.size))
        starts = range(0, len(ratio), at_once)
        blocks = [self.at(ratio[i : i + at_once], of[i : i + at_once]) for i in starts]
        scores = [rising - falling for rising, falling in map(self.terms, blocks)]
        return scores[0] if len(scores) == 1 else np.concatenate(scores)

    def terms(self, here: Weighted) -> tuple[Floats, Floats]:
        """The terms ``(P,)`` whose difference is the score: of the log determinants, and of the residual."""
        falling = np.einsum("pk,pk,pk->p", here.weights, here.weights, here.distance)
        if not self.known_error:
            falling *= self.multiplier / here.residual
        return self._rising(here.weights, here.total), falling

    def score_and_slope(self, ratio: Floats, of: Places) -> tuple[Floats, Floats]:
        """The score and its derivative at P points, ``(P,)`` each."""
        here = self.at(ratio, of)
        rising, falling = self.terms(here)
        return rising - falling, self.slope(here)

    def slope(self, here: Weighted) -> Floats:
        """Derivative of the score ``(P,)`` at points whose parts are ``here``, enough for Newton's steps.

        With w' = -w^2, mu' = -sum w^2 (ybar_j - mu) / W, and Q' = -sum w^2 (ybar_j - mu)^2, as Q is least
        at mu.
        """
        pull = np.square(here.weights)
        pulled = pull * self.count
        falling = np.einsum("pk,pk->p", pull, here.distance)
        moved = np.einsum("pk,pk->p", pulled, here.offset)
        cubed = np.einsum("pk,pk,pk->p", pull, here.weights, here.distance)
        slope = 2.0 * (moved * moved / here.total - cubed)
        if not self.known_error:
            slope = self.multiplier * (slope + falling * falling / here.residual) / here.residual
        squares = pulled.sum(axis=1)
        rising = -squares
        if self.method == "reml":
            cubes = np.einsum("pk,pk->p", pulled, here.weights)
            rising += (2.0 * cubes - squares * squares / here.total) / here.total
        return np.asarray(rising - slope)

    def score_at_zero(self) -> Floats:
        """The score of each replicate at 0, ``(R,)``; 0 where it is negative within rounding."""
        rising, falling = self.terms(self.at(np.zeros(len(self)), np.arange(len(self))))
        score = rising - falling
        score[(score < 0) & (-score <= ROUNDING_AT_ZERO * EPS * (rising + falling))] = 0.0
        return score

    def scan(self, ratio: Floats, replicates: slice) -> Floats:
        """The scores of some replicates at the same G ratios, ``(R, G)``, good enough to find their signs.

        As means are counted from each replicate's mean of all rows, where mu starts at 0, products of
        matrices do: little cancels.
        """
        weights = self.size / (1.0 + self.size * ratio[:, None])
        pull, total = np.square(weights), weights @ self.count
        mean = self.mean[replicates]
        first, second = self.count * mean, self.spread[replicates] + self.count * np.square(mean)
        moment, pulled_moment = first @ weights.T, first @ pull.T
        center = moment / total
        falling = second @ pull.T - center * (2.0 * pulled_moment - center * (pull @ self.count))
        if not self.known_error:
            residual = second @ weights.T - center * moment + self.ss_within[replicates, None]
            falling *= self.multiplier / residual
        return np.asarray(self._rising(weights, total) - falling)

    def tops(self) -> Floats:
        """The ratio past which the score of each replicate is proven positive, ``(R,)``.

        With R the range of the means (``reach``, or less), -Q' <= J R^2 / lambda^2, and the rising part is at
        least (J - 1) s / (1 + s lambda), s the smallest size; so x = s lambda with x^2 / (1 + x) above the
        bound T is enough. ``per_error`` is the multiplier of log Q over the sum of squares within groups.
        """
        smallest, groups = float(self.size[0]), self.groups
        reach = self.mean.max(axis=1) - self.mean.min(axis=1) + 2.0 * np.sqrt(self.spread.max(axis=1))
        per_error = 1.0 if self.known_error else self.multiplier / self.ss_within
        bound = smallest * groups / (groups - 1) * np.square(reach) * per_error
        return np.asarray(np.maximum((bound + np.sqrt(bound) * np.sqrt(bound + 4.0)) / 2.0, 1.0) / smallest)

    def _rising(self, weights: Floats, total: Floats) -> Floats:
        """The derivative of the log determinants: sum w, for REML minus sum w^2 / W.

        Without the difference of nearly equal numbers when one weight dominates.
        """
        if self.method == "ml":
            return total
        return np.asarray(np.einsum("pk,pk->p", weights * self.count, 1.0 - weights / total[:, None]))

    def determinants_above(self, ratio: Floats, here: Weighted, best: float, base: Weighted) -> Floats:
        """The log determinants at P ratios ``(P,)`` minus those at the best one, term by term."""
        value = log_growth(self.size, ratio, best) @ self.count
        return np.asarray(value + np.log(here.total / base.total[0]) if self.method == "reml" else value)

    def criterion_at(self, ratio: Floats, of: Places) -> Floats:
        """The criterion at P points ``(P,)``, in the outcome's units."""
        return self.criterion(ratio, self.at(ratio, of), self.unit[of])

    def criterion(self, ratio: Floats, here: Weighted, unit: Floats) -> Floats:
        """The criterion ``(P,)`` in the outcome's units, of the parts ``here`` and ``unit`` at P points."""
        value, log_unit = np.log1p(self.size * ratio[:, None]) @ self.count, np.log(unit)
        if self.method == "reml":
            value += np.log(here.total)
        if self.known_error:
            free = self.free_groups
            fixed = free * np.log(2 * np.pi) - float(self.count @ np.log(self.size))
            return np.asarray(value + here.residual + fixed + 2.0 * free * log_unit)
        m = self.multiplier
        value -= self.log_weights
        return np.asarray(value + m * (1.0 + np.log(2 * np.pi * here.residual / m) + 2.0 * log_unit))


def log_growth(size: Floats, ratio: Floats, best: float) -> Floats:
    """log((1 + n lambda) / (1 + n lambda_best)) of K sizes at P ratios, ``(P, K)``, to nearly all digits.

    By the difference of the ratios where it is small, as the logarithms' own would cancel, and by these where
    it is nearly all of ``best``, as 1 + n lambda would be what rounding leaves of the difference.
    """
    steps = size * (ratio[:, None] - best) / (1.0 + size * best)
    near = np.log1p(np.maximum(steps, -0.5))
    far = np.log1p(size * ratio[:, None]) - np.log1p(size * best)
    return np.asarray(np.where(steps >= -0.5, near, far))
