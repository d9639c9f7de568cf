"""Columns of a stored table that a model has beside an outcome and a group, as numbers or as labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard.ingest import cells
from dashboard.ingest.engine import literal, parquet_source, select
from dashboard.ingest.judge_rows import is_nameless, label_text
from dashboard.ingest.outcome_sql import codes_sql, text_numbers
from estimators.data.covariates import refuse_stray_text

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from dashboard.ingest.judged_rows import Roles

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
NUMBERS = ("FLOAT", "DOUBLE", *_WHOLE, *(f"U{kind}" for kind in _WHOLE))
"""Types of columns of numbers; decimal ones carry their digits in their names."""


def beside_table(connection: duckdb.DuckDBPyConnection, roles: Roles) -> pa.Table:
    """An Arrow table of those columns, by name, of all rows in the order of the file.

    A column of text is one of numbers where each of its cells reads as one in the notation that is told from
    all of them, as an outcome's; two words are labels. NULL where a cell is missing.

    Raises:
        estimators.DataError: a few cells of text among numbers.

    """
    source = parquet_source(roles.parquet)
    wanted = ", ".join(dict.fromkeys(roles.beside_stored.values()))
    described = connection.execute(f"DESCRIBE {select(wanted, source)}").fetchall()
    kinds = {str(row[0]): str(row[1]) for row in described}
    columns = {
        name: _expression(
            connection, roles, name, kinds[stored], categorical=name in roles.beside.categorical
        )
        for name, stored in roles.beside_stored.items()
    }
    named = ", ".join(f"{sql} AS b{place}" for place, sql in enumerate(columns.values()))
    rows = f"read_parquet({literal(str(roles.parquet))}, file_row_number = true)"
    table = connection.sql(select(named, rows, "ORDER BY file_row_number")).to_arrow_table()
    return table.rename_columns(list(columns))


def _expression(
    connection: duckdb.DuckDBPyConnection, roles: Roles, name: str, kind: str, *, categorical: bool
) -> str:
    """SQL for a cell as a double or as text, NULL where it is missing.

    Raises:
        estimators.DataError: a few cells of text among numbers.

    """
    column = roles.beside_stored[name]
    given = replace(roles.reading.numbers, event=None)
    if kind == "VARCHAR" and not categorical:
        source = parquet_source(roles.parquet)
        numbers = text_numbers(connection, source, column, roles.convention, given)
        text = numbers.text(cells.trimmed(column))
        value = numbers.number(text)
        missing = (
            f"{cells.is_blank(text)} OR {cells.is_missing_word(text, given)} OR {cells.is_infinite(text)}"
        )
        other = f"NOT ({missing}) AND {value} IS NULL"
        counts = f"count({value}), count(*) FILTER ({other}), min({column}) FILTER ({other})"
        ((read, unread, example),) = connection.execute(select(counts, source)).fetchall()
        if read and not numbers.notation.one:
            refuse_stray_text(name, read, unread, example)
            if not unread:
                return f"CASE WHEN NOT ({codes_sql(value, given)}) THEN {value} END"
    elif kind in NUMBERS or kind.startswith("DECIMAL"):
        value = f"CAST({column} AS DOUBLE)"
        shown = label_text(column, kind) if categorical else value
        return f"CASE WHEN NOT ({codes_sql(value, given)}) AND isfinite({value}) THEN {shown} END"
    return f"CASE WHEN NOT ({is_nameless(column, kind, roles.reading)}) THEN {label_text(column, kind)} END"
