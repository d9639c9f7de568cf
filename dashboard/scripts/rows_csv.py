"""The rows as used as CSV: ``group,outcome``, what a model has beside, every digit, in the order of the file.

Labels stand as they are and no cell is guarded against spreadsheets: the file is for programs.
"""

from __future__ import annotations

import csv
import io
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from dashboard.ingest.find_column import free_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COLUMNS = ("group", "outcome")


def rows_file_name(file_name: str) -> str:
    """What the rows of a file are called: ``scores-rows.csv`` for ``scores.xlsx``."""
    return f"{PurePath(file_name).stem}-rows.csv"


def rows_csv_columns(beside: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns: those of covariates and weights are the file's, and the first two differ."""
    return (*(free_name(name, beside) for name in COLUMNS), *beside)


def rows_csv(rows: Iterable[list[tuple[Any, ...]]], beside: Sequence[str] = ()) -> Iterator[bytes]:
    """The file in pieces: UTF-8, a number as the shortest text that reads back as the same double.

    ``beside`` names what follows the label and the outcome in each row.

    The names of the columns come with the first rows, so that what is wrong with them is raised before
    anything is given.
    """
    head: list[tuple[object, ...]] = [rows_csv_columns(beside)]
    for some in rows:
        buffer = io.StringIO(newline="")
        # only with this line end are labels quoted that hold a carriage return or a line feed
        csv.writer(buffer, lineterminator="\r\n").writerows([*head, *some])
        head = []
        yield buffer.getvalue().encode()
