"""Groups above a value at a rate of errors, the best groups, and those that may be the best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.joint import DRAWS, SEED, DrawnJoint, Joint
from estimators.errors import OptionError
from estimators.inference.pairs import probability_above, probability_above_mean, tells_above
from estimators.inference.rank_sets import MOST_GROUPS, simultaneous_rank_sets
from estimators.inference.ranks import Ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TAIL, LOCAL = "tail", "local"
CRITERIA: Mapping[str, str] = MappingProxyType(
    {
        TAIL: "on average over those named, the chance of an error is at most the error rate",
        LOCAL: "for each one named, the chance of an error is at most the error rate",
    }
)
"""What an error rate bounds: the tail-area or the local false-discovery rate (Efron 2010, ch. 5)."""


def named_at(chance: Floats, error_rate: float, criterion: str = TAIL) -> NDArray[np.bool_]:
    """(J,) whether a group is named, of whom something is true with a ``chance`` ``(J,)`` given the data.

    The chance of an error, 1 - ``chance``, is the local false-discovery rate. ``local`` names those with at
    most ``error_rate``: a cutoff of posterior probabilities. ``tail`` names the likeliest ones, as many as
    keep its average over those named at most there: the Bayesian false-discovery rate (Newton, Noueiry,
    Sarkar & Ahlquist 2004, Biostatistics 5, 155-176; Efron 2010, Large-Scale Inference, ch. 5). Whoever is
    named by ``local`` is named by ``tail``.

    Raises:
        OptionError: the rate is not between 0 and 1, or there is no such criterion.

    """
    if not 0 < error_rate < 1:
        raise OptionError(f"the error rate lies between 0 and 1, not at {error_rate:g}")
    if criterion not in CRITERIA:
        raise OptionError(f"the criterion is {' or '.join(CRITERIA)}, not {criterion!r}")
    wrong = 1.0 - chance
    if criterion == LOCAL:
        return np.asarray(wrong <= error_rate)
    order = np.argsort(wrong, kind="stable")
    kept = np.flatnonzero(np.cumsum(wrong[order]) <= error_rate * np.arange(1, len(order) + 1))
    named = np.zeros(len(order), dtype=bool)
    named[order[: int(kept[-1]) + 1 if len(kept) else 0]] = True
    return named


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
    called: NDArray[np.bool_]
    """(k,) whether that can be said of the group at the error rate."""

    @property
    def expected_false(self) -> float:
        """How many of those called are expected not to be."""
        return float((1.0 - self.probability[self.called]).sum())

    @property
    def expected_correct(self) -> float:
        """How many of them are expected to be."""
        return float(self.probability.sum())


def call_above(
    joint: Joint | DrawnJoint,
    value: float | None = None,
    *,
    error_rate: float = 0.05,
    criterion: str = TAIL,
    smallest_first: bool = False,
) -> Called:
    """The groups whose true means are above ``value``, at a rate of errors: see :func:`named_at`.

    Args:
        joint: how the true means hang together.
        value: in the outcome's units; None: the centre, or where there is none the mean of the true means.
        error_rate: largest chance of an error, between 0 and 1.
        criterion: what the rate bounds, one of :data:`CRITERIA`.
        smallest_first: whether those below are looked for.

    Raises:
        OptionError: the rate is not between 0 and 1, or there is no such criterion.

    """
    turned = joint.reversed() if smallest_first else joint
    at = None if value is None else -value if smallest_first else value
    chance = _above(turned, at)
    called = named_at(chance, error_rate, criterion)
    return Called(chance, called, float((1.0 - chance[called]).sum()))


def _above(joint: Joint | DrawnJoint, value: float | None) -> Floats:
    if isinstance(joint, DrawnJoint) and not tells_above(joint, value):
        return _drawn_above(joint, value)
    chance = probability_above(joint, value)
    return probability_above_mean(joint) if chance is None else chance


def _drawn_above(joint: DrawnJoint, value: float | None) -> Floats:
    theta, center = joint.draw(DRAWS, SEED)
    if value is not None:
        line = np.full((len(theta), 1), value - joint.origin)
    else:
        line = (theta.mean(axis=1) if center is None else center)[:, None]
    return np.asarray(((theta > line) + 0.5 * (theta == line)).mean(axis=0))


def best_groups(ranks: Ranks, *, error_rate: float = 0.05, criterion: str = TAIL) -> Best:
    """The groups likeliest to be among the best ``ranks.top``, which is the choice that is right most often.

    Those of them that are ``called`` keep the rate of errors too: no more than there is room for, and no
    more than the false-discovery rate allows (Gu & Koenker 2023, Econometrica 91, 1-41).

    Raises:
        OptionError: ``ranks`` were computed without ``top``; the rate is not between 0 and 1, or there is no
            such criterion.

    """
    if ranks.p_top is None or ranks.top is None:
        raise OptionError("say how many the best are: ranks with top=...")
    order = np.lexsort((ranks.expected, -ranks.p_top))[: ranks.top]
    chance = ranks.p_top[order]
    return Best(order, chance, named_at(chance, error_rate, criterion))


def may_be_best(
    joint: Joint | DrawnJoint, ranks: Ranks, level: float = 0.95, *, smallest_first: bool = False
) -> NDArray[np.intp]:
    """Places of groups that hold the best one with chance ``level``, the likeliest first.

    Of independent estimates that nothing pulls, those that no other is shown to be better than, with all
    pairs looked at at once (Mogstad, Romano, Shaikh & Wilhelm 2024); of other distributions, and past
    :data:`MOST_GROUPS` groups, the fewest whose chances of being the best add up to ``level``.
    """
    order = np.lexsort((ranks.expected, -ranks.p_best))
    if isinstance(joint, Joint) and joint.independent and 1 < len(joint) <= MOST_GROUPS:
        turned = joint.reversed() if smallest_first else joint
        able = simultaneous_rank_sets(turned, level).lower == 1
        return np.asarray(order[able[order]])
    reached = np.cumsum(ranks.p_best[order])
    return np.asarray(order[: int(np.searchsorted(reached, level - 1e-12)) + 1])
