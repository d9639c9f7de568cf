"""The random-effects model of meta-analysis, with the variance between studies estimated in eight ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from estimators import (
    MU_ERRORS,
    TAU2,
    Estimator,
    GroupFit,
    Heterogeneity,
    Joint,
    Note,
    Parameter,
    degenerate_fit,
    heterogeneity,
    option,
)

if TYPE_CHECKING:
    import numpy as np
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
SHORT_KNAPP_HARTUNG = Note(
    "knapp_hartung_short",
    "warning",
    "The estimates lie closer together than their standard errors would let expect, so the Knapp–Hartung "
    "error of the population mean is below the normal one. Its modified form never is.",
)


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
        "estimates lie apart, with Student's t. It concerns the population mean and the prediction interval, "
        "not the groups' own errors.",
        choices=MU_ERRORS,
    )


class RandomEffects(Estimator):
    """mu + gamma_j (y_j - mu), gamma_j = tau^2 / (tau^2 + v_j), v_j the known sampling variance of y_j.

    mu = sum w_j y_j / sum w_j, w_j = 1 / (v_j + tau^2); the standard error of a prediction is
    sqrt((1 - gamma_j) tau^2 + (1 - gamma_j)^2 / sum w_j), as of metafor's ``blup``. The estimators of tau^2
    and mu's error are those of :func:`estimators.heterogeneity`. Raudenbush & Bryk (1985), Journal of
    Educational Statistics 10, 75-98.
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
    order = 105
    on_at_first = False
    blupboard_contract = "0.2"

    def _fit(self, data: GroupData, options: RandomEffectsOptions) -> GroupFit:
        limit = degenerate_fit(data)
        if limit is not None:
            return limit
        found = heterogeneity(data, options.tau2, options.mu_error)
        mu = found.centered_mu
        mean = mu + found.weight * (data.centered_mean - mu)
        return GroupFit(
            estimate=data.origin + mean,
            std_error=found.std_error,
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
