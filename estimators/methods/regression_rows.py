"""The least squares of a one-way model with covariates: a few rows that say as much as all of them.

With x_j and y_j the weighted means of a group whose weights add up to W_j, and R the triangular factor of the
products within groups, the residual sum of squares in the metric of V is that of the rows of R and of
sqrt(W_j / (1 + lambda W_j)) (1, x_j, y_j), whatever lambda is. Groups of equal W_j are turned into as many
rows as there are columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import triangle_of
from estimators.contract.fit import Coefficient, Note
from estimators.data.covariates import INTERCEPT
from estimators.data.scaled import runs_of_equals, scale_groups
from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData
    from estimators.data.scaled import ScaledGroups

    Floats = NDArray[np.float64]

DEPENDENT = 1e-10
"""A term is a sum of those before it where so little of its spread is left; rounding leaves some 1e-15."""
ROUNDED_BY = 16
"""So many roundings of a covariate's own values, which a large offset makes coarse, may be left as well."""
NO_DIGITS = 0.1
"""A covariate whose values are rounded by so much of their range says nothing, of others neither."""


@dataclass(frozen=True, eq=False)
class RegressionRows:
    """J groups with P terms, of which p - 1 are independent; outcomes in units of ``scaled.unit``."""

    scaled: ScaledGroups
    """The groups' means and what they weigh."""
    terms: tuple[str, ...]
    """(p,) the intercept and the terms that are independent of those before them."""
    dropped: tuple[str, ...]
    """The others."""
    kept: NDArray[np.intp]
    """(p - 1,) where the independent ones stand among the P terms."""
    design: Floats
    """(J, p) 1 and each group's means, minus the terms' means over all rows, in the terms' units."""
    within: Floats
    """(P, p) rows of the factor within groups."""
    within_outcome: Floats
    """(P,) the outcome's part of them."""
    ss_within: float
    """The sum of squares of the outcome within groups that no covariate explains, in squared units."""
    slopes: int
    """How many terms vary within groups independently of each other."""
    covariates: Covariates
    log_units: float
    """Twice the sum of the logarithms of the terms' units, which the determinant of their products has."""

    @property
    def rank(self) -> int:
        """The number of coefficients, p."""
        return len(self.terms)

    @property
    def df_within(self) -> int:
        """Degrees of freedom within groups, N - J minus the slopes; of published means 0."""
        return self.scaled.rows - self.scaled.groups - self.slopes

    @property
    def df_between(self) -> int:
        """Degrees of freedom between groups: J and the slopes minus the coefficients."""
        return self.scaled.groups + self.slopes - self.rank

    @classmethod
    def of(cls, data: GroupData) -> RegressionRows:
        """The rows of groups with covariates.

        Raises:
            DataError: they have none.

        """
        found = data.covariates
        if found is None:
            raise DataError("these data have no covariates")
        scaled = scale_groups(
            data.n, data.origin, data.centered_mean, data.ss_within, data.known_variance, weights=data.weights
        )
        places = np.arange(len(found.terms))
        design = np.column_stack([np.ones(len(data)), found.mean - found.row_mean])
        factor, unit = found.within, float(scaled.unit)
        slopes = np.concatenate([np.zeros((len(places), 1)), factor[:-1, :-1]], axis=1)
        stack = np.concatenate([slopes, np.sqrt(scaled.information)[:, None] * design])
        centered = design[:, 1:] - np.average(design[:, 1:], axis=0, weights=scaled.information)
        spread = np.sqrt(np.square(slopes).sum(axis=0)[1:] + scaled.information @ np.square(centered))
        limit = dependence_limit(found, places, spread, scaled.information)
        columns = independent_columns(stack, np.concatenate([[0.0], limit]))
        some = columns[1:] - 1
        return cls(
            scaled=scaled,
            terms=(INTERCEPT, *(found.terms[k] for k in some)),
            dropped=tuple(found.terms[k] for k in np.setdiff1d(places, some)),
            kept=some,
            design=design[:, columns],
            within=slopes[:, columns],
            within_outcome=factor[:-1, -1] / unit,
            ss_within=float(np.square(factor[-1, -1] / unit)),
            slopes=len(independent_columns(factor[:-1, :-1][:, some], limit[some])),
            covariates=found,
            log_units=2.0 * float(np.log(found.unit[some]).sum()),
        )

    @property
    def raw(self) -> Floats:
        """(p, p) from coefficients of ``design`` to those of the covariates, their intercept at 0 of all."""
        found = self.covariates
        place, unit = (found.origin + found.unit * found.row_mean)[self.kept], found.unit[self.kept]
        raw = np.diag(np.concatenate([[1.0], 1.0 / unit]))
        raw[0, 1:] = -place / unit
        return np.asarray(raw)

    def coefficients(
        self, beta: Floats, std_error: Floats | None = None, df: Floats | None = None
    ) -> tuple[Coefficient, ...]:
        """Coefficients ``beta (p,)`` of ``design`` in the outcome's and the covariates' units.

        ``std_error (p,)`` is in those units already, with ``df (p,)`` degrees of freedom; None: normal.
        """
        value = float(self.scaled.unit) * (self.raw @ beta)
        value[0] += self.scaled.origin + float(self.scaled.unit * self.scaled.center)
        errors, degrees = ([None] * len(value) if v is None else v.tolist() for v in (std_error, df))
        columns = (self.terms, value.tolist(), errors, degrees)
        return tuple(Coefficient(*four) for four in zip(*columns, strict=True))

    def compressed(self) -> tuple[Floats, Floats, Floats]:
        """Rows ``(M, p)``, outcomes ``(M,)`` and information ``(M,)`` that stand for all groups."""
        information = self.scaled.information
        table = np.column_stack([self.design, self.scaled.value])
        order, starts, count = runs_of_equals(information)
        width = table.shape[1]
        if (count <= width).all():
            return self.design, self.scaled.value, information
        parts = []
        for start, many in zip(starts.tolist(), count.tolist(), strict=True):
            block = table[order[start : start + many]]
            parts.append(triangle_of(block) if many > width else block)
        repeats = np.minimum(count, width)
        rows = np.concatenate(parts)
        return rows[:, :-1], rows[:, -1], np.repeat(information[order[starts]], repeats)


def dependence_limit(
    covariates: Covariates, terms: NDArray[np.intp], spread: Floats, information: Floats
) -> Floats:
    """(Q,) what may be left of each of these terms once those before are taken off that it follows from.

    A part of its own ``spread (Q,)``, and the rounding of its values and of the terms before, which a large
    offset makes coarse.
    """
    coarse = ROUNDED_BY * covariates.rounding[terms]
    coarse = np.maximum(coarse, np.maximum.accumulate(np.where(coarse < NO_DIGITS, coarse, 0.0)))
    return np.asarray(DEPENDENT * spread + coarse * np.sqrt(information.sum()))


def independent_columns(stack: Floats, limit: Floats) -> NDArray[np.intp]:
    """The columns of ``(M, Q)`` of which more than ``limit (Q,)`` is left once those before are taken off."""
    columns = np.arange(stack.shape[1])
    while len(columns):
        left = np.zeros(len(columns))
        diagonal = np.abs(triangle_of(stack[:, columns]).diagonal())
        left[: len(diagonal)] = diagonal
        none = np.flatnonzero(left <= limit[columns])
        if not len(none):
            break
        columns = np.delete(columns, none[0])
    return columns


def dropped_notes(dropped: tuple[str, ...]) -> list[Note]:
    """What is said of terms that cannot be estimated; nothing where there are none."""
    if not dropped:
        return []
    names, one = ", ".join(dropped), len(dropped) == 1
    text = (
        f"{names} cannot be estimated: {'it does' if one else 'they do'} not vary, or follow"
        f"{'s' if one else ''} from the covariates before {'it' if one else 'them'}. The fit is without."
    )
    return [Note("not_estimable", "warning", text)]
