"""One DuckDB for the tables of all tests of a process.

The product makes one for each table, which can read that table alone. Each registers some thousand functions
anew: 20 to 40 ms of a processor, a fourth of the time of the tests that read files.
"""

from __future__ import annotations

import functools
import itertools
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from dashboard.ingest.engine import MEMORY_LIMIT

NUMBERS = itertools.count()


@functools.cache
def _shared(process):
    """The DuckDB of a process; one that is forked has to make its own."""
    import duckdb

    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(Path(tempfile.gettempdir()) / f"blupboard-tests-{process}"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": "2",
        },
    )


@contextmanager
def opened_in_shared(parquet, folder):
    """In place of an engine's own DuckDB: an empty database within the shared one."""
    name = f"work_{next(NUMBERS)}"
    shared = _shared(os.getpid()).cursor()
    shared.execute(f"ATTACH ':memory:' AS {name}")
    connection = shared.cursor()
    try:
        connection.execute(f"USE {name}; SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()
        shared.execute(f"DETACH {name}")
        shared.close()
