"""Best linear unbiased predictors with REML or ML variance components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from estimators.contract import Estimator, GroupFit, Note
from estimators.errors import DataError
from estimators.options import option
from estimators.variance_components import Method, fit_variance_components, power_of_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.groups import GroupData

STD_ERRORS = {
    "prediction": "prediction",
    "conditional": "conditional",
}


@dataclass(frozen=True)
class BlupOptions:
    """Options of both BLUPs."""

    std_error: str = option(
        "prediction",
        label="Standard error",
        help="Prediction: of the group's true mean, with the uncertainty of the population mean. "
        "Conditional: as if the population mean were known, which is what lme4 reports as condVar.",
        choices=STD_ERRORS,
    )


class Blup(Estimator):
    """mu + gamma_j (ybar_j - mu) with gamma_j = n_j lambda / (1 + n_j lambda).

    lambda = sigma_group^2 / sigma_error^2; of published summaries, n_j lambda is sigma_group^2 / v_j.
    Standard errors: prediction, sqrt((1 - gamma_j) sigma_group^2 + (1 - gamma_j)^2 Var(mu)); conditional,
    sqrt((1 - gamma_j) sigma_group^2). Henderson (1975), Biometrics 31, 423-447; Robinson (1991), Statistical
    Science 6, 15-32.
    """

    Options = BlupOptions
    method: ClassVar[Method]

    def _fit(self, data: GroupData, options: BlupOptions) -> GroupFit:
        if len(data) < 2:
            raise DataError("needs at least 2 groups to tell how much groups differ")
        data.require_repeats()
        if data.known_variance is None:
            if data.all_equal:
                return _all_equal(data)
            if not data.varies_within:
                return self._without_spread_within(data)
        return self._fit_profile(data, options)

    def _fit_profile(self, data: GroupData, options: BlupOptions) -> GroupFit:
        model = fit_variance_components(data, self.method)
        known = data.known_variance
        signal = data.n * model.ratio if known is None else np.square(model.sigma_group / np.sqrt(known))
        weight, own = signal / (1.0 + signal), 1.0 / (1.0 + signal)
        std_error = np.sqrt(own) * model.sigma_group
        if options.std_error == "prediction":
            std_error = np.hypot(std_error, own * model.mu_std_error)
        center = data.origin + model.mu
        return GroupFit(
            estimate=data.origin + (model.mu + weight * (data.centered_mean - model.mu)),
            std_error=std_error,
            weight=weight,
            center=center,
            parameters={
                "mu": center,
                "mu_std_error": model.mu_std_error,
                "sigma_group": model.sigma_group,
                "sigma_error": model.sigma_error if known is None else None,
                "icc": model.ratio / (1.0 + model.ratio) if known is None else None,
                "criterion": model.criterion,
                "log_likelihood": -model.criterion / 2.0,
            },
            notes=_boundary_notes(options) if model.sigma_group == 0 else (),
        )

    def _without_spread_within(self, data: GroupData) -> GroupFit:
        """The limit as the spread within groups goes to 0; the profile formulas at infinity divide by N."""
        j = len(data)
        unit = power_of_two(float(np.abs(data.centered_mean).max()))
        scaled = data.centered_mean / unit
        middle = float(scaled.mean())
        middle += float((scaled - middle).mean())
        divisor = j - 1 if self.method == "reml" else j
        sigma_group = unit * float(np.sqrt(np.square(scaled - middle).sum() / divisor))
        center = data.origin + unit * middle
        text = (
            "Rows do not vary within any group, so every group's mean is taken at its word. "
            "This is the limit of the method; there is no criterion."
        )
        return GroupFit(
            estimate=data.mean,
            std_error=np.zeros(j),
            weight=np.ones(j),
            center=center,
            parameters={
                "mu": center,
                "mu_std_error": sigma_group / float(np.sqrt(j)),
                "sigma_group": sigma_group,
                "sigma_error": 0.0,
                "icc": 1.0,
            },
            notes=(Note("no_spread_within", "warning", text),),
        )

    def weight_curve(self, fit: GroupFit, n: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The curve n lambda / (1 + n lambda); None if the fit has no weights or no spread within groups."""
        sigma_group, sigma_error = (fit.parameters.get(name) for name in ("sigma_group", "sigma_error"))
        if fit.weight is None or sigma_group is None or sigma_error is None:
            return None
        if sigma_group.value is None or sigma_error.value is None:
            return None
        if sigma_error.value == 0:
            return np.ones_like(n)
        ratio = (sigma_group.value / sigma_error.value) ** 2
        return n * ratio / (1.0 + n * ratio)

    def r_code(self, data: GroupData, options: BlupOptions) -> str | None:
        """The coefficients of lme4's lmer with a random intercept."""
        del options
        if data.known_variance is not None:
            return None
        return (
            "# lmer searches from one start: where the criterion has two minima it can miss the better one\n"
            f"model <- lme4::lmer(y ~ 1 + (1 | g), REML = {'TRUE' if self.method == 'reml' else 'FALSE'})\n"
            'estimate <- coef(model)$g[levels(g), "(Intercept)"]'
        )


class RemlBlup(Blup):
    """See :class:`Blup`."""

    id = "reml"
    label = "REML BLUP"
    summary = (
        "Pulls each group towards the population mean, more where its own data say less; spreads by REML."
    )
    citation = (
        "Patterson & Thompson (1971), Biometrika 58, 545-554; Robinson (1991), Statistical Science 6, 15-32"
    )
    color = "#0072b2"
    symbol = "circle"
    order = 20
    method = "reml"


class MlBlup(Blup):
    """See :class:`Blup`."""

    id = "ml"
    label = "ML BLUP"
    summary = (
        "As the REML BLUP, with spreads by maximum likelihood: the groups are taken to differ a little less."
    )
    citation = "Hartley & Rao (1967), Biometrika 54, 93-108; Robinson (1991), Statistical Science 6, 15-32"
    color = "#009e73"
    symbol = "diamond"
    order = 30
    method = "ml"


def _all_equal(data: GroupData) -> GroupFit:
    center = float(data.mean[0])
    text = "All values are equal: there is nothing to shrink, and weights and the ICC do not exist."
    return GroupFit(
        estimate=data.mean,
        std_error=np.zeros(len(data)),
        center=center,
        parameters={"mu": center, "mu_std_error": 0.0, "sigma_group": 0.0, "sigma_error": 0.0},
        notes=(Note("all_equal", "warning", text),),
    )


def _boundary_notes(options: BlupOptions) -> tuple[Note, ...]:
    text = (
        "The data show no more spread between groups than sampling alone would, so the spread between groups "
        "is estimated as 0 and every group is predicted at the population mean."
    )
    notes = [Note("sigma_group_zero", "warning", text)]
    if options.std_error == "conditional":
        text = (
            "The conditional standard error is 0 here because it takes the estimated spreads and the "
            "population mean as known. It does not mean that the groups' true means are known exactly."
        )
        notes.append(Note("conditional_zero", "warning", text))
    return tuple(notes)
