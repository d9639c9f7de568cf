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
from estimators.data.texts import MISSING_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from dashboard.ingest.dialect import Layout
    from dashboard.ingest.label_codes import FoundLabels, LabelCodes
    from dashboard.ingest.missing_cells import MissingCells

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


class _Read(NamedTuple):
    """A piece as Arrow has it."""

    outcome: NDArray[np.float64]
    """(N,) NaN where missing."""
    labels: pa.Array
    lacks: bool


@dataclass(frozen=True, eq=False)
class _Parsed:
    """A piece whose labels are looked up."""

    outcome: NDArray[np.float64]
    labels: FoundLabels
    has_point: bool
    point_is_decimal: bool
    lacks: bool
    missing: list[str] | None

    def coded(self, labels: LabelCodes) -> PlainPiece:
        codes = labels.codes(self.labels)
        return PlainPiece(
            self.outcome, codes, self.has_point, self.point_is_decimal, self.lacks, self.missing
        )


@dataclass(frozen=True)
class _Reader:
    """What parses any piece of a text table."""

    path: Path
    layout: Layout
    outcome: str
    group: str
    labels: LabelCodes
    cells: MissingCells

    def parsed(self, span: _Span, *, certain: bool = False) -> _Parsed:
        """The rows of whole lines; ``certain``: points are known to be decimal. Raises Irregular."""
        with self.path.open("rb") as file:
            file.seek(span.start)
            chunk = file.read(span.stop - span.start)
        skip = 0 if span.start else self.layout.lines_before_data
        try:
            texts: pa.Array | None = None
            has_point, decimal = False, certain
            if not certain and b"." in chunk:
                texts = self._texts(chunk, skip)
                has_point, decimal = _points(texts)
            read, missing = self._read(chunk, skip, self.cells.enough), None
            if read is None:
                texts = self._texts(chunk, skip) if texts is None else texts
                read = self._read(chunk, skip, _missing_words(texts))
                if read is not None:
                    lacking = np.flatnonzero(np.isnan(read.outcome)).tolist()
                    missing = [texts[place].as_py() for place in lacking]
        except pa.ArrowInvalid as error:
            raise Irregular from error
        if read is None:
            raise Irregular
        refuse_unusual(read.outcome)
        return _Parsed(
            read.outcome, self.labels.look_up(read.labels), has_point, decimal, read.lacks, missing
        )

    def _texts(self, chunk: bytes, skip: int) -> pa.Array:
        return self._table(chunk, skip, pa.string(), ())[self.outcome].combine_chunks()

    def _read(self, chunk: bytes, skip: int, missing: Collection[str]) -> _Read | None:
        """The rows if each outcome is a number or reads as one of ``missing``, else None."""
        try:
            table = self._table(chunk, skip, pa.float64(), missing)
        except pa.ArrowInvalid:
            return None
        numbers = table[self.outcome].combine_chunks()
        values = _doubles(numbers)
        if np.count_nonzero(np.isnan(values)) > numbers.null_count:
            return None
        return _Read(values, table[self.group].combine_chunks(), numbers.null_count > 0)

    def _table(
        self, chunk: bytes, skip: int, outcome_type: pa.DataType, missing: Collection[str]
    ) -> pa.Table:
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
                null_values=list(missing),
                strings_can_be_null=False,
                include_columns=[self.outcome, self.group],
            ),
        )


def text_pieces(
    path: Path, layout: Layout, places: tuple[int, int], labels: LabelCodes, cells: MissingCells
) -> Iterator[PlainPiece]:
    """Pieces of the columns at two places of a UTF-8 text table, in the order of its rows.

    Places are those of outcome and group. ``cells`` are the missing outcomes of the pieces that were taken,
    which the caller adds.

    Raises:
        Irregular: it has to be judged cell by cell.
        OSError: it cannot be read.

    """
    outcome, group = map(stored_name, places)
    reader = _Reader(path, layout, outcome, group, labels, cells)
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


def _doubles(outcome: pa.Array) -> NDArray[np.float64]:
    """(N,) NaN where null."""
    if not outcome.null_count:
        return np.asarray(np.from_dlpack(outcome), dtype=np.float64)
    there, values = outcome.buffers()
    bits = np.unpackbits(np.frombuffer(there, dtype=np.uint8), bitorder="little")
    at = slice(outcome.offset, outcome.offset + len(outcome))
    return np.where(bits[at] == 1, np.frombuffer(values, dtype=np.float64)[at], np.nan)


def _missing_words(texts: pa.Array) -> frozenset[str]:
    """The cells that stand for nothing, as they stand: each different one once."""
    if len(texts) > ROWS_HELD:  # else Arrow's functions are not loaded for so few
        import pyarrow.compute as pc

        wordy = pc.invert(pc.match_substring_regex(texts, "[0-9]"))
        texts = texts.filter(wordy).unique()
    return frozenset(text for text in texts.to_pylist() if text.strip().lower() in MISSING_WORDS)


def _points(texts: pa.Array) -> tuple[bool, bool]:
    """Whether some numbers have a point, and whether one of these cannot set thousands apart."""
    if len(texts) <= ROWS_HELD:  # Arrow's functions are not loaded for so few
        few = [text for text in texts.to_pylist() if "." in text and text.strip() != "."]
        return len(few) > 0, len(few) > 0 and not shows_doubt(few)
    import pyarrow.compute as pc

    bare = pc.utf8_trim_whitespace(texts)
    marked = bare.filter(pc.and_(pc.match_substring(bare, "."), pc.not_equal(bare, ".")))
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
