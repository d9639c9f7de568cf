"""Columns of plain numbers in a wide table, found in one reading where a query for each took minutes.

A gene table has tens of thousands of them. What is not plain (text, marks, units, words for missing) is left
to :mod:`dashboard.ingest.count_cells`, whose answer for a plain column is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dashboard.ingest.cells import Cell
from dashboard.ingest.table import stored_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

WIDE = 500
"""From so many columns a table is read for its plain numbers first."""
_SHORTEST_GROUPED, _LONGEST_GROUPED = len("1.234"), len("-123.456")
_CELLS_AT_ONCE = 2_000_000
_EXAMPLES = 3
_NO_CELLS = dict.fromkeys(Cell, 0)
_OTHER, _DIGIT_OR_SIGN, _POINT, _EXPONENT = range(4)
_KIND_OF_BYTE = np.zeros(256, dtype=np.uint8)
_KIND_OF_BYTE[list(b"0123456789-")] = _DIGIT_OR_SIGN
_KIND_OF_BYTE[ord(".")] = _POINT
_KIND_OF_BYTE[list(b"eE")] = _EXPONENT


@dataclass(frozen=True)
class PlainNumbers:
    """One column of text whose cells are all blank or numbers with a decimal point, or none."""

    cells: dict[Cell, int]
    distinct: int
    examples: tuple[str, ...]
    """The first few different ones."""


def plain_numbers(parquet: Path, columns: int) -> dict[int, PlainNumbers]:
    """The columns of plain numbers of a stored table with that many columns, by place."""
    found: dict[int, PlainNumbers] = {}
    with pq.ParquetFile(parquet, memory_map=True) as file:
        at_once = max(1, min(columns, _CELLS_AT_ONCE // max(file.metadata.num_rows, 1)))
        for start in range(0, columns, at_once):
            places = range(start, min(start + at_once, columns))
            table = file.read(columns=[stored_name(i) for i in places], use_threads=False)
            texts = {
                place: column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
                for place, column in zip(places, table.columns, strict=True)
                if pa.types.is_string(column.type) and column.null_count == 0 and len(column)
            }
            if texts:
                found |= _plain_among(texts)
    return found


def _plain_among(texts: Mapping[int, pa.StringArray]) -> dict[int, PlainNumbers]:
    """Those of some columns of text, equally long and without nulls, that hold plain numbers.

    Their bytes are looked at together: a column alone has too few for numpy to be quick about it.
    """
    together = pa.concat_arrays(list(texts.values()))
    rows = len(together) // len(texts)
    _, ends, data = together.buffers()
    offsets = np.frombuffer(ends, dtype=np.int32)[: len(together) + 1]
    text = np.frombuffer(data, dtype=np.uint8)[: offsets[-1]] if data else np.empty(0, np.uint8)
    kinds = np.take(_KIND_OF_BYTE, text)
    by_column = (len(texts), rows)
    blanks = (np.diff(offsets) == 0).reshape(by_column).sum(axis=1)
    doubtful = _like_thousands(text, offsets).reshape(by_column).sum(axis=1)
    filled = pc.if_else(pc.equal(together, ""), None, together) if blanks.any() else together
    able = (_of_columns(kinds == _OTHER, offsets, rows) == 0) & (blanks < rows) & _are_numbers(filled, rows)
    whole = rows - blanks - _with_mark(kinds, offsets, rows)
    return {
        place: _plain(column, blanks=blanks[i], whole=whole[i], doubtful=doubtful[i])
        for i, (place, column) in enumerate(texts.items())
        if able[i]
    }


def _plain(column: pa.StringArray, *, blanks: int, whole: int, doubtful: int) -> PlainNumbers:
    """A column of plain numbers, so many of its cells blank, whole, or such as 1.234."""
    cells = {
        **_NO_CELLS,
        Cell.BLANK: int(blanks),
        Cell.WHOLE: int(whole),
        Cell.POINT: int(len(column) - blanks - whole - doubtful),
        Cell.POINT_OR_THOUSANDS: int(doubtful),
    }
    different = column.unique()
    first = [text for text in different.slice(0, _EXAMPLES + 1).to_pylist() if text]
    return PlainNumbers(cells, len(different) - (blanks > 0), tuple(first[:_EXAMPLES]))


def _of_columns(marked: NDArray[np.bool_], offsets: NDArray[np.int32], rows: int) -> NDArray[np.int64]:
    """How many bytes of each column are marked."""
    ends = offsets[rows::rows]
    if not marked.any():
        return np.zeros(len(ends), dtype=np.int64)
    starts = np.concatenate(([0], ends[:-1]))
    counts = [np.count_nonzero(marked[start:end]) for start, end in zip(starts, ends, strict=True)]
    return np.array(counts, dtype=np.int64)


def _are_numbers(cells: pa.StringArray, rows: int) -> NDArray[np.bool_]:
    """Whether all cells of each column are null or read as a number; halves are tried where not all do."""
    columns = len(cells) // rows
    if (numbers := _reads_as_numbers(cells)) or columns == 1:
        return np.full(columns, numbers)
    half = columns // 2 * rows
    return np.concatenate((_are_numbers(cells[:half], rows), _are_numbers(cells[half:], rows)))


def _reads_as_numbers(cells: pa.StringArray) -> bool:
    try:
        cells.cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _with_mark(kinds: NDArray[np.uint8], offsets: NDArray[np.int32], rows: int) -> NDArray[np.int64]:
    """How many cells of each column of numbers have a point or an exponent; one point at most."""
    if not (kinds == _EXPONENT).any():
        return _of_columns(kinds == _POINT, offsets, rows)
    before = np.concatenate(([0], np.cumsum((kinds == _POINT) | (kinds == _EXPONENT), dtype=np.int32)))
    marked: NDArray[np.bool_] = before[offsets[1:]] > before[offsets[:-1]]
    counts: NDArray[np.int64] = marked.reshape(-1, rows).sum(axis=1)
    return counts


def _like_thousands(data: NDArray[np.uint8], offsets: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether a cell is such as 1.234: up to three digits that begin with no zero, a point, three digits."""
    cell = np.flatnonzero((np.diff(offsets) >= _SHORTEST_GROUPED) & (np.diff(offsets) <= _LONGEST_GROUPED))
    end = offsets[cell + 1]
    marked = data[end - 4] == ord(".")
    cell, end = cell[marked], end[marked]
    first = offsets[cell] + (data[offsets[cell]] == ord("-"))
    before = end - 4 - first
    found = (before >= 1) & (before <= 3) & (data[first] != ord("0"))
    for place in (1, 2, 3):
        found &= data[end - place] <= ord("9")
    like = np.zeros(len(offsets) - 1, dtype=np.bool_)
    like[cell[found]] = True
    return like
