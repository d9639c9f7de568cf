"""Chances that one true mean is above another, above the centre or above a value, in closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.shared_errors import shared_errors
from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.joint import DrawnJoint, Joint
    from estimators.contract.shared_errors import SharedErrors

    Floats = NDArray[np.float64]


def pairwise_probability(joint: Joint | DrawnJoint) -> Floats:
    """(J, J) the chance that the true mean of group i is above that of j; a half on the diagonal.

    Raises:
        DataError: the distribution can only be drawn from.

    """
    from scipy.special import ndtr

    errors = _formula(joint)
    spread = errors.spread_of_differences()
    np.fill_diagonal(spread, 1.0)
    return np.asarray(ndtr((errors.mean[:, None] - errors.mean) / spread))


def expected_rank(joint: Joint | DrawnJoint) -> Floats:
    """(J,) mean of the true rank, 1 = largest: 1 plus the chances that another group is above.

    Raises:
        DataError: the distribution can only be drawn from.

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

    errors = _formula(joint)
    if value is not None:
        return np.asarray(ndtr((errors.mean - (value - joint.origin)) / errors.spread()))
    if errors.center is None:
        return None
    return np.asarray(ndtr((errors.mean - errors.center) / errors.spread(errors.root_of_center)))


def _formula(joint: Joint | DrawnJoint) -> SharedErrors:
    found = shared_errors(joint)
    if found is None:
        raise DataError("true means that can only be drawn have no chances in closed form")
    return found
