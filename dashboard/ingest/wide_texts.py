"""Columns of text in a wide table, their different values counted in one reading.

A query for each column, as :mod:`dashboard.ingest.count_cells` asks it, takes a minute for tens of thousands
of them; its answer is the same. The database says what the values are, of those of many columns at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.ingest.column_parts import column_parts
from dashboard.ingest.count_cells import EXACT_DISTINCT, Tally, tally_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

_VALUES_AT_ONCE = 200_000
"""About so many values one query looks at."""
_FEW_VALUES = 64
_EXAMPLES, _EXAMPLE_CHARACTERS, _EXAMPLE_ROWS = 3, 60, 2000


class WideText(NamedTuple):
    """One column of text."""

    tally: Tally
    examples: tuple[str, ...]
    """The first few different ones, cut short."""
    values: tuple[str, ...] | None
    """All different ones; None of many."""


def wide_texts(
    connection: duckdb.DuckDBPyConnection, parquet: Path, places: Sequence[int]
) -> dict[int, WideText]:
    """What columns of text at some places of a stored table hold; nothing of a table of many rows.

    The engine behind ``connection`` says what the values are.
    """
    with pq.ParquetFile(parquet) as file:
        if file.metadata.num_rows > EXACT_DISTINCT:
            return {}
    found: dict[int, WideText] = {}
    examples: dict[int, tuple[str, ...]] = {}
    counted: dict[int, pa.StructArray] = {}
    for part in column_parts(parquet, places):
        for place, column in part.items():
            counted[place] = column.value_counts()
            early = counted[place].field("values") if len(column) <= _EXAMPLE_ROWS else _first_of(column)
            examples[place] = _examples(early)
        if sum(map(len, counted.values())) >= _VALUES_AT_ONCE:
            found |= _described(connection, counted, examples)
            counted.clear()
    return found | (_described(connection, counted, examples) if counted else {})


def _first_of(column: pa.ChunkedArray) -> pa.Array:
    return column.slice(0, _EXAMPLE_ROWS).unique()


def _described(
    connection: duckdb.DuckDBPyConnection,
    counted: dict[int, pa.StructArray],
    examples: dict[int, tuple[str, ...]],
) -> dict[int, WideText]:
    values = [one.field("values") for one in counted.values()]
    table = pa.table(
        {
            "place": np.repeat(list(counted), [len(one) for one in values]),
            "value": pa.chunked_array(values),
            "given": pa.nulls(sum(map(len, values)), pa.int32()),
            "n": pa.chunked_array([one.field("counts") for one in counted.values()]),
        }
    )
    connection.register("wide_values", table)
    try:
        tallies = tally_values(connection, "SELECT * FROM wide_values", list(counted))
    finally:
        connection.unregister("wide_values")
    return {
        place: WideText(tallies[place], examples[place], _few(one))
        for place, one in zip(counted, values, strict=True)
    }


def _few(values: pa.Array) -> tuple[str, ...] | None:
    return tuple(filter(None, values.to_pylist())) if len(values) <= _FEW_VALUES else None


def _examples(values: pa.Array) -> tuple[str, ...]:
    """The first few different values, cut short."""
    seen: dict[str, None] = {}
    for start in range(0, len(values), 2 * _EXAMPLES):
        for text in values.slice(start, 2 * _EXAMPLES).to_pylist():
            if len(seen) < _EXAMPLES and text and not text[: _EXAMPLE_CHARACTERS + 1].isspace():
                seen[cut_short(text)] = None
        if len(seen) == _EXAMPLES:
            break
    return tuple(seen)


def cut_short(text: str) -> str:
    """A value as it is shown for an example."""
    return text if len(text) <= _EXAMPLE_CHARACTERS else text[:_EXAMPLE_CHARACTERS] + "…"
