"""Effects on a log scale, as log odds ratios, shown as the ratios that they are logarithms of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST: Final = 300.0
"""Logarithms up to this size have ratios that fit a double with room for their ticks."""
LARGEST_LOG: Final = 709.0
"""What the logarithm of a double can be."""
FEWEST_TICKS: Final = 5


def ratio_ticks(low: float, high: float) -> list[float]:
    """Round ratios between exp(``low``) and exp(``high``), ascending, as close as they can be told apart.

    ``low`` and ``high`` are logarithms, at most LARGEST in size.
    """
    first, last = math.floor(low / math.log(10)), math.ceil(high / math.log(10))
    decades = np.arange(first, last + 1)
    every = max(math.ceil(len(decades) / (2 * FEWEST_TICKS)), 1)
    for mantissas in ((1.0,), (1.0, 3.0), (1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)):
        some = decades[decades % every == 0]
        ticks = [float(f"{mantissa:g}e{decade}") for decade in some.tolist() for mantissa in mantissas]
        inside = [tick for tick in ticks if low <= math.log(tick) <= high]
        if len(inside) >= FEWEST_TICKS:
            return inside
    return _even_ticks(math.exp(low), math.exp(high))


def _even_ticks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten, of ratios that are close to each other."""
    if not high > low:
        return [low]
    rough = (high - low) / FEWEST_TICKS
    ten = 10.0 ** math.floor(math.log10(rough))
    step = max(times * ten for times in (1.0, 2.0, 5.0) if times * ten <= rough)
    return [step * times for times in range(math.ceil(low / step), math.floor(high / step) + 1)]


def ratio_text(ratio: float) -> str:
    """A ratio that stands at a tick."""
    return f"{ratio:.6g}" if 1e-4 <= ratio < 1e6 else f"{ratio:.3g}"


def ratio_of(logarithm: float | None) -> float | None:
    """The ratio; None where there is none, or it does not fit a double: of a unit that is far too large."""
    return None if logarithm is None or logarithm > LARGEST_LOG else math.exp(logarithm)


def within_reach(*logarithms: NDArray[np.float64] | None) -> bool:
    """Whether all of these have ratios that can be shown."""
    return all(bool(np.nanmax(np.abs(some)) <= LARGEST) for some in logarithms if some is not None)
