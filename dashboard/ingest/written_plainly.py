"""Text tables that other programs read as blupboard does, without being told more than the delimiter.

Conservative throughout: what is not certain is taken for otherwise, and other programs then get the rows as
blupboard used them.
"""

from __future__ import annotations

import mmap
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dashboard.ingest.reading import Reading, RowFilter
from dashboard.ingest.table import LINE, stored_name
from estimators.data.frames import NOTHING_BESIDE, ModelColumns

if TYPE_CHECKING:
    from dashboard.ingest.dialect import Layout
    from dashboard.ingest.table import Table
    from estimators import GroupData

_DELIMITERS = (",", ";", "\t", "|")
_BOM = b"\xef\xbb\xbf"
_TROUBLE = (b'"', b"\\", b"\x1a")
"""Quotes, escapes, an old mark of the end of a file."""
_OLD_LINE_END = re.compile(rb"\r(?!\n)")
_CHUNK_BYTES = 1 << 20
_AROUND = "[ \t]*"
_FILLED = "[^ \t]"
NUMBER = r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
"""A number with a decimal point, as a regular expression that R, Python and DuckDB read alike."""


def written_plainly(path: Path, layout: Layout) -> bool:
    """Whether a UTF-8 text is but its columns' names in the first line and rows without quotes or escapes.

    That every row has as many cells as there are names is seen when the rows are stored: `reads_alike`.
    """
    dialect = layout.dialect
    usual = dialect.delimiter in _DELIMITERS and dialect.quote in ("", '"') and not dialect.skips_spaces
    if not usual or layout.lines_before_data != 1 or any(name != name.strip() for name in layout.names):
        return False
    header = dialect.delimiter.join(layout.names).encode()
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = len(_BOM) if content[:3] == _BOM else 0
        first = content[start : start + len(header) + 2]
        ends = first[len(header) :] in (b"", b"\r\n") or first[len(header) : len(header) + 1] == b"\n"
        return first.startswith(header) and ends and not _has_trouble(content)


def _has_trouble(content: mmap.mmap) -> bool:
    """Whether a text holds marks that programs read differently; looked for one by one, which is quick."""
    content.seek(0)
    while chunk := content.read(_CHUNK_BYTES):
        chunk += content.read(1) if chunk.endswith(b"\r") else b""
        if any(mark in chunk for mark in _TROUBLE):
            return True
        if b"\r" in chunk and _OLD_LINE_END.search(chunk) is not None:
            return True
    return False


def reads_alike(
    table: Table,
    data: GroupData,
    *,
    outcome: str,
    group: str,
    reading: Reading,
    rows: RowFilter,
    beside: ModelColumns = NOTHING_BESIDE,
) -> bool:
    """Whether a reader of CSV that takes plain numbers and labels as they stand finds the rows of `data`.

    These are the rows whose outcome is a plain number, spaces and tabs around it aside, and whose label is
    more than spaces and tabs; groups left out by their label are the one thing that has to be said.
    Covariates and weights are plain numbers too, weights not 0, and categories as labels are.
    """
    layout, y, g = table.layout, table.column(outcome), table.column(group)
    if layout is None or not layout.plain or table.stacked or rows.where or y is None or g is None:
        return False
    if data.notation is None or not data.notation.is_plain:
        return False
    laid_out = Reading(encoding=reading.encoding, delimiter=reading.delimiter, quote=reading.quote)
    if replace(laid_out, labels=reading.labels) != reading or reading.labels not in (None, "exact"):
        return False
    plain = _plain_beside(table, data, beside)
    if plain is None:
        return False
    conditions, count = plain
    conditions = [_is_number(stored_name(y.stored)), _is_filled(stored_name(g.stored)), *conditions]
    if rows.exclude:
        conditions.append(f"{stored_name(g.stored)} NOT IN ({', '.join(map(_literal, rows.exclude))})")
    return _count(table.path, count, conditions) == data.total


def _plain_beside(table: Table, data: GroupData, beside: ModelColumns) -> tuple[list[str], str] | None:
    """What makes a row's covariates and weights plain, and what counts rows; None of columns elsewhere."""
    conditions, count = [], "count(*)"
    for name in (*beside.adjust, *beside.explained_by):
        column = table.column(name)
        if column is None or data.covariates is None:
            return None
        is_plain = _is_filled if name in data.covariates.references else _is_number
        conditions.append(is_plain(stored_name(column.stored)))
    if beside.weights is not None:
        column = table.column(beside.weights)
        if column is None:
            return None
        number = f"TRY_CAST(trim({stored_name(column.stored)}, ' \t') AS DOUBLE)"
        conditions += [_is_number(stored_name(column.stored)), f"{number} <> 0"]
        count = f"sum({number})" if beside.weight_kind == "frequency" else count
    return conditions, count


def _literal(text: str) -> str:
    from dashboard.ingest.engine import literal

    return literal(text)


def _is_number(column: str) -> str:
    return f"regexp_full_match({column}, {_literal(_AROUND + NUMBER + _AROUND)})"


def _is_filled(column: str) -> str:
    return f"regexp_matches({column}, {_literal(_FILLED)})"


def _count(parquet: Path, count: str, conditions: list[str]) -> int | None:
    """What ``count`` comes to over the rows that meet all conditions; None where rows are no lines."""
    from dashboard.ingest.engine import column_names_of, engine, parquet_source, select

    if LINE in column_names_of(parquet):
        return None
    source = parquet_source(parquet)
    with TemporaryDirectory(prefix="blupboard-") as folder, engine(parquet, Path(folder)) as connection:
        found = connection.execute(select(count, source, f"WHERE {' AND '.join(conditions)}"))
        return int(found.fetchall()[0][0] or 0)
