"""The beta-binomial and the gamma-Poisson likelihood, in terms of a mean of each group and one dispersion.

The dispersion phi is 1 / (alpha + beta) of the beta distribution, 1 / shape of the gamma distribution: 0 is
no over-dispersion, and every formula here holds there too. The mean is logistic(eta) or exp(eta), eta linear
in what the groups' means depend on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
from scipy.special import expit, gammaln, xlogy

from blupboard_counts_eb.rising import (
    SMALL,
    log_rising,
    series,
    sum_inverse,
    sum_inverse_square,
    sum_share,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]


class Family(Protocol):
    """A likelihood of counts; ``eta (D,)`` belongs to D groups of equal design, one line of it each."""

    concave: ClassVar[bool]
    """Whether, at a fixed dispersion, one set of coefficients is best whatever the design."""
    design: Floats
    """(D, P) what the means depend on; the first column is 1."""

    @property
    def pooled(self) -> float:
        """The eta of all groups together."""
        ...

    @property
    def scale(self) -> float:
        """The largest count: from dispersions of about 1 / scale on, the likelihood is more than linear."""
        ...

    @property
    def groups(self) -> int:
        """How many groups there are."""
        ...

    def log_likelihood(self, dispersion: float, eta: Floats) -> float:
        """With all its constants."""
        ...

    def derivatives(self, dispersion: float, eta: Floats) -> tuple[Floats, Floats]:
        """First and second derivative by each eta, ``(D,)``."""
        ...

    def score(self, dispersion: float, eta: Floats) -> tuple[float, float]:
        """Derivative by the dispersion: what raises it, and what is taken from that."""
        ...


@dataclass(frozen=True, eq=False)
class Tally:
    """Equal counts of groups of equal design, taken together."""

    place: Places
    """(K,) the line of the design."""
    value: Floats
    """(K,) the count."""
    times: Floats
    """(K,) in how many groups."""

    @classmethod
    def of(cls, place: Places, value: Floats) -> Tally:
        """Of J groups; a count of 0 adds nothing anywhere and is left out."""
        some = value > 0
        pairs, times = np.unique(np.stack([place[some], value[some]]), axis=1, return_counts=True)
        return cls(pairs[0].astype(np.intp), pairs[1], times.astype(np.float64))

    def by_place(self, values: Floats, lines: int) -> Floats:
        """(D,) sums of values ``(K,)`` over groups of equal design."""
        return np.bincount(self.place, self.times * values, lines)


@dataclass(frozen=True, eq=False)
class BetaBinomial:
    """Events out of trials whose chance is drawn from a beta distribution.

    log C(n, y) + sum_{i<y} log(p + i phi) + sum_{i<n-y} log(1 - p + i phi) - sum_{i<n} log(1 + i phi) summed
    over groups (Griffiths 1973, Biometrics 29, 637-648). At a fixed phi concave in the p of each group, so
    one p common to all has one best value.
    """

    concave: ClassVar[bool] = False
    events: Floats
    """(J,) y."""
    trials: Floats
    """(J,) n."""
    design: Floats
    place: Places
    """(J,) the line of the design that each group has."""

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.events)

    @property
    def pooled(self) -> float:
        """The log odds of all trials together."""
        happened = float(self.events.sum())
        return float(np.log(happened / (float(self.trials.sum()) - happened)))

    @property
    def scale(self) -> float:
        """The largest number of trials over the rarer chance."""
        chance = float(expit(-abs(self.pooled)))
        return float(self.trials.max()) / chance

    @cached_property
    def _tallies(self) -> tuple[Tally, Tally, Tally]:
        nothing = np.zeros_like(self.place)
        return (
            Tally.of(self.place, self.events),
            Tally.of(self.place, self.trials - self.events),
            Tally.of(nothing, self.trials),
        )

    @cached_property
    def _constant(self) -> float:
        y, n = self.events, self.trials
        return float((gammaln(n + 1.0) - gammaln(y + 1.0) - gammaln(n - y + 1.0)).sum())

    def log_likelihood(self, dispersion: float, eta: Floats) -> float:
        """With all its constants."""
        happened, missed, tried = self._tallies
        chance, other = expit(eta), expit(-eta)
        value = self._constant
        for tally, share in ((happened, chance), (missed, other)):
            value += float(xlogy(tally.value, share[tally.place]) @ tally.times)
            if dispersion > 0:
                value += float(log_rising(share[tally.place] / dispersion, tally.value) @ tally.times)
        return value - (
            float(log_rising(1.0 / dispersion, tried.value) @ tried.times) if dispersion > 0 else 0.0
        )

    def derivatives(self, dispersion: float, eta: Floats) -> tuple[Floats, Floats]:
        """First and second derivative by each eta, ``(D,)``."""
        chance, other = expit(eta), expit(-eta)
        lines, first, second = len(eta), np.zeros_like(eta), np.zeros_like(eta)
        for tally, share, sign in zip(self._tallies, (chance, other), (1.0, -1.0), strict=False):
            each, k = share[tally.place], tally.value
            if dispersion > 0:
                x = each / dispersion
                once, twice = sum_inverse(x, k) / dispersion, sum_inverse_square(x, k) / dispersion**2
            else:
                once, twice = k / each, k / np.square(each)
            first += sign * tally.by_place(once, lines)
            second -= tally.by_place(twice, lines)
        slope = chance * other
        return slope * first, np.square(slope) * second + slope * (other - chance) * first

    def score(self, dispersion: float, eta: Floats) -> tuple[float, float]:
        """Derivative by the dispersion: what raises it, and what is taken from that."""
        happened, missed, tried = self._tallies

        def total(tally: Tally, share: Floats) -> float:
            if dispersion > 0:
                return float(sum_share(share / dispersion, tally.value) @ tally.times) / dispersion
            return float((tally.value * (tally.value - 1.0) / 2.0 / share) @ tally.times)

        up = total(happened, expit(eta)[happened.place]) + total(missed, expit(-eta)[missed.place])
        return up, total(tried, np.ones_like(tried.value))


@dataclass(frozen=True, eq=False)
class GammaPoisson:
    """Events in an exposure t whose rate is drawn from a gamma distribution: the negative binomial.

    With u = t exp(eta): sum_{i<y} log(1 + i phi) + y log u - (y + 1 / phi) log(1 + phi u) - log y! summed
    over groups (Lawless 1987, Canadian J. Stat. 15, 209-225). At a fixed phi it is concave in eta.
    """

    concave: ClassVar[bool] = True
    events: Floats
    """(J,) y."""
    exposure: Floats
    """(J,) t."""
    design: Floats
    place: Places
    """(J,) the line of the design that each group has."""

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.events)

    @property
    def pooled(self) -> float:
        """The log rate of all groups together."""
        return float(np.log(self.events.sum() / self.exposure.sum()))

    @property
    def scale(self) -> float:
        """The largest number of events, counted or expected."""
        return max(float(self.events.max()), float(self.exposure.max()) * float(np.exp(self.pooled)))

    @cached_property
    def _tally(self) -> Tally:
        return Tally.of(np.zeros_like(self.place), self.events)

    def log_likelihood(self, dispersion: float, eta: Floats) -> float:
        """With all its constants."""
        y = self.events
        log_expected = np.log(self.exposure) + eta[self.place]
        u = np.exp(log_expected)
        value = float((y * log_expected - gammaln(y + 1.0)).sum())
        if dispersion == 0:
            return value - float(u.sum())
        z = dispersion * u
        value += float(log_rising(1.0 / dispersion, self._tally.value) @ self._tally.times)
        return value - float(((y + 1.0 / dispersion) * np.log1p(z)).sum())

    def derivatives(self, dispersion: float, eta: Floats) -> tuple[Floats, Floats]:
        """First and second derivative by each eta, ``(D,)``."""
        y, u = self.events, self.exposure * np.exp(eta[self.place])
        over = 1.0 + dispersion * u
        first, second = (y - u) / over, -u * (1.0 + dispersion * y) / np.square(over)
        return np.bincount(self.place, first, len(eta)), np.bincount(self.place, second, len(eta))

    def score(self, dispersion: float, eta: Floats) -> tuple[float, float]:
        """Derivative by the dispersion: what raises it, and what is taken from that."""
        y, u = self.events, self.exposure * np.exp(eta[self.place])
        z, k, times = dispersion * u, self._tally.value, self._tally.times
        own = (sum_share(1.0 / dispersion, k) / dispersion if dispersion > 0 else k * (k - 1.0) / 2.0) @ times
        return float(own + (np.square(u) * _curvature(z)).sum()), float((y * u / (1.0 + z)).sum())


def _curvature(z: Floats) -> Floats:
    """(log(1 + z) - z / (1 + z)) / z^2, which is 1/2 at 0."""
    near, far = np.minimum(z, SMALL), np.maximum(z, SMALL)
    return np.where(
        z < SMALL,
        series(near, lambda m: 1.0 - 1.0 / m),
        (np.log1p(far) - far / (1.0 + far)) / np.square(far),
    )
