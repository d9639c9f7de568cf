"""Databases opened to be read: no statement can write, and none goes on for longer than it may."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from dashboard.ingest.database_address import engine_of, resolved_address, without_secrets
from dashboard.ingest.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import duckdb
    from ibis.backends import BaseBackend
    from ibis.expr.types import Table

INSTALL = "pip install 'blupboard[connect]'"
CONNECT_SECONDS = 10
_AGAIN_SECONDS = 0.05
_MEMORY = "512MB"
"""Of DuckDB, which goes on on disk past it."""


class Database(ABC):
    """A database that is open."""

    @abstractmethod
    def tables(self) -> list[tuple[str, str]]:
        """(schema, name) of each table and view; the schema is empty where it is the usual one."""

    @abstractmethod
    def table(self, schema: str, name: str) -> Table | duckdb.DuckDBPyRelation:
        """One of them; what it is called is quoted. Raises UnreadableFile where there is none."""

    @abstractmethod
    def query(self, text: str) -> Table | duckdb.DuckDBPyRelation:
        """What a SELECT gives. Raises UnreadableFile for anything else."""


@contextmanager
def opened_database(given: str, seconds: float) -> Iterator[Database]:
    """The database at an address, as long as the context lasts.

    Args:
        given: see :func:`resolved_address`.
        seconds: how long PostgreSQL may take for one statement, and DuckDB and SQLite for all that is asked
            of them in the context.

    Raises:
        UnreadableFile: the address is not one, or what the database says against something, as one sentence
            without a password.
        FileNotFoundError: the file of the database is not there; it is not made.

    """
    address = resolved_address(given)
    engine, late = engine_of(address), threading.Event()
    if engine != "duckdb" and find_spec("ibis") is None:
        raise UnreadableFile(f"Connections need Ibis: {INSTALL}")
    try:
        with _OPEN[engine](address, seconds, late) as database:
            yield database
    except _errors_of(engine) as error:
        cause = _first_of(error, _errors_of(engine))
        if late.is_set() or type(cause).__name__ == "QueryCanceled":
            raise UnreadableFile(
                f"The database was stopped after {seconds:g} seconds, the time that it may take "
                "(--statement-seconds)."
            ) from error
        said = next(iter(str(cause).strip().splitlines()), type(cause).__name__)
        raise UnreadableFile(f"The database says: {without_secrets(said, address)}") from error


def _first_of(error: BaseException, kinds: tuple[type[Exception], ...]) -> BaseException:
    """What went wrong first: ending a cursor of a transaction that has failed fails too."""
    while isinstance(error.__context__, kinds):
        error = error.__context__
    return error


@contextmanager
def _ended_after(seconds: float, interrupt: Callable[[], None], late: threading.Event) -> Iterator[None]:
    """Interrupt whatever runs once time is up, and all that comes after it."""
    done = threading.Event()

    def watch() -> None:
        if done.wait(seconds):
            return
        late.set()
        while not done.is_set():
            interrupt()
            done.wait(_AGAIN_SECONDS)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


class _DuckDb(Database):
    """By itself: its relations are as good as Ibis's tables."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def tables(self) -> list[tuple[str, str]]:
        rows = self._connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal UNION ALL "
            "SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        return [("" if schema == "main" else schema, name) for schema, name in rows]

    def table(self, schema: str, name: str) -> duckdb.DuckDBPyRelation:
        import duckdb

        quoted = ".".join(f'"{part.replace(chr(34), 2 * chr(34))}"' for part in (schema or "main", name))
        try:
            return self._connection.table(quoted)
        except duckdb.CatalogException as error:
            raise _no_table(schema, name) from error

    def query(self, text: str) -> duckdb.DuckDBPyRelation:
        return self._connection.sql(_one_query(text, "duckdb"))


class _ByIbis(Database):
    """What is sent is written by Ibis."""

    def __init__(self, backend: BaseBackend, dialect: str, lock: Callable[[], None]) -> None:
        self._backend = backend
        self._dialect = dialect
        self._lock = lock
        """Lets the database refuse, from now on, whatever would write."""

    def tables(self) -> list[tuple[str, str]]:
        self._lock()
        usual = self._backend.current_database
        if self._dialect == "sqlite":
            return [("", name) for name in sorted(self._backend.list_tables(database=usual))]
        found = self._backend.con.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN "
            "('information_schema', 'pg_catalog') AND table_schema NOT LIKE 'pg\\_%' ORDER BY 1, 2"
        ).fetchall()
        return [("" if schema == usual else schema, name) for schema, name in found]

    def table(self, schema: str, name: str) -> Table:
        from ibis.common.exceptions import TableNotFound

        self._lock()
        try:
            return self._backend.table(name, database=schema or None)
        except TableNotFound as error:
            raise _no_table(schema, name) from error

    def query(self, text: str) -> Table:
        found = self._backend.sql(_one_query(text, self._dialect))
        self._lock()  # afterwards: to learn the columns of a query, Ibis has defined a temporary view
        return found


@contextmanager
def _duckdb_at(address: str, seconds: float, late: threading.Event) -> Iterator[Database]:
    import duckdb

    with ExitStack() as stack:
        connection = duckdb.connect(
            _file_of(address),
            read_only=True,
            config={
                "memory_limit": _MEMORY,
                "temp_directory": gettempdir(),
                "autoinstall_known_extensions": "false",
            },
        )
        stack.callback(connection.close)
        stack.enter_context(_ended_after(seconds, connection.interrupt, late))
        yield _DuckDb(connection)


@contextmanager
def _sqlite_at(address: str, seconds: float, late: threading.Event) -> Iterator[Database]:
    import sqlite3

    import ibis

    class OneMoment(sqlite3.Connection):
        """Stays in the transaction that it is in, which Ibis ends with each answer."""

        def commit(self) -> None:
            """Nothing: there is nothing to keep."""

    file = _file_of(address)
    with ExitStack() as stack:
        connection = sqlite3.connect(
            f"file:{quote(str(file.resolve()))}?mode=ro", uri=True, factory=OneMoment
        )
        stack.callback(connection.close)
        stack.enter_context(_ended_after(seconds, connection.interrupt, late))

        def lock() -> None:
            connection.execute("PRAGMA query_only = ON")
            if not connection.in_transaction:  # in one, all that is read is of one moment
                connection.execute("BEGIN")

        yield _ByIbis(ibis.sqlite.from_connection(connection), "sqlite", lock)


@contextmanager
def _postgres_at(address: str, seconds: float, _late: threading.Event) -> Iterator[Database]:
    import ibis
    import psycopg

    parts = urlsplit(address)
    named: dict[str, str | int | None] = {
        "host": parts.hostname,
        "port": parts.port,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.strip("/")) or None,
        "connect_timeout": CONNECT_SECONDS,
    }
    named.update(parse_qsl(parts.query))
    backend = ibis.postgres.connect(**{name: value for name, value in named.items() if value is not None})

    def lock() -> None:
        if backend.con.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            # all that is read is of one moment
            backend.con.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    try:
        backend.con.execute(f"SET statement_timeout = {max(1, round(1000 * seconds))}")
        yield _ByIbis(backend, "postgres", lock)
    finally:
        backend.disconnect()


_Opener: TypeAlias = "Callable[[str, float, threading.Event], AbstractContextManager[Database]]"
_OPEN: dict[str, _Opener] = {
    "duckdb": _duckdb_at,
    "sqlite": _sqlite_at,
    "postgresql": _postgres_at,
}


def _errors_of(engine: str) -> tuple[type[Exception], ...]:
    """What an engine raises."""
    if engine == "duckdb":
        import duckdb

        return (duckdb.Error,)
    from ibis.common.exceptions import IbisError

    if engine == "sqlite":
        import sqlite3

        return (IbisError, sqlite3.Error)
    import psycopg

    return (IbisError, psycopg.Error)


def _no_table(schema: str, name: str) -> UnreadableFile:
    return UnreadableFile(f"The database has no table {'.'.join(filter(None, (schema, name)))!r}.")


def _one_query(text: str, dialect: str) -> str:
    """The one SELECT that a text is, written anew; raises UnreadableFile for anything else."""
    try:
        import sqlglot
    except ImportError:
        raise UnreadableFile(f"--query needs sqlglot: {INSTALL}") from None
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = [one for one in sqlglot.parse(text, read=dialect) if one is not None]
    except SqlglotError as error:
        first = str(error).strip().splitlines()[0]
        raise UnreadableFile(f"The query cannot be read: {first}") from error
    changes = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.Into)
    if len(statements) != 1 or not isinstance(statements[0], exp.Query) or statements[0].find(*changes):
        raise UnreadableFile("A query is one SELECT: it may not change anything.")
    return str(statements[0].sql(dialect=dialect))


def _file_of(address: str) -> Path:
    path = Path(unquote(address.partition("://")[2]))
    if not path.is_file():  # it would be made
        raise FileNotFoundError(2, "No such file", str(path))
    return path
