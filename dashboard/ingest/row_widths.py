"""Whether a row of text has as many values as its table has columns."""

from __future__ import annotations


def fits(row: list[str], width: int) -> bool:
    """Whether a row has `width` values, or more of which the rest are blank."""
    return len(row) == width or (len(row) > width and not any(cell.strip() for cell in row[width:]))


def lacks_last_values(row: list[str], width: int, delimiter: str) -> bool:
    """Whether a row may be taken as one whose last values are blank, as spreadsheets shorten them.

    A single value is more likely a broken line, and between spaces any value may be the one missing.
    """
    return 2 <= len(row) < width and delimiter != " "


def is_blank_row(row: list[str]) -> bool:
    """Whether a row is a blank line, not a row of blank values."""
    return not row or (len(row) == 1 and not row[0].strip(" \t\r\n\x0b\x0c\x1a\ufeff"))
