"""Rows to group summaries, in memory: labels to codes, then sums around the origin by group.

Means and sums of squares are taken twice: around the origin, then around the first result, whose rounding error the
second pass removes (the corrected two-pass algorithm; Chan, Golub and LeVeque 1983, The American Statistician 37).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.errors import DataError
from estimators.groups import DroppedRows, GroupData, Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

MISSING_WORDS = frozenset({"", "na", "n/a", "nan", "null", ".", "-"})
"""What stands for a missing outcome in text, after trimming, in lower case."""

WIDEST_RANGE, NARROWEST_RANGE = 1e153, 1e-145


@dataclass(frozen=True, eq=False)
class GroupSums:
    """Sums by group around a given origin, for the groups of one piece of the rows; sorted by label."""

    labels: NDArray[np.object_]
    n: NDArray[np.int64]
    centered_mean: NDArray[np.float64]
    ss_within: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def reduce_arrays(outcome: ArrayLike, group: ArrayLike) -> GroupData:
    """See :meth:`GroupData.from_arrays`."""
    y, codes, labels, dropped, read = usable_rows(outcome, group)
    if len(y) == 0:
        raise no_usable_row(read, dropped)
    origin = midrange(y.min(), y.max())
    sums = sums_by_group(y, codes, labels, origin)
    data = as_group_data(sums, origin=origin, rows_read=read, dropped=dropped)
    used = np.flatnonzero(np.bincount(codes, minlength=len(labels)))
    index = np.zeros(len(labels), dtype=np.int64)
    index[used] = np.arange(len(used))

    def read_rows() -> Rows:
        return Rows(group=_locked(index[codes]), outcome=_locked(y.copy()))

    return data.with_rows(read_rows)


def reduce_chunks(chunks: Iterable[tuple[ArrayLike, ArrayLike]]) -> GroupData:
    """See :meth:`GroupData.from_chunks`."""
    origin: float | None = None
    sums: GroupSums | None = None
    dropped, read = DroppedRows(), 0
    for outcome, group in chunks:
        y, codes, labels, dropped_here, read_here = usable_rows(outcome, group)
        dropped, read = dropped + dropped_here, read + read_here
        if len(y) == 0:
            continue
        if origin is None:
            origin = midrange(y.min(), y.max())
        piece = sums_by_group(y, codes, labels, origin)
        sums = piece if sums is None else merge(sums, piece)
    if sums is None or origin is None:
        raise no_usable_row(read, dropped)
    return as_group_data(sums, origin=origin, rows_read=read, dropped=dropped)


def usable_rows(
    outcome: ArrayLike, group: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.int64], list[str], DroppedRows, int]:
    """Outcomes and label codes of the usable rows, the labels that the codes index, what was dropped, rows read."""
    y, unreadable = read_outcome(outcome)
    codes, labels = encode_labels(group)
    if len(y) != len(codes):
        raise DataError(f"{len(y)} outcomes and {len(codes)} group labels: give one label for each outcome")
    finite = np.isfinite(y)
    if finite.all() and (codes >= 0).all():
        return y, codes, labels, DroppedRows(), len(y)
    grouped = codes >= 0
    not_a_number = grouped & unreadable if unreadable is not None else np.zeros(len(y), dtype=np.bool_)
    infinite = grouped & np.isinf(y)
    missing = grouped & np.isnan(y) & ~not_a_number
    dropped = DroppedRows(
        missing_outcome=int(missing.sum()),
        missing_group=int(len(y) - grouped.sum()),
        not_a_number=int(not_a_number.sum()),
        not_finite=int(infinite.sum()),
    )
    keep = grouped & finite
    return y[keep], codes[keep], labels, dropped, len(y)


def read_outcome(outcome: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None]:
    """Numbers, NaN where missing or unreadable, and for text a mask ``(N,)`` of what was neither number nor missing."""
    values: NDArray[Any] = np.ma.filled(outcome, np.nan) if isinstance(outcome, np.ma.MaskedArray) else np.asarray(outcome)
    if values.ndim != 1:
        raise DataError(f"the outcome has {values.ndim} dimensions: give one column")
    if values.dtype.kind in "fiub":
        return values.astype(np.float64, copy=False), None
    if values.dtype.kind not in "OUST":
        raise DataError(f"the outcome holds {values.dtype} values: give numbers")
    numbers = np.full(len(values), np.nan)
    unreadable = np.zeros(len(values), dtype=np.bool_)
    for i, value in enumerate(values.tolist()):
        if is_missing(value):
            continue
        try:
            numbers[i] = float(value)
        except (TypeError, ValueError):
            unreadable[i] = True
        except OverflowError:
            numbers[i] = np.inf
        else:
            unreadable[i] = isinstance(value, str) and "_" in value
    numbers[unreadable] = np.nan
    return numbers, unreadable


def is_missing(value: object) -> bool:
    """Whether an outcome cell holds nothing: None, NaN, NA, or one of MISSING_WORDS."""
    if isinstance(value, str):
        return value.strip().lower() in MISSING_WORDS
    return value is None or value != value or type(value).__name__ in ("NAType", "NaTType")  # noqa: PLR0124 - NaN


def encode_labels(group: Any) -> tuple[NDArray[np.int64], list[str]]:  # noqa: ANN401 - arrays of any library
    """Codes ``(N,)`` into the labels, -1 where the label is missing or blank, and the labels as sorted text."""
    codes, values = _factorize(group)
    texts = [label_text(value) for value in values]
    named = sorted({text for text in texts if text is not None})
    if texts == named:
        return codes, named
    place = {text: i for i, text in enumerate(named)}
    lookup = np.array([-1 if text is None else place[text] for text in texts] + [-1], dtype=np.int64)
    return lookup[codes], named


def label_text(value: object) -> str | None:
    """A label as text; None where it is missing or blank. ``NA`` is a label like any other."""
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if value is None or value != value or type(value).__name__ in ("NAType", "NaTType"):  # noqa: PLR0124 - NaN
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="backslashreplace")
    return str(value.item() if isinstance(value, np.generic) else value)


def _factorize(group: Any) -> tuple[NDArray[np.int64], list[object]]:  # noqa: ANN401
    """Codes and distinct values, -1 for missing ones."""
    values = group if hasattr(group, "dtype") or hasattr(group, "dictionary_encode") else np.asarray(list(group), dtype=object)
    if hasattr(values, "dictionary_encode"):
        return _factorize_arrow(values)
    if getattr(values, "ndim", 1) != 1:
        raise DataError(f"the group has {values.ndim} dimensions: give one column")
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low <= max(4 * len(values), 1024) and high < 2**62 and low > -(2**62):
            shifted = values.astype(np.int64, copy=False) - low
            present = np.flatnonzero(np.bincount(shifted, minlength=high - low + 1))
            if len(present) == high - low + 1:
                return shifted, list((present + low).tolist())
            position = np.zeros(high - low + 1, dtype=np.int64)
            position[present] = np.arange(len(present))
            return position[shifted], list((present + low).tolist())
    if isinstance(values, np.ndarray) and values.dtype.kind in "USTm":
        values = values.astype(object)
    import pandas as pd

    codes, distinct = pd.factorize(values)
    return codes.astype(np.int64, copy=False), list(distinct)


def _factorize_arrow(values: Any) -> tuple[NDArray[np.int64], list[object]]:  # noqa: ANN401 - a pyarrow array
    encoded = values.dictionary_encode()
    if hasattr(encoded, "combine_chunks"):
        encoded = encoded.unify_dictionaries().combine_chunks()
        if hasattr(encoded, "chunks"):
            encoded = encoded.chunk(0) if encoded.num_chunks else values.type.wrap_array([]).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    return codes, encoded.dictionary.to_pylist()


def sums_by_group(y: NDArray[np.float64], codes: NDArray[np.int64], labels: list[str], origin: float) -> GroupSums:
    """Sums of finite outcomes by group around ``origin``; groups without a row are left out.

    Raises:
        DataError: the outcome's range is so wide or so narrow that its squares do not fit a double.
    """
    groups = len(labels)
    n = np.bincount(codes, minlength=groups)
    some = np.maximum(n, 1)
    z = y - origin
    rough = np.bincount(codes, z, minlength=groups) / some
    rest = z - rough[codes]
    shift = np.bincount(codes, rest, minlength=groups) / some
    ss = np.bincount(codes, np.square(rest, out=rest), minlength=groups) - n * np.square(shift)
    low, high = _extremes(y, codes, groups)
    used = n > 0
    names = np.empty(groups, dtype=object)
    names[:] = labels
    return _exact_where_constant(
        GroupSums(
            labels=names[used],
            n=n[used],
            centered_mean=(rough + shift)[used],
            ss_within=np.maximum(ss, 0.0)[used],
            low=low[used],
            high=high[used],
        ),
        origin,
    )


def _extremes(
    y: NDArray[np.float64], codes: NDArray[np.int64], groups: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = np.full(groups, np.inf), np.full(groups, -np.inf)
    np.minimum.at(low, codes, y)
    np.maximum.at(high, codes, y)
    return low, high


def _exact_where_constant(sums: GroupSums, origin: float) -> GroupSums:
    constant = sums.low == sums.high
    return GroupSums(
        labels=sums.labels,
        n=sums.n,
        centered_mean=np.where(constant, sums.low - origin, sums.centered_mean),
        ss_within=np.where(constant, 0.0, sums.ss_within),
        low=sums.low,
        high=sums.high,
    )


def merge(a: GroupSums, b: GroupSums) -> GroupSums:
    """The sums of two pieces of the rows around the same origin (Chan, Golub and LeVeque 1983)."""
    names = np.array(sorted({*a.labels, *b.labels}), dtype=object)
    place = {label: i for i, label in enumerate(names)}
    at_a = np.array([place[label] for label in a.labels], dtype=np.int64)
    at_b = np.array([place[label] for label in b.labels], dtype=np.int64)

    def spread(at: NDArray[np.int64], values: NDArray[Any], empty: float) -> NDArray[Any]:
        out = np.full(len(names), empty, dtype=values.dtype)
        out[at] = values
        return out

    n_a, n_b = spread(at_a, a.n, 0), spread(at_b, b.n, 0)
    mean_a, mean_b = spread(at_a, a.centered_mean, 0.0), spread(at_b, b.centered_mean, 0.0)
    n = n_a + n_b
    gap = np.where((n_a > 0) & (n_b > 0), mean_b - mean_a, 0.0)
    base = np.where(n_a > 0, mean_a, mean_b)
    return GroupSums(
        labels=names,
        n=n,
        centered_mean=base + gap * (n_b / n),
        ss_within=spread(at_a, a.ss_within, 0.0) + spread(at_b, b.ss_within, 0.0) + np.square(gap) * (n_a * (n_b / n)),
        low=np.minimum(spread(at_a, a.low, np.inf), spread(at_b, b.low, np.inf)),
        high=np.maximum(spread(at_a, a.high, -np.inf), spread(at_b, b.high, -np.inf)),
    )


def as_group_data(sums: GroupSums, *, origin: float, rows_read: int, dropped: DroppedRows) -> GroupData:
    """The finished summary.

    Raises:
        DataError: the outcome's range is so wide or so narrow that its squares do not fit a double.
    """
    sums = _exact_where_constant(sums, origin)
    low, high = float(sums.low.min()), float(sums.high.max())
    extent = high / 2 - low / 2
    if extent > WIDEST_RANGE or 0 < extent < NARROWEST_RANGE:
        verb = "divide" if extent > 1 else "multiply"
        raise DataError(
            f"the outcome runs from {low:g} to {high:g}, and squares of that do not fit a double: "
            f"{verb} it by a constant first"
        )
    return GroupData(
        labels=sums.labels,
        n=sums.n,
        origin=origin,
        centered_mean=sums.centered_mean,
        ss_within=sums.ss_within,
        constant=sums.low == sums.high,
        rows_read=rows_read,
        dropped=dropped,
    )


def midrange(low: float, high: float) -> float:
    """Half way between two numbers: near the data, the same in every engine and for every order of the rows."""
    return float(low / 2 + high / 2) if low != high else float(low)


def no_usable_row(read: int, dropped: DroppedRows) -> DataError:
    """What to say when nothing is left."""
    if read == 0:
        return DataError("there is no row to look at")
    return DataError(
        f"none of the {read} rows can be used: {dropped.missing_group} without a group, "
        f"{dropped.missing_outcome} without an outcome, {dropped.not_a_number} not a number, "
        f"{dropped.not_finite} not finite"
    )


def _locked(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array
