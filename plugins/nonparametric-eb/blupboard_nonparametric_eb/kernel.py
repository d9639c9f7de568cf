"""The likelihood of each group at any place of its true mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BLOCK = 2_000_000
"""Most numbers in one intermediate array."""


@dataclass(frozen=True, eq=False)
class Kernel:
    """J observations with known standard errors; phi_j(t) = exp(-((y_j - t) / s_j)^2 / 2)."""

    y: Floats
    s: Floats

    def at(self, t: Floats) -> Floats:
        """(J, M) phi_j at ``t (M,)``."""
        z = (self.y[:, None] - t) / self.s[:, None]
        return np.asarray(np.exp(-0.5 * np.square(z)))

    def gradient(self, f: Floats, t: Floats) -> Floats:
        """(M,) D(t) = mean_j phi_j(t) / f_j; at the optimum at most 1, and 1 wherever there is an atom."""
        total = np.zeros(len(t))
        for phi, _, _, g in self._blocks(f, t):
            total += (1.0 / g) @ phi
        return total / len(self.y)

    def derivatives(self, f: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
        """(M,) D and its first and second derivative."""
        sums = np.zeros((3, len(t)))
        for phi, y, s, g in self._blocks(f, t):
            ratio, z = phi / g[:, None], (y[:, None] - t) / s[:, None]
            sums[0] += ratio.sum(axis=0)
            sums[1] += (ratio * z / s[:, None]).sum(axis=0)
            sums[2] += (ratio * (np.square(z) - 1.0) / np.square(s[:, None])).sum(axis=0)
        value, first, second = sums / len(self.y)
        return value, first, second

    def _blocks(self, f: Floats, t: Floats) -> Iterator[tuple[Floats, Floats, Floats, Floats]]:
        size = max(1, BLOCK // len(t))
        for i in range(0, len(self.y), size):
            y, s = self.y[i : i + size], self.s[i : i + size]
            yield np.exp(-0.5 * np.square((y[:, None] - t) / s[:, None])), y, s, f[i : i + size]
