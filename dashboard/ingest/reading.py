"""How a file is read and which of its rows take part, as far as a person has said so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal, get_args

from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.json_values import sequence, text, truth_value
from estimators.data.texts import NumberFormat

Labels = Literal["exact", "trimmed", "folded"]
Operator = Literal["=", "!=", "<", "<=", ">", ">="]
LAYOUT: Final = ("encoding", "delimiter", "quote", "header", "skip_rows", "comment", "sheet", "stack")
"""The options of `Reading` that say how a file becomes a table."""
_OPERATOR = re.compile("<=|>=|!=|=|<|>")


@dataclass(frozen=True)
class Reading:
    """Options of how a file is read; what is None is found from the file.

    As used (see ``FileGroups.reading``) the same fields say how it was read, None where one does not apply.
    """

    encoding: str | None = None
    """A name that Python's codecs know."""
    delimiter: str | None = None
    """What separates the columns; a space stands for any run of spaces."""
    quote: str | None = None
    """What stands around values that hold the delimiter; nothing for none."""
    decimal: str | None = None
    """The decimal mark of the outcome."""
    thousands: str | None = None
    """What sets the outcome's thousands apart: a space for any space, nothing for nothing."""
    header: int | None = None
    """The line with the names of the columns, counted from 1; 0 where there is none."""
    skip_rows: int | None = None
    """Lines at the beginning that belong to no table."""
    comment: str | None = None
    """What begins a line that is a remark, wherever it stands; nothing for none."""
    sheet: str | None = None
    """The sheet of a workbook."""
    missing: tuple[str, ...] = ()
    """Codes that stand for a missing value beside the usual words. One that is a number means outcomes of
    this value; any other also group labels that read so."""
    stack: tuple[str, ...] = ()
    """The columns of a wide table that are stacked, see ``stack.places_to_stack``; as used, their names."""
    labels: Labels | None = None
    """How labels are compared: as they stand; without outer and doubled spaces; or also without case and
    Unicode form. As they stand unless said."""
    fill_down: bool | None = None
    """Whether a blank label means the one above, as in merged cells. Not unless said."""
    event: str | None = None
    """The word that counts as 1 in an outcome of two words."""

    def __post_init__(self) -> None:
        if self.labels is not None and self.labels not in get_args(Labels):
            raise UnreadableFile(f"Labels are compared {' or '.join(get_args(Labels))}, not {self.labels!r}.")
        if self.decimal is not None and self.decimal == self.thousands:
            raise UnreadableFile(f"{self.decimal!r} cannot be both the decimal mark and set thousands apart.")

    @property
    def numbers(self) -> NumberFormat:
        """How the outcome's numbers are written."""
        return NumberFormat(self.decimal, self.thousands, self.missing, event=self.event)

    @property
    def layout(self) -> Reading:
        """The options that say how a file becomes a table; the others concern cells and are left as found."""
        return Reading(**{name: getattr(self, name) for name in LAYOUT})

    def with_layout(self, other: Reading) -> Reading:
        """These options of cells with the layout of another reading."""
        return replace(self, **{name: getattr(other, name) for name in LAYOUT})

    def to_json(self) -> dict[str, Any]:
        """All options by name, for JSON and `from_json`."""
        return {**asdict(self), "missing": list(self.missing), "stack": list(self.stack)}

    def set_options(self) -> dict[str, Any]:
        """The options that a person set, by name, for `from_json`; nothing of those found from the file."""
        return {name: value for name, value in self.to_json().items() if value not in (None, [])}

    @classmethod
    def from_json(cls, given: object) -> Reading:
        """What `to_json` or `set_options` gave, from a browser or from disk.

        Names it does not know are passed over, and nothing at all is what is found from the file. Raises
        TypeError for a value of another kind, ValueError for one that an option does not take.
        """
        if given is None:
            return cls()
        if not isinstance(given, Mapping):
            raise TypeError(given)
        found = {name: given[name] for name in _CHECKS if given.get(name) is not None}
        return cls(**{name: _CHECKS[name](value) for name, value in found.items()})


def _mark(value: object) -> str:
    mark = text(value)
    if len(mark) > 1:
        raise ValueError(value)
    return mark


def _line(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    if value < 0:
        raise ValueError(value)
    return value


def _codes(value: object) -> tuple[str, ...]:
    return tuple(map(text, sequence(value)))


_CHECKS: Final[Mapping[str, Callable[[object], Any]]] = {
    **dict.fromkeys(("encoding", "sheet", "labels", "event"), text),
    **dict.fromkeys(("delimiter", "quote", "decimal", "thousands", "comment"), _mark),
    **dict.fromkeys(("header", "skip_rows"), _line),
    **dict.fromkeys(("missing", "stack"), _codes),
    "fill_down": truth_value,
}
"""What each option of `Reading` takes."""


def operator_of(written: str) -> Operator:
    """The operator of a condition that is written so. Raises ValueError where there is none."""
    operators: tuple[Operator, ...] = get_args(Operator)
    return operators[operators.index(written)]


@dataclass(frozen=True)
class Condition:
    """What a row must fulfil to take part: a column is, is not, is above or below something."""

    column: str
    operator: Operator
    value: str
    """A number, compared as one, or text, compared as text."""

    @property
    def text(self) -> str:
        """The condition as it is written."""
        return f"{self.column}{self.operator}{self.value}"

    @classmethod
    def parse(cls, text: str) -> Condition:
        """The condition written as ``year=2024``. Raises UnreadableFile where it is written otherwise."""
        written = text.strip()
        found = _OPERATOR.search(written, 1)  # a column has a name
        if found is None:
            raise UnreadableFile(
                f'"{text}" is no condition: write COLUMN=VALUE, with = != < <= > or >= between the two.'
            )
        column, value = written[: found.start()].rstrip(), written[found.end() :].lstrip()
        return cls(column, operator_of(found[0]), value)


@dataclass(frozen=True)
class RowFilter:
    """Which rows take part: all of them unless said."""

    exclude: tuple[str, ...] = ()
    """Groups that are left out, by label."""
    where: tuple[Condition, ...] = ()
    """What all rows that take part fulfil."""

    def __bool__(self) -> bool:
        return bool(self.exclude or self.where)

    @property
    def flags(self) -> dict[str, list[str]]:
        """The command line's flags for it, by name."""
        return {"exclude": list(self.exclude), "where": [condition.text for condition in self.where]}

    @classmethod
    def from_flags(cls, given: Mapping[str, Any]) -> RowFilter:
        """What `flags` gave. Raises UnreadableFile for what is no condition."""
        where = tuple(Condition.parse(text) for text in given.get("where") or ())
        return cls(tuple(given.get("exclude") or ()), where)


AS_FOUND = Reading()
ALL_ROWS = RowFilter()


def with_sheet(reading: Reading, sheet: str | None) -> Reading:
    """The reading with a sheet, unless that is None."""
    return reading if sheet is None else replace(reading, sheet=sheet)
