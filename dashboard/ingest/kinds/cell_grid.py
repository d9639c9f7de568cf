"""Cells that were read one by one from a marked-up text, as the rows of a sheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dashboard.ingest.kinds import MAX_CELLS
from dashboard.ingest.kinds.workbook_size import too_many_cells

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class CellGrid:
    """A sheet that is filled cell by cell, its rows and columns counted from 0."""

    name: str
    """What the sheet is called."""
    rows: dict[int, dict[int, Any]] = field(default_factory=dict)
    """The filled cells of each row by their column."""
    merged_cell_ranges: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    """The first and the last cell of each merged one."""

    def put(self, row: int, column: int, value: object) -> None:
        """Fill a cell; a blank text fills none."""
        if value != "":
            self.rows.setdefault(row, {})[column] = value

    @property
    def filled(self) -> int:
        """How many cells are filled."""
        return sum(map(len, self.rows.values()))

    @property
    def width(self) -> int:
        """How many columns there are up to the last filled one."""
        return max((max(row) + 1 for row in self.rows.values()), default=0)

    @property
    def start(self) -> tuple[int, int] | None:
        """The first filled row, and the first column; None where no cell is filled."""
        return (min(self.rows), min(map(min, self.rows.values()))) if self.rows else None

    def iter_rows(self) -> Iterator[list[Any]]:
        """All rows of the sheet up to the last filled one, from the first filled column to the last."""
        left = self.start[1] if self.start else 0
        width = self.width - left
        for number in range(max(self.rows, default=-1) + 1):
            row: list[Any] = [""] * width
            for column, value in self.rows.get(number, {}).items():
                row[column - left] = value
            yield row

    def refuse_if_large(self, name: str) -> None:
        """Raise UnreadableFile where the sheet spans more cells than are read."""
        if self.width * (max(self.rows, default=0) + 1) > MAX_CELLS:
            raise too_many_cells(name)
