"""What a method's intervals cover for data like these: as many groups, of the same sizes, with spreads alike.

The spreads behind the data are not known, and at the estimated ones alone an interval can look better than it
is where the truth is another: so groups are also drawn at both ends of the exact interval of the ratio
sigma_group^2 / sigma_error^2 (of sigma_group where the means were published), and the worst is what counts.
With covariates it is what these leave, and covariates and weights stay as they are. Of events, events are
drawn (module `redrawn_counts`); all else is normal.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.errors import OptionError
from estimators.fitting.compare import run
from estimators.fitting.fit_many import Stopped, fit_many
from estimators.fitting.spread_tasks import IN_FLIGHT
from estimators.inference.estimable import estimable
from estimators.inference.redrawn_groups import RedrawnGroups
from estimators.risk.possible_spreads import possible_spreads
from estimators.risk.redrawn_batches import are_plain, come_at_once, redrawn_blocks
from estimators.risk.run import risk_steps
from estimators.risk.scenario import Measured, mean_of_known
from estimators.risk.study import RiskStudy
from estimators.simulation.design import Design

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from numpy.typing import NDArray

    from estimators.contract.estimator import Estimator
    from estimators.data.groups import GroupData
    from estimators.risk.redrawn_counts import RedrawnCounts

    Floats = NDArray[np.float64]

DRAWS, LOOPED_DRAWS = 2_000, 200
"""At each of the spreads: of a method that fits many at once, and of one that fits one after the other."""
FEWEST_AT_ZERO = 30
"""So many draws whose spread is estimated as 0 say something about those."""
SEED = 20_261_128
REMEMBERED = 128


@dataclass(frozen=True)
class CoverageAt:
    """Coverage where the truth is one pair of spreads."""

    where: str
    """``estimate``, ``low`` or ``high``: of the exact interval, which end."""
    sigma_group: float
    """In the outcome's units."""
    sigma_error: float | None
    """In the outcome's units; None where sampling variances are known."""
    coverage: Measured
    """Share of the intervals that hold the true mean, with its Monte Carlo error."""
    zero_share: Measured
    """Share of the draws whose spread between groups is estimated as 0."""
    coverage_at_zero: Measured
    """Coverage in those draws."""
    at_zero: int
    """How many those are."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        pairs = (("coverage", self.coverage), ("zero_share", self.zero_share))
        found: dict[str, Any] = {
            "where": self.where,
            "sigma_group": self.sigma_group,
            "sigma_error": self.sigma_error,
        }
        for name, measured in (*pairs, ("coverage_at_zero", self.coverage_at_zero)):
            found |= {name: measured.value, f"{name}_mcse": measured.mcse}
        return {**found, "at_zero": self.at_zero}


@dataclass(frozen=True)
class Calibration:
    """What the intervals of one method cover at the spreads that the data allow."""

    level: float
    """That they promise."""
    draws: int
    """At each of the spreads."""
    seed: int
    points: tuple[CoverageAt, ...]
    """At the estimate first, then at the ends of the exact interval that there are."""

    @property
    def worst(self) -> CoverageAt:
        """Where the least is covered."""
        return min(self.points, key=lambda point: point.coverage.value or 0.0)

    @property
    def worst_at_zero(self) -> CoverageAt | None:
        """Where the least is covered among draws whose spread is estimated as 0; None: these are too few."""
        some = [
            p for p in self.points if p.at_zero >= FEWEST_AT_ZERO and p.coverage_at_zero.value is not None
        ]
        return min(some, key=lambda point: point.coverage_at_zero.value or 0.0, default=None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; ``worst_at_zero`` is None where too few draws are estimated so."""
        least = self.worst_at_zero
        return {
            "level": self.level,
            "draws": self.draws,
            "seed": self.seed,
            "at": [point.to_dict() for point in self.points],
            "worst": self.worst.to_dict(),
            "worst_at_zero": None if least is None else least.to_dict(),
        }


def calibration(
    data: GroupData,
    estimator: Estimator,
    options: object | None = None,
    *,
    level: float = 0.95,
    draws: int | None = None,
    seed: int = SEED,
    executor: Executor | None = None,
    in_flight: int = IN_FLIGHT,
    stopped: Callable[[], bool] | None = None,
) -> Calibration | None:
    """Draw groups like these again and again, and count how many intervals hold the true means.

    Args:
        data: the groups; two or more, not all with one row; covariates and weights of precision are the same
            in all draws.
        estimator: any method; None is given back where it has no intervals.
        options: an ``Options`` instance, a mapping of names to values, or None (the defaults).
        level: of the intervals, and of the exact interval of the ratio.
        draws: at each of the spreads; None: 2,000, or 200 where one is fitted after the other, as of
            published means and rates, and with covariates or weights by all but REML and ML.
        seed: of the draws.
        executor: where groups of rows are fitted, see :func:`risk_steps`; None: here.
        in_flight: how many pieces are handed out at once.
        stopped: asked between pieces; once it says yes, Stopped is raised.

    Raises:
        DataError: spreads cannot be estimated from these groups, or rows have survey weights.
        OptionError: an option, the level or the number of draws is out of bounds.
        Stopped: ``stopped`` said so.

    """
    if data.covariates is None:
        estimable(data)
    if draws is None:
        draws = usual_draws(data, estimator)
    if draws < 2:
        raise OptionError(f"ask for two draws or more, not {draws:,}")
    checked, points = estimator.make_options(options), []
    asked = _Asked(data, estimator, checked, level, draws, seed, stopped, executor, in_flight)
    events, spreads = possible_spreads(data, level)
    for where, sigma_group, sigma_error in spreads:
        found = asked.at(sigma_group, sigma_error, events)
        if found is None:
            return None
        points.append(CoverageAt(where, sigma_group, sigma_error, *found))
    return Calibration(level, draws, seed, tuple(points))


def usual_draws(data: GroupData, estimator: Estimator) -> int:
    """How often groups are drawn at each of the spreads unless it is said: fewer where fits come singly."""
    return DRAWS if come_at_once(data, estimator) else LOOPED_DRAWS


Found = tuple[Measured, Measured, Measured, int]


@dataclass(frozen=True, eq=False)
class _Asked:
    """One method on groups like some, drawn again and again."""

    data: GroupData
    estimator: Estimator
    options: object
    level: float
    draws: int
    seed: int
    stopped: Callable[[], bool] | None
    executor: Executor | None
    in_flight: int

    def at(self, sigma_group: float, sigma_error: float | None, events: RedrawnCounts | None) -> Found | None:
        """Coverage, share of spreads estimated as 0, coverage there, how many, at these true spreads."""
        if events is not None and sigma_error is not None and come_at_once(self.data, self.estimator):
            return self.at_once(events, sigma_group, sigma_error)
        if events is not None:
            return self.one_by_one(events, sigma_group, sigma_error)
        if sigma_error is not None and are_plain(self.data):
            return self.of_rows(sigma_group, sigma_error)
        groups = RedrawnGroups.like(self.data)
        if sigma_error is not None and come_at_once(self.data, self.estimator):
            return self.at_once(groups, sigma_group, sigma_error)
        return self.one_by_one(groups, sigma_group, sigma_error)

    def of_rows(self, sigma_group: float, sigma_error: float) -> Found | None:
        """The same by the risk study, which draws and fits many at once."""
        design = Design(
            groups=len(self.data),
            per_group=",".join(map(str, self.data.n.tolist())),
            sigma_group=sigma_group,
            sigma_error=sigma_error,
        )
        study = RiskStudy(
            design,
            (self.estimator,),
            replicates=self.draws,
            seed=self.seed,
            level=self.level,
            options={self.estimator.id: self.options},
        )
        last = None
        for progress in risk_steps(study, self.executor, in_flight=self.in_flight, stopped=self.stopped):
            last = progress
        if last is None or last.done < self.draws:
            raise Stopped
        risk = last.report.base[self.estimator.id]
        if risk["coverage"].value is None:
            return None
        zero = risk["zero_spread"]
        count = round((zero.value or 0.0) * risk.replicates)
        return risk["coverage"], zero, risk["coverage_at_zero"], count

    def at_once(
        self, groups: RedrawnGroups | RedrawnCounts, sigma_group: float, sigma_error: float
    ) -> Found | None:
        """The same of rows with weights or covariates, or of 0 and 1, many at once."""
        held, zero = [], []
        for block in redrawn_blocks(groups, sigma_group, sigma_error, self.draws, self.seed):
            if self.stopped is not None and self.stopped():
                raise Stopped
            batch, effect = block.draw()
            fit = fit_many(self.estimator, batch, self.options, level=self.level, stopped=self.stopped)
            ends = fit.interval(self.level)
            if ends is None:
                return None
            covers = ((ends[0] <= effect) & (effect <= ends[1])).mean(axis=1)
            spread = fit.parameters.get("sigma_group", np.full(len(batch), np.nan))
            covers[np.isin(np.arange(len(batch)), list(fit.failures))] = np.nan
            held.append(covers)
            zero.append(np.where(np.isnan(spread), np.nan, spread == 0))
        return _counted(np.concatenate(held), np.concatenate(zero))

    def one_by_one(
        self, groups: RedrawnGroups | RedrawnCounts, sigma_group: float, sigma_error: float | None
    ) -> Found | None:
        """The same by single fits."""
        rng = np.random.default_rng(self.seed)
        held, zero = np.full(self.draws, np.nan), np.full(self.draws, np.nan)
        for draw in range(self.draws):
            if self.stopped is not None and self.stopped():
                raise Stopped
            data, effect = groups.draw(rng, sigma_group, sigma_error)
            one = run(data, self.estimator, self.options, self.level)
            if one.fit is None or one.interval is None:
                continue
            low, high = (np.ma.filled(end, np.nan) for end in one.interval)
            held[draw] = np.mean((low <= effect) & (effect <= high))
            spread = one.fit.parameters.get("sigma_group")
            zero[draw] = np.nan if spread is None or spread.value is None else spread.value == 0
        return _counted(held, zero)


def _counted(held: Floats, zero: Floats) -> Found | None:
    """Of draws ``(R,)``: the share of groups held, NaN where not fitted, and whether the spread came as 0."""
    if np.isnan(held).all():
        return None
    at_zero = held[zero == 1]
    return mean_of_known(held), mean_of_known(zero), mean_of_known(at_zero), len(at_zero)


class Calibrations:
    """Calibrations that were computed once, for whoever asks again; safe to share between threads."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._found: OrderedDict[object, Calibration | None] = OrderedDict()
        self._remembered, self._lock = remembered, threading.Lock()

    def known(
        self,
        data: GroupData,
        estimator: Estimator,
        options: object | None = None,
        *,
        level: float = 0.95,
        draws: int | None = None,
    ) -> bool:
        """Whether the answer is there already."""
        with self._lock:
            return calibration_key(data, estimator, options, level, draws) in self._found

    def of(
        self,
        data: GroupData,
        estimator: Estimator,
        options: object | None = None,
        *,
        level: float = 0.95,
        draws: int | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> Calibration | None:
        """As :func:`calibration` with its own seed; what was asked before is not computed again."""
        key = calibration_key(data, estimator, options, level, draws)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        answer = calibration(data, estimator, options, level=level, draws=draws, stopped=stopped)
        with self._lock:
            self._found[key] = answer
            while len(self._found) > self._remembered:
                self._found.popitem(last=False)
        return answer

    def forget(self, data: GroupData) -> None:
        """Leave out all answers on these groups."""
        with self._lock:
            for key in [key for key in self._found if key_is_of(key, data)]:
                del self._found[key]


def calibration_key(
    data: GroupData, estimator: Estimator, options: object | None, level: float, draws: int | None = None
) -> object:
    """What the answer depends on: the groups' numbers, without their names, the method, level and draws."""
    asked = repr(estimator.make_options(options))
    return (*_numbers(data), estimator.id, asked, level, draws)


def key_is_of(key: object, data: GroupData) -> bool:
    """Whether a key, as of :func:`calibration_key`, is of groups with these numbers."""
    numbers = _numbers(data)
    return isinstance(key, tuple) and key[: len(numbers)] == numbers


def _numbers(data: GroupData) -> tuple[bytes, ...]:
    """What the data carry besides means, such as weights, even of 1, as that may be refused; then numbers."""
    known, weights = data.known_variance, data.weights
    parts: list[NDArray[Any]] = [data.n, data.centered_mean, data.ss_within]
    parts.append(np.empty(0) if known is None else known)
    if weights is not None:
        parts += [weights.total, weights.squares, np.array(weights.log_sum)]
        parts.append(np.empty(0) if weights.mean_variance is None else weights.mean_variance)
    if data.counts is not None:
        parts += [np.asarray(data.counts.events), np.asarray(data.counts.exposure)]
    if (found := data.covariates) is not None:
        parts += [found.mean, found.row_mean, found.within, found.unit, found.of_group]
    return (" ".join(sorted(data.carries)).encode(), *(part.tobytes() for part in parts))
