"""Chances that one true mean is above another, above the centre or above a value, in closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.joint import Joint

    Floats = NDArray[np.float64]


def pairwise_probability(joint: Joint) -> Floats:
    """(J, J) the chance that the true mean of group i is above that of j; a half on the diagonal."""
    from scipy.special import ndtr

    spread = np.sqrt(
        np.square(joint.own)[:, None]
        + np.square(joint.own)
        + np.square(joint.loading[:, None] - joint.loading)
    )
    np.fill_diagonal(spread, 1.0)
    return np.asarray(ndtr((joint.mean[:, None] - joint.mean) / spread))


def expected_rank(joint: Joint) -> Floats:
    """(J,) mean of the true rank, 1 = largest: 1 plus the chances that another group is above."""
    return np.asarray(0.5 + pairwise_probability(joint).sum(axis=0))


def probability_above_mean(joint: Joint) -> Floats:
    """(J,) the chance of a true mean above the mean of all J true means."""
    from scipy.special import ndtr

    groups = len(joint)
    total = float(np.square(joint.own).sum())
    variance = np.square(joint.own) * (1.0 - 2.0 / groups) + total / groups**2
    variance = variance + np.square(joint.loading - joint.loading.mean())
    return np.asarray(ndtr((joint.mean - joint.mean.mean()) / np.sqrt(variance)))


def probability_above(joint: Joint, value: float | None = None) -> Floats | None:
    """(J,) the chance of a true mean above ``value``, in the outcome's units; None: above the centre, if any.

    The centre shares the groups' error: Phi(gamma (ybar - mu) / sqrt(g1 + gamma^2 Var(mu))) of BLUPs.
    """
    from scipy.special import ndtr

    if value is not None:
        return np.asarray(ndtr((joint.mean - (value - joint.origin)) / joint.std_dev))
    if joint.center is None:
        return None
    return np.asarray(
        ndtr((joint.mean - joint.center) / np.hypot(joint.own, joint.loading - joint.center_loading))
    )
