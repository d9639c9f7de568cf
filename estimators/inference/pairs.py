"""Chances that one true mean is above another, above the centre or above a value, in closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.joint import DRAWS, SEED, DrawnJoint
from estimators.contract.shared_errors import shared_errors
from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.joint import Joint
    from estimators.contract.shared_errors import SharedErrors

    Floats = NDArray[np.float64]

MOST_DRAWN = 250
"""Groups whose pairs are compared by draws within a second."""


def pairwise_probability(joint: Joint | DrawnJoint) -> Floats:
    """(J, J) the chance that the true mean of group i is above that of j; a half on the diagonal.

    Exact where groups share normal errors; else a share of 20,000 draws, of which ties count half, with a
    standard error of .0036 at most.

    Raises:
        DataError: it would be by draws, and there are more than :data:`MOST_DRAWN` groups.

    """
    from scipy.special import ndtr

    errors = shared_errors(joint)
    if errors is None:
        return _share_of_draws(joint.draw(DRAWS, SEED)[0])
    spread = errors.spread_of_differences()
    np.fill_diagonal(spread, 1.0)
    return np.asarray(ndtr((errors.mean[:, None] - errors.mean) / spread))


def _share_of_draws(theta: Floats) -> Floats:
    """(J, J) the same by true means ``(draws, J)``."""
    groups = theta.shape[1]
    if groups > MOST_DRAWN:
        raise DataError(f"all pairs are compared by draws for {MOST_DRAWN:,} groups or fewer, not {groups:,}")
    columns, share = np.ascontiguousarray(theta.T), np.full((groups, groups), 0.5)
    for place, column in enumerate(columns[:-1]):
        rest = columns[place + 1 :]
        won = np.count_nonzero(column > rest, axis=1) + 0.5 * np.count_nonzero(column == rest, axis=1)
        share[place, place + 1 :] = won / len(theta)
        share[place + 1 :, place] = 1.0 - share[place, place + 1 :]
    return share


def expected_rank(joint: Joint | DrawnJoint) -> Floats:
    """(J,) mean of the true rank, 1 = largest: 1 plus the chances that another group is above.

    Raises:
        DataError: as :func:`pairwise_probability`.

    """
    return np.asarray(0.5 + pairwise_probability(joint).sum(axis=0))


def probability_above_mean(joint: Joint | DrawnJoint) -> Floats:
    """(J,) the chance of a true mean above the mean of all J true means; a tie, as of one group, counts half.

    Raises:
        DataError: the distribution can only be drawn from.

    """
    from scipy.special import ndtr

    errors = _formula(joint)
    groups = len(errors.mean)
    total = float(np.square(errors.own).sum())
    variance = np.square(errors.own) * (1.0 - 2.0 / groups) + total / groups**2
    variance = variance + np.square(errors.root - errors.root.mean(axis=0)).sum(axis=1)
    if groups == 1:
        return np.full(1, 0.5)
    return np.asarray(ndtr((errors.mean - errors.mean.mean()) / np.sqrt(variance)))


def probability_above(joint: Joint | DrawnJoint, value: float | None = None) -> Floats | None:
    """(J,) the chance of a true mean above ``value``, in the outcome's units; None: above the centre, if any.

    The centre shares the groups' errors: Phi(gamma (ybar - mu) / sqrt(g1 + gamma^2 Var(mu))) of BLUPs.

    Raises:
        DataError: the distribution can only be drawn from.

    """
    from scipy.special import ndtr

    if isinstance(joint, DrawnJoint) and joint.above is not None:
        at = joint.center if value is None else value - joint.origin
        if at is not None:
            return np.asarray(joint.above(at), dtype=np.float64)
    errors = _formula(joint)
    if value is not None:
        return np.asarray(ndtr((errors.mean - (value - joint.origin)) / errors.spread()))
    if errors.center is None:
        return None
    return np.asarray(ndtr((errors.mean - errors.center) / errors.spread(errors.root_of_center)))


def tells_above(joint: Joint | DrawnJoint, value: float | None = None) -> bool:
    """Whether :func:`probability_above` has an answer without draws."""
    if shared_errors(joint) is not None:
        return True
    known = value is not None or joint.center is not None
    return isinstance(joint, DrawnJoint) and joint.above is not None and known


def _formula(joint: Joint | DrawnJoint) -> SharedErrors:
    found = shared_errors(joint)
    if found is None:
        raise DataError("true means that can only be drawn have no chances in closed form")
    return found
