"""A second table below the first, behind a blank line and with names of its own: where it begins.

Read on, its rows would count among those of the first.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from contextlib import suppress
from io import StringIO
from itertools import dropwhile, islice, takewhile
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dashboard.ingest.dialect import DELIMITERS
from dashboard.ingest.errors import excerpt
from dashboard.ingest.lines_above import are_names, begins_as_number, holds_numbers, reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from dashboard.ingest.dialect import Dialect, Layout
    from dashboard.ingest.lines_above import Row

ROWS_ABOVE: Final = 200
"""By so many rows of the first table its columns of numbers are known."""
ROWS_BELOW: Final = 30
"""So many rows behind a blank one are looked at."""
MOST_GAPS: Final = 50
"""Blank lines that are looked at: where there are more, they are a habit."""
_MOST_BYTES: Final = 16 << 20
"""Larger files are no reports with several tables."""
_BYTES: Final = 1 << 16
_TITLES: Final = 3


class Another(NamedTuple):
    """A table below the first."""

    titles: int
    """Rows between the blank line and its names."""
    names: tuple[str, ...]


def another_table(
    names: Sequence[str], above: Sequence[Sequence[str]], below: Sequence[Sequence[str]]
) -> Another | None:
    """The table that begins below a blank row; None where rows go on, or may.

    It has names, none a number, of which one stands below numbers, and rows of numbers. They are no row whose
    outcome is a word where two stand below numbers, one is a name of the first table, a title is above them,
    rows below have their width and not that of the first table, or each comes once and is a label there.

    Args:
        names: of the first table.
        above: its first rows.
        below: the rows behind the blank one, up to the next.

    """
    titles = next((i for i, row in enumerate(below[: _TITLES + 1]) if reach(row) > 1), len(below))
    own, rows = below[titles : titles + 1], below[titles + 1 :]
    if not own or not rows or (width := reach(own[0])) < 2:
        return None
    texts = [cell.strip() for cell in own[0][:width]]
    known = [name.strip() for name in names]
    if not are_names(texts) or texts == known[:width]:
        return None
    if not any(map(begins_as_number, rows[0])) or any(reach(row) > width for row in rows):
        return None
    numeric = {
        i for i, column in enumerate(zip(*_filled(above, len(names)), strict=True)) if holds_numbers(column)
    }
    over = sum(i in numeric for i in range(width))
    moved = all(any(begins_as_number(c) and i not in numeric for i, c in enumerate(row)) for row in rows)
    other_width = width != reach(names) and all(reach(row) == width for row in rows)
    if not over and not (other_width and moved):
        return None
    shared = not {text.casefold() for text in texts}.isdisjoint(map(str.casefold, known))
    clear = over > 1 or titles or shared or other_width or _sums_up(above, rows)
    return Another(titles, tuple(texts)) if clear else None


def _filled(rows: Iterable[Sequence[str]], width: int) -> list[list[str]]:
    return [[*map(str.strip, row[:width]), *[""] * (width - len(row))] for row in rows]


def _sums_up(above: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows have a label each, twice none, that rows above have too."""
    labels = [row[0].strip() for row in rows]
    return 1 < len(labels) == len(set(labels)) and {row[0].strip() for row in above if row}.issuperset(labels)


def without_second_table(path: Path, layout: Layout, folder: Path) -> tuple[Path, str | None]:
    """A UTF-8 text without what begins with a second table, as a copy in `folder`, and what to say of it."""
    dialect = layout.dialect
    if path.stat().st_size > _MOST_BYTES or dialect.delimiter not in DELIMITERS:
        return path, None
    if dialect.escape is not None or layout.comment is not None:
        return path, None
    data = path.read_bytes()
    gap = re.compile(rb"\n[ \t\r\n%b]*\n" % re.escape(dialect.delimiter.encode()))
    above: list[list[str]] | None = None
    for found in islice(gap.finditer(data), MOST_GAPS):
        before = data[: found.start() + 1]
        lines = before.count(b"\n")
        if lines <= layout.lines_before_data or before.count(dialect.quote.encode() or b"\0") % 2:
            continue
        behind = dropwhile(lambda row: not reach(row[1]), _rows(data[found.start() + 1 :], dialect, 0))
        below = list(islice(takewhile(lambda row: reach(row[1]), behind), ROWS_BELOW))
        if above is None:
            above = [row for _, row in islice(_rows(before, dialect, layout.lines_before_data), ROWS_ABOVE)]
        another = another_table(layout.names, above, [row for _, row in below])
        if another is not None:
            target = folder / "first-table"
            target.write_bytes(before)
            return target, second_table_note(another, "line", lines + below[another.titles][0])
    return path, None


def second_table_note(another: Another, what: str, number: int) -> str:
    """What to say of it; `what` is a line or a row, and `number` that of its names."""
    return (
        f"A second table below the first, with names in {what} {number} "
        f"({excerpt(' '.join(another.names))}), left out with all below it."
    )


def rows_of_first_table(
    rows: Iterator[list[Any]], names: Sequence[str], number: int, text: Callable[[Any], str], notes: list[str]
) -> Iterator[list[Any]]:
    """The rows of a sheet up to a second table; what to say of that is added to `notes`.

    `number` is that of the row of names, counted from 1, and `text` is what a cell reads as.
    """
    above: list[list[str]] = []
    ahead: deque[list[Any]] = deque()
    gaps, blank = 0, False
    while (row := ahead.popleft() if ahead else next(rows, None)) is not None:
        number += 1
        filled = any(cell != "" for cell in row)
        if filled and blank and above and gaps < MOST_GAPS:
            gaps += 1
            ahead.extend(islice(rows, ROWS_BELOW - len(ahead)))
            below = list(takewhile(reach, (list(map(text, cells)) for cells in (row, *ahead))))
            another = another_table(names, above, below)
            if another is not None:
                notes.append(second_table_note(another, "row", number + another.titles))
                return
        if filled and len(above) < ROWS_ABOVE:
            above.append(list(map(text, row)))
        blank = not filled
        yield row


def _rows(data: bytes, dialect: Dialect, skip: int) -> Iterator[Row]:
    """The first rows of a text behind the first `skip` lines, up to one whose quotes are amiss."""
    text = data[:_BYTES].decode(errors="ignore").removeprefix("\ufeff")
    reader = dialect.rows(islice(StringIO(text, newline=""), skip, None))
    line = skip
    with suppress(csv.Error):
        for row in reader:
            yield line + 1, row
            line = skip + reader.line_num
