"""Joint normal distributions whose groups share several errors, such as a regression's coefficients have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.joint import DrawnJoint, Joint

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

    def spread_of_differences(self) -> Floats:
        """(J, J) standard deviation of the difference of every two true means: what they share cancels."""
        apart = self.root[:, None] - self.root
        variance = np.square(self.own)[:, None] + np.square(self.own) + np.square(apart).sum(axis=2)
        np.fill_diagonal(variance, 0.0)
        return np.asarray(np.sqrt(variance))

    def at(self, groups: NDArray[np.int64]) -> SharedErrors:
        """The distribution of some groups alone."""
        return SharedErrors(self.mean[groups], self.own[groups], self.root[groups])


def shared_errors(joint: Joint | DrawnJoint | None) -> SharedErrors | None:
    """The formula of a joint distribution; None where there is none but draws."""
    if isinstance(joint, Joint):
        return SharedErrors(joint.mean, joint.own, joint.loading[:, None])
    return joint.sample if isinstance(joint, DrawnJoint) and isinstance(joint.sample, SharedErrors) else None
