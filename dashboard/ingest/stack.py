"""Wide tables, with one column per group or per time, to long ones with a row for each of their cells.

The names of the stacked columns become labels, their cells numbers; what is not stacked is repeated. The new
rows keep the lines of those that they come from, and blank cells stay rows, which are then counted as left
out: nothing is lost on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.ingest.errors import UnreadableFile, excerpt, name_list
from dashboard.ingest.stack_names import places_to_stack
from dashboard.ingest.table import LINE, stored_name
from dashboard.ingest.write_parquet import write_stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from dashboard.ingest.parquet import ColumnType
    from dashboard.ingest.source import Source

LABEL_NAME, VALUE_NAME = "column", "value"
"""What the two new columns are called."""
MAX_ROWS = 100_000_000
"""So many rows may a stacked table have."""
_BATCH_CELLS = 1 << 20


def stack_columns(source: Source, wanted: Sequence[str], *, name: str, folder: Path) -> Source:
    """The source with the columns `wanted` stacked; see `places_to_stack` for how they are named.

    Raises:
        UnreadableFile: there is no such column, fewer than two are named, or one cannot be stacked.

    """
    wide = _Wide(source, folder, name)
    places = places_to_stack(wanted, source.names, wide.numeric, name)
    for place in places:
        if source.types[place] == "other":
            raise UnreadableFile(
                f"Column {excerpt(source.names[place])} of {name} cannot be stacked: it holds lists, "
                "records, times of day or bytes."
            )
    gone = set(places)
    kept = [place for place in range(len(source.names)) if place not in gone]
    names = (*(source.names[place] for place in kept), *_new_names(source.names, kept))
    origins = (*kept, *(source.labels[p] for p in kept if p in source.labels))
    plan = _Plan(places, tuple(source.names[p] for p in places), len(kept), origins)

    def write(target: Path, keep: Sequence[int] | None) -> int:
        return _write_stacked(wide, plan, target, keep)

    codes = [kept.index(p) for p in kept if p in source.labels]
    return replace(
        source,
        names=names,
        types=(*(source.types[p] for p in kept), "text", _type_of_values({source.types[p] for p in places})),
        write=write,
        signs=tuple(column for column in source.signs if column.name in names[: len(kept)]),
        binary=tuple(column for column in source.binary if column in names[: len(kept)]),
        labels={code: len(names) + i for i, code in enumerate(codes)},
        stacked=plan.labels,
        notes=(*source.notes, _note(plan.labels, names[-2:])),
    )


def _new_names(names: Sequence[str], kept: Sequence[int]) -> tuple[str, str]:
    """What the new columns are called beside those that are kept."""
    taken = {names[place] for place in kept}

    def free(name: str) -> str:
        while name in taken:
            name += "_"
        return name

    return free(LABEL_NAME), free(VALUE_NAME)


def _note(labels: tuple[str, ...], names: Sequence[str]) -> str:
    return (
        f"{len(labels):,} columns stacked ({name_list(labels, 4)}): their names are the column "
        f"{excerpt(names[0])}, their cells {excerpt(names[1])}."
    )


def _type_of_values(types: set[ColumnType]) -> ColumnType:
    return types.pop() if len(types) == 1 and types <= {"integer", "float", "boolean"} else "text"


@dataclass(frozen=True)
class _Plan:
    """Which columns go where."""

    places: tuple[int, ...]
    """Of the stacked columns in the wide table."""
    labels: tuple[str, ...]
    """Their names."""
    kept: int
    """How many columns stand before the two new ones."""
    origins: tuple[int, ...]
    """The places in the wide table of those columns, then of the labels of their codes."""

    def of_target(self, keep: Sequence[int] | None) -> Iterator[tuple[str, int | None, bool]]:
        """(name, place in the wide table, whether it is the values) of each column to write."""
        for place in range(len(self.origins) + 2) if keep is None else keep:
            if place < self.kept:
                yield stored_name(place), self.origins[place], False
            elif place < self.kept + 2:
                yield stored_name(place), None, place == self.kept + 1
            else:
                yield stored_name(place), self.origins[place - 2], False


class _Wide:
    """The wide table, as a Parquet file with all columns only where all of them are looked at."""

    def __init__(self, source: Source, folder: Path, name: str) -> None:
        self._source, self._folder, self.name = source, folder, name
        self.first_line = source.first_line
        self._whole: Path | None = None

    def numeric(self) -> list[int]:
        """The places of the columns of numbers."""
        from dashboard.ingest.engine import engine
        from dashboard.ingest.profile import profile

        whole, source = self._folder / "wide.parquet", self._source
        source.write(whole, None)
        self._whole = whole
        scratch = self._folder / "wide-profile"
        scratch.mkdir()
        with engine(whole, scratch) as connection:
            columns = profile(
                connection, whole, names=source.names, types=source.types, convention=source.convention
            )
        return [column.stored for column in columns if column.kind == "number"]

    def with_columns(self, places: Sequence[int]) -> Path:
        """A Parquet file with at least these columns."""
        if self._whole is not None:
            return self._whole
        some = self._folder / "some-columns.parquet"
        self._source.write(some, places)
        return some


def _write_stacked(wide: _Wide, plan: _Plan, target: Path, keep: Sequence[int] | None) -> int:
    columns = list(plan.of_target(keep))
    repeated = {column: place for column, place, _ in columns if place is not None}
    needed = dict.fromkeys((*plan.places, *repeated.values()))
    source = wide.with_columns(tuple(needed))
    with pq.ParquetFile(source) as file:
        rows = file.metadata.num_rows * len(plan.places)
        if rows > MAX_ROWS:
            raise UnreadableFile(
                f"{wide.name} has {rows:,} cells in the columns to stack, and {MAX_ROWS:,} are the most: "
                "leave out some of the columns."
            )
        wide_schema = file.schema_arrow
        values = _common_type([wide_schema.field(stored_name(place)).type for place in plan.places])
        types = {
            column: wide_schema.field(stored_name(place)).type if place is not None else pa.string()
            for column, place, _ in columns
        }
        types |= {column: values for column, _, is_values in columns if is_values}
        schema = pa.schema([*types.items(), (LINE, pa.int64())])
        has_lines = LINE in wide_schema.names
        wanted = [*(stored_name(place) for place in needed), *([LINE] if has_lines else [])]
        batches = file.iter_batches(max(_BATCH_CELLS // len(plan.places), 1), columns=wanted)
        lines = _numbered(batches, wide.first_line)
        long = (_long(batch, line, plan, columns, schema) for batch, line in lines)
        return write_stored(long, schema, target, source_bytes=source.stat().st_size)


def _numbered(
    batches: Iterator[pa.RecordBatch], first_line: int
) -> Iterator[tuple[pa.RecordBatch, pa.Array]]:
    """Each batch with the lines of its rows."""
    line = first_line
    for batch in batches:
        if LINE in batch.schema.names:
            yield batch, batch.column(LINE)
        else:
            yield batch, pa.array(np.arange(line, line + batch.num_rows, dtype=np.int64))
        line += batch.num_rows


def _long(
    batch: pa.RecordBatch,
    lines: pa.Array,
    plan: _Plan,
    columns: Sequence[tuple[str, int | None, bool]],
    schema: pa.Schema,
) -> pa.RecordBatch:
    """The rows of one batch, each as many times as there are columns to stack."""
    rows, width = batch.num_rows, len(plan.places)
    each = pa.array(np.repeat(np.arange(rows), width))

    def long_column(name: str, place: int | None, is_values: bool) -> pa.Array:
        if place is not None:
            return batch.column(stored_name(place)).take(each)
        if not is_values:
            names = np.tile(np.arange(width, dtype=np.int32), rows)
            return pa.DictionaryArray.from_arrays(pa.array(names), pa.array(plan.labels)).cast(pa.string())
        kind = schema.field(name).type
        cells = pa.concat_arrays([batch.column(stored_name(p)).cast(kind) for p in plan.places])
        return cells.take(pa.array(np.arange(rows * width).reshape(width, rows).T.ravel()))

    arrays = [long_column(*column) for column in columns]
    return pa.RecordBatch.from_arrays([*arrays, lines.take(each)], schema=schema)


def _common_type(types: Sequence[pa.DataType]) -> pa.DataType:
    """A type that holds all of these without loss: text where whole numbers and doubles meet."""
    found = set(types)
    if len(found) == 1 and not pa.types.is_decimal(types[0]) and not pa.types.is_temporal(types[0]):
        return found.pop()
    if all(pa.types.is_integer(kind) for kind in found) and pa.uint64() not in found:
        return pa.int64()
    if all(pa.types.is_floating(kind) for kind in found):
        return pa.float64()
    return pa.string()
