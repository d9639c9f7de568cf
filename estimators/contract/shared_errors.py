"""Joint normal distributions whose groups share several errors, such as a regression's coefficients have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.joint import DrawnJoint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SharedErrors:
    """theta = mean + own E + root Z, all E and Z independent standard normals; a sampler of a DrawnJoint."""

    mean: Floats
    """(J,) minus the origin, in the outcome's units."""
    own: Floats
    """(J,) standard deviation of what each group has to itself."""
    root: Floats
    """(J, p) how much of each shared error each group takes part in."""

    def joint(self, origin: float) -> DrawnJoint:
        """The distribution, its means counted from ``origin``."""
        return DrawnJoint(self, origin)

    def __call__(self, draws: int, seed: int) -> tuple[Floats, None]:
        """True means ``(draws, J)``; there is no one centre that they are pulled to."""
        rng = np.random.default_rng(seed)
        shared = rng.standard_normal((draws, self.root.shape[1]))
        alone = rng.standard_normal((draws, len(self.mean)))
        return self.mean + shared @ self.root.T + self.own * alone, None
