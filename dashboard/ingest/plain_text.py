"""Two columns of a regular text table in pieces, each parsed at once to numbers and codes of labels.

Arrow reads as many pieces at a time as there are workers. Whatever it might take for something else than the
cell by cell judgement of `judge_rows` does raises `Irregular`.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from dashboard.ingest.delimited import arrow_parse_options, strays
from dashboard.ingest.plain_pieces import Irregular, PlainPiece, refuse_unusual
from dashboard.ingest.table import stored_name
from estimators.data.notation import POINT_OR_THOUSANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from dashboard.ingest.dialect import Layout

WORKERS: Final = 2
"""As many as the engine's threads."""
FIRST_BYTES: Final = 1 << 20
"""The first piece is small: what is irregular mostly shows there."""
PIECE_BYTES: Final = 1 << 25
"""So many bytes have nearly all labels of most files, which are then few to bring together."""
_BLOCK_BYTES: Final = 1 << 20
"""What Arrow parses at a time fits the processor's cache."""
_LONGEST_LINE: Final = 1 << 24


def text_pieces(path: Path, layout: Layout, outcome: int, group: int) -> Iterator[PlainPiece]:
    """Pieces of the columns at two places of a UTF-8 text table.

    Raises:
        Irregular: it has to be judged cell by cell.
        OSError: it cannot be read.

    """
    read = partial(_piece, layout=layout, outcome=outcome, group=group)
    chunks = _chunks(path)
    first = next(chunks, None)
    if first is None:
        return
    piece = read(first, skip=layout.lines_before_data, certain=False)
    yield piece
    rest = partial(read, skip=0, certain=piece.point_is_decimal)
    yield from _in_order(rest, chunks)


def _in_order(
    read: Callable[[bytes], PlainPiece], chunks: Iterable[bytes], workers: int = WORKERS
) -> Iterator[PlainPiece]:
    """What ``read`` makes of the chunks in their order, some of which are read ahead."""
    waiting: deque[Callable[[], PlainPiece]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for chunk in chunks:
            waiting.append(pool.submit(read, chunk).result)
            if len(waiting) > workers:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a text, cut behind line ends."""
    size = FIRST_BYTES
    with path.open("rb") as file:
        while chunk := file.read(size):
            if not chunk.endswith(b"\n"):
                chunk += file.readline(_LONGEST_LINE)
                if not chunk.endswith(b"\n") and file.read(1):
                    raise Irregular
            yield chunk
            size = PIECE_BYTES


def _piece(chunk: bytes, *, layout: Layout, outcome: int, group: int, skip: int, certain: bool) -> PlainPiece:
    quoted = _refuse_stray_quotes(chunk, layout)
    as_text = not certain and b"." in chunk
    y, g = stored_name(outcome), stored_name(group)
    names = [stored_name(i) for i in range(len(layout.names))]
    types = {y: pa.string() if as_text else pa.float64(), g: pa.string()}
    try:
        table = pyarrow.csv.read_csv(
            pa.py_buffer(chunk),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, skip_rows=skip, use_threads=False, block_size=_BLOCK_BYTES
            ),
            parse_options=arrow_parse_options(layout.dialect, newlines_in_values=quoted),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=types, null_values=[], strings_can_be_null=False, include_columns=[y, g]
            ),
        )
        point = certain = as_text
        if as_text:
            texts = pc.utf8_trim_whitespace(table[y])
            marked = texts.filter(pc.match_substring(texts, "."))
            may_group = pc.match_substring_regex(marked, f"^{POINT_OR_THOUSANDS}$")
            point = len(marked) > 0
            certain = point and not pc.all(may_group).as_py()
            numbers = texts.cast(pa.float64())
        else:
            numbers = table[y]
        labels = table[g].combine_chunks().dictionary_encode()
    except pa.ArrowInvalid as error:
        raise Irregular from error
    values = np.asarray(np.from_dlpack(numbers.combine_chunks()), dtype=np.float64)
    refuse_unusual(values)
    return PlainPiece(values, labels, has_point=point, point_is_decimal=certain)


def _refuse_stray_quotes(chunk: bytes, layout: Layout) -> bool:
    """Whether some value stands in quotes. Raises Irregular where a quote may stand for itself."""
    quote = layout.dialect.quote.encode()
    if not quote or quote not in chunk:
        return False
    # an odd number of them: the piece ends within a value
    if chunk.count(quote) % 2 or strays(chunk, layout.dialect):
        raise Irregular
    return True
