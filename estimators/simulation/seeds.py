"""Checks of what a stream of random numbers is given."""

from __future__ import annotations

import operator
from typing import SupportsIndex

import numpy as np

from estimators.errors import OptionError

LARGEST_SEED = 2**31 - 1
"""Seeds run from minus this to this: the whole numbers of R, which every stream takes."""


def whole_seed(seed: SupportsIndex) -> int:
    """The seed as a Python integer.

    Raises:
        OptionError: it is not a whole number from -(2^31 - 1) to 2^31 - 1.

    """
    message = f"seed takes a whole number from -{LARGEST_SEED} to {LARGEST_SEED}, not {seed!r}"
    try:
        whole = operator.index(seed)
    except TypeError:
        raise OptionError(message) from None
    if isinstance(seed, (bool, np.bool_)) or abs(whole) > LARGEST_SEED:
        raise OptionError(message)
    return whole


def positive_number(name: str, value: float) -> float:
    """The value of the parameter ``name`` as a float.

    Raises:
        OptionError: it is not a number above 0, or is infinite.

    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if not 0.0 < number < np.inf:
        raise OptionError(f"{name} takes a number above 0, not {value!r}")
    return number
