"""Files of SPSS, Stata and SAS to Parquet: codes as numbers, with their labels beside them.

A column of codes is a number where it is the outcome, and goes by its labels where it is the group. What a
file declares missing (SPSS's user-missing values, the extended and special missing values of Stata and SAS)
is blank.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.ingest.errors import UnreadableFile
from dashboard.ingest.header import column_names
from dashboard.ingest.kinds import LABELS, Converted
from dashboard.ingest.kinds.choose_sheet import refuse_sheet
from dashboard.ingest.kinds.mixed_columns import cell_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import ArrayLike

    from dashboard.ingest.reading import Reading

_BATCH_CELLS = 4_000_000
"""So many cells are held in memory at once."""
_READERS = {
    "spss": "read_sav",
    "spss_portable": "read_por",
    "stata": "read_dta",
    "sas": "read_sas7bdat",
    "sas_transport": "read_xport",
}
_LABELS_OF = "labels of "


def convert(kind: str, source: Path, target: Path, *, name: str, reading: Reading) -> Converted:
    """See :func:`dashboard.ingest.kinds.convert`."""
    import pyreadstat

    refuse_sheet(reading.sheet, name)
    read = getattr(pyreadstat, _READERS[kind])
    try:
        _, meta = read(str(source), metadataonly=True, output_format="dict")
        names = list(meta.column_names)
        if not names:
            raise UnreadableFile(f"{name} has no columns: choose a file with rows of data.")
        labelled = {
            names.index(column): labels for column, labels in meta.variable_value_labels.items() if labels
        }
        _write(_batches(read, source, names), target, names, labelled)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeError, OverflowError) as error:
        raise UnreadableFile(
            f"{name} is a damaged {LABELS[kind]}, or of a version that is not known: save it again, or as "
            "CSV."
        ) from error
    places = {column: len(names) + i for i, column in enumerate(labelled)}
    return Converted(labels=places)


def _batches(
    read: Callable[..., tuple[dict[str, Any], Any]], source: Path, names: list[str]
) -> Iterator[dict[str, Any]]:
    """The columns of so many rows at a time; once at least."""
    size = max(_BATCH_CELLS // len(names), 1)
    offset = 0
    while True:
        columns, _ = read(str(source), row_offset=offset, row_limit=size, output_format="dict")
        rows = len(columns[names[0]]) if columns else 0
        if rows or not offset:
            yield columns
        if rows < size:
            return
        offset += rows


def _write(
    batches: Iterator[dict[str, Any]],
    target: Path,
    names: list[str],
    labelled: Mapping[int, Mapping[object, str]],
) -> None:
    texts = {place: _texts_of_codes(labels) for place, labels in labelled.items()}
    stored = [*column_names(names), *(f"{_LABELS_OF}{names[place]}" for place in labelled)]
    writer: pq.ParquetWriter | None = None
    schema: pa.Schema | None = None
    try:
        for columns in batches:
            arrays = [_array(columns[name]) for name in names]
            arrays += [_labels(columns[names[place]], texts[place]) for place in labelled]
            if writer is None or schema is None:
                schema = pa.schema(
                    [(column, array.type) for column, array in zip(stored, arrays, strict=True)]
                )
                writer = pq.ParquetWriter(target, schema)
            cast = [array.cast(kind) for array, kind in zip(arrays, schema.types, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(cast, schema=schema))
    finally:
        if writer is not None:
            writer.close()


def _array(values: ArrayLike) -> pa.Array:
    """Numbers as doubles without NaN, everything else as text: dates in ISO form."""
    array = np.asarray(values)
    if array.dtype.kind in "fiu":
        doubles = array.astype(np.float64)
        return pa.array(doubles, pa.float64(), mask=np.isnan(doubles))
    return pa.array([_text(value) for value in array.tolist()], pa.string())


def _text(value: object) -> str | None:
    """What stands in a cell of a column that is no column of numbers; None where nothing does."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, dt.datetime) and value.time() == dt.time() and value.tzinfo is None:
        return value.date().isoformat()
    return cell_text(value)


def _labels(values: ArrayLike, texts: Mapping[object, str]) -> pa.Array:
    """The label of each code, its own text where it has none."""
    found = []
    for value in np.asarray(values).tolist():
        text = _text(value)
        found.append(text if text is None else texts.get(value, text))
    return pa.array(found, pa.string())


def _texts_of_codes(labels: Mapping[object, str]) -> dict[object, str]:
    """Labels by code; where two codes have the same label, or one is blank, the code stands beside it."""
    often = Counter(label.strip() for label in labels.values())
    taken = {cell_text(code) for code in labels}
    made = {}
    for code, label in labels.items():
        text = cell_text(code)
        plain = label.strip()
        own = often[plain] == 1 and (plain == text or plain not in taken)
        made[code] = (plain if own else f"{plain} ({text})") if plain else text
    return made
