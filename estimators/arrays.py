"""Arrays that nobody can change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def frozen_array(values: ArrayLike, dtype: type = np.float64) -> NDArray[Any]:
    """A read-only copy of ``values`` as an array of ``dtype``."""
    array: NDArray[Any] = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array
