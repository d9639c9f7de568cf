"""Tables of web pages, which many programs write for Excel and call .xls, to Parquet."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
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
    from collections.abc import Iterator
    from pathlib import Path

    from dashboard.ingest.reading import Reading

MAX_BYTES: Final = 32 << 20
"""What a page may weigh, once unpacked: one or two megabytes are read in a second."""
_HEAD_BYTES: Final = 1 << 16
_CHARSET: Final = re.compile(rb"<meta[^<>]*charset\s*=\s*+[\"']?\s*+([\w.:-]+)", re.IGNORECASE)
_MOST_COLUMNS: Final = 1000
"""What a cell may span, by the standard."""
_TAG: Final = re.compile("/?[a-zA-Z][a-zA-Z0-9:-]*")
_ROWS: Final = re.compile("(?i)rowspan\\s*=\\s*+[\"']?\\s*+(\\d{1,5})")
_COLUMNS: Final = re.compile("(?i)colspan\\s*=\\s*+[\"']?\\s*+(\\d{1,5})")
_WHOLE: Final = re.compile(r"""(?:[^"'>]++|"[^"]*"|'[^']*')*+>""")
_LONGEST_TAG: Final = 1 << 10
_ENDS: Final = frozenset(["/td", "/th", "/tr", "/caption"])
_TABLE_TAGS: Final = frozenset(
    ["table", "/table", "tr", "td", "th", "caption", "br", "p", "div", "li", *_ENDS]
)
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
    chosen.refuse_if_large(name)
    arrow, rows, notes = table_of_sheet(chosen, name, reading)
    pq.write_table(arrow, target)
    if len(tables) > 1:
        notes.insert(0, f"Read from {excerpt(chosen.name)}, one of {len(tables)} tables.")
    return Converted(sheet=chosen.name, sheets=names, notes=tuple(notes), rows=rows)


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
    parser.read(page)
    found = [grid for grid in map(_Open.closed, parser.begun) if len(grid.rows) > 1 and grid.width > 1]
    taken = {""}
    for number, grid in enumerate(found, 1):
        grid.name = f"table {number}" if grid.name in taken else grid.name
        taken.add(grid.name)
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


class _Tables:
    """The tables of a page, one within a cell of another apart from that."""

    def __init__(self, name: str) -> None:
        self.begun: list[_Open] = []
        self._open: list[_Open] = []
        self._cells = 0
        self._name = name

    def read(self, page: str) -> None:
        """Read a page from its first to its last tag; what scripts and styles hold is none of it."""
        unseen = ""
        for called, tag, text in _tags(page):
            if unseen:
                unseen = "" if called == f"/{unseen}" else unseen
            elif called in _UNSEEN:
                unseen = called
            elif called in _TABLE_TAGS:
                self._take(called, tag)
            if text and not unseen and self._open and self._open[-1].texts is not None:
                self._open[-1].texts.append(unescape(text) if "&" in text else text)

    def _take(self, called: str, tag: str) -> None:
        if called == "table":
            self._open.append(_Open())
            self.begun.append(self._open[-1])
        if not self._open:
            return
        table = self._open[-1]
        if called == "/table":
            self._open.pop().end_cell()
        elif called in _ENDS:
            table.end_cell()
        elif called == "tr":
            self._count(len(table.below))
            table.begin_row()
        elif called in ("td", "th"):
            columns = min(_span(tag, _COLUMNS), _MOST_COLUMNS)
            self._count(columns)
            table.begin_cell(_span(tag, _ROWS), columns)
        elif called == "caption":
            table.end_cell()
            table.texts = []
        elif table.texts is not None:
            table.texts.append(" ")

    def _count(self, cells: int) -> None:
        """Add cells, of which those that take several rows or columns are as many."""
        self._cells += cells
        if self._cells > MAX_CELLS:
            raise too_many_cells(self._name)


def _tags(page: str) -> Iterator[tuple[str, str, str]]:
    """What each tag is called, the tag without its brackets, and the text behind it; no comments.

    In one pass: of tags that never end the standard library's parser looks at each again for each (24 kB of
    ``<a `` take ten seconds).
    """
    begun, comment = "", False
    for part in page.split("<")[1:]:
        if not begun and not comment:
            tag, closed, text = part.partition(">")
            if closed and tag in _TABLE_TAGS:  # as most are written
                yield tag, tag, text
                continue
        if comment or (not begun and part.startswith("!--")):
            _, closed, text = part.partition("-->")
            comment = not closed
            yield "", "", text
            continue
        if not begun and not _TAG.match(part):
            yield "", "", part.partition(">")[2] if part[:1] in ("!", "?") else f"<{part}"
            continue
        begun = f"{begun}<{part}" if begun else part
        whole = _WHOLE.match(begun, 0, _LONGEST_TAG) if ">" in part else None
        if whole is None and len(begun) < _LONGEST_TAG:
            continue  # the bracket stands within quotes
        end = begun.find(">") if whole is None else whole.end() - 1
        tag = begun[: max(end, 0)]
        name = _TAG.match(tag)
        yield name[0].lower() if name else "", tag, begun[end + 1 :]
        begun = ""


def _span(tag: str, which: re.Pattern[str]) -> int:
    """How many rows or columns a cell takes."""
    found = which.search(tag)
    return max(int(found[1]), 1) if found else 1
