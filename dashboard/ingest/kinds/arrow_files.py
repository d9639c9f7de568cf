"""Arrow's own files (Feather since its second version) and streams to Parquet, batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.kinds import LABELS, Converted
from dashboard.ingest.kinds.choose_sheet import refuse_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dashboard.ingest.reading import Reading


def convert(kind: str, source: Path, target: Path, *, name: str, reading: Reading) -> Converted:
    """See :func:`dashboard.ingest.kinds.convert`."""
    refuse_sheet(reading.sheet, name)
    try:
        _write(kind, source, target)
    except (pa.ArrowException, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UnreadableFile(
            f"{name} is a damaged {LABELS[kind]}, or of a version that is not known: write it again, as "
            "Parquet or CSV."
        ) from error
    return Converted()


def _write(kind: str, source: Path, target: Path) -> None:
    with pa.memory_map(str(source)) as file:
        batches = _batches(kind, file)
        first = next(batches)
        with pq.ParquetWriter(target, first) as writer:
            for batch in batches:
                writer.write_batch(batch)


def _batches(kind: str, file: pa.NativeFile) -> Iterator[pa.Schema | pa.RecordBatch]:
    """The schema, then the batches."""
    if kind == "arrow_stream":
        with pa.ipc.open_stream(file) as stream:
            yield stream.schema
            yield from stream
        return
    with pa.ipc.open_file(file) as reader:
        yield reader.schema
        for place in range(reader.num_record_batches):
            yield reader.get_batch(place)
