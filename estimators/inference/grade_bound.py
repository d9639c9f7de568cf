"""What no grades can gain more than: a linear program over the orders of groups, with cuts added as needed.

d_ij, whether i is graded above j, is relaxed to a share. That of two groups one at most is above, that who is
above one is above all below it, d_ij + d_jk - d_ik <= 1, and that of j either i is above it or it is above
all that i is above, d_ik <= d_ij + d_jk, holds of all grades. Only the conditions that a solution breaks are
added (Groetschel, Juenger & Reinelt 1984, Operations Research 32, 1195-1220); each step's value is a bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

MOST_GROUPS = 40
"""The program takes a third of a second of a processor with so many, 3 s with 60 and 10 s with 100."""
ROUNDS = 12
"""Of adding conditions."""
MOST_CUTS = 8000
"""Of each kind in a round: those that are broken most."""
BROKEN = 1e-6
"""By so much a condition counts as broken; the program's own tolerance is 1e-7."""
CLOSE = 1e-7
"""A bound so close to what is gained, relatively, is reached."""


def pairwise_bound(gains: Floats) -> float:
    """Every pair by itself at its best, for ``gains (J, J)`` of grading i above j."""
    return float(np.maximum(np.maximum(gains, gains.T), 0.0).sum()) / 2.0


def order_bound(gains: Floats, gain: float) -> float:
    """The bound by the linear program; no lower than ``gain``, which some grades reach.

    That of :func:`pairwise_bound` for more than :data:`MOST_GROUPS` groups, or where that is reached.
    """
    bound = pairwise_bound(gains)
    if len(gains) > MOST_GROUPS or _reached(bound, gain):
        return gain if _reached(bound, gain) else bound
    groups = len(gains)
    share = ((gains > gains.T) & (gains > 0)).astype(np.float64)
    conditions = _Conditions(groups)
    for _ in range(ROUNDS):
        if not conditions.add(share):
            break
        found = conditions.solution(gains)
        if found is None:
            break
        share, value = found
        bound = min(bound, value)
        if _reached(bound, gain):
            return gain
    return max(bound, gain)


def _reached(bound: float, gain: float) -> bool:
    return bound - gain <= CLOSE * max(1.0, abs(gain))


class _Conditions:
    """Those of the program so far; at first that of two groups one at most is above the other."""

    def __init__(self, groups: int) -> None:
        self._off = ~np.eye(groups, dtype=bool)
        self._column = np.full((groups, groups), -1, dtype=np.intp)
        self._column[self._off] = np.arange(groups * (groups - 1))
        one, other = np.triu_indices(groups, 1)
        pairs = np.column_stack([self._column[one, other], self._column[other, one]])
        self._columns, self._signs = [pairs.ravel()], [np.ones(pairs.size)]
        self._widths, self._limits = [np.full(len(one), 2)], [np.ones(len(one))]

    def add(self, share: Floats) -> bool:
        """Add the conditions that ``share (J, J)`` breaks most; whether there are any."""
        broken: list[list[tuple[Places, Places, Places, Floats]]] = [[], []]
        for i in range(len(share)):
            through = share[i][:, None] + share
            for kind, excess in enumerate((through - share[i] - 1.0, share[i] - through)):
                excess[i], excess[:, i] = 0.0, 0.0
                np.fill_diagonal(excess, 0.0)
                j, k = np.nonzero(excess > BROKEN)
                broken[kind].append((np.full(len(j), i), j, k, excess[j, k]))
        added = 0
        for kind, parts in enumerate(broken):
            above, middle, below, excess = (np.concatenate(column) for column in zip(*parts, strict=True))
            most = np.argsort(-excess, kind="stable")[:MOST_CUTS]
            one, two, three = above[most], middle[most], below[most]
            columns = [self._column[one, two], self._column[two, three], self._column[one, three]]
            sign = 1.0 if kind == 0 else -1.0
            self._columns.append(np.column_stack(columns).ravel())
            self._signs.append(np.tile([sign, sign, -sign], len(one)))
            self._widths.append(np.full(len(one), 3))
            self._limits.append(np.full(len(one), 1.0 if kind == 0 else 0.0))
            added += len(one)
        return added > 0

    def solution(self, gains: Floats) -> tuple[Floats, float] | None:
        """The shares ``(J, J)`` with the largest gain, and that; None where the solver found none."""
        from scipy import optimize
        from scipy.sparse import csr_matrix

        widths = np.concatenate(self._widths)
        starts = np.concatenate([[0], np.cumsum(widths)])
        matrix = csr_matrix(
            (np.concatenate(self._signs), np.concatenate(self._columns), starts),
            shape=(len(widths), int(self._off.sum())),
        )
        solve: Any = optimize.linprog
        found = solve(
            -gains[self._off], A_ub=matrix, b_ub=np.concatenate(self._limits), bounds=(0, 1), method="highs"
        )
        if found.status != 0:
            return None
        share = np.zeros_like(gains)
        share[self._off] = found.x
        return share, -float(found.fun)
