"""Values of what explains groups, as the terms of a model have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates

    Floats = NDArray[np.float64]


def place_of(covariates: Covariates, given: Mapping[str, object]) -> Floats:
    """(P,) the terms where columns that explain the groups have these values, in the terms' units.

    All others, and what is adjusted for, are at their means over all rows.

    Raises:
        DataError: a column that explains no groups, a level that no group has, or no finite number.

    """
    explaining = covariates.columns(of_group=True)
    place = np.array(covariates.row_mean)
    for name, value in given.items():
        if name not in explaining:
            raise DataError(f"{name!r} is none of what explains the groups: {', '.join(explaining)}")
        some = [k for k, column in enumerate(covariates.of_column) if column == name]
        if name in covariates.references:
            level = _level(covariates, name, value)
            place[some] = [float(covariates.terms[k] == f"{name}={level}") for k in some]
        else:
            raw = _raw(covariates, name, some, _number(name, value))
            place[some] = (raw - covariates.origin[some]) / covariates.unit[some]
    return place


def levels_of(covariates: Covariates, column: str) -> list[str]:
    """The levels of a categorical column, the one without a term first."""
    pairs = zip(covariates.terms, covariates.of_column, strict=True)
    named = [term[len(column) + 1 :] for term, of in pairs if of == column and term != column]
    return [covariates.references[column], *named]


def numbers_of(covariates: Covariates, column: str) -> Floats:
    """(J,) the groups' values of a column of numbers that explains them, to rounding."""
    k = covariates.of_column.index(column)
    first = covariates.mean[:, k] * covariates.unit[k] + covariates.origin[k]
    curve = covariates.curves.get(column)
    if curve is None or curve.is_spline:
        return np.asarray(first)
    return np.asarray(first + curve.places[0])


def _level(covariates: Covariates, name: str, value: object) -> str:
    levels = levels_of(covariates, name)
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if text not in levels:
        raise DataError(f"no group has the {name} {text!r}, only {', '.join(levels)}")
    return text


def _number(name: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        number = np.nan
    if not np.isfinite(number):
        raise DataError(f"{name!r} is a column of numbers, and {str(value)!r} is none")
    return number


def _raw(covariates: Covariates, name: str, some: list[int], number: float) -> Floats:
    """The column's terms at a number, in its own units."""
    curve = covariates.curves.get(name)
    if curve is None:
        return np.array([number])
    parts = {part.name: part for part in curve.parts(name, number, number)}
    values = np.array([number])
    return np.array([float(parts[covariates.terms[k]].values(values)[0]) for k in some])
