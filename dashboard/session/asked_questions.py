"""What is asked of a ranking on the page, from controls or from an address."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from dashboard.ingest.json_values import text
from dashboard.scene.rank_spread import ranking_series, ranks_in_data_order, require_ranked
from dashboard.words.conclusions import MOST_GRADED
from estimators import DataError, OptionError, Questions, TopShare, call_above
from estimators.inference.ranks import EXACT_GROUPS
from estimators.inference.selection import CRITERIA, TAIL

if TYPE_CHECKING:
    from dashboard.scene.scene import Scene, Series
    from estimators import Ranks

PRICE, DISCORDANCE = "price", "discordance"
"""By what grades are settled: the price of an error, or the share of pairs in the wrong order."""
FIRST_LIMIT = {PRICE: 0.25, DISCORDANCE: 0.05}
"""Of each at first; the price is that of Kline, Rose & Walters (2024)."""

COUNT, PERCENT = "count", "percent"
"""In what the best are counted."""


@dataclass(frozen=True)
class AskedQuestions:
    """The three questions; what comes from a browser is taken for granted nowhere."""

    method: str = ""
    """The estimator's id; anything else: the headline's, or the first that can say."""
    worse: bool = False
    """Whether the groups worse than the value are looked for, not the better ones."""
    value: float | None = None
    """In the outcome's units as they are shown; None: the average."""
    error_rate: float = 0.05
    criterion: str = TAIL
    """What the error rate bounds."""
    top: float = 3
    """How many the best are, or how many in a hundred."""
    top_in: str = COUNT
    """In what that is counted."""
    graded_by: str = PRICE
    limit: float | None = None
    """Of what grades are settled by; None: its first."""

    @classmethod
    def from_json(cls, given: object) -> AskedQuestions:
        """What :meth:`to_json` gave. Raises TypeError or ValueError for anything else."""
        if not isinstance(given, Mapping):
            raise TypeError(given)
        rate, top = _number(given.get("error_rate")), _number(given.get("top"))
        criterion, top_in = text(given.get("criterion") or TAIL), text(given.get("top_in") or COUNT)
        graded_by = text(given.get("graded_by") or PRICE)
        for value, known in ((graded_by, FIRST_LIMIT), (criterion, CRITERIA), (top_in, (COUNT, PERCENT))):
            if value not in known:
                raise ValueError(value)
        if top is not None and top_in == COUNT and not top.is_integer():
            raise ValueError(f"how many are the best is a whole number, not {top:g}")
        return cls(
            method=text(given.get("method") or ""),
            worse=bool(given.get("worse")),
            value=_number(given.get("value")),
            error_rate=cls.error_rate if rate is None else rate,
            criterion=criterion,
            top=cls.top if top is None else top,
            top_in=top_in,
            graded_by=graded_by,
            limit=_number(given.get("limit")),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, for :meth:`from_json`."""
        return asdict(self)

    @property
    def grade_limit(self) -> float:
        """Of what grades are settled by."""
        return FIRST_LIMIT[self.graded_by] if self.limit is None else self.limit

    def best_of(self, groups: int) -> int | TopShare:
        """How many of so many groups the best are: all at most, or a share of them."""
        return TopShare(self.top / 100.0) if self.top_in == PERCENT else min(int(self.top), groups)

    def looks_below(self, scene: Scene) -> bool:
        """Whether groups below the value are looked for: the worse ones, or the better where lower is."""
        return self.worse != scene.smallest_first

    def ranked_by(self, scene: Scene) -> Series | None:
        """The method whose joint distribution answers; None: no method that is on has one."""
        able = ranking_series(scene)
        pulled = [s for s in able if s.result.fit is not None and s.result.fit.center is not None]
        wanted = [s for s in able if s.id == self.method] or [s for s in able if s is scene.reference]
        return next(iter(wanted or pulled or able), None)

    def answers(self, scene: Scene) -> dict[str, Any] | None:
        """What :meth:`estimators.Questions.answers` gives, with what was asked; None: no method can say.

        Where too many groups contend for being among the best, ``best_problem`` says so in place of ``best``.

        Raises:
            OptionError: a rate, a limit or a number is out of bounds; one sentence.
            DataError: there are too many groups; one sentence.

        """
        series = self.ranked_by(scene)
        if series is None or series.result.fit is None or series.result.fit.joint is None:
            return None
        require_ranked(scene)
        threshold = self._threshold(scene)
        questions = Questions(
            threshold=threshold,
            error_rate=self.error_rate,
            criterion=self.criterion,
            top=self.best_of(len(scene)),
            smallest_first=scene.smallest_first,
            most_graded=MOST_GRADED,
            **{self.graded_by: self.grade_limit},
        )
        data, below = scene.comparison.data, self.looks_below(scene)
        found: Mapping[str, Any]

        def ranks() -> Ranks | None:
            return ranks_in_data_order(scene, series) if len(scene) <= EXACT_GROUPS else None

        try:
            found = scene.findings.answers(data, series.result, questions, ranks)
        except DataError as error:  # too many contend for the last places: the rest can be answered
            rest = scene.findings.answers(data, series.result, replace(questions, top=None), ranks)
            found = {**rest, "best_problem": str(error)}
        if below != scene.smallest_first:
            called = call_above(
                series.result.fit.joint,
                threshold,
                error_rate=self.error_rate,
                criterion=self.criterion,
                smallest_first=below,
            )
            lines = zip(found["above"], called.probability.tolist(), called.called.tolist(), strict=True)
            above = [{"group": line["group"], "probability": p, "called": c} for line, p, c in lines]
            found = {**found, "above": above, "expected_false": called.expected_false}
        return {**found, "side": "below" if below else "above", "asked": self.to_json()}

    def _threshold(self, scene: Scene) -> float | None:
        """The value in the outcome's units, which is given as it is shown."""
        if self.value is None or not scene.is_ratio:
            return self.value
        if self.value <= 0:
            raise OptionError(f"values are shown as ratios, which are above 0, not {self.value:g}")
        return math.log(self.value)


def _number(given: object) -> float | None:
    """A finite number, None where a field is empty. Raises ValueError or TypeError for anything else."""
    if given is None or given == "":
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float, str)):
        raise TypeError(given)
    number = float(given)
    if not math.isfinite(number):
        raise ValueError(f"{given} is no number that can be asked for")
    return number
