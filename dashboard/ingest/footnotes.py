"""Remarks below a text table, such as ``Source: the office``: told from its last lines, left out and said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from dashboard.ingest.dialect import DELIMITERS, fits

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.ingest.dialect import Layout

_TAIL_BYTES: Final = 1 << 16
_CHUNK_BYTES: Final = 1 << 20
MOST_LINES: Final = 20
"""More lines than these without a separator are no remarks below a table."""
_REMARK: Final = re.compile(r"\s*([*\u2020\u2021#(\[]|\S+\s+\S)")
"""A mark of a footnote, or several words: a single word or number is rather a row that was cut short."""


def without_footnotes(path: Path, layout: Layout, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """A UTF-8 text without the remarks below its table, as a copy in `folder`, and what they say.

    The text itself and nothing where it ends with a row of the table, or is not laid out so that the two can
    be told apart.
    """
    lines = _last_lines(path)
    remarks: list[str] = []
    left = 0
    for line in reversed(lines):
        if not line.strip():
            left += len(line.encode())
        elif _is_remark(line, layout):
            left += len(line.encode())
            remarks.append(line.strip().strip(layout.dialect.quote or None))
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


def _is_remark(line: str, layout: Layout) -> bool:
    dialect = layout.dialect
    if dialect.delimiter not in DELIMITERS or dialect.escape is not None:
        return False
    bare = line.strip().strip(dialect.quote or None)
    closed = not dialect.quote or line.count(dialect.quote) % 2 == 0
    return closed and dialect.delimiter not in line and _REMARK.match(bare) is not None


def _is_row(line: str, layout: Layout) -> bool:
    """Whether a line is a whole row, so that no quoted value is open in it."""
    quote = layout.dialect.quote
    if quote and line.count(quote) % 2:
        return False
    row = next(layout.dialect.rows([line]), [])
    return fits(row, len(layout.names))
