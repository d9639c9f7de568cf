"""An upload to a stored table."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from dashboard.ingest.engine import engine
from dashboard.ingest.profile import profile
from dashboard.ingest.roles import refuse_hopeless
from dashboard.ingest.source import MAX_EXPANDED_BYTES, open_source
from dashboard.ingest.table import Table


def store_table(source: Path, *, name: str, target: Path, max_expanded_bytes: int = MAX_EXPANDED_BYTES) -> Table:
    """Read an uploaded file once and keep it as Parquet at `target`, whose folder must exist.

    `name` is what the user calls the file; what it is, its content says. Nothing is left at `target` on failure.

    Raises:
        UnreadableFile: the file cannot be used.
        OSError: it cannot be opened, or the disk is full.
    """
    with TemporaryDirectory(prefix="ingest-", dir=target.parent) as scratch:
        folder = Path(scratch)
        opened = open_source(source, name=name, folder=folder, max_expanded_bytes=max_expanded_bytes)
        parquet = folder / "table.parquet"
        rows = opened.write(parquet, None)
        with engine(parquet, folder) as connection:
            columns = profile(
                connection,
                parquet,
                names=opened.names,
                types=opened.types,
                delimiter=opened.delimiter,
                rows=rows,
            )
        refuse_hopeless(columns, rows, name)
        parquet.replace(target)
    _give_memory_back()
    return Table(path=target, name=name, rows=rows, columns=columns)


def _give_memory_back() -> None:
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
