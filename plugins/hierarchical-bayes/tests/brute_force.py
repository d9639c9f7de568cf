"""The same posterior by brute force: every unknown on a grid of its own, nothing drops out analytically.

Gauss-Legendre panels in log sigma_group (with a break where the test wants one), trapezoidal rules in
log sigma_error and in mu; the likelihood is written out row by row of the summary.
"""

from itertools import pairwise

import numpy as np
from scipy.special import ndtr


def panels(breaks, nodes):
    x, w = np.polynomial.legendre.leggauss(nodes)
    points, weights = [], []
    for low, high in pairwise(breaks):
        points.append((high - low) / 2 * x + (high + low) / 2)
        weights.append((high - low) / 2 * w)
    return np.concatenate(points), np.concatenate(weights)


class Grid:
    """Points on (tau, sigma, mu) with their posterior mass ``(T, S, M)``.

    ``tau_breaks``: ends of the panels. ``sigma``: a value that lies half-way between two points of its grid.
    """

    def __init__(self, mean, n, ss_within, known, log_prior, tau_breaks, sigma=None):
        mean = np.asarray(mean, float)
        log_tau, tau_weight = panels(np.log(tau_breaks), 24)
        log_sigma = np.zeros(1) if known is not None else np.log(sigma) + 0.035 * (np.arange(-60, 60) + 0.5)
        self.tau, self.sigma, z = np.meshgrid(
            np.exp(log_tau), np.exp(log_sigma), np.linspace(-8, 8, 33), indexing="ij"
        )
        variance = known if known is not None else self.sigma[..., None] ** 2 / np.asarray(n, float)
        total = self.tau[..., None] ** 2 + variance
        middle = (mean / total).sum(-1) / (1 / total).sum(-1)
        spread = (1 / total).sum(-1) ** -0.5
        self.mu = middle + spread * z
        log = -0.5 * (np.log(total) + (mean - self.mu[..., None]) ** 2 / total).sum(-1)
        if known is None:
            log -= (np.sum(n) - len(mean)) * np.log(self.sigma) + np.sum(ss_within) / (2 * self.sigma**2)
        # sigma^-2 d(sigma^2) is 2 d(log sigma): no term is left
        log += log_prior(self.tau) + np.log(self.tau) + np.log(spread) + np.log(tau_weight)[:, None, None]
        mass = np.exp(log - log.max())
        self.mass = mass / mass.sum()
        self.own = self.tau[..., None] ** 2 / total
        self.at = self.own * mean + (1 - self.own) * self.mu[..., None]
        self.width = self.tau[..., None] * np.sqrt(1 - self.own)

    def mean_of(self, values):
        return np.tensordot(self.mass, values, 3)

    def estimate(self):
        return self.mean_of(self.at)

    def std_error(self):
        return np.sqrt(self.mean_of(self.width**2 + (self.at - self.estimate()) ** 2))

    def weight(self):
        return self.mean_of(self.own)

    def below(self, value):
        """Given both sigmas a group's mean is normal: only its first two moments are summed over mu."""
        mass = self.mass.sum(-1)
        share = self.mass / np.where(mass > 0, mass, 1.0)[..., None]
        middle = np.einsum("tsm,tsmj->tsj", share, self.at)
        variance = np.einsum("tsm,tsmj->tsj", share, self.width**2 + (self.at - middle[:, :, None]) ** 2)
        there = mass > 0
        return mass[there] @ ndtr((value - middle[there]) / np.sqrt(variance[there]))
