"""What is on screen: a comparison in display order, ready to be drawn, tabulated and put into words."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from dashboard.scene.findings import Findings
from dashboard.scene.group_noun import EXPOSURE, ROW, TRIAL, Unit, unit_of
from dashboard.scene.label_text import short_label
from dashboard.scene.natural_order import natural_places
from dashboard.scene.orders import Orders
from dashboard.scene.ratio_scale import within_reach
from dashboard.scene.style import LINE, Style, styles
from dashboard.scene.truth import Closeness, Truth, distance
from estimators.contract.comparison import mean_rank
from estimators.inference.own_intervals import own_intervals
from estimators.methods.own_spreads import fitted_data

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.group_rows import RowsOfGroups
    from estimators import Comparison, GroupData, GroupFit, Result

SAME = 1e-12
"""Share of the largest number up to which two numbers differ by rounding alone: some 4,500 roundings of a
double, where an estimate that is the own mean is made in a handful."""
OVERLAID, MULTIPLES = "@overlaid", "@multiples"
"""How several methods stand in one view; besides these an estimator's id, which is looked at alone."""
MOST_OVERLAID = 3
"""Methods that move own means up to which they stand in one picture where nothing was chosen."""
SORT_RAW, SORT_ROWS, SORT_NAME, SORT_GIVEN = "@own", "@rows", "@name", "@given"
"""Sort orders besides the estimators' ids, which never start with ``@``."""


@dataclass(frozen=True, eq=False)
class Series:
    """One estimator that succeeded; arrays are ``(J,)`` in display order."""

    result: Result
    style: Style
    estimate: NDArray[np.float64]
    low: NDArray[np.float64] | None
    high: NDArray[np.float64] | None
    weight: NDArray[np.float64] | None
    rank: NDArray[np.float64]
    is_own_mean: bool
    """Whether it leaves every group's own mean as it is."""

    @property
    def id(self) -> str:
        """The estimator's id."""
        return self.result.id

    @property
    def label(self) -> str:
        """The estimator's label."""
        return self.result.label

    @property
    def is_line(self) -> bool:
        """Whether it says one number for all groups and asks to be drawn as a line."""
        return self.style.symbol == LINE and bool((self.estimate == self.estimate[0]).all())


@dataclass(frozen=True, eq=False)
class Scene:
    """A comparison in display order. ``order (J,)`` holds each position's key: its index in ``labels``."""

    comparison: Comparison
    series: tuple[Series, ...]
    order: NDArray[np.int64]
    outcome: str
    unit: Unit
    selection_key: str
    """What a selection of groups or a zoom belongs to: the same for the same dataset and columns."""
    name_place: NDArray[np.int64]
    """(J,) place of each group in the order of names."""
    dark: bool = False
    show_own: bool = True
    arrangement: str = ""
    """An estimator's id, OVERLAID or MULTIPLES; anything else: as fits."""
    as_ratios: bool = False
    """Whether published estimates are asked to be shown as ratios, as what they are logarithms of."""
    truth: Truth | None = None
    """Where the data are simulated."""
    rows_of: RowsOfGroups | None = None
    """Fetches the rows of some groups; None: they are those of the data."""
    findings: Findings = field(default_factory=Findings)
    """What was computed of these fits already, and computes the rest."""
    orders: Orders = field(default_factory=Orders)
    """Ranks and orders that were sorted out already."""

    def __len__(self) -> int:
        return len(self.order)

    @cached_property
    def labels(self) -> list[str]:
        """(J,) labels in display order, cut to what can be shown."""
        return [short_label(label) for label in self.comparison.data.labels[self.order]]

    def labels_at(self, positions: NDArray[np.int64]) -> list[str]:
        """Labels at some positions, cut to what can be shown."""
        return [short_label(label) for label in self.comparison.data.labels[self.order[positions]]]

    def label_at(self, position: int) -> str:
        """The label at one position, cut to what can be shown."""
        return short_label(self.comparison.data.labels[self.order[position]])

    @cached_property
    def order_key(self) -> str:
        """What positions belong to: the same for the same groups in the same order."""
        return f"{self.selection_key}-{zlib.crc32(self.order.tobytes()):x}"

    @cached_property
    def n(self) -> NDArray[np.int64]:
        """(J,) rows."""
        return self.comparison.data.n[self.order]

    @cached_property
    def information(self) -> NDArray[np.float64]:
        """(J,) what each group's own data weigh: rows or their weights, or 1 / SE^2 of published means."""
        return self.comparison.data.information[self.order]

    @cached_property
    def published_error(self) -> NDArray[np.float64] | None:
        """(J,) standard errors that were published with the means; None where there are rows."""
        known = self.comparison.data.known_variance
        return None if known is None else np.sqrt(known)[self.order]

    @property
    def row(self) -> Unit:
        """What one of those is called that a group's size counts: a row, or a trial."""
        return TRIAL if self.comparison.data.kind == "counts" else ROW

    @property
    def planned(self) -> str:
        """What there would be more of in a plan: rows, trials, or of rates exposure."""
        return EXPOSURE if self.comparison.data.kind == "rates" else self.row.many

    @property
    def weighted(self) -> bool:
        """Whether rows have weights, so that ``information`` is no number of rows."""
        return self.comparison.data.weights is not None

    @cached_property
    def is_share(self) -> bool:
        """Whether the outcome is 0 or 1 in every row, so that means are shares."""
        return self.comparison.data.is_share

    @cached_property
    def is_ratio(self) -> bool:
        """Whether values are shown as ratios: of published estimates, where that is asked and possible."""
        data = self.comparison.data
        if not self.as_ratios or data.kind != "estimates":
            return False
        return within_reach(data.mean, *(end for s in self.series for end in (s.estimate, s.low, s.high)))

    def shown(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values in the outcome's units as they are shown."""
        return np.exp(values) if self.is_ratio else values

    @cached_property
    def own_mean(self) -> NDArray[np.float64]:
        """(J,) each group's own mean."""
        return self.comparison.data.mean[self.order]

    @cached_property
    def own_interval(self) -> tuple[str, NDArray[np.float64], NDArray[np.float64]] | None:
        """What a group's own share or rate leaves open: name of the method and (J,) ends; None of means."""
        found = own_intervals(self.comparison.data, self.comparison.level)
        if not found:
            return None
        name, (low, high) = next(iter(found.items()))
        return name, low[self.order], high[self.order]

    @property
    def smallest_first(self) -> bool:
        """Whether lower is better: ranks and orders run from the smallest."""
        return self.comparison.smallest_first

    @cached_property
    def in_view(self) -> Scene:
        """What views draw: this, or the one method that is looked at alone."""
        alone = self.by_id(self.arrangement)
        return self if alone is None else replace(self, series=(alone,))

    @property
    def in_panels(self) -> bool:
        """Whether each method stands in a panel of its own beside the own means."""
        moving = sum(not (s.is_own_mean or s.is_line) for s in self.series)
        many = self.arrangement == MULTIPLES or (self.arrangement != OVERLAID and moving > MOST_OVERLAID)
        return self.show_own and moving > 1 and many

    @cached_property
    def own_rank(self) -> NDArray[np.float64]:
        """(J,) rank of the own means, 1 = best."""
        ranks = self.orders.own_rank(self.comparison.data, smallest_first=self.smallest_first)
        return ranks[self.order]

    @cached_property
    def true_rank(self) -> NDArray[np.float64] | None:
        """(J,) rank of the true means, 1 = best, where they are known."""
        return None if self.truth is None else mean_rank(self.truth.mean, smallest_first=self.smallest_first)

    @cached_property
    def reference(self) -> Series | None:
        """The method that the headline speaks of: the first that estimates the spreads that are not known."""
        return next((s for s in self.series if has_spreads(s.result, self.comparison.data)), None)

    @property
    def fitted_data(self) -> GroupData:
        """The groups as the headline's method takes them: with known variances where each has its own."""
        return fitted_data(
            self.comparison.data, None if self.reference is None else self.reference.result.fit
        )

    @cached_property
    def center(self) -> float | None:
        """What the headline's method pulls all groups towards; else what the first with one centre does.

        None where the headline's method has one for each group, or no method has one for all.
        """
        fits = [s.result.fit for s in ([self.reference] if self.reference else []) + list(self.series)]
        pulling = [fit for fit in fits if fit is not None and fit.center is not None]
        if self.reference is not None and pulling and pulling[0] is self.reference.result.fit:
            return pulling[0].common_center
        return next((fit.common_center for fit in pulling if fit.common_center is not None), None)

    @cached_property
    def own_centers(self) -> NDArray[np.float64] | None:
        """(J,) what the headline's method pulls each group to, where that is not the same for all."""
        fit = None if self.reference is None else self.reference.result.fit
        if fit is None or fit.center is None or fit.common_center is not None:
            return None
        return np.asarray(fit.center, dtype=np.float64)[self.order]

    @cached_property
    def closeness(self) -> list[Closeness]:
        """How far each method is from the truth; empty where that is not known."""
        if self.truth is None:
            return []
        return [Closeness(s.id, s.label, distance(s.estimate, self.truth.mean)) for s in self.series]

    def by_id(self, estimator_id: str) -> Series | None:
        """The series of an estimator, None where it failed or is off."""
        return next((s for s in self.series if s.id == estimator_id), None)


class Display(TypedDict):
    """What a scene depends on besides the comparison; see :func:`make_scene`."""

    outcome: str
    group: str
    selection_key: str
    sort: str
    dark: bool
    show_own: bool
    arrangement: str
    as_ratios: bool


def make_scene(
    comparison: Comparison,
    *,
    outcome: str,
    group: str,
    selection_key: str,
    sort: str = "",
    dark: bool = False,
    show_own: bool = True,
    arrangement: str = "",
    as_ratios: bool = False,
    style_of: Mapping[str, Style] | None = None,
    truth: Truth | None = None,
    name_places: NDArray[np.int64] | None = None,
    findings: Findings | None = None,
    orders: Orders | None = None,
    rows_of: RowsOfGroups | None = None,
) -> Scene:
    """Bring a comparison into display order.

    Args:
        comparison: what is shown.
        outcome: the outcome's column.
        group: the grouping column, which says what one group is called.
        selection_key: what a selection of groups or a zoom belongs to.
        sort: an estimator's id or one of the SORT constants; anything else: by the headline's method.
        dark: whether the page is.
        show_own: whether the groups' own means are drawn too.
        arrangement: how several methods stand in one view; see :class:`Scene`.
        as_ratios: whether published estimates are shown as ratios.
        style_of: by estimator id; None: from the comparison's estimators.
        truth: of simulated groups, in the order of the data's labels.
        name_places: ``(J,)`` places of the data's labels in natural order, where they are known already.
        findings: what was computed of these fits already; None: nothing was.
        orders: ranks and orders that were sorted out already; None: none were.
        rows_of: fetches the rows of some groups.

    """
    style_of = style_of or styles(r.estimator for r in comparison.results)
    data, orders = comparison.data, orders or Orders()
    name_places = natural_places(data.labels) if name_places is None else name_places
    order = display_order(comparison, sort, name_places, orders)
    return Scene(
        comparison=comparison,
        series=tuple(_series(r, style_of[r.id], order, data.mean, orders) for r in comparison.succeeded),
        order=order,
        outcome=outcome,
        unit=unit_of(group),
        selection_key=selection_key,
        name_place=name_places[order],
        dark=dark,
        show_own=show_own,
        arrangement=arrangement,
        as_ratios=as_ratios,
        truth=None if truth is None else replace(truth, mean=truth.mean[order], weight=truth.weight[order]),
        findings=findings or Findings(),
        orders=orders,
        rows_of=rows_of,
    )


def display_order(
    comparison: Comparison, sort: str, name_places: NDArray[np.int64], orders: Orders | None = None
) -> NDArray[np.int64]:
    """(J,) keys from top to bottom: best first, ties by own mean and then by name."""
    orders = orders or Orders()
    data, best_first = comparison.data, 1.0 if comparison.smallest_first else -1.0
    if sort == SORT_NAME:
        return orders.order(data, sort, lambda: np.argsort(name_places))
    if sort == SORT_GIVEN and (given := data.given_place) is not None:
        return orders.order(data, sort, lambda: np.argsort(given))
    own = best_first * data.centered_mean
    if sort == SORT_ROWS:
        by_rows = (name_places, own, -data.information)
        return orders.order(data, (sort, best_first), lambda: np.lexsort(by_rows))
    leader = next((r for r in comparison.succeeded if r.id == sort), None)
    if leader is None and sort != SORT_RAW:
        leader = next((r for r in comparison.succeeded if has_spreads(r, data)), None)
    if leader is None or leader.fit is None:
        return orders.order(data, (SORT_RAW, best_first), lambda: np.lexsort((name_places, own)))
    estimate = best_first * leader.fit.estimate
    return orders.order(leader.fit, best_first, lambda: np.lexsort((name_places, own, estimate)))


def has_spreads(result: Result, data: GroupData) -> bool:
    """Whether a result estimates the spread between groups, and that within where it was not published."""
    found = result.fit.parameters if result.fit else {}
    rows = fitted_data(data, result.fit).counts_rows
    wanted = ("sigma_group", "sigma_error") if rows else ("sigma_group",)
    return all(name in found and found[name].value is not None for name in wanted)


def _series(
    result: Result,
    style: Style,
    order: NDArray[np.int64],
    own_mean: NDArray[np.float64],
    orders: Orders,
) -> Series:
    fit, interval = result.fit, result.interval
    if fit is None:
        raise ValueError(f"{result.id} has no fit to draw")
    weight = fit.weight
    # NaN where a group has none
    low, high = (None, None) if interval is None else (np.asarray(end)[order] for end in interval)
    return Series(
        result=result,
        style=style,
        estimate=orders.sorted(fit, "estimate", order, lambda: fit.estimate),
        low=low,
        high=high,
        weight=None if weight is None else orders.sorted(fit, "weight", order, lambda: weight),
        rank=orders.sorted(fit, ("rank", result.smallest_first), order, lambda: orders.rank(result)),
        is_own_mean=_leaves_means(fit, own_mean),
    )


def _leaves_means(fit: GroupFit, own_mean: NDArray[np.float64]) -> bool:
    if fit.center is not None or fit.weight is None or not (fit.weight == 1).all():
        return False  # what has a centre to pull towards is a method of its own, even where it does not pull
    return bool((np.abs(fit.estimate - own_mean) <= SAME * np.abs(own_mean).max()).all())
