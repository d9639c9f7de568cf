"""Lazy frames to group summaries, where their rows live: only lines by label come back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.labels import encode_labels, label_text, recode
from estimators.data.rows import DroppedRows, Rows, no_usable_row, refuse_inexact
from estimators.data.sums import (
    GroupSums,
    Reduction,
    check_range,
    exact_where_constant,
    midrange,
)
from estimators.data.two_words import refuse_event
from estimators.errors import DataError

if TYPE_CHECKING:
    import narwhals as nw
    from numpy.typing import NDArray

    from estimators.data.texts import NumberFormat

USABLE, MISSING, INFINITE = 0, 1, 2
"""What an outcome cell is."""


def reduce_lazy(
    table: nw.LazyFrame[Any], schema: nw.Schema, outcome: str, group: str, given: NumberFormat
) -> Reduction:
    """Two aggregations where the rows live: counts and extremes by label, then sums around the origin.

    Labels become text here, from the one line per label that comes back, so that they read alike in every
    engine.
    """
    import narwhals as nw

    refuse_event(given.event)
    if not (schema[outcome].is_numeric() or schema[outcome] == nw.Boolean):
        raise DataError(f"the column {outcome!r} holds {schema[outcome]} values: turn it into numbers first")
    label = nw.col(group)
    if schema[group] in {nw.Categorical, nw.Enum}:
        label = label.cast(nw.String)
    y, largest = nw.col("y"), float(np.finfo(np.float64).max)
    nothing = y.is_null()
    if _has_untyped_columns(table):
        _refuse_text_cells(table, outcome)
    else:
        nothing = nothing | y.is_nan()
    for code in given.missing_numbers:
        nothing = nothing | (y == code)
    missing = nw.when(nothing).then(nw.lit(MISSING))
    infinite = (y > largest) | (y < -largest)
    cells = table.select(y=nw.col(outcome).cast(nw.Float64), label=label).with_columns(
        cause=missing.when(infinite).then(nw.lit(INFINITE)).otherwise(nw.lit(USABLE))
    )
    counts = _count(cells)
    if counts.used == 0:
        raise no_usable_row(counts.read, counts.dropped)
    if schema[outcome].is_integer():
        refuse_inexact(int(counts.low), int(counts.high))
    check_range(counts.low, counts.high, counts.used)
    origin = midrange(counts.low, counts.high)
    usable = cells.filter(nw.col("cause") == USABLE).select("label", "y", z=y - origin)
    sums = exact_where_constant(_lazy_sums(usable), origin)

    def read_rows() -> Rows:
        return _collect_rows(usable, sums.labels)

    return Reduction(sums, origin, counts.read, counts.dropped, read_rows)


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
    named = np.array([label_text(value) is not None for value in found["label"].to_list()], dtype=np.bool_)
    n, cause = arrow_numbers(found["n"]).astype(np.int64), arrow_numbers(found["cause"])
    used = named & (cause == USABLE)
    low, high = (np.array(found[name].to_list(), dtype=np.float64)[used] for name in ("low", "high"))
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


def _lazy_sums(usable: nw.LazyFrame[Any]) -> GroupSums:
    import narwhals as nw

    z, rest, y = nw.col("z"), nw.col("rest"), nw.col("y")
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
    texts = [label_text(value) for value in summary["label"].to_list()]
    named = sorted((text, i) for i, text in enumerate(texts) if text is not None)
    for (first, _), (second, _) in pairwise(named):
        if first == second:
            raise DataError(f"two different groups both read {first!r}: turn the column into text first")
    order = np.array([i for _, i in named], dtype=np.int64)
    labels = np.empty(len(named), dtype=object)
    labels[:] = [text for text, _ in named]
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


def arrow_numbers(column: nw.Series[Any]) -> NDArray[Any]:
    """The numbers of an Arrow column without nulls; Arrow's own to_numpy would import pandas for them."""
    return np.from_dlpack(column.to_arrow())


def _collect_rows(usable: nw.LazyFrame[Any], labels: NDArray[np.object_]) -> Rows:
    rows = usable.select("label", "y").collect(backend="pyarrow")
    codes, names = encode_labels(rows["label"].to_arrow())
    group, outcome = recode(codes, names, labels), arrow_numbers(rows["y"])
    named = codes >= 0
    return Rows(group=frozen_array(group[named], np.int64), outcome=frozen_array(outcome[named]))
