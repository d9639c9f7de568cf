"""What a line of a file is likeliest: a row, or the summary of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from dashboard.ingest.table import Column, Table


def label_column(table: Table, taken: Collection[str]) -> str | None:
    """The likeliest column that names the group of each line, none of those ``taken``; None where none does.

    Every line then has a label of its own. Words come before numbers, the first column before the others.
    """
    able = [c for c in table.columns if c.name not in taken and _tells_lines_apart(c, table)]
    able.sort(key=lambda column: column.kind == "number")
    return able[0].name if able else None


def _tells_lines_apart(column: Column, table: Table) -> bool:
    return column.not_group is None and 0 < column.distinct == table.rows - column.missing
