"""RiskStudy: what a risk study is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from estimators.contract.fit import check_interval_level
from estimators.errors import OptionError
from estimators.risk.scores import SQUARED_ERROR
from estimators.simulation.seeds import whole_seed

if TYPE_CHECKING:
    from estimators.contract.estimator import Estimator
    from estimators.risk.losses import Loss
    from estimators.risk.sweeps import Sweep
    from estimators.simulation.design import Design

MOST_REPLICATES = 100_000_000


@dataclass(frozen=True)
class RiskStudy:
    """What is asked: a design, the methods, how often, and perhaps a dial to turn.

    Raises OptionError when made: an unknown option, a level not between 0 and 1, replicates or seed out of
    range, no method or one twice, a sweep that this design does not allow.
    """

    design: Design
    estimators: tuple[Estimator, ...]
    replicates: int = 1000
    """Draws of the design, and of each point of the sweep."""
    seed: int = 1
    """Of the replicates; ``design.seed`` is that of the one draw."""
    sweep: Sweep | None = None
    level: float = 0.95
    """Of the intervals whose coverage and width are measured."""
    options: Mapping[str, object] = field(default_factory=dict, hash=False)
    """By estimator id: an Options instance, or a mapping of names to values."""
    smallest_first: bool = False
    """Whether lower is better, so that the best group is the one with the smallest true mean."""
    loss: Loss = SQUARED_ERROR
    """By which methods are compared."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "estimators", tuple(self.estimators))
        if not 1 <= self.replicates <= MOST_REPLICATES:
            raise OptionError(f"ask for 1 to {MOST_REPLICATES:,} replicates, not {self.replicates:,}")
        check_interval_level(self.level)
        whole_seed(self.seed)
        if isinstance(self.loss.top, int) and any(d.groups < self.loss.top for _, d in self.points):
            raise OptionError(f"the loss {self.loss} names more groups as best than there are")
        ids = [e.id for e in self.estimators]
        if not ids:
            raise OptionError("choose at least one estimator")
        if len(set(ids)) < len(ids):
            raise OptionError("an estimator is named twice: name each once")
        unknown = [name for name in self.options if name not in ids]
        if unknown:
            raise OptionError(
                f"options were given for {', '.join(unknown)}, which is not among {', '.join(ids)}"
            )
        _ = self.checked_options, self.points

    @cached_property
    def checked_options(self) -> Mapping[str, object]:
        """An Options instance for each estimator, by its id."""
        return {e.id: e.make_options(self.options.get(e.id)) for e in self.estimators}

    @cached_property
    def points(self) -> tuple[tuple[float | None, Design], ...]:
        """(the dial's value, design): the design itself first, with None, then the sweep."""
        swept = () if self.sweep is None else self.sweep.designs(self.design)
        return ((None, self.design), *swept)
