"""Lines above the names of a table: where the evidence is clear, which row holds the names."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

from estimators.data.texts import MISSING_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = tuple[int, list[str]]
"""The number of the line that a row begins in, and its cells."""
MOST_ROWS: Final = 30
"""More rows than these above the names are rather a table of their own."""
_FEWEST_BELOW: Final = 3
_REGULAR: Final = 0.8
"""The share of the rows below the names that have a value for each of them."""
_NUMBER_BEGINS: Final = re.compile(r"\W*\d")
_YEAR: Final = re.compile(r"(1[5-9]|20|21)\d\d")


def rows_above_names(rows: Sequence[Row]) -> int:
    """How many rows stand above the names; 0 where none does, or where it is not clear.

    It is clear where those rows hold fewer cells than the table below is wide, the row of names is filled
    with different texts that do not come again in their columns, and nearly all rows below it are as wide,
    with numbers in some column.
    """
    width = _usual_width(rows)
    full = [i for i, (_, cells) in enumerate(rows[: MOST_ROWS + 1]) if reach(cells) >= width]
    # names are followed by a row of the table, a title of several cells by another remark
    place = next((i for i in full if i + 1 < len(rows) and len(rows[i + 1][1]) >= width), 0)
    above, (line, names), below = rows[:place], rows[place], _without_remarks(rows[place + 1 :])
    apart = _stands_apart(above, line)
    clear = (
        0 < place <= MOST_ROWS
        and len(names) >= 2
        and all(_is_shorter(cells, len(names), apart) for i, (_, cells) in enumerate(above) if i not in full)
        and _is_shorter(above[-1][1], len(names), apart)
        and not _may_lack_a_name(above[-1], line, len(names))
        and not _has_table(above, len(below))
        and _are_names_and_years(names)
        and _is_block_of_data(names, below)
    )
    return place if clear else 0


def names_further_down(rows: Sequence[Row]) -> int:
    """The place of a row that looks more like the names than the first one does; 0 where there is none.

    It is filled as far as the table is wide, with different texts, and the first row only up to its half; or
    it stands below a blank line and few rows as wide, above rows with numbers.
    """
    width = _usual_width(rows)
    half_filled = 0 < 2 * reach(rows[0][1]) <= width >= _FEWEST_BELOW
    for place, (line, names) in enumerate(rows[1 : MOST_ROWS + 1], 1):
        if reach(names) != width or not are_names(names[:width]):
            continue
        below = _without_remarks(rows[place + 1 :])
        few_above = 2 * place <= len(below) and names != rows[0][1]
        if half_filled or (
            few_above
            and _has_gap(rows[place - 1], line)
            and _is_block_of_data(names[:width], [cells[:width] for cells in below])
        ):
            return place
    return 0


def _usual_width(rows: Sequence[Row]) -> int:
    return Counter(reach(cells) for _, cells in rows).most_common(1)[0][0]


def _without_remarks(below: Sequence[Row]) -> list[list[str]]:
    """The cells of the rows below the names, but for rows of one cell at the end."""
    cells = [row for _, row in below]
    while cells and len(cells[-1]) <= 1:
        cells.pop()
    return cells


def _stands_apart(above: Sequence[Row], line: int) -> bool:
    """Whether rows are no part of the table in ``line``: a title is the first, or a blank line separates."""
    if not above:
        return False
    lines = [number for number, _ in above[1:]] + [line]
    return reach(above[0][1]) <= 1 or any(map(_has_gap, above, lines))


def _has_gap(row: Row, next_line: int) -> bool:
    """Whether a row is blank, or blank lines follow it."""
    return reach(row[1]) == 0 or next_line > row[0] + 1


def reach(cells: Sequence[str]) -> int:
    """How many cells a row has up to its last filled one."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1].strip()), 0)


def _is_shorter(cells: Sequence[str], width: int, apart: bool) -> bool:
    """Whether a row is no row of the table: it has fewer cells, or as many of which only the first is filled.

    In a table of two columns the latter may be a row whose last value is blank. Where the rows stand `apart`,
    the last cell alone may be blank.
    """
    filled = reach(cells)
    return len(cells) < width or filled == 0 or (filled < width > 2 and (apart or filled == 1))


def _may_lack_a_name(last: Row, line: int, width: int) -> bool:
    """Whether the row right above may hold the names itself, the last of which was forgotten."""
    number, cells = last
    return line == number + 1 and reach(cells) == width - 1 >= 2


def _has_table(above: Sequence[Row], below: int) -> bool:
    """Whether the rows above are a table too: three of the same width, or many beside those below."""
    wide = [reach(cells) for _, cells in above if reach(cells) >= 2]
    runs = [len(list(run)) for width, run in groupby(reach(cells) for _, cells in above) if width > 2]
    return max(runs, default=0) > 2 or 2 * len(wide) > below


def are_names(names: Sequence[str]) -> bool:
    """Whether texts are all different, none a number or a missing value, and none but the first blank."""
    texts = [name.strip() for name in names]
    filled = all(texts[1:]) and any(texts)
    return (
        filled
        and len(set(texts)) == len(texts)
        and not any(begins_as_number(text) or text.lower() in MISSING_WORDS for text in texts if text)
    )


def _are_names_and_years(names: Sequence[str]) -> bool:
    """Whether texts are names, or such and years behind them that go up by one; blank ones end them."""
    texts = [name.strip() for name in names[: reach(names)]]
    first = next((i for i, text in enumerate(texts) if _YEAR.fullmatch(text)), len(texts))
    years = list(map(int, texts[first:])) if all(map(_YEAR.fullmatch, texts[first:])) else []
    if len(years) >= _FEWEST_BELOW and years == list(range(years[0], years[0] + len(years))):
        return first > 1 and are_names(texts[:first])
    return are_names(names)


def begins_as_number(text: str) -> bool:
    """Whether a text is a number or begins as one, with or without a sign or a currency before it."""
    return _NUMBER_BEGINS.match(text) is not None


def _is_block_of_data(names: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    fitting = [cells for cells in below if len(cells) == len(names) or len(names) == reach(cells)]
    if len(fitting) < max(_FEWEST_BELOW, _REGULAR * len(below)):
        return False
    columns = [[cell.strip() for cell in column] for column in zip(*fitting, strict=False)]
    again = any(name.strip() in column for name, column in zip(names, columns, strict=True) if name.strip())
    return not again and any(map(holds_numbers, columns))


def holds_numbers(column: Sequence[str]) -> bool:
    """Whether at least half of the cells that are filled, and two of them, begin as numbers do."""
    filled = [cell for cell in column if cell and cell.lower() not in MISSING_WORDS]
    numbers = sum(map(begins_as_number, filled))
    return numbers >= max(2, len(filled) / 2)


def declared_delimiter(sample: str) -> tuple[int, str | None]:
    """Excel's first line `sep=;`: how many lines it takes, and the delimiter."""
    match = re.match(r'"?sep=(.)"?\r?[\r\n]', sample, re.IGNORECASE)
    return (1, match.group(1)) if match and match.group(1) not in "\"'\r\n" else (0, None)


def comment_lines(lines: Sequence[str], delimiters: Iterable[str]) -> int:
    """How many lines that begin with # stand above the column names."""
    count = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if count == 0 or count == len(lines):
        return 0
    counts = [{d: lines[i].count(d) for d in delimiters} for i in (count - 1, count)]
    fits_data = any(counts[0][d] == counts[1][d] > 0 for d in delimiters)
    return count - 1 if fits_data else count
