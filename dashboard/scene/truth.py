"""The truth behind simulated data, in display order, and how close each method comes to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import Design, Simulated

TRUE = "true mean"
"""What the truth is called beside the methods' names."""
SAME = 1e-9
"""Relative difference up to which two methods are said to be equally close. It is far above what
rounding leaves between two ways to the same number, and the page shows no ninth digit."""


@dataclass(frozen=True, eq=False)
class Truth:
    """True means ``(J,)`` in display order: of simulated groups, or a set of them that the data allow."""

    design: Design | None
    """What they were drawn from; None: the groups are no simulated ones."""
    mean: NDArray[np.float64]
    weight: NDArray[np.float64]
    """(J,) weight on a group's own mean that the true spreads ask for, NaN where that is not known."""
    name: str = TRUE
    """What they are called beside the methods' names."""


@dataclass(frozen=True)
class Closeness:
    """How far a method is from the truth in one draw: root mean squared error over the groups."""

    id: str
    label: str
    error: float
    """In the outcome's units; 0 where it is rounding."""


def truth_of(simulated: Simulated) -> Truth:
    """The truth in the order of the data's labels."""
    of = {label: j for j, label in enumerate(simulated.labels)}
    order = [of[label] for label in simulated.data.labels]
    return Truth(simulated.design, simulated.true_mean, true_weight(simulated.design)[order])


def distance(estimate: NDArray[np.float64], truth: NDArray[np.float64]) -> float:
    """Root mean squared error over the groups, 0 where it is rounding."""
    error = float(np.sqrt(np.square(estimate - truth).mean()))
    return error if error > SAME * float(np.abs(truth).max()) else 0.0


def true_weight(design: Design) -> NDArray[np.float64]:
    """(J,) sigma_group^2 / (sigma_group^2 + sigma_j^2 / n_j) in the order in which groups are drawn."""
    between = design.sigma_group**2
    total = between + np.square(design.error_spread) / design.sizes
    return np.where(total > 0, between / np.where(total > 0, total, 1.0), 1.0)


def closest(found: list[Closeness]) -> list[Closeness]:
    """The methods that come closest: one, or several that are equally close."""
    least = min(c.error for c in found)
    return [c for c in found if c.error <= least * (1.0 + SAME)]
