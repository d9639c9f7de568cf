"""A private DuckDB: bounded in memory, without network, gone when done with."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from dashboard.ingest.damage import damage_as_sentence, damage_sentence
from dashboard.ingest.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    import duckdb

MEMORY_LIMIT = "512MB"
"""What one query may hold in memory before it goes on on disk."""
ROOMY: Final = "25%"
"""The same of a command that aggregates millions of groups, of what the machine or its control group has."""

SMALL_BYTES = 4 << 20
"""Tables made of a Parquet file up to this size are kept in memory."""


@contextmanager
def engine(parquet: Path, folder: Path, *, roomy: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can read `parquet` and nothing else; `folder` takes its tables and what it spills.

    Those of a small file stay in memory: a database on disk costs more than all of its queries. A `roomy` one
    holds more before it spills where there is more: results of millions of lines do not spill.
    """
    import duckdb

    small = parquet.stat().st_size <= SMALL_BYTES
    try:
        opened = opened_in_memory(parquet, folder) if small else opened_on_disk(parquet, folder, roomy=roomy)
        with opened as connection:
            yield connection
    except duckdb.OutOfMemoryException as error:
        raise UnreadableFile(
            "The table needs more memory than there is for it: leave out the columns that are not needed."
        ) from error
    except duckdb.IOException as error:
        if "No space left" in str(error):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise damage_sentence(error) from error
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise damage_sentence(error) from error


def opened_in_memory(parquet: Path, folder: Path) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """An engine whose tables are in memory."""
    return _opened(":memory:", parquet, folder)


def opened_on_disk(
    parquet: Path, folder: Path, *, roomy: bool = False
) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    """An engine whose tables are in a file in the folder."""
    return _opened(folder / "work.duckdb", parquet, folder, roomy=roomy)


@contextmanager
def _opened(
    database: Path | str, parquet: Path, folder: Path, *, roomy: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    connection = duckdb.connect(
        database,
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": "2",
        },
    )
    try:
        if roomy:
            _make_room(connection)
        connection.execute(f"SET allowed_paths = [{literal(str(parquet))}]")
        connection.execute("SET enable_external_access = false; SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def _make_room(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise the limit to a share of what there is, where that is more."""
    size = "parse_formatted_bytes(current_setting('memory_limit'))"
    before = connection.execute(f"SELECT {size}").fetchall()
    connection.execute(f"SET memory_limit = '{ROOMY}'")
    if connection.execute(f"SELECT {size}").fetchall() < before:
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")


def select(what: str, source: str, rest: str = "") -> str:
    """A query over `source`: a table, a function call, or a query in brackets."""
    return " ".join(("SELECT", what, "FROM", source, rest)).strip()


def parquet_source(path: Path) -> str:
    """SQL for the rows of a Parquet file."""
    return f"read_parquet({literal(str(path))})"


def column_names_of(path: Path) -> list[str]:
    """The names of a Parquet file's columns; the database takes seconds for tens of thousands of them.

    Raises UnreadableFile where the file is damaged.
    """
    import pyarrow.parquet as pq

    with damage_as_sentence():
        return list(pq.read_schema(path).names)


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"
