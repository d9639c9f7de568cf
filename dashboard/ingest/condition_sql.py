"""Conditions on the columns of a stored table, in SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.ingest import cells
from dashboard.ingest.engine import literal, select
from dashboard.ingest.errors import UnreadableFile, excerpt
from dashboard.ingest.outcome_sql import WRITTEN_PLAINLY, text_numbers
from estimators.data.notation import PLAIN
from estimators.data.number_forms import plain_text
from estimators.data.texts import FOUND

if TYPE_CHECKING:
    import duckdb

    from dashboard.ingest.reading import Operator
    from estimators.data.notation import Convention

_DATE = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T].*)?|\d{1,2}\.\d{1,2}\.\d{4}"
_DAY_OR_MONTH_FIRST = r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}"


@dataclass(frozen=True)
class StoredCondition:
    """A condition on a column by its stored name."""

    column: str
    operator: Operator
    value: str
    text: str
    """As the person wrote it."""
    labels: str | None = None
    """The stored name of the labels of its codes, where it has some."""


def holds(
    connection: duckdb.DuckDBPyConnection, source: str, condition: StoredCondition, convention: Convention
) -> str:
    """SQL for whether a row fulfils a condition, never NULL.

    Where the value is a number, cells are compared as numbers, and one that is none is only unequal; where it
    is above or below a date, as dates. A code equals its label too. Otherwise they are compared as text
    without outer white space, and a blank one is only unequal.

    Raises:
        UnreadableFile: the order of dates is asked for, and the value may have its day or its month first.

    """
    kind = str(connection.execute(f"DESCRIBE {select(condition.column, source)}").fetchall()[0][1])
    value = condition.value.strip()
    text = cells.trimmed(f"CAST({condition.column} AS VARCHAR)")
    same = f"coalesce({text}, '') = {literal(value)}"
    number, wanted = f"TRY_CAST({condition.column} AS DOUBLE)", PLAIN.reader()(plain_text(value))
    if kind in ("FLOAT", "DOUBLE"):
        number = f"CASE WHEN NOT {cells.is_nan(condition.column)} THEN {number} END"
    if kind == "VARCHAR":
        numbers = text_numbers(connection, source, condition.column, convention, FOUND)
        if numbers.notation.one:  # two words are compared as words
            numbers = WRITTEN_PLAINLY
        number = numbers.number(numbers.text(text))
        wanted = numbers.notation.reader()(plain_text(value)) if wanted is None else wanted
    if condition.operator in ("=", "!="):
        if condition.labels is not None:
            same = f"({same} OR coalesce({condition.labels} = {literal(value)}, false))"
        equal = same if wanted is None else f"({same} OR coalesce({number} = {wanted!r}, false))"
        return equal if condition.operator == "=" else f"(NOT {equal})"
    if wanted is not None:
        return f"coalesce({number} {condition.operator} {wanted!r}, false)"
    if re.fullmatch(_DAY_OR_MONTH_FIRST, value):
        raise UnreadableFile(
            f"Whether {excerpt(value)} begins with its day or its month is not clear: write the date that "
            f"{excerpt(condition.text)} compares with as 2024-01-31."
        )
    if re.fullmatch(_DATE, value):
        return f"coalesce({_date(text)} {condition.operator} {_date(literal(value))}, false)"
    word = f"coalesce({text}, '') <> '' AND ({number}) IS NULL"  # no number is above or below a word
    return f"({word} AND {text} {condition.operator} {literal(value)})"


def _date(text: str) -> str:
    """SQL for the moment that text means: year, month and day, or day, month and year between points."""
    return f"coalesce(TRY_CAST({text} AS TIMESTAMP), try_strptime({text}, '%d.%m.%Y'))"
