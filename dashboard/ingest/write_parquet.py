"""Batches to the Parquet file that a table is kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dashboard.ingest.table import LINE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

_SMALLEST_GROUP_BYTES, _LARGEST_GROUP_BYTES, _GROUPS = 4 << 20, 32 << 20, 64

_MANY_COLUMNS, _WIDE_GROUP_BYTES = 1000, 128 << 20


def write_stored(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, target: Path, *, source_bytes: int
) -> int:
    """Write batches to one Parquet file, holding one row group of a few dozen in memory; the row count."""
    import pyarrow.parquet as pq

    enough = min(max(source_bytes // _GROUPS, _SMALLEST_GROUP_BYTES), _LARGEST_GROUP_BYTES)
    wide = len(schema) > _MANY_COLUMNS
    if wide:  # what each row group says of each column outweighs what it holds
        enough = _WIDE_GROUP_BYTES
    options = {"compression": "lz4", "use_dictionary": False, "write_statistics": False} if wide else {}
    rows = held_bytes = 0
    held: list[pa.RecordBatch] = []
    with pq.ParquetWriter(
        target, schema, memory_pool=pa.system_memory_pool(), **{"compression": "zstd", **options}
    ) as writer:
        for batch in batches:
            if batch.num_rows == 0:
                continue
            held.append(batch)
            rows += batch.num_rows
            held_bytes += batch.nbytes
            if held_bytes >= enough:
                writer.write_table(pa.Table.from_batches(held, schema))
                held, held_bytes = [], 0
        if held or rows == 0:
            writer.write_table(pa.Table.from_batches(held, schema))
    del held
    for pool in (pa.system_memory_pool(), pa.default_memory_pool()):
        pool.release_unused()
    return rows


def add_lines(parquet: Path, lines: Iterable[NDArray[np.int64]], scratch: Path) -> bool:
    """Add to a stored table the lines that its rows begin in; `scratch` takes the new file meanwhile.

    False, and nothing is added, where there are more or fewer lines than rows.
    """
    import pyarrow.parquet as pq

    waiting = iter(lines)
    held = np.zeros(0, dtype=np.int64)
    with pq.ParquetFile(parquet) as file:
        schema = file.schema_arrow.append(pa.field(LINE, pa.int64()))
        with pq.ParquetWriter(scratch, schema, compression="zstd") as writer:
            for batch in file.iter_batches():
                while len(held) < batch.num_rows:
                    more = next(waiting, None)
                    if more is None:
                        return False
                    held = np.concatenate((held, more))
                here, held = held[: batch.num_rows], held[batch.num_rows :]
                arrays = [*batch.columns, pa.array(here)]
                writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    if len(held) or any(map(len, waiting)):
        return False
    scratch.replace(parquet)
    return True
