"""Sums over all groups near the ratios at which they are wanted, by polynomials in the ratio's logarithm.

A sum over groups of powers of w_j = n_j / (1 + n_j lambda) is analytic in log lambda but for places pi away
from the real line, so that over a twelfth of a decade 12 points of Chebyshev give it to rounding (Trefethen
2013, Approximation Theory and Approximation Practice, ch. 5 and 8): what is to be known at a ratio of each of
many groups costs no more than at a few ratios.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import chebyshev

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

POINTS = 12
"""Of the polynomials; the brackets' ends are among them."""


@dataclass(frozen=True, eq=False)
class NearSums:
    """S sums over all groups within B brackets of ratios, for pairs of a ratio and its bracket."""

    low: Floats
    """(B,) lower ends, of which one may be 0: there the polynomial is in the ratio itself."""
    high: Floats
    """(B,) upper ends."""
    coefficient: Floats
    """(POINTS, S, B) of Chebyshev's polynomials, for the place in a bracket from -1 to 1."""

    @classmethod
    def of(cls, sums: Callable[[Floats], Floats], low: Floats, high: Floats) -> NearSums:
        """Of a function from ratios ``(P,)`` to sums ``(S, P)``."""
        points = chebyshev.chebpts2(POINTS)
        share = (1.0 + points) / 2.0
        start = np.where(low > 0, low, high)[:, None]
        curved = start * (high[:, None] / start) ** share
        ratio = np.where(low[:, None] > 0, curved, high[:, None] * share)
        value = sums(ratio.ravel())
        basis = chebyshev.chebvander(points, POINTS - 1)
        coefficient = np.linalg.solve(basis, value.reshape(-1, POINTS).T)
        shaped = coefficient.reshape(POINTS, len(value), len(low))
        return cls(low, high, np.asarray(shaped, dtype=np.float64))

    def at(self, ratio: Floats, bracket: Places) -> Floats:
        """(S, M) the sums at ratios ``(M,)``, each within the bracket that ``bracket (M,)`` says."""
        low, high = self.low[bracket], self.high[bracket]
        start = np.where(low > 0, low, high)
        with np.errstate(all="ignore"):  # at a ratio of 0 the logarithm is not looked at
            curved = np.log(ratio / start) / np.log(high / start)
        x = 2.0 * np.where(low > 0, curved, ratio / high) - 1.0
        return np.asarray(chebyshev.chebval(x, self.coefficient[:, :, bracket], tensor=False))
