"""A private DuckDB: bounded in memory, without network, gone when done with."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

MEMORY_LIMIT = "512MB"
"""What one query may hold in memory before it goes on on disk."""


@contextmanager
def engine(parquet: Path, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can read `parquet` and nothing else, with `folder` for what does not fit in memory."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": "2",
        },
    )
    try:
        connection.execute(f"SET allowed_paths = [{literal(str(parquet))}]")
        connection.execute("SET enable_external_access = false; SET TimeZone = 'UTC'; SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def stored_name(index: int) -> str:
    """What column `index` (from 0) is called in a stored Parquet file, whatever its name in the user's file."""
    return f"c{index}"
