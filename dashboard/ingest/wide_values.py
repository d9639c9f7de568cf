"""Columns of a wide table that are no numbers by their type, their different values counted in one reading.

A query for each column, as :mod:`dashboard.ingest.count_cells` asks it, takes a minute for tens of thousands
of them; its answer is the same. The database says what the values are, of those of many columns at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.ingest.column_parts import column_parts
from dashboard.ingest.count_cells import EXACT_DISTINCT, Tally, kind_by_type, tally_values
from dashboard.ingest.engine import select
from dashboard.ingest.example_values import CHARACTERS, EXAMPLES, ROWS, ExampleValues

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from dashboard.ingest.parquet import ColumnType

COUNTED: frozenset[ColumnType] = frozenset(("text", "boolean", "date", "decimal"))
"""What columns may be by their type: values of the others are measured, or cannot be counted."""
_VALUES_AT_ONCE = 200_000
"""About so many values one query looks at."""
_FEW_VALUES = 64


class WideColumn(NamedTuple):
    """One column."""

    tally: Tally
    examples: tuple[str, ...]
    """The first few different values, cut short."""
    values: tuple[str, ...] | None
    """All different ones of a column of text; None of many, and of other types."""


class _Counted(NamedTuple):
    """The different values of one column, with the rows that each stands in, and the first of them."""

    values: pa.Array
    rows: pa.Array
    first: pa.Array


def wide_values(
    connection: duckdb.DuckDBPyConnection, parquet: Path, types: Mapping[int, ColumnType]
) -> dict[int, WideColumn]:
    """What columns of `COUNTED` types at some places of a stored table hold; nothing of a table of many rows.

    The engine behind ``connection`` says what the values are.
    """
    with pq.ParquetFile(parquet) as file:
        if file.metadata.num_rows > EXACT_DISTINCT:
            return {}
    found: dict[int, WideColumn] = {}
    counted: dict[int, _Counted] = {}
    for part in column_parts(parquet, list(types)):
        counted |= {place: _count(column) for place, column in part.items()}
        if sum(len(one.values) for one in counted.values()) >= _VALUES_AT_ONCE:
            found |= _described(connection, counted, types)
            counted.clear()
    return found | _described(connection, counted, types)


def _count(column: pa.ChunkedArray) -> _Counted:
    counts = column.value_counts()
    values = counts.field("values")
    early = len(column) <= ROWS
    return _Counted(values, counts.field("counts"), values if early else column.slice(0, ROWS).unique())


def _described(
    connection: duckdb.DuckDBPyConnection, counted: Mapping[int, _Counted], types: Mapping[int, ColumnType]
) -> dict[int, WideColumn]:
    alike: dict[pa.DataType, list[int]] = {}
    for place, one in counted.items():
        alike.setdefault(one.values.type, []).append(place)
    found: dict[int, WideColumn] = {}
    for places in alike.values():
        kind = types[places[0]]
        each = [counted[place] for place in places]
        table = _laid_under(places, [one.values for one in each])
        table = table.append_column("n", pa.chunked_array([one.rows for one in each]))
        value = f"CAST(v AS VARCHAR) AS value, {kind_by_type('v', kind)} AS given"
        connection.register("counted", table)
        tallies = tally_values(connection, select(f"place, {value}, n", "counted"), places)
        connection.unregister("counted")
        is_text = kind == "text"
        first = [one.first for one in each]
        examples = map(_first_texts, first) if is_text else _as_texts(connection, first)
        for place, one, some in zip(places, each, examples, strict=True):
            found[place] = WideColumn(tallies[place], some, _few(one.values) if is_text else None)
    return found


def _laid_under(places: Sequence[int], values: Sequence[pa.Array]) -> pa.Table:
    """Values of several columns with the place that each is of."""
    return pa.table(
        {"place": np.repeat(places, [len(some) for some in values]), "v": pa.chunked_array(values)}
    )


def _few(values: pa.Array) -> tuple[str, ...] | None:
    return tuple(filter(None, values.to_pylist())) if len(values) <= _FEW_VALUES else None


def _as_texts(connection: duckdb.DuckDBPyConnection, values: Sequence[pa.Array]) -> Iterator[tuple[str, ...]]:
    """The first few different ones of each, as the database writes them, cut short."""
    some = [one.slice(0, EXAMPLES + 1) for one in values]  # one may be blank
    connection.register("first", _laid_under(range(len(some)), some))
    texts = f"CAST(v AS VARCHAR)[:{CHARACTERS + 1}]"
    rows = connection.execute(select(f"place, {texts}", "first")).fetchall()
    connection.unregister("first")
    found: list[list[str]] = [[] for _ in some]
    for place, text in rows:
        found[place].append(text)
    return map(_first_different, found)


def _first_texts(values: pa.Array) -> tuple[str, ...]:
    """The first few different ones, cut short."""
    at_once = 2 * EXAMPLES
    pieces = (values.slice(start, at_once).to_pylist() for start in range(0, len(values), at_once))
    return _first_different(text for piece in pieces for text in piece)


def _first_different(texts: Iterable[str | None]) -> tuple[str, ...]:
    examples = ExampleValues()
    for text in texts:
        examples.add(text)
        if examples.are_enough:
            break
    return examples.texts
