"""Covariates of rows and groups: columns to terms, and their summary by group.

A column of numbers is one term, of text too where every cell reads as one; any other, or one named as
categorical, is a term for each level but the first in sorted order (treatment contrasts), 1 in the rows of
the level and 0 in the others. Numbers may be a curve, of several terms.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.curves import Part, curve_of, refuse_unknown_shape
from estimators.data.labels import encode_labels, unmasked
from estimators.data.scaled import power_of_two
from estimators.data.summaries import LARGEST, SMALLEST
from estimators.data.texts import FOUND, NumberFormat, read_cells, without_codes
from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from estimators.data.curves import Curve

    Floats = NDArray[np.float64]

EPS = float(np.finfo(np.float64).eps)
INTERCEPT = "(Intercept)"
_STRAY = 0.2
"""Text among numbers is a slip up to this share of the cells: of codes such as 10+ there are more."""


@dataclass(frozen=True, eq=False)
class Covariates:
    """P terms, reduced to what a random or fixed intercept of each of J groups needs of them.

    Values of a term are counted from its ``origin`` in units of its ``unit``, a power of two, so that none
    is past 1 in size. Means by group and ``within`` are weighted where rows have weights of precision.
    """

    terms: tuple[str, ...]
    """(P,) a column of numbers, a part of its curve, or ``Column=level``."""
    of_column: tuple[str, ...]
    """(P,) the column that each is of."""
    of_group: NDArray[np.bool_]
    """(P,) whether the term explains the groups, so that each keeps its own value, or is adjusted for."""
    origin: Floats
    """(P,) in the term's units."""
    unit: Floats
    """(P,) in the term's units."""
    rounding: Floats
    """(P,) how coarse the term's values are by the rounding of the column's numbers, in units of ``unit``."""
    mean: Floats
    """(J, P) each group's mean."""
    row_mean: Floats
    """(P,) the plain mean of all rows; of published means, of all groups."""
    within: Floats
    """(P + 1, P + 1) upper triangular R: R'R are the sums of products of the rows' distances from their
    group's means, of the terms and, last, of the outcome, which is in its own units. 0 of published means."""
    references: Mapping[str, str]
    """Categorical column -> its first level, which has no term."""
    curves: Mapping[str, Curve] = field(default_factory=dict)
    """Column -> its curve, of those that are more than a straight line."""

    def __post_init__(self) -> None:
        for name in ("origin", "unit", "rounding", "mean", "row_mean", "within"):
            object.__setattr__(self, name, frozen_array(getattr(self, name)))
        object.__setattr__(self, "of_group", frozen_array(self.of_group, np.bool_))

    @property
    def explains_groups(self) -> bool:
        """Whether some term explains the groups, so that each has a centre of its own."""
        return bool(self.of_group.any())

    def columns(self, *, of_group: bool) -> list[str]:
        """The columns that explain the groups, or those that are adjusted for, in their order."""
        pairs = zip(self.of_column, self.of_group, strict=True)
        return list(dict.fromkeys(column for column, own in pairs if own == of_group))

    def with_outcome(self, products: Floats) -> Covariates:
        """The same covariates beside another outcome, its products ``(P + 1,)`` the last of ``within``."""
        within = np.array(self.within)
        within[:, -1] = products
        return replace(self, within=within)

    @property
    def differs(self) -> NDArray[np.bool_]:
        """(P,) whether a term differs between rows; that of a constant column is 0 in each."""
        return np.asarray(self.mean.any(axis=0) | self.within[:-1, :-1].any(axis=0))

    @property
    def adjusts(self) -> bool:
        """Whether some term is adjusted for."""
        return not bool(self.of_group.all())


@dataclass(frozen=True, eq=False)
class CovariateColumn:
    """One column as it was given: numbers, or codes of levels; N rows."""

    name: str
    of_group: bool
    numbers: Floats | None
    """(N,) NaN where missing; None of a categorical column."""
    codes: NDArray[np.int64]
    """(N,) places in ``levels``, -1 where missing; empty of numbers."""
    levels: tuple[str, ...]
    """Sorted."""
    shape: str | None = None
    """That of its curve; None of a straight line, and of levels."""

    def __len__(self) -> int:
        return len(self.codes if self.numbers is None else self.numbers)

    @cached_property
    def range(self) -> tuple[float, float]:
        """The least and the largest number, or code; NaN if there is one among the numbers."""
        values = self.codes if self.numbers is None else self.numbers
        return (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)

    @property
    def complete(self) -> bool:
        """Whether no row is without a finite number or a level."""
        if self.numbers is None:
            return self.range[0] >= 0
        return bool(np.isfinite(self.range).all())

    @property
    def missing(self) -> NDArray[np.bool_]:
        """(N,) rows without a finite number or a level."""
        if self.complete:
            return np.zeros(len(self), dtype=np.bool_)
        return ~np.isfinite(self.numbers) if self.numbers is not None else self.codes < 0

    def terms(self, repeats: Floats | None = None, of_each: NDArray[np.intp] | None = None) -> list[Term]:
        """Its terms, among the rows that it holds, of which each stands for ``repeats (N,)``.

        ``of_each (J,)`` is a row of each group: where it explains the groups, its curve is that of groups, so
        that it is the same from summaries. None: each row is a group.

        Raises:
            DataError: numbers whose squares, or powers in a curve, do not fit a double, or too few for it.

        """
        if self.numbers is None:
            used = np.flatnonzero(np.bincount(self.codes, minlength=len(self.levels)))
            if len(used) == 1:  # no level to tell from another: a term of zeros, so that it is said
                return [Term(self.name, self.of_group, 0.0, 1.0, self, -1)]
            return [Term(f"{self.name}={self.levels[k]}", self.of_group, 0.0, 1.0, self, k) for k in used[1:]]
        low, high = self.range
        origin = low if low == high else float(self.numbers.mean())
        reach = max(high - origin, origin - low)
        if not (np.isfinite(origin) and (reach == 0 or SMALLEST < reach < LARGEST)):
            raise self._too_wide
        unit = float(power_of_two(reach))
        if self.shape is None:
            return [Term(self.name, self.of_group, origin, unit, self, -1, EPS * abs(origin) / unit)]
        if self.of_group:
            repeats = None
        some = self.numbers if not self.of_group or of_each is None else self.numbers[of_each]
        curve = curve_of(self.name, self.shape, some, repeats)
        return [self._term(curve, part, EPS * abs(origin)) for part in curve.parts(self.name, low, high)]

    def _term(self, curve: Curve, part: Part, rounding: float) -> Term:
        """A term of its curve, whose numbers are rounded by so much. Raises as `terms`."""
        if self.numbers is None:
            raise TypeError("levels have no curve")
        with np.errstate(over="ignore", invalid="ignore"):
            values = part.values(self.numbers)
            origin = float(values.mean())
            reach = float(np.abs(values - origin).max())
        if not (np.isfinite(origin) and SMALLEST < reach < LARGEST):
            raise self._too_wide
        unit = float(power_of_two(reach))
        coarse = rounding * part.steepest / unit
        return Term(part.name, self.of_group, origin, unit, self, -1, coarse, part, curve)

    @property
    def _too_wide(self) -> DataError:
        powers = "" if self.shape is None else ", or powers in a curve,"
        return DataError(
            f"the covariate {self.name!r} has numbers whose squares{powers} do not fit a double: "
            "multiply or divide it by a constant first"
        )

    @property
    def reference(self) -> str | None:
        """The level without a term; None of numbers."""
        if self.numbers is not None:
            return None
        return self.levels[int(self.codes.min())]

    def at(self, rows: Any) -> CovariateColumn:
        """The column at some of its rows."""
        if self.numbers is None:
            return replace(self, codes=self.codes[rows])
        return replace(self, numbers=self.numbers[rows])


@dataclass(frozen=True, eq=False)
class Term:
    """One column of the model matrix, made of its covariate on demand."""

    name: str
    of_group: bool
    origin: float
    unit: float
    column: CovariateColumn
    level: int
    """The place of its level; -1 of numbers."""
    rounding: float = 0.0
    """How coarse its values are by the rounding of the column's numbers, in units of ``unit``."""
    part: Part | None = None
    """What it is of the column's curve; None of a straight line, and of levels."""
    curve: Curve | None = None
    """The column's."""

    def values(self, rows: slice | NDArray[np.intp] = slice(None), out: Floats | None = None) -> Floats:
        """Its values in some rows, minus ``origin`` in units of ``unit``; written to ``out``."""
        numbers = self.column.numbers
        if numbers is None:
            same = self.column.codes[rows] == self.level
            if out is None:
                return np.asarray(same, dtype=np.float64)
            out[:] = same
            return out
        given = numbers[rows] if self.part is None else self.part.values(numbers[rows])
        found = np.subtract(given, self.origin, out=out)
        found /= self.unit
        return found


def covariate_columns(
    adjust: Mapping[str, ArrayLike] | None,
    explained_by: Mapping[str, ArrayLike] | None,
    categorical: Collection[str],
    rows: int,
    *,
    written: NumberFormat = FOUND,
    curves: Mapping[str, str] | None = None,
) -> list[CovariateColumn]:
    """The columns that were given by name, those to adjust for first; ``written``: how their numbers are.

    Raises:
        DataError: a column that is given for both, has another length than ``rows``, or holds neither
            numbers nor text; a name in ``categorical`` or ``curves`` that is none of them; a shape that there
            is not, or one of a column without numbers.

    """
    both = set(adjust or ()) & set(explained_by or ())
    if both:
        name = sorted(both)[0]
        raise DataError(f"{name!r} is both adjusted for and to explain the groups: choose one")
    named = [*((name, "categorical") for name in categorical), *((name, "a curve") for name in curves or ())]
    for name, what in named:
        if name not in {*(adjust or ()), *(explained_by or ())}:
            raise DataError(f"{name!r} is to be {what}, but is none of the covariates")
    for name, shape in (curves or {}).items():
        refuse_unknown_shape(name, shape)
    given = [*((n, v, False) for n, v in (adjust or {}).items())]
    given += [(n, v, True) for n, v in (explained_by or {}).items()]
    columns = [
        read_covariate(name, values, of_group, name in categorical, written)
        for name, values, of_group in given
    ]
    for column in columns:
        if len(column) != rows:
            raise DataError(f"{len(column)} values of {column.name!r} for {rows} rows: give one for each")
        if column.numbers is None and column.name in (curves or {}):
            raise DataError(f"{column.name!r} is categorical, and a curve is for numbers")
    return [replace(column, shape=(curves or {}).get(column.name)) for column in columns]


def read_covariate(
    name: str, values: Any, of_group: bool, categorical: bool, written: NumberFormat = FOUND
) -> CovariateColumn:
    """A column of numbers, or of levels: text is numbers where every cell reads as one, ``written`` so.

    Raises:
        DataError: more than one dimension, or values that are neither numbers nor text.

    """
    if hasattr(values, "dictionary_encode"):  # an Arrow column
        import pyarrow as pa

        if pa.types.is_temporal(values.type) and not categorical:
            raise DataError(f"the covariate {name!r} holds {values.type} values: give numbers or text")
        if not (pa.types.is_floating(values.type) or pa.types.is_integer(values.type)):
            return _of_labels(name, of_group, encode_labels(values), categorical, written)
        values = values.cast(pa.float64()).to_numpy()
    cells = unmasked(values) if isinstance(values, np.ma.MaskedArray) else values
    array: NDArray[Any] = np.asarray(cells)
    if array.ndim != 1:
        raise DataError(f"the covariate {name!r} has {array.ndim} dimensions: give one column")
    if array.dtype.kind in "cmM":
        raise DataError(f"the covariate {name!r} holds {array.dtype} values: give numbers or text")
    if array.dtype.kind in "fiu":
        with np.errstate(over="ignore"):
            numbers = without_codes(array.astype(np.float64, copy=False), written)
        if not categorical:
            return CovariateColumn(name, of_group, numbers, np.zeros(0, dtype=np.int64), ())
        return _of_labels(name, of_group, _whole_codes(numbers), categorical, written)
    return _of_labels(name, of_group, encode_labels(cells), categorical, written)


def _of_labels(
    name: str,
    of_group: bool,
    encoded: tuple[NDArray[np.int64], list[str]],
    categorical: bool,
    written: NumberFormat,
) -> CovariateColumn:
    """A column of labels, which may all be numbers in text."""
    codes, labels = encoded
    read = None if categorical else _numbers_of(name, codes, labels, written)
    if read is not None:
        numbers = np.append(read, np.nan)[codes]
        return CovariateColumn(name, of_group, numbers, np.zeros(0, dtype=np.int64), ())
    keys = _sort_keys(labels, written) if categorical else labels
    order = sorted(range(len(labels)), key=lambda k: (keys[k], labels[k]))
    place = np.empty(len(labels) + 1, dtype=np.int64)
    place[order], place[-1] = np.arange(len(labels)), -1
    return CovariateColumn(name, of_group, None, place[codes], tuple(labels[k] for k in order))


def _sort_keys(labels: list[str], written: NumberFormat) -> list[Any]:
    """What levels are sorted by: their numbers where each is one, else their text."""
    numbers = read_cells(labels, written).numbers
    return numbers.tolist() if np.isfinite(numbers).all() else labels


def _numbers_of(
    name: str, codes: NDArray[np.int64], labels: list[str], written: NumberFormat
) -> Floats | None:
    """What texts are as numbers, NaN for words of a missing one; None where some are no numbers.

    Raises:
        DataError: a few of the cells are no numbers.

    """
    if not labels:
        return None
    read = read_cells(labels, written)
    numbers = np.isfinite(read.numbers)
    if not numbers.any() or (read.notation is not None and read.notation.one):
        return None
    if read.unreadable is None or not read.unreadable.any():
        return read.numbers
    rows = np.bincount(codes[codes >= 0], minlength=len(labels))
    example = labels[int(read.unreadable.argmax())]
    refuse_stray_text(name, int(rows[numbers].sum()), int(rows[read.unreadable].sum()), example)
    return None


def refuse_stray_text(name: str, numbers: int, texts: int, example: str) -> None:
    """Raise DataError where so few cells of a covariate are text that they are slips among numbers."""
    if 0 < texts <= _STRAY * (numbers + texts):
        others = "" if texts == 1 else f" and {texts - 1} more"
        raise DataError(
            f"the covariate {name!r} holds numbers and text: {example!r}{others}. Name such cells as missing "
            "or leave their rows out, or name the column as categorical"
        )


def _whole_codes(numbers: Floats) -> tuple[NDArray[np.int64], list[str]]:
    """Codes and texts of numbers that are levels, whole ones without a point; -1 where there is none."""
    distinct, places = np.unique(numbers, return_inverse=True)
    finite = np.isfinite(distinct)
    texts = [str(int(v)) if v == int(v) else repr(v) for v in distinct[finite].tolist()]
    lookup = np.where(finite, np.cumsum(finite) - 1, -1)
    return lookup[places.reshape(-1)], texts
