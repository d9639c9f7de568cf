"""Workbooks of Excel and OpenDocument to Parquet: one sheet, its values as they were last computed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from dashboard.ingest.errors import UnreadableFile, excerpt, quantity
from dashboard.ingest.kinds import MAX_CELLS, Converted
from dashboard.ingest.kinds.choose_sheet import place_of_sheet
from dashboard.ingest.kinds.mixed_columns import cell_text
from dashboard.ingest.kinds.sheet_table import table_of_sheet
from dashboard.ingest.kinds.workbook_size import (
    SheetFacts,
    is_encrypted,
    locked,
    refuse_large_sheets,
    suffix_of_workbook,
    too_many_cells,
)
from dashboard.ingest.plugin_kinds import file_with_suffix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from python_calamine import CalamineSheet, CalamineWorkbook

    from dashboard.ingest.reading import Reading


def convert(kind: str, source: Path, target: Path, *, name: str, reading: Reading) -> Converted:
    """See :func:`dashboard.ingest.kinds.convert`. Cells with an error count as blank, and are said."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    del kind  # its own content says which of the four formats it is
    known = refuse_large_sheets(source, name)
    try:
        path = file_with_suffix(source, suffix_of_workbook(source), target.parent)
        with CalamineWorkbook.from_path(path) as book:
            table, read, more = _chosen_sheet(book, reading.sheet, name)
            if table.start is None or table.height < 1:
                raise _without_values(name, read, more)
            if table.height * table.width > MAX_CELLS:
                raise too_many_cells(name)
            arrow, rows, notes = table_of_sheet(table, name, reading)
    except (PasswordError, CalamineError) as error:
        if isinstance(error, PasswordError) or is_encrypted(source):
            raise locked(name) from error
        raise UnreadableFile(
            f"{name} is damaged, or no workbook: open it in a spreadsheet and save it again, or as CSV."
        ) from error
    pq.write_table(arrow, target)
    if len(more) > 1:
        notes.insert(0, f"Read from sheet {excerpt(read)}, one of {len(more)}.")
    notes += said_of(known.get(read, SheetFacts()))
    return Converted(sheet=read, sheets=more, notes=tuple(notes), rows=rows)


def said_of(facts: SheetFacts) -> list[str]:
    """What a person should know of a sheet beside its cells, a sentence each."""
    said = []
    if facts.errors:
        said.append(f"{quantity(facts.errors, 'cell')} with an error such as #DIV/0! or #N/A: left blank.")
    if facts.hidden:
        said.append(f"{quantity(facts.hidden, 'hidden row')} on the sheet read like the others.")
    if facts.uncalculated:
        said.append(
            "Formulas that no spreadsheet has calculated are blank: open the file in one and save it again."
        )
    return said


def first_cells(
    source: Path, folder: Path, *, name: str, sheet: str | None, rows: int
) -> tuple[str, tuple[str, ...], list[list[str]]]:
    """The sheet that is read, the names of all, and the first `rows` rows of its cells as text.

    Raises:
        UnreadableFile: it is damaged or locked, or has no such sheet.

    """
    from python_calamine import CalamineError, CalamineWorkbook

    refuse_large_sheets(source, name)
    try:
        path = file_with_suffix(source, suffix_of_workbook(source), folder)
        with CalamineWorkbook.from_path(path) as book:
            table, read, sheets = _chosen_sheet(book, sheet, name)
            head = [] if table.start is None else list(islice(table.iter_rows(), rows))
    except CalamineError as error:
        raise UnreadableFile(f"{name} is damaged, locked, or no workbook.") from error
    return read, sheets, [[cell_text(cell) for cell in row] for row in head]


def _chosen_sheet(
    book: CalamineWorkbook, wanted: str | None, name: str
) -> tuple[CalamineSheet, str, tuple[str, ...]]:
    """The wanted sheet or the first visible one with a table, its name, and the names of all."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    names = tuple(s.name for s in sheets)
    if not names:
        raise UnreadableFile(f"{name} is a workbook without a sheet of cells: put the table on one.")
    if wanted is not None:
        chosen = names[place_of_sheet(wanted, names, name=name, what="sheet")]
        return book.get_sheet_by_name(chosen), chosen, names
    visible = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible] or list(names)
    for candidate in visible:
        found = book.get_sheet_by_name(candidate)
        if found.height > 1 and found.width > 1:
            return found, candidate, names
    return book.get_sheet_by_name(visible[0]), visible[0], names


def _without_values(name: str, sheet: str, sheets: Sequence[str]) -> UnreadableFile:
    others = [excerpt(other) for other in sheets if other != sheet]
    if not others:
        return UnreadableFile(
            f"{name} is a workbook without any value: put a table on its sheet {excerpt(sheet)}."
        )
    more = "another sheet" if len(others) > 1 else others[0]
    return UnreadableFile(f"The sheet {excerpt(sheet)} of {name} holds no value: choose {more}.")
