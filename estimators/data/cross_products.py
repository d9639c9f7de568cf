"""Rows to the weighted sums of groups, and terms to their means by group and products within.

One pass for the means, one for the products of the distances from them. The products are kept as a
triangular factor, by Cholesky where that keeps its digits and otherwise by Householder's QR of the rows,
which does not square the condition number (Golub & Van Loan 2013, Matrix Computations, section 5.3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import triangle_of
from estimators.data.covariates import Covariates
from estimators.data.scaled import power_of_two
from estimators.data.sums import exact_where_constant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from estimators.data.covariates import Term
    from estimators.data.sums import GroupSums

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]

ROWS_AT_A_TIME = 1 << 14
"""Rows whose distances from their group's means are held at once: a few columns of them fit a cache."""
LEAST_PIVOT = 1e-3
"""What must be left of each column once those before it are taken off, as a share of its squares, for
Cholesky's factor of the products to be used: it loses as many digits as this has zeros."""
NONE_WITHIN = 1e-13
"""A spread within groups so small beside the whole spread is the rounding of means: there is none."""


def sums_of(values: Floats, codes: Codes, groups: int) -> Floats:
    """(groups,) sums of values ``(N,)`` by code."""
    return np.asarray(np.bincount(codes, values, minlength=groups), dtype=np.float64)


def group_means(values: Floats, codes: Codes, total: Floats, weights: Floats | None) -> Floats:
    """Weighted means ``(J,)`` of values ``(N,)``; the second step takes the first's rounding."""
    groups = len(total)
    rough = sums_of(values if weights is None else values * weights, codes, groups) / total
    rest = values - rough[codes]
    if weights is not None:
        rest *= weights
    return np.asarray(rough + sums_of(rest, codes, groups) / total)


@dataclass(frozen=True, eq=False)
class CodedRows:
    """N rows in use, whose groups are places in those of ``sums``."""

    outcome: Floats
    """(N,)."""
    codes: Codes
    """(N,)."""
    origin: float
    """From which sums count the outcome."""
    sums: GroupSums
    weights: Floats | None = None
    """(N,) those of the means by group and of products."""
    repeats: Floats | None = None
    """(N,) how often each row counts in the mean of all of them."""

    @property
    def total(self) -> Floats:
        """(J,) sums of the weights."""
        return np.bincount(self.codes, self.weights, minlength=len(self.sums.n)).astype(np.float64)


def weighted_sums(rows: CodedRows, weights: Floats) -> GroupSums:
    """Sums of the same rows with weights ``(N,)``: weighted means, and ``ss_within`` sum w (y - mean)^2."""
    codes, groups = rows.codes, len(rows.sums.n)
    total = sums_of(weights, codes, groups)
    centered = rows.outcome - rows.origin
    mean = group_means(centered, codes, total, weights)
    squares = sums_of(weights * np.square(centered - mean[codes]), codes, groups)
    return exact_where_constant(replace(rows.sums, centered_mean=mean, ss_within=squares), rows.origin)


def covariates_by_group(rows: CodedRows, terms: Sequence[Term]) -> Covariates:
    """The summary of P terms in these rows."""
    total = rows.total
    mean, row_mean = _means(rows, terms, total)
    between = total @ np.square(mean - np.average(mean, axis=0, weights=total))
    reach = max(rows.outcome.max() - rows.origin, rows.origin - rows.outcome.min())
    unit = float(power_of_two(float(reach)))
    within = _factor(lambda: _distances(rows, terms, mean, unit), between)
    within[:, -1] *= unit
    return Covariates(
        **of_terms(terms),
        mean=mean,
        row_mean=row_mean,
        within=within,
    )


def of_terms(terms: Sequence[Term]) -> dict[str, Any]:
    """What `Covariates` hold of their terms themselves."""
    columns = {term.column.name: term.column for term in terms}
    return {
        "terms": tuple(term.name for term in terms),
        "of_column": tuple(term.column.name for term in terms),
        "of_group": np.array([term.of_group for term in terms], dtype=np.bool_),
        "origin": np.array([term.origin for term in terms]),
        "unit": np.array([term.unit for term in terms]),
        "rounding": np.array([term.rounding for term in terms]),
        "references": {n: column.reference for n, column in columns.items() if column.reference is not None},
        "curves": {term.column.name: term.curve for term in terms if term.curve is not None},
    }


def _blocks(rows: CodedRows) -> Iterator[slice]:
    return (slice(start, start + ROWS_AT_A_TIME) for start in range(0, len(rows.outcome), ROWS_AT_A_TIME))


def _means(rows: CodedRows, terms: Sequence[Term], total: Floats) -> tuple[Floats, Floats]:
    """Means of terms by group ``(J, P)`` and over all rows ``(P,)``.

    Rounding grows with the root of a group's rows only: blocks are summed on their own first.
    """
    sums, plain = np.zeros((len(terms), len(total))), np.zeros(len(terms))
    few = len(total) <= ROWS_AT_A_TIME
    for some in _blocks(rows):
        codes = rows.codes[some]
        weights = None if rows.weights is None else rows.weights[some]
        for k, term in enumerate(terms):
            values = term.values(some)
            plain[k] += values.sum() if rows.repeats is None else values @ rows.repeats[some]
            shares = values if weights is None else values * weights
            if few:
                sums[k] += np.bincount(codes, shares, minlength=len(total))
            else:
                np.add.at(sums[k], codes, shares)
    count = len(rows.outcome) if rows.repeats is None else rows.repeats.sum()
    return np.ascontiguousarray((sums / total).T), plain / count


def _distances(rows: CodedRows, terms: Sequence[Term], mean: Floats, unit: float) -> Iterator[Floats]:
    """Blocks ``(Q, B)`` of rows minus their group's means, times the root of their weights.

    The outcome comes last.
    """
    every = np.vstack([mean.T, rows.sums.centered_mean / unit])
    for some in _blocks(rows):
        codes = rows.codes[some]
        block = np.empty((len(every), len(codes)))
        for k, term in enumerate(terms):
            term.values(some, out=block[k])
        np.subtract(rows.outcome[some], rows.origin, out=block[-1])
        block[-1] /= unit
        for k, center in enumerate(every):
            block[k] -= center[codes]
        if rows.weights is not None:
            block *= np.sqrt(rows.weights[some])
        yield block


def _factor(blocks: Callable[[], Iterator[Floats]], between: Floats) -> Floats:
    """R ``(Q, Q)``, upper triangular, of rows that come in blocks ``(Q, B)``; R'R are their products.

    Columns but the last that are as good as 0 beside their spread ``between (Q - 1,)`` are 0 in it.
    """
    size = len(between) + 1
    products = np.zeros((size, size))
    for block in blocks():
        products += block @ block.T
    squares = products.diagonal()
    some = np.ones(size, dtype=np.bool_)
    some[:-1] = squares[:-1] > NONE_WITHIN**2 * (between + squares[:-1])
    live = np.flatnonzero(some)
    factor = np.zeros((size, size))
    factor[np.ix_(live, live)] = _of_products(products[np.ix_(live, live)], blocks, live)
    return factor


def _of_products(products: Floats, blocks: Callable[[], Iterator[Floats]], live: NDArray[np.intp]) -> Floats:
    """The factor of the columns ``live``: from their products, or from the rows where that is not exact."""
    norm = np.sqrt(products.diagonal())
    if (norm > 0).all():
        try:
            upper = np.linalg.cholesky(products / np.outer(norm, norm)).T
        except np.linalg.LinAlgError:
            upper = np.zeros_like(products)
        if (np.square(upper.diagonal()) >= LEAST_PIVOT).all():
            return np.asarray(upper * norm)
    upper = np.zeros_like(products)
    for block in blocks():
        upper = triangle_of(np.concatenate([upper, block[live].T]))
    return upper
