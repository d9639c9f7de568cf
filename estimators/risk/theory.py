"""What theory says of the mean squared error: two lines that a simulation can be held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from estimators.simulation.design import Design


@dataclass(frozen=True)
class Theory:
    """Mean squared error per group, in squared units of the outcome."""

    level_means: float
    """Of the level means: the mean over groups of sigma_j^2 / n_j, whatever the effects are."""
    lower: float
    """Of the best rule that is linear in the group means, with mu and both spreads known."""
    lower_is_bayes: bool
    """Whether effects are normal, so that no rule whatever does better on average (the Bayes risk)."""

    @property
    def lower_label(self) -> str:
        """What the lower line is."""
        return "Bayes risk: nobody can do better" if self.lower_is_bayes else "best linear rule"


def theory(design: Design) -> Theory:
    """The two lines: v_j = sigma_j^2 / n_j, and sigma_group^2 v_j / (sigma_group^2 + v_j), over the groups.

    Robinson (1991), Statistical Science 6, 15-32.
    """
    variance = np.square(design.error_spread) / design.sizes
    between = design.sigma_group**2
    total = between + variance
    lower = np.where(total > 0, between * variance / np.where(total > 0, total, 1.0), 0.0)
    return Theory(float(variance.mean()), float(lower.mean()), design.effects == "normal" or between == 0)
