"""Uploaded Parquet files to stored ones: the columns typed as they are, under names of our own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.header import column_names
from dashboard.ingest.table import LINE, stored_name
from dashboard.ingest.write_parquet import write_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import pyarrow.parquet as pq
    from numpy.typing import NDArray

ColumnType = Literal["text", "integer", "float", "decimal", "boolean", "date", "other"]
_BATCH_ROWS = 1 << 15


@dataclass(frozen=True)
class ParquetColumns:
    """The names of the columns, and what each holds."""

    names: tuple[str, ...]
    types: tuple[ColumnType, ...]


def parquet_columns(path: Path, name: str) -> ParquetColumns:
    """The columns of a Parquet file.

    Raises:
        UnreadableFile: the file is damaged, encrypted, or has no column.

    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise _damage_error(name) from error
    if len(schema) == 0:
        raise UnreadableFile(f"{name} is a Parquet file without columns: choose a file with rows of data.")
    return ParquetColumns(column_names(schema.names), tuple(_type(field.type) for field in schema))


def _damage_error(name: str) -> UnreadableFile:
    return UnreadableFile(f"{name} is a damaged or encrypted Parquet file: write it again, or use CSV.")


def _type(kind: pa.DataType) -> ColumnType:
    types = pa.types
    if types.is_dictionary(kind):
        return _type(kind.value_type)
    tests: tuple[tuple[Callable[[pa.DataType], bool], ColumnType], ...] = (
        (types.is_string, "text"),
        (types.is_large_string, "text"),
        (types.is_string_view, "text"),
        (types.is_integer, "integer"),
        (types.is_floating, "float"),
        (types.is_decimal256, "text"),  # DuckDB has no such numbers; their digits are read as of a text file
        (types.is_decimal, "decimal"),
        (types.is_boolean, "boolean"),
        (types.is_date, "date"),
        (types.is_timestamp, "date"),
        (types.is_null, "text"),
    )
    return next((name for test, name in tests if test(kind)), "other")


def copy_parquet(
    path: Path,
    target: Path,
    columns: ParquetColumns,
    *,
    keep: Sequence[int] | None,
    name: str,
    rows: NDArray[np.int64] | None = None,
) -> int:
    """Write the columns `keep` (None: all) to `target`, those of type "other" as empty; the number of rows.

    `rows` are the numbers (N,) that rows have where they come from, if these are not 1, 2, 3, ...

    Raises:
        UnreadableFile: the file is damaged.

    """
    import pyarrow.parquet as pq

    kept = range(len(columns.names)) if keep is None else keep
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            types = [field.type for field in file.schema_arrow]
            schema = pa.schema([(stored_name(i), _stored_type(types[i], columns.types[i])) for i in kept])
            plain = (_in_schema(batch, schema) for batch in _batches(file, kept, columns))
            if rows is None:
                return write_stored(plain, schema, target, source_bytes=path.stat().st_size)
            numbered = schema.append(pa.field(LINE, pa.int64()))
            batches = _numbered(plain, numbered, rows)
            return write_stored(batches, numbered, target, source_bytes=path.stat().st_size)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _damage_error(name) from error


def _numbered(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, rows: NDArray[np.int64]
) -> Iterator[pa.RecordBatch]:
    """The batches with the number of each row behind their columns."""
    begin = 0
    for batch in batches:
        end = begin + batch.num_rows
        yield pa.RecordBatch.from_arrays([*batch.columns, pa.array(rows[begin:end])], schema=schema)
        begin = end


def _in_schema(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The columns of `schema` in its types; those that the batch lacks as empty."""
    present = set(batch.schema.names)
    arrays = [
        batch.column(field.name).cast(field.type)
        if field.name in present
        else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _batches(file: pq.ParquetFile, kept: Sequence[int], columns: ParquetColumns) -> Iterator[pa.RecordBatch]:
    """Batches with the readable columns of `kept`, under their stored names."""
    given = file.schema_arrow.names
    readable = [i for i in kept if columns.types[i] != "other"]
    by_name = len(set(given)) == len(given) and not any("." in name for name in given)
    chosen = [given[i] for i in readable] if by_name else None
    for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=chosen):
        arrays = [batch.column(given[i] if by_name else i) for i in readable]
        if arrays:
            yield pa.RecordBatch.from_arrays(arrays, names=[stored_name(i) for i in readable])
        else:
            yield batch


def _stored_type(kind: pa.DataType, column_type: ColumnType) -> pa.DataType:
    """What DuckDB reads without loss."""
    if column_type in ("text", "other") or pa.types.is_decimal256(kind):
        return pa.string()
    if pa.types.is_dictionary(kind):
        return _stored_type(kind.value_type, column_type)
    return pa.float32() if pa.types.is_float16(kind) else kind
