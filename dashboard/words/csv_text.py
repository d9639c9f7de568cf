"""Tables as CSV that is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection)."""


def formula_safe(text: str) -> str:
    """The text with a quote in front where a spreadsheet would calculate it."""
    return "'" + text if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def csv_block(lines: Iterable[Sequence[object]]) -> bytes:
    """Lines of a file: UTF-8, every digit of the numbers, empty where there is none."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    return buffer.getvalue().encode()


def csv_of_lines(lines: Sequence[Mapping[str, object]]) -> bytes:
    """Lines of the same columns, one at least, below the columns' names; cells of text are guarded."""
    cells = [[formula_safe(v) if isinstance(v, str) else v for v in line.values()] for line in lines]
    return csv_block([tuple(lines[0]), *cells])
