"""GroupData: everything the estimators need to know about the rows, reduced once to one line per group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.curves import curves_by_name
from estimators.data.frames import ModelColumns, reduce_frame
from estimators.data.group_statistics import GroupStatistics
from estimators.data.row_columns import RowColumns, covariates_of_groups, reduce_columns
from estimators.data.rows import DroppedRows, Rows, UsableRows
from estimators.data.summaries import (
    count_summaries,
    estimate_summaries,
    mean_summaries,
    rate_summaries,
)
from estimators.data.sums import Reduction, reduce_chunks, reduce_code_chunks, reduce_rows
from estimators.data.texts import NumberFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.left_out import LeftOut
    from estimators.data.notation import Notation
    from estimators.data.summaries import Counts, DataKind, Summaries
    from estimators.data.weights import RowWeights


@dataclass(frozen=True, eq=False)
class GroupData(GroupStatistics):
    """J groups, one entry each, sorted by label. Arrays are read-only.

    Spreads come from ``centered_mean``, never from ``mean``: near 1e9 a double holds only seven digits after
    the point, so every row has ``origin`` subtracted before anything is summed.
    """

    labels: NDArray[np.object_]
    """(J,) str, exactly as given."""
    n: NDArray[np.int64]
    """(J,) rows in use; 1 each where the means were published, so that there are no rows to count."""
    origin: float
    """A number near the data, in the outcome's units."""
    centered_mean: NDArray[np.float64]
    """(J,) group mean minus origin."""
    ss_within: NDArray[np.float64]
    """(J,) sum of squares of the rows around their group's mean."""
    constant: NDArray[np.bool_]
    """(J,) whether all rows of the group are equal."""
    rows_read: int
    """Rows looked at; ``rows_read == total + dropped.total``."""
    dropped: DroppedRows = field(default_factory=DroppedRows)
    """Rows left out, by cause."""
    known_variance: NDArray[np.float64] | None = None
    """(J,) sampling variance of each mean where it was published with the mean, else None."""
    read_rows: Callable[[], Rows] | None = field(default=None, repr=False)
    """Fetches the rows for the methods that need them; None where only summaries exist."""
    left_out: tuple[LeftOut, ...] = ()
    """``dropped`` with examples, and what was left out on request, which it does not count."""
    unused_labels: tuple[str, ...] = field(default=(), repr=False)
    """Labels whose rows were all left out, sorted."""
    notation: Notation | None = None
    """How the outcome's numbers are written where they are text."""
    kind: DataKind = "rows"
    """What came of each group."""
    counts: Counts | None = None
    """The events of counts and rates, else None."""
    weights: RowWeights | None = None
    """What weights the rows have, by group; ``centered_mean`` and ``ss_within`` are then weighted."""
    covariates: Covariates | None = None
    """What is adjusted for, and what explains the groups."""
    given_place: NDArray[np.int64] | None = None
    """(J,) where each stood among the summaries as they were given, from 0; None of rows."""
    published_n: NDArray[np.float64] | None = None
    """(J,) how many rows were behind published estimates, NaN where not known; None where nobody said. It is
    shown and weighs nothing: standard errors say how precise estimates are."""

    def __post_init__(self) -> None:
        labels = np.empty(len(self.labels), dtype=object)
        labels[:] = self.labels
        labels.setflags(write=False)
        object.__setattr__(self, "labels", labels)
        for name, dtype in (
            ("n", np.int64),
            ("centered_mean", np.float64),
            ("ss_within", np.float64),
            ("constant", np.bool_),
        ):
            object.__setattr__(self, name, frozen_array(getattr(self, name), dtype))
        if self.known_variance is not None:
            object.__setattr__(self, "known_variance", frozen_array(self.known_variance))
        if self.published_n is not None:
            object.__setattr__(self, "published_n", frozen_array(self.published_n))
        if self.given_place is not None:
            object.__setattr__(self, "given_place", frozen_array(self.given_place, np.int64))

    @property
    def possible(self) -> tuple[float, float]:
        """Between what true means lie: of shares 0 and 1, of rates from 0 on, of anything else anywhere."""
        if self.is_share:
            return 0.0, 1.0
        return (-np.inf if self.counts is None else 0.0), np.inf

    def with_rows(self, read_rows: Callable[[], Rows]) -> GroupData:
        """The same groups with another way to fetch their rows."""
        return replace(self, read_rows=read_rows)

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        outcome: str,
        group: str,
        already_dropped: DroppedRows | None = None,
        decimal: str | None = None,
        thousands: str | None = None,
        missing: Sequence[str] = (),
        event: str | None = None,
        adjust: Sequence[str] = (),
        explained_by: Sequence[str] = (),
        categorical: Sequence[str] = (),
        weights: str | None = None,
        weight_kind: str = "precision",
        curves: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> GroupData:
        """Reduce two columns of any frame that narwhals knows; a lazy one is reduced where it lives.

        Args:
            frame: pandas, Polars, PyArrow, DuckDB, Ibis, Dask, PySpark, ...
            outcome: name of the column with the numbers.
            group: name of the column whose values, as text, name the groups.
            already_dropped: rows that the caller has left out before, to be counted with the rest.
            decimal: the decimal mark of an outcome that is text; None: found from all of its cells, see
                ``notation``.
            thousands: what sets thousands apart in it, "" for nothing; None: found.
            missing: codes that stand for a missing outcome, such as "-999".
            event: of an outcome of two words, such as pass and fail, the one that counts as 1, the other then
                counting as 0; None: found, see ``notation``.
            adjust: names of columns that groups are compared at the same values of; see :meth:`from_arrays`.
            explained_by: names of columns that groups are pulled along, with one value in each group.
            categorical: those of them whose numbers are codes.
            weights: name of the column of weights. With it, or covariates, the columns of a lazy frame are
                fetched.
            weight_kind: ``precision``, ``frequency`` or ``survey``.
            curves: shapes by name; see :meth:`from_arrays`.

        Raises:
            DataError: no such column, the same column twice, two shapes for one, an outcome that holds no
                numbers, no usable row.

        """
        before = already_dropped or DroppedRows()
        given = NumberFormat(decimal, thousands, tuple(missing), event=event)
        shapes = curves_by_name(curves.items() if isinstance(curves, Mapping) else curves)
        beside = ModelColumns(adjust, explained_by, categorical, weights, weight_kind, tuple(shapes.items()))
        return cls._of(
            reduce_frame(
                frame, outcome=outcome, group=group, already_dropped=before, given=given, beside=beside
            )
        )

    @classmethod
    def from_arrays(
        cls,
        outcome: ArrayLike,
        group: ArrayLike,
        *,
        adjust: Mapping[str, ArrayLike] | None = None,
        explained_by: Mapping[str, ArrayLike] | None = None,
        categorical: Collection[str] = (),
        weights: ArrayLike | None = None,
        weight_kind: str = "precision",
        curves: Mapping[str, str] | None = None,
    ) -> GroupData:
        """Reduce N outcomes and N labels, both one-dimensional and of equal length.

        Outcomes may be numbers or text, labels anything that reads as text. The arrays are looked at again
        where a method needs the rows: leave them as they are while the data are in use.

        Args:
            outcome: ``(N,)``.
            group: ``(N,)``.
            adjust: columns ``(N,)`` by name that groups are compared at the same values of.
            explained_by: columns ``(N,)`` by name that groups are pulled along; one value in each group.
            categorical: those of them whose numbers are codes; text that is no number is categorical anyway.
            weights: ``(N,)``, not negative; rows of weight 0 are left out.
            weight_kind: ``precision``: the variance of a row is sigma_error^2 / w, as in lme4; ``frequency``:
                the row occurs w times; ``survey``: it stands for w of the population.
            curves: by name, those covariates of numbers that are more than a straight line: ``poly2`` to
                ``poly4``, a polynomial of that degree; ``spline3`` to ``spline5``, a natural cubic spline
                with so many knots.

        Raises:
            DataError: lengths differ, no usable row, a column for two things, one that explains groups and
                differs within one, or too few different numbers for a curve.

        """
        columns = RowColumns(adjust, explained_by, categorical, curves, weights, weight_kind)
        return cls._of(reduce_columns(outcome, group, columns))

    @classmethod
    def from_codes(
        cls, outcome: NDArray[np.float64], codes: NDArray[np.int64], labels: Iterable[str]
    ) -> GroupData:
        """Reduce N finite outcomes whose groups are given as places in ``labels``.

        Raises:
            DataError: no row, or an outcome whose squares do not fit a double.

        """
        low, high = (float(outcome.min()), float(outcome.max())) if len(outcome) else (np.inf, -np.inf)
        return cls._of(
            reduce_rows(UsableRows(outcome, codes, list(labels), DroppedRows(), len(outcome), low, high))
        )

    @classmethod
    def from_chunks(cls, chunks: Iterable[tuple[ArrayLike, ArrayLike]]) -> GroupData:
        """Reduce pairs of (outcome, group) arrays one after the other; only summaries are kept.

        Raises:
            DataError: lengths differ within a chunk, or no usable row in any.

        """
        return cls._of(reduce_chunks(chunks))

    @classmethod
    def from_code_chunks(
        cls, chunks: Iterable[tuple[NDArray[np.float64], NDArray[np.int64]]], labels: list[str]
    ) -> GroupData:
        """Reduce pairs of finite outcomes and places in ``labels`` one after the other, as `from_codes`.

        ``labels`` may grow while the chunks come: it is looked at after the last one.

        Raises:
            DataError: no row, or an outcome whose squares do not fit a double.

        """
        return cls._of(reduce_code_chunks(chunks, labels))

    @classmethod
    def from_estimates(
        cls,
        labels: Iterable[object],
        estimate: ArrayLike,
        std_error: ArrayLike | None = None,
        *,
        variance: ArrayLike | None = None,
        n: ArrayLike | None = None,
    ) -> GroupData:
        """Published summaries: one estimate and its known standard error for each group, ``(J,)`` each.

        ``variance`` stands for the standard errors' squares, in place of them. ``n``, the numbers of rows
        behind the estimates, NaN where not known, is shown beside them and weighs nothing.

        Raises:
            DataError: not exactly one of standard errors and variances, lengths differ, a label is missing or
                appears twice, a value is not finite, a standard error is not positive, or the numbers differ
                so much in size that squares do not fit a double.

        """
        return cls._published(estimate_summaries(labels, estimate, std_error, variance, n))

    @classmethod
    def from_means(
        cls,
        labels: Iterable[object],
        mean: ArrayLike,
        n: ArrayLike,
        *,
        sd: ArrayLike | None = None,
        variance: ArrayLike | None = None,
        std_error: ArrayLike | None = None,
    ) -> GroupData:
        """Published means of n rows, each with one measure of how they spread, ``(J,)`` each.

        The same to rounding as the rows that they came from, for every method that needs no rows. ``sd`` has
        the divisor n - 1 and may be NaN where n is 1; ``variance`` is its square, ``std_error`` sd / sqrt(n).

        Raises:
            DataError: not exactly one measure of spread, lengths differ, a label is missing or appears twice,
                a number that is not finite, a spread below 0, or an n that is not whole.

        """
        return cls._published(mean_summaries(labels, mean, n, sd=sd, variance=variance, std_error=std_error))

    @classmethod
    def from_counts(cls, labels: Iterable[object], events: ArrayLike, trials: ArrayLike) -> GroupData:
        """Events out of trials, ``(J,)`` each: exactly the rows of 0 and 1 that they count.

        Raises:
            DataError: lengths differ, a label is missing or appears twice, a number that is not whole, events
                below 0 or above trials, no trial.

        """
        return cls._published(count_summaries(labels, events, trials))

    @classmethod
    def from_rates(cls, labels: Iterable[object], events: ArrayLike, exposure: ArrayLike) -> GroupData:
        """Events in an exposure, ``(J,)`` each: rates with variances that are taken as known.

        A count is taken as Poisson, so that a rate y / t has variance theta / t, theta being the group's true
        rate. For theta the pooled rate sum(y) / sum(t) stands: the variance on average over the groups
        (Marshall 1991, Applied Statistics 40, 283-294), never 0 where a count is. It is too small for groups
        whose true rate is above average, and too large for those below.

        Raises:
            DataError: lengths differ, a label is missing or appears twice, events that are not whole or below
                0, an exposure that is not above 0, no event in any group.

        """
        return cls._published(rate_summaries(labels, events, exposure))

    def explained_by(
        self,
        labels: Iterable[object],
        covariates: Mapping[str, ArrayLike],
        *,
        categorical: Collection[str] = (),
        curves: Mapping[str, str] | None = None,
    ) -> GroupData:
        """The same groups with covariates that explain them, ``(J,)`` by name, in the order of ``labels``.

        For groups that came as summaries; rows take theirs in :meth:`from_arrays`. ``categorical`` are those
        whose numbers are codes, ``curves`` the shapes of those that are more than a straight line.

        Raises:
            DataError: labels that are not those of the groups, a length that is not theirs, a value that is
                missing, or groups with covariates or weights already.

        """
        return replace(self, covariates=covariates_of_groups(self, labels, covariates, categorical, curves))

    @classmethod
    def _published(cls, found: Summaries) -> GroupData:
        return cls(**vars(found), rows_read=int(found.n.sum()))

    @classmethod
    def _of(cls, reduced: Reduction) -> GroupData:
        sums = reduced.sums
        return cls(
            labels=sums.labels,
            n=sums.n,
            origin=reduced.origin,
            centered_mean=sums.centered_mean,
            ss_within=sums.ss_within,
            constant=reduced.constant,
            rows_read=reduced.rows_read,
            dropped=reduced.dropped,
            read_rows=reduced.read_rows,
            left_out=tuple(cause for cause in reduced.left_out if cause.rows),
            unused_labels=reduced.unused_labels,
            notation=reduced.notation,
            weights=reduced.weights,
            covariates=reduced.covariates,
        )
