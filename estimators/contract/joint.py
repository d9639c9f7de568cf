"""Joint and DrawnJoint: how the groups' true means hang together, given the data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import frozen_array
from estimators.errors import FitError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

AGREEMENT = 1e-6
"""How far, in its own standard deviations, the mean of a group's distribution may be from its estimate."""


DRAWS = 20_000
"""From a distribution that can only be drawn from."""
SEED = 20_261_128
"""Of the draws."""


@dataclass(frozen=True, eq=False, init=False)
class Joint:
    """A joint normal distribution of J true means with one shared error.

    theta_j = origin + mean_j + loading_j Z + own_j E_j and centre = origin + center + center_loading Z, where
    Z and all E_j are independent standard normals. Of BLUPs Z is the error of mu: own_j = sqrt(g1_j),
    loading_j = (1 - gamma_j) SE(mu), center_loading = SE(mu). All in the outcome's units; arrays are ``(J,)``
    and read-only.
    """

    mean: Floats
    """Means minus ``origin``."""
    own: Floats
    """Standard deviation of what each group has to itself, above 0."""
    loading: Floats
    """How much of the shared error each group takes part in."""
    center: float | None
    """The centre that groups are pulled to, minus ``origin``; None: there is none."""
    center_loading: float
    """How much of the shared error the centre takes part in."""
    origin: float
    """A number near the data, so that differences keep their digits."""

    def __init__(
        self,
        mean: ArrayLike,
        own: ArrayLike,
        loading: ArrayLike | None = None,
        *,
        center: float | None = None,
        center_loading: float = 0.0,
        origin: float = 0.0,
    ) -> None:
        """Copy and freeze the arrays; without ``loading`` the groups are independent."""
        object.__setattr__(self, "mean", frozen_array(mean))
        object.__setattr__(self, "own", frozen_array(own))
        object.__setattr__(self, "loading", frozen_array(np.zeros_like(own) if loading is None else loading))
        object.__setattr__(self, "center", None if center is None else float(center))
        object.__setattr__(self, "center_loading", float(center_loading))
        object.__setattr__(self, "origin", float(origin))

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def independent(self) -> bool:
        """Whether the groups are independent and nothing pulls them: the distribution of level means."""
        return self.center is None and not self.loading.any()

    @property
    def std_dev(self) -> Floats:
        """(J,) standard deviation of each true mean."""
        return np.hypot(self.own, self.loading)

    def reversed(self) -> Joint:
        """The distribution of the true means with their signs changed, so that the smallest comes first."""
        center = None if self.center is None else -self.center
        return Joint(
            -self.mean,
            self.own,
            -self.loading,
            center=center,
            center_loading=-self.center_loading,
            origin=-self.origin,
        )

    def draw(self, draws: int, seed: int) -> tuple[Floats, Floats | None]:
        """True means ``(draws, J)`` and the centre ``(draws,)``, or None, all minus ``origin``."""
        rng = np.random.default_rng(seed)
        shared = rng.standard_normal(draws)
        alone = rng.standard_normal((draws, len(self)))
        theta = self.mean + np.outer(shared, self.loading) + self.own * alone
        return theta, None if self.center is None else self.center + self.center_loading * shared

    def check(self, estimate: Floats) -> None:
        """Make sure that the distribution is one of these groups.

        Raises:
            FitError: an array has another shape or holds what is not finite, a standard deviation is not
                above
                0, or the means are not the estimates.

        """
        for name in ("mean", "own", "loading"):
            value = getattr(self, name)
            if value.shape != estimate.shape or not np.isfinite(value).all():
                raise FitError(f"joint.{name} holds {value.shape}: give one finite number for each group")
        if not (self.own > 0).all():
            raise FitError("joint.own holds values that are not above 0")
        if self.center is not None and not np.isfinite([self.center, self.center_loading]).all():
            raise FitError("joint.center is not finite")
        rounding = 4.0 * np.spacing(np.abs(estimate) + abs(self.origin))
        if (np.abs(self.origin + self.mean - estimate) > AGREEMENT * self.std_dev + rounding).any():
            raise FitError("joint has other means than the estimates")


@dataclass(frozen=True, eq=False)
class DrawnJoint:
    """A joint distribution of J true means of any shape, by a function that draws from it."""

    sample: Callable[[int, int], tuple[Floats, Floats | None]]
    """(draws, seed) -> true means ``(draws, J)``, and the centre ``(draws,)`` or None, minus ``origin``."""
    origin: float = 0.0
    """A number near the data, so that differences keep their digits."""
    above: Callable[[float], Floats] | None = None
    """A value minus ``origin`` -> the chance ``(J,)`` of each true mean above it, a tie counting half; None:
    draws tell."""
    center: float | None = None
    """The one centre of all groups minus ``origin``, where it counts as known; else draws tell."""

    def reversed(self) -> DrawnJoint:
        """The distribution of the true means with their signs changed, so that the smallest comes first."""
        center = None if self.center is None else -self.center
        sample = self.sample.sample if isinstance(self.sample, Reversed) else Reversed(self.sample)
        above = self.above
        if above is not None:
            above = above.above if isinstance(above, ReversedChances) else ReversedChances(above)
        return DrawnJoint(sample, -self.origin, above, center)

    def draw(self, draws: int, seed: int) -> tuple[Floats, Floats | None]:
        """True means ``(draws, J)`` and the centre ``(draws,)``, or None, all minus ``origin``.

        Raises:
            FitError: the function gave something else.

        """
        theta, center = self.sample(draws, seed)
        theta = np.asarray(theta, dtype=np.float64)
        center = None if center is None else np.asarray(center, dtype=np.float64)
        if theta.ndim != 2 or len(theta) != draws or not np.isfinite(theta).all():
            raise FitError(f"joint drew {theta.shape}: give {draws} lines of finite numbers")
        if center is not None and (center.shape != (draws,) or not np.isfinite(center).all()):
            raise FitError(f"joint drew centres {center.shape}: give {draws} finite numbers")
        return theta, center

    def check(self, estimate: Floats) -> None:
        """Make sure that a draw has a number for each group, and that chances are those of the groups.

        Raises:
            FitError: it has not, the centre is not finite, or ``above`` gives no chances of these groups.

        """
        theta, _ = self.draw(2, 0)
        if theta.shape[1] != len(estimate):
            raise FitError(f"joint drew {theta.shape[1]} true means, but there are {len(estimate)} groups")
        if self.center is not None and not np.isfinite(self.center):
            raise FitError("joint.center is not finite")
        if self.above is not None:
            chance = np.asarray(self.above(float(theta[0, 0])))
            if chance.shape != estimate.shape or not ((chance >= 0) & (chance <= 1)).all():
                raise FitError("joint.above gives no chances from 0 to 1, one for each group")


@dataclass(frozen=True)
class Reversed:
    """A sampler with its signs changed; a class, so that it can be pickled."""

    sample: Callable[[int, int], tuple[Floats, Floats | None]]
    """That of the true means."""

    def __call__(self, draws: int, seed: int) -> tuple[Floats, Floats | None]:
        """The draws of ``sample`` with their signs changed."""
        theta, center = self.sample(draws, seed)
        return -np.asarray(theta), None if center is None else -np.asarray(center)


@dataclass(frozen=True)
class ReversedChances:
    """Chances to be above of true means with their signs changed; a class, so that it can be pickled."""

    above: Callable[[float], Floats]
    """Those of the true means."""

    def __call__(self, value: float) -> Floats:
        """The chance of each to be above ``value``."""
        return np.asarray(1.0 - self.above(-value))
