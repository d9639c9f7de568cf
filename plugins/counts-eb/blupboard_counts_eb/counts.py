"""Events and their exposure, from data that carry them or from rows of 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData

    Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Sums over rows of 0 and 1 are whole to within so much of the number of rows."""

MOST_COUNTED = 1e10
"""Trials or events of a group up to which parameters are right to 1e-5; at 1e12 to 2e-4."""


@dataclass(frozen=True, eq=False)
class Counted:
    """Events of J groups."""

    events: Floats
    """(J,) whole numbers."""
    exposure: Floats
    """(J,) trials, or time or whatever else was exposed."""
    of_trials: bool
    """Whether the exposure is a number of trials, each an event or not."""


def counted(data: GroupData) -> Counted:
    """The events of the groups; rows of 0 and 1 are trials.

    Raises:
        DataError: nothing is counted, or more than 1e10 events or trials in a group.

    """
    found = _found(data)
    if max(found.events.max(), found.exposure.max() if found.of_trials else 0.0) > MOST_COUNTED:
        raise DataError(
            "takes up to 10,000,000,000 events or trials in a group: of more its likelihood lacks digits"
        )
    return found


def _found(data: GroupData) -> Counted:
    if data.counts is not None:
        counts = data.counts
        return Counted(counts.events.astype(np.float64), counts.exposure, counts.of_trials)
    if data.known_variance is None:
        n = data.n.astype(np.float64)
        total = n * (data.origin + data.centered_mean)
        events = np.rint(total)
        # of whole numbers other than 0 and 1, sum y (1 - y) is at most -2; here it has to be 0
        apart = np.abs(data.ss_within - events * (n - events) / n)
        slack = ROUNDING * n
        if ((np.abs(total - events) <= slack) & (apart <= slack) & (events >= 0) & (events <= n)).all():
            return Counted(events, n, of_trials=True)
    raise DataError(
        "takes counts: events out of trials, events in an exposure, or an outcome of nothing but 0 and 1"
    )
