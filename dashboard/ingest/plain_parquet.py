"""Two typed columns of a Parquet file of few rows: numbers as they are, labels by the codes they have there.

Many rows are summed by DuckDB, see `judge_in_place`; it takes longer to be loaded than few rows to be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dashboard.ingest.judge_rows import ROWS_HELD
from dashboard.ingest.plain_pieces import Irregular, PlainPiece, refuse_unusual

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from dashboard.ingest.label_codes import LabelCodes
    from dashboard.ingest.missing_cells import MissingCells


def parquet_pieces(
    path: Path, places: tuple[int, int], labels: LabelCodes, _: MissingCells
) -> Iterator[PlainPiece]:
    """A column of numbers and one of text or whole numbers, in one piece.

    Raises:
        Irregular: many rows, columns of other types, an infinite number, or labels both null and blank.
        OSError: the file cannot be read.

    """
    import pyarrow.parquet as pq

    outcome, group = places
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
        y, g = (schema.names[place] for place in places)
        if rows > ROWS_HELD:
            raise Irregular
        # nested columns, and names that come twice, are not found by name alone
        if len(set(schema.names)) < len(schema.names) or any("." in name for name in schema.names):
            raise Irregular
        _refuse_types(schema.field(outcome).type, schema.field(group).type)
        texts = [g] if _is_text(schema.field(group).type) else []
        with pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False) as file:
            table = file.read(columns=[y, g], use_threads=False)
        yield _piece(table[y].combine_chunks(), table[g].combine_chunks(), labels)
    except pa.ArrowException as error:
        raise Irregular from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise Irregular from error  # damage, which is said where the file is copied


def _refuse_types(outcome: pa.DataType, group: pa.DataType) -> None:
    number = pa.types.is_float32(outcome) or pa.types.is_float64(outcome) or pa.types.is_integer(outcome)
    given = group.value_type if pa.types.is_dictionary(group) else group
    if not number or not (_is_text(given) or pa.types.is_integer(group)):
        raise Irregular


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _piece(outcome: pa.Array, group: pa.Array, labels: LabelCodes) -> PlainPiece:
    if group.null_count:
        group = _filled(group)
    encoded = group if pa.types.is_dictionary(group.type) else group.dictionary_encode()
    if encoded.dictionary.null_count:
        raise Irregular
    values, missing = _numbers(outcome)
    refuse_unusual(values)
    named = pa.DictionaryArray.from_arrays(encoded.indices, encoded.dictionary.cast(pa.string()))
    codes = labels.codes(labels.look_up(named))
    return PlainPiece(values, codes, lacks=len(missing) > 0, missing=missing)


def _filled(group: pa.Array) -> pa.Array:
    """Labels with blank ones for those that are null."""
    texts = group.cast(pa.string())
    if any(text is not None and not text.strip() for text in texts.to_pylist()):
        raise Irregular  # an example of each would be shown
    return texts.fill_null("")


def _numbers(outcome: pa.Array) -> tuple[NDArray[np.float64], list[str]]:
    """Doubles, NaN where null, and how what is missing reads as text."""
    doubles, nulls = outcome.cast(pa.float64(), safe=False), outcome.null_count
    values = np.asarray(np.from_dlpack(doubles.fill_null(np.nan) if nulls else doubles), dtype=np.float64)
    if not np.isnan(values).any():
        return values, []
    given = outcome.is_null().to_pylist()
    return values, ["" if given[place] else "nan" for place in np.flatnonzero(np.isnan(values)).tolist()]
