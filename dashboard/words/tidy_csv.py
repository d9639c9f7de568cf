"""The tidy columns of a comparison as CSV: the file of the page and of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.words.csv_text import csv_block, csv_of_parts
from estimators.contract.comparison import TIDY_COLUMNS, tidy_arrays

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from dashboard.words.csv_text import CsvStyle
    from estimators import Comparison, Result


def tidy_csv(
    comparison: Comparison, style: CsvStyle, more: Mapping[str, Sequence[Any]] | None = None
) -> Iterator[bytes]:
    """The file in pieces: UTF-8, every digit of the numbers, empty where there is none.

    ``more`` are further columns, with a line for each group and method.
    """
    more = more or {}
    yield csv_block([(*TIDY_COLUMNS, *more)], style.end)
    groups = len(comparison.data)
    nothing: list[None] = [None] * groups

    def columns_of(number: int, result: Result) -> list[Sequence[Any] | NDArray[Any]]:
        columns = tidy_arrays(comparison.data, result).values()
        beside = [values[number * groups : (number + 1) * groups] for values in more.values()]
        return [*(nothing if some is None else some for some in columns), *beside]

    yield from csv_of_parts((columns_of(*one) for one in enumerate(comparison.succeeded)), style)
