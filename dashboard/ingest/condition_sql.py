"""Conditions on the columns of a stored table, in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.ingest import cells
from dashboard.ingest.engine import literal, select
from dashboard.ingest.outcome_sql import text_numbers
from estimators.data.notation import PLAIN
from estimators.data.number_forms import plain_text
from estimators.data.texts import FOUND

if TYPE_CHECKING:
    import duckdb

    from dashboard.ingest.reading import Operator
    from estimators.data.notation import Convention


@dataclass(frozen=True)
class StoredCondition:
    """A condition on a column by its stored name."""

    column: str
    operator: Operator
    value: str
    text: str
    """As the person wrote it."""


def holds(
    connection: duckdb.DuckDBPyConnection, source: str, condition: StoredCondition, convention: Convention
) -> str:
    """SQL for whether a row fulfils a condition, never NULL.

    Where the value is a number, cells are compared as numbers, and one that is none is only unequal.
    Otherwise they are compared as text without outer white space, and a blank one is only unequal.
    """
    kind = str(connection.execute(f"DESCRIBE {select(condition.column, source)}").fetchall()[0][1])
    value = condition.value.strip()
    text = cells.trimmed(f"CAST({condition.column} AS VARCHAR)")
    same = f"coalesce({text}, '') = {literal(value)}"
    number, wanted = f"TRY_CAST({condition.column} AS DOUBLE)", PLAIN.reader()(plain_text(value))
    if kind == "VARCHAR":
        numbers = text_numbers(connection, source, condition.column, convention, FOUND)
        number = numbers.number(numbers.text(text))
        wanted = numbers.notation.reader()(plain_text(value)) if wanted is None else wanted
    if condition.operator in ("=", "!="):
        equal = same if wanted is None else f"({same} OR coalesce({number} = {wanted!r}, false))"
        return equal if condition.operator == "=" else f"(NOT {equal})"
    if wanted is not None:
        return f"coalesce({number} {condition.operator} {wanted!r}, false)"
    return f"(coalesce({text}, '') <> '' AND {text} {condition.operator} {literal(value)})"
