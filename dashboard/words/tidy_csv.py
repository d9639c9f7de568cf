"""The tidy columns of a comparison as CSV: the file of the page and of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.words.csv_text import csv_block, csv_of_columns
from estimators.contract.comparison import TIDY_COLUMNS, tidy_arrays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dashboard.words.csv_text import CsvStyle
    from estimators import Comparison


def tidy_csv(
    comparison: Comparison, style: CsvStyle, more: Mapping[str, Sequence[Any]] | None = None
) -> Iterator[bytes]:
    """The file in pieces: UTF-8, every digit of the numbers, empty where there is none.

    ``more`` are further columns, with a line for each group and method.
    """
    more = more or {}
    yield csv_block([(*TIDY_COLUMNS, *more)], style.end)
    groups = len(comparison.data)
    for number, result in enumerate(comparison.succeeded):
        first, nothing = number * groups, [None] * groups
        columns = tidy_arrays(comparison.data, result).values()
        beside = [values[first : first + groups] for values in more.values()]
        yield from csv_of_columns([*(nothing if some is None else some for some in columns), *beside], style)
