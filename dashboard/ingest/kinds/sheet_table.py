"""The table on a sheet of cells: its names, what stands above and below them, merged cells, its columns."""

from __future__ import annotations

import datetime as dt
from collections import deque
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from dashboard.ingest.errors import UnreadableFile, excerpt, quantity
from dashboard.ingest.header import column_names, refuse_if_data
from dashboard.ingest.kinds.mixed_columns import MixedColumn, cell_text
from dashboard.ingest.lines_above import are_names, names_further_down, rows_above_names
from dashboard.ingest.names_below import joined_names, names_of_two_rows, rows_below_names
from dashboard.ingest.second_table import rows_of_first_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from dashboard.ingest.reading import Reading

_ROWS_LOOKED_AT = 100
"""Among so many rows at the top the names of the columns are looked for."""
_BATCH_CELLS = 1 << 18
_Row = list[Any]
_Place = tuple[int, int]
"""Row and column, from 0."""


class Sheet(Protocol):
    """Cells in rows, of which the first may stand at any place."""

    @property
    def start(self) -> _Place | None:
        """Where the first filled cell stands; None where there is none."""

    @property
    def merged_cell_ranges(self) -> Sequence[tuple[_Place, _Place]] | None:
        """The first and the last cell of each merged one."""

    def iter_rows(self) -> Iterator[_Row]:
        """The rows from the first one of the sheet on, each as wide as its cells; a blank cell is ''."""


class SheetTable(NamedTuple):
    """The table on a sheet."""

    columns: pa.Table
    rows: NDArray[np.int64]
    """(N,) the numbers of its rows on the sheet, from 1."""
    notes: list[str]
    """What is to be said of it."""


def table_of_sheet(sheet: Sheet, name: str, reading: Reading) -> SheetTable:
    """The table on a sheet: its names, and the rows below them that are not blank."""
    above, left = sheet.start or (0, 0)
    rows = _from_first_filled(iter(sheet.iter_rows()), above)
    told = reading.header is not None or reading.skip_rows is not None
    if told:
        first = max(reading.skip_rows or 0, (reading.header or 1) - 1, above)
        rows, above = islice(rows, first - above, None), first
    head = list(islice(rows, _ROWS_LOOKED_AT))
    if not any(cell != "" for row in head for cell in row):
        raise UnreadableFile(f"{name} has no row below the first {above} on its sheet: skip fewer.")
    at = _told_place(head, reading) if told else _header_place(head)
    two = (
        None if reading.header is not None else _two_rows_of_names(sheet, (above, left), head, at, told=told)
    )
    if two is not None:
        at = two.first
    header = [cell_text(cell) for cell in head[at]] if at >= 0 else [""] * len(head[0])
    if reading.header is None:
        refuse_if_data(header, [[cell_text(c) for c in row] for row in head[at + 1 :]], name)
    notes = [] if at <= 0 or told else [_skipped_rows_note(head[:at])]
    if two is not None:
        header, at = two.names, at + 1
        notes.append(f"Two rows of column names read as one, such as {excerpt(two.example)}.")
    header, below, note = _below_names(head[at + 1 :], header, told=reading.header is not None)
    notes += note
    at += below
    header_row = above + at + 1
    merged = _merged_downwards(sheet, range(left, left + len(header)), header_row)
    columns = [MixedColumn() for _ in header]
    size = max(_BATCH_CELLS // len(header), 1)
    filled = _Filling(merged)
    body = rows_of_first_table(chain(head[at + 1 :], rows), header, header_row, cell_text, notes)
    number = header_row
    numbers: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    while batch := list(islice(body, size)):
        filled.apply(batch, number)
        places = [i for i, row in enumerate(batch) if any(cell != "" for cell in row)]
        kept = [batch[i] for i in places]
        numbers.append(np.array(places, dtype=np.int64) + number + 1)
        number += len(batch)
        for column, cells in zip(columns, zip(*kept, strict=True), strict=False):
            column.append(cells)
    if filled.count:
        notes.append(
            f"{quantity(filled.count, 'blank cell')} below a merged label filled with it, such as "
            f"{excerpt(filled.example)}."
        )
    names = column_names(header)
    arrays = [column.array() for column in columns]
    columns_of_table = pa.Table.from_arrays(arrays, names=list(names))
    return SheetTable(columns_of_table, np.concatenate(numbers), notes)


def _from_first_filled(rows: Iterator[_Row], above: int) -> Iterator[_Row]:
    """The rows of the range that holds cells; the library gives those above it too, as blank ones."""
    return islice(rows, above, None)


def _told_place(rows: Sequence[_Row], reading: Reading) -> int:
    """The place of the row of names where a person said which it is, or what stands above; -1 for none."""
    if reading.header is not None:
        return 0 if reading.header else -1
    return next(i for i, row in enumerate(rows) if any(cell != "" for cell in row))


def _header_place(rows: Sequence[_Row]) -> int:
    """The place of the row of names: the first that is filled at least half as far as the fullest.

    A row further down is, where lines above it are told as those of a text file are.
    """
    filled = [
        (i, [cell_text(cell) for cell in row]) for i, row in enumerate(rows) if any(c != "" for c in row)
    ]
    below = rows_above_names(filled) or names_further_down(filled)
    if below:
        return filled[below][0]
    counts = [sum(cell != "" for cell in row) + _lacks_corner(rows, i) for i, row in enumerate(rows)]
    enough = max(counts) / 2
    return next(i for i, count in enumerate(counts) if count >= enough and count >= min(2, max(counts)))


def _lacks_corner(rows: Sequence[_Row], place: int) -> bool:
    """Whether two cells are a blank one and the name of numbers right below."""
    row, below = rows[place], rows[place + 1] if place + 1 < len(rows) else ()
    return len(row) == 2 == len(below) and row[0] == "" != row[1] and isinstance(below[1], (int, float))


def _skipped_rows_note(rows: Sequence[_Row], where: str = "above") -> str:
    texts = [cell_text(cell) for row in rows for cell in row if cell != ""]
    if not texts:
        return f"{quantity(len(rows), 'blank row')} {where} the column names."
    return f"{quantity(len(rows), 'row')} {where} the column names left out ({excerpt(' '.join(texts), 40)})."


class _Filling:
    """Gives the rows of a merged cell the text or date that stands in the first of them.

    A merged number is left alone: it may be one measurement for several rows, and would count several times.
    """

    def __init__(self, ranges: Sequence[tuple[int, int, int]]) -> None:
        """Ranges are (column, first row, last row), rows counted as on the sheet from 0.

        One ends where the next of its column begins, so that each cell is looked at once.
        """
        apart = [
            (c, top, min(end, below - 1) if c == under else end)
            for (c, top, end), (under, below, _) in pairwise([*sorted(ranges), (-1, 0, 0)])
        ]
        self._ranges = deque(sorted(apart, key=lambda merged: merged[1]))
        self._open: list[tuple[int, int, object]] = []
        self.count = 0
        self.example = ""

    def apply(self, rows: Sequence[_Row], first: int) -> None:
        """Fill in place the rows that begin with number `first`."""
        last = first + len(rows)
        while self._ranges and self._ranges[0][1] < last:
            column, top, bottom = self._ranges.popleft()
            if top >= first:
                value = rows[top - first][column]
                if isinstance(value, (str, dt.date)) and value != "":
                    self._open.append((column, bottom, value))
                    self._fill(rows, column, range(top + 1 - first, bottom + 1 - first), value)
        still = []
        for column, bottom, value in self._open:
            if bottom >= first:
                self._fill(rows, column, range(bottom + 1 - first), value)
            if bottom >= last:
                still.append((column, bottom, value))
        self._open = still

    def _fill(self, rows: Sequence[_Row], column: int, places: range, value: object) -> None:
        for place in range(places.start, min(places.stop, len(rows))):
            if rows[place][column] == "":
                rows[place][column] = value
                self.count += 1
                self.example = self.example or cell_text(value)


def _merged_across(sheet: Sheet, left: int, row: int) -> list[range]:
    """The columns, counted from `left`, of each merged cell of one row and several columns in a row."""
    found = []
    for (top, first), (bottom, last) in sheet.merged_cell_ranges or ():
        if top == bottom == row and last > first >= left:
            found.append(range(first - left, last + 1 - left))
    return found


class _TwoRows(NamedTuple):
    """Names that stand in two rows, of which the first has merged cells."""

    first: int
    names: list[str]
    example: str


def _below_names(rows: Sequence[_Row], header: list[str], *, told: bool) -> tuple[list[str], int, list[str]]:
    """The names, how many rows right below them hold no data, and what to say of these.

    A single one may go on with the names, unless a person `told` which row holds these.
    """
    count = rows_below_names([[cell_text(cell) for cell in row] for row in rows], len(header))
    if count == 1 and not told:
        joined = names_of_two_rows(header, [cell_text(cell) for cell in rows[0]])
        if joined is not None:
            example = next(name for name in joined if name not in header)
            return joined, 1, [f"Two rows of column names read as one, such as {excerpt(example)}."]
    return header, count, [_skipped_rows_note(rows[:count], "below")] if count else []


def _two_rows_of_names(
    sheet: Sheet, start: _Place, head: Sequence[_Row], at: int, *, told: bool
) -> _TwoRows | None:
    """The names where a second row of them stands below merged ones; None else.

    Unless a person `told` which row it is, that at `at` may be the second one too, where not just a title
    stands above it.
    """
    above, left = start
    if not told and at > 0 and sum(cell != "" for cell in head[at - 1]) > 1:
        found = _below_merged(head, at - 1, _merged_across(sheet, left, above + at - 1))
        if found is not None:
            return found
    return _below_merged(head, at, _merged_across(sheet, left, above + at))


def _below_merged(head: Sequence[_Row], first: int, spans: Sequence[range]) -> _TwoRows | None:
    """The names of a row of the head and the next one, which goes on with what stands over it."""
    if not spans or first + 1 >= len(head):
        return None
    over, below = [cell_text(cell) for cell in head[first]], head[first + 1]
    if any(not isinstance(cell, str) for cell in below) or not are_names([cell for cell in below if cell]):
        return None
    if any(place >= len(over) or not below[place] for span in spans for place in span):
        return None
    for span in spans:
        over[span.start : span.stop] = [over[span.start]] * len(span)
    names = joined_names(over, below)
    return _TwoRows(first, names, names[spans[0].start])


def _merged_downwards(sheet: Sheet, columns: range, header_row: int) -> list[tuple[int, int, int]]:
    """(column, first row, last row) of merged cells of several rows below the names, in some columns."""
    found = []
    for (top, column), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top >= header_row and column in columns:
            found.append((column - columns.start, top, bottom))
    return found
