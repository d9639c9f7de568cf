"""Which columns of a stored table say something of a group: they hold one value in all of its rows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from dashboard.ingest.engine import engine, parquet_source, select
from dashboard.ingest.table import stored_name

if TYPE_CHECKING:
    from dashboard.ingest.table import Column, Table

MOST_CELLS: Final = 20_000_000
"""Rows times columns that are looked at: a second or two."""


def differing_columns(table: Table, group: Column, columns: tuple[Column, ...]) -> set[str]:
    """The names of those columns that hold two values in some group's rows; blank cells aside.

    Empty where there are more than MOST_CELLS cells to look at: whoever chooses such a column is told then.
    """
    if not columns or table.rows * len(columns) > MOST_CELLS:
        return set()
    cells = [stored_name(column.stored) for column in columns]
    by_group = ", ".join(f"min({cell}) <> max({cell}) AS {cell}" for cell in cells)
    label = stored_name(group.stored if group.labels is None else group.labels)
    groups = select(by_group, parquet_source(table.path), f"WHERE {label} IS NOT NULL GROUP BY {label}")
    with TemporaryDirectory(prefix="blupboard-") as folder, engine(table.path, Path(folder)) as connection:
        several = ", ".join(f"bool_or({cell})" for cell in cells)
        found = connection.execute(select(several, f"({groups})")).fetchone()
    return {column.name for column, differs in zip(columns, found or (), strict=False) if differs}
