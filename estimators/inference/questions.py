"""The three questions about a ranking, and their answers as plain numbers and text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from estimators.contract.joint import DrawnJoint, Joint
from estimators.errors import DataError, OptionError
from estimators.inference.grades import MOST_GROUPS, Grades, grades_within, group_grades, most_graded
from estimators.inference.ranks import TopShare, group_ranks, number_of_best
from estimators.inference.selection import CRITERIA, TAIL, best_groups, call_above, may_be_best

if TYPE_CHECKING:
    from estimators.contract.comparison import Result
    from estimators.data.groups import GroupData
    from estimators.inference.ranks import Ranks
    from estimators.inference.selection import Best

PRICE = 0.25
"""Of grades where none is asked for: that of Kline, Rose & Walters (2024)."""


@dataclass(frozen=True)
class Questions:
    """What is asked of a ranking: groups above a value, the best groups, and grades.

    Raises:
        OptionError: a rate, a price or a number is out of bounds, or price and discordance are both given.

    """

    threshold: float | None = None
    """In the outcome's units; None: the centre, or where there is none the mean of the true means."""
    error_rate: float = 0.05
    """Largest chance of an error among those named, and the chance that the very best is missed."""
    criterion: str = TAIL
    """What the error rate bounds, one of :data:`estimators.inference.selection.CRITERIA`."""
    top: int | TopShare | None = None
    """How many the best are, or which share of the groups; None: not asked."""
    price: float | None = None
    """Of grades: what a pair in the right order is worth where one in the wrong order costs 1."""
    discordance: float | None = None
    """Or the largest share of pairs that may be expected to be graded the wrong way round."""
    smallest_first: bool = False
    """Whether the smallest are the best."""
    most_graded: int = MOST_GROUPS
    """Groups up to which they are given grades: the work grows faster than the square of their number."""

    def __post_init__(self) -> None:
        if not 0 < self.error_rate < 1:
            raise OptionError(f"the error rate lies between 0 and 1, not at {self.error_rate:g}")
        if self.threshold is not None and not math.isfinite(self.threshold):
            raise OptionError(f"the value to be above is a finite number, not {self.threshold:g}")
        if self.criterion not in CRITERIA:
            raise OptionError(f"the criterion is {' or '.join(CRITERIA)}, not {self.criterion!r}")
        if self.price is not None and self.discordance is not None:
            raise OptionError("give a price of grades or a discordance, not both")
        for name, value in (("lambda", self.price), ("the discordance", self.discordance)):
            if value is not None and not 0 <= value <= 1:
                raise OptionError(f"{name} lies between 0 and 1, not at {value:g}")

    def answers(self, data: GroupData, result: Result, ranks: Ranks | None = None) -> dict[str, Any]:
        """The answers by the joint distribution of a result, ready for JSON.

        ``error_rate`` and ``criterion``; ``above`` (``group``, ``probability``, ``called``) and
        ``expected_false``; with ``top``, ``best`` (``group``, ``p_top``, ``called``), ``expected_correct``
        and ``expected_false_best``; ``confidence_set``; and where there are not too many groups, ``grades``
        (``group``, ``grade``), ``discordance`` and ``bound``. Where true means are drawn, ``drawn`` has
        ``seed`` and ``draws``. ``ranks`` of the result that run the same way, where they are known, need
        not be computed again.

        Raises:
            DataError: the result has no joint distribution.
            OptionError: there are fewer groups than ``top``, or shares and rates cannot be the ``threshold``.

        """
        self._check_threshold(data)
        joint = None if result.fit is None else result.fit.joint
        if joint is None:
            raise DataError(
                f"{result.label} does not say how the true means hang together, so nothing is ranked"
            )
        top = number_of_best(self.top, len(data))
        labels = data.labels.tolist()
        level = 1.0 - self.error_rate
        rule: dict[str, Any] = {"error_rate": self.error_rate, "criterion": self.criterion}
        called = call_above(joint, self.threshold, **rule, smallest_first=self.smallest_first)
        known = None if ranks is None else ranks.at(level, top)
        ranks = known or group_ranks(joint, level=level, top=top, smallest_first=self.smallest_first)
        found: dict[str, Any] = {
            "estimator": result.id,
            "label": result.label,
            "lower_is_better": self.smallest_first,
            **rule,
            "above": [
                {"group": label, "probability": chance, "called": named}
                for label, chance, named in zip(
                    labels, called.probability.tolist(), called.called.tolist(), strict=True
                )
            ],
            "expected_false": called.expected_false,
        }
        if top is not None:
            found |= _best_lines(labels, best_groups(ranks, **rule))
        able = may_be_best(joint, ranks, level, smallest_first=self.smallest_first)
        found["confidence_set"] = [labels[j] for j in able]
        if isinstance(joint, DrawnJoint):
            found["drawn"] = {"seed": ranks.seed, "draws": ranks.draws}
        if len(data) <= min(self.most_graded, most_graded(joint)):
            grades = self._grades(joint)
            found["grades"] = [
                {"group": label, "grade": grade}
                for label, grade in zip(labels, grades.grade.tolist(), strict=True)
            ]
            found |= {"discordance": grades.discordance, "bound": grades.bound}
            found |= {"gain": grades.gain, "lambda": grades.price}
        return found

    def _check_threshold(self, data: GroupData) -> None:
        """Make sure that true means can be the threshold."""
        value, (low, high) = self.threshold, data.possible
        if value is None or low <= value <= high:
            return
        if not math.isfinite(high):
            raise OptionError(f"rates are not below 0, and the value to compare them with is {value:g}")
        meant = f": write {value:g}% as {value / 100:g}" if 0 <= value <= 100 else ""
        raise OptionError(
            f"shares lie between 0 and 1, and the value to compare them with is {value:g}{meant}"
        )

    def _grades(self, joint: Joint | DrawnJoint) -> Grades:
        if self.discordance is not None:
            return grades_within(joint, self.discordance, smallest_first=self.smallest_first)
        price = PRICE if self.price is None else self.price
        return group_grades(joint, price, smallest_first=self.smallest_first)


def _best_lines(labels: list[str], best: Best) -> dict[str, Any]:
    lines = zip(best.group, best.probability, best.called, strict=True)
    return {
        "best": [{"group": labels[j], "p_top": float(p), "called": bool(named)} for j, p, named in lines],
        "expected_correct": best.expected_correct,
        "expected_false_best": best.expected_false,
    }
