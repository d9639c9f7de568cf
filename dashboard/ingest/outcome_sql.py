"""A stored column of text as numbers, in SQL: its notation told from all of its cells, or as given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dashboard.ingest import cells
from dashboard.ingest.engine import literal, select
from estimators.data.notation import PLAIN, Notation, tell_notation
from estimators.data.number_forms import Form, form_of, plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from estimators.data.notation import Convention
    from estimators.data.texts import NumberFormat


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


def told_numbers(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    column: str,
    convention: Convention,
    given: NumberFormat,
) -> TextNumbers:
    """The notation that reads most cells of a column, from all of them."""
    found = connection.execute(cells.special_characters(column, source)).fetchall()
    characters = tuple(sorted(character for (character,) in found))
    shapes: Counter[str] = Counter()
    for shape, rows in connection.execute(cells.number_shapes(column, source, characters)).fetchall():
        shapes[shape] += rows
    return TextNumbers(notation_of_shapes(shapes, convention, given), characters)


def notation_of_shapes(shapes: Counter[str], convention: Convention, given: NumberFormat) -> Notation:
    """The notation that reads most of the cells of these shapes."""
    forms: Counter[Form] = Counter()
    for shape, rows in shapes.items():
        form = form_of(plain_text(shape))
        if form is not None:
            forms[form] += rows
    return tell_notation(forms, convention, decimal=given.decimal, thousands=given.thousands)


def with_example(
    connection: duckdb.DuckDBPyConnection, source: str, column: str, numbers: TextNumbers
) -> TextNumbers:
    """The same with the first cell that shows how the column is read."""
    telling = numbers.notation.telling
    if not telling:
        return numbers
    bare = select(f"{column} AS cell, {cells.trimmed(column)} AS bare", source)
    texts = select(f"cell, {numbers.text('bare')} AS t", f"({bare})")
    shows = f"WHERE contains(t, {literal(telling)}) AND {numbers.number('t')} IS NOT NULL LIMIT 1"
    row = connection.execute(select("cell", f"({texts})", shows)).fetchone()
    return (
        numbers
        if row is None
        else replace(numbers, notation=replace(numbers.notation, example=row[0].strip()))
    )


def codes_sql(outcome: str, given: NumberFormat) -> str:
    """SQL for whether a number is a code for a missing value."""
    codes: Sequence[float] = given.missing_numbers
    return f"{outcome} IN ({', '.join(map(repr, codes))})" if codes else "false"
