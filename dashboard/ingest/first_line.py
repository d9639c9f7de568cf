"""The caps on the first line of a text table."""

from __future__ import annotations

from typing import Final

from dashboard.ingest.dialect import DELIMITERS, MAX_COLUMNS, RARE_DELIMITERS
from dashboard.ingest.errors import UnreadableFile

MAX_LINE: Final = 1 << 22
"""Characters of the first line: 50,000 columns with names of 80."""


def refuse_long_first_line(sample: str, name: str) -> None:
    """Raise UnreadableFile where a text begins with a line past the caps: looked at before it is parsed."""
    first = sample.lstrip("\ufeff\r\n").partition("\n")[0].partition("\r")[0]
    if len(first) > MAX_LINE:
        raise UnreadableFile(
            f"{name} begins with a line of more than {MAX_LINE:,} characters: put each row of the table on a "
            "line of its own."
        )
    marks = [mark for mark in DELIMITERS if mark in first] or RARE_DELIMITERS
    if max(map(first.count, marks)) >= MAX_COLUMNS:
        raise UnreadableFile(
            f"{name} has more than {MAX_COLUMNS:,} columns: leave out those that are not needed, or turn the "
            "table round if each of its rows is one column."
        )
