"""Groups above a value at a rate of errors, the best groups, and those that may be the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.joint import DrawnJoint, Joint
from estimators.errors import OptionError
from estimators.inference.pairs import probability_above, probability_above_mean
from estimators.inference.rank_sets import MOST_GROUPS, simultaneous_rank_sets
from estimators.inference.ranks import DRAWS, SEED, Ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Called:
    """Groups that are said to be above (or below) a value."""

    probability: Floats
    """(J,) chance that the true mean is."""
    called: NDArray[np.bool_]
    """(J,) whether the group is named."""
    expected_false: float
    """How many of those named are expected not to be."""


@dataclass(frozen=True, eq=False)
class Best:
    """The k groups that are likeliest to be among the best k."""

    group: NDArray[np.intp]
    """(k,) places of the groups, the likeliest first."""
    probability: Floats
    """(k,) chance of each to be among the best k."""

    @property
    def expected_correct(self) -> float:
        """How many of them are expected to be."""
        return float(self.probability.sum())


def call_above(
    joint: Joint | DrawnJoint,
    value: float | None = None,
    *,
    error_rate: float = 0.05,
    smallest_first: bool = False,
) -> Called:
    """The groups whose true means are above ``value``, as many as keep the expected share of errors.

    Those with the largest chances are named, as long as on average over them the chance of an error is at
    most ``error_rate``: the false-discovery rate given the data (Newton, Noueiry, Sarkar & Ahlquist 2004,
    Biostatistics 5, 155-176; Efron 2010, Large-Scale Inference, ch. 5).

    Args:
        joint: how the true means hang together.
        value: in the outcome's units; None: the centre, or where there is none the mean of the true means.
        error_rate: expected share of those named that are not, between 0 and 1.
        smallest_first: whether those below are looked for.

    Raises:
        OptionError: the rate is not between 0 and 1.

    """
    if not 0 < error_rate < 1:
        raise OptionError(f"the error rate lies between 0 and 1, not at {error_rate:g}")
    turned = joint.reversed() if smallest_first else joint
    at = None if value is None else -value if smallest_first else value
    chance = _drawn_above(turned, at) if isinstance(turned, DrawnJoint) else _above(turned, at)
    order = np.argsort(-chance, kind="stable")
    wrong = np.cumsum(1.0 - chance[order])
    named = np.flatnonzero(wrong <= error_rate * np.arange(1, len(order) + 1))
    count = 0 if len(named) == 0 else int(named[-1]) + 1
    called = np.zeros(len(order), dtype=bool)
    called[order[:count]] = True
    return Called(chance, called, float(wrong[count - 1]) if count else 0.0)


def _above(joint: Joint, value: float | None) -> Floats:
    chance = probability_above(joint, value)
    return probability_above_mean(joint) if chance is None else chance


def _drawn_above(joint: DrawnJoint, value: float | None) -> Floats:
    theta, center = joint.draw(DRAWS, SEED)
    if value is not None:
        line = np.full((len(theta), 1), value - joint.origin)
    else:
        line = (theta.mean(axis=1) if center is None else center)[:, None]
    return np.asarray(((theta > line) + 0.5 * (theta == line)).mean(axis=0))


def best_groups(ranks: Ranks) -> Best:
    """The groups likeliest to be among the best ``ranks.top``, which is the choice that is right most often.

    Raises:
        OptionError: ``ranks`` were computed without ``top``.

    """
    if ranks.p_top is None or ranks.top is None:
        raise OptionError("say how many the best are: ranks with top=...")
    order = np.lexsort((ranks.expected, -ranks.p_top))[: ranks.top]
    return Best(order, ranks.p_top[order])


def may_be_best(
    joint: Joint | DrawnJoint, ranks: Ranks, level: float = 0.95, *, smallest_first: bool = False
) -> NDArray[np.intp]:
    """Places of groups that hold the best one with chance ``level``, the likeliest first.

    Of independent estimates that nothing pulls, those that no other is shown to be better than, with all
    pairs looked at at once (Mogstad, Romano, Shaikh & Wilhelm 2024); of other distributions, and past
    :data:`MOST_GROUPS` groups, the fewest whose chances of being the best add up to ``level``.
    """
    order = np.lexsort((ranks.expected, -ranks.p_best))
    if isinstance(joint, Joint) and joint.independent and len(joint) <= MOST_GROUPS:
        turned = joint.reversed() if smallest_first else joint
        able = simultaneous_rank_sets(turned, level).lower == 1
        return np.asarray(order[able[order]])
    reached = np.cumsum(ranks.p_best[order])
    return np.asarray(order[: int(np.searchsorted(reached, level - 1e-12)) + 1])
