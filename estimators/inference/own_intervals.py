"""Intervals for the own share or rate of each group, from its own count alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import frozen_array
from estimators.errors import OptionError

if TYPE_CHECKING:
    from estimators.contract.fit import Interval
    from estimators.data.groups import GroupData


def own_intervals(data: GroupData, level: float = 0.95) -> dict[str, Interval]:
    """Lower and upper ends ``(J,)`` of each group's own share or rate, by the name of the method.

    Of events out of trials ``wilson`` (Wilson 1927, JASA 22, 209-212) and ``jeffreys``, the equal-tailed
    interval of the beta distribution with y + 1/2 and n - y + 1/2, whose end is 0 where nothing happened and
    1 where it always did (Brown, Cai and DasGupta 2001, Statistical Science 16, 101-133). Of events in an
    exposure ``exact``, by the chi-squared distribution (Garwood 1936, Biometrika 28, 437-442), per unit of
    exposure. Nothing of other data. None takes anything from other groups.

    Raises:
        OptionError: a level that does not lie between 0 and 1.

    """
    if not 0 < level < 1:
        raise OptionError(f"a level lies between 0 and 1, not at {level:g}")
    if data.counts is None:
        return {}
    from scipy import stats

    y, n, tail = data.counts.events.astype(np.float64), data.counts.exposure, (1.0 - level) / 2
    if not data.counts.of_trials:
        least = np.where(y > 0, stats.chi2.ppf(tail, 2 * np.maximum(y, 1)) / 2, 0.0)
        most = stats.chi2.isf(tail, 2 * (y + 1)) / 2
        return {"exact": (frozen_array(least / n), frozen_array(most / n))}
    z = stats.norm.isf(tail)
    middle, half = (y + z * z / 2) / (n + z * z), z / (n + z * z) * np.sqrt(y * (n - y) / n + z * z / 4)
    low, high = np.where(y == 0, 0.0, middle - half), np.where(y == n, 1.0, middle + half)
    below = np.where(y == 0, 0.0, stats.beta.ppf(tail, y + 0.5, n - y + 0.5))
    above = np.where(y == n, 1.0, stats.beta.isf(tail, y + 0.5, n - y + 0.5))
    return {
        "wilson": (frozen_array(low), frozen_array(high)),
        "jeffreys": (frozen_array(below), frozen_array(above)),
    }
