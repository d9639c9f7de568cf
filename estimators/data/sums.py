"""Rows to group summaries, in memory: sums around the origin by group.

Means and sums of squares are taken twice: around the origin, then around the first result, whose rounding
error the second pass removes (the corrected two-pass algorithm; Chan, Golub and LeVeque 1983, The American
Statistician 37, 242-247).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.labels import recode, text_order
from estimators.data.left_out import merged
from estimators.data.notation import PLAIN
from estimators.data.rows import DroppedRows, Rows, UsableRows, no_usable_row, usable_rows
from estimators.data.running_sums import CodedSums, RunningSums
from estimators.data.texts import FOUND, NumberFormat
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import ArrayLike, NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.left_out import LeftOut
    from estimators.data.notation import Notation
    from estimators.data.weights import RowWeights

EPS = float(np.finfo(np.float64).eps)
NARROWEST_RANGE = 1e-145
_IN_PIECES = NumberFormat(notation=PLAIN)
"""One piece of a column cannot tell how the others are written."""
BLOCK_ROOTS = 8
"""Rows are summed in blocks of so many times the root of their number, which fit the processor's cache."""


@dataclass(frozen=True, eq=False)
class GroupSums(CodedSums):
    """Sums by group around a given origin, for the groups of one piece of the rows; sorted by label."""

    labels: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Reduction:
    """What is left of the rows: their sums by group around ``origin``, the counts, and a way back to them."""

    sums: GroupSums
    origin: float
    rows_read: int
    dropped: DroppedRows
    read_rows: Callable[[], Rows] | None = None
    notation: Notation | None = None
    left_out: tuple[LeftOut, ...] = ()
    unused_labels: tuple[str, ...] = ()
    weights: RowWeights | None = None
    covariates: Covariates | None = None

    @property
    def constant(self) -> NDArray[np.bool_]:
        """(J,) whether all rows of the group are equal."""
        return np.asarray(self.sums.low == self.sums.high, dtype=np.bool_)


def reduce_arrays(outcome: ArrayLike, group: ArrayLike, given: NumberFormat = FOUND) -> Reduction:
    """See :meth:`GroupData.from_arrays`."""
    return reduce_rows(usable_rows(outcome, group, given))


def reduce_rows(rows: UsableRows) -> Reduction:
    """Sums by group of rows that were looked through; raises DataError where there are none or too wide."""
    if len(rows.outcome) == 0:
        raise no_usable_row(rows.rows_read, rows.dropped, rows.left_out)
    check_range(rows.low, rows.high, len(rows.outcome))
    origin = midrange(rows.low, rows.high)
    sums = sums_by_group(rows, origin)

    def read_rows() -> Rows:
        index = recode(rows.codes, rows.labels, sums.labels)
        return Rows(group=frozen_array(index, np.int64), outcome=frozen_array(rows.outcome))

    return Reduction(
        sums,
        origin,
        rows.rows_read,
        rows.dropped,
        read_rows,
        rows.notation,
        rows.left_out,
        rows.unused_labels,
    )


def reduce_chunks(chunks: Iterable[tuple[ArrayLike, ArrayLike]]) -> Reduction:
    """See :meth:`GroupData.from_chunks`."""
    origin: float | None = None
    sums = RunningSums()
    place: dict[str, int] = {}
    dropped, read, used = DroppedRows(), 0, 0
    left_out: tuple[LeftOut, ...] = ()
    seen: dict[str, None] = {}
    low, high = np.inf, -np.inf
    for outcome, group in chunks:
        rows = usable_rows(outcome, group, _IN_PIECES)
        left_out = merged(left_out, rows.left_out, read)
        seen.update(dict.fromkeys(rows.unused_labels))
        dropped, read, used = dropped + rows.dropped, read + rows.rows_read, used + len(rows.outcome)
        if len(rows.outcome) == 0:
            continue
        low, high = min(low, rows.low), max(high, rows.high)
        check_range(low, high, used, all_seen=False)
        if origin is None:
            origin = midrange(rows.low, rows.high)
        places = [place.setdefault(label, len(place)) for label in rows.labels]
        sums.add(np.array(places, dtype=np.int64), sums_by_code(rows, origin))
    if origin is None:
        raise no_usable_row(read, dropped, left_out)
    check_range(low, high, used)
    middle = midrange(low, high)
    found = in_text_order(list(place), sums.around(middle - origin), middle)
    unused = tuple(sorted(seen.keys() - set(found.labels)))
    return Reduction(found, middle, read, dropped, None, PLAIN, left_out, unused)


def reduce_code_chunks(
    chunks: Iterable[tuple[NDArray[np.float64], NDArray[np.int64]]], labels: list[str]
) -> Reduction:
    """See :meth:`GroupData.from_code_chunks`."""
    origin: float | None = None
    sums = RunningSums()
    used, low, high = 0, np.inf, -np.inf
    for outcome, codes in chunks:
        if len(outcome) == 0:
            continue
        used, first, last = used + len(outcome), float(outcome.min()), float(outcome.max())
        low, high = min(low, first), max(high, last)
        check_range(low, high, used, all_seen=False)
        origin = midrange(first, last) if origin is None else origin
        rows = UsableRows(outcome, codes, labels, DroppedRows(), len(outcome), first, last)
        sums.add(np.arange(len(labels)), sums_by_code(rows, origin))
    if origin is None:
        raise no_usable_row(0, DroppedRows())
    check_range(low, high, used)
    middle = midrange(low, high)
    return Reduction(in_text_order(labels, sums.around(middle - origin), middle), middle, used, DroppedRows())


def sums_by_group(rows: UsableRows, origin: float) -> GroupSums:
    """Sums by group around ``origin``; labels without a usable row are left out."""
    return in_text_order(rows.labels, sums_by_code(rows, origin), origin)


def in_text_order(labels: list[str], sums: CodedSums, origin: float) -> GroupSums:
    """Sums by code as sums by label, in the order of the labels; codes without a row are left out."""
    names = np.empty(len(labels), dtype=object)
    names[:] = labels
    used = np.flatnonzero(sums.n)
    used = used[text_order(labels if len(used) == len(labels) else names[used].tolist())]
    found = GroupSums(labels=names[used], **{name: values[used] for name, values in vars(sums).items()})
    return exact_where_constant(found, origin)


def sums_by_code(rows: UsableRows, origin: float) -> CodedSums:
    """Sums around ``origin`` by code, ``(groups,)``; no row makes 0 of them."""
    y, codes, groups = rows.outcome, rows.codes, len(rows.labels)
    n = np.bincount(codes, minlength=groups)
    some = np.maximum(n, 1)
    total, rest_total, squares = np.zeros(groups), np.zeros(groups), np.zeros(groups)
    for block in _blocks(len(y)):
        _add(total, codes[block], y[block] - origin)
    rough = total / some
    for block in _blocks(len(y)):
        of = codes[block]
        rest = y[block] - origin
        rest -= rough[of]
        _add(rest_total, of, rest)
        _add(squares, of, np.square(rest, out=rest))
    shift = rest_total / some
    low, high = _bounds(rows, (n > 0) & (squares <= _rounding(n, max(rows.high - origin, origin - rows.low))))
    return CodedSums(
        n=n,
        centered_mean=rough + shift,
        ss_within=np.maximum(squares - n * np.square(shift), 0.0),
        low=low,
        high=high,
    )


def _rounding(n: NDArray[np.int64], reach: float) -> NDArray[np.float64]:
    """The most that rounding makes of the squares of ``n`` equal rows within ``reach`` of the origin."""
    return np.asarray(n * np.square(2.0 * EPS * reach * n), dtype=np.float64)


def _bounds(rows: UsableRows, narrow: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The extremes ``(groups,)`` of the groups that may be constant, those of all rows for the others."""
    low, high = np.where(narrow, np.inf, rows.low), np.where(narrow, -np.inf, rows.high)
    if narrow.any():
        at = np.flatnonzero(narrow[rows.codes])
        np.minimum.at(low, rows.codes[at], rows.outcome[at])
        np.maximum.at(high, rows.codes[at], rows.outcome[at])
    return low, high


def _blocks(rows: int) -> Iterator[slice]:
    size = BLOCK_ROOTS * isqrt(rows) + 1
    return (slice(start, start + size) for start in range(0, rows, size))


def _add(sums: NDArray[np.float64], of: NDArray[np.int64], values: NDArray[np.float64]) -> None:
    """Add a block's values to the sums of their groups.

    Where groups are few, and so have many rows, the block is summed on its own first: rounding then grows
    with the root of the rows only (Higham 1993, SIAM J. Sci. Comput. 14, 783-799).
    """
    if 4 * len(sums) <= len(of):
        sums += np.bincount(of, values, minlength=len(sums))
    else:
        np.add.at(sums, of, values)


def exact_where_constant(sums: GroupSums, origin: float) -> GroupSums:
    """The sums without rounding where all rows of a group are equal."""
    constant = sums.low == sums.high
    return replace(
        sums,
        centered_mean=np.where(constant, sums.low - origin, sums.centered_mean),
        ss_within=np.where(constant, 0.0, sums.ss_within),
    )


def check_range(low: float, high: float, rows: int, *, all_seen: bool = True) -> None:
    """Refuse an outcome whose sums of squares would not fit a double; too narrow only when ``all_seen``.

    Raises:
        DataError: with what to do about it.

    """
    extent = high / 2 - low / 2
    too_wide = not np.isfinite(4.0 * rows * extent * extent)
    if too_wide or (all_seen and 0 < extent < NARROWEST_RANGE):
        raise DataError(
            f"the outcome runs from {low:g} to {high:g}, and sums of squares of that do not fit a double: "
            f"{'divide' if too_wide else 'multiply'} it by a constant first"
        )


def midrange(low: float, high: float) -> float:
    """Half way between two numbers: near the data, the same in every engine and for any order of the rows."""
    return float(low / 2 + high / 2) if low != high else float(low)
