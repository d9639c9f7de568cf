"""BLUPs of groups with covariates: the population mean is a regression."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.contract.fit import Coefficient, GroupFit, Note
from estimators.contract.shared_errors import SharedErrors
from estimators.inference.second_order_regression import SpreadErrors, regression_mse
from estimators.inference.spread_intervals import exact_sentence
from estimators.methods.degenerate import zero_spread_notes
from estimators.methods.homogeneity import Case, Homogeneity, homogeneity
from estimators.methods.regression import RegressionModel, fit_regression
from estimators.methods.regression_many import compared_at
from estimators.methods.regression_rows import dropped_notes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]

LEFT_BETWEEN: Mapping[Case, str] = MappingProxyType(
    {
        "no_further": "What is left between groups is no more than chance would leave ({test}). ",
        "within_chance": (
            "What is left between groups is a little more than chance leaves on average, but well within "
            "chance ({test}). "
        ),
        "beyond_chance": (
            "{name} sees a difference ({test}) that the likelihood at its maximum does not: do not read that "
            "as groups that are alike. "
        ),
    }
)
"""What is said of a spread of 0 beside covariates, by what a test says of what they leave."""


def covariate_blup(data: GroupData, covariates: Covariates, method: Method, std_error: str) -> GroupFit:
    """l_j'beta + b_j, b_j = gamma_j (ybar_j - x_j'beta) and gamma_j = lambda W_j / (1 + lambda W_j).

    l_j has the plain means of all rows of what is adjusted for, and the group's own values of what explains
    the groups; W_j is what the group's data weigh. The mean squared error is (1 - gamma_j) sigma_group^2 +
    d'Cov(beta)d with d = l_j - gamma_j x_j (Henderson 1975, Biometrics 31, 423-447), with the second-order
    terms of Prasad & Rao (1990) where ``std_error`` asks for them; conditional is the first part alone.

    Raises:
        DataError: too few groups or rows for so many terms.

    """
    model = fit_regression(data, method)
    rows = model.rows
    own, place = covariates.of_group[rows.kept], compared_at(rows, covariates)
    signal = rows.scaled.information * model.ratio
    rest = 1.0 / (1.0 + signal)
    weight = signal * rest
    beta = model.beta
    center = place @ beta
    ahead = rows.scaled.value * model.unit - rows.design @ beta
    gap = place - weight[:, None] * rows.design
    middle = data.origin + model.unit * float(rows.scaled.center)
    conditional = np.sqrt(rest) * model.sigma_group
    parts: dict[str, Any] = {"df": None}
    errors = SpreadErrors.of(model)
    if std_error == "conditional":
        error = conditional
    elif std_error == "prediction":
        error = np.hypot(conditional, model.std_error(gap))
    else:
        mse = regression_mse(model, np.square(model.std_error(gap)), errors)
        error = np.sqrt(np.where(mse > 0, mse, np.nan))
        parts["df"] = None if rows.scaled.published else rows.df_within
    if np.isnan(error).any():
        error = np.ma.masked_invalid(error)
    if model.sigma_group > 0:
        common = () if own.any() else (float(center[0]), model.error_root(place[:1])[0])
        shared = SharedErrors(center + weight * ahead, conditional, model.error_root(gap), *common)
        parts["joint"] = shared.joint(middle)
    return GroupFit(
        middle + (center + weight * ahead),
        error,
        weight,
        center=middle + (center if own.any() else float(center[0])),
        parameters=_parameters(model, middle, explained=bool(own.any())),
        notes=_notes(data, model, std_error),
        coefficients=_coefficients(model, errors),
        **parts,
    )


def _coefficients(model: RegressionModel, errors: SpreadErrors) -> tuple[Coefficient, ...]:
    """With Satterthwaite's degrees of freedom; normal where sampling variances are known."""
    raw = model.rows.raw
    df = None if model.rows.scaled.published else errors.df(model.error_root(raw))
    return model.rows.coefficients(model.beta / model.unit, model.std_error(raw), df)


def _parameters(model: RegressionModel, middle: float, *, explained: bool) -> dict[str, float | None]:
    known = model.profile.known_error
    first = np.zeros((1, model.rows.rank))
    first[0, 0] = 1.0
    return {
        "mu": None if explained else middle + float(model.beta[0]),
        "mu_std_error": None if explained else float(model.std_error(first)[0]),
        "sigma_group": model.sigma_group,
        "sigma_error": None if known else model.sigma_error,
        "icc": None if known else model.ratio / (1.0 + model.ratio),
        "criterion": model.criterion,
        "log_likelihood": -model.criterion / 2.0,
    }


def _notes(data: GroupData, model: RegressionModel, std_error: str) -> tuple[Note, ...]:
    notes = [*dropped_notes(model.rows.dropped)]
    if model.sigma_group == 0:
        text = (
            "Once the covariates are taken off, the likelihood is largest where the spread between groups is "
            f"0, so every group is predicted by the covariates alone. {_test_sentence(homogeneity(data))}"
            f"{exact_sentence(data)}"
        )
        notes += [Note("sigma_group_zero", "warning", text), *zero_spread_notes(std_error)]
    return tuple(notes)


def _test_sentence(test: Homogeneity | None) -> str:
    """What a test of what is left between groups says of a spread of 0."""
    if test is None:
        return ""
    return LEFT_BETWEEN[test.case].format(test=test, name=test.name)
