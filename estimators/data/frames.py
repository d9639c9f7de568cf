"""Frames of any library to group summaries: eager ones in memory, lazy ones where they live."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.labels import encode_labels, label_text, recode
from estimators.data.row_columns import RowColumns, reduce_columns
from estimators.data.rows import DroppedRows, Rows, no_usable_row, refuse_inexact
from estimators.data.sums import (
    GroupSums,
    Reduction,
    check_range,
    exact_where_constant,
    midrange,
)
from estimators.data.texts import FOUND, NumberFormat
from estimators.data.two_words import refuse_event
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import narwhals as nw
    from numpy.typing import NDArray

USABLE, MISSING, INFINITE = 0, 1, 2
"""What an outcome cell is."""


@dataclass(frozen=True)
class ModelColumns:
    """Names of the columns that a model has beside an outcome and a group."""

    adjust: Sequence[str] = ()
    """What is adjusted for."""
    explained_by: Sequence[str] = ()
    """What explains the groups."""
    categorical: Sequence[str] = ()
    """Those of them whose numbers are codes."""
    weights: str | None = None
    weight_kind: str = "precision"

    def __bool__(self) -> bool:
        return bool(self.adjust or self.explained_by or self.categorical) or self.weights is not None

    @property
    def by_role(self) -> list[tuple[str, str]]:
        """Each with what it is for; a categorical one that is neither alone is found out later."""
        weights = [] if self.weights is None else [("weight", self.weights)]
        return [("covariate", name) for name in (*self.adjust, *self.explained_by)] + weights

    def of(self, table: nw.DataFrame[Any]) -> RowColumns:
        """The columns of an eager table."""
        adjust, explained = (
            {name: _covariate(table[name]) for name in names} for names in (self.adjust, self.explained_by)
        )
        weights = None if self.weights is None else _covariate(table[self.weights])
        return RowColumns(adjust, explained, self._categorical(table), weights, self.weight_kind)

    def _categorical(self, table: nw.DataFrame[Any]) -> list[str]:
        """Those that are named so, and those that the table itself has as such."""
        import narwhals as nw

        kinds = {nw.Categorical, nw.Enum}
        named = [name for name in (*self.adjust, *self.explained_by) if table.schema[name] in kinds]
        return list(dict.fromkeys([*self.categorical, *named]))


NOTHING_BESIDE = ModelColumns()


def reduce_frame(
    frame: Any,
    *,
    outcome: str,
    group: str,
    already_dropped: DroppedRows,
    given: NumberFormat = FOUND,
    beside: ModelColumns = NOTHING_BESIDE,
) -> Reduction:
    """See :meth:`GroupData.from_frame`."""
    import narwhals as nw

    table = nw.from_native(frame)
    schema = table.collect_schema()
    roles = [("outcome", outcome), ("group", group), *beside.by_role]
    for role, name in roles:
        if name not in schema:
            raise DataError(
                f"there is no column {name!r} for the {role}; the columns are {', '.join(map(repr, schema))}"
            )
    if outcome == group:
        raise DataError(f"outcome and group are both {outcome!r}: choose two different columns")
    for role, name in beside.by_role:
        if name in (outcome, group):
            raise DataError(
                f"{name!r} is the {'outcome' if name == outcome else 'group'} and a {role}: choose one"
            )
    if isinstance(table, nw.LazyFrame) and not beside:
        reduced = _reduce_lazy(table, schema, outcome, group, given)
    else:
        if isinstance(table, nw.LazyFrame):
            names = list(dict.fromkeys(name for _, name in roles))
            table = table.select(names).collect(backend="pyarrow")
        y, g = _eager_outcome(table[outcome]), _eager_labels(table[group])
        reduced = reduce_columns(y, g, beside.of(table), given)
    return replace(
        reduced,
        rows_read=reduced.rows_read + already_dropped.total,
        dropped=reduced.dropped + already_dropped,
    )


def _covariate(column: nw.Series[Any]) -> Any:
    """Numbers as doubles, NaN for a null, and anything else as labels."""
    import narwhals as nw

    if column.dtype.is_numeric():
        return np.asarray(_eager_numbers(column.cast(nw.Float64)), dtype=np.float64)
    return _eager_labels(column)


def _eager_outcome(column: nw.Series[Any]) -> NDArray[Any]:
    import narwhals as nw

    if column.dtype.is_integer() and not column.is_null().any():
        return _eager_numbers(column)
    if column.dtype.is_integer():
        refuse_inexact(int(column.min() or 0), int(column.max() or 0))
    if column.dtype.is_numeric() or column.dtype == nw.Boolean:
        return np.asarray(_eager_numbers(column.cast(nw.Float64)), dtype=np.float64)
    return np.asarray(column.to_numpy(), dtype=object)


def _eager_labels(column: nw.Series[Any]) -> Any:
    if column.dtype.is_integer() and not column.is_null().any():
        return _eager_numbers(column)
    native = column.to_native()
    return native if column.implementation.is_pandas_like() else column.to_arrow()


def _eager_numbers(column: nw.Series[Any]) -> NDArray[Any]:
    """The numbers of a column of any eager library, NaN for a null, which only doubles may hold."""
    if not column.implementation.is_pyarrow():
        return np.asarray(column.to_numpy())
    return _numbers(column.fill_null(np.nan) if column.is_null().any() else column)


def _reduce_lazy(
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
    y = nw.col("y")
    nothing = y.is_null() | y.is_nan()
    for code in given.missing_numbers:
        nothing = nothing | (y == code)
    missing = nw.when(nothing).then(nw.lit(MISSING))
    cells = table.select(y=nw.col(outcome).cast(nw.Float64), label=label).with_columns(
        cause=missing.when(~y.is_finite()).then(nw.lit(INFINITE)).otherwise(nw.lit(USABLE))
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
    n, cause = _numbers(found["n"]).astype(np.int64), _numbers(found["cause"])
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
    column = {name: _numbers(summary[name])[order] for name in summary.columns if name != "label"}
    n, shift = column["n"].astype(np.int64), column["shift"]
    return GroupSums(
        labels=labels,
        n=n,
        centered_mean=column["rough"] + shift,
        ss_within=np.maximum(column["square"] - n * np.square(shift), 0.0),
        low=column["low"],
        high=column["high"],
    )


def _numbers(column: nw.Series[Any]) -> NDArray[Any]:
    """The numbers of an Arrow column without nulls; Arrow's own to_numpy would import pandas for them."""
    return np.from_dlpack(column.to_arrow())


def _collect_rows(usable: nw.LazyFrame[Any], labels: NDArray[np.object_]) -> Rows:
    rows = usable.select("label", "y").collect(backend="pyarrow")
    codes, names = encode_labels(rows["label"].to_arrow())
    group, outcome = recode(codes, names, labels), _numbers(rows["y"])
    named = codes >= 0
    return Rows(group=frozen_array(group[named], np.int64), outcome=frozen_array(outcome[named]))
