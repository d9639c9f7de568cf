"""GroupBatch and BatchFit: many replicates of the same groups, and what a method says about all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import frozen_array
from estimators.contract.fit import Interval, check_interval_level, two_sided_quantile
from estimators.data.groups import GroupData
from estimators.data.scaled import ScaledGroups, scale_groups, varies_within, weighted_mean
from estimators.errors import DataError, FitError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from estimators.contract.fit import GroupFit
    from estimators.data.covariates import Covariates
    from estimators.data.rows import Rows
    from estimators.data.weights import RowWeights


@dataclass(frozen=True, eq=False)
class GroupBatch:
    """R replicates of J groups whose sizes are the same in each; ``batch[r]`` is one of them as GroupData.

    Arrays are read-only.
    """

    labels: NDArray[np.object_]
    """(J,) str."""
    n: NDArray[np.int64]
    """(J,) rows, the same in each replicate."""
    origin: float
    """A number near the data, in the outcome's units."""
    centered_mean: NDArray[np.float64]
    """(R, J) group means minus origin, in the outcome's units."""
    ss_within: NDArray[np.float64]
    """(R, J) sums of squares of the rows around their group's mean, in squared units."""
    read_rows: Callable[[int], Rows] | None = field(default=None, repr=False)
    """Fetches the rows of one replicate for the methods that need them; None where only summaries exist."""
    weights: RowWeights | None = None
    """What weights the rows have, the same in each replicate; means and squares are then weighted."""
    covariates: Covariates | None = None
    """The covariates, the same in each replicate but for the last column of ``within``."""
    products: NDArray[np.float64] | None = None
    """(R, P + 1) that column in each replicate, in the outcome's units; None without covariates."""

    def __post_init__(self) -> None:
        labels = np.array(self.labels, dtype=object)
        labels.setflags(write=False)
        object.__setattr__(self, "labels", labels)
        object.__setattr__(self, "n", frozen_array(self.n, np.int64))
        for name in ("centered_mean", "ss_within"):
            object.__setattr__(self, name, frozen_array(getattr(self, name)))
        if self.products is not None:
            object.__setattr__(self, "products", frozen_array(self.products))

    def __len__(self) -> int:
        return len(self.centered_mean)

    def __getitem__(self, replicate: int) -> GroupData:
        read_rows, ss_within = self.read_rows, self.ss_within[replicate]
        covariates = self.covariates
        if covariates is not None and self.products is not None:
            covariates = covariates.with_outcome(self.products[replicate])
        return GroupData(
            labels=self.labels,
            n=self.n,
            origin=self.origin,
            centered_mean=self.centered_mean[replicate],
            ss_within=ss_within,
            constant=ss_within == 0,
            rows_read=self.total,
            read_rows=None if read_rows is None else lambda: read_rows(replicate),
            weights=self.weights,
            covariates=covariates,
        )

    @property
    def carries(self) -> frozenset[str]:
        """What the groups carry, in the words of ``Estimator.handles``."""
        return self[0].carries if self.weights is not None or self.covariates is not None else frozenset()

    def take(self, replicates: NDArray[np.bool_]) -> GroupBatch:
        """The replicates where the mask ``replicates (R,)`` is true, without their rows."""
        return replace(self._at(replicates), read_rows=None)

    def _at(self, replicates: NDArray[np.bool_] | slice) -> GroupBatch:
        """Some of the replicates, whose rows are still those of all."""
        return replace(
            self,
            centered_mean=self.centered_mean[replicates],
            ss_within=self.ss_within[replicates],
            products=None if self.products is None else self.products[replicates],
        )

    def since(self, first: int) -> GroupBatch:
        """The replicates from the place ``first`` on, with their rows."""
        read_rows = self.read_rows
        rows = None if read_rows is None else lambda replicate: read_rows(first + replicate)
        return replace(self._at(slice(first, None)), read_rows=rows)

    def scaled(self) -> ScaledGroups:
        """The means on a scale where powers fit a double, ``(R, J)``, and taken together by size.

        Raises:
            DataError: covariates, which this summary does not hold.

        """
        if self.covariates is not None:
            raise DataError("these groups have covariates, and this takes groups without any")
        return scale_groups(self.n, self.origin, self.centered_mean, self.ss_within, weights=self.weights)

    @property
    def groups(self) -> int:
        """The number of groups, J."""
        return len(self.n)

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """(R, J) group means, in the outcome's units, for display; compute spreads from ``centered_mean``."""
        return frozen_array(self.origin + self.centered_mean)

    @cached_property
    def total(self) -> int:
        """Rows in each replicate, N."""
        return int(self.n.sum())

    @property
    def df_within(self) -> int:
        """Degrees of freedom of the pooled variance, N - J."""
        return self.total - self.groups

    @cached_property
    def information(self) -> NDArray[np.float64]:
        """(J,) what each group's own data weigh in every replicate: its rows, or the sum of their weights."""
        return frozen_array(self.n if self.weights is None else self.weights.total)

    @cached_property
    def pooled_variance(self) -> NDArray[np.float64] | None:
        """(R,) pooled within-group variances, in squared units; None where no group has two rows."""
        return None if self.df_within == 0 else frozen_array(self.ss_within.sum(axis=1) / self.df_within)

    @cached_property
    def sampling_variance(self) -> NDArray[np.float64] | None:
        """(R, J) variances of the group means around their true means; None where no group has two rows."""
        pooled = self.pooled_variance
        return None if pooled is None else frozen_array(pooled[:, None] / self.information)

    @cached_property
    def centered_grand_mean(self) -> NDArray[np.float64]:
        """(R,) means of all rows, minus origin."""
        return frozen_array(weighted_mean(self.centered_mean, self.information))

    @cached_property
    def varies_within(self) -> NDArray[np.bool_]:
        """(R,) whether rows vary within groups; see :attr:`GroupData.varies_within`."""
        return frozen_array(varies_within(self.centered_mean, self.ss_within), np.bool_)

    @cached_property
    def all_equal(self) -> NDArray[np.bool_]:
        """(R,) whether all groups have the same mean and no row strays from it."""
        return frozen_array(~self.varies_within & (np.ptp(self.centered_mean, axis=1) == 0), np.bool_)


@dataclass(frozen=True, eq=False, init=False)
class BatchFit:
    """What a method says about every group of every replicate. Arrays are ``(R, J)`` and read-only.

    Estimates, standard errors and intervals are in the outcome's units; weights are numbers without a unit. A
    replicate that could not be fitted is named in ``failures``, and its rows hold NaN.
    """

    estimate: NDArray[np.float64]
    """Estimated or predicted means."""
    std_error: NDArray[np.float64] | None
    """Their standard errors; None: the method has none. NaN where a replicate or a group has none."""
    weight: NDArray[np.float64] | None
    """Weights on the groups' own means; as above."""
    df: float | None
    """Degrees of freedom of the intervals; None = normal."""
    interval_fn: Callable[[float], Interval] | None
    """Level -> (low, high), each ``(R, J)``, for a method with intervals of its own."""
    parameters: Mapping[str, NDArray[np.float64]]
    """``(R,)`` for each name: numbers about all groups of a replicate, NaN where one does not exist."""
    failures: Mapping[int, str]
    """Replicate -> why it could not be fitted."""

    def __init__(
        self,
        estimate: ArrayLike,
        std_error: ArrayLike | None = None,
        weight: ArrayLike | None = None,
        *,
        df: float | None = None,
        interval_fn: Callable[[float], Interval] | None = None,
        parameters: Mapping[str, ArrayLike] | None = None,
        failures: Mapping[int, str] | None = None,
    ) -> None:
        """Copy and freeze the arrays."""
        for name, given in (("estimate", estimate), ("std_error", std_error), ("weight", weight)):
            object.__setattr__(self, name, None if given is None else frozen_array(given))
        object.__setattr__(self, "df", df)
        object.__setattr__(self, "interval_fn", interval_fn)
        numbers = {name: frozen_array(values) for name, values in (parameters or {}).items()}
        object.__setattr__(self, "parameters", MappingProxyType(numbers))
        object.__setattr__(self, "failures", MappingProxyType(dict(failures or {})))

    def __reduce__(self) -> tuple[Any, ...]:
        plain = {name: dict(v) if isinstance(v, MappingProxyType) else v for name, v in vars(self).items()}
        return _fit_of, (plain,)

    @classmethod
    def stack(cls, fits: list[GroupFit | str], groups: int) -> BatchFit:
        """Fits ``(J,)`` of one replicate after the other, or the reason why there is none, as one ``(R, J)``.

        ``groups`` is J, also where no replicate could be fitted.
        """
        done = {r: fit for r, fit in enumerate(fits) if not isinstance(fit, str)}
        nothing = np.full(groups, np.nan)

        def rows(name: str) -> NDArray[np.float64] | None:
            found = {r: value for r, fit in done.items() if (value := getattr(fit, name)) is not None}
            return np.array([found.get(r, nothing) for r in range(len(fits))]) if found else None

        def interval(level: float) -> Interval:
            found = {r: both for r, fit in done.items() if (both := fit.interval(level)) is not None}
            ends = np.array([found.get(r, (nothing, nothing)) for r in range(len(fits))], dtype=np.float64)
            return ends[:, 0], ends[:, 1]

        has_intervals = any(f.std_error is not None or f.interval_fn is not None for f in done.values())
        names = dict.fromkeys(name for fit in done.values() for name in fit.parameters)
        estimate = rows("estimate")
        return cls(
            np.full((len(fits), groups), np.nan) if estimate is None else estimate,
            rows("std_error"),
            rows("weight"),
            interval_fn=interval if has_intervals else None,
            parameters={
                name: [_parameter(done[r], name) if r in done else np.nan for r in range(len(fits))]
                for name in names
            },
            failures={r: fit for r, fit in enumerate(fits) if isinstance(fit, str)},
        )

    def interval(self, level: float = 0.95) -> Interval | None:
        """Lower and upper ends ``(R, J)`` at ``level``, NaN where a replicate has none; None if none has.

        Raises:
            OptionError: the level is not between 0 and 1.

        """
        if self.interval_fn is not None:
            check_interval_level(level)
            low, high = self.interval_fn(level)
            return frozen_array(low), frozen_array(high)
        half = self.half_width(level)
        return (
            None if half is None else (frozen_array(self.estimate - half), frozen_array(self.estimate + half))
        )

    def half_width(self, level: float = 0.95) -> NDArray[np.float64] | None:
        """(R, J) half the width of the intervals; None if there are none or the method has its own.

        Raises:
            OptionError: the level is not between 0 and 1.

        """
        check_interval_level(level)
        if self.interval_fn is not None or self.std_error is None:
            return None
        half: NDArray[np.float64] = two_sided_quantile(level, self.df) * self.std_error
        return half

    def check(self, replicates: int, groups: int, level: float = 0.95) -> None:
        """Raise FitError unless arrays have shape ``(replicates, groups)`` and hold what they promise.

        Estimates are finite in replicates that did not fail, standard errors not negative, and intervals at
        ``level`` not upside down.
        """
        arrays = {name: getattr(self, name) for name in ("estimate", "std_error", "weight")}
        if self.interval_fn is not None:
            arrays["low"], arrays["high"] = self.interval_fn(level)
        for name, value in arrays.items():
            if value is not None and np.shape(value) != (replicates, groups):
                raise FitError(
                    f"{name} has shape {np.shape(value)}, but there are {replicates} replicates "
                    f"of {groups} groups"
                )
        failed = np.isin(np.arange(replicates), list(self.failures))
        if not np.isfinite(self.estimate[~failed]).all():
            raise FitError("estimate holds values that are not finite in replicates that did not fail")
        if self.std_error is not None and (self.std_error < 0).any():
            raise FitError("std_error holds negative values")
        if self.interval_fn is not None and (np.asarray(arrays["low"]) > arrays["high"]).any():
            raise FitError("interval_fn gave a lower end above the upper one")


def _fit_of(fields: dict[str, Any]) -> BatchFit:
    """A fit that was pickled, its arrays read-only again."""
    return BatchFit(**fields)


def _parameter(fit: GroupFit, name: str) -> float:
    found = fit.parameters.get(name)
    return np.nan if found is None or found.value is None else found.value
