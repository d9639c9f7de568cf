"""JSON records to Parquet: one object a line (JSON Lines), a list of objects, or an object of a whole table.

Numbers become exact doubles or whole numbers, text is read as in a text file. A field that some records lack
is blank there; the fields of an object in a field are called ``outer.inner``; one that holds lists cannot
take a role. Lists stand for records where the first one holds the names.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.ingest.errors import UnreadableFile, excerpt
from dashboard.ingest.header import column_names
from dashboard.ingest.kinds import MAX_BYTES_IN_MEMORY, Converted
from dashboard.ingest.kinds.choose_sheet import refuse_sheet
from dashboard.ingest.kinds.json_object import records_of_lists, records_of_object
from dashboard.ingest.kinds.mixed_columns import MixedColumn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dashboard.ingest.reading import Reading

MAX_FIELDS = 50_000
"""So many different fields may the records have."""
_BATCH = 1 << 13
_Record = dict[str, Any]


def convert(kind: str, source: Path, target: Path, *, name: str, reading: Reading) -> Converted:
    """See :func:`dashboard.ingest.kinds.convert`."""
    del kind
    refuse_sheet(reading.sheet, name)
    columns: dict[str, MixedColumn] = {}
    nested: set[str] = set()
    rows = 0
    notes: list[str] = []
    for records in _batches(source, name, notes):
        batch = [_flat(record, name) for record in records]
        _append(columns, nested, batch, rows, name)
        rows += len(batch)
    if not columns:
        raise UnreadableFile(f"{name} holds no records: choose a file with one object for each row.")
    if nested == columns.keys():
        raise _not_records(name)
    arrays = [
        pa.array([[]] * rows, pa.list_(pa.string())) if field in nested else column.array()
        for field, column in columns.items()
    ]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(column_names(columns))), target)
    return Converted(notes=tuple(notes))


def _flat(record: _Record, name: str) -> _Record:
    """A record with the fields of inner objects among its own."""
    if not any(isinstance(value, dict) for value in record.values()):
        return record
    flat: _Record = {}
    for field, value in record.items():
        inner = {f"{field}.{key}": cell for key, cell in value.items()} if isinstance(value, dict) else {}
        found = _flat(inner, name) if inner else {field: None if value == {} else value}
        if again := flat.keys() & found.keys():
            raise UnreadableFile(
                f"{name} has two fields called {excerpt(min(again))} in a record: rename one."
            )
        flat |= found
    return flat


def _append(
    columns: dict[str, MixedColumn], nested: set[str], batch: list[_Record], before: int, name: str
) -> None:
    """Add records to the columns; a field that is new has `before` blank cells first."""
    for record in batch:
        for field in record:
            if field not in columns:
                columns[field] = MixedColumn()
                columns[field].append([None] * before)
    if len(columns) > MAX_FIELDS:
        raise UnreadableFile(
            f"{name} has records with more than {MAX_FIELDS:,} different fields: give every record the "
            "same ones."
        )
    for field, column in columns.items():
        cells = [record.get(field) for record in batch]
        if any(isinstance(cell, list) for cell in cells):
            nested.add(field)
        column.append([None] * len(cells) if field in nested else cells)


def _batches(source: Path, name: str, notes: list[str]) -> Iterator[list[_Record]]:
    """The records, some at a time; ``notes`` takes what is to be said of them."""
    with source.open("rb") as file:
        first = file.read(1 << 12).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first == b"[":
        yield _one_list(source, name)
        return
    if (table := _one_object(source)) is not None:
        records, note = table
        notes += [] if note is None else [note]
        yield records
        return
    batch: list[_Record] = []
    for record in _lines(source, name):
        batch.append(record)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


def _one_list(source: Path, name: str) -> list[_Record]:
    if source.stat().st_size > MAX_BYTES_IN_MEMORY:
        raise UnreadableFile(
            f"{name} is one JSON list of more than {MAX_BYTES_IN_MEMORY >> 20} MB: write one object a line "
            "(JSON Lines), or CSV."
        )
    try:
        found = _DECODER.decode(source.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        found = _lists(source)
        if found is None:
            raise UnreadableFile(f"{name} is not valid JSON ({_problem(error)}): write it again.") from error
    records: list[_Record] | None = found
    if not all(isinstance(record, dict) for record in found):
        records = records_of_lists(found)
    if records is None:
        raise UnreadableFile(
            f"{name} is JSON, but not a list of objects with one for each row, nor of lists with the names "
            "first: write the table as CSV."
        )
    return records


def _lists(source: Path) -> list[Any] | None:
    """What each line of a text holds; None where one is not JSON."""
    try:
        lines = source.read_bytes().decode("utf-8-sig").split("\n")
        return [_DECODER.decode(line) for line in lines if line.strip()]
    except (ValueError, RecursionError):
        return None


def _one_object(source: Path) -> tuple[list[_Record], str | None] | None:
    """The records of a file that is one object with a table in it; None for any other file."""
    with source.open("rb") as file:
        first = file.readline(MAX_BYTES_IN_MEMORY)
        if first.rstrip().endswith(b"}") and file.read(1 << 12).strip():
            return None  # one object a line
    if source.stat().st_size > MAX_BYTES_IN_MEMORY:
        return None
    try:
        found = _DECODER.decode(source.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return records_of_object(found) if isinstance(found, dict) else None


def _lines(source: Path, name: str) -> Iterator[_Record]:
    with source.open("rb") as file:
        for number, line in enumerate(file, 1):
            bare = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
            if not bare:
                continue
            try:
                record = _DECODER.decode(bare.decode("utf-8"))
            except (ValueError, RecursionError) as error:
                if number == 1 or bare in (b"{", b"}"):
                    raise _not_records(name) from error
                raise UnreadableFile(
                    f"Line {number} of {name} is not valid JSON ({_problem(error)}): correct that line."
                ) from error
            if not isinstance(record, dict):
                raise UnreadableFile(
                    f"Line {number} of {name} holds {excerpt(bare.decode(), 20)}, not an object: write one "
                    "object for each row."
                )
            yield record


def _object(fields: list[tuple[str, Any]]) -> _Record:
    found = dict(fields)
    if len(found) < len(fields):
        twice = Counter(name for name, _ in fields).most_common(1)[0][0]
        raise ValueError(f'"{twice}" comes twice in an object')
    return found


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object)
"""Raises ValueError where an object has two fields of one name, of which one would be lost."""


def _not_records(name: str) -> UnreadableFile:
    return UnreadableFile(
        f"{name} is JSON that is neither one object a line nor a list of objects: write the table as CSV, "
        "one row a line."
    )


def _problem(error: BaseException) -> str:
    return "nested too deeply" if isinstance(error, RecursionError) else str(error).partition(":")[0]
