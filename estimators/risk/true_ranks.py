"""Ranks against the truth: Spearman's correlation, and the chance of naming the best group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class RankScores:
    """``(R,)`` each: how well estimates rank the groups of every replicate."""

    best_found: NDArray[np.float64]
    """Chance that a random one of the groups named best is one of the truly best, which may tie."""
    correlation: NDArray[np.float64]
    """Spearman's, ties sharing their mean rank; 0 where either side is constant."""
    constant: NDArray[np.bool_]
    """Whether either side is constant."""


class TrueRanks:
    """The true order of the groups, for several methods to be held against.

    Args:
        effect: ``(R, J)`` what the groups are truly ranked by.
        guess: ``(R, J)`` values in whose order many methods rank the groups: their own means. Methods that
            do are scored without sorting again.

    """

    def __init__(self, effect: NDArray[np.float64], guess: NDArray[np.float64]) -> None:
        self._rank = centered_ranks(effect)
        self._square = np.einsum("rj,rj->r", self._rank, self._rank)
        self._best = effect == effect.max(axis=1, keepdims=True)
        self._order = np.argsort(guess, axis=1)
        last = self._order[:, -1:]
        place = _places(effect.shape[1])
        product = np.take_along_axis(self._rank, self._order, axis=1) @ place
        self._in_order = _scores(
            np.take_along_axis(self._best, last, axis=1)[:, 0],
            product,
            self._square * np.square(place).sum(),
        )

    def score(self, estimate: NDArray[np.float64]) -> RankScores:
        """Hold estimates ``(R, J)`` against the truth."""
        ordered = np.take_along_axis(estimate, self._order, axis=1)
        others = np.asarray(~(ordered[:, 1:] > ordered[:, :-1]).all(axis=1), dtype=np.bool_)
        usual = self._in_order
        if not others.any():
            return usual
        found = self._score_anew(estimate[others], others)
        return RankScores(
            _with_values(usual.best_found, others, found.best_found),
            _with_values(usual.correlation, others, found.correlation),
            _with_values(usual.constant, others, found.constant),
        )

    def _score_anew(self, estimate: NDArray[np.float64], of: NDArray[np.bool_]) -> RankScores:
        rank, best = centered_ranks(estimate), self._best[of]
        named = estimate == estimate.max(axis=1, keepdims=True)
        shares = (named & best).sum(axis=1) / np.maximum(named.sum(axis=1), 1)
        product = np.einsum("rj,rj->r", rank, self._rank[of])
        square = np.einsum("rj,rj->r", rank, rank) * self._square[of]
        return _scores(shares, product, square)


def centered_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(R, J) ranks within each replicate, ties sharing their mean rank, minus their average."""
    replicates, groups = values.shape
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    tied = ordered[:, 1:] == ordered[:, :-1]
    place = _tied_places(tied, groups) if tied.any() else np.broadcast_to(_places(groups), values.shape)
    rank = np.empty((replicates, groups))
    np.put_along_axis(rank, order, place, axis=1)
    return rank


def _places(groups: int) -> NDArray[np.float64]:
    return np.asarray(np.arange(groups) - (groups - 1) / 2.0, dtype=np.float64)


def _tied_places(tied: NDArray[np.bool_], groups: int) -> NDArray[np.float64]:
    """(R, J) centred places in which ties share their mean, given which neighbours are tied."""
    replicates = len(tied)
    starts = np.ones((replicates, groups), dtype=np.bool_)
    starts[:, 1:] = ~tied
    run = np.cumsum(starts.ravel()) - 1
    count = np.bincount(run)
    first = np.flatnonzero(starts) % groups
    return np.asarray(
        (first + (count - 1) / 2.0 - (groups - 1) / 2.0)[run].reshape(replicates, groups), dtype=np.float64
    )


def _with_values(values: NDArray[Any], where: NDArray[np.bool_], by: NDArray[Any]) -> NDArray[Any]:
    values = values.copy()
    values[where] = by
    return values


def _scores(
    best_found: NDArray[np.float64] | NDArray[np.bool_],
    product: NDArray[np.float64],
    square: NDArray[np.float64],
) -> RankScores:
    """From sums over groups of products of centred ranks, and the product of both sums of squares."""
    constant = square == 0
    return RankScores(
        np.asarray(best_found, dtype=np.float64),
        np.where(constant, 0.0, product / np.sqrt(np.where(constant, 1.0, square))),
        constant,
    )
