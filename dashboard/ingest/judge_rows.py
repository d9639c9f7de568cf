"""Two columns of a stored table to what can be used of them: a number and a label, or why not."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.ingest import cells
from dashboard.ingest.cells import Cell, Notation
from dashboard.ingest.engine import engine, parquet_source, select

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from estimators import GroupData

_USED, _NO_GROUP, _NO_OUTCOME, _NOT_A_NUMBER, _NOT_FINITE = range(5)


@dataclass(frozen=True)
class Roles:
    """Where the two columns lie: a stored Parquet file, and their names in it."""

    parquet: Path
    outcome: str
    group: str
    notation: Notation | None
    """How the outcome's numbers are written; None: to be told from the column."""
    delimiter: str | None = None
    """What separates the columns of the user's file, from which the notation is told."""


@contextmanager
def summaries(roles: Roles, folder: Path) -> Iterator[GroupData]:
    """The groups' summaries, whose rows can be fetched inside the context; `folder` is for work files.

    Each row is left out under one cause at most, the group looked at first.
    Raises estimators.DataError when no row can be used.
    """
    from estimators import DroppedRows, GroupData
    from estimators.data.rows import no_usable_row

    with engine(roles.parquet, folder) as connection:
        connection.execute(f"CREATE TABLE cells AS {_judged_rows(connection, roles)}")
        causes = select("cause, count(*)", "cells", "GROUP BY cause")
        counted = dict(connection.execute(causes).fetchall())
        dropped = DroppedRows(
            missing_outcome=counted.get(_NO_OUTCOME, 0),
            missing_group=counted.get(_NO_GROUP, 0),
            not_a_number=counted.get(_NOT_A_NUMBER, 0),
            not_finite=counted.get(_NOT_FINITE, 0),
        )
        if _USED not in counted:
            raise no_usable_row(dropped.total, dropped)
        usable = connection.sql(select("outcome, label", "cells", f"WHERE cause = {_USED}"))
        yield GroupData.from_frame(usable, outcome="outcome", group="label", already_dropped=dropped)


def _judged_rows(connection: duckdb.DuckDBPyConnection, roles: Roles) -> str:
    """A query for the outcome as a double, the label as text, and why a row cannot be used."""
    source = parquet_source(roles.parquet)
    columns = f"{roles.outcome} AS y, {roles.group} AS g"
    described = connection.execute(f"DESCRIBE {select(columns, source)}").fetchall()
    y_type, g_type = (str(row[1]) for row in described)
    texts = f"y, g, {_text('y', y_type)} AS y_text, {_text('g', g_type)} AS g_text"
    rows = select(texts, f"({select(columns, source)})")
    if y_type == "VARCHAR":
        notation = roles.notation or _told_notation(connection, roles)
        outcome = cells.number("y_text", notation)
        missing = f"{cells.is_blank('y_text')} OR {cells.is_missing_word('y_text')}"
        infinite = cells.is_infinite("y_text")
    else:
        # a decimal number goes by way of its digits, which rounds correctly
        digits = "CAST(y AS VARCHAR)" if y_type.startswith("DECIMAL") else "y"
        outcome, missing, infinite = f"CAST({digits} AS DOUBLE)", "true", "false"
    read = select(f"*, {outcome} AS outcome, {_label(g_type)} AS label", f"({rows})")
    cause = (
        f"CASE WHEN {_nameless(g_type)} THEN {_NO_GROUP} WHEN isfinite(outcome) THEN {_USED} "
        f"WHEN isinf(outcome) THEN {_NOT_FINITE} WHEN {missing} THEN {_NO_OUTCOME} "
        f"WHEN {infinite} THEN {_NOT_FINITE} ELSE {_NOT_A_NUMBER} END"
    )
    return select(f"outcome, label, {cause} AS cause", f"({read})")


def _text(column: str, kind: str) -> str:
    return cells.trimmed(column) if kind == "VARCHAR" else "NULL"


def _label(kind: str) -> str:
    """SQL for a label as text: a whole number reads 4, not 4.0, where it is stored as a double."""
    if kind in ("FLOAT", "DOUBLE"):
        whole = "CASE WHEN g = trunc(g) AND abs(g) < 1e15 THEN CAST(CAST(g AS BIGINT) AS VARCHAR)"
        return f"{whole} ELSE CAST(g AS VARCHAR) END"
    return "CAST(g AS VARCHAR)"


def _nameless(kind: str) -> str:
    """SQL for whether a row has no label."""
    if kind == "VARCHAR":
        return cells.is_blank("g_text")
    return "(g IS NULL OR isnan(g))" if kind in ("FLOAT", "DOUBLE") else "g IS NULL"


def _told_notation(connection: duckdb.DuckDBPyConnection, roles: Roles) -> Notation:
    """How the outcome's numbers are written, from all of its cells."""
    source = parquet_source(roles.parquet)
    with_comma = select("1", source, f"WHERE contains({roles.outcome}, ',') LIMIT 1")
    if connection.execute(with_comma).fetchone() is None:
        return Notation()
    texts = select(f"{cells.trimmed(roles.outcome)} AS t", source)
    kinds = select(f"{cells.cell_kind('t')} AS kind", f"({texts})")
    counts = select("kind, count(*)", f"({kinds})", "GROUP BY kind")
    found = dict(connection.execute(counts).fetchall())
    return cells.tell_notation({kind: found.get(kind.value, 0) for kind in Cell}, roles.delimiter)
