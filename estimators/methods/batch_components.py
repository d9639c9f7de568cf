"""REML and ML variance components of many replicates of the same groups at once.

The profile is that of the module `variance_components`. Groups of equal size have a closed form: with
t = 1 + n lambda the criterion is, up to a constant, m log(SSB / t + SSW) + k log t, where m = N - 1 and
k = J - 1 for REML, m = N and k = J for ML. It falls until t = (SSB / k) / (SSW / (N - J)) and rises from
there, so its one minimum is at that t, or at lambda = 0 where that t is below 1 (Searle, Casella & McCulloch
1992, Variance Components, ch. 4). Otherwise the scores of all replicates are scanned on one grid, and every
turn from negative to positive is refined and compared, as for single fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.methods.variance_components import (
    CELLS_AT_A_TIME,
    EPS,
    GRID_PER_DECADE,
    LOWEST_RATIO,
    MOST_STEPS,
    REFINED_CELL_POINTS,
    ROUNDING_AT_ZERO,
    Method,
    top_ratio,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.batch import GroupBatch

SCANNED_AT_A_TIME = 1 << 17
"""Replicates times ratios whose scores are held at once: what a processor keeps close."""
MULTIPLIED_AT_A_TIME = 1 << 18
"""Replicates times ratios times sizes in one product of matrices: more, and OpenBLAS spreads it over threads
that wait for each other by spinning, which on a busy machine takes several times as long."""
LEVEL = 1e-9
"""A score that changes less than this between cells, relatively, is level there and does not near 0."""
REFINED_TO = 2 * EPS
"""The relative width at which a bracket is narrow enough."""


@dataclass(frozen=True, eq=False)
class BatchComponents:
    """The fitted models, ``(R,)`` each, in the outcome's units; ``mu`` is relative to the batch's origin."""

    mu: NDArray[np.float64]
    mu_std_error: NDArray[np.float64]
    sigma_group: NDArray[np.float64]
    sigma_error: NDArray[np.float64]
    ratio: NDArray[np.float64]
    criterion: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weighted:
    """What the profile is made of at P points; see `variance_components.Profile`."""

    weights: NDArray[np.float64]
    """(P, K) w_j for each distinct size."""
    total: NDArray[np.float64]
    """(P,) sum of w_j over groups."""
    center: NDArray[np.float64]
    """(P,) the population mean."""
    distance: NDArray[np.float64]
    """(P, K) sums of squares of the groups' means around it."""
    residual: NDArray[np.float64]
    """(P,) Q."""


@dataclass(frozen=True, eq=False)
class BatchProfile:
    """The profiles of R replicates on groups collapsed by size, each in units of its ``unit``.

    ``size`` and ``count`` are ``(K,)``: the distinct sizes and the number of groups of each. ``mean`` (the
    mean of their means, minus ``middle``, the mean of all rows) and ``spread`` are ``(R, K)``, the rest
    ``(R,)``.
    """

    method: Method
    size: NDArray[np.float64]
    count: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    ss_within: NDArray[np.float64]
    middle: NDArray[np.float64]
    unit: NDArray[np.float64]
    rows: int

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def groups(self) -> float:
        """The number of groups, J."""
        return float(self.count.sum())

    @property
    def multiplier(self) -> int:
        """What multiplies log Q: N - 1 for REML, N for ML."""
        return self.rows - 1 if self.method == "reml" else self.rows

    def at(self, ratio: NDArray[np.float64], of: NDArray[np.intp]) -> Weighted:
        """The parts of the profile at P ratios, each of the replicate that ``of`` says."""
        weights = self.size / (1.0 + self.size * ratio[:, None])
        shares = weights * self.count
        total = shares.sum(axis=1)
        mean = self.mean[of]
        center = np.einsum("pk,pk->p", shares, mean) / total
        distance = self.spread[of] + self.count * np.square(mean - center[:, None])
        residual = np.einsum("pk,pk->p", weights, distance) + self.ss_within[of]
        return Weighted(weights, total, center, distance, residual)

    def score(
        self, ratio: NDArray[np.float64], of: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Derivative of the criterion at P points ``(P,)``, and the sum of the terms that it subtracts."""
        at_once = max(1, CELLS_AT_A_TIME // len(self.size))
        if len(ratio) > at_once:
            starts = range(0, len(ratio), at_once)
            blocks = [self.score(ratio[i : i + at_once], of[i : i + at_once]) for i in starts]
            return np.concatenate([b[0] for b in blocks]), np.concatenate([b[1] for b in blocks])
        here = self.at(ratio, of)
        falling = np.einsum("pk,pk,pk->p", here.weights, here.weights, here.distance)
        falling *= self.multiplier / here.residual
        rising = here.total
        if self.method == "reml":
            rising = self._rising(here.weights, here.total)
        return rising - falling, rising + falling

    def score_at_zero(self) -> NDArray[np.float64]:
        """The score of each replicate at 0, ``(R,)``; 0 where it is negative within rounding."""
        score, size = self.score(np.zeros(len(self)), np.arange(len(self)))
        score[(score < 0) & (-score <= ROUNDING_AT_ZERO * EPS * size)] = 0.0
        return score

    def scan(self, ratio: NDArray[np.float64], replicates: slice) -> NDArray[np.float64]:
        """The scores of some replicates at the same G ratios, ``(R, G)``, good enough to find their signs.

        As means are counted from each replicate's mean of all rows, where the population mean starts at 0,
        products of matrices do: little cancels.
        """
        weights = self.size / (1.0 + self.size * ratio[:, None])
        pull, total = np.square(weights), weights @ self.count
        mean = self.mean[replicates]
        first, second = self.count * mean, self.spread[replicates] + self.count * np.square(mean)
        moment, pulled_moment = first @ weights.T, first @ pull.T
        center = moment / total
        residual = second @ weights.T - center * moment + self.ss_within[replicates, None]
        falling = second @ pull.T - center * (2.0 * pulled_moment - center * (pull @ self.count))
        rising = self._rising(weights, total) if self.method == "reml" else total
        return rising - self.multiplier * falling / residual

    def _rising(self, weights: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum w - sum w^2 / W, without the difference of nearly equal numbers when one weight dominates."""
        return np.asarray(np.einsum("pk,pk->p", weights * self.count, 1.0 - weights / total[:, None]))

    def criterion(self, ratio: NDArray[np.float64], of: NDArray[np.intp]) -> NDArray[np.float64]:
        """The criterion at P points, in the outcome's units."""
        here, m = self.at(ratio, of), self.multiplier
        value = np.log1p(self.size * ratio[:, None]) @ self.count
        if self.method == "reml":
            value += np.log(here.total)
        return value + m * (1.0 + np.log(2 * np.pi * here.residual / m) + 2.0 * np.log(self.unit[of]))


def fit_batch_components(batch: GroupBatch, method: Method) -> BatchComponents:
    """The global minimum of each replicate's profile over lambda >= 0.

    ``batch`` must have two groups or more, and rows that vary within groups in every replicate.
    """
    profile = collapse_batch(batch, method)
    ratio = _closed_form(profile) if len(profile.size) == 1 else _global_minima(profile)
    every = np.arange(len(profile))
    here = profile.at(ratio, every)
    sigma_error = np.sqrt(here.residual / profile.multiplier)
    return BatchComponents(
        mu=(profile.middle + here.center) * profile.unit,
        mu_std_error=sigma_error / np.sqrt(here.total) * profile.unit,
        sigma_group=np.sqrt(ratio) * sigma_error * profile.unit,
        sigma_error=sigma_error * profile.unit,
        ratio=ratio,
        criterion=profile.criterion(ratio, every),
    )


def collapse_batch(batch: GroupBatch, method: Method) -> BatchProfile:
    """Groups of equal size become one term; each replicate is rescaled by a power of two of its own."""
    largest = np.maximum(np.abs(batch.centered_mean).max(axis=1), np.sqrt(batch.ss_within.max(axis=1)))
    unit = powers_of_two(largest)
    middle = batch.centered_grand_mean / unit
    order = np.argsort(batch.n, kind="stable")
    size, starts, count = np.unique(batch.n[order], return_index=True, return_counts=True)
    centered = batch.centered_mean[:, order] / unit[:, None] - middle[:, None]
    mean = np.add.reduceat(centered, starts, axis=1) / count
    rest = centered - np.repeat(mean, count, axis=1)
    correction = np.add.reduceat(rest, starts, axis=1) / count
    rest -= np.repeat(correction, count, axis=1)
    return BatchProfile(
        method=method,
        size=size.astype(np.float64),
        count=count.astype(np.float64),
        mean=mean + correction,
        spread=np.add.reduceat(np.square(rest), starts, axis=1),
        ss_within=(batch.ss_within / unit[:, None] / unit[:, None]).sum(axis=1),
        middle=middle,
        unit=unit,
        rows=batch.total,
    )


def powers_of_two(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The powers of two just above non-negative numbers; 1 for 0."""
    return np.asarray(np.ldexp(1.0, np.frexp(sizes)[1]))


def _closed_form(profile: BatchProfile) -> NDArray[np.float64]:
    """The ratio of each replicate where all groups have one size."""
    n, j = float(profile.size[0]), profile.groups
    between = n * profile.spread[:, 0] / (j - 1 if profile.method == "reml" else j)
    within = profile.ss_within / (profile.rows - j)
    ratio = np.maximum(between / within - 1.0, 0.0) / n
    return np.where(profile.score_at_zero() >= 0, 0.0, ratio)


def _global_minima(profile: BatchProfile) -> NDArray[np.float64]:
    """The ratio of each replicate: of all local minima of its criterion, 0 among them, the lowest."""
    at_zero = profile.score_at_zero()
    of, low, high = find_brackets(profile, at_zero)
    zeros = np.flatnonzero(at_zero >= 0)
    ratio = np.concatenate([np.zeros(len(zeros)), _refine(profile, of, low, high)])
    of = np.concatenate([zeros, of])
    order = np.lexsort((ratio, profile.criterion(ratio, of), of))
    replicate, first = np.unique(of[order], return_index=True)
    best = np.full(len(profile), np.nan)
    best[replicate] = ratio[order][first]
    return best


Brackets = tuple["NDArray[np.intp]", "NDArray[np.float64]", "NDArray[np.float64]"]
"""Replicates and the two ends between which their scores turn from negative to positive."""


def find_brackets(profile: BatchProfile, at_zero: NDArray[np.float64]) -> Brackets:
    """Every turn of every score from negative to positive on one grid."""
    top = _tops(profile)
    grid = _grid(profile, float(top.max()))
    at_once = max(1, SCANNED_AT_A_TIME // len(grid))
    found: list[Brackets] = []
    for start in range(0, len(profile), at_once):
        some = slice(start, start + at_once)
        score = _scan(profile, grid, some)
        zeroth = at_zero[some, None]
        for of, low, high in (
            _turns(np.append(0.0, grid)[None], np.hstack([zeroth, score])),
            _near_misses(profile, grid, score, top[some], start),
        ):
            found.append((of + start, low, high))
    of, low, high = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return of, low, high


def _tops(profile: BatchProfile) -> NDArray[np.float64]:
    """Where the score of each replicate is proven positive."""
    reach = np.ptp(profile.mean, axis=1) + 2.0 * np.sqrt(profile.spread.max(axis=1))
    per_error = profile.multiplier / profile.ss_within
    return top_ratio(float(profile.size[0]), profile.groups, reach, per_error)


def _grid(profile: BatchProfile, top: float) -> NDArray[np.float64]:
    """Ratios to past ``top``, at places that do not depend on the replicates."""
    bottom = LOWEST_RATIO / float(profile.size[-1])
    points = int(np.ceil(np.log10(top / bottom) * GRID_PER_DECADE)) + 2
    return bottom * np.float_power(10.0, np.arange(points) / GRID_PER_DECADE)


def _scan(profile: BatchProfile, grid: NDArray[np.float64], some: slice) -> NDArray[np.float64]:
    """Scores on the grid ``(R, G)``, so many at a time that memory and products of matrices stay small."""
    at_once = max(1, CELLS_AT_A_TIME // len(profile.size))
    if len(grid) > at_once:
        blocks = [_scan(profile, grid[i : i + at_once], some) for i in range(0, len(grid), at_once)]
        return np.hstack(blocks)
    start, stop, _ = some.indices(len(profile))
    rows = max(1, MULTIPLIED_AT_A_TIME // (len(profile.size) * len(grid)))
    blocks = [profile.scan(grid, slice(i, min(i + rows, stop))) for i in range(start, stop, rows)]
    return np.vstack(blocks)


def _turns(ratios: NDArray[np.float64], score: NDArray[np.float64]) -> Brackets:
    """Where scores ``(R, G)`` turn from negative to positive at ratios ``(R, G)``, or ``(1, G)`` for all."""
    row, cell = np.nonzero((score[:, :-1] < 0) & (score[:, 1:] >= 0))
    ratios = np.broadcast_to(ratios, score.shape)
    return row, ratios[row, cell], ratios[row, cell + 1]


def _near_misses(
    profile: BatchProfile,
    grid: NDArray[np.float64],
    score: NDArray[np.float64],
    top: NDArray[np.float64],
    start: int,
) -> Brackets:
    """Turns where a score nears 0 between two cells and seems to turn away: looked at more closely."""
    scaled = score * grid
    size = np.abs(scaled)
    before, here, after = size[:, :-2], size[:, 1:-1], size[:, 2:]
    near = (here <= before) & (here <= after) & (here < (1.0 - LEVEL) * np.maximum(before, after))
    row, cell = np.nonzero(near & (grid[1:-1] <= top[:, None]))
    around = np.sign(scaled[row[:, None], cell[:, None] + np.arange(3)])
    same = (around == around[:, :1]).all(axis=1)
    row, cell = row[same], cell[same]
    ratios = np.geomspace(grid[cell], grid[cell + 2], REFINED_CELL_POINTS, axis=1)
    scores = profile.score(ratios.ravel(), np.repeat(row + start, REFINED_CELL_POINTS))[0]
    of, low, high = _turns(ratios, scores.reshape(ratios.shape))
    return row[of], low, high


def _refine(
    profile: BatchProfile, of: NDArray[np.intp], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The root of the score in each of P brackets.

    Chandrupatla (1997), Advances in Engineering Software 28, 145-149. Where an end has the other sign than
    the scan found, the root is there within rounding.
    """
    f_low, f_high = (profile.score(end, of)[0] for end in (low, high))
    root = np.where(f_low >= 0, low, high)
    open_ = np.flatnonzero((f_low < 0) & (f_high > 0))
    a, f_a, b, f_b = (values[open_] for values in (high, f_high, low, f_low))
    t = np.full(len(open_), 0.5)
    for _ in range(MOST_STEPS):
        if not len(open_):
            break
        x = a + t * (b - a)
        f_x = profile.score(x, of[open_])[0]
        stays = np.sign(f_x) == np.sign(f_a)
        c, f_c = np.where(stays, a, b), np.where(stays, f_a, f_b)
        b, f_b = np.where(stays, b, a), np.where(stays, f_b, f_a)
        a, f_a = x, f_x
        best = np.where(np.abs(f_a) < np.abs(f_b), a, b)
        root[open_] = best
        width, tolerance = np.abs(b - a), REFINED_TO * np.abs(best)
        go_on = (f_a != 0) & (width > tolerance)
        step = _step((a, b, c), (f_a, f_b, f_c))
        least = np.minimum(0.5 * tolerance / np.where(go_on, width, 1.0), 0.5)
        t = np.clip(step, least, 1.0 - least)
        open_, a, f_a, b, f_b, t = (values[go_on] for values in (open_, a, f_a, b, f_b, t))
    return root


Three = tuple["NDArray[np.float64]", "NDArray[np.float64]", "NDArray[np.float64]"]


def _step(points: Three, values: Three) -> NDArray[np.float64]:
    """The share of each bracket to go: inverse quadratic interpolation where it is safe, else half."""
    (a, b, c), (f_a, f_b, f_c) = points, values
    with np.errstate(all="ignore"):  # where it is not safe, the numbers are not used
        xi, phi = (a - b) / (c - b), (f_a - f_b) / (f_c - f_b)
        safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        step = f_a / (f_b - f_a) * f_c / (f_b - f_c)
        step += (c - a) / (b - a) * f_a / (f_c - f_a) * f_b / (f_c - f_b)
    return np.where(safe, step, 0.5)
