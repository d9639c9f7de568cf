"""Where the true mean of a further group is expected, of which it is known what explains groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.contract.fit import two_sided_quantile
from estimators.data.covariate_places import levels_of, numbers_of, place_of
from estimators.errors import DataError
from estimators.methods.regression import fit_regression
from estimators.methods.regression_rows import RegressionRows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

MOST_LEVELS = 8
"""Levels of a column that are told one by one."""
QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class NewGroup:
    """A further group at some values, in the outcome's units."""

    at: Mapping[str, object]
    """By column."""
    estimate: float
    """What the covariates let expect of it."""
    low: float
    high: float
    beyond: tuple[str, ...]
    """Columns whose value is past those of all groups."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "at": dict(self.at),
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "beyond": list(self.beyond),
        }


def new_group_at(
    data: GroupData, given: Mapping[str, object], method: Method = "reml", *, level: float = 0.95
) -> NewGroup:
    """X'beta -+ t sqrt(Var(x'beta) + sigma_group^2) at values ``given`` of what explains the groups.

    t has J - p - 1 degrees of freedom of p coefficients, the intercept among them: J - 2 without covariates,
    as Higgins, Thompson & Spiegelhalter (2009, JRSS A 172, 137-159) have it of published estimates. What is
    not given, and what is adjusted for, is at its mean over all rows. Numbers that a share or a rate cannot
    have are the nearest that it can.

    Raises:
        DataError: nothing explains the groups, a value that cannot be, a column that cannot be told from
            others, or too few groups.

    """
    covariates = data.covariates
    if covariates is None or not covariates.explains_groups:
        raise DataError("nothing explains these groups: name columns that do")
    model = fit_regression(data, method)
    rows = model.rows
    if lost := [name for name in given if name in _lost(rows)]:
        raise DataError(f"{lost[0]!r} does not vary, or follows from the other covariates: take it out")
    degrees = rows.scaled.groups - 1 - rows.rank
    if degrees < 1:
        raise DataError(
            f"a further group is not predicted from {len(data):,} groups and {rows.rank} coefficients"
        )
    away = (place_of(covariates, given) - covariates.row_mean)[rows.kept]
    place = np.concatenate([[1.0], away])
    middle = data.origin + model.unit * float(rows.scaled.center)
    estimate = middle + float(place @ model.beta)
    spread = np.hypot(model.std_error(place[None])[0], model.sigma_group)
    half = float(two_sided_quantile(level, degrees) * spread)
    beyond = tuple(name for name, value in given.items() if _is_beyond(covariates, name, value))
    middle, low, high = np.clip([estimate, estimate - half, estimate + half], *data.possible).tolist()
    return NewGroup(dict(given), middle, low, high, beyond)


def telling_places(data: GroupData) -> list[dict[str, object]]:
    """Values of each column that explains the groups, one at a time: its levels, or its groups' quartiles."""
    covariates = data.covariates
    if covariates is None:
        return []
    found: list[dict[str, object]] = []
    lost = _lost(RegressionRows.of(data))
    for name in covariates.columns(of_group=True):
        if name in lost:
            continue
        if name in covariates.references:
            found += [{name: level} for level in levels_of(covariates, name)[:MOST_LEVELS]]
        else:
            quartiles = np.quantile(numbers_of(covariates, name), QUARTILES)
            found += [{name: value} for value in dict.fromkeys(float(f"{q:.6g}") for q in quartiles)]
    return found


def _lost(rows: RegressionRows) -> set[str]:
    """Columns of which a term cannot be estimated."""
    pairs = zip(rows.covariates.terms, rows.covariates.of_column, strict=True)
    return {column for term, column in pairs if term in rows.dropped}


def _is_beyond(covariates: Covariates, name: str, value: object) -> bool:
    if name in covariates.references:
        return False
    numbers, number = numbers_of(covariates, name), float(str(value))
    room = 1e-9 * float(np.ptp(numbers))
    return not numbers.min() - room <= number <= numbers.max() + room
