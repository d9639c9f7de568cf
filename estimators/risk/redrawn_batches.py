"""Rows with weights or covariates drawn anew many at once, for the methods that fit them so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.fitting.fit_many import is_looped
from estimators.methods.regression_many import fit_at_once
from estimators.risk.replicates import block_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from estimators.contract.batch import GroupBatch
    from estimators.contract.estimator import Estimator
    from estimators.data.groups import GroupData
    from estimators.inference.redrawn_groups import RedrawnGroups
    from estimators.risk.redrawn_counts import RedrawnCounts


def are_plain(data: GroupData) -> bool:
    """Whether they are rows without weights and covariates, which a risk study draws."""
    return data.known_variance is None and data.covariates is None and data.weights is None


def come_at_once(data: GroupData, estimator: Estimator) -> bool:
    """Whether a method fits many draws of groups like these at once."""
    if data.known_variance is not None or is_looped(estimator, data.carries):
        return False
    return data.covariates is None or fit_at_once(data.information)


@dataclass(frozen=True)
class RedrawnBlock:
    """Draws by one stream of random numbers."""

    groups: RedrawnGroups | RedrawnCounts
    sigma_group: float
    sigma_error: float
    seed: int
    block: int
    count: int

    def draw(self) -> tuple[GroupBatch, NDArray[np.float64]]:
        """The groups, and their true means ``(R, J)``."""
        random = np.random.default_rng([self.seed, self.block])
        return self.groups.draw_many(random, self.sigma_group, self.sigma_error, self.count)


def redrawn_blocks(
    groups: RedrawnGroups | RedrawnCounts, sigma_group: float, sigma_error: float, draws: int, seed: int
) -> Iterator[RedrawnBlock]:
    """So many draws, in blocks that fit a processor's cache."""
    size = block_size(len(groups.data))
    for block, first in enumerate(range(0, draws, size)):
        yield RedrawnBlock(groups, sigma_group, sigma_error, seed, block, min(size, draws - first))
