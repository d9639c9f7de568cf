"""Chances of being among the first where few groups contend for the last places: exact among those."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.joint import Joint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_VARIANCE = 5.0
"""Of the number of groups above the cutoff: from here on the grid's binomial is good. With 100 and 300 level
means whose errors were .3 to 13 times their spread, chances were within .004 of the exact ones from 5 on,
and up to .23 off below 1."""
SURE = 5.0
"""Standard deviations past which a group counts as surely above or below: a chance of 3e-7."""
MOST = 600
"""Contenders up to which all of their ranks are computed, where they share much of their errors."""
MOST_CELLS = 1_000_000
"""Contenders times the places that are left for them up to which their chances are counted."""


def variance_at_cutoff(joint: Joint, top: int) -> float:
    """The variance of the number of groups above the value that ``top`` - 1/2 are expected to exceed."""
    from scipy.special import ndtr

    spread = joint.std_dev
    low, high = float((joint.mean - 8 * spread).min()), float((joint.mean + 8 * spread).max())
    for _ in range(60):
        middle = 0.5 * (low + high)
        above = ndtr((joint.mean - middle) / spread)
        low, high = (middle, high) if above.sum() > top - 0.5 else (low, middle)
    return float((above * (1.0 - above)).sum())


def contenders(joint: Joint, top: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The groups that may be among the first ``top`` or not, and for each ``(J,)`` whether it surely is."""
    low, high = joint.mean - SURE * joint.std_dev, joint.mean + SURE * joint.std_dev
    place = len(joint) - top
    least, most = np.partition(low, place)[place], np.partition(high, place)[place]
    inside = low > most
    return np.flatnonzero(~inside & (high >= least)), inside


def part_of(joint: Joint, at: NDArray[np.int64]) -> Joint:
    """The distribution of some of the groups."""
    return Joint(
        joint.mean[at],
        joint.own[at],
        joint.loading[at],
        center=joint.center,
        center_loading=joint.center_loading,
        origin=joint.origin,
    )
