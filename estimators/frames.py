"""Frames of any library to group summaries: eager ones in memory, lazy ones where they live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.errors import DataError
from estimators.groups import DroppedRows, GroupData, Rows
from estimators.reduction import GroupSums, as_group_data, midrange, no_usable_row, reduce_arrays

if TYPE_CHECKING:
    import narwhals as nw
    from numpy.typing import NDArray


def reduce_frame(frame: Any, *, outcome: str, group: str, already_dropped: DroppedRows) -> GroupData:  # noqa: ANN401
    """See :meth:`GroupData.from_frame`."""
    import narwhals as nw

    table = nw.from_native(frame)
    schema = table.collect_schema()
    for role, name in (("outcome", outcome), ("group", group)):
        if name not in schema:
            raise DataError(
                f"there is no column {name!r} for the {role}; the columns are {', '.join(map(repr, schema))}"
            )
    if outcome == group:
        raise DataError(f"outcome and group are both {outcome!r}: choose two different columns")
    if isinstance(table, nw.LazyFrame):
        data = _reduce_lazy(table, schema, outcome, group)
    else:
        data = reduce_arrays(_eager_outcome(table[outcome]), _eager_labels(table[group]))
    if already_dropped.total == 0:
        return data
    from dataclasses import replace

    return replace(
        data, rows_read=data.rows_read + already_dropped.total, dropped=data.dropped + already_dropped
    )


def _eager_outcome(column: nw.Series[Any]) -> NDArray[Any]:
    if column.dtype.is_numeric() or column.dtype == _dtypes().Boolean:
        return np.asarray(column.cast(_dtypes().Float64).to_numpy(), dtype=np.float64)
    return np.asarray(column.to_numpy(), dtype=object)


def _eager_labels(column: nw.Series[Any]) -> Any:  # noqa: ANN401 - an array of the frame's own library
    if column.dtype.is_integer() and not column.is_null().any():
        return column.to_numpy()
    native = column.to_native()
    return native if column.implementation.is_pandas_like() else column.to_arrow()


def _dtypes() -> Any:  # noqa: ANN401 - the narwhals module
    import narwhals as nw

    return nw


def _reduce_lazy(table: nw.LazyFrame[Any], schema: Any, outcome: str, group: str) -> GroupData:  # noqa: ANN401
    """Two aggregations: over all rows for counts and extremes, then by group around the origin."""
    import narwhals as nw

    if not (schema[outcome].is_numeric() or schema[outcome] == nw.Boolean):
        raise DataError(f"the column {outcome!r} holds {schema[outcome]} values: turn it into numbers first")
    y, label = nw.col("y"), nw.col("label")
    cells = table.select(y=nw.col(outcome).cast(nw.Float64), label=nw.col(group).cast(nw.String))
    has_label = ~label.is_null() & (label.str.strip_chars() != "")
    cells = cells.with_columns(
        cause=nw.when(label.is_null() | ~has_label)
        .then(nw.lit(1))
        .when(y.is_null() | y.is_nan())
        .then(nw.lit(2))
        .when(~y.is_finite())
        .then(nw.lit(3))
        .otherwise(nw.lit(0))
    )
    counts = cells.group_by("cause").agg(rows=nw.len(), low=y.min(), high=y.max()).collect(backend="pyarrow")
    by_cause = {int(row["cause"]): row for row in counts.rows(named=True)}
    dropped = DroppedRows(
        missing_group=int(by_cause[1]["rows"]) if 1 in by_cause else 0,
        missing_outcome=int(by_cause[2]["rows"]) if 2 in by_cause else 0,
        not_finite=int(by_cause[3]["rows"]) if 3 in by_cause else 0,
    )
    read = sum(int(row["rows"]) for row in by_cause.values())
    if 0 not in by_cause:
        raise no_usable_row(read, dropped)
    origin = midrange(float(by_cause[0]["low"]), float(by_cause[0]["high"]))
    usable = cells.filter(nw.col("cause") == 0).select("label", "y", z=y - origin)
    data = as_group_data(_lazy_sums(usable), origin=origin, rows_read=read, dropped=dropped)

    def read_rows() -> Rows:
        return _collect_rows(usable, data.labels)

    return data.with_rows(read_rows)


def _lazy_sums(usable: nw.LazyFrame[Any]) -> GroupSums:
    import narwhals as nw

    rough = usable.group_by("label").agg(rough=nw.col("z").mean())
    rest = usable.join(rough, on="label", how="inner").with_columns(rest=nw.col("z") - nw.col("rough"))
    summary = (
        rest.with_columns(square=nw.col("rest") * nw.col("rest"))
        .group_by("label")
        .agg(
            n=nw.len(),
            rough=nw.col("rough").max(),
            shift=nw.col("rest").mean(),
            square=nw.col("square").sum(),
            low=nw.col("y").min(),
            high=nw.col("y").max(),
        )
        .collect(backend="pyarrow")
    )
    column = {name: _numbers(summary[name]) for name in summary.columns if name != "label"}
    labels = np.empty(len(summary), dtype=object)
    labels[:] = summary["label"].to_list()
    order = np.argsort(labels)
    n, shift = column["n"].astype(np.int64), column["shift"].astype(np.float64)
    return GroupSums(
        labels=labels[order],
        n=n[order],
        centered_mean=(column["rough"] + shift)[order],
        ss_within=np.maximum(column["square"] - n * np.square(shift), 0.0)[order],
        low=column["low"].astype(np.float64)[order],
        high=column["high"].astype(np.float64)[order],
    )


def _numbers(column: nw.Series[Any]) -> NDArray[Any]:
    """The numbers of an Arrow column without nulls; Arrow's own to_numpy would import pandas for them."""
    return np.from_dlpack(column.to_arrow())


def _collect_rows(usable: nw.LazyFrame[Any], labels: NDArray[np.object_]) -> Rows:
    from estimators.labels import encode_labels

    rows = usable.select("label", "y").collect(backend="pyarrow")
    codes, names = encode_labels(rows["label"].to_arrow())
    assert names == list(labels)  # noqa: S101 - the same query gave both
    outcome = np.array(rows["y"].to_numpy(), dtype=np.float64)
    codes.setflags(write=False)
    outcome.setflags(write=False)
    return Rows(group=codes, outcome=outcome)
