"""Which column can be the outcome and which the group, and when there is none."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from dashboard.ingest.cells import Cell
from dashboard.ingest.errors import UnreadableFile, excerpt, name_list
from dashboard.ingest.lines_above import holds_numbers
from dashboard.ingest.role_words import is_called_as_time, names_a_unit
from dashboard.ingest.stack_names import run_of
from dashboard.ingest.summary_names import name_limits
from estimators.data.number_forms import CURRENCY_SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.ingest.count_cells import Tally
    from dashboard.ingest.parquet import ColumnType
    from dashboard.ingest.table import Column, Table

_FEWEST_NUMBERS = 0.1
"""The share of numbers among the filled cells below which a column of text is no outcome."""
_NUMBERED = re.compile(r"(?P<stem>.*\D)\d{1,3}|(?:1[5-9]|20|21)\d\d|(?P<word>.*[^\W\d_][ _.-])[A-Z]")
_NUMBER = r"[+\-−<>~]?\d+([.,]\d+)?%?"
_UNTIL = r"\s*([-–—;,/]|to|bis)\s*"
_TWO_NUMBERS = re.compile(
    rf"{_NUMBER}\s*([(\[]\s*{_NUMBER}({_UNTIL}{_NUMBER})?\s*[)\]]|(±|\+/?-)\s*{_NUMBER})"
)
_INTERVAL = re.compile(rf"[(\[]?\s*{_NUMBER}{_UNTIL}{_NUMBER}\s*[)\]]?")
_CALLED_INTERVAL = re.compile(r"(?i)\bci\b|interval|confidence|konfidenz")
"""A mean and its SD, or an estimate and its interval, in one cell, and the names of such columns."""
_TIME = re.compile(r"\s*-?\d{1,4}:\d\d(:\d\d)?([.,]\d+)?\s*")
_SHARE = re.compile(r"\s*\d+(?:[.,]\d+)?\s*/\s*\d+(?:[.,]\d+)?\s*")
_BEGINS_AS_NUMBER = re.compile(rf"\s*[+\-−<>~]?\s*[{CURRENCY_SIGNS}]?\s*[.,]?\d.*", re.DOTALL)
_NEARLY_NUMBERS = (
    (
        _TIME,
        "{file} has no column of numbers, but times in {cells}, such as {example}: write how many seconds, "
        "minutes or hours these are.",
    ),
    (
        _SHARE,
        "Cells of {cells} in {file} hold two numbers, such as {example}: give each a column of its own, such "
        "as events and trials.",
    ),
    (
        _BEGINS_AS_NUMBER,
        "{file} has no column of numbers, so there is nothing to compare: write cells of {cells}, such as "
        "{example}, as plain numbers, or add the measured values.",
    ),
)
"""What all cells of a column of text may be, and what to say of a file without a column of numbers then."""
MOST_OF_A_CALENDAR = 31
"""Numbers in a time series that tell groups have at most so many values, as days of a month do."""
_WIDE_COLUMNS = 3
"""Columns of numbers from which a table where nothing repeats is taken for one column per group."""


def why_not_outcome(tally: Tally, kind: ColumnType, numbers: int, examples: Sequence[str]) -> str | None:
    """Why a column cannot be the outcome, in plain words; None where it can."""
    if kind == "other":
        return "it holds lists, records, times of day or bytes, not numbers"
    if tally.filled == 0:
        return "it has no values"
    if numbers >= max(1, _FEWEST_NUMBERS * tally.filled):
        return None
    return _what_it_holds_instead(
        tally, numbers, f" (such as {excerpt(examples[0], 20)})" if examples else ""
    )


def holds_two_words(tally: Tally) -> bool:
    """Whether a column holds two values that are no numbers and no dates, such as yes and no, and repeat."""
    words = tally.cells[Cell.BOOLEAN] + tally.cells[Cell.OTHER]
    return tally.words == 2 < tally.filled and words == tally.filled


def _what_it_holds_instead(tally: Tally, numbers: int, like: str) -> str:
    cells = tally.cells
    half = tally.filled / 2
    if cells[Cell.DATE] > half:
        return "it holds dates"
    if cells[Cell.BOOLEAN] == tally.filled:
        return "it holds words for true and false, but not two of them"
    if numbers == 0:
        return f"its values are not numbers{like}"
    return f"only {numbers:,} of its {tally.filled:,} values are numbers"


def why_not_group(tally: Tally, kind: ColumnType, *, measured: bool) -> str | None:
    """Why a column cannot be the group, in plain words; None where it can. `measured`: it holds decimals."""
    if kind == "other":
        return "it holds lists, records, times of day or bytes, not labels"
    filled = sum(tally.cells.values()) - tally.cells[Cell.BLANK]
    if filled == 0:
        return "it has no values"
    return too_many_values(tally.distinct, filled) if measured else None


def too_many_values(distinct: int, filled: int) -> str | None:
    """Why measurements with so many different values are no groups; None where they may be."""
    if filled > 1 and distinct > 0.9 * filled:
        return "it holds measurements: nearly every row has a value of its own"
    return None


def holds_two_numbers(column: Column) -> bool:
    """Whether a column of text holds summaries in its cells, such as 5.1 (1.2), or the ends of intervals."""
    if column.kind != "text" or not column.examples:
        return False
    texts = [example.strip() for example in column.examples]
    if all(map(_TWO_NUMBERS.fullmatch, texts)):
        return True
    return bool(_CALLED_INTERVAL.search(column.name)) and all(map(_INTERVAL.fullmatch, texts))


def two_numbers_in_cells(columns: Sequence[Column], name: str, instead: str = "") -> UnreadableFile | None:
    """What to say of a table of which some column holds two numbers in each cell; None where none does.

    ``instead``: what may be done instead.
    """
    column = next(filter(holds_two_numbers, columns), None)
    if column is None:
        return None
    return UnreadableFile(
        f"Cells of {excerpt(column.name)} in {name} hold two numbers, such as "
        f"{excerpt(column.examples[0])}: give each a column of its own, such as mean and sd{instead}."
    )


def _nearly_numbers(columns: Sequence[Column], name: str) -> UnreadableFile | None:
    """What to say of a table of which a column of text holds what begins as numbers do; None of others."""
    of_text = [column for column in columns if column.kind == "text" and column.examples]
    for pattern, sentence in _NEARLY_NUMBERS:
        for column in of_text:
            if all(map(pattern.fullmatch, column.examples)):
                words = {"cells": excerpt(column.name), "example": excerpt(column.examples[0])}
                return UnreadableFile(sentence.format(file=name, **words))
    return None


def looks_wide(columns: Sequence[Column], rows: int) -> bool:
    """Whether a table seems to have one column per group: columns of numbers, and nothing that repeats."""
    numeric = [c for c in columns if c.kind == "number"]
    others = [c for c in columns if c.kind != "number" and c.missing < rows]
    series = _series(columns)
    if rows >= 2 and series and not any(_repeats(c, rows) for c in others if c not in series):
        return True
    timed = any(tells_each_time(c, rows) for c in columns)
    if rows < 2 or any(_repeats(c, rows, timed=timed) for c in (*numeric, *others)):
        return False
    return len(numeric) >= _WIDE_COLUMNS or (
        len(numeric) == 2 and not others and not any(c.whole for c in numeric)
    )


def _series(columns: Sequence[Column]) -> list[Column]:
    """The columns of numbers, one that counts rows aside, that are called alike: q1, 1999, Rater A.

    But for their number or letter, that is, and none where one is not. Their values may repeat then, as marks
    out of five do, and letters stand behind some, as flags do.
    """
    numeric = [c for c in columns if c.kind == "number" or _may_be_flagged(c)]
    numeric = [c for c in numeric if not _counts_rows(c)]
    ends = [_NUMBERED.fullmatch(column.name.strip()) for column in numeric]
    stems = {end["stem"] or end["word"] for end in ends if end is not None}  # None of a year
    return numeric if len(ends) >= _WIDE_COLUMNS and None not in ends and len(stems) == 1 else []


def _may_be_flagged(column: Column) -> bool:
    """Whether a column is called as one of a series and holds text that begins as numbers do."""
    is_named = _NUMBERED.fullmatch(column.name.strip()) is not None
    return is_named and column.kind == "text" and holds_numbers(column.examples)


def tells_each_time(column: Column, rows: int) -> bool:
    """Whether a column says when, in each row another time, as in a time series."""
    fewest = (0.95 if column.distinct_is_about else 1.0) * rows
    if column.missing or column.distinct < fewest or (column.kind == "number" and not column.whole):
        return False
    return column.kind == "date" or is_called_as_time(column.name)


def _repeats(column: Column, rows: int, *, timed: bool = False) -> bool:
    """Whether several rows share a value, and others another, so that the column can tell groups.

    Numbers of a time series, ``timed``, come again by chance.
    """
    if timed and column.kind == "number" and column.distinct > MOST_OF_A_CALENDAR:
        return names_a_unit(column.name) and column.distinct <= 0.9 * (rows - column.missing)
    limit = 0.5 if column.kind == "number" and not column.whole else 0.9
    return 1 < column.distinct <= limit * (rows - column.missing)


def refuse_without_rows(names: tuple[str, ...], rows: int, name: str) -> None:
    """Raise UnreadableFile for a table without rows."""
    if rows == 0:
        raise UnreadableFile(f"{name} has column names ({name_list(names)}) but no rows: add the data.")


def refuse_hopeless(columns: Sequence[Column], name: str) -> None:
    """Raise UnreadableFile for a table with a single column, or without a number."""
    if len(columns) < 2:
        raise UnreadableFile(
            f"{name} has only one column, {excerpt(columns[0].name)}: two are needed, one with numbers and "
            "one that says which group each row belongs to."
        )
    if all(c.not_outcome is not None for c in columns):
        raise (
            two_numbers_in_cells(columns, name)
            or _nearly_numbers(columns, name)
            or UnreadableFile(
                f"{name} has no column of numbers, so there is nothing to compare: add the measured values."
            )
        )


def wide_columns(columns: Sequence[Column], rows: int) -> tuple[str, ...]:
    """The columns to stack where a table seems to have one column per group; none where it does not.

    They are those of numbers but for one that counts the rows; none where two are the ends of intervals.
    """
    if not looks_wide(columns, rows):
        return ()
    numeric = [column for column in columns if column.kind == "number" and not _counts_rows(column)]
    names = tuple(column.name for column in _series(columns) or numeric)
    return names if len(names) > 1 and not name_limits(names) else ()


def stackable_columns(table: Table) -> tuple[str, ...]:
    """The columns to stack where each seems to be a group of its own; none where that is not so."""
    return () if table.stacked else wide_columns(table.columns, table.rows)


def _counts_rows(column: Column) -> bool:
    """Whether all values of a column of whole numbers differ and the first go up by one."""
    if (
        not column.whole
        or column.distinct < column.numbers
        or not all(text.strip().isdecimal() for text in column.examples)
    ):
        return False
    first = [int(text) for text in column.examples]
    return len(first) > 1 and first == [first[0] + i for i in range(len(first))]


def wide_table(wide: Sequence[str], columns: Sequence[str], name: str) -> UnreadableFile:
    """What to say of a table whose columns `wide` seem to be groups; `columns` are all that it has."""
    return UnreadableFile(
        f"Nothing repeats in {name} that could say which group a row belongs to: if each column is a group "
        f"({name_list(tuple(wide), 4)}), stack them: --stack {shlex.quote(run_of(wide, columns))}."
    )
