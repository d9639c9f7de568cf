"""What the values of a stored column are counted as: by kind of cell, and how many are different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.ingest.cells import Cell, cell_kind, trimmed
from dashboard.ingest.engine import parquet_source, select
from dashboard.ingest.table import stored_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from dashboard.ingest.parquet import ColumnType

EXACT_DISTINCT = 50_000
"""Columns with about this many different values or fewer are counted exactly."""
COLUMNS_AT_ONCE = 1024
"""How many columns one query looks at: each takes memory for its own reader."""


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
    """Tally every column of a stored table.

    A few hundred columns go at once, laid under one another: one set of patterns then serves them all, which
    is many times faster than an expression for each column.
    """
    tallies: list[Tally] = []
    for start in range(0, len(types), COLUMNS_AT_ONCE):
        columns = range(start, min(start + COLUMNS_AT_ONCE, len(types)))
        tallies += _tally(connection, parquet_source(parquet), {i: types[i] for i in columns})
    return tallies


def _tally(
    connection: duckdb.DuckDBPyConnection, source: str, types: Mapping[int, ColumnType]
) -> list[Tally]:
    counts = select(
        "place, kind, count(*), approx_count_distinct(value)",
        f"({_cells(source, types)})",
        "GROUP BY place, kind",
    )
    rows: dict[int, dict[Cell, int]] = {i: dict.fromkeys(Cell, 0) for i in types}
    distinct = dict.fromkeys(types, 0)
    for place, kind, count, different in connection.execute(counts).fetchall():
        rows[place][Cell(kind)] = count
        distinct[place] += different if kind != Cell.BLANK else 0
    exact = _distinct(connection, source, {i: types[i] for i in types if distinct[i] <= EXACT_DISTINCT})
    return [Tally(rows[i], exact.get(i, distinct[i]), i not in exact) for i in types]


def _distinct(
    connection: duckdb.DuckDBPyConnection, source: str, types: Mapping[int, ColumnType]
) -> dict[int, int]:
    """Exact counts of the different values of some columns."""
    if not types:
        return {}
    filled = f"WHERE kind <> {Cell.BLANK.value} GROUP BY place"
    counts = select("place, count(DISTINCT value)", f"({_cells(source, types)})", filled)
    return {**dict.fromkeys(types, 0), **dict(connection.execute(counts).fetchall())}


def _cells(source: str, types: Mapping[int, ColumnType]) -> str:
    """A query for (place of the column, value as text, kind of cell), one row for each cell."""
    values = ", ".join(f"CAST({stored_name(i)} AS VARCHAR)" for i in types)
    by_type = ", ".join(_kind_by_type(stored_name(i), kind) for i, kind in types.items())
    places = ", ".join(map(str, types))
    under_one_another = (
        f"unnest([{places}]) AS place, unnest([{values}]) AS value, unnest([{by_type}]) AS given"
    )
    texts = select(f"*, {trimmed('value')} AS bare", f"({select(under_one_another, source)})")
    kind = f"CASE WHEN given IS NULL THEN {cell_kind('bare')} ELSE given END"
    return select(f"place, value, {kind} AS kind", f"({texts})")


def _kind_by_type(column: str, kind: ColumnType) -> str:
    """SQL for the `Cell` that a typed value counts as; NULL for text, whose form decides."""
    if kind == "text":
        return "NULL"
    blank = Cell.BLANK.value
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
