"""Cells of any Python kind to numbers: text in the notation that the column is written in."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from estimators.data.labels import is_missing_object
from estimators.data.notation import LARGEST_EXACT, PLAIN, Notation, shows_doubt, tell_notation
from estimators.data.number_forms import form_of, has_other_digits, plain_text
from estimators.data.two_words import two_word_notation
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

MISSING_WORDS = frozenset({"", "na", "n/a", "nan", "null", ".", "-"})
"""What stands for a missing outcome in text, after trimming, in lower case."""
_INFINITE: Final = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
_FRACTION: Final = re.compile(r"[0-9][eE][+-]?[0-9]|[.,]$")


@dataclass(frozen=True)
class NumberFormat:
    """How the numbers of a column are written, as far as it is given; what is None is found."""

    decimal: str | None = None
    """The decimal mark."""
    thousands: str | None = None
    """What sets thousands apart; nothing: nothing does."""
    missing: tuple[str, ...] = ()
    """Codes that stand for a missing value beside the usual words; a number means any cell of its value."""
    notation: Notation | None = None
    """All of it, known from elsewhere."""
    event: str | None = None
    """The word that counts as 1 in an outcome of two words."""

    @property
    def missing_words(self) -> frozenset[str]:
        """The words for missing, as `plain_text` has them, in lower case."""
        return MISSING_WORDS | {plain_text(code).lower() for code in self.missing}

    @property
    def missing_numbers(self) -> tuple[float, ...]:
        """The codes that are numbers."""
        read = PLAIN.reader()
        values = (read(plain_text(code)) for code in self.missing)
        return tuple(value for value in values if value is not None)


FOUND: Final = NumberFormat()


@dataclass(frozen=True, eq=False)
class ReadCells:
    """What the cells of an outcome are."""

    numbers: NDArray[np.float64]
    """(N,) NaN where missing or unreadable."""
    unreadable: NDArray[np.bool_] | None
    """(N,) neither a number nor missing; None where no cell can be."""
    notation: Notation | None = None
    """How its text is written; None where it is not text."""


def read_cells(cells: Sequence[Any], given: NumberFormat = FOUND) -> ReadCells:
    """Numbers of cells of any kind.

    Raises:
        DataError: a whole number that a double cannot hold exactly.

    """
    numbers = np.full(len(cells), np.nan)
    unreadable = np.zeros(len(cells), dtype=np.bool_)
    texts: dict[int, str] = {}
    written = given == FOUND
    for i, value in enumerate(cells):
        if isinstance(value, (str, bytes)):
            text = value if isinstance(value, str) else value.decode("utf-8", errors="replace")
            texts[i] = text
            written = written and _is_written_plainly(text)
        else:
            _read_object(value, i, numbers, unreadable)
    if not texts:
        return ReadCells(without_codes(numbers, given), unreadable)
    written = written and not shows_doubt(texts.values())
    notation = PLAIN if written else _read_texts(texts, given, numbers, unreadable)
    if written:
        for i, text in texts.items():
            numbers[i] = float(text) if text.strip().lower() not in MISSING_WORDS else np.nan
    _refuse_inexact(numbers, texts)
    return ReadCells(without_codes(numbers, given), unreadable, notation)


def _is_written_plainly(text: str) -> bool:
    """Whether Python's own reading of a cell is right whatever the others are."""
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if np.isnan(value):
        return text.strip().lower() in MISSING_WORDS
    return text.isascii() and "_" not in text


def _read_object(
    value: object, place: int, numbers: NDArray[np.float64], unreadable: NDArray[np.bool_]
) -> None:
    try:
        numbers[place] = float(value)  # type: ignore[arg-type]
    except OverflowError:
        numbers[place] = np.inf
    except (TypeError, ValueError):
        unreadable[place] = not is_missing_object(value)
    else:
        if isinstance(value, int) and abs(value) >= LARGEST_EXACT:
            raise inexact(str(value))


def _read_texts(
    texts: dict[int, str],
    given: NumberFormat,
    numbers: NDArray[np.float64],
    unreadable: NDArray[np.bool_],
) -> Notation:
    """Read text in the one notation that reads most of it, into `numbers` and `unreadable`."""
    plain = {i: plain_text(text) for i, text in texts.items()}
    words = given.missing_words
    notation = given.notation
    if notation is None:
        filled = [text for text in plain.values() if text.lower() not in words]
        forms = Counter(form for text in filled if (form := form_of(text)) is not None)
        notation = tell_notation(forms, decimal=given.decimal, thousands=given.thousands)
        are_words = not (forms or np.isfinite(numbers).any() or any(map(_INFINITE.fullmatch, filled)))
        coding = two_word_notation(filled, given.event) if are_words or given.event is not None else None
        notation = coding or notation.with_examples(
            _first_number(notation, texts, plain), lambda: _other_digits(notation, texts, plain)
        )
    read = notation.reader()
    for i, text in plain.items():
        value = read(text)
        if text.lower() in words:
            numbers[i] = np.nan
        elif value is not None:
            numbers[i] = value
        elif _INFINITE.fullmatch(text):
            numbers[i] = float(text)
        else:
            numbers[i], unreadable[i] = np.nan, True
    return notation


def _first_number(
    notation: Notation, texts: dict[int, str], plain: dict[int, str]
) -> Callable[[str], str | None]:
    """A function from a text to the first number that holds it; `plain` are the cells as `plain_text`."""
    read = notation.reader()

    def first(text: str) -> str | None:
        return next((texts[i] for i, cell in plain.items() if text in cell and read(cell) is not None), None)

    return first


def _other_digits(notation: Notation, texts: dict[int, str], plain: dict[int, str]) -> str | None:
    """The first number whose digits are of another script; None where there is none."""
    read = notation.reader()
    numbers = (text for i, text in texts.items() if has_other_digits(text) and read(plain[i]) is not None)
    return next(numbers, None)


def _refuse_inexact(numbers: NDArray[np.float64], texts: dict[int, str]) -> None:
    """Raise where a whole number in text is beyond what a double holds exactly."""
    for i in np.flatnonzero(np.isfinite(numbers) & (np.abs(numbers) >= LARGEST_EXACT)).tolist():
        if i in texts and is_written_whole(texts[i], numbers[i]):
            raise inexact(texts[i].strip())


def is_written_whole(text: str, value: float) -> bool:
    """Whether a number of 2^53 or more is written out as a whole one: no more digits than it has places."""
    digits = sum(c.isdigit() for c in text)
    return not _FRACTION.search(text.strip()) and digits <= len(f"{abs(value):.0f}")


def without_codes(numbers: NDArray[np.float64], given: NumberFormat) -> NDArray[np.float64]:
    """The same numbers, NaN where one of them stands for a missing value."""
    codes = given.missing_numbers
    return np.where(np.isin(numbers, codes), np.nan, numbers) if codes else numbers


def inexact(text: str) -> DataError:
    """What to say of whole numbers that would be rounded."""
    return DataError(
        f"the outcome holds whole numbers such as {text}, which are rounded from {LARGEST_EXACT:,} on: "
        "subtract a constant near the smallest from all of them first"
    )
