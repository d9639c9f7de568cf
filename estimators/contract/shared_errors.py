"""Joint normal distributions whose groups share several errors, such as a regression's coefficients have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.joint import DrawnJoint, Joint, Reversed

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
    center: float | None = None
    """The one centre that groups are pulled to, minus the origin; None: there is none."""
    center_root: Floats | None = None
    """(p,) how much of each shared error the centre takes part in."""

    def joint(self, origin: float) -> DrawnJoint:
        """The distribution, its means counted from ``origin``."""
        return DrawnJoint(self, origin)

    def __call__(self, draws: int, seed: int) -> tuple[Floats, Floats | None]:
        """True means ``(draws, J)``, and the centre ``(draws,)`` where there is one."""
        rng = np.random.default_rng(seed)
        shared = rng.standard_normal((draws, self.root.shape[1]))
        alone = rng.standard_normal((draws, len(self.mean)))
        theta = self.mean + shared @ self.root.T + self.own * alone
        return theta, None if self.center is None else self.center + shared @ self.root_of_center

    @property
    def root_of_center(self) -> Floats:
        """(p,) zeros where nothing is said of it."""
        return np.zeros(self.root.shape[1]) if self.center_root is None else self.center_root

    def spread(self, about: Floats | None = None) -> Floats:
        """(J,) standard deviation of each true mean, or of that to what has the errors ``about (p,)``."""
        shared = self.root if about is None else self.root - about
        return np.asarray(np.sqrt(np.square(self.own) + np.square(shared).sum(axis=1)))

    def spread_of_differences(self) -> Floats:
        """(J, J) standard deviation of the difference of every two true means: what they share cancels."""
        variance = np.square(self.own)[:, None] + np.square(self.own)
        for shared in self.root.T:
            variance += np.square(shared[:, None] - shared)
        np.fill_diagonal(variance, 0.0)
        return np.asarray(np.sqrt(variance))

    def at(self, groups: NDArray[np.int64]) -> SharedErrors:
        """The distribution of some groups alone."""
        return SharedErrors(
            self.mean[groups], self.own[groups], self.root[groups], self.center, self.center_root
        )

    def reversed(self) -> SharedErrors:
        """The distribution of the true means with their signs changed."""
        center = None if self.center is None else -self.center
        return SharedErrors(-self.mean, self.own, -self.root, center, -self.root_of_center)


def shared_errors(joint: Joint | DrawnJoint | None) -> SharedErrors | None:
    """The formula of a joint distribution; None where there is none but draws."""
    if isinstance(joint, Joint):
        root_of_center = np.array([joint.center_loading])
        return SharedErrors(joint.mean, joint.own, joint.loading[:, None], joint.center, root_of_center)
    if not isinstance(joint, DrawnJoint):
        return None
    if isinstance(joint.sample, Reversed):
        formula = joint.sample.sample
        return formula.reversed() if isinstance(formula, SharedErrors) else None
    return joint.sample if isinstance(joint.sample, SharedErrors) else None
