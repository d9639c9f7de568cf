"""Two columns of a regular text table in pieces, each parsed at once to numbers and codes of labels.

Arrow reads as many pieces at a time as there are workers. Whatever it might take for something else than the
cell by cell judgement of `judge_rows` does raises `Irregular`.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv

from dashboard.ingest.delimited import arrow_parse_options, strays
from dashboard.ingest.judge_rows import ROWS_HELD
from dashboard.ingest.plain_pieces import Irregular, PlainPiece, refuse_unusual
from dashboard.ingest.table import stored_name
from estimators.data.notation import POINT_OR_THOUSANDS, shows_doubt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from dashboard.ingest.dialect import Layout
    from dashboard.ingest.label_codes import FoundLabels, LabelCodes

WORKERS: Final = 2
"""As many as the engine's threads."""
FIRST_BYTES: Final = 1 << 20
"""The first piece is small: what is irregular mostly shows there."""
PIECE_BYTES: Final = 1 << 24
_BLOCK_BYTES: Final = 1 << 20
"""What Arrow parses at a time fits the processor's cache."""
_LONGEST_LINE: Final = 1 << 24


class _Span(NamedTuple):
    """Whole lines of a file, by their first byte and the one behind them."""

    start: int
    stop: int


@dataclass(frozen=True, eq=False)
class _Parsed:
    """A piece whose labels are looked up."""

    outcome: NDArray[np.float64]
    labels: FoundLabels
    has_point: bool
    point_is_decimal: bool

    def coded(self, labels: LabelCodes) -> PlainPiece:
        return PlainPiece(self.outcome, labels.codes(self.labels), self.has_point, self.point_is_decimal)


@dataclass(frozen=True)
class _Reader:
    """What parses any piece of a text table."""

    path: Path
    layout: Layout
    outcome: str
    group: str
    labels: LabelCodes

    def parsed(self, span: _Span, *, certain: bool = False) -> _Parsed:
        """The rows of whole lines; ``certain``: points are known to be decimal. Raises Irregular."""
        with self.path.open("rb") as file:
            file.seek(span.start)
            chunk = file.read(span.stop - span.start)
        skip = 0 if span.start else self.layout.lines_before_data
        try:
            has_point, decimal = False, certain
            if not certain and b"." in chunk:
                has_point, decimal = _points(self._table(chunk, skip, pa.string())[self.outcome])
            table = self._table(chunk, skip, pa.float64())
        except pa.ArrowInvalid as error:
            raise Irregular from error
        values = np.asarray(np.from_dlpack(table[self.outcome].combine_chunks()), dtype=np.float64)
        refuse_unusual(values)
        found = self.labels.look_up(table[self.group].combine_chunks())
        return _Parsed(values, found, has_point, decimal)

    def _table(self, chunk: bytes, skip: int, outcome_type: pa.DataType) -> pa.Table:
        quoted = _refuse_stray_quotes(chunk, self.layout)
        names = [stored_name(i) for i in range(len(self.layout.names))]
        return pyarrow.csv.read_csv(
            pa.py_buffer(chunk),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names, skip_rows=skip, use_threads=False, block_size=_BLOCK_BYTES
            ),
            parse_options=arrow_parse_options(self.layout.dialect, newlines_in_values=quoted),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={self.outcome: outcome_type, self.group: pa.string()},
                null_values=[],
                strings_can_be_null=False,
                include_columns=[self.outcome, self.group],
            ),
        )


def text_pieces(
    path: Path, layout: Layout, outcome: int, group: int, labels: LabelCodes
) -> Iterator[PlainPiece]:
    """Pieces of the columns at two places of a UTF-8 text table, in the order of its rows.

    Raises:
        Irregular: it has to be judged cell by cell.
        OSError: it cannot be read.

    """
    reader = _Reader(path, layout, stored_name(outcome), stored_name(group), labels)
    spans = _spans(path)
    first = next(spans, None)
    if first is None:
        return
    piece = reader.parsed(first)
    yield piece.coded(labels)
    for parsed in _in_order(lambda span: reader.parsed(span, certain=piece.point_is_decimal), spans):
        yield parsed.coded(labels)


def _in_order(
    parse: Callable[[_Span], _Parsed], spans: Iterable[_Span], workers: int = WORKERS
) -> Iterator[_Parsed]:
    """What becomes of the spans in their order, some of which are read ahead."""
    waiting: deque[Callable[[], _Parsed]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for span in spans:
            waiting.append(pool.submit(parse, span).result)
            if len(waiting) > workers:
                yield waiting.popleft()()
        while waiting:
            yield waiting.popleft()()


def _spans(path: Path) -> Iterator[_Span]:
    """The bytes of a text, cut behind line ends."""
    size, start, end = FIRST_BYTES, 0, path.stat().st_size
    with path.open("rb") as file:
        while start < end:
            file.seek(start + size - 1)
            line = file.readline(_LONGEST_LINE)
            stop = start + size - 1 + len(line)
            if stop < end and not line.endswith(b"\n"):
                raise Irregular
            yield _Span(start, min(stop, end))
            start, size = stop, PIECE_BYTES


def _points(texts: pa.ChunkedArray) -> tuple[bool, bool]:
    """Whether some numbers have a point, and whether one of these cannot set thousands apart."""
    if len(texts) <= ROWS_HELD:  # Arrow's functions are not loaded for so few
        few = [text for text in texts.to_pylist() if "." in text]
        return len(few) > 0, len(few) > 0 and not shows_doubt(few)
    import pyarrow.compute as pc

    bare = pc.utf8_trim_whitespace(texts)
    marked = bare.filter(pc.match_substring(bare, "."))
    may_group = pc.match_substring_regex(marked, f"^{POINT_OR_THOUSANDS}$")
    return len(marked) > 0, len(marked) > 0 and not pc.all(may_group).as_py()


def _refuse_stray_quotes(chunk: bytes, layout: Layout) -> bool:
    """Whether some value stands in quotes. Raises Irregular where a quote may stand for itself."""
    quote = layout.dialect.quote.encode()
    if not quote or quote not in chunk:
        return False
    # an odd number of them: the piece ends within a value
    if chunk.count(quote) % 2 or strays(chunk, layout.dialect):
        raise Irregular
    return True
