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

    from dashboard.ingest.label_codes import LabelCodes


def parquet_pieces(path: Path, outcome: int, group: int, labels: LabelCodes) -> Iterator[PlainPiece]:
    """Pieces of a column of numbers and one of text or whole numbers, in the order of the rows.

    Raises:
        Irregular: many rows, columns of other types, a cell that is missing, or a number that is not finite.
        OSError: the file cannot be read.

    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
        y, g = (schema.names[place] for place in (outcome, group))
        if rows > ROWS_HELD:
            raise Irregular
        # nested columns, and names that come twice, are not found by name alone
        if len(set(schema.names)) < len(schema.names) or any("." in name for name in schema.names):
            raise Irregular
        _refuse_types(schema.field(outcome).type, schema.field(group).type)
        texts = [g] if _is_text(schema.field(group).type) else []
        with pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False) as file:
            for batch in file.iter_batches(columns=[y, g]):
                yield _piece(batch.column(y), batch.column(g), labels)
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
    encoded = group if pa.types.is_dictionary(group.type) else group.dictionary_encode()
    if outcome.null_count or encoded.null_count or encoded.dictionary.null_count:
        raise Irregular
    values = np.asarray(np.from_dlpack(outcome.cast(pa.float64(), safe=False)), dtype=np.float64)
    refuse_unusual(values)
    named = pa.DictionaryArray.from_arrays(encoded.indices, encoded.dictionary.cast(pa.string()))
    return PlainPiece(values, labels.codes(labels.look_up(named)))
