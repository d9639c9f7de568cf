"""Files of SAS (.sas7bdat), 32 bits and not packed, written as others have found them to be laid out.

Facts are those of M. Shotwell, "SAS7BDAT Database Binary Format" (vignette of the R package sas7bdat) and of
the readers in ReadStat and pandas.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAGIC = bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011")
_HEADER, _PAGE, _PAGE_HEADER, _POINTER = 1024, 4096, 24, 12
_META, _DATA = 0x0000, 0x0100
_ROW_SIZE, _COLUMN_SIZE, _TEXT = 0xF7F7F7F7, 0xF6F6F6F6, 0xFFFFFFFD
_NAMES, _ATTRIBUTES, _FORMAT = 0xFFFFFFFF, 0xFFFFFFFC, 0xFFFFFBFE
_NUMBER, _CHARACTERS = 1, 2
_NUMBER_BYTES = 8
MISSING = {".": 0xFE, "_": 0xFF, **{chr(ord("A") + i): 0xFD - i for i in range(26)}}
"""The third byte of each missing value; the two before it are FF."""


@dataclass(frozen=True)
class SasColumn:
    """A column: texts, or numbers and letters of `MISSING`; SAS writes dates as days from 1960."""

    name: str
    cells: Sequence[str | float]
    format: str = ""

    @property
    def width(self) -> int:
        """Bytes of a cell; 0 of numbers."""
        texts = [cell.encode() for cell in self.cells if isinstance(cell, str)]
        return max(map(len, texts)) if len(texts) == len(self.cells) else 0

    def stored(self, cell: str | float) -> bytes:
        """The bytes of a cell."""
        if self.width:
            return str(cell).encode().ljust(self.width)
        if isinstance(cell, str):
            return bytes((0, 0, 0, 0, 0, MISSING[cell], 0xFF, 0xFF))
        return struct.pack("<d", cell)


def sas_file(columns: Sequence[SasColumn]) -> bytes:
    """The bytes of a file with these columns; there is room for some dozens of them."""
    rows = list(zip(*(map(column.stored, column.cells) for column in columns), strict=True))
    length = sum(column.width or _NUMBER_BYTES for column in columns)
    at_once = (_PAGE - _PAGE_HEADER) // length
    pages = [_meta_page(columns, len(rows), length)]
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        pages.append(_page(_DATA, len(some), 0, b"".join(b"".join(row) for row in some)))
    return _header(len(pages)) + b"".join(pages)


def _header(pages: int) -> bytes:
    found = bytearray(_HEADER)
    for at, what in (
        (0, _MAGIC),
        (32, b"\x22"),  # not of 64 bits
        (35, b"\x32"),
        (37, b"\x01"),  # little endian
        (39, b"1"),  # Unix
        (70, b"\x14"),  # UTF-8
        (84, b"SAS FILE"),
        (92, b"PUPILS".ljust(64)),
        (156, b"DATA    "),
        (164, struct.pack("<dd", 1.8e9, 1.8e9)),
        (196, struct.pack("<III", _HEADER, _PAGE, pages)),
        (216, b"9.0401M6"),
        (224, b"Linux".ljust(16, b"\0")),
    ):
        found[at : at + len(what)] = what
    return bytes(found)


def _page(kind: int, blocks: int, subheaders: int, content: bytes) -> bytes:
    begin = bytes(16) + struct.pack("<HHHH", kind, blocks, subheaders, 0)
    return (begin + content).ljust(_PAGE, b"\0")


def _meta_page(columns: Sequence[SasColumn], rows: int, length: int) -> bytes:
    text, places = b"", []
    for word in (word for column in columns for word in (column.name, column.format)):
        places.append((0, len(text) + 16, len(word.encode())))
        text += word.encode().ljust(-(-len(word.encode()) // 4) * 4, b"\0")
    names, formats = places[::2], places[1::2]
    parts = [
        _row_size(len(columns), rows, length),
        struct.pack("<III", _COLUMN_SIZE, len(columns), 0),
        _listed(_TEXT, bytes(8) + text),
        _listed(_NAMES, b"".join(struct.pack("<HHHH", *place, 0) for place in names)),
        _listed(_ATTRIBUTES, _attributes(columns)),
        *(_format(place) for place in formats),
    ]
    first = _PAGE_HEADER + _POINTER * len(parts)
    pointers, content = b"", b""
    for part in parts:
        pointers += struct.pack("<IIBBH", first + len(content), len(part), 0, 0, 0)
        content += part
    assert first + len(content) <= _PAGE
    return _page(_META, len(parts), len(parts), pointers + content)


def _row_size(columns: int, rows: int, length: int) -> bytes:
    found = bytearray(480)
    for at, number in ((0, _ROW_SIZE), (20, length), (24, rows), (36, columns), (60, 0)):
        struct.pack_into("<I", found, at, number)
    return bytes(found)


def _listed(signature: int, content: bytes) -> bytes:
    """A subheader that says how long it is."""
    return struct.pack("<IHHI", signature, len(content) + 8, 0, 0) + content + bytes(8)


def _attributes(columns: Sequence[SasColumn]) -> bytes:
    found, at = b"", 0
    for column in columns:
        width = column.width or _NUMBER_BYTES
        kind = _CHARACTERS if column.width else _NUMBER
        found += struct.pack("<IIHBB", at, width, 4, kind, 0)
        at += width
    return found


def _format(place: tuple[int, int, int]) -> bytes:
    found = bytearray(52)
    struct.pack_into("<I", found, 0, _FORMAT)
    struct.pack_into("<HHH", found, 34, *place)
    return bytes(found)
