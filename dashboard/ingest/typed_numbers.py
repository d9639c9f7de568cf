"""Columns of a wide table that are numbers by their type, looked at in one reading.

A query for each column, as :mod:`dashboard.ingest.count_cells` asks it, takes minutes for tens of thousands
of them; its answer is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dashboard.ingest.cells import Cell
from dashboard.ingest.column_parts import column_parts
from dashboard.ingest.count_cells import Tally
from dashboard.ingest.example_values import EXAMPLES, ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import duckdb
    import pyarrow as pa
    from numpy.typing import NDArray

_AS_WRITTEN = {
    np.dtype(np.float32): "SELECT CAST(number AS VARCHAR) FROM (SELECT unnest(?::FLOAT[]) AS number)",
    np.dtype(np.float64): "SELECT CAST(number AS VARCHAR) FROM (SELECT unnest(?::DOUBLE[]) AS number)",
}
"""Queries for the texts of a list of numbers."""


class TypedNumbers(NamedTuple):
    """One column of whole or floating-point numbers."""

    tally: Tally
    examples: tuple[str, ...]
    """The first few different ones."""


class _Cells(NamedTuple):
    """Columns of one type, laid under one another."""

    places: Sequence[int]
    numbers: NDArray[Any]
    """(columns, rows)"""
    given: NDArray[np.bool_]
    """(columns, rows) which cells hold something, be it NaN."""


def typed_numbers(
    connection: duckdb.DuckDBPyConnection, parquet: Path, places: Sequence[int]
) -> dict[int, TypedNumbers]:
    """What columns of numbers at some places of a stored table hold.

    The engine behind ``connection`` writes numbers as text.
    """
    tallies: dict[int, Tally] = {}
    first: dict[int, NDArray[Any]] = {}
    for part in column_parts(parquet, places):
        for cells in _by_type(part):
            tallies |= zip(cells.places, _tallies(cells), strict=True)
            first |= zip(cells.places, _first_different(cells), strict=True)
    texts = _texts(connection, first)
    return {place: TypedNumbers(tallies[place], texts[place]) for place in places}


def _by_type(columns: Mapping[int, pa.ChunkedArray]) -> Iterable[_Cells]:
    """Equally long columns, those of each type together."""
    alike: dict[pa.DataType, list[int]] = {}
    for place, column in columns.items():
        alike.setdefault(column.type, []).append(place)
    for kind, places in alike.items():
        dtype = np.dtype(kind.to_pandas_dtype())
        arrays = [columns[place].combine_chunks() for place in places]
        numbers = [np.frombuffer(a.buffers()[1] or b"", dtype)[a.offset : a.offset + len(a)] for a in arrays]
        given = [a.is_valid().to_numpy(zero_copy_only=False) for a in arrays]
        yield _Cells(places, np.stack(numbers), np.stack(given))


def _tallies(cells: _Cells) -> list[Tally]:
    numbers = cells.numbers
    blank = ~cells.given
    infinite = np.zeros_like(blank)
    whole = ~blank
    if numbers.dtype.kind == "f":
        blank |= np.isnan(numbers)
        infinite = np.isinf(numbers) & ~blank
        whole = (numbers == np.trunc(numbers)) & ~infinite & ~blank
    counts = {Cell.BLANK: blank, Cell.INFINITE: infinite, Cell.WHOLE: whole}
    counts[Cell.POINT] = ~(blank | infinite | whole)
    by_kind = {kind: found.sum(axis=1).tolist() for kind, found in counts.items()}
    usual = dict.fromkeys(Cell, 0)
    return [
        Tally(usual | {kind: found[i] for kind, found in by_kind.items()}, different, False, different)
        for i, different in enumerate(_different(numbers, blank).tolist())
    ]


def _different(numbers: NDArray[Any], blank: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(columns,) how many different numbers each column holds, -0.0 and 0.0 among them."""
    if numbers.shape[1] == 0:
        return np.zeros(len(numbers), dtype=np.int64)
    some = numbers[np.arange(len(numbers)), (~blank).argmax(axis=1)]
    in_order = np.sort(_bits(np.where(blank, some[:, None], numbers)), axis=1)
    changes = np.count_nonzero(in_order[:, 1:] != in_order[:, :-1], axis=1)
    return np.where(blank.all(axis=1), 0, 1 + changes)


def _bits(numbers: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers that differ where the numbers are written differently."""
    if numbers.dtype.kind != "f":
        return numbers
    return np.where(np.isnan(numbers), numbers.dtype.type(np.nan), numbers).view(f"u{numbers.dtype.itemsize}")


def _first_different(cells: _Cells) -> list[NDArray[Any]]:
    """The first few different numbers of each column."""
    rows = min(ROWS, cells.numbers.shape[1])
    numbers, given = cells.numbers[:, :rows], cells.given[:, :rows]
    bits = _bits(numbers)
    few = bits[:, :EXAMPLES]
    first_differ = given[:, :EXAMPLES].all(axis=1) & (np.diff(np.sort(few, axis=1), axis=1) != 0).all(axis=1)
    found = []
    for i, differ in enumerate(first_differ.tolist()):
        if differ:
            found.append(numbers[i, :EXAMPLES])
        else:
            here = numbers[i][given[i]]
            _, places = np.unique(bits[i][given[i]], return_index=True)
            found.append(here[np.sort(places)[:EXAMPLES]])
    return found


def _texts(
    connection: duckdb.DuckDBPyConnection, numbers: Mapping[int, NDArray[Any]]
) -> dict[int, tuple[str, ...]]:
    """Numbers as the engine writes them."""
    found = {place: tuple(map(str, some.tolist())) for place, some in numbers.items()}
    for dtype, query in _AS_WRITTEN.items():
        places = [place for place, some in numbers.items() if some.dtype == dtype]
        if not places:
            continue
        together = np.concatenate([numbers[place] for place in places]).tolist()
        texts = iter(connection.execute(query, [together]).fetchall())
        for place in places:
            found[place] = tuple(next(texts)[0] for _ in numbers[place])
    return found
