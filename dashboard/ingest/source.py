"""An opened file: its columns are known, its rows are yet to be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from dashboard.ingest.table import TextLayout
from estimators.data.notation import Convention

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from dashboard.ingest.label_codes import LabelCodes
    from dashboard.ingest.missing_cells import MissingCells
    from dashboard.ingest.parquet import ColumnType
    from dashboard.ingest.plain_pieces import PlainPiece
    from dashboard.ingest.sign_columns import SignColumn


@dataclass(frozen=True)
class Source:
    """An opened file: its columns are known, its rows are not yet read."""

    names: tuple[str, ...]
    types: tuple[ColumnType, ...]
    layout: TextLayout | None
    """How a text file is written; None in others."""
    write: Callable[[Path, Sequence[int] | None], int]
    """Write the given columns (all for None) to a Parquet file; gives the number of rows."""
    binary: tuple[str, ...] = ()
    """The columns that hold only 0 and 1 in the first rows of a text file."""
    signs: tuple[SignColumn, ...] = ()
    """The columns that hold signs of amounts in the first rows of a text file."""
    reader: str | None = None
    """The id of the kind that somebody else's reader knows."""
    kind: str | None = None
    """Which of `dashboard.ingest.kinds` it is; None for text and Parquet, and where `reader` is given."""
    sheet: str | None = None
    """The sheet of a workbook, or the data frame of an R workspace, that is read."""
    sheets: tuple[str, ...] = ()
    """All that there are to choose from."""
    notes: tuple[str, ...] = ()
    """What a person should know of how the file was read, a sentence each."""
    notes_of_rows: Callable[[], tuple[str, ...]] = tuple
    """What else of the rows, once they are written."""
    stacked: tuple[str, ...] = ()
    """The columns of the file that become one of their names and one of their cells."""
    labels: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    """Place of a column of codes to that of its labels, which are written behind the columns of `names`."""
    pieces: Callable[[tuple[int, int], LabelCodes, MissingCells], Iterator[PlainPiece]] | None = None
    """The columns at two places, of an outcome and a group, in pieces, for `sum_plain_rows`; None where rows
    have to be judged one by one."""
    parquet: Path | None = None
    """Where all columns lie as Parquet, in the order of ``names`` and ``labels``; None of text."""
    lines: Callable[[Sequence[int]], list[int]] = lambda places: [place + 1 for place in places]
    """The numbers of rows, by their places from 0: of a text the lines that they begin in."""
    first_row: int = 1
    """The number of the first row of what is no text."""
    plain: Callable[[], bool] = lambda: False
    """Whether it is text that every reader of CSV reads alike; all of it is looked at."""

    @property
    def convention(self) -> Convention:
        """The decimal mark that a text file as a whole speaks for."""
        layout = self.layout or TextLayout()
        return Convention(layout.convention, layout.convention_in_cells)

    @property
    def all_notes(self) -> tuple[str, ...]:
        """All that a person should know of how the file was read, once its rows are written."""
        return *self.notes, *self.notes_of_rows()

    @property
    def first_line(self) -> int:
        """The line of the first row of a text file, or its number in others."""
        return self.first_row if self.layout is None else self.layout.first_line
