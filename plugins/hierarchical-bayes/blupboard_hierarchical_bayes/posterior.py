"""The posterior under a flat prior on mu, 1 / sigma_error^2 on sigma_error^2, and one of two on sigma_group.

mu drops out analytically. With u = log sqrt(lambda), what is left is, up to a constant,

- known standard errors (lambda = sigma_group^2), in one dimension:
  -(sum log(D_j + lambda) + log W + S) / 2 + u + log p(sigma_group);
- rows and a flat prior on sigma_group, in one dimension, because sigma_error^2 given lambda is inverse gamma
  with shape (N - 2) / 2 and scale Q / 2, Q = SSW + S:
  -(sum log(D_j + lambda) + log W) / 2 - (N - 2) / 2 log Q + u;
  the groups' means are then mixtures of Student's t with N - 2 degrees of freedom;
- rows and a half-t prior, in two dimensions: the same times the mean of p(sigma_group) over sigma_error given
  lambda, with sigma_error^2 = Q / (2 x) and the same points on log x for every lambda.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from blupboard_hierarchical_bayes.marginals import InverseGammaMixture, Marginal, Sinc, SpreadBetween
from blupboard_hierarchical_bayes.mixture import NEGLIGIBLE_MASS, Mixture
from blupboard_hierarchical_bayes.profile import TAIL, Conditional, Profile
from blupboard_hierarchical_bayes.quadrature import Nodes, trapezoid
from estimators import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HalfT:
    """p(sigma_group) proportional to (1 + (sigma_group / scale)^2 / df)^(-(df + 1) / 2)."""

    scale: float
    df: int

    def log_density(self, squared: Floats) -> Floats:
        """The log density, up to a constant, at squares of sigma_group."""
        inner = squared / self.scale / self.scale / self.df
        return np.asarray(-(self.df + 1) / 2.0 * np.log1p(inner))


@dataclass(frozen=True)
class Exists:
    """Which moments the posterior has: its tail in sigma_group is a power, J - 1 or J + df of the half-t."""

    variance: bool
    """Of the groups' means."""
    mu: bool
    mu_variance: bool


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is known after seeing the data; lengths in the data's units unless said otherwise."""

    profile: Profile
    mixture: Mixture
    """In the units of the profile."""
    sigma_group: Marginal
    sigma_error: Marginal | None
    """None where sigma_error is known."""
    ratio: Marginal
    """Of sqrt(lambda)."""
    mu: float | None
    """Posterior mean of mu; None where its tails are too heavy for one."""
    mu_std_error: float | None
    """Posterior standard deviation of mu; None as for the mean."""
    has_std_error: bool
    """Whether the groups' means have standard deviations."""

    @classmethod
    def of(cls, data: GroupData, prior: HalfT | None) -> Posterior:
        """Integrate; ``prior`` None is flat.

        Raises:
            DataError: the posterior would be improper, or the data cannot carry the method.

        """
        if len(data) < 2:
            raise DataError("needs at least 2 groups to tell how much groups differ")
        if prior is None and len(data) < 3:
            raise DataError(
                "needs at least 3 groups with a flat prior on the spread between groups; "
                "choose the half-t prior for 2"
            )
        profile = Profile.of(data)
        if prior is not None:
            prior = HalfT(prior.scale / profile.unit, prior.df)
        decay = len(data) - 1 if prior is None else len(data) + prior.df
        known = profile.within is None
        free = profile.rows - 2 if prior is None else profile.rows - 1
        has = Exists(known or free > (2 if prior is None else 1), decay > 2, decay > 3)
        if known:
            return _known_error_posterior(profile, prior, has)
        return _student(profile, has) if prior is None else _half_t(profile, prior, has)

    def estimates(self) -> tuple[Floats, Floats | None]:
        """(J,) means of the groups minus their own means, and standard deviations (None: there are none)."""
        p = self.profile
        shift, variance = self.mixture.moments(p.distance, p.spread, p.which)
        return p.unit * shift, p.unit * np.sqrt(variance) if self.has_std_error else None

    def weight(self) -> Floats:
        """(J,) posterior means of gamma_j."""
        return self.mixture.own_share(self.profile.spread)[self.profile.which]

    def quantile(self, probability: float) -> Floats:
        """(J,) quantiles of the groups' true means."""
        p = self.profile
        at = self.mixture.quantile(p.distance, p.spread[p.which], probability)
        return np.asarray(p.origin + p.unit * at)

    def draw(self, draws: int, seed: int) -> tuple[Floats, Floats]:
        """True means ``(draws, J)`` and mu ``(draws,)``, minus the profile's origin, in the data's units."""
        p, m = self.profile, self.mixture
        rng = np.random.default_rng(seed)
        at = rng.choice(len(m.mass), draws, p=m.mass)
        scale = m.scale[at]
        if m.df is not None:
            scale = scale * np.sqrt(m.df / rng.chisquare(m.df, draws))
        mu = m.mu[at] + scale / np.sqrt(m.precision[at]) * rng.standard_normal(draws)
        error = p.spread[p.which]
        own = m.ratio[at, None] / (m.ratio[at, None] + error)
        theta = mu[:, None] + own * (p.distance - mu[:, None])
        theta += scale[:, None] * np.sqrt(own * error) * rng.standard_normal((draws, len(p)))
        return p.unit * theta, p.unit * mu


def _known_error_posterior(profile: Profile, prior: HalfT | None, has: Exists) -> Posterior:
    def log_integrands(u: Floats) -> Floats:
        given = profile.at(np.exp(2.0 * u))
        log = u - 0.5 * (given.log_det + np.log(given.precision) + given.misfit)
        if prior is not None:
            log = log + prior.log_density(given.ratio)
        return _with_mu_variance(log, given, has)

    nodes = trapezoid(log_integrands, *profile.reach(*(() if prior is None else (prior.scale,))))
    rough = nodes.halved()
    given = profile.at(np.exp(2.0 * rough.points))
    mixture = Mixture(rough.mass, given.ratio, given.mu, given.precision, np.ones_like(given.mu), None)
    marginal = Sinc(nodes.points + np.log(profile.unit), nodes.step, nodes.mass)
    mu = _mu(profile, has, rough.mass, given, np.ones_like(given.mu))
    return Posterior(profile, mixture.without_negligible(), marginal, None, marginal, *mu, has.variance)


def _student(profile: Profile, has: Exists) -> Posterior:
    """Rows and a flat prior."""
    within, df = profile.within or 0.0, profile.rows - 2.0

    def log_integrands(u: Floats) -> Floats:
        given = profile.at(np.exp(2.0 * u))
        log = u - 0.5 * (given.log_det + np.log(given.precision) + df * np.log1p(given.misfit / within))
        return _with_mu_variance(log, given, has, within + given.misfit)

    nodes = trapezoid(log_integrands, *profile.reach())
    rough, x = nodes.halved(), _gamma_nodes(df / 2.0, None).halved()
    given = profile.at(np.exp(2.0 * rough.points))
    q = within + given.misfit
    mixture = Mixture(rough.mass, given.ratio, given.mu, given.precision, np.sqrt(q / df), df)
    return Posterior(
        profile,
        mixture.without_negligible(),
        _spread_between(profile, nodes, x, nodes.mass[:, None] * x.mass),
        InverseGammaMixture(0.5 * np.log(q / 2.0) + np.log(profile.unit), df / 2.0, rough.mass),
        Sinc(nodes.points, nodes.step, nodes.mass),
        *_mu(profile, has, rough.mass, given, q / (df - 2.0) if has.variance else q),
        has.variance,
    )


def _half_t(profile: Profile, prior: HalfT, has: Exists) -> Posterior:
    """Rows and a half-t prior."""
    within = profile.within or 0.0
    half = (profile.rows - 2) / 2.0
    x = _gamma_nodes(half, prior)

    def joint(given: Conditional, x: Nodes) -> Floats:
        """Log density ``(G, X)`` at all pairs of points."""
        u = 0.5 * np.log(given.ratio)
        fit = u - 0.5 * (given.log_det + np.log(given.precision)) - half * np.log1p(given.misfit / within)
        variance = (within + given.misfit)[:, None] / (2.0 * np.exp(x.points))
        return np.asarray(fit[:, None] + x.logs[0] + prior.log_density(given.ratio[:, None] * variance))

    def log_integrands(u: Floats) -> Floats:
        from scipy.special import logsumexp

        given = profile.at(np.exp(2.0 * u))
        log = np.asarray(logsumexp(joint(given, x.halved()), axis=1))
        return _with_mu_variance(log, given, has, within + given.misfit)

    nodes = trapezoid(log_integrands, *profile.reach(prior.scale / float(np.sqrt(within / profile.rows))))
    given = profile.at(np.exp(2.0 * nodes.points))
    return _two_dimensional(profile, has, (nodes, x), given, joint(given, x))


def _two_dimensional(
    profile: Profile, has: Exists, grid: tuple[Nodes, Nodes], given: Conditional, logs: Floats
) -> Posterior:
    """The posterior from its log density ``(G, X)`` on all pairs of points."""
    nodes, x = grid
    mass = np.exp(logs - logs.max())
    variance = ((profile.within or 0.0) + given.misfit)[:, None] / (2.0 * np.exp(x.points))
    log_sigma = 0.5 * np.log(variance) + np.log(profile.unit)
    rough = (mass[::2] / mass[::2].sum()).ravel()
    kept = rough > NEGLIGIBLE_MASS * rough.max()
    few = np.zeros_like(mass)
    few[::2, ::2] = mass[::2, ::2]
    row, column = np.nonzero(few > NEGLIGIBLE_MASS * few.max())
    carried, scale = few[row, column] / few.sum(), np.sqrt(variance[row, column])
    mixture = Mixture(carried, given.ratio[row], given.mu[row], given.precision[row], scale, None)
    at = mass.sum(axis=1) / mass.sum()
    mean_variance = (mass * variance).sum(axis=1) / mass.sum(axis=1)
    return Posterior(
        profile,
        mixture.without_negligible(),
        _spread_between(profile, nodes, x.halved(), mass[:, ::2] / mass[:, ::2].sum()),
        Sinc(log_sigma[::2].ravel()[kept], x.step / 2.0, rough[kept]),
        Sinc(nodes.points, nodes.step, nodes.mass),
        *_mu(profile, has, at, given, mean_variance),
        has.variance,
    )


def _spread_between(profile: Profile, nodes: Nodes, x: Nodes, mass: Floats) -> SpreadBetween:
    """The distribution of sigma_group, without the rows and columns that carry next to nothing."""
    rows, columns = (np.flatnonzero(mass.sum(axis=i) > NEGLIGIBLE_MASS) for i in (1, 0))
    some = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return SpreadBetween(profile, nodes.points[some[0]], nodes.step, x.points[some[1]], mass[some])


def _mu(
    profile: Profile, has: Exists, mass: Floats, given: Conditional, variance: Floats
) -> tuple[float | None, float | None]:
    """Mean and standard deviation of mu from means ``(G,)`` of sigma_error^2 given lambda."""
    mean = float(mass @ given.mu)
    value = profile.origin + profile.unit * mean if has.mu else None
    if not (has.mu_variance and has.variance):
        return value, None
    squared = float(mass @ (variance / given.precision + np.square(given.mu - mean)))
    return value, profile.unit * float(np.sqrt(squared))


def _gamma_nodes(shape: float, prior: HalfT | None) -> Nodes:
    """Points on log x for x from a gamma distribution, wide enough for a half-t: its moments and its tilt.

    Looked for from log(shape) on: of a shape of 1e6 the density's logarithm is 1e7, its part that counts 10.
    """
    powers = np.array([shape])
    if prior is not None:
        powers = np.array([shape, shape - 0.5 if shape > 0.5 else shape, shape + (prior.df + 1) / 2.0])
    least, most = float(powers.min()), float(powers.max())
    low = np.log(least / shape) - TAIL / least - 12.0 / np.sqrt(least)
    high = np.log((most + 2.0 * TAIL) / shape) + 12.0 / np.sqrt(most)
    found = trapezoid(partial(_log_gamma, shape, powers), float(low), float(high))
    return Nodes(found.points + np.log(shape), found.step, found.logs)


def _log_gamma(shape: float, powers: Floats, d: Floats) -> Floats:
    """Powers times log x less x, x = shape exp(d), up to constants; exp(d) - 1 - d by Kummer's function."""
    from scipy.special import hyp1f1

    rest = 0.5 * np.square(d) * hyp1f1(1.0, 3.0, d)
    return np.asarray((powers - shape)[:, None] * d - shape * rest)


def _with_mu_variance(log: Floats, given: Conditional, has: Exists, variance: Floats | float = 1.0) -> Floats:
    """The density, and where mu has a variance, the integrand of it: its tail is the heavier one."""
    return np.stack([log, log + np.log(variance) - np.log(given.precision)]) if has.mu_variance else log[None]
