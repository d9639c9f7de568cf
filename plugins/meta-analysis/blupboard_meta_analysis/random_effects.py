"""The random-effects model of meta-analysis and meta-regression, tau^2 estimated in nine ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators import (
    MU_ERRORS,
    REGRESSION_TAU2,
    TAU2,
    DataError,
    Estimator,
    GroupFit,
    Heterogeneity,
    Joint,
    MetaRegression,
    Note,
    Parameter,
    degenerate_fit,
    heterogeneity,
    meta_regression,
    option,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData

SAME = 1e-9
"""Two errors that differ by no more than this part of theirs are equal."""
TWO_STAGE = Note(
    "two_stage",
    "info",
    "The means' standard errors come from the pooled spread within groups and are then taken as known, as if "
    "they had been published; REML and ML estimate both spreads together.",
)
TAU_ZERO = Note(
    "sigma_group_zero",
    "warning",
    "The spread between groups is estimated as 0, so every group is predicted at the population mean. Other "
    "ways to estimate it can find one: compare them before you read this as groups that are alike.",
)
NOTHING_LEFT = Note(
    "sigma_group_zero",
    "warning",
    "Once the covariates are taken off the spread between groups is estimated as 0, so every group is "
    "predicted by the covariates alone. Other ways to estimate it can find one: compare them.",
)
NO_SECOND_ORDER = (
    "second-order errors are known of tau2 by REML, ML, PM, EB and FH: choose one of these, or "
    "std_error=prediction"
)
SHORT_KNAPP_HARTUNG = Note(
    "knapp_hartung_short",
    "warning",
    "The estimates lie closer together than their standard errors would let expect, so the Knapp–Hartung "
    "error of the population mean is below the normal one. Its modified form never is.",
)


STD_ERRORS = {"prediction": "prediction", "second_order": "second order"}


@dataclass(frozen=True)
class RandomEffectsOptions:
    """How the variance between groups and the error of the population mean are estimated."""

    tau2: str = option(
        "REML",
        label="Variance between groups τ²",
        help="Which estimator of the variance between groups is used; the names are those of R's metafor.",
        choices=TAU2,
    )
    mu_error: str = option(
        "normal",
        label="Error of μ",
        help="Normal: takes the estimated spread as known. Knapp and Hartung: scaled by how far the "
        "estimates lie apart, with Student's t. It concerns the population mean, coefficients and the "
        "prediction interval, not the groups' own errors.",
        choices=MU_ERRORS,
    )
    std_error: str = option(
        "prediction",
        label="Standard error",
        help="Prediction: takes the estimated spread as known, as metafor's blup does. Second order: allows "
        "for its having been estimated, as in small-area estimation; of REML, ML, PM, EB and FH.",
        choices=STD_ERRORS,
    )


class RandomEffects(Estimator):
    """mu + gamma_j (y_j - mu), gamma_j = tau^2 / (tau^2 + v_j), v_j the known sampling variance of y_j.

    mu = sum w_j y_j / sum w_j, w_j = 1 / (v_j + tau^2); the standard error of a prediction is
    sqrt((1 - gamma_j) tau^2 + (1 - gamma_j)^2 / sum w_j), as of metafor's ``blup``. The estimators of tau^2
    and mu's error are those of :func:`estimators.heterogeneity`. Raudenbush & Bryk (1985), Journal of
    Educational Statistics 10, 75-98. Where covariates explain the groups, x_j'beta stands in place of mu, as
    of :func:`estimators.meta_regression`; in small-area estimation that is the model of Fay & Herriot (1979),
    JASA 74, 269-277.
    """

    id = "meta"
    label = "Meta-analysis"
    summary = (
        "Random-effects meta-analysis: pulls each estimate towards the mean; choose how τ² is estimated."
    )
    citation = (
        "Raudenbush & Bryk (1985), Journal of Educational Statistics 10, 75-98; "
        "Viechtbauer (2010), Journal of Statistical Software 36(3)"
    )
    Options = RandomEffectsOptions
    handles = frozenset({"known_variance", "group_covariates"})
    order = 105
    on_at_first = False
    blupboard_contract = "0.2"

    def _fit(self, data: GroupData, options: RandomEffectsOptions) -> GroupFit:
        if data.covariates is not None:
            return _regression(data, options)
        limit = degenerate_fit(data)
        if limit is not None:
            return limit
        found = heterogeneity(data, options.tau2, options.mu_error)
        mu = found.centered_mu
        mean = mu + found.weight * (data.centered_mean - mu)
        return GroupFit(
            estimate=data.origin + mean,
            std_error=_std_error(found, options),
            weight=found.weight,
            center=found.mu,
            parameters=_parameters(data, found),
            notes=_notes(data, found),
            joint=_joint(data, found, mean) if found.tau > 0 else None,
            details={"heterogeneity": found},
        )

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The curve i tau^2 / (i tau^2 + sigma_error^2) over information i; None without weights."""
        return None if fit.weight is None else fit.reliability(information)


def _regression(data: GroupData, options: RandomEffectsOptions) -> GroupFit:
    if data.counts_rows:
        raise DataError(
            "with covariates this takes published estimates and standard errors: of rows take REML or ML"
        )
    if options.tau2 not in REGRESSION_TAU2:
        known = ", ".join(REGRESSION_TAU2)
        raise DataError(
            f"with covariates tau2 is estimated by one of {known}: choose one in place of {options.tau2}"
        )
    found = meta_regression(data, options.tau2, options.mu_error)
    return GroupFit(
        estimate=found.origin + found.estimate,
        std_error=_std_error(found, options),
        weight=found.weight,
        center=found.origin + found.center,
        parameters=_regression_parameters(found),
        notes=(*found.notes, *([NOTHING_LEFT] if found.tau == 0 else [])),
        joint=found.joint,
        coefficients=found.coefficients,
        details={"heterogeneity": found},
    )


def _std_error(found: Heterogeneity | MetaRegression, options: RandomEffectsOptions) -> Any:
    """Of the predictions, ``(k,)``; masked where a mean squared error is not above 0."""
    if options.std_error == "prediction":
        return found.std_error
    if found.second_order is None:
        raise DataError(NO_SECOND_ORDER)
    unknown = np.isnan(found.second_order)
    return np.ma.masked_invalid(found.second_order) if unknown.any() else found.second_order


def _regression_parameters(found: MetaRegression) -> dict[str, float | Parameter | None]:
    names = {
        "tau2": (found.tau2, "Variance left τ²", "Between groups, around what the covariates let expect."),
        "explained": (
            found.explained,
            "Share of τ² explained",
            "1 − τ² / τ² without covariates, at least 0 (R² of meta-regression); few groups leave it open.",
        ),
        "i2": (
            found.i2,
            "I² of what is left",
            "Share of what is left of an estimate's variance that is real.",
        ),
        "h2": (
            found.h2,
            "H² of what is left",
            "What is left of an estimate's variance over its sampling one.",
        ),
        "q": (found.test.statistic, "QE", "Weighted sum of squares of the residuals."),
        "q_p": (found.test.p, "p of QE", "The chance of a QE at least so large if covariates explain all."),
    }
    named = {name: Parameter(name, value, label, text) for name, (value, label, text) in names.items()}
    return {"sigma_group": found.tau, "sigma_error": None, **named}


def _parameters(data: GroupData, found: Heterogeneity) -> dict[str, float | Parameter | None]:
    names = {
        "tau2": (found.tau2, "Variance between groups τ²", "Square of σg, in squared units of the outcome."),
        "i2": (
            found.i2,
            "I²",
            "Share of an estimate's variance that lies between groups, as metafor's.",
        ),
        "i2_higgins": (found.i2_higgins, "I² by Q", "(Q − df) / Q, at least 0 (Higgins and Thompson)."),
        "h2": (
            found.h2,
            "H²",
            "An estimate's variance over its sampling variance; 1 where groups are alike.",
        ),
        "q": (found.test.statistic, "Cochran's Q", "Weighted sum of squares of the estimates."),
        "q_p": (found.test.p, "p of Q", "The chance of a Q at least so large if all true values are equal."),
    }
    named = {name: Parameter(name, value, label, text) for name, (value, label, text) in names.items()}
    error = data.scaled().sigma_error
    return {
        "mu": found.mu,
        "mu_std_error": found.mu_std_error,
        "sigma_group": found.tau,
        "sigma_error": None if error is None else float(error),
        **named,
    }


def _notes(data: GroupData, found: Heterogeneity) -> tuple[Note, ...]:
    notes = [TWO_STAGE] if data.counts_rows else []
    if found.tau == 0:
        notes.append(TAU_ZERO)
    if found.mu_std_error < found.center_loading * (1.0 - SAME):  # by Paule and Mandel the two are equal
        notes.append(SHORT_KNAPP_HARTUNG)
    return tuple(notes)


def _joint(data: GroupData, found: Heterogeneity, mean: NDArray[np.float64]) -> Joint:
    """How the true means hang together, tau taken as known: by the error of mu, which all share."""
    return Joint(
        mean,
        found.own,
        found.loading,
        center=found.centered_mu,
        center_loading=found.center_loading,
        origin=data.origin,
    )
