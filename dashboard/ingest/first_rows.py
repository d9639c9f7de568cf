"""The first rows of a stored table as they were read, to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dashboard.ingest.damage import damage_as_sentence
from dashboard.ingest.table import LINE, stored_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.ingest.table import Column, Table

ROWS: Final = 20
COLUMNS: Final = 30
"""How many rows and columns are shown."""
_LONGEST_CELL: Final = 80


@dataclass(frozen=True)
class FirstRows:
    """Some columns of the first rows."""

    names: tuple[str, ...]
    numbers: tuple[int, ...]
    """Their lines in a text file; the rows from 1 in others."""
    cells: tuple[tuple[str, ...], ...]
    """A tuple for each row: its values as text, blank for none."""
    columns_left: int
    """How many columns are not shown."""


def first_rows(table: Table, wanted: Iterable[str] = ()) -> FirstRows:
    """The first rows of the first columns, and of those that are `wanted` wherever they stand."""
    import pyarrow.parquet as pq

    chosen = set(wanted)
    shown = [c for place, c in enumerate(table.columns) if place < COLUMNS or c.name in chosen]
    with damage_as_sentence(), pq.ParquetFile(table.path) as file:
        has_lines = LINE in file.schema_arrow.names
        names = [stored_name(_place(column)) for column in shown] + ([LINE] if has_lines else [])
        batch = next(file.iter_batches(batch_size=ROWS, columns=names), None)
    read = {} if batch is None else batch.to_pydict()
    columns = [read.get(stored_name(_place(column)), []) for column in shown]
    rows = tuple(tuple(map(_text, row)) for row in zip(*columns, strict=True))
    first = 1 if table.layout is None else table.layout.first_line
    numbers = tuple(read[LINE]) if has_lines and read else tuple(range(first, first + len(rows)))
    return FirstRows(tuple(c.name for c in shown), numbers, rows, len(table.columns) - len(shown))


def _place(column: Column) -> int:
    """Where the column's values stand, or the labels of its codes."""
    return column.stored if column.labels is None else column.labels


def _text(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"
