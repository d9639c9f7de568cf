"""Remarks below a text table, such as ``Source: the office``: told from its last lines, left out and said."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

from dashboard.ingest.dialect import DELIMITERS
from dashboard.ingest.row_widths import fits

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.ingest.dialect import Layout

_TAIL_BYTES: Final = 1 << 16
_CHUNK_BYTES: Final = 1 << 20
MOST_LINES: Final = 20
"""More lines than these without a separator are no remarks below a table."""
_REMARK: Final = re.compile(r"\s*([*\u2020\u2021#(\[]|\S+\s+\S|[_=\u2013\u2014-]{3,}$)")
"""A mark of a footnote, several words, or a rule: one word or number is rather a row that was cut short."""


def without_footnotes(path: Path, layout: Layout, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """A UTF-8 text without the remarks below its table, as a copy in `folder`, and what they say.

    A single word between a blank line and a remark is the title of the remarks. The text itself and nothing
    where it ends with a row of the table, or is not laid out so that the two can be told apart.
    """
    lines = _last_lines(path)
    remarks: list[str] = []
    doubtful: list[str] = []
    left = doubtful_bytes = 0
    blank = f"{layout.dialect.delimiter} \t\r\n"
    for line, above in zip(reversed(lines), reversed(["", *lines][:-1]), strict=True):
        cells = _cells(line, layout)
        if _is_remark(cells) or (remarks and len(cells) == 1 and not above.strip(blank)):
            left += doubtful_bytes + len(line.encode())
            remarks += [*doubtful, *_texts(cells)]
            doubtful, doubtful_bytes = [], 0
        elif not line.strip() or _may_be_remark(cells, layout):
            doubtful += _texts(cells)
            doubtful_bytes += len(line.encode())
        else:
            break
    else:
        return path, ()
    if not remarks or len(remarks) > MOST_LINES or not _is_row(line, layout):
        return path, ()
    target, wanted = folder / "table-alone", path.stat().st_size - left
    with path.open("rb") as source, target.open("wb") as out:
        while wanted > 0 and (chunk := source.read(min(wanted, _CHUNK_BYTES))):
            wanted -= len(chunk)
            out.write(chunk)
    return target, tuple(reversed(remarks))


def _last_lines(path: Path) -> list[str]:
    """The last lines of a text, the first of them whole."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size - _TAIL_BYTES, 0))
        tail = file.read()
    lines = re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", tail)
    whole = lines if size <= _TAIL_BYTES else lines[1:]
    return [line.decode() for line in whole]


def _cells(line: str, layout: Layout) -> list[str]:
    """The cells of a line that is a row by itself; nothing of one that is not, or that may be none."""
    dialect = layout.dialect
    open_quote = dialect.quote and line.count(dialect.quote) % 2
    if open_quote or dialect.delimiter not in DELIMITERS or dialect.escape is not None:
        return []
    try:
        return next(dialect.rows([line]), [])
    except csv.Error:
        return []


def _texts(cells: list[str]) -> list[str]:
    return [cell.strip() for cell in cells if cell.strip()]


def _is_remark(cells: list[str]) -> bool:
    return len(cells) == 1 and _REMARK.match(cells[0].strip()) is not None


def _may_be_remark(cells: list[str], layout: Layout) -> bool:
    """Whether a row is blank, or as wide as the table and blank but for a remark.

    It is none of the table where a remark stands above it.
    """
    texts = _texts(cells)
    wide = len(cells) in (1, len(layout.names))
    return wide and (not texts or (len(texts) == 1 < len(cells) and _REMARK.match(texts[0]) is not None))


def _is_row(line: str, layout: Layout) -> bool:
    """Whether a line is a whole row, so that no quoted value is open in it."""
    return fits(_cells(line, layout), len(layout.names))
