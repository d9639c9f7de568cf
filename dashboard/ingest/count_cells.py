"""What the values of a stored column are counted as: by kind of cell, and how many are different."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dashboard.ingest.cells import PLAIN_SHAPES, Cell, cell_kind, is_nan, shape_of_kind, trimmed
from dashboard.ingest.engine import parquet_source, select
from dashboard.ingest.table import stored_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from dashboard.ingest.parquet import ColumnType

EXACT_DISTINCT = 50_000
"""Columns with about this many different values or fewer are counted exactly."""
FEW_AT_ONCE = 128
"""How many columns of few values one query looks at."""
COLUMNS_AT_ONCE = 1024
"""How many columns one query looks at: each takes memory for its own reader."""


@dataclass(frozen=True)
class Tally:
    """One column's rows by kind of cell, and its different values, blank ones aside."""

    cells: Mapping[Cell, int]
    distinct: int
    distinct_is_about: bool
    words: int = 0
    """Different values that are not for a missing one, where they were looked at once each."""
    shapes: Mapping[str, int] = field(default_factory=dict)
    """Rows by shape where the kind is NOTATION."""

    @cached_property
    def filled(self) -> int:
        """Rows with a value that is not a word for a missing one."""
        return sum(self.cells.values()) - self.cells[Cell.BLANK] - self.cells[Cell.MISSING]

    @cached_property
    def number_shapes(self) -> Counter[str]:
        """Rows by the shape of what may be numbers, plainly written ones among them."""
        found = Counter({shape: self.cells[kind] for kind, shape in PLAIN_SHAPES.items() if self.cells[kind]})
        found.update(self.shapes)
        return found


def in_parts(
    connection: duckdb.DuckDBPyConnection, parquet: Path, columns: int, places: Sequence[int]
) -> Iterator[tuple[Sequence[int], str]]:
    """The columns at some places of a stored table with that many, in parts, each with SQL for its rows."""
    source = parquet_source(parquet)
    for some in _batches(places, COLUMNS_AT_ONCE):
        if columns > COLUMNS_AT_ONCE:
            # each query over a file of many columns reads its long footer again
            names = ", ".join(map(stored_name, some))
            part = select(names, parquet_source(parquet))
            connection.execute(f"CREATE OR REPLACE TEMP TABLE part AS {part}")
            source = "part"
        yield some, source


def tally_columns(
    connection: duckdb.DuckDBPyConnection, source: str, types: Mapping[int, ColumnType]
) -> dict[int, Tally]:
    """Tally the columns of stored rows, at some places.

    Where a column has few different values, these are looked at once each rather than cell by cell. Several
    columns go at once, laid under one another, so that one set of patterns serves them all.
    """
    about = dict(zip(types, _about_distinct(connection, source, types), strict=True))
    few = [i for i in types if about[i] <= EXACT_DISTINCT]
    many = [i for i in types if about[i] > EXACT_DISTINCT]
    found: dict[int, Tally] = {}
    for columns in _batches(few, FEW_AT_ONCE):
        found |= tally_values(connection, _values(source, {i: types[i] for i in columns}), columns)
    for columns in _batches(many, COLUMNS_AT_ONCE):
        cells: dict[int, dict[Cell, int]] = {i: dict.fromkeys(Cell, 0) for i in columns}
        shapes: dict[int, Counter[str]] = {i: Counter() for i in columns}
        counts = _of_values(_cells(source, {i: types[i] for i in columns}))
        for place, kind, shape, rows, _ in connection.execute(counts).fetchall():
            cells[place][Cell(kind)] += int(rows)
            shapes[place].update({} if shape is None else {shape: int(rows)})
        found |= {i: Tally(cells[i], about[i], True, 0, shapes[i]) for i in columns}
    return found


def tally_values(
    connection: duckdb.DuckDBPyConnection, values: str, places: Sequence[int]
) -> dict[int, Tally]:
    """Tally the columns at some places; ``values`` is a query for (place, value, given, n).

    It has a row for each different value of a column: the value as text, the `Cell` that it counts as by its
    type, NULL for text, and in how many rows it stands.
    """
    cells: dict[int, dict[Cell, int]] = {i: dict.fromkeys(Cell, 0) for i in places}
    shapes: dict[int, Counter[str]] = {i: Counter() for i in places}
    exact, words = dict.fromkeys(places, 0), dict.fromkeys(places, 0)
    counts = _of_values(values, ", count(DISTINCT lower(bare))")
    for place, kind, shape, rows, different, spelled in connection.execute(counts).fetchall():
        cells[place][Cell(kind)] += int(rows)
        shapes[place].update({} if shape is None else {shape: int(rows)})
        exact[place] += different if kind != Cell.BLANK else 0
        words[place] += spelled if kind not in (Cell.BLANK, Cell.MISSING) else 0
    return {i: Tally(cells[i], exact[i], False, words[i], shapes[i]) for i in places}


def _about_distinct(
    connection: duckdb.DuckDBPyConnection, source: str, columns: Iterable[int]
) -> tuple[int, ...]:
    """Estimates of how many different values each column has."""
    counts = ", ".join(f"approx_count_distinct({stored_name(i)})" for i in columns)
    found: tuple[int, ...] = connection.execute(select(counts, source)).fetchall()[0]
    return found


def _batches(places: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (places[start : start + size] for start in range(0, len(places), size))


def _of_values(values: str, more: str = "") -> str:
    """A query for (place, kind, shape, rows, values of them, more) over one for (place, value, given, n)."""
    bare = select(f"*, {trimmed('value')} AS bare", f"({values})")
    kind = f"CASE WHEN given IS NULL THEN {cell_kind('bare')} ELSE given END"
    kinds = select(f"place, n, bare, {kind} AS kind", f"({bare})")
    shaped = select(f"place, n, bare, kind, {shape_of_kind('bare', 'kind')} AS shape", f"({kinds})")
    return select(f"place, kind, shape, sum(n), count(*){more}", f"({shaped})", "GROUP BY place, kind, shape")


def _values(source: str, types: Mapping[int, ColumnType]) -> str:
    """The different values of some columns: (place of the column, value as text, its kind by type, rows)."""
    return " UNION ALL ".join(
        select(
            f"{i} AS place, CAST({stored_name(i)} AS VARCHAR) AS value, "
            f"{kind_by_type(stored_name(i), kind)} AS given, count(*) AS n",
            source,
            "GROUP BY ALL",
        )
        for i, kind in types.items()
    )


def _cells(source: str, types: Mapping[int, ColumnType]) -> str:
    """Every cell of some columns: (place of the column, value as text, its kind by type, 1)."""
    values = ", ".join(f"CAST({stored_name(i)} AS VARCHAR)" for i in types)
    by_type = ", ".join(kind_by_type(stored_name(i), kind) for i, kind in types.items())
    places = ", ".join(map(str, types))
    return select(
        f"unnest([{places}]) AS place, unnest([{values}]) AS value, unnest([{by_type}]) AS given, 1 AS n",
        source,
    )


def kind_by_type(column: str, kind: ColumnType) -> str:
    """SQL for the `Cell` that a typed value counts as; NULL for text, whose form decides."""
    if kind == "text":
        return "NULL"
    blank = Cell.BLANK.value
    whole_or_not = f"WHEN {column} = trunc({column}) THEN {Cell.WHOLE.value} ELSE {Cell.POINT.value} END"
    if kind == "float":
        return (
            f"CASE WHEN {column} IS NULL OR {is_nan(column)} THEN {blank} "
            f"WHEN isinf({column}) THEN {Cell.INFINITE.value} {whole_or_not}"
        )
    if kind == "decimal":
        return f"CASE WHEN {column} IS NULL THEN {blank} {whole_or_not}"
    other = {"integer": Cell.WHOLE, "boolean": Cell.WHOLE, "date": Cell.DATE}.get(kind, Cell.OTHER)
    return f"CASE WHEN {column} IS NULL THEN {blank} ELSE {other.value} END"
