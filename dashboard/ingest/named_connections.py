"""Databases that an operator names: what is in them, and groups of their tables, without any SQL."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dashboard.ingest.connection import Connection, connected_groups
from dashboard.ingest.database_address import resolved_address
from dashboard.ingest.databases import opened_database
from dashboard.ingest.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dashboard.ingest.databases import Database
    from dashboard.ingest.reduce import FileGroups

SECONDS = 60.0
"""How long a database may take for a visitor of a server where nobody says otherwise."""
AT_ONCE = 2
"""Visitors whose questions a server has under way with databases; so others leave threads for the page."""
WAIT_SECONDS = 5.0
"""How long a visitor waits for their turn."""
MOST_GROUPS = 1_000_000
"""Lines that come here from one table: a key of each row is no group."""
MOST_ROWS = 200_000
"""Rows that are fetched from a database for one comparison; some 5 MB."""


@dataclass(frozen=True)
class TableColumn:
    """A column of a table."""

    name: str
    kind: str
    """What the database holds in it, in a word."""
    is_number: bool


@dataclass(frozen=True)
class NamedConnections:
    """The databases by the operator's names for them."""

    addresses: Mapping[str, str] = field(default_factory=dict, repr=False)
    """As they were given, see `resolved_address`."""
    seconds: float = SECONDS
    """See `opened_database`."""
    _turns: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE), repr=False
    )

    def __bool__(self) -> bool:
        return bool(self.addresses)

    @property
    def names(self) -> tuple[str, ...]:
        """In the operator's order."""
        return tuple(self.addresses)

    def check(self) -> None:
        """Raise UnreadableFile or FileNotFoundError where one cannot be opened now."""
        for name in self.names:
            self.tables(name)

    def tables(self, name: str) -> list[str]:
        """The tables and views of a connection, each with its schema where that is not the usual one.

        Raises:
            UnreadableFile: no such connection, too many others ask, or what the database says.

        """
        with self._opened(name) as database:
            return list(_by_name(database))

    def columns(self, name: str, table: str) -> list[TableColumn]:
        """The columns of a table that the connection lists. Raises as tables, and where there is none."""
        import narwhals as nw

        with self._opened(name) as database:
            found = database.table(*_listed(database, table))
            schema = nw.from_native(found).collect_schema()
        return [
            TableColumn(column, str(dtype).partition("(")[0].lower(), dtype.is_numeric())
            for column, dtype in schema.items()
        ]

    def groups(self, name: str, table: str, *, outcome: str, group: str) -> FileGroups:
        """The groups of a table that the connection lists. Raises as tables, and DataError as from_frame."""
        import narwhals as nw

        with self._opened(name) as database:
            listed = _listed(database, table)
            lines = nw.from_native(database.table(*listed)).lazy()
            if group in lines.collect_schema().names():
                many = lines.select(group).unique().select(nw.len()).collect().item()
                if many > MOST_GROUPS:
                    raise UnreadableFile(
                        f"The column {group!r} has {many:,} different values, and up to {MOST_GROUPS:,} "
                        "groups are compared here: choose another for the groups."
                    )
        connection = Connection(self.addresses[name], seconds=self.seconds, listed=listed)
        return connected_groups(_InTurn(self, connection), outcome=outcome, group=group, most_rows=MOST_ROWS)

    @contextmanager
    def _opened(self, name: str) -> Iterator[Database]:
        if name not in self.addresses:
            raise UnreadableFile(f"This server has no connection {name!r} any more.")
        with self._turn(), opened_database(self.addresses[name], self.seconds) as database:
            yield database

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=WAIT_SECONDS):
            raise UnreadableFile("Other people's questions keep the databases busy: try again in a moment.")
        try:
            yield
        except FileNotFoundError as error:
            raise UnreadableFile("The database is not there any more: ask who runs this server.") from error
        finally:
            self._turns.release()


@dataclass(frozen=True)
class _InTurn:
    """A table that takes one of the turns each time it is opened."""

    connections: NamedConnections
    connection: Connection

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """See `Connection.opened`; raises as `NamedConnections.tables` too."""
        with self.connections._turn(), self.connection.opened() as table:
            yield table


def _by_name(database: Database) -> dict[str, tuple[str, str]]:
    """(schema, name) of each table by what it is called on the page."""
    return {".".join(map(_plain, filter(None, both))): both for both in database.tables()}


def _plain(name: str) -> str:
    """A name, in quotes where a point in it would make two of it."""
    return f'"{name}"' if "." in name else name


def _listed(database: Database, table: str) -> tuple[str, str]:
    """The two names of a table. Raises UnreadableFile where it is not among those listed."""
    found = _by_name(database).get(table)
    if found is None:
        raise UnreadableFile(f"The database has no table {table!r}.")
    return found


def named_connections(given: tuple[str, ...], seconds: float) -> NamedConnections:
    """Connections written ``NAME=URL``; each address is tried for its form, none is opened.

    Raises:
        UnreadableFile: it is written otherwise, a name stands twice, or as `resolved_address`.

    """
    addresses: dict[str, str] = {}
    for text in given:
        name, equals, address = text.partition("=")
        name = name.strip()
        if not (name and equals and address.strip()) or ":" in name:
            raise UnreadableFile("--connection is written NAME=URL, as in school=duckdb:///srv/school.duckdb")
        if name in addresses:
            raise UnreadableFile(f"--connection names {name!r} twice")
        resolved_address(address)
        addresses[name] = address
    return NamedConnections(addresses, seconds)
