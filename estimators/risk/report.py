"""What a risk study found, or has found so far, in all its scenarios."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from estimators.risk.crossings import Crossing, crossings
from estimators.risk.scenario import ScenarioRisk, make_scenario

if TYPE_CHECKING:
    from estimators.risk.scores import Tally
    from estimators.risk.study import RiskStudy


@dataclass(frozen=True, eq=False)
class RiskReport:
    """What a study found, or has found so far; errors are in squared units of the outcome."""

    study: RiskStudy
    base: ScenarioRisk
    """At the design that was asked for."""
    sweep: tuple[ScenarioRisk, ...]
    """At each value of the dial, in its order; empty where none is turned."""
    seconds: float
    """Since the study began."""

    @cached_property
    def crossings(self) -> tuple[Crossing, ...]:
        """Where it changes which of two methods is closer to the truth, in the order of the dial."""
        return crossings(self.sweep)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        study = self.study
        dial = None if study.sweep is None else study.sweep.dial
        return {
            "design": study.design.to_json(),
            "level": study.level,
            "lower_is_better": study.smallest_first,
            "seed": study.seed,
            "loss": {"id": str(study.loss), "label": study.loss.label},
            **self.base.to_dict(),
            "seconds": self.seconds,
            "dial": dial,
            "sweep": [{"dial": dial, "value": s.value, **s.to_dict()} for s in self.sweep],
            "crossings": [asdict(crossing) for crossing in self.crossings],
        }


def make_report(study: RiskStudy, totals: list[Tally], done: list[int], seconds: float) -> RiskReport:
    """The report on the sums of all points."""
    found = [
        make_scenario(study, value, design, total, replicates)
        for (value, design), total, replicates in zip(study.points, totals, done, strict=True)
    ]
    return RiskReport(study=study, base=found[0], sweep=tuple(found[1:]), seconds=seconds)
