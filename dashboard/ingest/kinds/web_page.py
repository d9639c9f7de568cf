"""Tables of web pages, which many programs write for Excel and call .xls, to Parquet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import pyarrow.parquet as pq

from dashboard.ingest.encoding import python_codec, utf8_file
from dashboard.ingest.errors import UnreadableFile, excerpt
from dashboard.ingest.kinds import MAX_CELLS, Converted
from dashboard.ingest.kinds.cell_grid import CellGrid
from dashboard.ingest.kinds.choose_sheet import place_of_sheet
from dashboard.ingest.kinds.sheet_table import table_of_sheet
from dashboard.ingest.kinds.workbook_size import too_many_cells
from dashboard.ingest.lines_above import begins_as_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dashboard.ingest.reading import Reading

MAX_BYTES: Final = 64 << 20
"""What a page may weigh, once unpacked: a few megabytes are read in a second."""
_HEAD_BYTES: Final = 1 << 16
_CHARSET: Final = re.compile(rb"<meta[^>]*charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_MOST_COLUMNS: Final = 1000
"""What a cell may span, by the standard."""
_BREAKS: Final = frozenset(["br", "p", "div", "li"])
_UNSEEN: Final = frozenset(["script", "style"])


def convert(kind: str, source: Path, target: Path, *, name: str, reading: Reading) -> Converted:
    """See :func:`dashboard.ingest.kinds.convert`. All cells are text; a sheet is one of the page's tables.

    Raises:
        UnreadableFile: the page holds no table of two columns and two rows, or is too large.

    """
    del kind
    if source.stat().st_size > MAX_BYTES:
        raise UnreadableFile(
            f"{name} is a web page of more than {MAX_BYTES >> 20} MB: open it in a spreadsheet and save the "
            "table as CSV."
        )
    tables = _tables_of(_text(source, target.parent, name, reading.encoding), name)
    if not tables:
        raise UnreadableFile(
            f"{name} is a web page without a table of two columns: open it in a browser or spreadsheet and "
            "save the table as CSV."
        )
    names = tuple(table.name for table in tables)
    if reading.sheet is None:
        chosen = max(tables, key=lambda table: table.filled)
    else:
        chosen = tables[place_of_sheet(reading.sheet, names, name=name, what="table")]
    arrow, notes = table_of_sheet(chosen, name, reading)
    pq.write_table(arrow, target)
    if len(tables) > 1:
        notes.insert(0, f"Read from {excerpt(chosen.name)}, one of {len(tables)} tables.")
    return Converted(sheet=chosen.name, sheets=names, notes=tuple(notes))


def _text(source: Path, folder: Path, name: str, encoding: str | None) -> str:
    with source.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    declared = _CHARSET.search(head)
    if encoding is None and declared is not None:
        codec = python_codec(declared[1].decode("ascii", "replace"))
        encoding = codec if codec is not None and not codec.startswith("utf") else None
    path, _ = utf8_file(source, head, name=name, folder=folder, encoding=encoding)
    return path.read_text(encoding="utf-8-sig")


def _tables_of(page: str, name: str) -> list[CellGrid]:
    """The tables of a page with two columns and two rows or more, each with a name of its own."""
    parser = _Tables(name)
    parser.feed(page)
    parser.close()
    found = [grid for grid in map(_Open.closed, parser.begun) if len(grid.rows) > 1 and grid.width > 1]
    for number, grid in enumerate(found, 1):
        taken = {other.name for other in found[: number - 1]}
        grid.name = grid.name if grid.name and grid.name not in taken else f"table {number}"
    return found


@dataclass
class _Open:
    """A table whose cells are being read."""

    grid: CellGrid = field(default_factory=lambda: CellGrid(""))
    row: int = -1
    column: int = 0
    below: dict[int, int] = field(default_factory=dict)
    """How many more rows cells from above take, by their columns."""
    texts: list[str] | None = None
    """Of the open cell, or the title."""
    spans: tuple[int, int] | None = None
    """Rows and columns that the open cell takes; None of the title."""

    def begin_row(self) -> None:
        self.end_cell()
        self.row, self.column = self.row + 1, 0
        self.below = {column: rows - 1 for column, rows in self.below.items() if rows > 1}

    def begin_cell(self, rows: int, columns: int) -> None:
        self.end_cell()
        if self.row < 0:
            self.begin_row()
        while self.below.get(self.column, 0):
            self.column += 1
        self.texts, self.spans = [], (rows, columns)

    def end_cell(self) -> None:
        if self.texts is None:
            return
        text = " ".join("".join(self.texts).split())
        if self.spans is None:
            self.grid.name = text
        else:
            rows, columns = self.spans
            self.grid.put(self.row, self.column, text)
            last = self.row + rows - 1, self.column + columns - 1
            if columns > 1 or (rows > 1 and not begins_as_number(text)):
                self.grid.merged_cell_ranges.append(((self.row, self.column), last))
            if rows > 1:
                self.below |= dict.fromkeys(range(self.column, last[1] + 1), rows)
            self.column = last[1] + 1
        self.texts = self.spans = None

    def closed(self) -> CellGrid:
        """The cells, once nothing more comes."""
        self.end_cell()
        return self.grid


class _Tables(HTMLParser):
    """The tables of a page, one within a cell of another apart from that."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.begun: list[_Open] = []
        self._open: list[_Open] = []
        self._unseen = False
        self._cells = 0
        self._name = name

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row, a cell or a title."""
        self._unseen = self._unseen or tag in _UNSEEN
        if tag == "table":
            self._open.append(_Open())
            self.begun.append(self._open[-1])
        if not self._open:
            return
        table = self._open[-1]
        if tag == "tr":
            table.begin_row()
        elif tag in ("td", "th"):
            self._cells += 1
            if self._cells > MAX_CELLS:
                raise too_many_cells(self._name)
            table.begin_cell(_span(attrs, "rowspan"), min(_span(attrs, "colspan"), _MOST_COLUMNS))
        elif tag == "caption":
            table.end_cell()
            table.texts = []
        elif tag in _BREAKS and table.texts is not None:
            table.texts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End what began with this tag."""
        self._unseen = self._unseen and tag not in _UNSEEN
        if not self._open:
            return
        if tag == "table":
            self._open.pop().end_cell()
        elif tag in ("td", "th", "tr", "caption"):
            self._open[-1].end_cell()

    def handle_data(self, data: str) -> None:
        """Text goes to the innermost open cell."""
        if self._open and self._open[-1].texts is not None and not self._unseen:
            self._open[-1].texts.append(data)


def _span(attrs: Sequence[tuple[str, str | None]], which: str) -> int:
    text = (dict(attrs).get(which) or "").strip()
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1
