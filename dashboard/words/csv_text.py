"""Tables as CSV: safe to open in a spreadsheet, or exactly as they are."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    _Column = Sequence[object] | NDArray[Any]

PIECE_LINES = 5_000
"""Of one piece of a long file."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection)."""


_A_FORMULA = "^ *[" + re.escape("".join(FORMULA_STARTS)) + "]"


def formula_safe(text: str) -> str:
    """The text with a quote in front where a spreadsheet would calculate it."""
    return "'" + text if text.lstrip(" ").startswith(FORMULA_STARTS) else text


@dataclass(frozen=True)
class CsvStyle:
    """How lines end, and whether cells of text are guarded as by :func:`formula_safe`."""

    end: str
    guarded: bool


FOR_SPREADSHEETS: Final = CsvStyle("\r\n", guarded=True)
EXACT: Final = CsvStyle("\n", guarded=False)
"""For programs: labels as they are."""


def csv_block(lines: Iterable[Sequence[object]], end: str = FOR_SPREADSHEETS.end) -> bytes:
    """Lines of a file: UTF-8, every digit of the numbers, empty where there is none; nothing is guarded."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end).writerows(lines)
    return buffer.getvalue().encode()


def csv_of_columns(columns: Sequence[_Column], style: CsvStyle = FOR_SPREADSHEETS) -> Iterator[bytes]:
    """The lines of columns of one length, each of numbers or of texts, None or NaN for nothing; in pieces.

    Numbers have as many digits as tell them from all others. Read, they are what :func:`csv_block` writes, in
    a fifth of its time; what is held beside the columns is that of one piece.
    """
    return csv_of_parts([columns], style)


def csv_of_parts(parts: Iterable[Sequence[_Column]], style: CsvStyle) -> Iterator[bytes]:
    """The lines of parts that stand one below the other; what each is, :func:`csv_of_columns` says.

    Texts of a column that several parts of one piece have in common, as one object, are made once.
    """
    import pyarrow.compute as pc

    made: dict[int, tuple[_Column, pa.Array]] = {}  # with the column, or its id might become another's
    for columns in parts:
        blank = '""' if len(columns) == 1 else ""  # a blank line would be none
        in_quotes = f'{"^$|" if blank else ""}[",\\r\\n]'
        count = len(columns[0]) if columns else 0
        for start in range(0, count, PIECE_LINES):
            cells = []
            for column in columns:
                if id(column) in made:
                    _, texts = made[id(column)]
                else:
                    texts = _cells(column[start : start + PIECE_LINES], in_quotes, guarded=style.guarded)
                    if count <= PIECE_LINES:
                        made[id(column)] = column, texts
                cells.append(texts)
            lines = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement=blank)
            yield (style.end.join(lines.to_pylist()) + style.end).encode()


def _cells(given: _Column, in_quotes: str, *, guarded: bool) -> pa.Array:
    """The texts of a column's cells, between quotes where the pattern is found in them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.array(given, from_pandas=True)
    if pa.types.is_floating(column.type):
        return _numbers(column)
    texts = column.cast(pa.string())
    if not pa.types.is_string(column.type):
        return texts
    if guarded:
        texts = pc.if_else(
            pc.match_substring_regex(texts, _A_FORMULA), pc.binary_join_element_wise("'", texts, ""), texts
        )
    needed = pc.match_substring_regex(texts, in_quotes)
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(texts, '"', '""'), '"', "")
    return pc.if_else(needed, quoted, texts)


def _numbers(column: pa.Array) -> pa.Array:
    """Numbers as ``repr`` writes them, which both libraries do in the fewest digits, but not all alike."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = column.cast(pa.string())
    values = column.to_numpy(zero_copy_only=False)  # NaN where there is nothing
    size = np.abs(values)
    whole = np.floor(values) == values
    if whole.any():
        texts = pc.if_else(pa.array(whole), pc.binary_join_element_wise(texts, ".0", ""), texts)
    others = (size >= 1e9) | ((size > 0) & (size < 1e-4))
    if others.any():
        written = [
            repr(value) if other else None for value, other in zip(values.tolist(), others, strict=True)
        ]
        texts = pc.if_else(pa.array(others), pa.array(written, pa.string()), texts)
    return texts


def csv_of_lines(lines: Sequence[Mapping[str, object]]) -> bytes:
    """Lines of the same columns, one at least, below the columns' names; cells of text are guarded."""
    cells = [[formula_safe(v) if isinstance(v, str) else v for v in line.values()] for line in lines]
    return csv_block([tuple(lines[0]), *cells])
