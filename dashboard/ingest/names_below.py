"""Rows right below the names that hold no data: units, the words of questions, ids of a survey's program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard.ingest.lines_above import are_names, begins_as_number
from estimators.data.texts import MISSING_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_ROWS: Final = 3
_FEWEST_BELOW: Final = 3
_FEWEST_COLUMNS: Final = 2
_LOOKED_AT: Final = 200
_ANSWERS: Final = frozenset({"response", "open-ended response"})
"""What SurveyMonkey writes below a question that has one answer."""


def rows_below_names(body: Sequence[Sequence[str]], width: int) -> int:
    """How many rows at the beginning of the body are none of data.

    Each has text above the numbers of two columns or more, in all of those that it fills, and nothing in it
    comes again in its column: a row of data has a label that does, or a number. Or it names the answers to
    the questions of a survey.
    """
    for count in range(min(MOST_ROWS, len(body) - _FEWEST_BELOW), 0, -1):
        below = body[count : count + _LOOKED_AT]
        if all(_is_above_data(row[:width], below) for row in body[:count]):
            return count
        if count == 1 and _names_answers(body[0][:width], below):
            return 1
    return 0


def names_of_two_rows(first: Sequence[str], second: Sequence[str]) -> list[str] | None:
    """Names where some of the first row stand over several of the second, as merged cells leave them.

    Such a name comes again in the next columns, or these are blank above a name. None where none does so, or
    names would be alike.
    """
    over, spans = [text.strip() for text in first], False
    below = [text.strip() for text in second] + [""] * (len(first) - len(second))
    for place in range(1, len(over)):
        if over[place - 1] and below[place - 1] and below[place] and over[place] in ("", over[place - 1]):
            over[place], spans = over[place - 1], True
    below = ["" if text.lower() in _ANSWERS else text for text in below]
    joined = joined_names(over, below)
    return joined if spans and len(set(joined)) == len(joined) else None


def joined_names(over: Iterable[str], below: Iterable[str]) -> list[str]:
    """Each name of one row behind that which stands over it; one of them may be blank."""
    return [" ".join(filter(None, pair)) for pair in zip(over, below, strict=False)]


def describes_device(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is no row of names, but the second is, above units, as a logger writes them."""
    if len(rows) < 2 or are_names(rows[0]) or not are_names(rows[1]):
        return False
    body, width = rows[2:], len(rows[1])
    return all(len(row) == width for row in body) and rows_below_names(body, width) > 0


def _is_above_data(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row has nothing of what its columns have below it."""
    over = 0
    for place, text in enumerate(map(str.strip, row)):
        if not text:
            continue
        column = {cells[place].strip() for cells in below if place < len(cells)} - {""}
        if text in column:
            return False
        filled = [cell for cell in column if cell.lower() not in MISSING_WORDS]
        if filled and all(map(begins_as_number, filled)):
            if begins_as_number(text) or text.lower() in MISSING_WORDS:
                return False
            over += 1
    return over >= _FEWEST_COLUMNS


def _names_answers(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row has no id where each row below has one of its own, and names what was answered.

    It holds no number, has text above numbers or says that a response stands there, and nothing in it comes
    again, but where a column holds the name of an answer or nothing.
    """
    ids = [cells[0].strip() if cells else "" for cells in below]
    if not row or row[0].strip() or not all(ids) or len(set(ids)) < len(ids):
        return False
    tells = False
    for place, text in enumerate(map(str.strip, row)):
        if not text:
            continue
        column = {cells[place].strip() for cells in below if place < len(cells)} - {""}
        if begins_as_number(text) or text.lower() in MISSING_WORDS or (text in column and len(column) > 1):
            return False
        above_numbers = bool(column) and all(map(begins_as_number, column))
        tells |= text not in column and (above_numbers or text.lower() in _ANSWERS)
    return tells
