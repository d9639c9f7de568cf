"""Text tables whose columns are told by their place in each line: their rows as a plain text table.

Programs print them so, with labels of several words and blank cells that no run of spaces can tell apart.
Lines keep their numbers.
"""

from __future__ import annotations

import csv
import re
from io import StringIO
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Final, NamedTuple

from dashboard.ingest.drawn_tables import BARS, is_rule
from dashboard.ingest.lines_above import MOST_ROWS, holds_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

ALIGNED_DELIMITER: Final = "\t"
"""What separates the cells of the copy."""
_MOST_BYTES: Final = 64 << 20
_FEWEST_ROWS: Final = 2
_LOOKED_AT_FIRST: Final = 200
_SPACES: Final = dict.fromkeys(map(ord, BARS), " ")
_BITS: Final = bytes(b"01"[place != ord(" ")] for place in range(256))
"""Makes a digit of each place of a line: 0 of a space, 1 of any other mark."""
_NUMBER: Final = re.compile(r"[+-]?\d+(?P<decimals>[.,]\d+)?")


class _Block(NamedTuple):
    """Lines of a table from its names on, by their places, and where its columns begin."""

    lines: Sequence[int]
    starts: Sequence[int]


def columns_by_place(text: Path, folder: Path, *, skip: int, width: int) -> Path | None:
    """A copy in `folder` of a UTF-8 text whose columns stand one under another.

    None where they do not clearly do: each has a name above it (the first may lack one), some hold numbers,
    most rows have a run of spaces between two, and no cell has one, or two numbers, inside. `skip` lines at
    the beginning are none of it; where `width` is not 0, runs of spaces give so many columns, and unless
    rules stand among the lines there must be fewer by place, without a number among the words of a cell. A
    bar is a space here.
    """
    if text.stat().st_size > _MOST_BYTES:
        return None
    with text.open(encoding="utf-8-sig", newline="") as file:
        head = list(islice(file, skip + _LOOKED_AT_FIRST))
        if not any("  " in line.strip() or is_rule(line) for line in head[skip:]):
            return None
        whole = "".join([*head, file.read()])
    if "\t" in whole:
        return None
    lines = [_without_bars(line.rstrip()) for line in StringIO(whole, newline="").readlines()]
    found = next(_blocks(lines, skip), None)
    if found is None:
        return None
    if width and not any(map(is_rule, lines)):
        words = (cell.split() for i in found.lines for cell in _cells(lines[i], found.starts))
        if width <= len(found.starts) or any(
            len(cell) > 1 and any(map(_NUMBER.fullmatch, cell)) for cell in words
        ):
            return None
    inside = set(found.lines)
    target = folder / "table-aligned"
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=ALIGNED_DELIMITER, lineterminator="\n")
        for place, line in enumerate(lines):
            if place in inside:
                writer.writerow(_cells(line, found.starts))
            else:
                writer.writerow([line.strip()] if line and not is_rule(line) else ())
    return target


def _without_bars(line: str) -> str:
    return line if is_rule(line) else line.translate(_SPACES).rstrip()


def _blocks(lines: Sequence[str], skip: int) -> Iterator[_Block]:
    """The tables that lines may hold: from each of the first ones on, to the end or a blank line there."""
    filled = [i for i in range(skip, len(lines)) if lines[i]]
    rules = [is_rule(lines[i]) for i in filled]
    rows = _counts_before(not rule for rule in rules)
    spaced = _counts_before(not r and "  " in lines[i].strip() for r, i in zip(rules, filled, strict=True))
    gaps = [k for k in range(len(filled) - 1, 0, -1) if filled[k] > filled[k - 1] + 1]
    ends = (len(filled), *gaps[:2])
    taken = [_taken([lines[i] for i in filled[:end]]) for end in ends]

    def rows_of(first: int, end: int, starts: Sequence[int]) -> tuple[list[int], list[list[str]]]:
        places = [i for i, rule in zip(filled[first:end], rules[first:end], strict=True) if not rule]
        return places, [_cells(lines[i], starts) for i in places]

    for first, names in enumerate(filled[: MOST_ROWS + 1]):
        ruled = any(rules[first + 1 : first + 2])
        for end, below in zip(ends, taken, strict=True):
            count = rows[end] - rows[first] if first < end else 0
            if rules[first] or count <= _FEWEST_ROWS:
                continue
            if not ruled and 2 * (spaced[end] - spaced[first]) < count:
                continue
            starts = _named(lines[names], _starts(below[first]))
            # most lines at which no table begins show it soon, and a file may have a million
            _, cells = rows_of(first, min(end, first + _LOOKED_AT_FIRST), starts)
            if not _is_split(cells):
                continue
            places, cells = rows_of(first, end, starts)
            if _is_split(cells) and _is_table(cells):
                yield _Block(places, starts)


def _counts_before(flags: Iterable[bool]) -> list[int]:
    """How many of the flags before each place, and before the end, are set."""
    return list(accumulate(flags, initial=0))


def _taken(lines: Sequence[str]) -> list[int]:
    """For each of the first lines the places that are taken in it or below it, but for rules, as bits."""
    bits, taken = 0, []
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        bits |= 0 if is_rule(line) else int(line.encode("latin-1", "replace").translate(_BITS)[::-1], 2)
        if place <= MOST_ROWS:
            taken.append(bits)
    return taken[::-1]


def _starts(taken: int) -> list[int]:
    """The first of each run of places that are taken in some line; bit 0 is the first place of a line."""
    begins = taken & ~(taken << 1)
    return [place for place in range(begins.bit_length()) if begins >> place & 1]


def _named(names: str, starts: Sequence[int]) -> list[int]:
    """The columns with a name: one without is part of the one before it, as the words of a label are."""
    ends = [*starts[1:], None]
    return [
        start
        for start, end in zip(starts, ends, strict=True)
        if start == starts[0] or names[start:end].strip()
    ]


def _cells(line: str, starts: Sequence[int]) -> list[str]:
    return [line[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]


def _is_split(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows below their names have one value in each cell."""
    names, body = rows[0], rows[1:]
    numbers = list(filter(None, map(_NUMBER.fullmatch, names)))
    if len(names) < 2 or not all(names[1:]) or len(numbers) == len(names):
        return False
    if any(number["decimals"] for number in numbers):
        return False
    if any("  " in cell for row in rows for cell in row):
        return False
    return not any(sum(map(bool, map(_NUMBER.fullmatch, cell.split()))) > 1 for row in body for cell in row)


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether each column has a value below its name, and one of them numbers."""
    columns = list(zip(*rows[1:], strict=True))
    return any(map(holds_numbers, columns)) and all(any(column) for column in columns)
