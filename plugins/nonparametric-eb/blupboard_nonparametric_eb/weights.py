"""The best weights for given atoms: a convex problem, by a primal-dual interior-point method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEPS = 100
ACCURACY = 1e-12
TO_THE_WALL = 0.995


def best_weights(likelihood: Floats) -> Floats:
    """Weights ``(M,)``, adding up to 1, that maximise sum_j log(sum_m likelihood_jm w_m).

    With f = likelihood w, the optimum is where z_m = 1 - mean_j(likelihood_jm / f_j) >= 0 and w_m z_m = 0.
    Newton steps on these equations with w_m z_m held at a value that goes to 0 (Mehrotra 1992, SIAM Journal
    on Optimization 2, 575-601); how close they came is for the caller to see.
    """
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    groups, atoms = likelihood.shape
    w, z = np.full(atoms, 1.0 / atoms), np.ones(atoms)
    for _ in range(STEPS):
        f = likelihood @ w
        ratio = likelihood / f[:, None]
        off = 1.0 - ratio.mean(axis=0) - z
        gap = float(w @ z)
        if gap < ACCURACY and np.abs(off).max() < ACCURACY:
            break
        matrix = ratio.T @ ratio / groups
        matrix[np.diag_indices(atoms)] += z / w
        try:
            factor = cho_factor(matrix)
        except LinAlgError:
            break
        dw = cho_solve(factor, -off - z)
        dz = -z - z / w * dw
        reached = (w + _step(w, dw) * dw) @ (z + _step(z, dz) * dz)
        aim = (reached / gap) ** 3 * gap / atoms
        complement = w * z + dw * dz - aim
        dw = cho_solve(factor, -off - complement / w)
        dz = -(complement + z * dw) / w
        w = w + min(TO_THE_WALL * _step(w, dw), _step(f, likelihood @ dw / TO_THE_WALL)) * dw
        z = z + TO_THE_WALL * _step(z, dz) * dz
    return np.asarray(w / w.sum())


def _step(value: Floats, change: Floats) -> float:
    """The largest part of ``change``, at most all of it, that leaves ``value`` at or above 0."""
    falling = change < 0
    return min(1.0, float((-value[falling] / change[falling]).min())) if falling.any() else 1.0
