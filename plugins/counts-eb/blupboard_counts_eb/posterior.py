"""The posterior of each group's share or rate, with the prior's parameters taken as known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BetaPosterior:
    """Beta(alpha_j, beta_j) of J shares; arrays are ``(J,)``."""

    alpha: Floats
    beta: Floats

    @property
    def mean(self) -> Floats:
        """Posterior means."""
        return np.asarray(self.alpha / (self.alpha + self.beta))

    @property
    def std_dev(self) -> Floats:
        """Posterior standard deviations."""
        size = self.alpha + self.beta
        return np.asarray(np.sqrt(self.alpha / size * (self.beta / size) / (size + 1.0)))

    def quantile(self, share: float) -> Floats:
        """Below which a share of the posterior lies."""
        from scipy.special import betaincinv

        return np.asarray(betaincinv(self.alpha, self.beta, share))

    def above(self, value: Floats | float) -> Floats:
        """The chance of a share above a value."""
        from scipy.special import betaincc

        return np.asarray(betaincc(self.alpha, self.beta, np.clip(value, 0.0, 1.0)))

    def draw(self, draws: int, seed: int) -> Floats:
        """``(draws, J)``."""
        return np.random.default_rng(seed).beta(self.alpha, self.beta, (draws, len(self.alpha)))


@dataclass(frozen=True, eq=False)
class GammaPosterior:
    """Gamma(shape_j, rate_j) of J rates; arrays are ``(J,)``."""

    shape: Floats
    rate: Floats

    @property
    def mean(self) -> Floats:
        """Posterior means."""
        return np.asarray(self.shape / self.rate)

    @property
    def std_dev(self) -> Floats:
        """Posterior standard deviations."""
        return np.asarray(np.sqrt(self.shape) / self.rate)

    def quantile(self, share: float) -> Floats:
        """Below which a share of the posterior lies."""
        from scipy.special import gammaincinv

        return np.asarray(gammaincinv(self.shape, share) / self.rate)

    def above(self, value: Floats | float) -> Floats:
        """The chance of a rate above a value."""
        from scipy.special import gammaincc

        return np.asarray(gammaincc(self.shape, self.rate * np.maximum(value, 0.0)))

    def draw(self, draws: int, seed: int) -> Floats:
        """``(draws, J)``."""
        drawn = np.random.default_rng(seed).standard_gamma(self.shape, (draws, len(self.shape)))
        return np.asarray(drawn / self.rate)


Posterior = BetaPosterior | GammaPosterior


@dataclass(frozen=True, eq=False)
class EqualTailed:
    """The intervals of a posterior: as much probability below as above."""

    posterior: Posterior

    def __call__(self, level: float) -> tuple[Floats, Floats]:
        """Lower and upper ends ``(J,)``."""
        tail = (1.0 - level) / 2.0
        return self.posterior.quantile(tail), self.posterior.quantile(1.0 - tail)


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws from a posterior, with the prior mean as the centre where it is common to all groups."""

    posterior: Posterior
    center: float | None

    def __call__(self, draws: int, seed: int) -> tuple[Floats, Floats | None]:
        """True shares or rates ``(draws, J)``, and the centre ``(draws,)`` or None."""
        drawn = self.posterior.draw(draws, seed)
        return drawn, None if self.center is None else np.full(draws, self.center)
