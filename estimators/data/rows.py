"""The rows of a table: which can be used, and what became of the others."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.data.labels import encode_labels, is_missing_object, unmasked
from estimators.data.left_out import EXAMPLES, LeftOut, first_examples, sentences
from estimators.data.notation import LARGEST_EXACT
from estimators.data.texts import FOUND, NumberFormat, ReadCells, inexact, read_cells, without_codes
from estimators.data.two_words import refuse_event
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from estimators.data.covariates import Term
    from estimators.data.notation import Notation


@dataclass(frozen=True)
class DroppedRows:
    """Rows that were left out, each counted once under one cause; the group is looked at first."""

    missing_outcome: int = 0
    missing_group: int = 0
    not_a_number: int = 0
    not_finite: int = 0
    missing_covariate: int = 0
    missing_weight: int = 0
    zero_weight: int = 0

    @property
    def total(self) -> int:
        """All rows left out."""
        return sum(self.by_cause.values())

    @property
    def by_cause(self) -> dict[str, int]:
        """Rows by cause, in the order in which a row is looked at but for the group, which comes first."""
        return asdict(self)

    def __add__(self, other: DroppedRows) -> DroppedRows:
        more = other.by_cause
        return DroppedRows(**{cause: rows + more[cause] for cause, rows in self.by_cause.items()})


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows in use: ``group (N,)`` indexes ``GroupData.labels``; ``outcome (N,)`` in its own units."""

    group: NDArray[np.int64]
    outcome: NDArray[np.float64]
    terms: tuple[Term, ...] = ()
    """(P,) what the covariates are in these rows, in the order of ``GroupData.covariates.terms``."""
    weight: NDArray[np.float64] | None = None
    """(N,) those of ``GroupData.weights``; None where rows have none."""


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
    notation: Notation | None = None
    """How the outcome is written where it is text."""
    left_out: tuple[LeftOut, ...] = ()
    unused_labels: tuple[str, ...] = ()
    """Labels without a usable row."""
    kept: NDArray[np.int64] | None = None
    """(N,) places of the rows in use among all that were read; None: all of them."""

    def without(self, causes: Mapping[str, NDArray[np.bool_]], cell: Callable[[str, int], str]) -> UsableRows:
        """The rows but those that have one of the causes ``(N,)``, counted under the first that they have.

        ``cell`` says of a cause and a row what is wrong with it.
        """
        left, found = np.ones(len(self.outcome), dtype=np.bool_), []
        dropped = self.dropped
        for cause, places in causes.items():
            rows = np.flatnonzero(left & places)
            left[rows] = False
            dropped += DroppedRows(**{cause: len(rows)})
            lines = rows if self.kept is None else self.kept[rows]
            some = zip(lines[:EXAMPLES].tolist(), rows[:EXAMPLES].tolist(), strict=True)
            cells = [(line + 1, cell(cause, row)) for line, row in some]
            found.append(LeftOut(cause, len(rows), first_examples(cells)))
        if left.all():
            return self
        before = np.bincount(self.codes, minlength=len(self.labels)) > 0
        after = np.bincount(self.codes[left], minlength=len(self.labels)) > 0
        gone = (label for label, lost in zip(self.labels, before & ~after, strict=True) if lost)
        y = self.outcome[left]
        return replace(
            self,
            outcome=y,
            codes=self.codes[left],
            dropped=dropped,
            left_out=(*self.left_out, *found),
            unused_labels=tuple(sorted({*self.unused_labels, *gone})),
            low=_extremes(y)[0],
            high=_extremes(y)[1],
            kept=np.flatnonzero(left) if self.kept is None else self.kept[left],
        )


def usable_rows(outcome: ArrayLike, group: ArrayLike, given: NumberFormat = FOUND) -> UsableRows:
    """Leave out the rows without a finite outcome or a label, and count them by cause.

    Raises:
        DataError: lengths differ, more than one column, or an outcome that holds no numbers or whole numbers
            that a double would round.

    """
    values, read_in = outcome_cells(outcome, given)
    y, unreadable = read_in.numbers, read_in.unreadable
    codes, labels = encode_labels(group)
    if len(y) != len(codes):
        raise DataError(f"{len(y)} outcomes and {len(codes)} group labels: give one label for each outcome")
    rows = UsableRows(y, codes, labels, DroppedRows(), len(y), *_extremes(y), notation=read_in.notation)
    if not rows.rows_read or (np.isfinite(rows.low) and np.isfinite(rows.high) and codes.min() >= 0):
        return rows
    finite, grouped = np.isfinite(y), codes >= 0
    not_a_number = grouped & unreadable if unreadable is not None else np.zeros(len(y), dtype=np.bool_)
    causes = {
        "missing_outcome": grouped & np.isnan(y) & ~not_a_number,
        "missing_group": ~grouped,
        "not_a_number": not_a_number,
        "not_finite": grouped & np.isinf(y),
    }
    keep = grouped & finite
    used = np.bincount(codes[keep], minlength=len(labels)) > 0
    return replace(
        rows,
        outcome=y[keep],
        codes=codes[keep],
        kept=np.flatnonzero(keep),
        dropped=DroppedRows(**{cause: int(places.sum()) for cause, places in causes.items()}),
        left_out=tuple(_left_out(cause, np.flatnonzero(places), values) for cause, places in causes.items()),
        unused_labels=tuple(sorted(label for label, some in zip(labels, used, strict=True) if not some)),
        low=_extremes(y[keep])[0],
        high=_extremes(y[keep])[1],
    )


def _left_out(cause: str, places: NDArray[np.int64], values: NDArray[Any]) -> LeftOut:
    cells = ((i + 1, _cell_text(values[i])) for i in places.tolist())
    blank = cause == "missing_group"
    return LeftOut(cause, len(places), first_examples(((row, "") for row, _ in cells) if blank else cells))


def _cell_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return "" if is_missing_object(value) else str(value)


def _extremes(y: NDArray[np.float64]) -> tuple[float, float]:
    """Smallest and largest; NaN if there is one among them, infinite if there is no number."""
    return (float(y.min()), float(y.max())) if len(y) else (np.inf, -np.inf)


def outcome_cells(outcome: ArrayLike, given: NumberFormat = FOUND) -> tuple[NDArray[Any], ReadCells]:
    """The cells ``(N,)`` of an outcome as they were given, and what they are as numbers.

    Raises:
        DataError: not one column; dates, durations or complex numbers; whole numbers that would be rounded.

    """
    cells = unmasked(outcome) if isinstance(outcome, np.ma.MaskedArray) else outcome
    values: NDArray[Any] = np.asarray(cells)
    if values.ndim != 1:
        raise DataError(f"the outcome has {values.ndim} dimensions: give one column")
    if values.dtype.kind in "fiub":
        refuse_event(given.event)
        if values.dtype.kind in "iu" and values.dtype.itemsize == 8 and len(values):
            refuse_inexact(int(values.min()), int(values.max()))
        with np.errstate(over="ignore"):  # a longer float past double range becomes infinite, and is counted
            numbers = values.astype(np.float64, copy=False)
        return values, ReadCells(without_codes(numbers, given), None)
    if values.dtype.kind not in "OUST":
        raise DataError(f"the outcome holds {values.dtype} values: give numbers")
    return values, read_cells(values.tolist(), given)


def refuse_inexact(low: int, high: int) -> None:
    """Raise where whole numbers between two go beyond what a double holds exactly."""
    for end in (high, low):
        if abs(end) >= LARGEST_EXACT:
            raise inexact(str(end))


def no_usable_row(
    read: int, dropped: DroppedRows, left_out: Iterable[LeftOut] = (), noun: str = "row"
) -> DataError:
    """What to say when nothing is left."""
    examples = "".join(f"; {sentence}" for sentence in sentences(left_out, noun))
    if read == 0:
        return DataError(f"there is no row to look at{examples}")
    words = {
        "missing_covariate": "without a covariate",
        "missing_weight": "without a weight",
        "zero_weight": "of weight 0",
    }
    more = "".join(
        f", {dropped.by_cause[cause]} {text}" for cause, text in words.items() if dropped.by_cause[cause]
    )
    return DataError(
        f"none of the {read} rows can be used: {dropped.missing_group} without a group, "
        f"{dropped.missing_outcome} without an outcome, {dropped.not_a_number} not a number, "
        f"{dropped.not_finite} not finite{more}{examples}"
    )
