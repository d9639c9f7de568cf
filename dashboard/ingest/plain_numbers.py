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
_EXAMPLES, _EXAMPLE_ROWS = 3, 20
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
        at_once = max(1, min(columns, _CELLS_AT_ONCE // max(file.metadata.num_rows, 1)))
        for start in range(0, columns, at_once):
            places = range(start, min(start + at_once, columns))
            table = file.read(columns=[stored_name(i) for i in places])
            texts = {
                place: column.combine_chunks()
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

    def by_column(cells: NDArray[np.bool_]) -> NDArray[np.int64]:
        sums: NDArray[np.int64] = cells.reshape(len(texts), rows).sum(axis=1)
        return sums

    others = np.zeros(len(together), dtype=np.bool_)
    others[np.searchsorted(offsets, np.flatnonzero(~_ALLOWED[text]), side="right") - 1] = True
    blank = np.diff(offsets) == 0
    counts = zip(
        texts.items(),
        by_column(others).tolist(),
        by_column(blank).tolist(),
        by_column(_without_mark(text, offsets) & ~blank).tolist(),
        by_column(_like_thousands(text, offsets)).tolist(),
        strict=True,
    )
    found = {}
    for (place, column), other, blanks, whole, doubtful in counts:
        if other or blanks == rows:
            continue
        filled = column.filter(pc.not_equal(column, "")) if blanks else column
        try:
            filled.cast(pa.float64())
        except pa.ArrowInvalid:
            continue
        cells = dict.fromkeys(Cell, 0)
        points = rows - blanks - whole - doubtful
        cells |= {
            Cell.BLANK: blanks,
            Cell.WHOLE: whole,
            Cell.POINT: points,
            Cell.POINT_OR_THOUSANDS: doubtful,
        }
        first = dict.fromkeys(filled.slice(0, _EXAMPLE_ROWS).to_pylist())
        found[place] = PlainNumbers(cells, len(filled.unique()), tuple(first)[:_EXAMPLES])
    return found


def _without_mark(data: NDArray[np.uint8], offsets: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether a cell has neither a point nor an exponent."""
    before = np.concatenate(([0], np.cumsum(_MARK[data], dtype=np.int32)))
    unmarked: NDArray[np.bool_] = before[offsets[1:]] == before[offsets[:-1]]
    return unmarked


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
