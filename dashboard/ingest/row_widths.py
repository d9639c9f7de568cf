"""Whether a row of text has as many values as its table has columns."""

from __future__ import annotations

from typing import Final

_EXAMPLES: Final = 3
"""So many lines are named."""


def fits(row: list[str], width: int) -> bool:
    """Whether a row has `width` values, or more of which the rest are blank."""
    return len(row) == width or (len(row) > width and not any(cell.strip() for cell in row[width:]))


def lacks_last_values(row: list[str], width: int, delimiter: str) -> bool:
    """Whether a row may be taken as one whose last values are blank, as spreadsheets shorten them.

    A single value is more likely a broken line, and between spaces any value may be the one missing.
    """
    return 2 <= len(row) < width and delimiter != " "


class ShortLines:
    """The lines whose last values are taken as blank: how many, and the first of them."""

    def __init__(self) -> None:
        """None so far."""
        self._count = 0
        self._first: list[int] = []

    def begin(self) -> None:
        """Rows are read from the first again."""
        self._count, self._first = 0, []

    def add(self, line: int) -> None:
        """Count a line."""
        self._count += 1
        if len(self._first) < _EXAMPLES:
            self._first.append(line)

    def notes(self) -> tuple[str, ...]:
        """A sentence on them, where there are some."""
        if not self._count:
            return ()
        one = self._count == 1
        listed = ", ".join(map(str, self._first)) + (", ..." if self._count > len(self._first) else "")
        return (
            f"{self._count:,} line{'' if one else 's'} with fewer values than column names "
            f"({'line' if one else 'lines'} {listed}): the last ones taken as blank.",
        )


def is_blank_row(row: list[str]) -> bool:
    """Whether a row is a blank line, not a row of blank values."""
    return not row or (len(row) == 1 and not row[0].strip(" \t\r\n\x0b\x0c\x1a\ufeff"))
