"""REML and ML variance components: the global minimum of the one-dimensional profile, for many replicates.

A single fit is a batch of one. The profile, of module `profile`, can have two minima, so the scores of all
replicates are scanned on one grid, and every turn from negative to positive is refined and compared.

Groups of equal size have a closed form: with t = 1 + n lambda the criterion is, up to a constant,
m log(SSB / t + SSW) + k log t, where m = N - 1 and k = J - 1 for REML, m = N and k = J for ML. It falls until
t = (SSB / k) / (SSW / (N - J)) and rises from there, so its one minimum is at that t, or at lambda = 0 where
that t is below 1 (Searle, Casella & McCulloch 1992, Variance Components, ch. 3). With known variances it is
SSB / t + k log t, with t = SSB / k.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.methods.profile import CELLS_AT_A_TIME, EPS, Method, OneDimensional, Profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from estimators.data.scaled import ScaledGroups

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

GRID_PER_DECADE = 12
"""Ratios looked at in every factor of ten. The score is made of terms in n lambda / (1 + n lambda), none of
which changes in much less than a decade. Of 24,000 profiles drawn so that many have two minima (a group of 20
to 100,000 rows among 2 to 11 of 1 to 3 rows; 4,167 have), 3 a decade miss none where near misses are looked
into, and 31 where they are not; 12 without them miss 1."""
NEAR = 2.0
"""A score nears 0 between two cells where in the middle it is so many times smaller than at one end. One that
touches 0 inside as a parabola is at least 9 times smaller (u^2 against (1 + u)^2, u at most a half); 2 leaves
room for other shapes. The same minima are found with 1, at four times the cost, and with 9."""
REFINED_CELL_POINTS = 65
"""Places looked at within two such cells. With 5 all minima of the profiles above are found; 65 also find
those of a pair that 1e-4 more spread within would make vanish."""
LOWEST_RATIO = 1e-6
"""The first ratio looked at, times the largest size: up to there the score is that of 0, to six digits. With
1e-2 no minimum of the profiles above is missed."""
LAST_STEP = 1e-9
"""Relatively so small a step of Newton's is the last: the error left is about its square, 1e-18. In the
profiles above 1e-7 costs up to 5e-12 of the criterion, and 1e-9 what rounding costs, 2e-12."""
REFINED_TO = 2 * EPS
"""The relative width at which a bracket that is halved is narrow enough: the rounding of the ratio itself."""
MOST_STEPS = 200
"""Halving alone takes a cell of the grid to the rounding of a double in 52; Newton's steps take 3 or 4."""
SCANNED_AT_A_TIME = 1 << 17
"""Replicates times ratios whose scores are held at once: what a processor keeps close."""
MULTIPLIED_AT_A_TIME = 1 << 18
"""Replicates times ratios times sizes in one product of matrices: more, and OpenBLAS spreads it over threads
that wait for each other by spinning, which on a busy machine takes several times as long."""


@dataclass(frozen=True, eq=False)
class VarianceComponents:
    """The fitted models, ``(...,)`` each, in the outcome's units; ``mu`` is relative to the data's origin.

    ``ratio`` is lambda, or sigma_group^2 in squared units of the scaled summary where the sampling variances
    are known: times its ``information`` it is sigma_group^2 over a mean's sampling variance in both cases.
    ``sigma_error`` is NaN where the sampling variances are known.
    """

    mu: Floats
    mu_std_error: Floats
    sigma_group: Floats
    sigma_error: Floats
    ratio: Floats
    criterion: Floats


def fit_variance_components(scaled: ScaledGroups, method: Method) -> VarianceComponents:
    """The global minimum of each replicate's profile over lambda >= 0.

    ``scaled`` holds ``(..., J)`` means of two groups or more, and in every replicate rows that vary within
    groups, or known variances. The models have its leading shape.
    """
    profile = Profile.of(scaled, method)
    ratio = _closed_form(profile) if len(profile.size) == 1 else global_minima(profile)
    every = np.arange(len(profile))
    here, unit, known = profile.at(ratio, every), profile.unit, profile.known_error
    sigma_error = np.ones_like(ratio) if known else np.sqrt(here.residual / profile.multiplier)
    found = (
        (scaled.center.reshape(-1) + here.center) * unit,
        sigma_error / np.sqrt(here.total) * unit,
        np.sqrt(ratio) * sigma_error * unit,
        np.full_like(ratio, np.nan) if known else sigma_error * unit,
        ratio,
        profile.criterion(ratio, here, unit),
    )
    return VarianceComponents(*(numbers.reshape(scaled.unit.shape) for numbers in found))


def _closed_form(profile: Profile) -> Floats:
    """The ratio of each replicate where all groups have one size."""
    n = float(profile.size[0])
    between = n * profile.spread[:, 0] / profile.free_groups
    within = 1.0 if profile.known_error else profile.ss_within / (profile.rows - profile.groups)
    ratio = np.maximum(between / within - 1.0, 0.0) / n
    return np.where(profile.score_at_zero() >= 0, 0.0, ratio)


def global_minima(profile: OneDimensional) -> Floats:
    """The ratio of each replicate: of all local minima of its criterion, 0 among them, the lowest."""
    at_zero = profile.score_at_zero()
    zeros = np.flatnonzero(at_zero >= 0)
    brackets = find_brackets(profile, at_zero)
    ratio = np.concatenate([np.zeros(len(zeros)), _refine(profile, brackets)])
    of = np.concatenate([zeros, brackets.of])
    if len(of) > len(profile):
        order = np.lexsort((ratio, profile.criterion_at(ratio, of), of))
        of, first = np.unique(of[order], return_index=True)
        ratio = ratio[order][first]
    best = np.full(len(profile), np.nan)
    best[of] = ratio
    return best


@dataclass(frozen=True, eq=False)
class Brackets:
    """Replicates ``(P,)`` and the two ends between which their scores turn from negative to positive."""

    of: Places
    low: Floats
    high: Floats
    share: Floats
    """Where the chord between the scores at the ends crosses 0, as a share of the bracket."""

    @classmethod
    def concatenate(cls, parts: list[Brackets]) -> Brackets:
        """One after the other."""
        names = ("of", "low", "high", "share")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def find_brackets(profile: OneDimensional, at_zero: Floats) -> Brackets:
    """Every turn of every score from negative to positive on one grid; ``at_zero (R,)`` are those at 0."""
    top = profile.tops()
    grid = _grid(profile, float(top.max()))
    at_once = max(1, SCANNED_AT_A_TIME // len(grid))
    with_zero = np.concatenate([[0.0], grid])
    found: list[Brackets] = []
    for start in range(0, len(profile), at_once):
        some = slice(start, start + at_once)
        score = np.concatenate([at_zero[some, None], _scan(profile, grid, some)], axis=1)
        found.append(_turns(with_zero[None], score, start))
        found.extend(_near_misses(profile, grid, score[:, 1:], top[some], start))
    return found[0] if len(found) == 1 else Brackets.concatenate(found)


def _grid(profile: OneDimensional, top: float) -> Floats:
    """Ratios to past ``top``, even in the logarithm, at places that do not depend on the replicates."""
    bottom = LOWEST_RATIO / float(profile.size[-1])
    points = int(np.ceil(np.log10(top / bottom) * GRID_PER_DECADE)) + 2
    return bottom * np.float_power(10.0, np.arange(points) / GRID_PER_DECADE)


def _scan(profile: OneDimensional, grid: Floats, some: slice) -> Floats:
    """Scores on the grid ``(R, G)``, so many at a time that memory and products of matrices stay small."""
    at_once = max(1, CELLS_AT_A_TIME // len(profile.size))
    if len(grid) > at_once:
        blocks = [_scan(profile, grid[i : i + at_once], some) for i in range(0, len(grid), at_once)]
        return np.concatenate(blocks, axis=1)
    start, stop, _ = some.indices(len(profile))
    rows = max(1, MULTIPLIED_AT_A_TIME // (len(profile.size) * len(grid)))
    blocks = [profile.scan(grid, slice(i, min(i + rows, stop))) for i in range(start, stop, rows)]
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def _turns(ratios: Floats, score: Floats, start: int) -> Brackets:
    """Where scores ``(R, G)`` turn from negative to positive at ratios ``(R, G)``, or ``(1, G)`` for all.

    They are those of the replicates from ``start`` on.
    """
    row, cell = np.nonzero((score[:, :-1] < 0) & (score[:, 1:] >= 0))
    ratios = np.broadcast_to(ratios, score.shape)
    before, after = score[row, cell], score[row, cell + 1]
    return Brackets(row + start, ratios[row, cell], ratios[row, cell + 1], before / (before - after))


def _near_misses(
    profile: OneDimensional, grid: Floats, score: Floats, top: Floats, start: int
) -> Iterator[Brackets]:
    """Turns where a score nears 0 between two cells and seems to turn away: looked at more closely."""
    size = np.abs(score * grid)
    row, cell = np.nonzero(NEAR * size[:, 1:-1] <= np.maximum(size[:, :-2], size[:, 2:]))
    three = row[:, None], cell[:, None] + np.arange(3)
    around, sizes = np.sign(score[three]), size[three]
    same = (around == around[:, :1]).all(axis=1) & (sizes[:, 1] == sizes.min(axis=1))
    same &= grid[cell + 1] <= top[row]
    row, cell = row[same] + start, cell[same]
    if len(row):
        ratios = np.geomspace(grid[cell], grid[cell + 2], REFINED_CELL_POINTS, axis=1)
        scores = profile.score(ratios.ravel(), np.repeat(row, REFINED_CELL_POINTS)).reshape(ratios.shape)
        turns = _turns(ratios, scores, 0)
        yield replace(turns, of=row[turns.of])


def _refine(profile: OneDimensional, brackets: Brackets) -> Floats:
    """The root of the score in each of P brackets.

    Newton's steps from where the chord crosses 0, which a cell of the grid is narrow enough for to double the
    digits with each; half the bracket where a step leads out of it, or does not halve the one before.
    """
    ratio = brackets.low + brackets.share * (brackets.high - brackets.low)
    open_: Places = np.arange(len(ratio))
    of, low, high = brackets.of, brackets.low, brackets.high
    x, last = ratio.copy(), high - low
    for _ in range(MOST_STEPS):
        if not len(open_):
            break
        score, slope = profile.score_and_slope(x, of)
        low, high = np.where(score < 0, x, low), np.where(score < 0, high, x)
        with np.errstate(all="ignore"):  # where the slope is 0 the step leads out
            new = x - score / slope
        safe = (new >= low) & (new <= high) & (np.abs(new - x) <= 0.5 * last)
        new = np.where(safe, new, low + 0.5 * (high - low))
        ratio[open_] = new
        last = np.abs(new - x)
        go_on = last > np.where(safe, LAST_STEP, REFINED_TO) * new
        x = new
        if not go_on.all():
            open_, of = open_[go_on], of[go_on]
            low, high, x, last = (ends[go_on] for ends in (low, high, x, last))
    return ratio
