"""A table of a database in place of a file: reduced where it lives, its rows fetched when they are needed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from dashboard.ingest.databases import opened_database
from dashboard.ingest.reading import Reading
from estimators.data.frames import NOTHING_BESIDE, ModelColumns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import duckdb
    from ibis.expr.types import Table

    from dashboard.ingest.databases import Database
    from dashboard.ingest.many_files import ManyFiles
    from dashboard.ingest.reduce import FileGroups
    from estimators import GroupData
    from estimators.data.rows import Rows

SECONDS = 600.0
"""How long a database may take on the command line where nobody says otherwise."""


class Openable(Protocol):
    """A table that is there as long as it is open."""

    def opened(self) -> AbstractContextManager[Any]:
        """As a frame of any library that narwhals knows."""
        ...


@dataclass(frozen=True)
class Connection:
    """A table of a database, or what a query gives."""

    address: str
    """``duckdb://PATH``, ``sqlite://PATH`` or ``postgresql://HOST:PORT/DATABASE``, as it was given."""
    table: str | None = None
    """Its name, with that of its schema and a point before it where it has one."""
    query: str | None = None
    seconds: float = SECONDS
    """See `opened_database`."""
    listed: tuple[str, str] | None = None
    """The table as `Database.tables` has it, in place of its name."""

    @contextmanager
    def opened(self) -> Iterator[Table | duckdb.DuckDBPyRelation]:
        """The table as long as the context lasts; raises what `opened_database` does."""
        with opened_database(self.address, self.seconds) as database:
            yield self.opened_in(database)

    def opened_in(self, database: Database) -> Table | duckdb.DuckDBPyRelation:
        """The table, in its database. Raises UnreadableFile where there is none."""
        if self.query is not None:
            return database.query(self.query)
        schema, _, name = (self.table or "").rpartition(".")
        return database.table(*(self.listed or (schema, name)))


def connected_groups(
    connection: Openable,
    *,
    outcome: str,
    group: str,
    missing: tuple[str, ...] = (),
    beside: ModelColumns = NOTHING_BESIDE,
    most_rows: int | None = None,
) -> FileGroups:
    """The groups of a table, whose rows are fetched when an estimator asks; raises as `opened_database` does.

    Past ``most_rows`` rows they are refused with a DataError, as they are where the table has changed since.

    Raises:
        estimators.DataError: see ``GroupData.from_frame``.

    """
    from dashboard.ingest.reduce import FileGroups
    from estimators import DataError, GroupData

    @contextmanager
    def opened() -> Iterator[GroupData]:
        with connection.opened() as table:
            yield GroupData.from_frame(table, outcome=outcome, group=group, missing=missing, **vars(beside))

    with opened() as data:
        groups = data

    def read_rows() -> Rows:
        if most_rows is not None and groups.total > most_rows:
            raise DataError(
                f"the rows stay in the database: {groups.total:,} are more than the {most_rows:,} that are "
                "fetched from one"
            )
        with opened() as again:
            if not _is_same(again, groups):
                raise DataError("the table has changed since it was read: read it again")
            return again.require_rows()

    return FileGroups(groups.with_rows(read_rows), Reading(missing=missing))


def _is_same(one: GroupData, other: GroupData) -> bool:
    """Whether two readings of a table found the same rows, as far as their summaries tell."""
    return np.array_equal(one.labels, other.labels) and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("n", "constant")
    )


def connected_columns(connection: Connection | ManyFiles) -> list[str]:
    """The names of its columns; raises what `opened_database` does."""
    with connection.opened() as table:
        return list(table.columns)
