"""The rows as used as CSV: ``group,outcome``, every digit, in the order of the file.

Labels stand as they are and no cell is guarded against spreadsheets: the file is for programs.
"""

from __future__ import annotations

import csv
import io
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COLUMNS = ("group", "outcome")


def rows_file_name(file_name: str) -> str:
    """What the rows of a file are called: ``scores-rows.csv`` for ``scores.xlsx``."""
    return f"{PurePath(file_name).stem}-rows.csv"


def rows_csv(rows: Iterable[list[tuple[str, float]]]) -> Iterator[bytes]:
    """The file in pieces: UTF-8, a number as the shortest text that reads back as the same double.

    The names of the columns come with the first rows, so that what is wrong with them is raised before
    anything is given.
    """
    head: list[tuple[object, ...]] = [COLUMNS]
    for some in rows:
        buffer = io.StringIO(newline="")
        # only with this line end are labels quoted that hold a carriage return or a line feed
        csv.writer(buffer, lineterminator="\r\n").writerows([*head, *some])
        head = []
        yield buffer.getvalue().encode()
