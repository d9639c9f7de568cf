"""A table and two of its columns to one summary per group: what cannot be used is counted by cause."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from dashboard.ingest.cells import (
    Cell,
    cell_kind,
    decimal_mark,
    is_blank,
    is_infinite,
    is_missing_word,
    number,
    trimmed,
)
from dashboard.ingest.engine import engine, literal, stored_name
from dashboard.ingest.errors import UnreadableFile, listed, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb

    from dashboard.ingest.table import Table
    from estimators import GroupData
    from estimators.groups import Rows

_USED, _NO_GROUP, _NO_OUTCOME, _NOT_A_NUMBER, _NOT_FINITE = range(5)


@dataclass(frozen=True)
class _Roles:
    """Where the two columns lie: a Parquet file, their names in it, and the outcome's decimal mark."""

    parquet: Path
    outcome: str
    group: str
    decimal: str | None
    """None: to be told from the column."""
    delimiter: str | None = None


def reduce_table(table: Table, *, outcome: str, group: str) -> GroupData:
    """The summaries of a stored table's groups; its `rows` are read again from disk when an estimator asks.

    Raises:
        UnreadableFile: there is no such column, it cannot be used, or it is named for both roles.
        estimators.DataError: no row can be used.
    """
    y, g = _find((outcome, group), [column.name for column in table.columns], table.name)
    chosen = table.columns[y], table.columns[g]
    for column, reason, role in ((chosen[0], chosen[0].not_outcome, "outcome"), (chosen[1], chosen[1].not_group, "group")):
        if reason is not None and column.typed and column.numbers == 0:
            raise UnreadableFile(f"Column {shown(column.name)} of {table.name} cannot be the {role}: {reason}.")
    roles = _Roles(table.path, stored_name(chosen[0].stored), stored_name(chosen[1].stored), chosen[0].decimal)

    def summarise() -> GroupData:
        with TemporaryDirectory(prefix="blupboard-") as folder:
            return _summarise(roles, Path(folder))

    return _with_rows_on_demand(summarise)


def reduce_file(path: Path, *, outcome: str, group: str) -> GroupData:
    """The summaries of a file's groups; only the two columns are kept while it is read.

    Raises:
        UnreadableFile: the file cannot be used, there is no such column, or it is named for both roles.
        estimators.DataError: no row can be used.
        OSError: the file cannot be opened.
    """

    def summarise() -> GroupData:
        with TemporaryDirectory(prefix="blupboard-") as folder:
            return _summarise(_two_columns(path, outcome, group, Path(folder)), Path(folder))

    return _with_rows_on_demand(summarise)


def _two_columns(path: Path, outcome: str, group: str, folder: Path) -> _Roles:
    from dashboard.ingest.source import open_source

    source = open_source(path, name=path.name, folder=folder)
    y, g = _find((outcome, group), source.names, path.name)
    if source.types[y] in ("other", "date"):
        raise UnreadableFile(f"Column {shown(outcome)} of {path.name} cannot be the outcome: it does not hold numbers.")
    if source.types[g] == "other":
        raise UnreadableFile(f"Column {shown(group)} of {path.name} cannot be the group: it does not hold labels.")
    parquet = folder / "columns.parquet"
    source.write(parquet, (y, g))
    return _Roles(parquet, stored_name(y), stored_name(g), None, source.delimiter)


def _find(wanted: tuple[str, str], names: Sequence[str], file: str) -> tuple[int, int]:
    """The places of the outcome and the group among the columns."""
    for name in wanted:
        if name not in names:
            raise UnreadableFile(f"{file} has no column {shown(name, 200)}: {_instead(name, names)}.")
    if wanted[0] == wanted[1]:
        raise UnreadableFile(f"Outcome and group are both {shown(wanted[0], 200)}: choose two different columns.")
    return names.index(wanted[0]), names.index(wanted[1])


def _instead(name: str, names: Sequence[str]) -> str:
    """What a name that is not there may have been meant for."""
    plain = {other: other.strip().casefold() for other in names}
    close = [other for other in names if plain[other] == name.strip().casefold() or other.startswith(f"{name} (column ")]
    close = close or difflib.get_close_matches(name, names, n=3)
    if close:
        quoted = " or ".join(f'"{other}"' if len(other) <= 200 else shown(other, 200) for other in close)
        return f"did you mean {quoted} (names match exactly, spaces and capitals included)"
    return f"the columns are {listed(tuple(names), 20)}"


def _with_rows_on_demand(summarise: Callable[[], GroupData]) -> GroupData:
    """The summaries, with rows that are fetched by reading again: the engine that made them is gone by then."""

    def read_rows() -> Rows:
        rows = summarise().rows
        assert rows is not None
        return rows

    return summarise().with_rows(read_rows)


def _summarise(roles: _Roles, folder: Path) -> GroupData:
    from estimators import DroppedRows, GroupData
    from estimators.reduction import no_usable_row

    with engine(roles.parquet, folder) as connection:
        cells = _cells(connection, roles)
        counted = dict(connection.execute(f"SELECT cause, count(*) FROM ({cells}) GROUP BY cause").fetchall())
        dropped = DroppedRows(
            missing_outcome=counted.get(_NO_OUTCOME, 0),
            missing_group=counted.get(_NO_GROUP, 0),
            not_a_number=counted.get(_NOT_A_NUMBER, 0),
            not_finite=counted.get(_NOT_FINITE, 0),
        )
        if _USED not in counted:
            raise no_usable_row(dropped.total, dropped)
        usable = connection.sql(f'SELECT outcome, "group" FROM ({cells}) WHERE cause = {_USED}')
        return GroupData.from_frame(usable, outcome="outcome", group="group", already_dropped=dropped)


def _cells(connection: duckdb.DuckDBPyConnection, roles: _Roles) -> str:
    """SQL for the outcome as a double, the group as text, and why a row cannot be used."""
    source = f"read_parquet({literal(str(roles.parquet))})"
    described = connection.execute(f"DESCRIBE SELECT {roles.outcome}, {roles.group} FROM {source}").fetchall()
    outcome_type, group_type = (str(row[1]) for row in described)
    y, g = roles.outcome, roles.group
    trims = ""
    if outcome_type == "VARCHAR":
        trims += f", {trimmed(y)} AS y_text"
        outcome = number("y_text", roles.decimal or _told_decimal(connection, source, roles))
        missing, infinite = f"{is_blank('y_text')} OR {is_missing_word('y_text')}", is_infinite("y_text")
    else:
        # a decimal goes by way of its digits, which is how it is rounded correctly
        outcome = f"CAST(CAST({y} AS VARCHAR) AS DOUBLE)" if outcome_type.startswith("DECIMAL") else f"CAST({y} AS DOUBLE)"
        missing, infinite = f"{y} IS NULL OR isnan(CAST({y} AS DOUBLE))", "false"
    nameless = f"{g} IS NULL"
    if group_type == "VARCHAR":
        trims += f", {trimmed(g)} AS g_text"
        nameless = is_blank("g_text")
    elif group_type in ("FLOAT", "DOUBLE"):
        nameless = f"({nameless} OR isnan({g}))"
    return (
        f"SELECT outcome, label AS \"group\", CASE WHEN nameless THEN {_NO_GROUP} WHEN missing THEN {_NO_OUTCOME} "
        f"WHEN infinite OR isinf(outcome) THEN {_NOT_FINITE} WHEN outcome IS NULL THEN {_NOT_A_NUMBER} ELSE {_USED} END AS cause "
        f"FROM (SELECT {outcome} AS outcome, CAST({g} AS VARCHAR) AS label, {nameless} AS nameless, {missing} AS missing, "
        f"{infinite} AS infinite FROM (SELECT {y}, {g}{trims} FROM {source}))"
    )


def _told_decimal(connection: duckdb.DuckDBPyConnection, source: str, roles: _Roles) -> str:
    """The decimal mark of the outcome, from all of its cells."""
    if roles.delimiter in (",", None):
        return "."
    cells = f"(SELECT {trimmed(roles.outcome)} AS t FROM {source})"
    query = f"SELECT kind, count(*) FROM (SELECT {cell_kind('t')} AS kind FROM {cells}) GROUP BY kind"
    found = dict(connection.execute(query).fetchall())
    return decimal_mark({kind: found.get(kind.value, 0) for kind in Cell}, roles.delimiter)
