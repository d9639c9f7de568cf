"""Estimates whose spread, or whose spread and ranks, are to be right, not each one by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators import Estimator, GroupFit, Joint, Note, RemlBlup, degenerate_fit, group_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData

    Floats = NDArray[np.float64]

HALVINGS = 200
"""Of the stretch in which a quantile lies: down to the rounding of a double."""
PLACES = 4096
"""At which the distribution function is computed where there are many groups; between them it is a line."""
FEW_GROUPS = 1000
"""Up to so many, quantiles are found to the rounding of a double."""
AS_REML = Note(
    "as_reml", "info", "The spread between groups is estimated as 0, so every group is where REML puts it."
)


class _FromReml(Estimator):
    """An estimate from the joint distribution of the true means by REML, spreads taken as known."""

    on_at_first = False

    def _fit(self, data: GroupData, options: object) -> GroupFit:
        del options
        limit = degenerate_fit(data)
        if limit is not None:
            return limit
        reml = RemlBlup().fit(data, {"std_error": "prediction"})
        joint = reml.joint
        if not isinstance(joint, Joint):
            notes = (*reml.notes, AS_REML)
            return GroupFit(reml.estimate, center=reml.center, parameters=reml.parameters, notes=notes)
        return GroupFit(
            joint.origin + self._goal(joint), center=reml.center, parameters=reml.parameters, notes=reml.notes
        )

    def _goal(self, joint: Joint) -> Floats:
        """The estimates ``(J,)`` minus the joint distribution's origin, in the outcome's units."""
        raise NotImplementedError


class ConstrainedBayes(_FromReml):
    """m + a (m_j - m), m the mean of REML's predictions m_j and a = sqrt(1 + H1 / H2).

    H1 = tr V - 1'V1 / J, V the covariance of the true means, and H2 = sum (m_j - m)^2: the estimates then
    vary as much as the true means are expected to. Louis (1984), JASA 79, 393-398; Ghosh (1992), 87, 533-540.
    """

    id = "constrained_bayes"
    label = "Constrained Bayes"
    summary = "REML's predictions, pulled apart until they vary as much as true means should."
    citation = "Louis (1984), JASA 79, 393-398; Ghosh (1992), JASA 87, 533-540"
    order = 140

    def _goal(self, joint: Joint) -> Floats:
        unit = float(np.max(joint.std_dev))
        own, loading = joint.own / unit, joint.loading / unit
        groups = len(joint)
        within = float(np.square(own).sum()) * (1.0 - 1.0 / groups)
        within += float(np.square(loading - loading.mean()).sum())
        middle = joint.mean.mean()
        apart = joint.mean - middle
        between = float(np.square(apart / unit).sum())
        return np.asarray(middle + np.sqrt(1.0 + within / between) * apart)


class TripleGoal(_FromReml):
    """The k-th quantile of the true means' expected distribution, for the group whose expected rank is k-th.

    U_k = G^-1((2k - 1) / (2J)), G(t) = mean of Phi((t - m_j) / sd_j); groups with equal expected ranks share
    the mean of theirs. Shen & Louis (1998), JRSS B 60, 455-471.
    """

    id = "triple_goal"
    label = "Triple goal"
    summary = "Right in spread and ranks together: quantiles of the expected distribution, by rank."
    citation = "Shen & Louis (1998), Journal of the Royal Statistical Society B 60, 455-471"
    order = 141

    def _goal(self, joint: Joint) -> Floats:
        expected = group_ranks(joint).expected
        order = np.argsort(-expected, kind="stable")
        quantile = _quantiles(joint)
        ties = np.concatenate([[0], np.cumsum(np.diff(expected[order]) < -1e-9 * len(joint))])
        shared = np.bincount(ties, quantile) / np.bincount(ties)
        estimate = np.empty(len(joint))
        estimate[order] = shared[ties]
        return estimate


def _quantiles(joint: Joint) -> Floats:
    """(J,) the quantiles (2k - 1) / (2J) of the mixture of the groups' distributions, ascending."""
    mean, error = joint.mean, joint.std_dev
    share = (2.0 * np.arange(1, len(joint) + 1) - 1.0) / (2.0 * len(joint))
    if len(joint) > FEW_GROUPS:
        place = np.linspace((mean - 10.0 * error).min(), (mean + 10.0 * error).max(), PLACES)
        return np.interp(share, _below(place, mean, error), place)
    low = np.full(len(joint), float((mean - 10.0 * error).min()))
    high = np.full(len(joint), float((mean + 10.0 * error).max()))
    for _ in range(HALVINGS):
        middle = low + (high - low) / 2.0
        if ((middle <= low) | (middle >= high)).all():
            break
        below = _below(middle, mean, error) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return low + (high - low) / 2.0


def _below(place: Floats, mean: Floats, error: Floats) -> Floats:
    """The mean chance of a true mean below each place ``(P,)``."""
    from scipy.special import ndtr

    at_once = max(1, (1 << 20) // len(mean))
    parts = [
        ndtr((place[start : start + at_once, None] - mean) / error).mean(axis=1)
        for start in range(0, len(place), at_once)
    ]
    return np.concatenate(parts)
