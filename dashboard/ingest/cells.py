"""What one cell of text is, as SQL: blank, missing, a number in some notation, or other text.

The rules are those of `estimators`: its missing words, its white space, its notations. Tests hold the two to
the same answers.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from dashboard.ingest.engine import literal, select
from estimators.data.number_forms import plain_character

if TYPE_CHECKING:
    from collections.abc import Iterable

    from estimators.data.notation import Notation
    from estimators.data.texts import NumberFormat

WHITE_SPACE = (
    r"[\x09-\x0d\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
)
"""What str.isspace calls white space, as a regular expression."""

_MISSING = r"(?i)na|n/a|nan|null|\.|-"
_INFINITE = r"(?i)[+-]?inf(inity)?"
_EXPONENT = r"([eE][+-]?[0-9]+)?"
POINT_NUMBER = rf"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+){_EXPONENT}"
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
    NOTATION = 6
    """What may be a number written in another way, such as 1,234 or (45.00) or 12%: its form decides."""
    INFINITE = 7
    DATE = 8
    BOOLEAN = 9
    OTHER = 10


PLAIN_SHAPES = {
    Cell.WHOLE: "9",
    Cell.SCIENTIFIC: "9e9",
    Cell.POINT: "9.9",
    Cell.POINT_OR_THOUSANDS: "9.999",
}
"""A shape for the numbers that are written plainly."""
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
_NOTATION = (
    r"[^A-Za-z0-9]{0,3}[A-Za-z]{0,3}[^A-Za-z0-9]{0,3}"
    r"[0-9\x{80}-\x{10ffff}][0-9., '\x{80}-\x{10ffff}]*([eE][+-]?[0-9]+)?[^0-9]{0,13}"
)
"""What every number in any notation matches, and little else."""
_TIME = r"([ T][0-9:.]+(Z|[+-][0-9:]+)?)?"
_DATE = rf"[0-9]{{4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,2}}{_TIME}|[0-9]{{1,2}}[./][0-9]{{1,2}}[./][0-9]{{2,4}}"
_LONGEST_WORD = 9
_LONGEST_NUMBER = 64
_MOST_SHAPES = 2000
"""How many different shapes of numbers a column is judged by; no column of numbers has as many."""


def is_nan(number: str) -> str:
    """SQL for whether a floating-point number is none; NULL where there is no cell.

    DuckDB takes ``isnan`` for false where the extremes that a Parquet file notes of a column are numbers.
    """
    return f"(NOT (isfinite({number}) OR isinf({number})))"


def trimmed(column: str) -> str:
    """SQL for the text of a cell without the white space around it."""
    around = literal(f"^{WHITE_SPACE}+|{WHITE_SPACE}+$")
    bare = f"regexp_replace({column}, {around}, '', 'g')"
    return f"CASE WHEN regexp_matches({column}, {around}) THEN {bare} ELSE {column} END"


def is_blank(text: str) -> str:
    """SQL for whether trimmed text is nothing."""
    return f"({text} IS NULL OR {text} = '')"


def is_missing_word(text: str, given: NumberFormat) -> str:
    """SQL for whether trimmed text is one of the words for a missing outcome."""
    return f"lower({text}) IN ({', '.join(map(literal, sorted(given.missing_words)))})"


def cell_kind(text: str) -> str:
    """SQL that gives the `Cell` of trimmed text."""
    other = (
        f"CASE WHEN regexp_full_match({text}, {literal(_NOTATION)}) AND {_may_be_number(text)} "
        f"THEN {Cell.NOTATION.value} ELSE {Cell.OTHER.value} END"
    )
    words = f"CASE WHEN length({text}) > {_LONGEST_WORD} THEN {other}{_cases(text, _WORDS)} ELSE {other} END"
    # most text begins with a letter: it is not tried against every pattern
    return (
        f"CASE WHEN {is_blank(text)} THEN {Cell.BLANK.value} WHEN unicode({text}) > ord('9') THEN {words}"
        f"{_cases(text, (*_NUMBERS, (Cell.DATE, _DATE), *_WORDS))} ELSE {other} END"
    )


def shape_of_kind(text: str, kind: str) -> str:
    """SQL for the shape of trimmed text whose `Cell` is NOTATION; NULL for other kinds."""
    any_script = f"regexp_replace({text}, '\\p{{Nd}}', '9', 'g')"
    shape = f"CASE WHEN {_is_ascii(text)} THEN {number_shape(text)} ELSE {any_script} END"
    return f"CASE WHEN {kind} = {Cell.NOTATION.value} THEN {shape} END"


def _cases(text: str, patterns: _Patterns) -> str:
    return "".join(f" WHEN regexp_full_match({text}, {literal(p)}) THEN {kind.value}" for kind, p in patterns)


def normal(text: str, characters: Iterable[str]) -> str:
    """SQL for trimmed text as `estimators.data.number_forms.plain_text` has it.

    `characters` are those past ASCII that the column holds, see `special_characters`.
    """
    plain = {character: plain_character(character) for character in characters}
    swapped = [c for c, to in plain.items() if len(to) == 1 and to != c]
    removed = [c for c, to in plain.items() if not to]
    if not swapped and not removed:
        return text
    to = "".join(plain[c] for c in swapped)
    mapped = f"trim(translate({text}, {literal(''.join(swapped + removed))}, {literal(to)}))"
    return f"CASE WHEN {_is_ascii(text)} THEN {text} ELSE {mapped} END"


def special_characters(column: str, source: str) -> str:
    """A query for the characters past ASCII in the cells of a column that may be numbers."""
    cells = select(f"{column} AS t", source, f"WHERE NOT {_is_ascii(column)} AND {_may_be_number(column)}")
    return select("DISTINCT unnest(regexp_extract_all(t, '[^\\x00-\\x7F]'))", f"({cells})")


def _is_ascii(text: str) -> str:
    return f"strlen({text}) = length({text})"


def _may_be_number(text: str) -> str:
    """SQL for whether a cell is short and holds a digit."""
    return f"(length({text}) < {_LONGEST_NUMBER} AND regexp_matches({text}, '\\p{{Nd}}'))"


def has_other_digits(text: str) -> str:
    """SQL for whether a cell holds digits of another script than 0 to 9."""
    return f"regexp_matches(regexp_replace({text}, '[0-9]', '', 'g'), '\\p{{Nd}}')"


def number_shapes(column: str, source: str, characters: Iterable[str]) -> str:
    """A query for (shape, rows) of the cells that may be numbers: their digits 9 but for a zero that leads.

    A shape has the `Form` of the cells it stands for; the commonest come first.
    """
    bare = select(f"{trimmed(column)} AS bare", source, f"WHERE {_may_be_number(column)}")
    texts = select(f"{normal('bare', characters)} AS t", f"({bare})")
    shapes = select(f"{number_shape('t')} AS shape", f"({texts})")
    return select("shape, count(*)", f"({shapes})", f"GROUP BY shape ORDER BY 2 DESC, 1 LIMIT {_MOST_SHAPES}")


def number_shape(text: str) -> str:
    """SQL for the shape of a cell as `normal` has it."""
    nines = f"translate({text}, '012345678', '999999999')"
    zero = f"regexp_matches({text}, '^[^0-9]*0')"
    return f"CASE WHEN {zero} THEN regexp_replace({nines}, '9', '0') ELSE {nines} END"


def number(text: str, notation: Notation) -> str:
    """SQL for the double that `normal` text means: NULL for no number, infinite past double's range."""
    if notation.one:
        coding = ((notation.one, "1e0"), (notation.zero, "0e0"))
        cases = "".join(f" WHEN {literal(word.lower())} THEN {number}" for word, number in coding if word)
        return f"CASE lower({text}){cases} END"
    digits = text
    for affix in (notation.before, notation.after):
        digits = f"replace({digits}, {literal(affix)}, '')" if affix else digits
    removed = notation.thousands + (
        " " if notation.before or notation.after or notation.sign != "leading" else ""
    )
    if notation.sign == "brackets":
        digits = f"replace({digits}, '(', '-')"
        removed += ")"
    if notation.sign != "leading" or notation.before:
        removed += "+"
    for mark in dict.fromkeys(removed):
        digits = f"replace({digits}, {literal(mark)}, '')"
    if notation.sign == "trailing":
        digits = f"rtrim(CASE WHEN {digits} LIKE '%-' THEN '-' || {digits} ELSE {digits} END, '-')"
    if notation.decimal != ".":
        digits = f"replace({digits}, {literal(notation.decimal)}, '.')"
    matches = f"regexp_full_match({text}, {literal(notation.pattern)})"
    if notation.doubtful:
        matches += f" AND NOT regexp_full_match({text}, {literal(notation.doubtful)})"
    return f"CASE WHEN {matches} THEN TRY_CAST({digits} AS DOUBLE) END"


def is_infinite(text: str) -> str:
    """SQL for whether trimmed text is a word for infinity."""
    return f"regexp_full_match({text}, {literal(_INFINITE)})"
