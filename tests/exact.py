"""The one-way profile written down a second time: in doubles over many ratios, and with 50 digits."""

from __future__ import annotations

from dataclasses import dataclass

import mpmath
import numpy as np

DIGITS = 50


def criterion_on_grid(ratios, n, mean, ss_within, method):
    """The criterion at every ratio (G,), in doubles, straight from the formula."""
    n, mean, ratios = np.asarray(n, dtype=float), np.asarray(mean), np.asarray(ratios)
    w = n / (1 + np.outer(ratios, n))
    total = w.sum(axis=1)
    mu = w @ mean / total
    q = (w * (mean - mu[:, None]) ** 2).sum(axis=1) + ss_within
    m = n.sum() - 1 if method == "reml" else n.sum()
    value = m * (1 + np.log(2 * np.pi * q / m)) + np.log1p(np.outer(ratios, n)).sum(axis=1)
    return value + np.log(total) if method == "reml" else value


@dataclass
class Exact:
    """The 50-digit solution for given summaries."""

    n: list
    mean: list
    ss_within: object
    method: str

    def parts(self, ratio):
        w = [n / (1 + n * ratio) for n in self.n]
        total = mpmath.fsum(w)
        mu = mpmath.fsum(a * b for a, b in zip(w, self.mean, strict=True)) / total
        q = self.ss_within + mpmath.fsum(a * (b - mu) ** 2 for a, b in zip(w, self.mean, strict=True))
        rows = mpmath.fsum(self.n)
        return total, mu, q, rows - 1 if self.method == "reml" else rows

    def criterion(self, ratio):
        total, _, q, m = self.parts(ratio)
        value = m * (1 + mpmath.log(2 * mpmath.pi * q / m)) + mpmath.fsum(
            mpmath.log(1 + n * ratio) for n in self.n
        )
        return value + mpmath.log(total) if self.method == "reml" else value

    def minimum(self, low=-12, high=24, per_decade=6):
        """The ratio at the lowest point of a grid in the logarithm, refined by golden section; 0 competes."""
        grid = [
            mpmath.mpf(10) ** (mpmath.mpf(k) / per_decade) for k in range(low * per_decade, high * per_decade)
        ]
        values = [self.criterion(x) for x in grid]
        best = min(range(len(grid)), key=values.__getitem__)
        a, b = mpmath.log(grid[max(best - 1, 0)]), mpmath.log(grid[min(best + 1, len(grid) - 1)])
        golden = (mpmath.sqrt(5) - 1) / 2
        for _ in range(110):
            c, d = b - golden * (b - a), a + golden * (b - a)
            if self.criterion(mpmath.exp(c)) < self.criterion(mpmath.exp(d)):
                b = d
            else:
                a = c
        ratio = mpmath.exp((a + b) / 2)
        return min(ratio, mpmath.mpf(0), key=self.criterion)


def exact_solution(n, mean, ss_within, method):
    """mu, sigma_group, sigma_error and criterion with 50 digits, from summaries that are taken as exact."""
    with mpmath.workdps(DIGITS):
        problem = Exact(
            [mpmath.mpf(int(v)) for v in n],
            [mpmath.mpf(float(v)) for v in mean],
            mpmath.mpf(ss_within),
            method,
        )
        ratio = problem.minimum()
        _, mu, q, m = problem.parts(ratio)
        sigma_error = mpmath.sqrt(q / m)
        return {
            "mu": mu,
            "sigma_group": sigma_error * mpmath.sqrt(ratio),
            "sigma_error": sigma_error,
            "criterion": problem.criterion(ratio),
        }
