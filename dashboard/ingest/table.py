"""What is known of an uploaded table without looking at its rows again."""

from __future__ import annotations

from dataclasses import MISSING, asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from dashboard.ingest.json_values import record, sequence
from dashboard.ingest.sign_columns import SignColumn, sign_columns
from estimators.data.notation import PLAIN, Notation

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["number", "text", "date", "boolean"]


LINE = "line"
"""The column of a stored table with the lines of its rows, where they do not follow from their order."""


def stored_name(place: int) -> str:
    """What the column at a place (from 0) is called in the stored Parquet file."""
    return f"c{place}"


@dataclass(frozen=True)
class Column:
    """One column: what it holds and which roles it can take."""

    name: str
    kind: Kind
    distinct: int
    """Different values, blank ones aside."""
    missing: int
    """Rows without a value: blank ones, and in a column of numbers also NA, NaN and the like."""
    examples: tuple[str, ...]
    """The first few different values as they stand in the file, cut short."""
    not_outcome: str | None
    """Why it cannot be the outcome; None where it can."""
    not_group: str | None
    """Why it cannot be the group; None where it can."""
    distinct_is_about: bool = False
    """Whether `distinct` is an estimate."""
    numbers: int = 0
    """Rows that read as a number."""
    whole: bool = False
    """Whether all numbers are whole."""
    notation: Notation = PLAIN
    """How its numbers are written where it is text."""
    typed: bool = False
    """Whether the file itself gives it a type other than text (Parquet)."""
    stored: int = 0
    """Its place in the stored Parquet file, from 0."""
    labels: int | None = None
    """The place there of the labels of its codes, which it goes by as the group; None where it has none."""


_USUAL = {f.name: f.default for f in fields(Column) if f.default is not MISSING}


def _column_json(column: Column) -> dict[str, Any]:
    """What is not as usual: a wide table has tens of thousands of columns."""
    found = {name: value for name, value in vars(column).items() if _USUAL.get(name, MISSING) != value}
    return found if column.notation == PLAIN else {**found, "notation": asdict(column.notation)}


@dataclass(frozen=True)
class TextLayout:
    """How a text table is written; the defaults are those of an ordinary CSV file."""

    delimiter: str = ","
    """A space stands for any run of spaces."""
    quote: str = '"'
    decimal: str = "."
    """The decimal mark of the outcome."""
    thousands: bool = False
    """Whether the outcome sets thousands apart by the other mark."""
    encoding: str = "UTF-8"
    """A name that iconv knows; ``UTF-8-BOM`` where the file begins with a byte order mark."""
    lines_above: int = 0
    """Lines above the names of the columns."""
    header: int | None = 1
    """The line with the names of the columns; None where there is none."""
    comment: str | None = None
    """What begins a line that is a remark."""
    first_line: int = 2
    """The line of the first row."""
    convention: str = "."
    """The decimal mark that the file as a whole speaks for."""
    convention_in_cells: bool = True
    """Whether its cells do; False where its semicolons alone do."""
    plain: bool = False
    """Whether every reader of CSV that knows the delimiter finds the same cells, see `written_plainly`."""


@dataclass(frozen=True)
class Table:
    """A table that was read once and lies on disk as Parquet."""

    path: Path
    name: str
    """What the user calls the file."""
    rows: int
    columns: tuple[Column, ...]
    layout: TextLayout | None = None
    """How the file itself is written; None for Parquet."""
    reader: str | None = None
    """The id of the plugin's reader that read the file; None where blupboard did."""
    kind: str | None = None
    """Which of `dashboard.ingest.kinds` it is; None for text and Parquet, and where a plugin read it."""
    sheet: str | None = None
    """The sheet of a workbook, or the data frame of an R workspace, that was read."""
    sheets: tuple[str, ...] = ()
    """All that there are to choose from."""
    notes: tuple[str, ...] = ()
    """What a person should know of how the file was read, a sentence each."""
    stacked: tuple[str, ...] = ()
    """The columns of the file that became one column of their names and one of their cells."""

    def column(self, name: str) -> Column | None:
        """The column of exactly this name."""
        return next((column for column in self.columns if column.name == name), None)

    def layout_for(self, outcome: str) -> TextLayout | None:
        """How the file is written, with the decimal mark of the numbers in this column."""
        column = self.column(outcome)
        if self.layout is None or column is None:
            return self.layout
        notation = column.notation
        thousands = notation.thousands in (".", ",")
        return replace(self.layout, decimal=notation.decimal, thousands=thousands)

    @property
    def binary(self) -> tuple[str, ...]:
        """The columns that hold 0 and 1 and nothing else."""
        return tuple(
            column.name
            for column in self.columns
            if column.distinct == 2 and set(column.examples) in ({"0", "1"}, {"0.0", "1.0"})
        )

    @property
    def signs(self) -> tuple[SignColumn, ...]:
        """The columns that hold the signs of amounts."""
        return sign_columns((c.name, c.examples) for c in self.columns if c.distinct == 2)

    @property
    def decimal_comma(self) -> bool:
        """Whether some column's numbers are read with a decimal comma."""
        return any(column.notation.decimal == "," for column in self.columns)

    def to_json(self) -> dict[str, Any]:
        """Everything but the path, for `from_json`."""
        return {
            "name": self.name,
            "rows": self.rows,
            "columns": [_column_json(column) for column in self.columns],
            "layout": None if self.layout is None else asdict(self.layout),
            "reader": self.reader,
            "kind": self.kind,
            "sheet": self.sheet,
            "sheets": list(self.sheets),
            "notes": list(self.notes),
            "stacked": list(self.stacked),
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any], path: Path) -> Table:
        """What `to_json` gave, now or in an earlier version, with the Parquet file at `path`.

        Raises KeyError, TypeError or ValueError where it is garbled.
        """
        columns = tuple(map(_column_from_json, sequence(fields["columns"])))
        given = fields.get("layout")
        layout = None if given is None else record(TextLayout, given)
        others = ("name", "rows", "reader", "kind", "sheet", "sheets", "notes", "stacked")
        found = {name: fields[name] for name in others if name in fields}
        return record(cls, {**found, "path": path, "columns": columns, "layout": layout})


def _column_from_json(given: object) -> Column:
    if not isinstance(given, dict):
        raise TypeError(given)
    known = {name: value for name, value in given.items() if name in Column.__dataclass_fields__}
    notation = Notation.from_json(known.get("notation", {}))
    column = record(Column, {**known, "notation": notation})
    if column.kind not in get_args(Kind):
        raise ValueError(column.kind)
    return column
