"""Kiefer-Wolfowitz maximum likelihood of a mixing distribution, with its certificate.

The maximum is attained by at most J atoms between the smallest and the largest observation, and G is it if
and only if D(t) = mean_j phi_j(t) / f_j <= 1 for every t (Lindsay 1983, Annals of Statistics 11, 86-94). Here
atoms are added where D is above 1, at its local maxima (Wang 2007, JRSS B 69, 185-198), all weights are found
anew by an interior-point method, and places and weights are polished together by Newton steps on D = 1 and
D' = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blupboard_nonparametric_eb.kernel import Kernel
from blupboard_nonparametric_eb.weights import best_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROUNDS = 200
TOLERANCE = 1e-9
"""How far D may be above 1."""
LIGHT = 1e-9
"""A lighter atom is dropped."""
NEAR = 0.1
"""Atoms this close together, in standard errors, may be one."""
COVER = 3.0
"""At the start every group has an atom within so many standard errors."""
LOST = 1e-13
"""What polishing may cost in log likelihood per group: rounding."""
SEARCH, POLISH = 60, 12


@dataclass(frozen=True, eq=False)
class Mixing:
    """Atoms ``(M,)`` in ascending order, their masses ``(M,)``, and the largest D anywhere."""

    atoms: Floats
    masses: Floats
    largest: float


def solve(kernel: Kernel, nodes: Floats, *, free: bool) -> Mixing:
    """The best distribution with atoms anywhere (``free``), or on the ``nodes (K,)``, in ascending order.

    Either way ``largest`` is over every t, as far as the nodes resolve D.
    """
    atoms = _cover(kernel, nodes)
    for left in reversed(range(ROUNDS)):
        atoms, masses = _without_light(atoms, best_weights(kernel.at(atoms)))
        if free:
            atoms, masses = _polish(kernel, atoms, masses)
        f = kernel.at(atoms) @ masses
        values = kernel.gradient(f, nodes)
        tops, heights = _tops(kernel, f, nodes, values)
        above = 1.0 + TOLERANCE
        new = tops[heights > above] if free else nodes[_peaks(values) & (values > above)]
        grown = np.union1d(atoms, new)
        if len(grown) == len(atoms) or not left:
            break
        atoms = grown
    return Mixing(atoms, masses, float(heights.max()))


def log_likelihood(kernel: Kernel, atoms: Floats, masses: Floats) -> float:
    """sum_j log f_j, without the constants."""
    return float(np.log(kernel.at(atoms) @ masses).sum())


def _cover(kernel: Kernel, nodes: Floats) -> Floats:
    """A few nodes such that every group has one near it; the groups that know best choose first."""
    left = np.argsort(kernel.s, kind="stable")
    chosen = []
    while len(left):
        node = nodes[np.abs(nodes - kernel.y[left[0]]).argmin()]
        chosen.append(node)
        rest = left[1:]
        left = rest[np.abs(kernel.y[rest] - node) > COVER * kernel.s[rest]]
    return np.unique(chosen)


def _without_light(atoms: Floats, masses: Floats) -> tuple[Floats, Floats]:
    kept = masses > LIGHT
    return atoms[kept], masses[kept] / masses[kept].sum()


def _peaks(values: Floats) -> NDArray[np.bool_]:
    padded = np.concatenate([[-np.inf], values, [-np.inf]])
    return np.asarray((values >= padded[:-2]) & (values >= padded[2:]))


def _tops(kernel: Kernel, f: Floats, nodes: Floats, values: Floats) -> tuple[Floats, Floats]:
    """The local maxima of D that may lie above 1, and D there; the largest node in any case."""
    left, right = (
        np.maximum(np.arange(len(nodes)) - 1, 0),
        np.minimum(np.arange(len(nodes)) + 1, len(nodes) - 1),
    )
    bend = np.abs(2.0 * values - values[left] - values[right])
    may = _peaks(values) & (values + bend > 1.0)
    may[np.argmax(values)] = True
    at = np.flatnonzero(may)
    t, low, high = nodes[at], nodes[left[at]], nodes[right[at]]
    for _ in range(SEARCH):
        _, first, second = kernel.derivatives(f, t)
        low, high = np.where(first > 0, t, low), np.where(first > 0, high, t)
        with np.errstate(all="ignore"):
            new = t - first / second
        new = np.where((second < 0) & (new > low) & (new < high), new, low + (high - low) / 2.0)
        done = np.abs(new - t) <= 1e-12 * (nodes[-1] - nodes[0])
        t = new
        if done.all():
            break
    heights = kernel.gradient(f, t)
    better = values[at] > heights
    return np.where(better, nodes[at], t), np.where(better, values[at], heights)


def _polish(kernel: Kernel, atoms: Floats, masses: Floats) -> tuple[Floats, Floats]:
    """Atoms that are nearly one made one, if nothing is lost by it; then all moved to where D' = 0."""
    height = log_likelihood(kernel, atoms, masses)
    for start in (_merged(kernel, atoms, masses), (atoms, masses)):
        found = _newton(kernel, *start)
        if found is not None and log_likelihood(kernel, *found) >= height - LOST * len(kernel.y):
            return found
    return atoms, masses


def _merged(kernel: Kernel, atoms: Floats, masses: Floats) -> tuple[Floats, Floats]:
    share = kernel.at(atoms) * masses
    share /= share.sum(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        width = np.sqrt(share.sum(axis=0) / (np.square(1.0 / kernel.s) @ share))
    apart = np.diff(atoms) > NEAR * np.minimum(width[1:], width[:-1])
    cluster = np.concatenate([[0], np.cumsum(apart)])
    total = np.bincount(cluster, masses)
    return np.bincount(cluster, masses * atoms) / total, np.asarray(total, dtype=np.float64)


def _newton(kernel: Kernel, atoms: Floats, masses: Floats) -> tuple[Floats, Floats] | None:
    """Newton steps on D(t_m) = 1 and D'(t_m) = 0 in places and masses; None if they lead astray."""
    t, w, m = atoms.copy(), masses.copy(), len(atoms)
    s = kernel.s[:, None]
    for _ in range(POLISH):
        z = (kernel.y[:, None] - t) / s
        phi = np.exp(-0.5 * np.square(z))
        ratio = phi / (phi @ w)[:, None]
        slope = ratio * z / s
        value, first = ratio.mean(axis=0), slope.mean(axis=0)
        second = (ratio * (np.square(z) - 1.0) / np.square(s)).mean(axis=0)
        off = np.concatenate([value - 1.0, first])
        matrix = np.empty((2 * m, 2 * m))
        matrix[:m, :m] = -ratio.T @ ratio / len(z)
        matrix[:m, m:] = -ratio.T @ slope / len(z) * w + np.diag(first)
        matrix[m:, :m] = -slope.T @ ratio / len(z)
        matrix[m:, m:] = -slope.T @ slope / len(z) * w + np.diag(second)
        try:
            step = np.linalg.solve(matrix, -off)
        except np.linalg.LinAlgError:
            return None
        w, t = w + step[:m], t + step[m:]
        if not (np.isfinite(step).all() and (w > 0).all() and (np.diff(t) > 0).all()):
            return None
        if np.abs(step[:m]).max() < 1e-14:
            break
    return t, w / w.sum()
