"""Workbooks in the XML of Excel 2003, which some programs write and call .xls, to Parquet."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

import pyarrow.parquet as pq

from dashboard.ingest.errors import UnreadableFile, excerpt
from dashboard.ingest.kinds import MAX_BYTES_IN_MEMORY, Converted
from dashboard.ingest.kinds.cell_grid import CellGrid
from dashboard.ingest.kinds.choose_sheet import place_of_sheet
from dashboard.ingest.kinds.sheet_table import table_of_sheet
from dashboard.ingest.kinds.workbook import said_of
from dashboard.ingest.kinds.workbook_size import SheetFacts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dashboard.ingest.reading import Reading

NAMESPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"


def convert(kind: str, source: Path, target: Path, *, name: str, reading: Reading) -> Converted:
    """See :func:`dashboard.ingest.kinds.convert`. Cells with an error count as blank, and are said."""
    del kind
    if source.stat().st_size > MAX_BYTES_IN_MEMORY:
        raise UnreadableFile(
            f"{name} is a workbook in XML of more than {MAX_BYTES_IN_MEMORY >> 20} MB: "
            "save it as .xlsx or CSV."
        )
    sheets = _Sheets()
    try:
        sheets.read(source)
    except (expat.ExpatError, ValueError) as error:
        raise UnreadableFile(
            f"{name} is a damaged workbook in XML: open it in a spreadsheet and save it again, or as CSV."
        ) from error
    names = tuple(sheet.name for sheet in sheets.found)
    filled = [sheet for sheet in sheets.found if len(sheet.rows) > 1 and sheet.width > 1]
    if reading.sheet is not None:
        chosen = sheets.found[place_of_sheet(reading.sheet, names, name=name, what="sheet")]
    elif filled:
        chosen = filled[0]
    else:
        raise UnreadableFile(f"{name} is a workbook without a table: put one on a sheet.")
    if not chosen.rows:
        raise UnreadableFile(f"The sheet {excerpt(chosen.name)} of {name} holds no value: choose another.")
    chosen.refuse_if_large(name)
    arrow, rows, notes = table_of_sheet(chosen, name, reading)
    pq.write_table(arrow, target)
    if len(names) > 1:
        notes.insert(0, f"Read from sheet {excerpt(chosen.name)}, one of {len(names)}.")
    notes += said_of(
        SheetFacts(errors=sheets.errors.get(chosen.name, 0), hidden=sheets.hidden.get(chosen.name, 0))
    )
    return Converted(sheet=chosen.name, sheets=names, notes=tuple(notes), rows=rows)


class _Sheets:
    """The sheets of a workbook, read tag by tag; entities that the file declares are refused."""

    def __init__(self) -> None:
        self.found: list[CellGrid] = []
        self.errors: dict[str, int] = {}
        self.hidden: dict[str, int] = {}
        self._row = self._column = 0
        self._after: tuple[int, int] = (0, 0)
        """The row and the column that come next where none is named."""
        self._type: str | None = None
        self._texts: list[str] = []
        self._in_comment = False

    def read(self, source: Path) -> None:
        """Raises ExpatError, or ValueError for what no such workbook holds."""
        with source.open("rb") as file:
            head = file.read(200)
            file.seek(0)
            # a copy in UTF-8 of another Unicode still says what it was
            override = "UTF-8" if b"utf-16" in head.lower() else None
            parser = expat.ParserCreate(override, namespace_separator=" ")
            parser.buffer_text = True
            parser.StartDoctypeDeclHandler = _refuse_entities
            parser.StartElementHandler = self._begin
            parser.EndElementHandler = self._end
            parser.CharacterDataHandler = self._text
            parser.ParseFile(file)

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        own = {key.removeprefix(f"{NAMESPACE} "): value for key, value in attributes.items()}
        if tag == f"{NAMESPACE} Worksheet":
            self.found.append(CellGrid(own.get("Name", f"sheet {len(self.found) + 1}")))
            self._after = (0, 0)
        elif tag == f"{NAMESPACE} Row":
            self._row = _number(own["Index"], 1) - 1 if "Index" in own else self._after[0]
            self._after = (self._row + 1 + _number(own.get("Span", "0"), 0), 0)
            if own.get("Hidden") == "1" and self.found:
                self.hidden[self.found[-1].name] = self.hidden.get(self.found[-1].name, 0) + 1
        elif tag == f"{NAMESPACE} Cell":
            self._column = _number(own["Index"], 1) - 1 if "Index" in own else self._after[1]
            across, down = _number(own.get("MergeAcross", "0"), 0), _number(own.get("MergeDown", "0"), 0)
            self._after = (self._after[0], self._column + across + 1)
            if (across or down) and self.found:
                last = (self._row + down, self._column + across)
                self.found[-1].merged_cell_ranges.append(((self._row, self._column), last))
        elif tag == f"{NAMESPACE} Comment":
            self._in_comment = True
        elif tag == f"{NAMESPACE} Data" and not self._in_comment:
            self._type, self._texts = own.get("Type", "String"), []

    def _text(self, text: str) -> None:
        if self._type is not None:
            self._texts.append(text)

    def _end(self, tag: str) -> None:
        if tag == f"{NAMESPACE} Comment":
            self._in_comment = False
        elif tag == f"{NAMESPACE} Data" and self._type is not None and self.found:
            sheet = self.found[-1]
            if self._type == "Error":
                self.errors[sheet.name] = self.errors.get(sheet.name, 0) + 1
            else:
                sheet.put(self._row, self._column, _value(self._type, "".join(self._texts)))
            self._type = None


def _number(text: str, least: int) -> int:
    number = int(text)
    if number < least:
        raise ValueError(text)
    return number


def _refuse_entities(*_: object) -> None:
    raise ValueError("a workbook declares no kinds of document")


def _value(kind: str, text: str) -> float | bool | str | dt.date:
    if kind == "Number":
        if "_" in text:  # Python's own, no part of XML's numbers
            raise ValueError(text)
        return float(text)
    if kind == "Boolean":
        return text.strip() == "1"
    if kind == "DateTime":
        moment = dt.datetime.fromisoformat(text.strip()).replace(tzinfo=None)
        return moment.date() if moment.time() == dt.time() else moment
    return text
