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
_DAY_OR_MONTH_FIRST = r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})"
_TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p")


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
    either = re.fullmatch(_DAY_OR_MONTH_FIRST, value)
    if either or re.fullmatch(_DATE, value):
        formats = _formats(connection, source, text, condition)
        wanted_date = _date(literal(value), formats)
        if either and connection.execute(f"SELECT {wanted_date}").fetchone() == (None,):
            raise UnreadableFile(
                f"Whether {excerpt(value)} begins with its day or its month is not clear: write the date "
                f"that {excerpt(condition.text)} compares with as 2024-01-31."
            )
        return f"coalesce({_date(text, formats)} {condition.operator} {wanted_date}, false)"
    word = f"coalesce({text}, '') <> '' AND ({number}) IS NULL"  # no number is above or below a word
    return f"({word} AND {text} {condition.operator} {literal(value)})"


def _formats(
    connection: duckdb.DuckDBPyConnection, source: str, text: str, condition: StoredCondition
) -> tuple[str, ...]:
    """How dates such as 1/31/2024 are written in cells; none where there are none.

    Raises:
        UnreadableFile: no day past 12 tells whether it or the month comes first, or both do.

    """
    begin = literal(f"^{_DAY_OR_MONTH_FIRST}($| )")
    parts = [f"max(TRY_CAST(regexp_extract({text}, {begin}, {part}) AS INTEGER))" for part in (1, 2)]
    such_as = f"min({text}) FILTER (regexp_matches({text}, {begin}))"
    found = connection.execute(select(", ".join([*parts, such_as]), source)).fetchone()
    first, second, example = found or (None, None, None)
    if example is None:
        return ()
    if (first > 12) == (second > 12):
        raise UnreadableFile(
            f"Whether dates such as {excerpt(example)} begin with their day or their month is not clear, so "
            f"that {excerpt(condition.text)} cannot be answered: write them in the file as 2024-01-31."
        )
    order = "%d/%m" if first > 12 else "%m/%d"
    return tuple(f"{order}/{year}{time}" for year in ("%y", "%Y") for time in _TIMES)


def _date(text: str, formats: tuple[str, ...]) -> str:
    """SQL for the moment that text means: year, month and day, or day, month and year between points."""
    found = f"TRY_CAST({text} AS TIMESTAMP), try_strptime({text}, '%d.%m.%Y')"
    if not formats:
        return f"coalesce({found})"
    slashed = f"try_strptime(replace({text}, '-', '/'), [{', '.join(map(literal, formats))}])"
    either = f"regexp_matches({text}, {literal(f'^{_DAY_OR_MONTH_FIRST}($| )')})"
    return f"CASE WHEN {either} THEN {slashed} ELSE coalesce({found}) END"
