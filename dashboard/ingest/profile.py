"""One look over a stored table: what each column holds and which roles it can take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from dashboard.ingest.cells import Cell, cell_kind, decimal_mark, is_blank, numbers_among, trimmed
from dashboard.ingest.engine import literal, stored_name
from dashboard.ingest.roles import why_not_group, why_not_outcome
from dashboard.ingest.table import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

    from dashboard.ingest.parquet import ColumnType

EXACT_DISTINCT = 50_000
"""Columns with about this many different values or fewer are counted exactly."""
_COLUMNS_AT_ONCE = 64
_EXAMPLES, _EXAMPLE_CHARACTERS, _EXAMPLE_ROWS = 3, 60, 2000
_TYPED_KINDS: dict[ColumnType, Kind] = {
    "integer": "number",
    "float": "number",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
}


@dataclass(frozen=True)
class Tally:
    """What one column's values were counted as."""

    rows: int
    cells: Mapping[Cell, int]
    distinct: int
    distinct_is_about: bool


def profile(
    connection: duckdb.DuckDBPyConnection,
    parquet: Path,
    *,
    names: Sequence[str],
    types: Sequence[ColumnType],
    delimiter: str | None,
    rows: int,
) -> tuple[Column, ...]:
    """The columns of a stored table; unnamed ones without any value are left out."""
    tallies: list[Tally] = []
    for start in range(0, len(names), _COLUMNS_AT_ONCE):
        tallies += _tally(connection, parquet, range(start, min(start + _COLUMNS_AT_ONCE, len(names))), types, rows)
    examples = _examples(connection, parquet, len(names), types)
    columns = (
        _column(i, names[i], types[i], tallies[i], examples[i], delimiter) for i in range(len(names))
    )
    return tuple(c for c in columns if c.missing < rows or c.name != f"column {c.stored + 1}")


def _column(
    index: int, name: str, kind: ColumnType, tally: Tally, examples: tuple[str, ...], delimiter: str | None
) -> Column:
    decimal = decimal_mark(tally.cells, delimiter) if kind == "text" else "."
    numbers = numbers_among(tally.cells, decimal)
    shown_kind = _TYPED_KINDS.get(kind) or _kind_of_text(tally, numbers)
    blank = tally.cells[Cell.BLANK]
    missing = blank + tally.cells[Cell.MISSING] if shown_kind == "number" else blank
    return Column(
        name=name,
        kind=shown_kind,
        distinct=tally.distinct,
        distinct_is_about=tally.distinct_is_about,
        missing=missing,
        examples=examples,
        not_outcome=why_not_outcome(tally.cells, kind, numbers, examples),
        not_group=why_not_group(kind, shown_kind, tally.rows - blank, tally.distinct, numbers == tally.cells[Cell.WHOLE]),
        numbers=numbers,
        whole=numbers > 0 and numbers == tally.cells[Cell.WHOLE],
        decimal=cast("Literal['.', ',']", decimal),
        typed=kind != "text",
        stored=index,
    )


def _kind_of_text(tally: Tally, numbers: int) -> Kind:
    cells = tally.cells
    filled = tally.rows - cells[Cell.BLANK] - cells[Cell.MISSING]
    if filled and numbers + cells[Cell.INFINITE] > filled / 2:
        return "number"
    if filled and cells[Cell.DATE] > filled / 2:
        return "date"
    return "boolean" if filled and cells[Cell.BOOLEAN] == filled else "text"


def _tally(
    connection: duckdb.DuckDBPyConnection, parquet: Path, columns: range, types: Sequence[ColumnType], rows: int
) -> list[Tally]:
    """Count the cells of some columns by kind in one pass, and their different values, exactly where they are few."""
    texts, kinds, counts = [], [], []
    for i in columns:
        texts.append(_text_of(i, types[i]))
        kinds.append(f"{stored_name(i)}, {_kind_of(i, types[i])} AS k{i}")
        counts += [f"count(*) FILTER (k{i} = {kind.value})" for kind in Cell]
        counts.append(f"approx_count_distinct({stored_name(i)}) FILTER (k{i} <> {Cell.BLANK.value})")
    source = f"read_parquet({literal(str(parquet))})"
    trimmed_cells = f"(SELECT {', '.join(texts)} FROM {source})"
    query = f"SELECT {', '.join(counts)} FROM (SELECT {', '.join(kinds)} FROM {trimmed_cells})"
    row = connection.execute(query).fetchone()
    assert row is not None
    width = len(Cell) + 1
    found = [row[at : at + width] for at in range(0, len(row), width)]
    few = [i for i, values in zip(columns, found, strict=True) if values[-1] <= EXACT_DISTINCT]
    exact = _distinct(connection, source, few, types)
    return [
        Tally(rows, dict(zip(Cell, values[:-1], strict=True)), exact.get(i, values[-1]), i not in exact)
        for i, values in zip(columns, found, strict=True)
    ]


def _distinct(
    connection: duckdb.DuckDBPyConnection, source: str, columns: Sequence[int], types: Sequence[ColumnType]
) -> dict[int, int]:
    if not columns:
        return {}
    texts = ", ".join(_text_of(i, types[i]) for i in columns)
    counts = ", ".join(f"count(DISTINCT {stored_name(i)}) FILTER ({_is_filled(i, types[i])})" for i in columns)
    row = connection.execute(f"SELECT {counts} FROM (SELECT {texts} FROM {source})").fetchone()
    assert row is not None
    return dict(zip(columns, row, strict=True))


def _text_of(index: int, kind: ColumnType) -> str:
    """SQL for a column, and for one of text also `t0`, `t1`, ...: its cells without the white space around them."""
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
    if kind == "float":
        return (
            f"CASE WHEN {column} IS NULL THEN {blank} WHEN isnan({column}) THEN {blank} "
            f"WHEN isinf({column}) THEN {Cell.INFINITE.value} WHEN {column} = trunc({column}) THEN {Cell.WHOLE.value} "
            f"ELSE {Cell.DECIMAL.value} END"
        )
    if kind == "decimal":
        return (
            f"CASE WHEN {column} IS NULL THEN {blank} WHEN {column} = trunc({column}) THEN {Cell.WHOLE.value} "
            f"ELSE {Cell.DECIMAL.value} END"
        )
    other = {"integer": Cell.WHOLE, "boolean": Cell.WHOLE, "date": Cell.DATE}.get(kind, Cell.OTHER)
    return f"CASE WHEN {column} IS NULL THEN {blank} ELSE {other.value} END"


def _examples(
    connection: duckdb.DuckDBPyConnection, parquet: Path, width: int, types: Sequence[ColumnType]
) -> list[tuple[str, ...]]:
    """The first few different values of each column among its first rows, cut short."""
    found: list[dict[str, None]] = [{} for _ in range(width)]
    texts = ", ".join(f"left(CAST({stored_name(i)} AS VARCHAR), {_EXAMPLE_CHARACTERS + 1})" for i in range(width))
    connection.execute(f"SELECT {texts} FROM read_parquet({literal(str(parquet))}) LIMIT {_EXAMPLE_ROWS}")
    while chunk := connection.fetchmany(100):
        for row in chunk:
            for seen, text in zip(found, row, strict=True):
                if text is not None and len(seen) < _EXAMPLES and not text.isspace() and text:
                    seen[text if len(text) <= _EXAMPLE_CHARACTERS else text[:_EXAMPLE_CHARACTERS] + "…"] = None
        if all(len(seen) == _EXAMPLES for seen in found):
            break
    return [tuple(seen) for seen in found]
