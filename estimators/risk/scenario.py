"""What a risk study found in one scenario: every measure with its Monte Carlo standard error."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.risk.scores import BY_SIZE, MEASURES, SizeClasses, Tally, size_classes
from estimators.risk.theory import Theory, theory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.risk.study import RiskStudy
    from estimators.simulation.design import Design

ROUNDING = 256 * np.finfo(np.float64).eps


LONGEST_LOG = 745.0
"""The logarithm of the ratio of any two doubles that is not 0 or infinite is smaller."""


@dataclass(frozen=True)
class Measured:
    """A mean over replicates and its Monte Carlo standard error; None where it does not exist.

    ``mcse`` is the standard deviation over the replicates / sqrt(their number) (Morris, White & Crowther
    2019, Statistics in Medicine 38, 2074-2102, table 6), and for a ratio that of the delta method.
    """

    value: float | None = None
    mcse: float | None = None


@dataclass(frozen=True)
class SizeRisk:
    """What holds for the groups with ``low`` to ``high`` rows."""

    low: int
    high: int
    groups: int
    measures: Mapping[str, Measured]


@dataclass(frozen=True)
class EstimatorRisk:
    """One method in one scenario."""

    id: str
    label: str
    replicates: int
    """Those that it could be fitted to."""
    failures: Mapping[str, int]
    """Reason -> how many replicates."""
    constant: int
    """Replicates in which all its estimates, or all true means, are equal: rank correlation counted as 0."""
    measures: Mapping[str, Measured]
    """``mse``, ``relative_mse`` (to the level means of the same replicates) and the other MEASURES, among
    them ``loss``, the loss that was chosen, with ``relative_loss``."""
    by_size: tuple[SizeRisk, ...]
    """Split by group size; empty where all groups are of one size."""

    def __getitem__(self, measure: str) -> Measured:
        return self.measures[measure]

    @property
    def failed(self) -> int:
        """Replicates that it could not be fitted to."""
        return sum(self.failures.values())

    def to_dict(self) -> dict[str, Any]:
        """Plain values; None where a number does not exist."""
        return {
            "estimator": self.id,
            "label": self.label,
            "replicates": self.replicates,
            **flat(self.measures),
            "constant": self.constant,
            "failed": self.failed,
            "failures": [{"reason": reason, "count": count} for reason, count in self.failures.items()],
            "by_size": [
                {"from": s.low, "to": s.high, "groups": s.groups, **flat(s.measures)} for s in self.by_size
            ],
        }


@dataclass(frozen=True, eq=False)
class ScenarioRisk:
    """All methods in one scenario; ``value`` is that of the dial, None for the design that was asked for.

    ``scenario["reml"]`` is what was found of the method of that id.
    """

    value: float | None
    design: Design
    replicates: int
    estimators: tuple[EstimatorRisk, ...]
    level_means: Measured
    """Mean squared error of the groups' own means, whether or not a method reports them."""
    pairs: NDArray[np.float64]
    """Of the losses that were chosen: see :class:`estimators.risk.scores.Tally`."""

    def __getitem__(self, estimator_id: str) -> EstimatorRisk:
        return next(e for e in self.estimators if e.id == estimator_id)

    @cached_property
    def theory(self) -> Theory:
        """The two reference lines."""
        return theory(self.design)

    def difference(self, one: str, other: str | None = None) -> Measured:
        """Loss of one method minus that of another on the same draws, as a share of the level means' loss.

        The loss is the one that the study chose: the mean squared error where it chose none.

        ``other`` None: the groups' own means. Without a value where there is no replicate that both were
        fitted to, or the level means have no error.

        Raises:
            ValueError: an id is not in the study.

        """
        ids = [e.id for e in self.estimators]
        raw = len(ids)
        i, k = ids.index(one), raw if other is None else ids.index(other)
        n, total, square = self.pairs[0][i, k], *(self.pairs[m][i, k] for m in (1, 2))
        unit = self.pairs[1][raw, raw] / max(self.pairs[0][raw, raw], 1.0)
        if n == 0 or unit == 0:
            return Measured()
        found = mean_and_error(
            n, total - self.pairs[1][k, i], square - 2.0 * self.pairs[3][i, k] + self.pairs[2][k, i]
        )
        return Measured(_over(found.value, unit), _over(found.mcse, unit))

    def log_ratio(self, one: str, other: str | None = None) -> float:
        """Logarithm of one method's loss over another's on the same draws, at most 745 where one has none.

        ``other`` None: the groups' own means.

        Raises:
            ValueError: an id is not in the study.

        """
        ids = [e.id for e in self.estimators]
        i, k = ids.index(one), len(ids) if other is None else ids.index(other)
        mine, theirs = float(self.pairs[1][i, k]), float(self.pairs[1][k, i])
        if mine == theirs:
            return 0.0
        return (
            math.log(mine / theirs) if mine > 0 and theirs > 0 else math.copysign(LONGEST_LOG, mine - theirs)
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "replicates": self.replicates,
            "groups": self.design.groups,
            "per_group": self.design.per_group,
            "sigma_group": self.design.sigma_group,
            "sigma_error": self.design.sigma_error,
            "estimators": [e.to_dict() for e in self.estimators],
            "level_means": flat({"mse": self.level_means}),
            "theory": {
                "level_means": self.theory.level_means,
                "lower": self.theory.lower,
                "lower_is_bayes": self.theory.lower_is_bayes,
            },
        }


def make_scenario(
    study: RiskStudy, value: float | None, design: Design, total: Tally, replicates: int
) -> ScenarioRisk:
    """The measures of one point of a study from the sums over its replicates."""
    sizes = size_classes(design.sizes)
    raw = len(study.estimators)
    return ScenarioRisk(
        value=value,
        design=design,
        replicates=replicates,
        estimators=tuple(
            EstimatorRisk(
                id=estimator.id,
                label=estimator.label,
                replicates=replicates - sum(total.failures[e].values()),
                failures=dict(total.failures[e]),
                constant=int(total.constant[e]),
                measures=_measures(total, e),
                by_size=_by_size(total, e, sizes),
            )
            for e, estimator in enumerate(study.estimators)
        ),
        level_means=mean_and_error(*(float(total.pairs[k][raw, raw]) for k in (0, 1, 2))),
        pairs=total.loss_pairs.copy(),
    )


def _measures(total: Tally, e: int) -> dict[str, Measured]:
    found = {}
    for name in MEASURES:
        at = total.names.index((e, name))
        found[name] = mean_and_error(*total.sums[:, at].tolist())
        if name == "mse":
            found["relative_mse"] = _relative(total.pairs, e)
        if name == "loss":
            found["relative_loss"] = _relative(total.loss_pairs, e)
    return found


def _by_size(total: Tally, e: int, sizes: SizeClasses) -> tuple[SizeRisk, ...]:
    return tuple(
        SizeRisk(
            low=sizes.low[c],
            high=sizes.high[c],
            groups=int((sizes.average[:, c] > 0).sum()),
            measures={
                name: mean_and_error(*total.size_sums[:, total.size_names.index((e, name, c))].tolist())
                for name in BY_SIZE
            },
        )
        for c in range(len(sizes))
    )


def mean_and_error(count: float, total: float, squares: float) -> Measured:
    """Mean and its standard error from a count, a sum and a sum of squares."""
    if count == 0:
        return Measured()
    mean = total / count
    if count < 2:
        return Measured(mean)
    variance = _above_rounding(squares / count - mean * mean, mean * mean) * count / (count - 1.0)
    return Measured(mean, float(np.sqrt(variance / count)))


def mean_of_known(values: NDArray[np.float64]) -> Measured:
    """Mean and its standard error of one value for each replicate, of those that are not NaN."""
    known = values[~np.isnan(values)]
    return mean_and_error(len(known), float(known.sum()), float(np.square(known).sum()))


def _relative(pairs: NDArray[np.float64], e: int) -> Measured:
    """Loss over that of the level means on the same replicates; the error by the delta method for a ratio."""
    raw = pairs.shape[1] - 1
    n, loss, own = pairs[0][e, raw], pairs[1][e, raw], pairs[1][raw, e]
    if n == 0 or own == 0:
        return Measured()
    ratio = loss / own
    if n < 2:
        return Measured(float(ratio))
    square = pairs[2][e, raw] - 2.0 * ratio * pairs[3][e, raw] + ratio**2 * pairs[2][raw, e]
    error = np.sqrt(_above_rounding(square, pairs[2][e, raw]) / (n - 1.0) / n) / (own / n)
    return Measured(float(ratio), float(error))


def _above_rounding(difference: float, size: float) -> float:
    """A difference of numbers of that size that cannot be negative; 0 where it is rounding alone."""
    return float(difference) if difference > ROUNDING * size else 0.0


def _over(value: float | None, unit: float) -> float | None:
    return None if value is None else float(value / unit)


def flat(measures: Mapping[str, Measured]) -> dict[str, float | None]:
    """Each measure under its name, its Monte Carlo error under the name with ``_mcse``."""
    return {
        key: value
        for name, measured in measures.items()
        for key, value in ((name, measured.value), (f"{name}_mcse", measured.mcse))
    }
