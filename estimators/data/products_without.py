"""The products within groups of all groups but one, from the rows: what is left once a group is gone.

Each group's rows, minus its means, are added to a triangular factor by QR, from the first group on and from
the last one back; what is before a group and what comes after it make the factor of the others. Nothing is
taken away from a sum, so no digit is lost (Golub & Van Loan 2013, Matrix Computations, section 6.5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import triangle_of
from estimators.data.cross_products import NONE_WITHIN
from estimators.data.scaled import power_of_two

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData
    from estimators.data.rows import Rows

    Floats = NDArray[np.float64]


def factors_without(data: GroupData, covariates: Covariates) -> Iterator[Floats]:
    """``Covariates.within`` of the groups but each of J in turn, ``(P + 1, P + 1)`` each.

    Raises:
        DataError: something is adjusted for, and the rows are not at hand.

    """
    if not covariates.adjusts:
        for others in _sums_of_others(data.ss_within):
            within = np.zeros_like(covariates.within)
            within[-1, -1] = np.sqrt(others)
            yield within
        return
    unit = float(power_of_two(np.sqrt(data.ss_within.max())))
    blocks = [triangle_of(block) for block in _distances(data, data.require_rows(), covariates, unit)]
    after = [blocks[0][:0]]
    for block in reversed(blocks[1:]):
        after.append(triangle_of(np.concatenate([block, after[-1]])))
    before = blocks[0][:0]
    for j, block in enumerate(blocks):
        stack = np.concatenate([before, after[-1 - j]])
        yield _factor(stack, _between(data, covariates, j), unit)
        before = triangle_of(np.concatenate([before, block]))


def _sums_of_others(values: Floats) -> Floats:
    """(J,) the sum of all values ``(J,)`` but each."""
    before = np.concatenate([[0.0], np.cumsum(values)[:-1]])
    after = np.concatenate([np.cumsum(values[::-1])[::-1][1:], [0.0]])
    return np.asarray(before + after)


def _distances(data: GroupData, rows: Rows, covariates: Covariates, unit: float) -> Iterator[Floats]:
    """Of each group its rows ``(n_j, P + 1)`` minus their means, the outcome last and in units.

    Times the root of their weights.
    """
    order = np.argsort(rows.group, kind="stable")
    ends = np.cumsum(np.bincount(rows.group, minlength=len(data)))
    varies = np.flatnonzero(covariates.within[:-1, :-1].any(axis=0))
    for j, (first, last) in enumerate(zip(ends - np.diff(ends, prepend=0), ends, strict=True)):
        places = order[first:last]
        block = np.zeros((len(places), len(covariates.terms) + 1))
        for k in varies:
            block[:, k] = rows.terms[k].values(places) - covariates.mean[j, k]
        block[:, -1] = (rows.outcome[places] - data.origin - data.centered_mean[j]) / unit
        if rows.weight is not None:
            block *= np.sqrt(rows.weight[places])[:, None]
        yield block


def _between(data: GroupData, covariates: Covariates, j: int) -> Floats:
    """(P,) the terms' squares between the groups but one."""
    weights = np.delete(data.information, j)
    mean = np.delete(covariates.mean, j, axis=0)
    return np.asarray(weights @ np.square(mean - np.average(mean, axis=0, weights=weights)))


def _factor(stack: Floats, between: Floats, unit: float) -> Floats:
    """The triangular factor ``(Q, Q)`` of rows ``(M, Q)``, without columns that are rounding alone."""
    squares = np.square(stack).sum(axis=0)
    some = np.ones(stack.shape[1], dtype=np.bool_)
    some[:-1] = squares[:-1] > NONE_WITHIN**2 * (between + squares[:-1])
    live = np.flatnonzero(some)
    found = triangle_of(stack[:, live])
    factor = np.zeros((len(some), len(some)))
    factor[np.ix_(live[: len(found)], live)] = found
    factor[:, -1] *= unit
    return factor
