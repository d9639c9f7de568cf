"""A stored column of text as numbers, in SQL: its notation told from all of its cells, or as given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dashboard.ingest import cells
from dashboard.ingest.engine import literal, select
from estimators.data.notation import PLAIN, POINT_OR_THOUSANDS, Notation, tell_notation
from estimators.data.number_forms import Form, form_of, has_other_digits, plain_text
from estimators.data.two_words import two_word_notation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from estimators.data.notation import Convention
    from estimators.data.texts import NumberFormat

_WORDS = 6
"""So many values are named where two are wanted and there are more."""


@dataclass(frozen=True)
class TextNumbers:
    """How a column of text becomes numbers."""

    notation: Notation
    characters: tuple[str, ...] = ()
    """Those past ASCII in cells that may be numbers."""

    def text(self, trimmed: str) -> str:
        """SQL for a trimmed cell as the pattern of the notation takes it."""
        return cells.normal(trimmed, self.characters)

    def number(self, text: str) -> str:
        """SQL for the double that such a text means; NULL for none."""
        if self.notation.is_plain:
            return (
                f"CASE WHEN regexp_full_match({text}, {literal(cells.POINT_NUMBER)}) "
                f"THEN TRY_CAST({text} AS DOUBLE) END"
            )
        return cells.number(text, self.notation)


WRITTEN_PLAINLY = TextNumbers(PLAIN)


def text_numbers(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    column: str,
    convention: Convention,
    given: NumberFormat,
) -> TextNumbers:
    """The notation that reads most cells of a column, from all of them.

    Raises:
        estimators.DataError: the word that is given for 1 is none of two words.

    """
    found = connection.execute(cells.special_characters(column, source)).fetchall()
    characters = tuple(sorted(character for (character,) in found))
    shapes: Counter[str] = Counter()
    for shape, rows in connection.execute(cells.number_shapes(column, source, characters)).fetchall():
        shapes[shape] += rows
    numbers = TextNumbers(notation_of_shapes(shapes, convention, given), characters)
    if given.event is not None or not any(form_of(plain_text(shape)) for shape in shapes):
        words = connection.execute(_words(source, column, numbers, given)).fetchall()
        coding = two_word_notation((word for (word,) in words), given.event)
        return numbers if coding is None else replace(numbers, notation=coding)
    return numbers


def _words(source: str, column: str, numbers: TextNumbers, given: NumberFormat) -> str:
    """A query for the different values of a column, but a few at most: two are wanted."""
    bare = select(f"{cells.trimmed(column)} AS bare", source)
    texts = select(f"{numbers.text('bare')} AS t", f"({bare})")
    filled = f"WHERE NOT ({cells.is_blank('t')} OR {cells.is_missing_word('t', given)})"
    return select("min(t)", f"({texts})", f"{filled} GROUP BY lower(t) ORDER BY 1 LIMIT {_WORDS}")


def is_in_doubt(connection: duckdb.DuckDBPyConnection, source: str, column: str) -> bool:
    """Whether every point of a column's plain numbers may set thousands apart, and there is one.

    What tells that points are decimal stands near the beginning of most columns: the first query ends there.
    """
    text, may_group = cells.trimmed(column), literal(POINT_OR_THOUSANDS)
    marked = f"WHERE contains({column}, '.') AND {text} <> '.'"
    certain = select("1", source, f"{marked} AND NOT regexp_full_match({text}, {may_group}) LIMIT 1")
    if connection.execute(certain).fetchone() is not None:
        return False
    return connection.execute(select("1", source, f"{marked} LIMIT 1")).fetchone() is not None


def notation_of_shapes(shapes: Counter[str], convention: Convention, given: NumberFormat) -> Notation:
    """The notation that reads most of the cells of these shapes."""
    forms: Counter[Form] = Counter()
    for shape, rows in shapes.items():
        form = form_of(plain_text(shape))
        if form is not None:
            forms[form] += rows
    return tell_notation(forms, convention, decimal=given.decimal, thousands=given.thousands)


def with_examples(
    connection: duckdb.DuckDBPyConnection, source: str, column: str, numbers: TextNumbers
) -> TextNumbers:
    """The same with the first cells that show how the column is read."""
    bare = select(f"{column} AS cell, {cells.trimmed(column)} AS bare", source)
    texts = select(f"cell, {numbers.text('bare')} AS t", f"({bare})")

    def first(text: str) -> str | None:
        shows = f"WHERE contains(t, {literal(text)}) AND {numbers.number('t')} IS NOT NULL LIMIT 1"
        row = connection.execute(select("cell", f"({texts})", shows)).fetchone()
        return None if row is None else str(row[0])

    def other_digits() -> str | None:
        if not any(map(has_other_digits, numbers.characters)):
            return None
        shows = f"WHERE {cells.has_other_digits('cell')} AND {numbers.number('t')} IS NOT NULL LIMIT 1"
        row = connection.execute(select("cell", f"({texts})", shows)).fetchone()
        return None if row is None else str(row[0])

    return replace(numbers, notation=numbers.notation.with_examples(first, other_digits))


def codes_sql(outcome: str, given: NumberFormat) -> str:
    """SQL for whether a number is a code for a missing value."""
    codes: Sequence[float] = given.missing_numbers
    return f"{outcome} IN ({', '.join(map(repr, codes))})" if codes else "false"
