"""Columns of cells of any type, as workbooks and JSON hold them, to Arrow columns of one type each.

A column of numbers stays one of exact doubles, or of whole numbers; dates stay dates. Where text stands among
them the column becomes text, so that its numbers are read as those of a text file are.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXACT_WHOLE = 2**53
"""Up to here a double holds every whole number."""
_MOMENT = pa.timestamp("us")
_LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")
_COMMA_LIKE_THOUSANDS = re.compile(r"\s*[+-]?[1-9]\d{0,2},\d{3}\s*")


class MixedColumn:
    """One column that grows by batches of cells; None and empty text are blank."""

    def __init__(self) -> None:
        self._chunks: list[pa.Array] = []

    def append(self, cells: Sequence[object]) -> None:
        """Add cells at the end."""
        self._chunks.append(_array([None if cell == "" else cell for cell in cells]))

    def array(self) -> pa.ChunkedArray:
        """The whole column, of one type."""
        kinds = {chunk.type for chunk in self._chunks} - {pa.null()}
        if not kinds:
            return pa.chunked_array([chunk.cast(pa.string()) for chunk in self._chunks], pa.string())
        if kinds <= {pa.int64(), pa.float64()}:
            return _numbers(self._chunks)
        if kinds <= {pa.date32(), _MOMENT}:
            kind = _MOMENT if len(kinds) > 1 else kinds.pop()
            return pa.chunked_array([chunk.cast(kind) for chunk in self._chunks], kind)
        if len(kinds) == 1 and pa.bool_() in kinds:
            return pa.chunked_array([chunk.cast(pa.bool_()) for chunk in self._chunks], pa.bool_())
        return _texts(self._chunks)


def cell_text(cell: object) -> str:
    """A cell as the text that a person would write: 4 for 4.0, dates in ISO form, TRUE and FALSE."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT_WHOLE else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, (dt.date, dt.time)) else str(cell)


def _array(cells: list[object]) -> pa.Array:
    """One batch, of the narrowest type that holds all of its cells."""
    types = set(map(type, cells)) - {type(None)}
    kind = _type_of(types, cells)
    if kind == _MOMENT:
        return pa.array([_moment(cell) for cell in cells], kind)
    if kind == pa.string() and types != {str}:
        commas = _has_decimal_commas(cells)
        return pa.array([None if cell is None else _beside_text(cell, commas) for cell in cells], kind)
    return pa.array(cells, kind)


def _beside_text(cell: object, commas: bool) -> str:
    text = cell_text(cell)
    return text.replace(".", ",") if commas and isinstance(cell, float) else text


def _type_of(types: set[type], cells: list[object]) -> pa.DataType:
    if types <= {int, float}:
        largest = max((abs(c) for c in cells if type(c) is int), default=0)
        if types == {int} and largest < 2**63:
            return pa.int64()
        if not types or largest <= EXACT_WHOLE:
            return pa.float64() if types else pa.null()
    for group, kind in ({bool}, pa.bool_()), ({dt.date}, pa.date32()), ({dt.date, dt.datetime}, _MOMENT):
        if types <= group:
            return kind
    return pa.string()


def _moment(cell: object) -> object:
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        return dt.datetime.combine(cell, dt.time())
    return cell


def _numbers(chunks: list[pa.Array]) -> pa.ChunkedArray:
    """Doubles, or whole numbers where every one is whole and exact."""
    if all(_is_whole(chunk) for chunk in chunks):
        return pa.chunked_array([chunk.cast(pa.int64()) for chunk in chunks], pa.int64())
    if any(chunk.type == pa.int64() and _largest(chunk) > EXACT_WHOLE for chunk in chunks):
        return _texts(chunks)
    return pa.chunked_array([chunk.cast(pa.float64()) for chunk in chunks], pa.float64())


def _is_whole(chunk: pa.Array) -> bool:
    if chunk.type != pa.float64():
        return True
    whole = pc.and_(pc.equal(chunk, pc.trunc(chunk)), pc.less(pc.abs(chunk), EXACT_WHOLE))
    return pc.all(whole, min_count=0).as_py() is True


def _largest(chunk: pa.Array) -> int:
    ends: dict[str, int | None] = pc.min_max(chunk).as_py()
    return max(abs(end or 0) for end in ends.values())


def _texts(chunks: list[pa.Array]) -> pa.ChunkedArray:
    """Everything as text; 1.234 as 1.2340 beside commas, where it might be taken for one thousand.

    Beside text that all has decimal commas numbers have them too.
    """
    with_commas = any(
        pa.types.is_string(chunk.type) and pc.any(pc.match_substring(chunk, ",")).as_py() for chunk in chunks
    )
    decimal_commas = with_commas and _has_decimal_commas(
        cell for chunk in chunks if pa.types.is_string(chunk.type) for cell in chunk.to_pylist()
    )
    made = []
    for chunk in chunks:
        if pa.types.is_string(chunk.type):
            made.append(chunk)
            continue
        texts = [None if cell is None else cell_text(cell) for cell in chunk.to_pylist()]
        if decimal_commas:
            texts = [None if t is None else t.replace(".", ",") for t in texts]
        elif with_commas:
            texts = [t + "0" if t is not None and _LIKE_THOUSANDS.fullmatch(t) else t for t in texts]
        made.append(pa.array(texts, pa.string()))
    return pa.chunked_array(made, pa.string())


def _has_decimal_commas(cells: Iterable[object]) -> bool:
    """Whether all text with a mark is a number with a comma, some of which cannot set thousands apart."""
    marked = [cell for cell in cells if isinstance(cell, str) and ("," in cell or "." in cell)]
    whole = all(map(_DECIMAL_COMMA.fullmatch, marked))
    return whole and not all(map(_COMMA_LIKE_THOUSANDS.fullmatch, marked))
