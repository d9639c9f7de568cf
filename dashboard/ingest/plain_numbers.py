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
    from pathlib import Path

    from numpy.typing import NDArray

WIDE = 500
"""From so many columns a table is read for its plain numbers first."""
_COLUMNS_AT_ONCE, _EXAMPLES, _EXAMPLE_ROWS = 2000, 3, 20
_ALLOWED = np.zeros(256, dtype=np.bool_)
_ALLOWED[list(b"0123456789.-eE")] = True
_MARK = np.zeros(256, dtype=np.bool_)
_MARK[list(b".eE")] = True


@dataclass(frozen=True)
class PlainNumbers:
    """One column of text whose cells are all blank or numbers with a decimal point, or none."""

    cells: dict[Cell, int]
    distinct: int
    examples: tuple[str, ...]
    """The first few different ones of its first rows."""


def plain_numbers(parquet: Path, columns: int) -> dict[int, PlainNumbers]:
    """The columns of plain numbers of a stored table with that many columns, by place."""
    found: dict[int, PlainNumbers] = {}
    with pq.ParquetFile(parquet, memory_map=True) as file:
        for start in range(0, columns, _COLUMNS_AT_ONCE):
            places = range(start, min(start + _COLUMNS_AT_ONCE, columns))
            table = file.read(columns=[stored_name(i) for i in places])
            for place, column in zip(places, table.columns, strict=True):
                if pa.types.is_string(column.type) and column.null_count == 0 and len(column):
                    plain = _plain(column.combine_chunks())
                    if plain is not None:
                        found[place] = plain
    return found


def _plain(column: pa.StringArray) -> PlainNumbers | None:
    """What is to be known of a column of plain numbers; None for any other."""
    _, ends, text = column.buffers()
    offsets = np.frombuffer(ends, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(text, dtype=np.uint8)[offsets[0] : offsets[-1]] if text else np.empty(0, np.uint8)
    blank = np.diff(offsets) == 0
    blanks = int(blank.sum())
    if blanks == len(column) or not _ALLOWED[data].all():
        return None
    filled = column.filter(pa.array(~blank)) if blanks else column
    try:
        filled.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    whole = _without_mark(data, offsets - offsets[0]) - blanks
    cells = dict.fromkeys(Cell, 0)
    doubtful = _like_thousands(data, offsets - offsets[0])
    points = len(column) - blanks - whole - doubtful
    cells |= {Cell.BLANK: blanks, Cell.WHOLE: whole, Cell.POINT: points, Cell.POINT_OR_THOUSANDS: doubtful}
    first = dict.fromkeys(filled.slice(0, _EXAMPLE_ROWS).to_pylist())
    return PlainNumbers(cells, int(pc.count_distinct(filled).as_py()), tuple(first)[:_EXAMPLES])


def _without_mark(data: NDArray[np.uint8], offsets: NDArray[np.int32]) -> int:
    """How many cells have neither a point nor an exponent, blank ones among them."""
    marks = _MARK[data]
    if not marks.any():
        return len(offsets) - 1
    before = np.concatenate(([0], np.cumsum(marks)))
    return int((before[offsets[1:]] == before[offsets[:-1]]).sum())


def _like_thousands(data: NDArray[np.uint8], offsets: NDArray[np.int32]) -> int:
    """How many cells are such as 1.234: up to three digits that begin with no zero, a point, three digits."""
    points = np.flatnonzero(data == ord("."))
    cell = np.searchsorted(offsets, points, side="right") - 1
    first = offsets[cell] + (data[offsets[cell]] == ord("-"))
    before, end = points - first, offsets[cell + 1]
    found = (end - points == 4) & (before >= 1) & (before <= 3) & (data[first] != ord("0"))
    exponents = np.concatenate(([0], np.cumsum((data == ord("e")) | (data == ord("E")))))
    return int((found & (exponents[end] == exponents[points])).sum())
