"""Tables of databases, through Ibis or DuckDB itself: read-only, reduced where they live.

What logs in comes from the environment, as each database's own programs have it (``PGUSER``, ``PGPASSWORD``,
``~/.pgpass``), and stands in no address, which other people of the machine can see.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.reading import Reading
from estimators.data.frames import NOTHING_BESIDE, ModelColumns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import duckdb
    from ibis.backends import BaseBackend
    from ibis.expr.types import Table

    from dashboard.ingest.reduce import FileGroups
    from estimators import GroupData
    from estimators.data.rows import Rows

ENGINES = ("duckdb", "sqlite", "postgresql")
_READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
}
INSTALL = "pip install 'blupboard[connect]'"


@dataclass(frozen=True)
class Connection:
    """A table of a database, or what a query gives."""

    address: str
    """``duckdb://PATH``, ``sqlite://PATH`` or ``postgresql://HOST:PORT/DATABASE``."""
    table: str | None = None
    """Its name, with that of its schema and a point before it where it has one."""
    query: str | None = None

    @property
    def engine(self) -> str:
        """What the database is."""
        scheme = urlsplit(self.address).scheme
        return "postgresql" if scheme == "postgres" else scheme


def connected_groups(
    connection: Connection,
    *,
    outcome: str,
    group: str,
    missing: tuple[str, ...] = (),
    beside: ModelColumns = NOTHING_BESIDE,
) -> FileGroups:
    """The groups of a table, whose rows are fetched when an estimator asks; raises what `opened_table` does.

    Raises:
        estimators.DataError: see ``GroupData.from_frame``.

    """
    from dashboard.ingest.reduce import FileGroups
    from estimators import GroupData

    @contextmanager
    def opened() -> Iterator[GroupData]:
        with opened_table(connection) as table:
            yield GroupData.from_frame(table, outcome=outcome, group=group, missing=missing, **vars(beside))

    def read_rows() -> Rows:
        with opened() as data:
            return data.require_rows()

    with opened() as data:
        return FileGroups(data.with_rows(read_rows), Reading(missing=missing))


def connected_columns(connection: Connection) -> list[str]:
    """The names of its columns; raises what `opened_table` does."""
    with opened_table(connection) as table:
        return list(table.columns)


@contextmanager
def opened_table(connection: Connection) -> Iterator[Table | duckdb.DuckDBPyRelation]:
    """The table as one of Ibis or DuckDB, as long as the context lasts.

    Raises:
        UnreadableFile: no such engine, a password in the address, a query that is none, or what the database
            says against it.

    """
    if urlsplit(connection.address).password is not None:
        raise UnreadableFile(
            "The address holds a password: leave it out and set PGPASSWORD, or use ~/.pgpass."
        )
    if connection.engine not in ENGINES:
        known = ", ".join(f"{name}://" for name in ENGINES)
        raise UnreadableFile(
            f"Connections are to {known}: of another engine hand a table of Ibis to GroupData.from_frame."
        )
    if find_spec("ibis") is None:
        raise UnreadableFile(f"Connections need Ibis: {INSTALL}")
    opened = _opened_relation if connection.engine == "duckdb" else _opened_by_ibis
    with _sentences(connection.engine), opened(connection) as table:
        yield table


@contextmanager
def _opened_relation(connection: Connection) -> Iterator[duckdb.DuckDBPyRelation]:
    """Of DuckDB itself, whose relations are as good as Ibis's tables."""
    import duckdb

    with duckdb.connect(_file_of(connection.address), read_only=True) as database:
        if connection.query is not None:
            yield database.sql(_one_query(connection.query, "duckdb"))
            return
        try:
            found = database.table(connection.table or "")
        except duckdb.CatalogException as error:
            raise _no_table(connection.table) from error
        yield found


@contextmanager
def _opened_by_ibis(connection: Connection) -> Iterator[Table]:
    from ibis.common.exceptions import TableNotFound

    backend = _OPEN[connection.engine](connection.address)
    try:
        if connection.query is not None:
            found = backend.sql(_one_query(connection.query, connection.engine))
        else:
            schema, _, name = (connection.table or "").rpartition(".")
            found = backend.table(name, database=schema or None)
        # to learn the columns of a query, Ibis has defined a temporary view
        backend.con.execute(_READ_ONLY[connection.engine])
        backend.con.commit()
        yield found
    except TableNotFound as error:
        raise _no_table(connection.table) from error
    finally:
        backend.disconnect()


def _no_table(name: str | None) -> UnreadableFile:
    return UnreadableFile(f"The database has no table {name!r}.")


def _one_query(text: str, engine: str) -> str:
    """The one SELECT that a text is, written anew; raises UnreadableFile for anything else."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    dialect = "postgres" if engine == "postgresql" else engine
    try:
        statements = [one for one in sqlglot.parse(text, read=dialect) if one is not None]
    except SqlglotError as error:
        raise UnreadableFile(f"The query cannot be read: {_first_line(error)}") from error
    changes = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into)
    if len(statements) != 1 or not isinstance(statements[0], exp.Query) or statements[0].find(*changes):
        raise UnreadableFile("A query is one SELECT: it may not change anything.")
    return str(statements[0].sql(dialect=dialect))


def _open_sqlite(address: str) -> BaseBackend:
    import ibis

    return ibis.sqlite.connect(_file_of(address))


def _open_postgres(address: str) -> BaseBackend:
    import ibis

    parts = urlsplit(address)
    named = {
        "host": parts.hostname,
        "port": parts.port,
        "user": unquote(parts.username) if parts.username else None,
        "database": unquote(parts.path.strip("/")) or None,
        **dict(parse_qsl(parts.query)),
    }
    return ibis.postgres.connect(**{name: value for name, value in named.items() if value is not None})


_OPEN: dict[str, Callable[[str], BaseBackend]] = {
    "sqlite": _open_sqlite,
    "postgresql": _open_postgres,
}


def _file_of(address: str) -> Path:
    path = Path(unquote(address.partition("://")[2]))
    if not path.is_file():  # it would be made
        raise FileNotFoundError(2, "No such file", str(path))
    return path


@contextmanager
def _sentences(engine: str) -> Iterator[None]:
    """What a database says against something as one sentence."""
    import duckdb
    from ibis.common.exceptions import IbisError

    errors: list[type[Exception]] = [IbisError, duckdb.Error]
    if engine == "sqlite":
        import sqlite3

        errors.append(sqlite3.Error)
    if engine == "postgresql":
        import psycopg

        errors.append(psycopg.Error)
    try:
        yield
    except tuple(errors) as error:
        raise UnreadableFile(f"The database says: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
