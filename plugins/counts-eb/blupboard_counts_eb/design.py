"""What the prior mean of each group depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators import Coefficient, DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData

    Floats = NDArray[np.float64]

LOG_SIZE = "log_size"
DEPENDENT = 1e-9
"""A singular value this small beside the largest is one of columns that say the same."""


@dataclass(frozen=True, eq=False)
class Design:
    """Lines of 1 and of P - 1 terms, each from its mean in units of its standard deviation over groups."""

    terms: tuple[str, ...]
    """(P - 1,) what the prior mean depends on besides a constant."""
    lines: Floats
    """(D, P) the distinct lines."""
    place: NDArray[np.intp]
    """(J,) which of them each group has."""
    middle: Floats
    """(P - 1,) the terms' means."""
    spread: Floats
    """(P - 1,) their standard deviations."""

    @classmethod
    def of(cls, data: GroupData, exposure: Floats, *, by_size: bool) -> Design:
        """The design of groups with covariates that explain them, and by the logarithm of their size.

        Raises:
            DataError: a term is the same in every group or follows from others, or there are too few groups.

        """
        named = {LOG_SIZE: np.log(exposure)} if by_size else {}
        if (found := data.covariates) is not None:
            values = found.origin + found.unit * found.mean
            named |= {term: values[:, p] for p, term in enumerate(found.terms) if found.of_group[p]}
        if not named:
            nothing = np.zeros(0)
            return cls((), np.ones((1, 1)), np.zeros(len(exposure), dtype=np.intp), nothing, nothing)
        columns = np.column_stack(list(named.values()))
        if len(columns) < columns.shape[1] + 2:
            raise DataError(
                f"needs at least {columns.shape[1] + 2} groups to tell how much they differ beyond what "
                "explains them"
            )
        middle, spread = columns.mean(axis=0), columns.std(axis=0)
        same = [term for term, column in named.items() if np.ptp(column) == 0]
        if same:
            raise DataError(f"{same[0]} is the same in every group, so nothing can depend on it")
        scaled = (columns - middle) / spread
        singular = np.linalg.svd(scaled, compute_uv=False)
        if singular[-1] <= DEPENDENT * singular[0]:
            raise DataError(f"{' and '.join(named)} say the same of the groups: leave one out")
        lines, place = np.unique(scaled, axis=0, return_inverse=True)
        return cls(
            tuple(named),
            np.column_stack([np.ones(len(lines)), lines]),
            place.reshape(-1).astype(np.intp),
            middle,
            spread,
        )

    def coefficients(self, beta: Floats, covariance: Floats | None) -> list[Coefficient]:
        """Coefficients ``(P,)`` of the lines in the units of the terms, the intercept where all are 0."""
        turn = np.diag(np.concatenate([[1.0], 1.0 / self.spread]))
        turn[0, 1:] = -self.middle / self.spread
        errors: list[float | None] = [None] * len(beta)
        if covariance is not None:
            errors = np.sqrt(np.diag(turn @ covariance @ turn.T)).tolist()
        numbers = zip(("(Intercept)", *self.terms), (turn @ beta).tolist(), errors, strict=True)
        return [Coefficient(*three) for three in numbers]
