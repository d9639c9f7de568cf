"""What one cell of text is, as SQL: blank, missing, a number in some notation, or other text.

The rules are those of `estimators` (its missing words, its white space) plus decimal commas and separated
thousands, whose meaning depends on the column they stand in.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

from dashboard.ingest.engine import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

WHITE_SPACE = (
    r"[\x09-\x0d\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)
"""What str.isspace calls white space, as a regular expression."""

DecimalMark = Literal[".", ","]
_MISSING = r"(?i)na|n/a|nan|null|\.|-"
_INFINITE = r"(?i)[+-]?inf(inity)?"
_EXPONENT = r"([eE][+-]?[0-9]+)?"
POINT_NUMBER = rf"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+){_EXPONENT}"
COMMA_NUMBER = rf"[+-]?([0-9]+,?[0-9]*|,[0-9]+){_EXPONENT}"
_BEFORE_THOUSANDS = r"[+-]?[1-9][0-9]{0,2}"


class Cell(IntEnum):
    """The kinds of cell that a column of text is counted by."""

    BLANK = 0
    MISSING = 1
    WHOLE = 2
    SCIENTIFIC = 3
    """Such as 2e5: an exponent and no mark."""
    POINT = 4
    """A number with one point that cannot be a thousands separator, such as 12.75."""
    POINT_OR_THOUSANDS = 5
    """Such as 1.234: one and a bit, or one thousand beside decimal commas."""
    COMMA = 6
    """A number with one comma that cannot be a thousands separator, such as 12,75."""
    COMMA_OR_THOUSANDS = 7
    """Such as 1,234: one thousand or one and a bit."""
    THOUSANDS_POINT = 8
    """Such as 1,234.5: commas for thousands, then a decimal point."""
    THOUSANDS_COMMA = 9
    """Such as 1.234,5: points for thousands, then a decimal comma."""
    COMMAS = 10
    """Such as 1,234,567: commas that can only be for thousands."""
    POINTS = 11
    """Such as 1.234.567: points that can only be for thousands."""
    SPACED_COMMA = 12
    """Such as 1 234,5: a decimal comma after thousands set apart by something else."""
    INFINITE = 13
    DATE = 14
    BOOLEAN = 15
    OTHER = 16


COMMA_KINDS = (
    Cell.COMMA,
    Cell.COMMA_OR_THOUSANDS,
    Cell.THOUSANDS_POINT,
    Cell.THOUSANDS_COMMA,
    Cell.COMMAS,
    Cell.SPACED_COMMA,
)
_Patterns = tuple[tuple[Cell, str], ...]
_WORDS: _Patterns = (
    (Cell.MISSING, _MISSING),
    (Cell.INFINITE, _INFINITE),
    (Cell.BOOLEAN, r"(?i)true|false|yes|no"),
)
_NUMBERS: _Patterns = (
    (Cell.WHOLE, r"[+-]?[0-9]+"),
    (Cell.POINT_OR_THOUSANDS, rf"{_BEFORE_THOUSANDS}\.[0-9]{{3}}"),
    (Cell.POINT, rf"[+-]?([0-9]+\.[0-9]*|\.[0-9]+){_EXPONENT}"),
    (Cell.SCIENTIFIC, POINT_NUMBER),
)
_WITH_COMMA: _Patterns = (
    (Cell.COMMA_OR_THOUSANDS, rf"{_BEFORE_THOUSANDS},[0-9]{{3}}"),
    (Cell.COMMA, COMMA_NUMBER),
    (Cell.THOUSANDS_POINT, rf"{_BEFORE_THOUSANDS}(,[0-9]{{3}})+\.[0-9]*"),
    (Cell.THOUSANDS_COMMA, rf"{_BEFORE_THOUSANDS}(\.[0-9]{{3}})+,[0-9]*"),
    (Cell.COMMAS, rf"{_BEFORE_THOUSANDS}(,[0-9]{{3}}){{2,}}"),
    (Cell.SPACED_COMMA, rf"{_BEFORE_THOUSANDS}([ '\x{{a0}}\x{{2009}}\x{{202f}}][0-9]{{3}})+,[0-9]*"),
)
_WITH_POINTS: _Patterns = ((Cell.POINTS, rf"{_BEFORE_THOUSANDS}(\.[0-9]{{3}}){{2,}}"),)
_TIME = r"([ T][0-9:.]+(Z|[+-][0-9:]+)?)?"
_DATE = rf"[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}{_TIME}|[0-9]{{1,2}}[./][0-9]{{1,2}}[./][0-9]{{2,4}}"
_LONGEST_WORD = 9


def trimmed(column: str) -> str:
    """SQL for the text of a cell without the white space around it."""
    around = literal(f"^{WHITE_SPACE}+|{WHITE_SPACE}+$")
    bare = f"regexp_replace({column}, {around}, '', 'g')"
    return f"CASE WHEN regexp_matches({column}, {around}) THEN {bare} ELSE {column} END"


def is_blank(text: str) -> str:
    """SQL for whether trimmed text is nothing."""
    return f"({text} IS NULL OR {text} = '')"


def is_missing_word(text: str) -> str:
    """SQL for whether trimmed text is one of the words for a missing outcome."""
    return f"regexp_full_match({text}, {literal(_MISSING)})"


def cell_kind(text: str) -> str:
    """SQL that gives the `Cell` of trimmed text."""
    other = Cell.OTHER.value
    words = f"CASE WHEN length({text}) > {_LONGEST_WORD} THEN {other}{_cases(text, _WORDS)} ELSE {other} END"
    commas = f"CASE{_cases(text, _WITH_COMMA)} ELSE {other} END"
    # most text begins with a letter and most numbers have no comma: neither is tried against every pattern
    return (
        f"CASE WHEN {is_blank(text)} THEN {Cell.BLANK.value} WHEN unicode({text}) > ord('9') THEN {words}"
        f"{_cases(text, _NUMBERS)} WHEN contains({text}, ',') THEN {commas}"
        f"{_cases(text, (*_WITH_POINTS, (Cell.DATE, _DATE), *_WORDS))} ELSE {other} END"
    )


def _cases(text: str, patterns: _Patterns) -> str:
    return "".join(f" WHEN regexp_full_match({text}, {literal(p)}) THEN {kind.value}" for kind, p in patterns)


@dataclass(frozen=True)
class Notation:
    """How the numbers of a column of text are written."""

    decimal: DecimalMark = "."
    thousands: bool = False
    """Whether 1,234 is one thousand (beside a decimal comma: 1.234), and not left unread or a decimal."""

    @property
    def whole(self) -> frozenset[Cell]:
        """The kinds of cell that read as a whole number."""
        if self.decimal == ",":
            either, surely = Cell.POINT_OR_THOUSANDS, Cell.POINTS
        else:
            either, surely = Cell.COMMA_OR_THOUSANDS, Cell.COMMAS
        return frozenset({Cell.WHOLE, surely} | ({either} if self.thousands else set()))

    @property
    def numbers(self) -> frozenset[Cell]:
        """The kinds of cell that read as a number, those past double's range included."""
        if self.decimal == ",":
            fractions = {Cell.COMMA, Cell.COMMA_OR_THOUSANDS, Cell.THOUSANDS_COMMA}
        else:
            fractions = {Cell.POINT, Cell.POINT_OR_THOUSANDS, Cell.THOUSANDS_POINT}
        return self.whole | fractions | {Cell.SCIENTIFIC}


def tell_notation(counts: Mapping[Cell, int], delimiter: str | None) -> Notation:
    """The notation of a column of text, from its cells and what separates the columns of its file.

    A cell such as 1,234 is one thousand only where others show that the comma is not the decimal mark, and
    none that it is; the same holds for 1.234 in a column of decimal commas.
    """
    commas = counts[Cell.COMMA] + counts[Cell.THOUSANDS_COMMA] + counts[Cell.SPACED_COMMA]
    points = counts[Cell.POINT] + counts[Cell.THOUSANDS_POINT]
    decimal = _decimal_mark(counts, delimiter)
    if decimal == ",":
        return Notation(decimal, thousands=commas > 0 and points + counts[Cell.COMMAS] == 0)
    return Notation(decimal, thousands=points + counts[Cell.COMMAS] > 0 and commas + counts[Cell.POINTS] == 0)


def _decimal_mark(counts: Mapping[Cell, int], delimiter: str | None) -> DecimalMark:
    """Always a point between commas; elsewhere a comma where it can be nothing else often enough.

    Semicolons between columns are a sign of decimal commas.
    """
    commas = counts[Cell.COMMA] + counts[Cell.THOUSANDS_COMMA] + counts[Cell.SPACED_COMMA]
    open_to_doubt = counts[Cell.COMMA_OR_THOUSANDS]
    # beside 1.234,5 a point in 1.234 is no sign of a decimal one
    points = counts[Cell.POINT] + (0 if counts[Cell.THOUSANDS_COMMA] else counts[Cell.POINT_OR_THOUSANDS])
    if (
        delimiter in (",", None)
        or counts[Cell.THOUSANDS_POINT]
        or counts[Cell.COMMAS]
        or points >= commas + open_to_doubt
    ):
        return "."
    if delimiter == ";":
        return "," if commas or not points else "."
    return "," if commas >= max(open_to_doubt, 1) else "."


def number(text: str, notation: Notation) -> str:
    """SQL for the double that trimmed text means: NULL for no number, infinite past double's range."""
    if notation.decimal == ",":
        plain, separator = COMMA_NUMBER, "."
        fraction = f"replace({text}, ',', '.')"
        digits = f"replace(replace({text}, '.', ''), ',', '.')"
    else:
        plain, separator = POINT_NUMBER, ","
        fraction, digits = text, f"replace({text}, ',', '')"
    group, fewest = rf"([{separator}][0-9]{{3}})", 1 if notation.thousands else 2
    separated = rf"{_BEFORE_THOUSANDS}({group}{{{fewest},}}|{group}+[{notation.decimal}][0-9]*)"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(plain)}) THEN TRY_CAST({fraction} AS DOUBLE) "
        f"WHEN contains({text}, '{separator}') AND regexp_full_match({text}, {literal(separated)}) "
        f"THEN TRY_CAST({digits} AS DOUBLE) END"
    )


def is_infinite(text: str) -> str:
    """SQL for whether trimmed text is a word for infinity."""
    return f"regexp_full_match({text}, {literal(_INFINITE)})"
