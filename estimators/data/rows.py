"""The rows of a table: which can be used, and what became of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.data.labels import encode_labels, is_missing_object, unmasked
from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MISSING_WORDS = frozenset({"", "na", "n/a", "nan", "null", ".", "-"})
"""What stands for a missing outcome in text, after trimming, in lower case."""


@dataclass(frozen=True)
class DroppedRows:
    """Rows that were left out, each counted once under one cause; the group is looked at first."""

    missing_outcome: int = 0
    missing_group: int = 0
    not_a_number: int = 0
    not_finite: int = 0

    @property
    def total(self) -> int:
        """All rows left out."""
        return self.missing_outcome + self.missing_group + self.not_a_number + self.not_finite

    def __add__(self, other: DroppedRows) -> DroppedRows:
        return DroppedRows(
            self.missing_outcome + other.missing_outcome,
            self.missing_group + other.missing_group,
            self.not_a_number + other.not_a_number,
            self.not_finite + other.not_finite,
        )


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows in use: ``group (N,)`` indexes ``GroupData.labels``; ``outcome (N,)`` in its own units."""

    group: NDArray[np.int64]
    outcome: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class UsableRows:
    """Finite outcomes ``(N,)``, their codes ``(N,)`` into the labels, and what was left out on the way."""

    outcome: NDArray[np.float64]
    codes: NDArray[np.int64]
    labels: list[str]
    dropped: DroppedRows
    rows_read: int
    low: float
    high: float


def usable_rows(outcome: ArrayLike, group: ArrayLike) -> UsableRows:
    """Leave out the rows without a finite outcome or a label, and count them by cause.

    Raises:
        DataError: lengths differ, more than one column, or an outcome that holds no numbers.

    """
    y, unreadable = read_outcome(outcome)
    codes, labels = encode_labels(group)
    if len(y) != len(codes):
        raise DataError(f"{len(y)} outcomes and {len(codes)} group labels: give one label for each outcome")
    read = len(y)
    dropped = DroppedRows()
    low, high = _extremes(y)
    if read and not (np.isfinite(low) and np.isfinite(high) and codes.min() >= 0):
        finite, grouped = np.isfinite(y), codes >= 0
        not_a_number = grouped & unreadable if unreadable is not None else np.zeros(read, dtype=np.bool_)
        dropped = DroppedRows(
            missing_outcome=int((grouped & np.isnan(y) & ~not_a_number).sum()),
            missing_group=int(read - grouped.sum()),
            not_a_number=int(not_a_number.sum()),
            not_finite=int((grouped & np.isinf(y)).sum()),
        )
        keep = grouped & finite
        y, codes = y[keep], codes[keep]
        low, high = _extremes(y)
    return UsableRows(y, codes, labels, dropped, read, low, high)


def _extremes(y: NDArray[np.float64]) -> tuple[float, float]:
    """Smallest and largest; NaN if there is one among them, infinite if there is no number."""
    return (float(y.min()), float(y.max())) if len(y) else (np.inf, -np.inf)


def read_outcome(outcome: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_] | None]:
    """Numbers ``(N,)``, NaN where missing or unreadable; for text also what was neither number nor missing.

    Raises:
        DataError: not one column, or dates, durations or complex numbers.

    """
    given = unmasked(outcome) if isinstance(outcome, np.ma.MaskedArray) else outcome
    values: NDArray[Any] = np.asarray(given)
    if values.ndim != 1:
        raise DataError(f"the outcome has {values.ndim} dimensions: give one column")
    if values.dtype.kind in "fiub":
        with np.errstate(over="ignore"):  # a longer float past double range becomes infinite, and is counted
            return values.astype(np.float64, copy=False), None
    if values.dtype.kind not in "OUST":
        raise DataError(f"the outcome holds {values.dtype} values: give numbers")
    numbers = np.full(len(values), np.nan)
    unreadable = np.zeros(len(values), dtype=np.bool_)
    for i, value in enumerate(values.tolist()):
        try:
            numbers[i] = float(value)
        except OverflowError:
            numbers[i] = np.inf
        except (TypeError, ValueError):
            unreadable[i] = not is_missing(value)
        else:
            unreadable[i] = isinstance(value, str) and "_" in value
    numbers[unreadable] = np.nan
    return numbers, unreadable


def is_missing(value: object) -> bool:
    """Whether an outcome cell holds nothing: None, NaN, NA, or one of MISSING_WORDS."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if isinstance(value, str):
        return value.strip().lower() in MISSING_WORDS
    return is_missing_object(value)


def no_usable_row(read: int, dropped: DroppedRows) -> DataError:
    """What to say when nothing is left."""
    if read == 0:
        return DataError("there is no row to look at")
    return DataError(
        f"none of the {read} rows can be used: {dropped.missing_group} without a group, "
        f"{dropped.missing_outcome} without an outcome, {dropped.not_a_number} not a number, "
        f"{dropped.not_finite} not finite"
    )
