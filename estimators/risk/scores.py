"""How close estimates come to the truth: one number for each measure and replicate, and their sums.

Groups of one replicate hang together, so every Monte Carlo error comes from the replicates' means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from estimators.risk.losses import Loss, regret

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.batch import BatchFit
    from estimators.risk.replicates import Draws

SQUARED_ERROR = Loss()
"""The loss where none is chosen."""
SIZE_CLASSES = 4
"""Classes of group sizes that results are split by, at most."""

MEASURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "mse": ("Mean squared error", "Squared distance of estimate and truth, averaged over groups."),
        "bias": ("Bias", "Estimate minus truth, averaged over groups."),
        "coverage": ("Coverage", "Share of the intervals that hold the true mean."),
        "mean_width": ("Mean width", "Average length of the intervals."),
        "best_found": (
            "Best group found",
            "Chance of naming the truly best group, or one of those that truly tie for best; of estimates "
            "that tie for best the share that is.",
        ),
        "regret": (
            "Regret",
            "How far the truly best group is above the one that is put first; of ties for first the average.",
        ),
        "rank_correlation": (
            "Rank correlation",
            "Spearman's correlation of estimates and truth; 0 where either is constant.",
        ),
        "loss": ("Loss", "The loss that was chosen; the mean squared error where none was."),
        "zero_spread": (
            "Spread estimated as 0",
            "Share of the draws in which the spread between groups is estimated as 0.",
        ),
        "coverage_at_zero": (
            "Coverage where 0",
            "Coverage in the draws in which the spread between groups is estimated as 0.",
        ),
    }
)
"""Name -> (label, help) of what is measured in every replicate."""

LARGEST_SQUARE = 1e150
"""Squares up to this can be squared again and summed."""
LARGEST_WIDTH = 1e150
TOO_FAR = "the estimates are too far from the truth to be measured"

BY_SIZE = ("mse", "bias", "coverage", "mean_width")
"""The measures that are split by group size."""


@dataclass(frozen=True, eq=False)
class SizeClasses:
    """Groups of similar size: class c holds the groups with ``low[c] <= n <= high[c]``."""

    low: tuple[int, ...]
    high: tuple[int, ...]
    average: NDArray[np.float64]
    """(J, C) weights that average over the groups of each class."""

    def __len__(self) -> int:
        return len(self.low)


def size_classes(n: NDArray[np.int64]) -> SizeClasses:
    """Up to SIZE_CLASSES classes of about equally many groups; none where all groups are of one size."""
    distinct, count = np.unique(n, return_counts=True)
    if len(distinct) == 1:
        return SizeClasses((), (), np.empty((len(n), 0)))
    if len(distinct) <= SIZE_CLASSES:
        of = np.arange(len(distinct))
    else:
        middle = np.cumsum(count) - count / 2.0
        of = np.minimum((middle / len(n) * SIZE_CLASSES).astype(np.int64), SIZE_CLASSES - 1)
    members = [np.isin(n, distinct[of == c]) for c in np.unique(of)]
    return SizeClasses(
        low=tuple(int(n[m].min()) for m in members),
        high=tuple(int(n[m].max()) for m in members),
        average=np.column_stack([m / m.sum() for m in members]),
    )


@dataclass(frozen=True, eq=False)
class Scores:
    """One estimator on R replicates: ``(R,)`` for each measure, NaN where it does not exist.

    ``by_size`` has ``(R, C)`` for each of BY_SIZE.
    """

    values: Mapping[str, NDArray[np.float64]]
    by_size: Mapping[str, NDArray[np.float64]]
    constant: int
    """Replicates in which all estimates, or all true means, are equal."""
    failures: Mapping[str, int]


def score(
    draws: Draws, fit: BatchFit, level: float, sizes: SizeClasses, loss: Loss = SQUARED_ERROR
) -> Scores:
    """Hold fits against the truth."""
    centered = fit.estimate - draws.batch.origin
    error = centered - draws.effect
    squared = np.square(error)
    failures = dict(fit.failures)
    for replicate in np.flatnonzero(~(squared.max(axis=1) <= LARGEST_SQUARE)).tolist():
        failures.setdefault(replicate, TOO_FAR)
    per_group = {"mse": squared, "bias": error, **_interval_scores(error, draws, fit, level)}
    ranks = draws.rank_scores(fit.estimate)
    values = {name: value.mean(axis=1) for name, value in per_group.items()}
    values["best_found"], values["rank_correlation"] = ranks.best_found, ranks.correlation
    values["regret"] = regret(draws, centered)
    values["loss"] = values["mse"] if loss.is_squared else loss.of(draws, centered)
    if "sigma_group" in fit.parameters:
        spread = fit.parameters["sigma_group"]
        values["zero_spread"] = np.where(np.isnan(spread), np.nan, spread == 0)
        if "coverage" in values:
            values["coverage_at_zero"] = np.where(spread == 0, values["coverage"], np.nan)
    by_size = {name: value @ sizes.average for name, value in per_group.items()} if len(sizes) else {}
    failed = list(failures)
    return Scores(
        values={name: _without(value, failed) for name, value in values.items()},
        by_size={name: _without(value, failed) for name, value in by_size.items()},
        constant=int(ranks.constant.sum() - ranks.constant[failed].sum()),
        failures=Counter(failures.values()),
    )


def _interval_scores(
    error: NDArray[np.float64], draws: Draws, fit: BatchFit, level: float
) -> dict[str, NDArray[np.float64]]:
    """(R, J) whether the intervals hold the truth and their widths, NaN where there are none."""
    if (half := fit.half_width(level)) is not None:
        held, width = np.abs(error) <= half, 2.0 * half
    elif (interval := fit.interval(level)) is not None:
        low, high = interval[0] - draws.batch.origin, interval[1] - draws.batch.origin
        held, width = (low <= draws.effect) & (draws.effect <= high), high - low
    else:
        return {}
    width = np.where(width <= LARGEST_WIDTH, width, np.nan)
    return {"coverage": np.where(np.isnan(width), np.nan, held), "mean_width": width}


def _without(values: NDArray[np.float64], failed: list[int]) -> NDArray[np.float64]:
    """Values ``(R, ...)`` with NaN for the replicates that failed."""
    if not failed:
        return values
    values = values.copy()
    values[failed] = np.nan
    return values


@dataclass(eq=False)
class Tally:
    """Sums over replicates from which means, Monte Carlo errors and comparisons follow; tallies add up.

    ``names`` are pairs of (estimator, measure) and ``size_names`` triples with the class. Losses are, by
    estimator, the mean squared errors and the losses that were chosen, the last those of the level means.
    """

    names: tuple[tuple[int, str], ...]
    size_names: tuple[tuple[int, str, int], ...]
    sums: NDArray[np.float64]
    """(3, len(names)): how many, their sum, the sum of their squares."""
    size_sums: NDArray[np.float64]
    """(3, len(size_names)): the same."""
    pairs: NDArray[np.float64]
    """(4, E + 1, E + 1) where both mean squared errors exist: how many, sum of the row's, of its squares, of
    products."""
    loss_pairs: NDArray[np.float64]
    """The same of the losses that were chosen."""
    constant: NDArray[np.int64]
    failures: list[Counter[str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add another block's sums."""
        self.sums += other.sums
        self.size_sums += other.size_sums
        if self.loss_pairs is not self.pairs:
            self.loss_pairs += other.loss_pairs
        self.pairs += other.pairs
        self.constant += other.constant
        for mine, theirs in zip(self.failures, other.failures, strict=True):
            mine.update(theirs)


def tally(scores: list[Scores], level_means: Mapping[str, NDArray[np.float64]], sizes: SizeClasses) -> Tally:
    """The sums of one block.

    ``level_means (R,)`` holds of the groups' own means ``mse``, the mean squared errors, and ``loss`` where
    that is another one.
    """
    missing = np.full(len(level_means["mse"]), np.nan)
    names = tuple((e, name) for e in range(len(scores)) for name in MEASURES)
    size_names = tuple(
        (e, name, c) for e in range(len(scores)) for name in BY_SIZE for c in range(len(sizes))
    )
    pairs = [
        _loss_pairs(np.column_stack([*(s.values[name] for s in scores), own]))
        for name, own in level_means.items()
    ]
    return Tally(
        names=names,
        size_names=size_names,
        sums=_sums([scores[e].values.get(name, missing) for e, name in names]),
        size_sums=_sums(
            [
                scores[e].by_size[name][:, c] if name in scores[e].by_size else missing
                for e, name, c in size_names
            ]
        ),
        pairs=pairs[0],
        loss_pairs=pairs[-1],
        constant=np.array([s.constant for s in scores], dtype=np.int64),
        failures=[Counter(s.failures) for s in scores],
    )


def _loss_pairs(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, E + 1, E + 1) of losses ``(R, E + 1)`` where both exist: see :attr:`Tally.pairs`."""
    exists = (~np.isnan(losses)).astype(np.float64)
    loss = np.where(exists > 0, losses, 0.0)
    return np.array(
        [
            _products(exists, exists),
            _products(loss, exists),
            _products(np.square(loss), exists),
            _products(loss, loss),
        ]
    )


def _sums(columns: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """(3, V): of each column how many numbers there are, their sum and the sum of their squares."""
    if not columns:
        return np.zeros((3, 0))
    values = np.array(columns)
    there = ~np.isnan(values)
    known = np.where(there, values, 0.0)
    return np.array([there.sum(axis=1), known.sum(axis=1), np.square(known).sum(axis=1)], dtype=np.float64)


def _products(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(E, F) sums over replicates of every column of ``a (R, E)`` times every column of ``b (R, F)``.

    Not a matrix product: how that rounds a column depends on the other columns, so that a method's last digit
    would change with what stands beside it.
    """
    products: NDArray[np.float64] = (
        np.ascontiguousarray(a.T)[:, None, :] * np.ascontiguousarray(b.T)[None, :, :]
    )
    return np.asarray(products.sum(axis=-1))
