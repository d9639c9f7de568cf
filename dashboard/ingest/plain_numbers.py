"""Columns of plain numbers in a wide table, found in one reading where a query for each took minutes.

A gene table has tens of thousands of them. What is not plain (text, marks, units, words for missing) is left
to :mod:`dashboard.ingest.count_cells`, whose answer for a plain column is the same.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingest.column_parts import column_parts
from dashboard.ingest.example_values import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from numpy.typing import NDArray

WIDE = 500
"""From so many columns a table is read for its plain numbers first."""
_SHORTEST_GROUPED, _LONGEST_GROUPED = len("1.234"), len("-123.456")
_THREE_DIGITS, _MOST_BEFORE = len(".234"), 3
_BYTES_OF_NUMBERS = b"0123456789-.eE"
_ZERO, _MINUS, _POINT, _SMALL_E, _LARGE_E = (_BYTES_OF_NUMBERS.index(byte) + 1 for byte in b"0-.eE")
_OTHER = len(_BYTES_OF_NUMBERS) + 1
_SYMBOLS = bytes(_BYTES_OF_NUMBERS.find(bytes([byte])) + 1 or _OTHER for byte in range(256))
"""What each byte is, from 1 to 15, so that a key of 64 bits holds 16 of them."""
_WORD, _LONGEST_KEY = 8, 16
_SYMBOL = np.uint64(15)
_HALVES = tuple(
    (np.uint64(bits), np.uint64(mask))
    for bits, mask in ((4, 0x00FF00FF00FF00FF), (8, 0x0000FFFF0000FFFF), (16, 0x00000000FFFFFFFF))
)
_UNKNOWN = -1


class PlainNumbers(NamedTuple):
    """One column of text whose cells are all blank or numbers with a decimal point, or none."""

    blank: int
    whole: int
    point: int
    """Cells with a decimal point, or an exponent."""
    point_or_thousands: int
    """Cells such as 1.234."""
    distinct: int
    """Different values, blank ones aside."""
    examples: tuple[str, ...]
    """The first few different ones."""


def plain_numbers(parquet: Path, among: Sequence[int]) -> dict[int, PlainNumbers]:
    """The columns of plain numbers of a stored table, by place, among those of text at some places.

    Some are read while those before them are looked at.
    """
    found: dict[int, PlainNumbers] = {}
    with ThreadPoolExecutor(1) as beside:
        looked_at: Future[dict[int, PlainNumbers]] | None = None
        for part in column_parts(parquet, among):
            texts = {
                place: column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
                for place, column in part.items()
                if column.null_count == 0 and len(column)
            }
            if looked_at is not None:
                found |= looked_at.result()
            looked_at = beside.submit(_plain_among, texts) if texts else None
        if looked_at is not None:
            found |= looked_at.result()
    return found


def _plain_among(texts: Mapping[int, pa.StringArray]) -> dict[int, PlainNumbers]:
    """Those of some columns of text, equally long and without nulls, that hold plain numbers.

    Their bytes are looked at together: a column alone has too few for numpy to be quick about it.
    """
    together = pa.concat_arrays(list(texts.values()))
    rows = len(together) // len(texts)
    _, ends, data = together.buffers()
    offsets = np.frombuffer(ends, dtype=np.int32)[: len(together) + 1]
    text = np.frombuffer(data, dtype=np.uint8)[: offsets[-1]] if data else np.empty(0, np.uint8)
    symbols = np.frombuffer(text.tobytes().translate(_SYMBOLS), dtype=np.uint8)
    heads = together.take(_first_rows_of(len(texts), rows)).to_pylist()
    others = _of_columns(symbols == _OTHER, offsets, rows).tolist()
    plain = {
        place: text
        for i, (place, text) in enumerate(texts.items())
        if not others[i] and all(map(_may_be_number, heads[i * EXAMPLES : (i + 1) * EXAMPLES]))
    }
    if len(plain) < len(texts):  # to find each of these by what the others read as takes far longer
        return _plain_among(plain) if plain else {}
    by_column = (len(texts), rows)
    lengths = np.diff(offsets)
    blanks = (lengths == 0).reshape(by_column).sum(axis=1)
    filled = pc.if_else(pc.equal(together, ""), None, together) if blanks.any() else together
    able = _are_numbers(filled, rows)
    whole = rows - blanks - _with_mark(symbols, offsets, rows)
    keys = _keys(symbols, offsets, lengths)
    doubtful = _like_thousands(keys, lengths, rows)
    counts = zip(
        blanks.tolist(),
        whole.tolist(),
        (rows - blanks - whole - doubtful).tolist(),
        doubtful.tolist(),
        strict=True,
    )
    different = _different(keys, lengths, rows).tolist()
    found = {}
    for i, ((place, column), (blank, integer, point, thousands)) in enumerate(
        zip(texts.items(), counts, strict=True)
    ):
        if able[i]:
            distinct, first = different[i], tuple(heads[i * EXAMPLES : (i + 1) * EXAMPLES])
            if distinct == _UNKNOWN or len({*first, ""}) <= EXAMPLES:
                distinct, first = _values(column)
            found[place] = PlainNumbers(blank, integer, point, thousands, distinct, first)
    return found


def _may_be_number(text: str) -> bool:
    """Whether a cell of digits, signs, points and exponents is blank or a number."""
    try:
        float(text or "0")
    except ValueError:
        return False
    return True


def _first_rows_of(columns: int, rows: int) -> NDArray[np.int64]:
    """Where the first cells of each column stand; one comes several times where there are few."""
    first: NDArray[np.int64] = np.minimum(np.arange(EXAMPLES), rows - 1)
    return (np.arange(columns)[:, None] * rows + first).ravel()


def _values(column: pa.StringArray) -> tuple[int, tuple[str, ...]]:
    """How many different values are not blank, and the first of them."""
    different = column.unique()
    blank = pc.any(pc.equal(different, "")).as_py()
    first = [text for text in different.slice(0, EXAMPLES + 1).to_pylist() if text]
    return len(different) - blank, tuple(first[:EXAMPLES])


def _keys(
    symbols: NDArray[np.uint8], offsets: NDArray[np.int32], lengths: NDArray[np.int32]
) -> NDArray[np.uint64]:
    """A number for each text of symbols, its digits to the base 16: differs where their first 16 do."""
    padded = np.concatenate((symbols, np.zeros(_LONGEST_KEY, dtype=np.uint8)))
    keys = _packed(padded, offsets[:-1], lengths)
    long = np.flatnonzero(lengths > _WORD)
    if len(long):
        keys[long] |= _packed(padded, offsets[long] + _WORD, lengths[long] - _WORD) << np.uint64(32)
    return keys


def _different(keys: NDArray[np.uint64], lengths: NDArray[np.int32], rows: int) -> NDArray[np.int64]:
    """How many different texts each column has, blank ones aside; `_UNKNOWN` where they are long."""
    in_order = np.sort(keys.reshape(-1, rows), axis=1)
    different = 1 + np.count_nonzero(in_order[:, 1:] != in_order[:, :-1], axis=1) - (in_order[:, 0] == 0)
    too_long = (lengths > _LONGEST_KEY).reshape(-1, rows).any(axis=1)
    return np.where(too_long, _UNKNOWN, different)


def _packed(
    symbols: NDArray[np.uint8], starts: NDArray[np.int32], lengths: NDArray[np.int32]
) -> NDArray[np.uint64]:
    """The first eight symbols of each text, four bits each."""
    words = np.ndarray(len(symbols) - _WORD + 1, "<u8", symbols, strides=(1,))[starts]
    unused = np.uint64(8) * (_WORD - np.minimum(lengths, _WORD)).astype(np.uint64)
    words = np.where(lengths > 0, words << unused >> unused, np.uint64(0))
    for bits, mask in _HALVES:
        words = (words | words >> bits) & mask
    return words


def _of_columns(marked: NDArray[np.bool_], offsets: NDArray[np.int32], rows: int) -> NDArray[np.int64]:
    """How many bytes of each column are marked."""
    ends = offsets[rows::rows]
    if not marked.any():
        return np.zeros(len(ends), dtype=np.int64)
    starts = np.concatenate(([0], ends[:-1]))
    counts = [np.count_nonzero(marked[start:end]) for start, end in zip(starts, ends, strict=True)]
    return np.array(counts, dtype=np.int64)


def _are_numbers(cells: pa.StringArray, rows: int) -> NDArray[np.bool_]:
    """Whether all cells of each column are null or read as a number; halves are tried where not all do."""
    columns = len(cells) // rows
    if (numbers := _reads_as_numbers(cells)) or columns == 1:
        return np.full(columns, numbers)
    half = columns // 2 * rows
    return np.concatenate((_are_numbers(cells[:half], rows), _are_numbers(cells[half:], rows)))


def _reads_as_numbers(cells: pa.StringArray) -> bool:
    try:
        cells.cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _with_mark(symbols: NDArray[np.uint8], offsets: NDArray[np.int32], rows: int) -> NDArray[np.int64]:
    """How many cells of each column of numbers have a point or an exponent; one point at most."""
    exponents = (symbols == _SMALL_E) | (symbols == _LARGE_E)
    if not exponents.any():
        return _of_columns(symbols == _POINT, offsets, rows)
    before = np.concatenate(([0], np.cumsum((symbols == _POINT) | exponents, dtype=np.int32)))
    marked: NDArray[np.bool_] = before[offsets[1:]] > before[offsets[:-1]]
    counts: NDArray[np.int64] = marked.reshape(-1, rows).sum(axis=1)
    return counts


def _like_thousands(keys: NDArray[np.uint64], lengths: NDArray[np.int32], rows: int) -> NDArray[np.int64]:
    """How many cells of each column of numbers are such as 1.234: 1 to 3 digits that begin with no zero."""
    cell = np.flatnonzero((lengths >= _SHORTEST_GROUPED) & (lengths <= _LONGEST_GROUPED))
    before = lengths[cell] - _THREE_DIGITS
    marked = (keys[cell] >> (4 * before).astype(np.uint64) & _SYMBOL) == _POINT
    cell, before = cell[marked], before[marked]
    key = keys[cell]
    signed = (key & _SYMBOL) == _MINUS
    digits = before - signed
    first = np.where(signed, key >> np.uint64(4), key) & _SYMBOL
    found = (digits >= 1) & (digits <= _MOST_BEFORE) & (first != _ZERO)
    return np.bincount(cell[found] // rows, minlength=len(keys) // rows)
