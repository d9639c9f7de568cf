"""Simulated rows with the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.groups import GroupData
from estimators.simulation.effects import SHAPES
from estimators.simulation.streams import make_stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.simulation.design import Design
    from estimators.simulation.streams import Stream


@dataclass(frozen=True, eq=False)
class Simulated:
    """One draw of a design. ``group`` and ``outcome`` are ``(N,)`` in the order in which rows were drawn."""

    design: Design
    data: GroupData
    true_mean: NDArray[np.float64]
    """(J,) mean + b_j, in the order of ``data.labels``; in the outcome's units, as all that follows."""
    labels: tuple[str, ...]
    """The groups' labels in the order in which they were drawn: g1, g2, ..."""
    effect: NDArray[np.float64]
    """(J,) b_j in that order."""
    group: NDArray[np.int64]
    """Place of each row's group in ``labels``."""
    outcome: NDArray[np.float64]
    """y."""


def simulate(design: Design) -> Simulated:
    """Draw the effects, then the errors of all rows, group after group; the same design gives the same draw.

    With the stream ``r`` and normal effects the numbers are those of ``b <- rnorm(J, 0, sigma_group)``,
    ``e <- rnorm(N, 0, sigma_error)``, ``mean + b[g] + e`` after ``set.seed(seed)`` in R. As there, a standard
    deviation of 0 draws nothing.
    """
    stream = make_stream(design.stream, design.seed)
    if design.skip:
        stream.normal(design.skip)
    effect = draw_effects(design, stream, design.groups)
    codes = np.repeat(np.arange(design.groups), design.sizes)
    outcome = (design.mean + effect)[codes]
    if design.sigma_error > 0:
        outcome = outcome + design.error_spread[codes] * stream.normal(len(codes))
    labels = group_labels(design.groups)
    data = GroupData.from_codes(outcome, codes, labels)
    order = np.argsort(np.array(labels, dtype=object), kind="stable")
    return Simulated(
        design=design,
        data=data,
        true_mean=frozen_array((design.mean + effect)[order]),
        labels=tuple(labels),
        effect=frozen_array(effect),
        group=frozen_array(codes, np.int64),
        outcome=frozen_array(outcome),
    )


def draw_effects(design: Design, stream: Stream, count: int) -> NDArray[np.float64]:
    """``(count,)`` effects b_j with mean 0 and standard deviation sigma_group; where that is 0, no draws."""
    if design.sigma_group == 0:
        return np.zeros(count)
    return design.sigma_group * SHAPES[design.effects].draw(stream, count, design.shape_value)


def group_labels(groups: int) -> list[str]:
    """g1, g2, ..."""
    return [f"g{j}" for j in range(1, groups + 1)]
