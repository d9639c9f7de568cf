"""What one cell of text is, as SQL: blank, missing, a number in some notation, or other text.

The rules are those of `estimators` (its missing words, its white space) plus the notations with a comma,
whose meaning depends on the column they stand in.
"""

from __future__ import annotations

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


class Cell(IntEnum):
    """The kinds of cell that a column of text is counted by."""

    BLANK = 0
    MISSING = 1
    WHOLE = 2
    DECIMAL = 3
    """A number with a point or an exponent."""
    COMMA = 4
    """A number with one comma that cannot be a thousands separator, such as 12,75."""
    THOUSANDS_OR_COMMA = 5
    """Such as 1,234: one thousand or one and a bit."""
    GROUPED_POINT = 6
    """Such as 1,234,567 or 1,234.5: commas for thousands."""
    GROUPED_COMMA = 7
    """Such as 1.234,5 or 1 234,5: a decimal comma after separated thousands."""
    INFINITE = 8
    DATE = 9
    BOOLEAN = 10
    OTHER = 11


COMMA_KINDS = (Cell.COMMA, Cell.THOUSANDS_OR_COMMA, Cell.GROUPED_POINT, Cell.GROUPED_COMMA)
_Patterns = tuple[tuple[Cell, str], ...]
_WORDS: _Patterns = (
    (Cell.MISSING, _MISSING),
    (Cell.INFINITE, _INFINITE),
    (Cell.BOOLEAN, r"(?i)true|false|yes|no"),
)
_NUMBERS: _Patterns = ((Cell.WHOLE, r"[+-]?[0-9]+"), (Cell.DECIMAL, POINT_NUMBER))
_WITH_COMMA: _Patterns = (
    (Cell.THOUSANDS_OR_COMMA, r"[+-]?[1-9][0-9]{0,2},[0-9]{3}"),
    (Cell.COMMA, COMMA_NUMBER),
    (Cell.GROUPED_POINT, r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?"),
    (Cell.GROUPED_COMMA, r"[+-]?[0-9]{1,3}([. '\x{a0}\x{2009}\x{202f}][0-9]{3})+,[0-9]*"),
)
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
        f"{_cases(text, ((Cell.DATE, _DATE), *_WORDS))} ELSE {other} END"
    )


def _cases(text: str, patterns: _Patterns) -> str:
    return "".join(f" WHEN regexp_full_match({text}, {literal(p)}) THEN {kind.value}" for kind, p in patterns)


def decimal_mark(counts: Mapping[Cell, int], delimiter: str | None) -> DecimalMark:
    """The decimal mark of a column of text, from its cells and what separates the columns of its file.

    Between commas, a quoted `1,234` or `12,75` stays unread, for it can mean either. Elsewhere the comma is
    the mark where it can be nothing else often enough: semicolons between columns are a sign of it.
    """
    commas = counts[Cell.COMMA] + counts[Cell.GROUPED_COMMA]
    open_to_doubt = counts[Cell.THOUSANDS_OR_COMMA]
    if (
        delimiter in (",", None)
        or counts[Cell.GROUPED_POINT]
        or counts[Cell.DECIMAL] >= commas + open_to_doubt
    ):
        return "."
    if delimiter == ";":
        return "," if commas or not counts[Cell.DECIMAL] else "."
    return "," if commas >= max(open_to_doubt, 1) else "."


def number(text: str, decimal: DecimalMark) -> str:
    """SQL for the double that trimmed text means: NULL for no number, infinite past double's range."""
    pattern, digits = (COMMA_NUMBER, f"replace({text}, ',', '.')") if decimal == "," else (POINT_NUMBER, text)
    return f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) THEN TRY_CAST({digits} AS DOUBLE) END"


def is_infinite(text: str) -> str:
    """SQL for whether trimmed text is a word for infinity."""
    return f"regexp_full_match({text}, {literal(_INFINITE)})"


def numbers_among(counts: Mapping[Cell, int], decimal: DecimalMark) -> int:
    """How many of the cells read as a number under a decimal mark; those past double's range included."""
    if decimal == ",":
        return counts[Cell.WHOLE] + counts[Cell.COMMA] + counts[Cell.THOUSANDS_OR_COMMA]
    return counts[Cell.WHOLE] + counts[Cell.DECIMAL]
