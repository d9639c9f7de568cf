"""Lazy frames to group summaries, where their rows live: only lines by label come back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.labels import encode_labels, recode, text_order
from estimators.data.rows import DroppedRows, Rows, no_usable_row, refuse_inexact
from estimators.data.sums import (
    EPS,
    GroupSums,
    Reduction,
    check_range,
    exact_where_constant,
    midrange,
)
from estimators.data.two_words import refuse_event
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import narwhals as nw
    from numpy.typing import NDArray

    from estimators.data.texts import NumberFormat

USABLE, MISSING, INFINITE = 0, 1, 2
"""What an outcome cell is."""
FIRST_ROWS = 1000
CLOSE = 1e-12
"""Sums of squares whose rounding error is at most so large, relatively, are taken as they are."""


def reduce_lazy(
    table: nw.LazyFrame[Any], schema: nw.Schema, outcome: str, group: str, given: NumberFormat
) -> Reduction:
    """One aggregation where the rows live, and more where the data need them.

    The first has counts, extremes, sums and sums of squares by label around a place that the first rows
    give. Infinite cells and codes for missing ones are then counted by a second. Where squares lose too many
    digits, as the first rows are far from the others, a further one sums around the origin, and where groups
    lie far apart for what they spread, two more around each group's mean. Labels become text here, from the
    one line per label that comes back, so that they read alike in every engine.
    """
    import narwhals as nw

    refuse_event(given.event)
    if not (schema[outcome].is_numeric() or schema[outcome] == nw.Boolean):
        raise DataError(f"the column {outcome!r} holds {schema[outcome]} values: turn it into numbers first")
    label = nw.col(group)
    if schema[group] in {nw.Categorical, nw.Enum}:
        label = label.cast(nw.String)
    untyped = _has_untyped_columns(table)
    if untyped:
        _refuse_text_cells(table, outcome)
    cells = table.select(y=nw.col(outcome).cast(nw.Float64), label=label)
    lines = None if given.missing_numbers else _lines(cells, _place_of_first_rows(cells))
    if lines is not None and lines.all_finite:
        counts, usable = lines.counts, cells.filter(~nw.col("y").is_null())
    else:
        lines = None
        cells = _with_causes(cells, given.missing_numbers, has_nan=not untyped)
        counts, usable = _count(cells), cells.filter(nw.col("cause") == USABLE)
    if counts.used == 0:
        raise no_usable_row(counts.read, counts.dropped)
    if schema[outcome].is_integer():
        refuse_inexact(int(counts.low), int(counts.high))
    check_range(counts.low, counts.high, counts.used)
    origin = midrange(counts.low, counts.high)
    if lines is None or not lines.accurate:
        lines = _lines(usable, origin)
    sums = lines.sums(origin) if lines.accurate else _sums_around_means(usable, origin)
    sums = exact_where_constant(sums, origin)

    def read_rows() -> Rows:
        return _collect_rows(usable, sums.labels)

    return Reduction(sums, origin, counts.read, counts.dropped, read_rows)


def _place_of_first_rows(cells: nw.LazyFrame[Any]) -> float:
    """Half way between the extremes of some rows; 0 where these are not numbers."""
    import narwhals as nw

    y = nw.col("y")
    found = cells.head(FIRST_ROWS).select(low=y.min(), high=y.max()).collect(backend="pyarrow")
    low, high = (float(_floats(found[name])[0]) for name in ("low", "high"))
    return midrange(low, high) if np.isfinite(low) and np.isfinite(high) else 0.0


def _with_causes(
    cells: nw.LazyFrame[Any], missing_numbers: Iterable[float], *, has_nan: bool
) -> nw.LazyFrame[Any]:
    """The cells with what each of them is."""
    import narwhals as nw

    y, largest = nw.col("y"), float(np.finfo(np.float64).max)
    if has_nan:
        # DuckDB takes is_nan for false where the extremes that Parquet notes are numbers, and NaN for largest
        infinite = (y == float("inf")) | (y == float("-inf"))
        nothing = y.is_null() | ((y - y != 0) & ~infinite)
    else:
        infinite = (y > largest) | (y < -largest)
        nothing = y.is_null()
    for code in missing_numbers:
        nothing = nothing | (y == code)
    missing = nw.when(nothing).then(nw.lit(MISSING))
    return cells.with_columns(cause=missing.when(infinite).then(nw.lit(INFINITE)).otherwise(nw.lit(USABLE)))


def _has_untyped_columns(table: nw.LazyFrame[Any]) -> bool:
    """Whether the engine is SQLite, which has no NaN, and whose columns hold cells of any type."""
    return table.implementation.is_ibis() and str(table.to_native().get_backend().name) == "sqlite"


def _refuse_text_cells(table: nw.LazyFrame[Any], outcome: str) -> None:
    """Raise DataError where SQLite would take text in a column of numbers for 0."""
    native = table.to_native()
    texts = native.filter(native[outcome].typeof().isin(["text", "blob"]))
    found = int(texts.count().to_pyarrow().as_py())
    if found:
        raise DataError(
            f"the column {outcome!r} holds text in {found} of its rows: select those whose typeof is a number"
        )


@dataclass(frozen=True)
class _Counts:
    """Rows by what becomes of them, and the extremes of those in use."""

    read: int
    used: int
    dropped: DroppedRows
    low: float
    high: float


def _count(cells: nw.LazyFrame[Any]) -> _Counts:
    import narwhals as nw

    y = nw.col("y")
    found = (
        cells.group_by("label", "cause").agg(n=nw.len(), low=y.min(), high=y.max()).collect(backend="pyarrow")
    )
    named = encode_labels(found["label"].to_arrow())[0] >= 0
    n, cause = arrow_numbers(found["n"]).astype(np.int64), arrow_numbers(found["cause"])
    used = named & (cause == USABLE)
    low, high = (_floats(found[name])[used] for name in ("low", "high"))
    return _Counts(
        read=int(n.sum()),
        used=int(n[used].sum()),
        dropped=DroppedRows(
            missing_group=int(n[~named].sum()),
            missing_outcome=int(n[named & (cause == MISSING)].sum()),
            not_finite=int(n[named & (cause == INFINITE)].sum()),
        ),
        low=float(low.min(initial=np.inf)),
        high=float(high.max(initial=-np.inf)),
    )


@dataclass(frozen=True, eq=False)
class _Lines:
    """What one aggregation gives of each label: (L,) each, missing labels at the end."""

    labels: NDArray[np.object_]
    """(J,) sorted, the first of the L."""
    rows: NDArray[np.int64]
    n: NDArray[np.int64]
    """Outcomes that are there."""
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    around: float
    total: NDArray[np.float64]
    """Sums of the outcomes minus ``around``."""
    squares: NDArray[np.float64]

    @property
    def all_finite(self) -> bool:
        """Whether no outcome of a label is NaN or infinite, nor its square."""
        used = self.used
        return bool(np.isfinite(self.total[used]).all() and np.isfinite(self.squares[used]).all())

    @cached_property
    def used(self) -> NDArray[np.int64]:
        """Places of the labels with an outcome."""
        return np.flatnonzero(self.n[: len(self.labels)])

    @property
    def counts(self) -> _Counts:
        """Of lines that are all finite."""
        named, used = len(self.labels), self.used
        n, rows = int(self.n[:named].sum()), int(self.rows[:named].sum())
        read = int(self.rows.sum())
        return _Counts(
            read=read,
            used=n,
            dropped=DroppedRows(missing_group=read - rows, missing_outcome=rows - n),
            low=float(self.low[used].min(initial=np.inf)),
            high=float(self.high[used].max(initial=-np.inf)),
        )

    @cached_property
    def _ss_within(self) -> NDArray[np.float64]:
        used = self.used
        return np.asarray(self.squares[used] - np.square(self.total[used]) / self.n[used])

    @property
    def accurate(self) -> bool:
        """Whether rounding leaves the sums of squares within means right to 1e-12.

        Of n squares it adds up to n eps / 2 of their sum at most (Higham 2002, section 4.2), and taking off
        those of the mean makes that worse by the ratio of the two sums; a ratio up to 4 is taken anyway,
        as it loses one digit of two bits.
        """
        used, within = self.used, self._ss_within
        with np.errstate(all="ignore"):
            loss = np.where(within > 0, self.squares[used] / within, np.inf)
            close = (loss <= 4.0) | (loss * self.n[used] * (EPS / 2) <= CLOSE)
        return bool((close | (self.low[used] == self.high[used])).all())

    def sums(self, origin: float) -> GroupSums:
        """The sums by group around an origin."""
        used = self.used
        return GroupSums(
            labels=self.labels[used],
            n=self.n[used],
            centered_mean=self.total[used] / self.n[used] - (origin - self.around),
            ss_within=np.maximum(self._ss_within, 0.0),
            low=self.low[used],
            high=self.high[used],
        )


def _lines(cells: nw.LazyFrame[Any], around: float) -> _Lines:
    import narwhals as nw

    y, z = nw.col("y"), nw.col("z")
    found = (
        cells.with_columns(z=y - around if around else y)
        .with_columns(square=z * z)
        .group_by("label")
        .agg(
            rows=nw.len(),
            n=y.count(),
            low=y.min(),
            high=y.max(),
            total=z.sum(),
            squares=nw.col("square").sum(),
        )
        .collect(backend="pyarrow")
    )
    labels, order = _in_order(found["label"])
    rows, n = (arrow_numbers(found[name])[order].astype(np.int64) for name in ("rows", "n"))
    low, high, total, squares = (_floats(found[name])[order] for name in ("low", "high", "total", "squares"))
    return _Lines(labels, rows, n, low, high, around, total, squares)


def _in_order(column: nw.Series[Any]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """The labels of lines as text, sorted, and the places of their lines, those without a label at the end.

    Raises:
        DataError: two lines read alike.

    """
    codes, names = encode_labels(column.to_arrow())
    lines = np.flatnonzero(codes >= 0)
    place = np.empty(len(names), dtype=np.intp)
    place[codes[lines]] = lines
    if len(lines) > len(names):
        twice = names[int(np.flatnonzero(np.bincount(codes[lines]) > 1)[0])]
        raise DataError(f"two different groups both read {twice!r}: turn the column into text first")
    order = text_order(names)
    labels = np.empty(len(names), dtype=object)
    labels[:] = names
    return labels[order], np.concatenate([place[order], np.flatnonzero(codes < 0)])


def _sums_around_means(usable: nw.LazyFrame[Any], origin: float) -> GroupSums:
    """Sums around each group's rough mean, which a join brings to its rows."""
    import narwhals as nw

    z, rest, y = nw.col("z"), nw.col("rest"), nw.col("y")
    usable = usable.select("label", "y", z=y - origin)
    rough = usable.group_by("label").agg(rough=z.mean())
    around = usable.join(rough, on="label", how="inner").with_columns(rest=z - nw.col("rough"))
    summary = (
        around.with_columns(square=rest * rest)
        .group_by("label")
        .agg(
            n=nw.len(),
            rough=nw.col("rough").max(),
            shift=rest.mean(),
            square=nw.col("square").sum(),
            low=y.min(),
            high=y.max(),
        )
        .collect(backend="pyarrow")
    )
    labels, order = _in_order(summary["label"])
    order = order[: len(labels)]
    column = {name: arrow_numbers(summary[name])[order] for name in summary.columns if name != "label"}
    n, shift = column["n"].astype(np.int64), column["shift"]
    return GroupSums(
        labels=labels,
        n=n,
        centered_mean=column["rough"] + shift,
        ss_within=np.maximum(column["square"] - n * np.square(shift), 0.0),
        low=column["low"],
        high=column["high"],
    )


def _floats(column: nw.Series[Any]) -> NDArray[np.float64]:
    """Doubles of an Arrow column, NaN for a null."""
    return np.asarray(arrow_numbers(column.fill_null(np.nan)), dtype=np.float64)


def arrow_numbers(column: nw.Series[Any]) -> NDArray[Any]:
    """The numbers of an Arrow column without nulls; Arrow's own to_numpy would import pandas for them."""
    return np.from_dlpack(column.to_arrow())


def _collect_rows(usable: nw.LazyFrame[Any], labels: NDArray[np.object_]) -> Rows:
    rows = usable.select("label", "y").collect(backend="pyarrow")
    codes, names = encode_labels(rows["label"].to_arrow())
    group, outcome = recode(codes, names, labels), arrow_numbers(rows["y"])
    named = codes >= 0
    return Rows(group=frozen_array(group[named], np.int64), outcome=frozen_array(outcome[named]))
