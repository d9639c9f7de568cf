"""The rows as both packages get them: centred and divided by their standard deviation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData


@dataclass(frozen=True, eq=False)
class StandardRows:
    """N rows with mean 0 and standard deviation 1, in order of group and then outcome.

    Both packages lose digits, or stop early, where the outcome lies far from 0 or its scale far from 1; and
    so the answer does not depend on the units or on the order of the rows.
    """

    origin: float
    """A number near the data, in the outcome's units."""
    center: float
    """Mean of all rows minus ``origin``."""
    unit: float
    """Standard deviation of all rows, divisor N, in the outcome's units."""
    outcome: NDArray[np.float64]
    """(N,) (outcome - origin - center) / unit."""
    group: NDArray[np.int64]
    """(N,) places in ``GroupData.labels``."""
    groups: int
    """How many there are, J."""

    def location(self, value: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standard values as values of the outcome."""
        return self.origin + (self.center + self.unit * value)

    def place(self, value: float) -> float:
        """One standard value as a value of the outcome."""
        return self.origin + (self.center + self.unit * value)


def standard_rows(data: GroupData, program: str) -> StandardRows:
    """The rows of ``data``, standardised for ``program``.

    Raises:
        DataError: no rows, one group, one row in each group, equal values, or no spread within groups: none
            of these has an answer that a program for mixed models could find.

    """
    rows = data.require_rows()
    if len(data) < 2:
        raise DataError("needs at least 2 groups to tell how much groups differ")
    data.require_repeats()
    if data.all_equal:
        raise DataError(f"all values are equal: there is nothing for {program} to fit")
    if not data.varies_within:
        raise DataError(
            f"rows do not vary within any group: there the likelihood has no maximum for {program} to find"
        )
    order = np.lexsort((rows.outcome, rows.group))
    outcome = rows.outcome[order] - data.origin
    largest = float(np.abs(outcome).max())
    share = outcome / largest
    middle = float(share.mean())
    middle += float((share - middle).mean())
    rest = share - middle
    spread = float(np.sqrt(np.mean(np.square(rest))))
    return StandardRows(
        origin=data.origin,
        center=largest * middle,
        unit=largest * spread,
        outcome=rest / spread,
        group=np.asarray(rows.group[order], dtype=np.int64),
        groups=len(data),
    )
