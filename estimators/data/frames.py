"""Frames of any library to group summaries: eager ones in memory, lazy ones where they live."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.data.lazy_frames import arrow_numbers, reduce_lazy
from estimators.data.row_columns import RowColumns, reduce_columns
from estimators.data.rows import DroppedRows, refuse_inexact
from estimators.data.sums import Reduction
from estimators.data.texts import FOUND, NumberFormat
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import narwhals as nw
    from numpy.typing import NDArray


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
    curves: tuple[tuple[str, str], ...] = ()
    """Those that are more than a straight line, with the shape of each: a key of `curves.SHAPES`."""

    def __bool__(self) -> bool:
        named = self.adjust or self.explained_by or self.categorical or self.curves
        return bool(named) or self.weights is not None

    @property
    def by_role(self) -> list[tuple[str, str]]:
        """Each with what it is for; a categorical one that is neither alone is found out later."""
        weights = [] if self.weights is None else [("weight", self.weights)]
        return [("covariate", name) for name in (*self.adjust, *self.explained_by)] + weights

    @property
    def names(self) -> list[str]:
        """The columns, each once: what is adjusted for, what explains, the weights."""
        return list(dict.fromkeys(name for _, name in self.by_role))

    def of(self, table: nw.DataFrame[Any]) -> RowColumns:
        """The columns of an eager table."""
        adjust, explained = (
            {name: _covariate(table[name]) for name in names} for names in (self.adjust, self.explained_by)
        )
        weights = None if self.weights is None else _covariate(table[self.weights])
        return RowColumns(
            adjust, explained, self._categorical(table), dict(self.curves), weights, self.weight_kind
        )

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
        reduced = reduce_lazy(table, schema, outcome, group, given)
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
    if column.implementation.is_pandas_like() and not _is_arrow_text(native.dtype):
        return native
    return column.to_arrow()


def _is_arrow_text(dtype: Any) -> bool:
    """Whether pandas holds a column of text as Arrow does."""
    texts = {"string[pyarrow]", "large_string[pyarrow]"}
    return getattr(dtype, "storage", "") == "pyarrow" or str(dtype) in texts


def _eager_numbers(column: nw.Series[Any]) -> NDArray[Any]:
    """The numbers of a column of any eager library, NaN for a null, which only doubles may hold."""
    if not column.implementation.is_pyarrow():
        return np.asarray(column.to_numpy())
    return arrow_numbers(column.fill_null(np.nan) if column.is_null().any() else column)
