"""Replicates of a design, drawn as summaries: what the estimators see, and the truth.

Where rows are normal within groups, a group's mean and its sum of squares are independent: a normal number
and sigma^2 times a chi-square number (Cochran 1934, Proc. Cambridge Phil. Soc. 30, 178-191). They are drawn
directly; rows, for the methods that need them, are drawn afterwards given the summaries, so that it makes no
difference to the other methods whether one of those takes part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import frozen_array
from estimators.contract.batch import GroupBatch
from estimators.data.rows import Rows
from estimators.risk.true_ranks import RankScores, TrueRanks
from estimators.simulation.simulate import draw_effects, group_labels
from estimators.simulation.streams import NumpyStream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.simulation.design import Design

BLOCK_NUMBERS = 1 << 15
"""Groups times replicates that are drawn and fitted at once: few enough for the processor's cache."""
LARGEST_BLOCK = 1024


@dataclass(frozen=True, eq=False)
class Draws:
    """R replicates of a design and the true effects behind them, ``(R, J)``: true mean minus origin."""

    batch: GroupBatch
    effect: NDArray[np.float64]
    smallest_first: bool = False
    """Whether the best group is the one with the smallest effect."""

    def rank_scores(self, estimate: NDArray[np.float64]) -> RankScores:
        """How well estimates ``(R, J)`` rank the groups."""
        return self._true_ranks.score(-estimate if self.smallest_first else estimate)

    @cached_property
    def _true_ranks(self) -> TrueRanks:
        """The true order of the groups, the best one last."""
        own = self.batch.centered_mean
        return TrueRanks(-self.effect, -own) if self.smallest_first else TrueRanks(self.effect, own)


def block_size(groups: int) -> int:
    """How many replicates make a block. It depends on the design alone: a block is a unit of randomness."""
    return max(1, min(LARGEST_BLOCK, BLOCK_NUMBERS // groups))


def draw_block(design: Design, seed: int, block: int, replicates: int) -> Draws:
    """The first ``replicates`` of one block, always the same for the same design, seed and block.

    The stream is numpy's, whatever ``design.stream`` and ``design.seed`` say; each block has its own. Designs
    that differ in a spread alone use the same random numbers, so their results can be compared closely.
    """
    groups, size = design.groups, block_size(design.groups)
    rng = _generator(seed, block)
    effect = draw_effects(design, NumpyStream.of(rng), size * groups).reshape(size, groups)
    n, spread = design.sizes, design.error_spread
    mean = effect + spread / np.sqrt(n) * rng.standard_normal((size, groups))
    ss_within = np.square(spread) * 2.0 * rng.standard_gamma((n - 1) / 2.0, (size, groups))
    mean, ss_within = mean[:replicates], ss_within[:replicates]

    def read_rows(replicate: int) -> Rows:
        return _conditional_rows(
            design.mean + mean[replicate], ss_within[replicate], n, _generator(seed, block, replicate)
        )

    batch = GroupBatch(
        labels=np.array(sorted(group_labels(groups)), dtype=object),
        n=n,
        origin=design.mean,
        centered_mean=mean,
        ss_within=ss_within,
        read_rows=read_rows,
    )
    return Draws(batch=batch, effect=frozen_array(effect[:replicates]))


def _conditional_rows(
    mean: NDArray[np.float64],
    ss_within: NDArray[np.float64],
    n: NDArray[np.int64],
    rng: np.random.Generator,
) -> Rows:
    """Normal rows given their groups' means and sums of squares: a uniform direction around each mean."""
    of = np.repeat(np.arange(len(n)), n)
    rest = rng.standard_normal(len(of))
    rest -= (np.bincount(of, rest) / n)[of]
    length = np.bincount(of, np.square(rest))
    scale = np.sqrt(ss_within / np.where(n > 1, length, 1.0))
    return Rows(group=frozen_array(of, np.int64), outcome=frozen_array(mean[of] + rest * scale[of]))


def _generator(seed: int, *place: int) -> np.random.Generator:
    sequence = np.random.SeedSequence([abs(seed), int(seed < 0)], spawn_key=place)
    return np.random.Generator(np.random.PCG64(sequence))
