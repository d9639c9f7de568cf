"""What the values of a stored column are counted as: by kind of cell, and how many are different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.ingest.cells import Cell, cell_kind, is_blank, trimmed
from dashboard.ingest.engine import one_row, parquet_source, select
from dashboard.ingest.table import stored_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from dashboard.ingest.parquet import ColumnType

EXACT_DISTINCT = 50_000
"""Columns with about this many different values or fewer are counted exactly."""
_COLUMNS_AT_ONCE = 64


@dataclass(frozen=True)
class Tally:
    """One column's rows by kind of cell, and its different values, blank ones aside."""

    cells: Mapping[Cell, int]
    distinct: int
    distinct_is_about: bool

    @property
    def filled(self) -> int:
        """Rows with a value that is not a word for a missing one."""
        return sum(self.cells.values()) - self.cells[Cell.BLANK] - self.cells[Cell.MISSING]


def tally_columns(
    connection: duckdb.DuckDBPyConnection, parquet: Path, types: Sequence[ColumnType]
) -> list[Tally]:
    """Tally every column of a stored table, a few dozen columns in one pass."""
    tallies: list[Tally] = []
    for start in range(0, len(types), _COLUMNS_AT_ONCE):
        columns = range(start, min(start + _COLUMNS_AT_ONCE, len(types)))
        tallies += _tally(connection, parquet_source(parquet), {i: types[i] for i in columns})
    return tallies


def _tally(
    connection: duckdb.DuckDBPyConnection, source: str, types: Mapping[int, ColumnType]
) -> list[Tally]:
    texts, kinds, counts = [], [], []
    for i, kind in types.items():
        texts.append(_text_of(i, kind))
        kinds.append(f"{stored_name(i)}, {_kind_of(i, kind)} AS k{i}")
        counts += [f"count(*) FILTER (k{i} = {cell.value})" for cell in Cell]
        counts.append(f"approx_count_distinct({stored_name(i)}) FILTER (k{i} <> {Cell.BLANK.value})")
    cells = select(", ".join(kinds), f"({select(', '.join(texts), source)})")
    row = one_row(connection, select(", ".join(counts), f"({cells})"))
    width = len(Cell) + 1
    found = {i: row[at * width : (at + 1) * width] for at, i in enumerate(types)}
    few = {i: types[i] for i, values in found.items() if values[-1] <= EXACT_DISTINCT}
    exact = _distinct(connection, source, few)
    return [
        Tally(dict(zip(Cell, values[:-1], strict=True)), exact.get(i, values[-1]), i not in exact)
        for i, values in found.items()
    ]


def _distinct(
    connection: duckdb.DuckDBPyConnection, source: str, types: Mapping[int, ColumnType]
) -> dict[int, int]:
    """Exact counts of the different values of some columns."""
    if not types:
        return {}
    texts = ", ".join(_text_of(i, kind) for i, kind in types.items())
    counts = ", ".join(
        f"count(DISTINCT {stored_name(i)}) FILTER ({_is_filled(i, kind)})" for i, kind in types.items()
    )
    row = one_row(connection, select(counts, f"({select(texts, source)})"))
    return dict(zip(types, row, strict=True))


def _text_of(index: int, kind: ColumnType) -> str:
    """SQL for a column, and for one of text also `t0`, `t1`, ...: its cells without white space around."""
    column = stored_name(index)
    return f"{column}, {trimmed(column)} AS t{index}" if kind == "text" else column


def _is_filled(index: int, kind: ColumnType) -> str:
    """SQL for whether a cell holds a value."""
    if kind == "text":
        return f"NOT {is_blank(f't{index}')}"
    return f"NOT isnan({stored_name(index)})" if kind == "float" else "true"


def _kind_of(index: int, kind: ColumnType) -> str:
    """SQL for the `Cell` that a value counts as, for text by its form and for typed values by their type."""
    if kind == "text":
        return cell_kind(f"t{index}")
    column, blank = stored_name(index), Cell.BLANK.value
    whole_or_not = f"WHEN {column} = trunc({column}) THEN {Cell.WHOLE.value} ELSE {Cell.DECIMAL.value} END"
    if kind == "float":
        return (
            f"CASE WHEN {column} IS NULL OR isnan({column}) THEN {blank} "
            f"WHEN isinf({column}) THEN {Cell.INFINITE.value} {whole_or_not}"
        )
    if kind == "decimal":
        return f"CASE WHEN {column} IS NULL THEN {blank} {whole_or_not}"
    other = {"integer": Cell.WHOLE, "boolean": Cell.WHOLE, "date": Cell.DATE}.get(kind, Cell.OTHER)
    return f"CASE WHEN {column} IS NULL THEN {blank} ELSE {other.value} END"
