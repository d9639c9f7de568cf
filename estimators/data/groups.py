"""GroupData: everything the estimators need to know about the rows, reduced once to one line per group."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.frames import reduce_frame
from estimators.data.rows import DroppedRows, Rows, UsableRows
from estimators.data.scaled import ScaledGroups, scale_groups, varies_within, weighted_mean
from estimators.data.summaries import (
    count_summaries,
    estimate_summaries,
    mean_summaries,
    rate_summaries,
)
from estimators.data.sums import Reduction, reduce_arrays, reduce_chunks, reduce_rows
from estimators.data.texts import NumberFormat
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from estimators.data.left_out import LeftOut
    from estimators.data.notation import Notation
    from estimators.data.summaries import Counts, DataKind, Summaries

EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class GroupData:
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

    def __len__(self) -> int:
        return len(self.n)

    @cached_property
    def mean(self) -> NDArray[np.float64]:
        """(J,) group means, for display; compute spreads from ``centered_mean``."""
        return frozen_array(self.origin + self.centered_mean)

    @cached_property
    def total(self) -> int:
        """Rows in use, N."""
        return int(self.n.sum())

    @cached_property
    def df_within(self) -> int:
        """Degrees of freedom of the pooled variance, N - J."""
        return self.total - len(self)

    @property
    def carries(self) -> frozenset[str]:
        """What these data carry that not every method takes, in the words of ``Estimator.handles``."""
        return frozenset() if self.known_variance is None else frozenset({"known_variance"})

    @property
    def counts_rows(self) -> bool:
        """Whether ``information`` is a number of rows; else the means were published, each with its SE."""
        return self.known_variance is None

    @cached_property
    def information(self) -> NDArray[np.float64]:
        """(J,) what each group's own data weigh: its rows, or 1 / SE^2 of its mean where that was published.

        In rows, or per squared unit of the outcome. A weight on a group's own mean rises with it.
        """
        return frozen_array(self.n if self.known_variance is None else 1.0 / self.known_variance)

    @cached_property
    def varies_within(self) -> bool:
        """Whether rows vary within groups, by an amount that counts beside the spread between groups.

        Variances whose ratio is past 1e140 are taken as one of them being 0: no further does a double reach.
        """
        return bool(varies_within(self.centered_mean, self.ss_within))

    @cached_property
    def all_equal(self) -> bool:
        """Whether all groups have the same mean and no row strays from it by an amount that counts."""
        return not self.varies_within and bool(self.centered_mean.min() == self.centered_mean.max())

    @cached_property
    def pooled_variance(self) -> float | None:
        """Pooled within-group variance SSW / (N - J), in squared units (Searle et al. 1992, ch. 3).

        None where no group has two rows or the variances were published.
        """
        if self.df_within == 0 or self.known_variance is not None:
            return None
        return float(self.ss_within.sum() / self.df_within)

    @cached_property
    def sampling_variance(self) -> NDArray[np.float64] | None:
        """(J,) variance of each group mean around its true mean: pooled variance / n, or as published.

        In squared units; None where no group has two rows.
        """
        if self.known_variance is not None:
            return self.known_variance
        return None if self.pooled_variance is None else frozen_array(self.pooled_variance / self.n)

    @cached_property
    def centered_grand_mean(self) -> float:
        """Mean of all rows, minus origin, in the outcome's units."""
        return float(weighted_mean(self.centered_mean, self.n))

    @cached_property
    def ss_between(self) -> float:
        """SSB, in squared units: sum over rows of (their group's mean - mean of all rows)^2."""
        return float(self.n @ np.square(self.centered_mean - self.centered_grand_mean))

    @cached_property
    def rounding(self) -> NDArray[np.float64]:
        """(J,) how far rounding may have put each mean from that of the rows as they were written.

        Half an eps of every number that is written as a double, and of every partial sum: those of n rows
        around their mean add up to n eps / 2 times the mean distance at most (Higham 2002, Accuracy and
        Stability of Numerical Algorithms, section 4.2), which is at most the standard deviation,
        sqrt(ss_within / n). Means and estimates that agree within the rounding of both are ties.
        """
        size = np.abs(self.origin) + np.abs(self.centered_mean) + np.sqrt(self.n * self.ss_within)
        return frozen_array(EPS * size)

    def scaled(self) -> ScaledGroups:
        """The means on a scale where powers fit a double, ``(J,)``, and taken together by size."""
        return scale_groups(self.n, self.origin, self.centered_mean, self.ss_within, self.known_variance)

    @cached_property
    def rows(self) -> Rows | None:
        """The rows in use, fetched at the first look; None where only summaries exist."""
        return None if self.read_rows is None else self.read_rows()

    def require_rows(self) -> Rows:
        """The rows in use, for a method that ``needs`` them.

        Raises:
            DataError: only summaries exist.

        """
        if self.rows is None:
            raise DataError("needs the rows themselves, and these data hold only group summaries")
        return self.rows

    def require_repeats(self) -> None:
        """Make sure that the spread within groups can be told from the spread between them.

        Raises:
            DataError: every group has one row.

        """
        if self.known_variance is None and self.df_within == 0:
            raise DataError(
                "every group has one row, so the spread between groups and the spread within them "
                "cannot be told apart"
            )

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

        Raises:
            DataError: no such column, the same column twice, an outcome that holds no numbers, no usable row.

        """
        before = already_dropped or DroppedRows()
        given = NumberFormat(decimal, thousands, tuple(missing), event=event)
        return cls._of(reduce_frame(frame, outcome=outcome, group=group, already_dropped=before, given=given))

    @classmethod
    def from_arrays(cls, outcome: ArrayLike, group: ArrayLike) -> GroupData:
        """Reduce N outcomes and N labels, both one-dimensional and of equal length.

        Outcomes may be numbers or text, labels anything that reads as text. The arrays are looked at again
        where a method needs the rows: leave them as they are while the data are in use.

        Raises:
            DataError: lengths differ, or no usable row.

        """
        return cls._of(reduce_arrays(outcome, group))

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
    def from_estimates(
        cls,
        labels: Iterable[object],
        estimate: ArrayLike,
        std_error: ArrayLike | None = None,
        *,
        variance: ArrayLike | None = None,
    ) -> GroupData:
        """Published summaries: one estimate and its known standard error for each group, ``(J,)`` each.

        ``variance`` stands for the standard errors' squares, in place of them.

        Raises:
            DataError: not exactly one of standard errors and variances, lengths differ, a label is missing or
                appears twice, a value is not finite, a standard error is not positive, or the numbers differ
                so much in size that squares do not fit a double.

        """
        return cls._published(estimate_summaries(labels, estimate, std_error, variance))

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
        )
