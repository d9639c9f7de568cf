"""Two typed columns of a Parquet file judged where they lie, by DuckDB: nothing is copied.

One aggregation by label says which rows can be used. Where some cannot, each row is judged in a view as
`judge_rows` does in a table, and the file is read once for each question about them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard.ingest import judge_rows
from dashboard.ingest.engine import engine, literal, select
from dashboard.ingest.judged_rows import JudgedRows, Roles
from dashboard.ingest.label_sql import LabelNames
from dashboard.ingest.left_out_sql import (
    CAUSES,
    NO_GROUP,
    NO_OUTCOME,
    NOT_FINITE,
    USED,
    left_out,
    unused_labels,
)
from dashboard.ingest.plain_pieces import Irregular

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from dashboard.ingest.reading import Reading
    from estimators import GroupData

_MARKS_OF_PATHS = frozenset("*?[]{}=")
"""What DuckDB takes for more than a name: patterns, and folders that say what a column holds."""
_AS_THEY_STAND = LabelNames(renamed=False, excluded=())


def roles_in_place(path: Path, outcome: int, group: int, reading: Reading) -> Roles | None:
    """Numbers and labels at two places of a Parquet file of many rows; None where they have to be copied.

    Those of DuckDB's own types are read in place if their names tell them apart, which have no case there.

    Raises:
        Irregular: the file is damaged.

    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise Irregular from error
    if rows <= judge_rows.ROWS_HELD:
        return None
    names = {name.lower() for name in schema.names}
    if len(names) < len(schema.names) or "file_row_number" in names or _MARKS_OF_PATHS & set(str(path)):
        return None
    y, g = schema.field(outcome), schema.field(group)
    if not (_is_number(y.type) and _is_label(g.type)):
        return None
    return Roles(path, _quoted(y.name), _quoted(g.name), reading, in_place=True)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _is_number(kind: pa.DataType) -> bool:
    from pyarrow import types

    return bool(
        types.is_integer(kind)
        or types.is_float32(kind)
        or types.is_float64(kind)
        or types.is_decimal128(kind)
    )


def _is_label(kind: pa.DataType) -> bool:
    from pyarrow import types

    given = kind.value_type if types.is_dictionary(kind) else kind
    return bool(types.is_string(given) or types.is_large_string(given) or types.is_integer(kind))


@contextmanager
def summaries_in_place(roles: Roles, folder: Path) -> Iterator[tuple[GroupData, JudgedRows]]:
    """What `judge_rows.summaries` gives, of roles that are in place; raises what it does."""
    from estimators.data.rows import no_usable_row

    with engine(roles.parquet, folder, roomy=True) as connection:
        types = _types(connection, roles)
        _make_view(connection, roles, types, str(USED))
        data = _of_usable_rows(connection)
        if data is not None and not data.dropped.total:
            judged = JudgedRows(connection, roles, None, _AS_THEY_STAND, {USED: data.total})
            judge_rows.refuse_inexact(connection, roles, types[0])
            yield data, judged
            return
        nameless = judge_rows.is_nameless("given_label", types[1], roles.reading)
        cause = (
            f"CASE WHEN {nameless} THEN {NO_GROUP} WHEN isfinite(outcome) THEN {USED} "
            f"WHEN isinf(outcome) THEN {NOT_FINITE} ELSE {NO_OUTCOME} END"
        )
        _make_view(connection, roles, types, cause)
        counts = _counts(connection) if data is None else _counts_of(data)
        judged = JudgedRows(connection, roles, None, _AS_THEY_STAND, counts)
        if USED not in counts:
            dropped = judge_rows.dropped_rows(counts)
            raise no_usable_row(dropped.total, dropped, left_out(judged), roles.noun)
        judge_rows.refuse_inexact(connection, roles, types[0])
        if data is None or data.total <= judge_rows.ROWS_HELD:  # few rows are kept
            yield judge_rows.summaries_of(judged), judged
        else:
            unused = tuple(sorted(unused_labels(judged, data.labels.tolist())))
            yield replace(data, left_out=left_out(judged), unused_labels=unused), judged


def _of_usable_rows(connection: duckdb.DuckDBPyConnection) -> GroupData | None:
    """The groups of the rows that can be used; None where what can is to be told row by row."""
    from estimators import DataError, GroupData

    try:
        rows = connection.sql(select("outcome, label", "cells"))
        return GroupData.from_frame(rows, outcome="outcome", group="label")
    except DataError:  # of which rows are left out first
        return None


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """Rows by what became of them."""
    return dict(connection.execute(select("cause, count(*)", "cells", "GROUP BY cause")).fetchall())


def _counts_of(data: GroupData) -> dict[int, int]:
    """The same of rows that were summed."""
    left = {cause: data.dropped.by_cause[name] for cause, name in CAUSES.items()}
    return {USED: data.total, **{cause: rows for cause, rows in left.items() if rows}}


def _types(connection: duckdb.DuckDBPyConnection, roles: Roles) -> tuple[str, str]:
    described = select(f"{roles.outcome}, {roles.group}", f"read_parquet({literal(str(roles.parquet))})")
    y, g = (str(row[1]) for row in connection.execute(f"DESCRIBE {described}").fetchall())
    return y, g


def _make_view(
    connection: duckdb.DuckDBPyConnection, roles: Roles, types: tuple[str, str], cause: str
) -> None:
    """The rows as the table ``cells`` of `JudgedRows` has them, with a cause by their ``outcome``."""
    source = f"read_parquet({literal(str(roles.parquet))}, file_row_number = true)"
    label = judge_rows.label_text(roles.group, types[1])
    columns = f"{judge_rows.number_sql(roles.outcome, types[0])} AS outcome, {label} AS label"
    rows = select(f"file_row_number AS rowid, {columns}, {roles.group} AS given_label", source)
    view = select(f"rowid, outcome, label, {cause} AS cause", f"({rows})")
    connection.execute(f"CREATE OR REPLACE VIEW cells AS {view}")
