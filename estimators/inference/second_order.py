"""Mean squared errors of BLUPs that allow for the spreads having been estimated (Prasad & Rao 1990).

With A = sigma_group^2, s = sigma_error^2, D_j = s + n_j A, W = sum n_j / D_j and V the inverse information of
(A, s), the mean squared error of mu + b_j as a prediction is about g1 + g2 + 2 g3,

- g1 = A s / D_j, as if all were known,
- g2 = (s / D_j)^2 / W, for mu,
- g3 = n_j / D_j^3 (s^2 V_AA + A^2 V_ss - 2 A s V_As), for the spreads, and once more for the bias of g1;

by ML less b' grad g1, b = -V (sum n^2 / D^2, sum n / D^2)' / (2 W) the bias of ML's (A, s) (Prasad & Rao
1990, JASA 85, 163-171; Datta & Lahiri 2000, Statistica Sinica 10, 613-627). V is that of the method: the
expected information of the restricted likelihood with REML (Kenward & Roger 1997, Biometrics 53, 983-997), of
the likelihood with ML. Where the sampling variances are known, V = 2 / sum w_j^2 with both, as in the
literature on small areas (R's sae).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import sums_before, sums_of_others
from estimators.errors import DataError
from estimators.inference.estimable import estimable
from estimators.methods.variance_components import VarianceComponents, fit_variance_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.data.scaled import ScaledGroups
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SecondOrder:
    """The parts of the mean squared error, ``(..., J)``, in squared units of the outcome."""

    g1: Floats
    g2: Floats
    g3: Floats
    bias: Floats
    """What the bias of ML's spreads adds to g1, to be taken off; 0 with REML."""

    @property
    def kackar_harville(self) -> Floats:
        """``(..., J)`` g1 + g2 + g3, without the bias of g1 (Kackar & Harville 1984, JASA 79, 853-862)."""
        return np.asarray(self.g1 + self.g2 + self.g3)

    @property
    def mse(self) -> Floats:
        """``(..., J)`` g1 + g2 + 2 g3 - bias. By ML it can in principle be below 0."""
        return np.asarray(self.g1 + self.g2 + 2.0 * self.g3 - self.bias)


def second_order(scaled: ScaledGroups, model: VarianceComponents, method: Method) -> SecondOrder:
    """The parts for groups ``(..., J)`` whose spreads were fitted by ``method``.

    A and s appear as multiples of s, and derivatives by A in units of ``step``, a ratio between those of all
    weights, so that no power leaves a double's reach.
    """
    sizes = scaled.sizes
    n, count = sizes.information, sizes.count
    ratio = np.asarray(model.ratio)[..., None]
    step = ratio + 1.0 / n[-1]
    own = 1.0 / (1.0 + n * ratio)
    pull = n * step * own
    total = (pull * count).sum(axis=-1, keepdims=True)
    by_group, by_error, both = _inverse_information(scaled, method, count, pull, own)
    error = (scaled.unit if scaled.published else model.sigma_error)[..., None]
    moved = None
    if method == "ml":
        squares = (np.square(pull) * count).sum(axis=-1, keepdims=True) / total
        moved = squares, (pull * own * count).sum(axis=-1, keepdims=True) / total
    inverse = by_group, by_error, both
    g1, g3, bias = spread_parts(own, pull, ratio=ratio, step=step, error=error, inverse=inverse, moved=moved)
    g2 = np.square(error) * step * np.square(own) / total
    return SecondOrder(*(part[..., sizes.place] for part in (g1, g2, g3, bias)))


def spread_parts(
    own: Floats,
    pull: Floats,
    *,
    ratio: Floats | float,
    step: Floats | float,
    error: Floats | float,
    inverse: tuple[Any, Any, Any],
    moved: tuple[Any, Any] | None,
) -> tuple[Floats, Floats, Floats]:
    """g1, g3 and the bias of ML's g1 of groups, in squared units of the outcome.

    ``own`` is s / D_j, ``pull`` n_j / D_j in units of ``step``, and ``inverse`` V_AA, V_ss and V_As in those
    units; ``error`` is the root of s. ``moved`` are the traces of (X'V^-1X)^-1 X'V^-1 V_a V^-1 X by A and s,
    sum n^2 / D^2 / W and sum n / D^2 / W without covariates; None: the spreads have no bias.
    """
    by_group, by_error, both = inverse
    share = ratio / step
    unit, part = np.square(error), np.square(error) * step
    variance = by_group + np.square(share) * by_error - 2.0 * share * both
    bias = np.zeros_like(own)
    if moved is not None:
        squares, cross = moved
        group = -0.5 * (by_group * squares + both * cross)
        within = -0.5 * (both * squares + by_error * cross)
        bias = part * np.square(own) * group + unit * ratio * share * pull * own * within
    return (
        np.asarray(unit * ratio * own),
        np.asarray(part * pull * np.square(own) * variance),
        np.asarray(bias),
    )


def _inverse_information(
    scaled: ScaledGroups, method: Method, count: Floats, pull: Floats, own: Floats
) -> tuple[Floats, Floats, Floats]:
    """V_AA, V_ss and V_As ``(..., 1)`` in units of s, and of ``step`` where it is by A."""

    def total(values: Floats) -> Floats:
        return np.asarray((values * count).sum(axis=-1, keepdims=True))

    if scaled.published:
        nothing = np.zeros_like(total(pull))
        return 2.0 / total(np.square(pull)), nothing, nothing
    within = scaled.rows - scaled.groups
    if method == "ml":
        group, both, error = total(np.square(pull)), total(pull * own), within + total(np.square(own))
    else:
        group, both, error = _restricted(count, pull, own)
        error = within + error
    determinant = (group * error - np.square(both)) / 2.0
    return error / determinant, group / determinant, -both / determinant


def _restricted(count: Floats, pull: Floats, own: Floats) -> tuple[Floats, Floats, Floats]:
    """Twice the restricted information of (A, s) between groups ``(..., 1)``: AA, As and ss.

    Of K and L, n_j / D_j or s / D_j, it is sum K L - 2 sum K L h + sum K h sum L h, h the share of a group in
    W. Written as sum K L (1 - h)^2 + sum over i != j of K_i h_i L_j h_j, with 1 - h the shares of the others,
    nothing is taken away: of a group of a million rows beside some of two h is almost 1.
    """
    weight = pull * count
    whole = weight.sum(axis=-1, keepdims=True)
    others = (sums_of_others(weight) + (count - 1.0) * pull) / whole
    share = pull / whole

    def sum_of(one: Floats, other: Floats) -> Floats:
        alone = count * one * other * np.square(others)
        one, other = one * share, other * share
        pairs = count * (
            (count - 1.0) * one * other + one * sums_before(count * other) + other * sums_before(count * one)
        )
        return np.asarray((alone + pairs).sum(axis=-1, keepdims=True))

    return sum_of(pull, pull), sum_of(pull, own), sum_of(own, own)


@dataclass(frozen=True)
class CenterError:
    """How far the estimate of mu may be off, with the spreads estimated."""

    variance: float
    """1 / W, as if the spreads were known, in squared units of the outcome."""
    kenward_roger: float
    """The same with what their estimation adds (Kenward & Roger 1997, Biometrics 53, 983-997)."""
    df: float
    """Degrees of freedom that go with it: 2 W^2 / (P'VP), J - 1 for groups of one size."""


def prediction_error(data: GroupData, method: Method) -> SecondOrder:
    """The parts of the mean squared errors ``(J,)`` of BLUPs with spreads by ``method``, ``reml`` or ``ml``.

    Raises:
        DataError: one group, one row in each, or nothing that varies within.

    """
    scaled = estimable(data)
    return second_order(scaled, fit_variance_components(scaled, method), method)


def center_error(data: GroupData, method: Method) -> CenterError:
    """The error of mu where the spreads are fitted by ``method``, ``reml`` or ``ml``.

    1 / W + 2 / W^2 sum V_ab (Q_ab - P_a P_b / W), with P = -(sum n^2 / D^2, sum n / D^2) and Q = sum n^3 /
    D^3, sum n^2 / D^3 and sum n / D^3.

    Raises:
        DataError: one group, one row in each, nothing that varies within, or published means.

    """
    scaled = estimable(data)
    if scaled.published:
        raise DataError("the spread within groups is not estimated from published means")
    model = fit_variance_components(scaled, method)
    n, count = scaled.sizes.information, scaled.sizes.count
    ratio = float(model.ratio)
    step = ratio + 1.0 / float(n[-1])
    own = 1.0 / (1.0 + n * ratio)
    pull = n * step * own
    total = float((pull * count).sum())
    inverse = _inverse_information(scaled, method, count, pull, own)
    by_group, by_error, both = (float(v[0]) for v in inverse)
    moved = np.array([np.square(pull) @ count, (pull * own) @ count])
    known = np.array([[by_group, both], [both, by_error]])
    curved = np.array(
        [
            [np.square(pull) * pull @ count, np.square(pull) * own @ count],
            [np.square(pull) * own @ count, pull * np.square(own) @ count],
        ]
    )
    part = float(np.square(model.sigma_error)) * step / total
    added = 2.0 / total * float((known * (curved - np.outer(moved, moved) / total)).sum())
    df = 2.0 * total * total / float(moved @ known @ moved)
    return CenterError(part, part * (1.0 + added), df)
