"""REML and ML variance components of the one-way model, by the global minimum of a one-dimensional profile.

Model: y_ij = mu + b_j + e_ij, b_j ~ N(0, sigma_group^2), e_ij ~ N(0, sigma_error^2). With
lambda = sigma_group^2 / sigma_error^2, w_j = n_j / (1 + n_j lambda), W = sum w_j, mu = sum w_j ybar_j / W and
Q = sum w_j (ybar_j - mu)^2 + SSW, the criteria are

- REML  (N-1)(1 + log(2 pi Q / (N-1))) + sum log(1 + n_j lambda) + log W,   sigma_error^2 = Q / (N-1)
- ML    N (1 + log(2 pi Q / N)) + sum log(1 + n_j lambda),                  sigma_error^2 = Q / N

(Harville 1977, JASA 72, 320-338; the profile in lambda as in Bates and DebRoy 2004, J. Multivariate Anal. 91,
1-17). Where every group comes with a known sampling variance v_j instead of rows, n_j = 1 / v_j and
sigma_error = 1 is fixed, and the criteria are those of the random-effects model of meta-analysis (Viechtbauer
2005, J. Educ. Behav. Stat. 30, 261-293).

The profile can have two minima, so every sign change of the score is refined and compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData

Method = Literal["reml", "ml"]

GRID_PER_DECADE = 24
REFINED_CELL_POINTS = 65
LOWEST_RATIO = 1e-6
"""The first ratio looked at, times the largest size: up to there the score is that of 0."""
ROUNDING_AT_ZERO = 16
"""A score at 0 counts as 0 within so many roundings of its terms."""
CELLS_AT_A_TIME = 1 << 20
"""Ratios times distinct sizes for which the score is computed at once, so that memory stays bounded."""
MOST_STEPS = 200
EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class VarianceComponents:
    """The fitted model, in the outcome's units; ``mu`` is relative to ``GroupData.origin``.

    ``ratio`` is lambda, or sigma_group^2 in units of ``Profile.unit`` where the sampling variances are known;
    then ``sigma_error`` has no meaning.
    """

    mu: float
    mu_std_error: float
    sigma_group: float
    sigma_error: float
    ratio: float
    criterion: float


@dataclass(frozen=True, eq=False)
class Profile:
    """The profile on groups collapsed by size, in units of ``unit``: a power of two, so nothing is rounded.

    ``size``, ``count``, ``mean`` and ``spread`` have shape (K,): for each distinct size the number of its
    groups, the mean of their means and the sum of squares of their means around it.
    """

    method: Method
    size: NDArray[np.float64]
    count: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    ss_within: float
    rows: int
    unit: float
    known_error: bool

    @property
    def groups(self) -> float:
        """The number of groups, J."""
        return float(self.count.sum())

    @property
    def multiplier(self) -> int:
        """What multiplies log Q: N - 1 for REML, N for ML."""
        return self.rows - 1 if self.method == "reml" else self.rows

    def weights(self, ratio: NDArray[np.float64]) -> NDArray[np.float64]:
        """w_j for each distinct size: (G,) ratios give (G, K)."""
        return self.size / (1.0 + self.size * ratio[:, None])

    def center(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The population mean for each row of weights, (G,)."""
        return (weights * self.count) @ self.mean / (weights @ self.count)

    def score(self, ratio: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Derivative of the criterion at each ratio (G,), and the sum of the terms that it subtracts."""
        at_once = max(1, CELLS_AT_A_TIME // len(self.size))
        blocks = [self._score(ratio[i : i + at_once]) for i in range(0, len(ratio), at_once)]
        return np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks])

    def _score(self, ratio: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        w = self.weights(ratio)
        distance = self.spread + self.count * np.square(self.mean - self.center(w)[:, None])
        pull = np.square(w)
        falling = np.einsum("gk,gk->g", pull, distance)
        if not self.known_error:
            falling = self.multiplier * falling / (np.einsum("gk,gk->g", w, distance) + self.ss_within)
        rising = w @ self.count
        if self.method == "reml":
            # sum w - sum w^2 / W without the difference of nearly equal numbers when one weight dominates
            total = rising
            rising = np.einsum("gk,gk->g", w * self.count, 1.0 - w / total[:, None])
        return rising - falling, rising + falling

    def criterion(self, ratio: float) -> float:
        """The criterion at one ratio, in the outcome's units."""
        w = self.weights(np.array([ratio]))[0]
        q, total = self.residual(ratio), float(w @ self.count)
        value = float(self.count @ np.log1p(self.size * ratio))
        if self.method == "reml":
            value += float(np.log(total))
        if self.known_error:
            free = self.groups - 1 if self.method == "reml" else self.groups
            scale = 2.0 * free * float(np.log(self.unit))
            return value + q + free * float(np.log(2 * np.pi)) - float(self.count @ np.log(self.size)) + scale
        m = self.multiplier
        return value + m * float(1.0 + np.log(2 * np.pi * q / m) + 2.0 * np.log(self.unit))

    def residual(self, ratio: float) -> float:
        """Q at one ratio, in squared units of ``unit``."""
        w = self.weights(np.array([ratio]))
        center = self.center(w)[0]
        return float(w[0] @ (self.spread + self.count * np.square(self.mean - center))) + self.ss_within


def fit_variance_components(data: GroupData, method: Method) -> VarianceComponents:
    """The global minimum of the profile over lambda >= 0.

    ``data`` must have two groups or more, and known variances or rows that vary within groups.
    """
    profile = collapse(data, method)
    ratio = min(candidates(profile), key=profile.criterion)
    w = profile.weights(np.array([ratio]))
    sigma_error = 1.0 if profile.known_error else float(np.sqrt(profile.residual(ratio) / profile.multiplier))
    total = float((w @ profile.count)[0])
    mu = float(profile.center(w)[0])
    mu += float((w[0] * profile.count) @ (profile.mean - mu)) / total
    unit = profile.unit
    return VarianceComponents(
        mu=mu * unit,
        mu_std_error=sigma_error / float(np.sqrt(total)) * unit,
        sigma_group=float(np.sqrt(ratio)) * sigma_error * unit,
        sigma_error=sigma_error * unit,
        ratio=ratio,
        criterion=profile.criterion(ratio),
    )


def collapse(data: GroupData, method: Method) -> Profile:
    """Groups of equal size become one term; the outcome is rescaled by a power of two."""
    variance = data.known_variance
    within = data.ss_within if variance is None else variance
    unit = power_of_two(max(float(np.abs(data.centered_mean).max()), float(np.sqrt(within.max()))))
    centered = data.centered_mean / unit
    precision = data.n.astype(np.float64) if variance is None else np.square(unit / np.sqrt(variance))
    size, of = np.unique(precision, return_inverse=True)
    count = np.bincount(of).astype(np.float64)
    mean = np.bincount(of, centered) / count
    rest = centered - mean[of]
    mean = mean + np.bincount(of, rest) / count
    return Profile(
        method=method,
        size=size,
        count=count,
        mean=mean,
        spread=np.asarray(np.bincount(of, np.square(centered - mean[of])), dtype=np.float64),
        ss_within=float((data.ss_within / unit / unit).sum()),
        rows=data.total,
        unit=unit,
        known_error=variance is not None,
    )


def candidates(profile: Profile) -> list[float]:
    """Every local minimum of the criterion over [0, infinity).

    These are 0, where the score there is not negative, and each root at which the score turns from negative
    to positive. A score at 0 that is within rounding of 0 counts as 0.
    """
    grid = np.concatenate([[0.0], _grid(profile)])
    score, size = profile.score(grid)
    if score[0] < 0 and -score[0] <= ROUNDING_AT_ZERO * EPS * size[0]:
        score[0] = 0.0
    grid, score = _with_near_misses(profile, grid, score)
    found = [0.0] if score[0] >= 0 else []
    turns = np.flatnonzero((score[:-1] < 0) & (score[1:] >= 0))
    found.extend(_refine(profile, float(grid[i]), float(grid[i + 1])) for i in turns)
    return found


def _grid(profile: Profile) -> NDArray[np.float64]:
    """Ratios from where the score is that of 0 up to where it is proven positive, even in the logarithm."""
    smallest, largest = float(profile.size[0]), float(profile.size[-1])
    reach = float(profile.mean.max() - profile.mean.min()) + 2.0 * float(np.sqrt(profile.spread.max()))
    per_error = 1.0 if profile.known_error else profile.multiplier / profile.ss_within
    top = float(top_ratio(smallest, profile.groups, reach, per_error))
    bottom = LOWEST_RATIO / largest
    points = int(np.ceil(np.log10(top / bottom) * GRID_PER_DECADE)) + 2
    return np.geomspace(bottom, 1.001 * top, points)


def top_ratio(
    smallest: float, groups: float, reach: float | NDArray[np.float64], per_error: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """The ratio past which the score is proven positive, for one replicate or many.

    With R the range of the means (``reach``, or less), -Q' <= J R^2 / lambda^2, and the rising part is at
    least (J - 1) s / (1 + s lambda), s the smallest size; so x = s lambda with x^2 / (1 + x) above the bound
    T is enough. ``per_error`` is the multiplier of log Q over the sum of squares within groups.
    """
    bound = smallest * groups / (groups - 1) * np.square(reach) * per_error
    return np.asarray(np.maximum((bound + np.sqrt(bound) * np.sqrt(bound + 4.0)) / 2.0, 1.0) / smallest)


def _with_near_misses(
    profile: Profile, grid: NDArray[np.float64], score: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Add points where the score nears 0 and turns away, so that a pair of roots within a cell is seen."""
    scaled = score[1:] * grid[1:]
    inner = slice(1, -1)
    near = (np.abs(scaled[inner]) <= np.abs(scaled[:-2])) & (np.abs(scaled[inner]) <= np.abs(scaled[2:]))
    same = (np.sign(scaled[inner]) == np.sign(scaled[:-2])) & (np.sign(scaled[inner]) == np.sign(scaled[2:]))
    cells = np.flatnonzero(near & same) + 2
    if not len(cells):
        return grid, score
    extra = np.concatenate([np.geomspace(grid[i - 1], grid[i + 1], REFINED_CELL_POINTS)[1:-1] for i in cells])
    ratios = np.concatenate([grid, extra])
    scores = np.concatenate([score, profile.score(extra)[0]])
    order = np.argsort(ratios, kind="stable")
    return ratios[order], scores[order]


def _refine(profile: Profile, low: float, high: float) -> float:
    """The root of the score in a bracket, to the last bit that the score can tell.

    Chandrupatla (1997), Advances in Engineering Software 28, 145-149. Where, looked at more exactly, an end
    has the other sign, the root is there within rounding.
    """

    def score(ratio: float) -> float:
        return float(profile.score(np.array([ratio], dtype=np.longdouble))[0][0])

    a, b, f_a, f_b = high, low, score(high), score(low)
    if f_a <= 0 or f_b >= 0:
        return high if f_a <= 0 else low
    c, f_c, t = a, f_a, 0.5
    for _ in range(MOST_STEPS):
        x = a + t * (b - a)
        f_x = score(x)
        if np.sign(f_x) == np.sign(f_a):
            c, f_c = a, f_a
        else:
            c, b, f_c, f_b = b, a, f_b, f_a
        a, f_a = x, f_x
        best = a if abs(f_a) < abs(f_b) else b
        tolerance = 0.5 * EPS * abs(best)
        width = abs(b - a)
        if f_a == 0 or width <= 2 * tolerance:
            return best
        t = _step((a, b, c), (f_a, f_b, f_c))
        t = min(max(t, tolerance / width), 1 - tolerance / width)
    return best


def _step(points: tuple[float, float, float], values: tuple[float, float, float]) -> float:
    """The share of the bracket to go: inverse quadratic interpolation where it is safe, else half."""
    (a, b, c), (f_a, f_b, f_c) = points, values
    xi, phi = (a - b) / (c - b), (f_a - f_b) / (f_c - f_b)
    if phi**2 < xi and (1 - phi) ** 2 < 1 - xi:
        first = f_a / (f_b - f_a) * f_c / (f_b - f_c)
        return first + (c - a) / (b - a) * f_a / (f_c - f_a) * f_b / (f_c - f_b)
    return 0.5


def power_of_two(size: float) -> float:
    """The power of two just above a positive number; 1 for 0."""
    return float(2.0 ** np.frexp(size)[1]) if size > 0 else 1.0
