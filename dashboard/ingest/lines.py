"""The lines of a text file, counted as an editor does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_CHUNK_BYTES = 1 << 20
_LF, _CR = 10, 13


class TableLines:
    """The lines of a table for a reader of rows, without remarks, and the number of the last one it took."""

    def __init__(self, lines: Iterable[str], comment: str | None = None, before: int = 0) -> None:
        self._lines = iter(lines)
        self._comment = comment
        self.number = before
        """The number of the last line taken; at first of the line before the first."""
        self.row_line = before
        """The number of the line that the last row began in."""
        self.first_of_row = True
        """Whether the next line begins a row, and may be a remark; set before each row is read."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for line in self._lines:
            self.number += 1
            if self.first_of_row and self._comment and line.startswith(self._comment):
                continue
            if self.first_of_row:
                self.row_line = self.number
            self.first_of_row = False
            return line
        raise StopIteration


def count_lines(path: Path) -> int:
    """How many lines a file has; a last one without an end counts."""
    lines, last = 0, _LF
    for data in _chunks(path):
        ends = data == _LF
        after_cr = np.concatenate(([last == _CR], data[:-1] == _CR))
        lines += int(np.count_nonzero(ends & ~after_cr)) + int(np.count_nonzero(data == _CR))
        last = int(data[-1])
    return lines + (last not in (_LF, _CR))


def row_lines(path: Path, quote: str, skipped: int) -> Iterator[NDArray[np.int64]]:
    """The line that each row begins in, for a file whose quotes are regular; blank lines are no rows.

    The first `skipped` lines are none either.
    """
    marks = np.zeros(256, dtype=np.bool_)
    marks[[_LF, _CR, *([ord(quote)] if quote else [])]] = True
    at, lines, quotes, start, row_line = 0, 0, 0, 0, 1
    last = 0
    for data in _chunks(path):
        found = np.flatnonzero(marks[data])
        kinds = data[found]
        before = np.where(found > 0, data[found - 1], last)
        is_end = (kinds == _CR) | ((kinds == _LF) & (before != _CR))
        # of "\r\n" the first half ends the line: what follows begins one further on
        second_half = (kinds == _LF) & (before == _CR)
        is_quote = ~is_end & ~second_half
        outside = (quotes + np.cumsum(is_quote)) % 2 == 0
        numbers = lines + np.cumsum(is_end)
        ends = np.flatnonzero(is_end & outside)
        if second_half.any() and start == at and data[0] == _LF and last == _CR:
            start += 1
        places = found[ends] + at
        halves = np.zeros(len(ends), dtype=np.int64)
        follows = found[ends] + 1
        inner = follows < len(data)
        halves[inner] = (kinds[ends][inner] == _CR) & (data[follows[inner]] == _LF)
        starts = np.concatenate(([start], (places + 1 + halves)[:-1])) if len(ends) else places
        first = np.concatenate(([row_line], numbers[ends][:-1] + 1)) if len(ends) else places
        filled = (places > starts) & (first > skipped)
        yield first[filled].astype(np.int64)
        if len(ends):
            start, row_line = int(places[-1] + 1 + halves[-1]), int(numbers[ends][-1] + 1)
        quotes += int(is_quote.sum())
        lines += int(is_end.sum())
        at += len(data)
        last = int(data[-1])
    if start < at and row_line > skipped:
        yield np.array([row_line], dtype=np.int64)


def lines_of_rows(path: Path, quote: str, skipped: int, places: Sequence[int]) -> list[int]:
    """The lines that rows begin in, by their places from 0, of a file as `row_lines` takes it."""
    found: dict[int, int] = {}
    before = 0
    for lines in row_lines(path, quote, skipped) if places else ():
        for place in places:
            if 0 <= place - before < len(lines):
                found[place] = int(lines[place - before])
        before += len(lines)
        if before > max(places):
            break
    return [found[place] for place in places]


def _chunks(path: Path) -> Iterator[NDArray[np.uint8]]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield np.frombuffer(chunk, dtype=np.uint8)
