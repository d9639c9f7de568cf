"""Two columns of a stored table to what can be used of them: a number and a label, or why not."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.ingest import cells
from dashboard.ingest.condition_sql import holds
from dashboard.ingest.engine import engine, literal, parquet_source, select
from dashboard.ingest.find_column import free_name
from dashboard.ingest.judged_rows import JudgedRows
from dashboard.ingest.label_sql import label_names
from dashboard.ingest.left_out_sql import (
    CAUSES,
    EXCLUDED,
    NO_GROUP,
    NO_OUTCOME,
    NOT_A_NUMBER,
    NOT_FINITE,
    USED,
    WHERE,
    left_out,
    row_line,
    unused_labels,
)
from dashboard.ingest.outcome_sql import (
    WRITTEN_PLAINLY,
    TextNumbers,
    codes_sql,
    is_in_doubt,
    text_numbers,
    with_examples,
)
from dashboard.ingest.reading import Reading
from estimators.data.notation import LARGEST_EXACT
from estimators.data.number_forms import plain_text
from estimators.data.texts import FOUND, inexact, is_written_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from dashboard.ingest.judged_rows import Roles
    from dashboard.ingest.label_sql import LabelNames
    from estimators import DroppedRows, GroupData
    from estimators.data.left_out import Example


ROWS_HELD = 20_000
"""So many rows at most are summed in memory, and kept for the methods that ask: that is quicker."""


@contextmanager
def summaries(roles: Roles, folder: Path) -> Iterator[tuple[GroupData, JudgedRows]]:
    """The groups' summaries, whose rows can be fetched inside the context; `folder` is for work files.

    Each row is left out under one cause at most: a condition, an excluded group, its group, its outcome.

    Raises:
        estimators.DataError: no row can be used, or whole numbers that a double would round.
        UnreadableFile: there is no such group to exclude.

    """
    with judged_rows(roles, folder) as judged:
        yield summaries_of(judged), judged


def summaries_of(judged: JudgedRows) -> GroupData:
    """The groups of the rows in use, of which there are some, and what was left out."""
    from estimators import GroupData

    dropped = dropped_rows(judged.counts)
    rows = judged.connection.sql(select(f"outcome, {judged.names.column} AS label", _usable(judged.names)))
    if judged.roles.beside:
        data = _with_columns(judged, dropped)
    elif judged.counts[USED] > ROWS_HELD:
        data = GroupData.from_frame(rows, outcome="outcome", group="label", already_dropped=dropped)
    else:
        data = _of_table(rows.to_arrow_table(), dropped)
    notation = None if judged.numbers is None else judged.numbers.notation
    causes = (*left_out(judged), *data.left_out)
    unused = tuple(sorted(unused_labels(judged, data.labels.tolist()).union(data.unused_labels)))
    return replace(data, left_out=causes, unused_labels=unused, notation=notation)


def _of_table(table: pa.Table, dropped: DroppedRows) -> GroupData:
    """The groups of few rows: they are reduced before narwhals and Arrow's functions would be loaded."""
    from estimators import GroupData

    outcome = np.from_dlpack(table["outcome"].combine_chunks())
    data = GroupData.from_arrays(outcome, table["label"].to_pylist())
    return replace(data, rows_read=data.rows_read + dropped.total, dropped=data.dropped + dropped)


def _with_columns(judged: JudgedRows, dropped: DroppedRows) -> GroupData:
    """The groups of the usable rows with their covariates and weights."""
    from dashboard.ingest.covariate_sql import beside_table
    from estimators import GroupData

    names, beside = judged.names, judged.roles.beside
    query = select(f"u.rowid AS place, outcome, {names.column} AS label", _usable(names), "ORDER BY u.rowid")
    usable = judged.connection.sql(query).to_arrow_table()
    table = beside_table(judged.connection, judged.roles).take(usable["place"])
    outcome, group = (free_name(name, table.column_names) for name in ("outcome", "label"))
    table = table.append_column(outcome, usable["outcome"]).append_column(group, usable["label"])
    data = GroupData.from_frame(table, outcome=outcome, group=group, already_dropped=dropped, **vars(beside))

    def in_file(example: Example) -> Example:
        place = usable["place"][(example.line or 1) - 1].as_py()
        return replace(example, line=row_line(judged, place))

    causes = (replace(one, examples=tuple(map(in_file, one.examples))) for one in data.left_out)
    return replace(data, left_out=tuple(causes))


@contextmanager
def judged_rows(roles: Roles, folder: Path) -> Iterator[JudgedRows]:
    """The rows judged, some of which can be used; raises what `summaries` does."""
    from estimators.data.rows import no_usable_row

    with engine(roles.parquet, folder) as connection:
        judged = judge(connection, roles)
        if USED not in judged.counts:
            dropped = dropped_rows(judged.counts)
            raise no_usable_row(dropped.total, dropped, left_out(judged), roles.noun)
        yield judged


def dropped_rows(counts: dict[int, int]) -> DroppedRows:
    """The rows that could not be used, by cause."""
    from estimators import DroppedRows

    return DroppedRows(**{name: counts.get(cause, 0) for cause, name in CAUSES.items()})


def used_rows(judged: JudgedRows, at_a_time: int) -> Iterator[list[tuple[Any, ...]]]:
    """The label and the outcome of every row in use, in the order of the file, so many at a time.

    After them, what a model has beside, in the order of `frames.ModelColumns.names`.
    """
    names, roles, connection = judged.names, judged.roles, judged.connection
    # a join may hand rows on in another order
    ordered = "ORDER BY u.rowid" if names.renamed or roles.beside else ""
    columns, source = f"{names.column}, outcome", _usable(names)
    if roles.beside:
        from dashboard.ingest.covariate_sql import beside_table

        table = beside_table(connection, roles)
        places = [f"b{k}" for k in range(table.num_columns)]
        connection.register("beside", table.rename_columns(places).append_column("line", _counted(table)))
        columns = ", ".join([columns, *places])
        source = f"{source} JOIN beside ON beside.line = u.rowid"
    connection.execute(select(columns, source, ordered))
    while rows := connection.fetchmany(at_a_time):
        yield rows


def _counted(table: pa.Table) -> pa.Array:
    import pyarrow as pa

    return pa.array(np.arange(table.num_rows))


def _usable(names: LabelNames) -> str:
    usable = select("rowid, outcome, label", "cells", f"WHERE cause = {USED}")
    return f"({usable}) u {names.join}"


def judge(connection: duckdb.DuckDBPyConnection, roles: Roles) -> JudgedRows:
    """Judge every row: in one pass where all is plain, else once the notation is told from all cells."""
    source = parquet_source(roles.parquet)
    described = connection.execute(f"DESCRIBE {select(f'{roles.outcome}, {roles.group}', source)}").fetchall()
    y_type, g_type = (str(row[1]) for row in described)
    given = roles.reading.numbers
    names = label_names(connection, roles.group, source, roles.reading.labels, roles.exclude)

    def rows_by_cause(numbers: TextNumbers | None) -> dict[int, int]:
        connection.execute("DROP TABLE IF EXISTS cells")
        query = _judged_rows(connection, roles, (y_type, g_type), numbers, names)
        connection.execute(f"CREATE TABLE cells AS {query}")
        causes = select("cause, count(*)", "cells", "GROUP BY cause")
        return dict(connection.execute(causes).fetchall())

    if given.event is not None and y_type != "VARCHAR":  # numbers are two words then, such as 1 and 2
        roles, y_type = replace(roles, outcome=f"({label_text(roles.outcome, y_type)})"), "VARCHAR"
    numbers = None if y_type != "VARCHAR" else WRITTEN_PLAINLY
    plainly = roles.convention.decimal == "." and replace(given, missing=()) == FOUND
    counts = rows_by_cause(numbers) if numbers is None or plainly else {NOT_A_NUMBER: 1}
    if numbers is not None and (counts.get(NOT_A_NUMBER) or is_in_doubt(connection, source, roles.outcome)):
        told = text_numbers(connection, source, roles.outcome, roles.convention, given)
        if not plainly or told != numbers:
            numbers = with_examples(connection, source, roles.outcome, told)
            counts = rows_by_cause(numbers)
    refuse_inexact(connection, roles, y_type)
    return JudgedRows(connection, roles, numbers, names, counts)


def _judged_rows(
    connection: duckdb.DuckDBPyConnection,
    roles: Roles,
    types: tuple[str, str],
    numbers: TextNumbers | None,
    names: LabelNames,
) -> str:
    """A query for the outcome as a double, the label as text, and why a row cannot be used."""
    source = parquet_source(roles.parquet)
    y_type, g_type = types
    given = roles.reading.numbers
    conditions = "".join(
        f"WHEN NOT {holds(connection, source, condition, roles.convention)} THEN {WHERE + place} "
        for place, condition in enumerate(roles.where)
    )
    # not all columns: of tens of thousands the database takes seconds to look them up
    asked = (column for one in roles.where for column in (one.column, one.labels) if column is not None)
    kept = ", ".join(dict.fromkeys([roles.group, *asked]))
    label, ordered = label_text(roles.group, g_type), ""
    nameless = is_nameless(roles.group, g_type, roles.reading)
    if roles.reading.fill_down:
        source = f"read_parquet({literal(str(roles.parquet))}, file_row_number = true)"
        filled = f"CASE WHEN {nameless} THEN NULL ELSE {label} END"
        label = f"last_value({filled} IGNORE NULLS) OVER (ORDER BY file_row_number)"
        nameless, ordered = "label IS NULL", "ORDER BY file_row_number"
        kept = f"{kept}, file_row_number"
    y = roles.outcome
    if numbers is None:
        rows = select(f"{kept}, {label} AS label, {number_sql(y, y_type)} AS outcome", source)
        missing, infinite = "true", "false"
    else:
        bare = select(f"{kept}, {label} AS label, {cells.trimmed(y)} AS bare_text", source)
        texts = select(f"*, {numbers.text('bare_text')} AS number_text", f"({bare})")
        rows = select(f"*, {numbers.number('number_text')} AS outcome", f"({texts})")
        missing = f"{cells.is_blank('number_text')} OR {cells.is_missing_word('number_text', given)}"
        infinite = cells.is_infinite("number_text")
    cause = (
        f"CASE {conditions}WHEN {names.is_excluded('label')} THEN {EXCLUDED} WHEN {nameless} THEN {NO_GROUP} "
        f"WHEN {codes_sql('outcome', given)} THEN {NO_OUTCOME} WHEN isfinite(outcome) THEN {USED} "
        f"WHEN isinf(outcome) THEN {NOT_FINITE} WHEN {missing} THEN {NO_OUTCOME} "
        f"WHEN {infinite} THEN {NOT_FINITE} ELSE {NOT_A_NUMBER} END"
    )
    return select(f"outcome, label, {cause} AS cause", f"({rows})", ordered)


def number_sql(outcome: str, kind: str) -> str:
    """SQL for a cell of a column of numbers as a double."""
    # a decimal number goes by way of its digits, which rounds correctly
    digits = f"CAST({outcome} AS VARCHAR)" if kind.startswith("DECIMAL") else outcome
    return f"CAST({digits} AS DOUBLE)"


def label_text(group: str, kind: str) -> str:
    """SQL for a label as text: a whole number reads 4, not 4.0, where it is stored as a double."""
    if kind in ("FLOAT", "DOUBLE"):
        whole = f"CASE WHEN isfinite({group}) AND {group} = trunc({group}) AND abs({group}) < 1e15"
        return f"{whole} THEN CAST(CAST({group} AS BIGINT) AS VARCHAR) ELSE CAST({group} AS VARCHAR) END"
    return f"CAST({group} AS VARCHAR)"


def is_nameless(group: str, kind: str, reading: Reading) -> str:
    """SQL for whether a cell of a type is no label."""
    if kind != "VARCHAR":
        nan = f" OR {cells.is_nan(group)}" if kind in ("FLOAT", "DOUBLE") else ""
        return f"({group} IS NULL{nan})"
    bare = cells.trimmed(group)
    numbers = set(reading.numbers.missing_numbers)
    words = [code for code in reading.missing if not _is_number(code, numbers)]
    codes = "".join(f" OR lower({bare}) = {literal(code.strip().lower())}" for code in words)
    nameless = f"({cells.is_blank(bare)}{codes})"
    if words:
        return nameless
    # most labels begin with a character of ASCII that is seen: no pattern is tried on these
    return f"CASE WHEN {group} >= '!' AND {group} < chr(127) THEN false ELSE {nameless} END"


def _is_number(code: str, numbers: set[float]) -> bool:
    try:
        return float(plain_text(code)) in numbers
    except ValueError:
        return False


def refuse_inexact(connection: duckdb.DuckDBPyConnection, roles: Roles, kind: str) -> None:
    """Raise estimators.DataError where a whole number in use is beyond what a double holds exactly."""
    if kind in ("FLOAT", "DOUBLE", "BOOLEAN"):
        return
    beyond = f"WHERE cause = {USED} AND abs(outcome) >= {LARGEST_EXACT}"
    if connection.execute(select("1", "cells", f"{beyond} LIMIT 1")).fetchone() is None:
        return
    rows = f"read_parquet({literal(str(roles.parquet))}, file_row_number = true)"
    texts = select(f"CAST({roles.outcome} AS VARCHAR) AS t, file_row_number AS row", rows)
    found = select(
        "t, outcome", f"({select('rowid AS row, outcome', 'cells', beyond)}) JOIN ({texts}) USING (row)"
    )
    connection.execute(f"{found} ORDER BY row")
    while batch := connection.fetchmany(1000):
        for text, value in batch:
            if is_written_whole(text, value):
                raise inexact(text.strip())
