"""Losses: what it costs that estimates are not the truth, as one number for each replicate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from estimators.errors import OptionError
from estimators.inference.ranks import TopShare
from estimators.risk.true_ranks import centered_ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.risk.replicates import Draws

    Floats = NDArray[np.float64]

FIFTH = TopShare(0.2)
"""The best groups where no number of them is asked for."""


@dataclass(frozen=True)
class LossKind:
    """What is counted as a loss."""

    label: str
    help: str
    of: Callable[[Draws, Floats, Loss], Floats]
    """(draws, estimates minus origin ``(R, J)``, the loss) -> ``(R,)``."""


@dataclass(frozen=True)
class Loss:
    """A loss by its kind, with a number where the kind takes one.

    Raises:
        OptionError: there is no such kind, or it takes no such number.

    """

    kind: str = "squared"
    top: int | TopShare | None = None
    """Of ``top``: how many the best are; None: :data:`FIFTH`."""
    value: float | None = None
    """Of ``threshold``: what groups are above or below, in the outcome's units; None: the population mean."""

    def __post_init__(self) -> None:
        if self.kind not in LOSSES:
            raise OptionError(f"a loss is one of {', '.join(LOSSES)}, not {self.kind!r}")
        if self.top is not None and self.kind != "top":
            raise OptionError(f"the loss {self.kind} takes no number of best groups; top does")
        if isinstance(self.top, int) and self.top < 1:
            raise OptionError(f"the best are at least 1 group, not {self.top:,}")
        if self.value is not None and (self.kind != "threshold" or not np.isfinite(self.value)):
            raise OptionError(
                f"the loss {self.kind} takes no value of {self.value:g}; threshold takes a number"
            )

    @classmethod
    def parse(cls, text: str) -> Loss:
        """A loss as it is written: ``rank``, ``top:3``, ``top:10%``, ``threshold:2.5``.

        Raises:
            OptionError: it cannot be read.

        """
        kind, colon, number = (part.strip() for part in text.partition(":"))
        if not colon:
            return cls(kind)
        try:
            if kind == "top":
                return cls(kind, top=best_of(number))
            if kind == "threshold":
                return cls(kind, value=float(number))
        except OptionError:
            raise
        except ValueError:
            pass
        raise OptionError(f"a loss is written rank, top:3, top:10% or threshold:2.5, not {text!r}")

    def __str__(self) -> str:
        number = self.top if self.value is None else f"{self.value:g}"
        return self.kind if number is None else f"{self.kind}:{number}"

    @property
    def is_squared(self) -> bool:
        """Whether it is the mean squared error, of which theory knows the least."""
        return self.kind == "squared"

    @cached_property
    def label(self) -> str:
        """What it is called, with its number."""
        if self.kind == "top":
            return f"Missed among the best {FIFTH if self.top is None else self.top}"
        return LOSSES[self.kind].label if self.value is None else f"Wrong side of {self.value:g}"

    def of(self, draws: Draws, centered: Floats) -> Floats:
        """(R,) the loss of estimates ``(R, J)``, given minus the origin, in each replicate.

        Raises:
            OptionError: there are fewer groups than ``top``.

        """
        return LOSSES[self.kind].of(draws, centered, self)


def best_of(text: str) -> int | TopShare:
    """How many the best are, as it is written: ``3`` or ``10%``.

    Raises:
        OptionError: it cannot be read, or the share is out of bounds.

    """
    written = text.strip()
    try:
        share = float(written[:-1]) / 100.0 if written.endswith("%") else None
        return int(written) if share is None else TopShare(share)
    except OptionError:
        raise
    except ValueError:
        raise OptionError(
            f"the best are a whole number of groups, or a share as in 10%, not {text!r}"
        ) from None


def regret(draws: Draws, centered: Floats) -> Floats:
    """(R,) how far the truly best group is above the one that is put first; of ties for first the average."""
    sign = -1.0 if draws.smallest_first else 1.0
    effect, estimate = sign * draws.effect, sign * centered
    first = estimate == estimate.max(axis=1, keepdims=True)
    chosen = (effect * first).sum(axis=1) / np.maximum(first.sum(axis=1), 1)
    return np.asarray(np.where(np.isnan(estimate).any(axis=1), np.nan, effect.max(axis=1) - chosen))


def _squared(draws: Draws, centered: Floats, _: Loss) -> Floats:
    return np.asarray(np.square(centered - draws.effect).mean(axis=1))


def _weighted(draws: Draws, centered: Floats, _: Loss) -> Floats:
    return np.asarray(np.square(centered - draws.effect) @ (draws.batch.n / draws.batch.n.sum()))


def _absolute(draws: Draws, centered: Floats, _: Loss) -> Floats:
    return np.asarray(np.abs(centered - draws.effect).mean(axis=1))


def _ranks(draws: Draws, centered: Floats, _: Loss) -> Floats:
    return np.asarray(np.square(centered_ranks(centered) - centered_ranks(draws.effect)).mean(axis=1))


def _missed(draws: Draws, centered: Floats, loss: Loss) -> Floats:
    """Of the k named best the share that is not; groups that tie for the last places share these evenly."""
    groups, top = centered.shape[1], FIFTH if loss.top is None else loss.top
    count = top.count(groups) if isinstance(top, TopShare) else top
    if count > groups:
        raise OptionError(f"the loss {loss} names more groups as best than the {groups:,} that there are")
    sign = -1.0 if draws.smallest_first else 1.0
    effect, estimate = sign * draws.effect, sign * centered
    place = groups - count
    inside = effect >= np.partition(effect, place, axis=1)[:, place, None]
    edge = np.partition(estimate, place, axis=1)[:, place, None]
    above, tied = estimate > edge, estimate == edge
    share = (count - above.sum(axis=1)) / np.maximum(tied.sum(axis=1), 1)
    hits = (above & inside).sum(axis=1) + share * (tied & inside).sum(axis=1)
    return np.asarray(1.0 - hits / count)


def _misclassified(draws: Draws, centered: Floats, loss: Loss) -> Floats:
    """The share of groups on another side of the value than the truth; estimates at it count half."""
    line = 0.0 if loss.value is None else loss.value - draws.batch.origin
    side, truth = np.sign(centered - line), np.sign(draws.effect - line)
    return np.asarray(np.abs(side - truth).mean(axis=1) / 2.0)


def _discordance(draws: Draws, centered: Floats, _: Loss) -> Floats:
    """Of the pairs that differ in truth the share that estimates put the wrong way round; ties count half.

    Kline, Rose & Walters (2024) count no tie, since who grades may leave groups ungraded; estimates that are
    all alike would then never be wrong.
    """
    order = np.argsort(draws.effect, axis=1, kind="stable")
    truth, estimate = (np.take_along_axis(values, order, axis=1) for values in (draws.effect, centered))
    wrong, pairs = np.zeros(len(truth)), np.zeros(len(truth))
    for lag in range(1, truth.shape[1]):
        apart = truth[:, lag:] > truth[:, :-lag]
        step = np.sign(estimate[:, lag:] - estimate[:, :-lag])
        wrong += ((1.0 - step) * apart).sum(axis=1) / 2.0
        pairs += apart.sum(axis=1)
    return wrong / np.maximum(pairs, 1.0)


LOSSES: Mapping[str, LossKind] = MappingProxyType(
    {
        "squared": LossKind("Squared error", "Squared distance of estimate and truth.", _squared),
        "weighted": LossKind(
            "Squared error by rows", "The same, each group weighted by its rows.", _weighted
        ),
        "absolute": LossKind("Absolute error", "Distance of estimate and truth.", _absolute),
        "rank": LossKind("Squared rank error", "Squared distance of estimated and true rank.", _ranks),
        "top": LossKind("Missed among the best", "Share of those named best that is not.", _missed),
        "threshold": LossKind(
            "Wrong side of the mean", "Share of groups put on another side than the truth.", _misclassified
        ),
        "discordance": LossKind(
            "Pairs in the wrong order", "Share of pairs put the wrong way round; ties count half.",
            _discordance,
        ),
        "regret": LossKind(
            "Regret of choosing", "How far the best is above the one that is put first.",
            lambda draws, centered, _: regret(draws, centered),
        ),
    }
)  # fmt: skip
"""By id."""
