"""Some rows of two columns as numbers and codes of labels, and what has to be judged cell by cell instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from estimators.data.notation import LARGEST_EXACT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Irregular(Exception):
    """The table holds something that has to be judged cell by cell, see `judge_rows`: no error."""


@dataclass(frozen=True, eq=False)
class PlainPiece:
    """Some rows in their order."""

    outcome: NDArray[np.float64]
    """(N,) all finite."""
    codes: NDArray[np.int64]
    """(N,) those of the labels, none of which is blank, in `LabelCodes`."""
    has_point: bool = False
    """Whether the text of some number holds a point that may be no decimal one."""
    point_is_decimal: bool = False
    """Whether some point can only be a decimal one."""


def refuse_unusual(values: NDArray[np.float64]) -> None:
    """Raise Irregular for what is no number, and where a double may have rounded a whole one."""
    if len(values) and not max(abs(values.min()), abs(values.max())) < LARGEST_EXACT:
        raise Irregular
