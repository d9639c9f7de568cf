"""How far a workbook's sheets reach, before a library takes memory for every cell between their corners.

A cell in the last corner of an otherwise empty sheet makes it 17 thousand million cells, and a small file can
unpack to any size; both are found here by one pass over the packed sheets.
"""

from __future__ import annotations

import re
import struct
import zipfile
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from dashboard.ingest.damage import is_damage
from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.kinds import MAX_CELLS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

MAX_UNPACKED_BYTES = 2 << 30
"""What the parts of a workbook may unpack to, all together."""
_CHUNK, _LONGEST_TAG = 1 << 20, 1 << 10
_FAR_CELL = re.compile(rb' r="([A-Z]{2,3})([0-9]{1,7})"')
# each looks at what a tag holds once: where one that fails is begun again, a damaged sheet takes hours
_ROW = re.compile(rb'row (?:[^<>]*?r="([0-9]{1,7})"|[^<>]*+)')
_ERROR = re.compile(rb'<(?:\w+:)?c [^<>]*?t="e"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row [^<>]*?hidden="(?:1|true)"')
_UNCALCULATED = re.compile(
    rb'<(?:\w+:)?c (?![^<>]*t="str")[^<>]*>'
    rb"<(?:\w+:)?f\b(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v>\s*</(?:\w+:)?v>|<(?:\w+:)?v ?/>)?</(?:\w+:)?c>"
)
"""A formula without a value that is no text, since that may be empty."""
_SHEET = re.compile(r"<(?:\w+:)?sheet [^<>]*")
_RELATION = re.compile(r"<Relationship [^<>]*")
_ATTRIBUTE = re.compile(r'\b(?:\w+:)?(\w+)="([^"]*)"')
_REPEATED = re.compile(rb'table:number-(rows|columns)-repeated="([0-9]+)"')
_SUFFIXES = {"xl/workbook.xml": ".xlsx", "xl/workbook.bin": ".xlsb"}
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the stream that holds such a workbook; the directory that names it lies in one sector."""
_SIZE_OF_XLSB_SHEET = b"\x94\x01\x10"
"""The record BrtWsDim (148), 16 bytes: first and last row, first and last column."""


class SheetFacts(NamedTuple):
    """What is to be said of a sheet of .xlsx beside its values."""

    errors: int = 0
    """Cells with an error."""
    hidden: int = 0
    """Rows that a filter or a person hid."""
    uncalculated: bool = False
    """Whether a formula has no value, since no spreadsheet has calculated it."""

    def __add__(self, other: object) -> SheetFacts:
        """The facts of two parts of a sheet together."""
        if not isinstance(other, SheetFacts):
            return NotImplemented
        return SheetFacts(
            self.errors + other.errors, self.hidden + other.hidden, self.uncalculated or other.uncalculated
        )


def too_many_cells(name: str) -> UnreadableFile:
    """What to say of a sheet past the cap."""
    return UnreadableFile(
        f"{name} has a sheet that spans more than {MAX_CELLS:,} cells: delete the rows and columns "
        "outside the table (a stray cell far off counts), or save the table as CSV."
    )


def locked(name: str) -> UnreadableFile:
    """What to say of a workbook that asks for a password."""
    return UnreadableFile(
        f"{name} is locked with a password: open it in a spreadsheet, and save it again without one, or as "
        "CSV."
    )


def is_encrypted(path: Path) -> bool:
    """Whether a compound file holds an encrypted workbook of the newer kinds ([MS-OFFCRYPTO] 2.3.1)."""
    with path.open("rb") as file:
        return any(_ENCRYPTED in data for data in iter(lambda: file.read(_CHUNK), b""))


def suffix_of_workbook(path: Path) -> str:
    """How the name of such a workbook ends, by what is in it: the library goes by the name."""
    if not zipfile.is_zipfile(path):
        return ".xls"
    with zipfile.ZipFile(path) as book:
        parts = set(book.namelist())
    return next((end for part, end in _SUFFIXES.items() if part in parts), ".ods")


def refuse_large_sheets(path: Path, name: str) -> dict[str, SheetFacts]:
    """What is to be said of each sheet by its name, for .xlsx; nothing is known of the other kinds.

    Raises:
        UnreadableFile: a sheet spans more than `MAX_CELLS`, all unpacks to more than `MAX_UNPACKED_BYTES`, or
            the file is damaged.

    """
    if not zipfile.is_zipfile(path):
        return {}
    try:
        with zipfile.ZipFile(path) as book:
            return _facts_by_sheet(book, name)
    except Exception as error:
        if is_damage(error):
            raise UnreadableFile(
                f"{name} is a damaged workbook, or one with a password: open it in a spreadsheet, and save "
                "it again without one or as CSV."
            ) from error
        raise


def _facts_by_sheet(book: zipfile.ZipFile, name: str) -> dict[str, SheetFacts]:
    titles = _sheet_titles(book)
    facts: dict[str, SheetFacts] = {}
    left = MAX_UNPACKED_BYTES
    for member in book.infolist():
        part = member.filename
        if not part.endswith((".xml", ".bin")):
            continue
        with book.open(member) as stream:
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                size, spanned, found = _xlsx_sheet(stream, left)
                facts[titles.get(part, part)] = found
                if spanned > MAX_CELLS:
                    with book.open(member) as again:
                        spanned = _xlsx_sheet(again, left, few_columns=True)[1]
            elif part.startswith("xl/worksheets/"):
                size, spanned = _xlsb_sheet(stream, left)
            elif part == "content.xml":
                size, spanned = _ods_sheets(stream, left)
            else:
                size, spanned = sum(map(len, _chunks(stream, left))), 0
        left -= size
        if left <= 0:
            raise UnreadableFile(
                f"{name} is a workbook that unpacks to more than {MAX_UNPACKED_BYTES / 1e9:.3g} GB: save the "
                "sheet that is needed as CSV."
            )
        if spanned > MAX_CELLS:
            raise too_many_cells(name)
    return facts


def _chunks(stream: IO[bytes] | BinaryIO, most: int) -> Iterator[bytes]:
    """What a stream holds, up to a little past `most` bytes."""
    while most >= 0 and (data := stream.read(_CHUNK)):
        most -= len(data)
        yield data


def _overlapping(stream: IO[bytes], most: int, tag: bytes = b"<") -> Iterator[tuple[int, bytes]]:
    """(new bytes, piece) where each piece ends before a tag, if there is one, that the next one has whole."""
    kept = b""
    for data in _chunks(stream, most):
        piece = kept + data
        cut = piece.rfind(tag, max(len(piece) - _LONGEST_TAG, 0))
        cut = piece.rfind(b"<", max(len(piece) - _LONGEST_TAG, 0)) if cut < 0 else cut
        cut = len(piece) if cut < 0 else cut
        kept = piece[cut:]
        yield len(data), piece[:cut]
    yield 0, kept


def _xlsx_sheet(stream: IO[bytes], most: int, *, few_columns: bool = False) -> tuple[int, int, SheetFacts]:
    """Bytes, cells from the first to the last corner, and what is to be said, of one sheet in XML.

    There are at least 26 columns unless `few_columns` asks for the slower look at one-letter names.
    """
    size = last_row = 0
    facts = SheetFacts()
    width = 1 if few_columns else 26
    for new, piece in _overlapping(stream, most, b"<c "):
        size += new
        far = _FAR_CELL.findall(piece)
        width = max([width, *map(_column_number, {column for column, _ in far})])
        width = next((n for n in range(26, width, -1) if b' r="%c' % (64 + n) in piece), width)
        rows = [int(number) for number in _ROW.findall(piece) if number]
        rows += [int(number) for _, number in far[-1:]] + [
            int(number) for _, number in far if len(number) > 6
        ]
        last_row = max([last_row, *rows])
        facts += SheetFacts(
            len(_ERROR.findall(piece)) if b't="e"' in piece else 0,
            len(_HIDDEN.findall(piece)) if b"hidden=" in piece else 0,
            (b"<f" in piece or b":f" in piece) and _UNCALCULATED.search(piece) is not None,
        )
    return size, last_row * width, facts


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _xlsb_sheet(stream: IO[bytes], most: int) -> tuple[int, int]:
    """Bytes, and cells as the sheet itself says, of one sheet of .xlsb."""
    size, spanned = 0, 0
    for data in _chunks(stream, most):
        if size == 0 and (at := data[:4096].find(_SIZE_OF_XLSB_SHEET)) >= 0 and len(data) >= at + 19:
            top, bottom, left, right = struct.unpack_from("<4I", data, at + 3)
            spanned = (bottom - top + 1) * (right - left + 1)
        size += len(data)
    return size, spanned


def _ods_sheets(stream: IO[bytes], most: int) -> tuple[int, int]:
    """Bytes of an OpenDocument's content; cells past the cap where filled ones are repeated that often.

    Blank rows and columns that fill a sheet to its end are repeated too, and take no room.
    """
    size = worst = 0
    for new, piece in _overlapping(stream, most):
        size += new
        for row in piece.split(b"<table:table-row")[1:]:
            if b"office:value" not in row:
                continue
            times = {b"rows": 1, b"columns": 1}
            for what, number in _REPEATED.findall(row.split(b"</table:table-row")[0]):
                times[what] = max(times[what], int(number))
            if times[b"rows"] > 1:
                worst = max(worst, times[b"rows"] * times[b"columns"])
    return size, worst


def _sheet_titles(book: zipfile.ZipFile) -> dict[str, str]:
    """The name of the sheet that each part of an .xlsx holds."""
    from html import unescape

    try:
        listing = book.read("xl/workbook.xml").decode("utf-8", "replace")
        relations = book.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError:
        return {}
    targets = {}
    for relation in _attributes(_RELATION, relations):
        targets[relation.get("Id", "")] = relation.get("Target", "")
    return {
        _part(targets.get(sheet.get("id", ""), "")): unescape(sheet.get("name", ""))
        for sheet in _attributes(_SHEET, listing)
    }


def _attributes(tag: re.Pattern[str], text: str) -> list[dict[str, str]]:
    """The attributes of each such tag of a text, by their names without a prefix."""
    return [dict(_ATTRIBUTE.findall(found)) for found in tag.findall(text)]


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
