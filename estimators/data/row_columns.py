"""What rows have beside an outcome and a group, and their reduction with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import frozen_array
from estimators.data.covariates import INTERCEPT, CovariateColumn, Covariates, Term, covariate_columns
from estimators.data.cross_products import CodedRows, covariates_by_group, of_terms, weighted_sums
from estimators.data.labels import label_text, recode
from estimators.data.rows import Rows, UsableRows, no_usable_row, usable_rows
from estimators.data.summaries import MOST_ROWS
from estimators.data.sums import Reduction, check_range, midrange, reduce_rows, sums_by_group
from estimators.data.texts import FOUND, NumberFormat
from estimators.data.weights import check_apart, checked_weights, weights_by_group
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike, NDArray

    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]

MOST_TERMS = 500
"""A fit takes the rows times the square of the number of terms."""


@dataclass(frozen=True, eq=False)
class RowColumns:
    """Covariates and weights of N rows, as they were given."""

    adjust: Mapping[str, ArrayLike] | None = None
    """By name, what is adjusted for."""
    explained_by: Mapping[str, ArrayLike] | None = None
    """By name, what explains the groups; the same in all rows of one."""
    categorical: Collection[str] = ()
    """The names of those whose numbers are codes."""
    curves: Mapping[str, str] | None = None
    """By name, the shapes of those that are more than a straight line: keys of `curves.SHAPES`."""
    weights: ArrayLike | None = None
    weight_kind: str = "precision"

    def __bool__(self) -> bool:
        named = self.adjust or self.explained_by or self.categorical or self.curves
        return bool(named) or self.weights is not None


def reduce_columns(
    outcome: ArrayLike, group: ArrayLike, columns: RowColumns, given: NumberFormat = FOUND
) -> Reduction:
    """N outcomes and labels by group, with what they have beside them.

    Raises:
        DataError: see :meth:`GroupData.from_arrays`.

    """
    rows = usable_rows(outcome, group, given)
    if not columns:
        return reduce_rows(rows)
    return reduce_with_columns(rows, columns, replace(given, event=None, notation=None))


def reduce_with_columns(rows: UsableRows, columns: RowColumns, written: NumberFormat = FOUND) -> Reduction:
    """The rows by group, with the sums of their covariates and weights, whose numbers are ``written`` so.

    Raises:
        DataError: columns that do not fit, see :meth:`GroupData.from_arrays`; no usable row.

    """
    found = covariate_columns(
        columns.adjust,
        columns.explained_by,
        columns.categorical,
        rows.rows_read,
        written=written,
        curves=columns.curves,
    )
    weights = checked_weights(columns.weights, columns.weight_kind, rows.rows_read, written)
    if weights is not None and columns.weight_kind == "survey" and found:
        raise DataError("survey weights and covariates together are not supported: leave one of them out")
    at = slice(None) if rows.kept is None else rows.kept
    found = [column.at(at) for column in found]
    weights = None if weights is None else weights[at]
    before = rows.kept
    rows = rows.without(_causes(found, weights), _cell_of(found))
    if len(rows.outcome) == 0:
        raise no_usable_row(rows.rows_read, rows.dropped, rows.left_out)
    if rows.kept is not None and rows.kept is not before:
        left = rows.kept if before is None else np.searchsorted(before, rows.kept)
        found, weights = [column.at(left) for column in found], None if weights is None else weights[left]
    return _reduced(rows, found, weights, columns.weight_kind)


def _causes(found: list[CovariateColumn], weights: Floats | None) -> dict[str, NDArray[np.bool_]]:
    causes = {}
    if found:
        causes["missing_covariate"] = np.logical_or.reduce([column.missing for column in found])
    if weights is not None:
        causes |= {"missing_weight": np.isnan(weights), "zero_weight": weights == 0}
    return causes


def _cell_of(found: list[CovariateColumn]) -> Callable[[str, int], str]:
    def cell(cause: str, row: int) -> str:
        if cause != "missing_covariate":
            return "0" if cause == "zero_weight" else ""
        return f"no {next(column.name for column in found if column.missing[row])}"

    return cell


def _reduced(rows: UsableRows, found: list[CovariateColumn], weights: Floats | None, kind: str) -> Reduction:
    check_range(rows.low, rows.high, len(rows.outcome))
    origin = midrange(rows.low, rows.high)
    sums = sums_by_group(rows, origin)
    coded = CodedRows(rows.outcome, recode(rows.codes, rows.labels, sums.labels), origin, sums)
    summary, more = None, 0
    if weights is not None:
        coded = replace(coded, sums=weighted_sums(coded, weights), weights=weights)
        if kind == "frequency":
            n = np.rint(coded.total).astype(np.int64)
            coded = replace(coded, sums=replace(coded.sums, n=n), repeats=weights)
            more = int(n.sum()) - len(weights)
        else:
            summary = weights_by_group(coded, weights, survey=kind == "survey")
        if found:
            check_apart(weights)
    terms = _terms_of_rows(found, coded) if found else []
    return Reduction(
        coded.sums,
        origin,
        rows.rows_read + more,
        rows.dropped,
        _reader(coded, terms) if coded.sums.n.sum() <= MOST_ROWS or coded.repeats is None else None,
        rows.notation,
        rows.left_out,
        rows.unused_labels,
        summary,
        covariates_by_group(coded, terms) if found else None,
    )


def _terms_of_rows(found: list[CovariateColumn], rows: CodedRows) -> list[Term]:
    of_each = np.empty(len(rows.sums.labels), dtype=np.intp)
    of_each[rows.codes[::-1]] = np.arange(len(rows.codes))[::-1]
    for column in found:
        if column.of_group:
            _refuse_varying(column, rows, of_each)
    return _terms(found, rows.repeats, of_each)


def covariates_of_groups(
    groups: GroupData,
    labels: Iterable[object],
    explained_by: Mapping[str, ArrayLike],
    categorical: Collection[str],
    curves: Mapping[str, str] | None = None,
) -> Covariates:
    """The covariates ``(J,)`` of groups, in the order of ``labels``; see ``GroupData.explained_by``."""
    if groups.covariates is not None or groups.weights is not None:
        raise DataError("these groups have covariates or weights of rows: give all of them with the rows")
    labels = list(labels)
    place = {label_text(label): k for k, label in enumerate(labels)}
    each_once = len(labels) == len(place) == len(groups) and None not in place
    if not each_once or any(label not in place for label in groups.labels):
        raise DataError("the labels of the covariates are not those of the groups: give each group's once")
    order = np.array([place[label] for label in groups.labels], dtype=np.intp)
    given = covariate_columns(None, explained_by, categorical, len(order), curves=curves)
    found = [column.at(order) for column in given]
    for column in found:
        if column.missing.any():
            label = groups.labels[np.flatnonzero(column.missing)[0]]
            raise DataError(f"the group {label!r} has no {column.name!r}: give one for each group")
    terms = _terms(found)
    mean = np.array([term.values() for term in terms]).reshape(len(terms), len(order)).T
    within = np.zeros((len(terms) + 1, len(terms) + 1))
    within[-1, -1] = np.linalg.norm(np.sqrt(groups.ss_within))
    return Covariates(
        **of_terms(terms),
        mean=mean,
        row_mean=np.average(mean, axis=0, weights=groups.n),
        within=within,
    )


def _terms(
    found: list[CovariateColumn], repeats: Floats | None = None, of_each: NDArray[np.intp] | None = None
) -> list[Term]:
    """All terms of some columns. Raises DataError where there are too many, or two of one name."""
    terms = [term for column in found for term in column.terms(repeats, of_each)]
    if len(terms) > MOST_TERMS:
        most = max(found, key=lambda column: len(column.levels))
        raise DataError(
            f"the covariates have {len(terms):,} terms, {len(most.levels) - 1:,} of them of {most.name!r}: "
            f"at most {MOST_TERMS} are fitted"
        )
    names = [INTERCEPT, *(term.name for term in terms)]
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"two terms of the covariates are called {name!r}: give a column another name")
    return terms


def _refuse_varying(column: CovariateColumn, rows: CodedRows, of_each: NDArray[np.intp]) -> None:
    """Raise DataError where a column that is to explain the groups has two values within one.

    ``of_each (J,)`` is a row of each group.
    """
    values = column.codes if column.numbers is None else column.numbers
    other = np.flatnonzero(values != values[of_each][rows.codes])
    if len(other):
        label = rows.sums.labels[rows.codes[other[0]]]
        raise DataError(
            f"{column.name!r} differs between rows of the group {label!r}, so it cannot explain the groups: "
            "adjust for it instead"
        )


def _reader(rows: CodedRows, terms: list[Term]) -> Callable[[], Rows]:
    def read_rows() -> Rows:
        codes, outcome, beside = rows.codes, rows.outcome, terms
        if rows.repeats is not None:
            every = np.repeat(np.arange(len(codes)), np.rint(rows.repeats).astype(np.int64))
            codes, outcome = codes[every], outcome[every]
            beside = [replace(term, column=term.column.at(every)) for term in terms]
        weight = None if rows.weights is None or rows.repeats is not None else frozen_array(rows.weights)
        return Rows(frozen_array(codes, np.int64), frozen_array(outcome), tuple(beside), weight)

    return read_rows
