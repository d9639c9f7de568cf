"""A user's file of any accepted kind to one stored Parquet file, in one reading."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from dashboard.ingest.aligned_columns import ALIGNED_DELIMITER, columns_by_place
from dashboard.ingest.delimited import is_regular, read_layout, text_to_parquet
from dashboard.ingest.drawn_tables import DRAWN_DELIMITER, without_drawing
from dashboard.ingest.encoding import utf8_file
from dashboard.ingest.errors import UnreadableFile, excerpt, quantity
from dashboard.ingest.footnotes import without_footnotes
from dashboard.ingest.formula_text import FORMULAS_READ, without_formula_text
from dashboard.ingest.kinds import Converted, convert
from dashboard.ingest.kinds.choose_sheet import refuse_sheet
from dashboard.ingest.lines import lines_of_rows
from dashboard.ingest.magic import is_parquet
from dashboard.ingest.parquet import ColumnType, copy_parquet, parquet_columns
from dashboard.ingest.plain_parquet import parquet_pieces
from dashboard.ingest.plain_text import text_pieces
from dashboard.ingest.plugin_kinds import foreign_to_parquet, kind_of
from dashboard.ingest.quoted_lines import QUOTES_TAKEN_OFF, UNQUOTED, without_outer_quotes
from dashboard.ingest.reading import AS_FOUND, Reading
from dashboard.ingest.row_widths import ShortLines
from dashboard.ingest.second_table import without_second_table
from dashboard.ingest.source import Source
from dashboard.ingest.table import TextLayout
from dashboard.ingest.unpack import MAX_EXPANDED_BYTES, kind_of_text, plain_file
from dashboard.ingest.written_plainly import written_plainly

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from dashboard.ingest.dialect import Layout
    from dashboard.ingest.lines_above import Row
    from dashboard.ingest.plugin_kinds import ForeignKind

_EXAMPLES: Final = 3
"""So many of the lines above the names are shown."""


def open_source(
    path: Path,
    *,
    name: str,
    folder: Path,
    max_expanded_bytes: int = MAX_EXPANDED_BYTES,
    kinds: Iterable[ForeignKind] = (),
    reading: Reading = AS_FOUND,
) -> Source:
    """Unpack, transcode, tell the layout of a file, and stack the columns of a wide one that `reading` names.

    `folder` is for copies and is the caller's to remove. A file whose name is that of one of `kinds` is read
    by its reader, whatever it holds. The sheet of `reading` is one of a workbook or a data frame of an R
    workspace, by name or by number from 1.

    Raises:
        UnreadableFile: the file cannot be used.
        OSError: it cannot be opened, or the disk is full.

    """
    source = _opened(
        path,
        name=name,
        folder=folder,
        max_expanded_bytes=max_expanded_bytes,
        kinds=kinds,
        reading=reading,
    )
    if not reading.stack:
        return source
    from dashboard.ingest.stack import stack_columns

    return stack_columns(source, reading.stack, name=name, folder=folder)


def _opened(
    path: Path,
    *,
    name: str,
    folder: Path,
    max_expanded_bytes: int,
    kinds: Iterable[ForeignKind],
    reading: Reading,
) -> Source:
    foreign = kind_of(name, kinds)
    if foreign is not None:
        kind, suffix = foreign
        refuse_sheet(reading.sheet, name)
        made = foreign_to_parquet(path, name=name, kind=kind, suffix=suffix, folder=folder)
        return _parquet(made, name, reader=kind.id)
    plain, head, content = plain_file(path, name=name, folder=folder, max_bytes=max_expanded_bytes)
    if content is not None:
        made = folder / "converted.parquet"
        return _converted_source(
            convert(content, plain, made, name=name, reading=reading), made, name, content
        )
    refuse_sheet(reading.sheet, name)
    if is_parquet(head):
        return _parquet(plain, name)
    if not head.strip():
        raise UnreadableFile(f"{name} is empty: choose a file with a line of column names and rows of data.")
    return _text(plain, head, name=name, folder=folder, reading=reading, is_copy=plain != path)


def _text(plain: Path, head: bytes, *, name: str, folder: Path, reading: Reading, is_copy: bool) -> Source:
    text, encoding = utf8_file(plain, head, name=name, folder=folder, encoding=reading.encoding)
    if text != plain and (kind := kind_of_text(text, name)) is not None:
        made = folder / "converted.parquet"
        return _converted_source(convert(kind, text, made, name=name, reading=reading), made, name, kind)
    plain_cells = without_formula_text(text, folder)
    text, layout, delimiter = _laid_out(plain_cells or text, name=name, folder=folder, reading=reading)
    notes = [FORMULAS_READ] if plain_cells else []
    notes += [QUOTES_TAKEN_OFF] if text.name == UNQUOTED else []
    text, second = without_second_table(text, layout, folder)
    text, remarks = without_footnotes(text, layout, folder)

    text_column: ColumnType = "text"
    short = ShortLines()

    def write_text(target: Path, keep: Sequence[int] | None) -> int:
        return text_to_parquet(text, layout, target, keep=keep, name=name, folder=folder, short=short)

    written = TextLayout(
        delimiter=delimiter,
        quote=layout.dialect.quote,
        encoding=encoding,
        lines_above=layout.lines_above,
        header=layout.header,
        comment=layout.remark,
        first_line=layout.lines_before_data + 1,
        convention=layout.convention.decimal,
        convention_in_cells=layout.convention.shown,
    )

    def is_plain() -> bool:
        # a copy was packed, or is in an encoding that others have to be told of
        return not is_copy and text == plain and written_plainly(text, layout)

    types = tuple(text_column for _ in layout.names)
    notes += [_lines_note(layout.left_out_above, "above")] if layout.left_out_above else []
    notes += [_lines_note(layout.left_out_below, "below")] if layout.left_out_below else []
    if layout.two_rows is not None:
        notes.append(f"Two lines of column names read as one, such as {excerpt(layout.two_rows)}.")
    notes += [second] if second else []
    notes += [_below_note(remarks)] if remarks else []
    return Source(
        layout.names,
        types,
        written,
        write_text,
        layout.binary,
        layout.signs,
        notes=tuple(notes),
        notes_of_rows=short.notes,
        pieces=partial(text_pieces, text, layout) if is_regular(layout) else None,
        lines=partial(lines_of_rows, text, layout.dialect.quote, layout.lines_before_data),
        plain=is_plain,
    )


def _laid_out(text: Path, *, name: str, folder: Path, reading: Reading) -> tuple[Path, Layout, str]:
    """A text whose cells are separated by one mark, how it is laid out, and the mark of the file itself."""
    if reading.delimiter in (None, DRAWN_DELIMITER):
        drawn = without_drawing(text, folder)
        if drawn is not None:
            return (
                drawn,
                read_layout(drawn, name, replace(reading, delimiter=DRAWN_DELIMITER, quote='"')),
                DRAWN_DELIMITER,
            )
    try:
        layout = read_layout(text, name, reading)
    except UnreadableFile:
        found = _by_place(text, 0, name=name, folder=folder, reading=reading) or _unquoted(
            text, name=name, folder=folder, reading=reading
        )
        if found is None:
            raise
        return found
    aligned = None
    if layout.agreement < 1.0:
        bare = _unquoted(text, name=name, folder=folder, reading=reading)
        if bare is not None and bare[1].agreement == 1.0:
            return bare
    if layout.dialect.delimiter == " ":
        width = len(layout.names) if layout.agreement == 1.0 else 0
        aligned = _by_place(text, width, name=name, folder=folder, reading=reading)
    return aligned or (text, layout, layout.dialect.delimiter)


def _unquoted(text: Path, *, name: str, folder: Path, reading: Reading) -> tuple[Path, Layout, str] | None:
    """The same of a text whose lines are quoted as a whole; None where they are not, or hold no table."""
    bare = without_outer_quotes(text, folder)
    if bare is None:
        return None
    try:
        layout = read_layout(bare, name, reading)
    except UnreadableFile:
        return None
    return bare, layout, layout.dialect.delimiter


def _by_place(
    text: Path, width: int, *, name: str, folder: Path, reading: Reading
) -> tuple[Path, Layout, str] | None:
    """The same of a text whose columns are told by their place; None where they are not."""
    if reading.delimiter not in (None, " ") or reading.header == 0:
        return None
    skip = max(reading.skip_rows or 0, (reading.header or 1) - 1)
    made = columns_by_place(text, folder, skip=skip, width=width)
    return (
        None
        if made is None
        else (made, read_layout(made, name, replace(reading, delimiter=ALIGNED_DELIMITER, quote='"')), " ")
    )


def _lines_note(rows: Sequence[Row], where: str) -> str:
    left = [(line, excerpt(" ".join(cells).strip())) for line, cells in rows if any(map(str.strip, cells))]
    if not left:
        return f"{quantity(len(rows), 'blank line')} {where} the column names left out."
    shown = ", ".join(f"{text} (line {line})" for line, text in left[:_EXAMPLES])
    more = ", ..." if len(left) > _EXAMPLES else ""
    return f"{quantity(len(left), 'line')} {where} the column names left out: {shown}{more}."


def _below_note(remarks: Sequence[str]) -> str:
    return f"{quantity(len(remarks), 'line')} below the table left out ({excerpt(remarks[0])})."


def _parquet(
    plain: Path, name: str, reader: str | None = None, rows: NDArray[np.int64] | None = None
) -> Source:
    columns = parquet_columns(plain, name)

    def write_parquet(target: Path, keep: Sequence[int] | None) -> int:
        return copy_parquet(plain, target, columns, keep=keep, name=name, rows=rows)

    return Source(
        columns.names,
        columns.types,
        None,
        write_parquet,
        reader=reader,
        pieces=partial(parquet_pieces, plain),
        parquet=plain,
    )


def _with_rows(source: Source, rows: NDArray[np.int64]) -> Source:
    """A source whose rows have other numbers; in place only those that leave none out are numbered."""
    gapless = int(rows[-1] - rows[0]) + 1 == len(rows)
    return replace(
        source,
        first_row=int(rows[0]),
        lines=lambda places: rows[list(places)].tolist(),
        parquet=source.parquet if gapless else None,
    )


def _converted_source(known: Converted, made: Path, name: str, kind: str) -> Source:
    """The source of a file that became Parquet: the columns of labels behind the others have no name."""
    source = _parquet(made, name, rows=known.rows)
    if known.rows is not None and len(known.rows):
        source = _with_rows(source, known.rows)
    width = len(source.names) - len(known.labels)
    return replace(
        source,
        names=source.names[:width],
        types=source.types[:width],
        kind=kind,
        sheet=known.sheet,
        sheets=known.sheets,
        notes=known.notes,
        labels=known.labels,
    )
