"""Level means adjusted for covariates: least squares with a coefficient for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.arrays import row_norms
from estimators.contract.fit import Coefficient, GroupFit, Note
from estimators.contract.shared_errors import SharedErrors
from estimators.methods.regression import FixedGroups, fit_fixed_groups

if TYPE_CHECKING:
    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData


def adjusted_means(data: GroupData, covariates: Covariates) -> GroupFit:
    """ybar_j + (xbar - xbar_j)'slope: each group at the plain means of all rows.

    The slopes are those within groups, with standard errors sqrt(s / W_j + d'Cov(slope)d), d = xbar - xbar_j
    and s the residual variance with N - J - q degrees of freedom of q slopes (Searle, Speed & Milliken 1980,
    The American Statistician 34, 216-221).

    Raises:
        DataError: no row within groups is left over.

    """
    fit = fit_fixed_groups(data, covariates)
    parts: dict[str, Any] = {}
    if fit.sigma_error > 0:
        parts["joint"] = SharedErrors(fit.mean, fit.own, fit.root).joint(data.origin)
    return GroupFit(
        data.origin + fit.mean,
        fit.std_error,
        np.ones(len(data)),
        parameters={"sigma_error": fit.sigma_error},
        df=float(fit.df),
        notes=_notes(fit),
        coefficients=_coefficients(fit, covariates),
        **parts,
    )


def _coefficients(fit: FixedGroups, covariates: Covariates) -> list[Coefficient]:
    unit = np.array([covariates.unit[covariates.terms.index(term)] for term in fit.terms])
    error = row_norms(fit.slope_root)
    numbers = zip(fit.terms, (fit.slope / unit).tolist(), (error / unit).tolist(), strict=True)
    return [Coefficient(*three, df=float(fit.df)) for three in numbers]


def _notes(fit: FixedGroups) -> list[Note]:
    if not fit.dropped:
        return []
    names, one = ", ".join(fit.dropped), len(fit.dropped) == 1
    text = (
        f"{names} cannot be told from the groups themselves or from the covariates before: level means are "
        f"not adjusted for {'it' if one else 'them'}."
    )
    return [Note("not_estimable", "warning", text)]
