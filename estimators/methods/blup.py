"""Best linear unbiased predictors with REML or ML variance components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from estimators.contract.batch import BatchFit, GroupBatch
from estimators.contract.estimator import Estimator
from estimators.contract.fit import GroupFit, Note
from estimators.contract.joint import Joint
from estimators.contract.options import option
from estimators.inference.second_order import second_order
from estimators.inference.spread_intervals import exact_sentence
from estimators.methods.blup_code import blup_python_code, blup_r_code
from estimators.methods.covariate_blup import covariate_blup
from estimators.methods.degenerate import degenerate_fit, fit_replicates, zero_spread_notes
from estimators.methods.homogeneity import Case, homogeneity
from estimators.methods.own_spreads import (
    error_spread_option,
    fit_of_own_variances,
    takes_own_variances,
    with_own_variances,
)
from estimators.methods.profile import Method
from estimators.methods.regression_code import regression_python_code, regression_r_code
from estimators.methods.regression_many import covariate_blups
from estimators.methods.variance_components import VarianceComponents, fit_variance_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.data.scaled import ScaledGroups

STD_ERRORS = {
    "second_order": "second order",
    "prediction": "prediction",
    "conditional": "conditional",
}


@dataclass(frozen=True)
class BlupOptions:
    """Options of both BLUPs."""

    std_error: str = option(
        "second_order",
        label="Standard error",
        help="Second order: of the group's true mean, allowing for spreads and population mean having been "
        "estimated (Prasad and Rao); where groups hardly differ it can be wider than that of the group's own "
        "mean (Dyestuff2: 1.769 against 1.729). Prediction: takes the spreads as known. Conditional: takes "
        "the population mean as known too, which is what lme4 reports as condVar.",
        choices=STD_ERRORS,
    )
    error_spread: str = error_spread_option()


BOUNDARY: Mapping[Case, str] = MappingProxyType(
    {
        "no_further": (
            "The group means lie no further apart than chance would put them ({test}), so the spread between "
            "groups is estimated as 0 and every group is predicted at the population mean."
        ),
        "within_chance": (
            "The group means lie a little further apart than chance puts them on average, but well within "
            "chance ({test}). The likelihood is largest where the spread between groups is 0, so every group "
            "is predicted at the population mean."
        ),
        "beyond_chance": (
            "{name} sees a difference between groups ({test}) that the likelihood at its maximum does not: "
            "it is largest where the spread between groups is 0, so every group is predicted at the "
            "population mean. Do not read that as groups that are alike: look at the level means, and at "
            "REML beside ML."
        ),
    }
)
"""What is said of a spread between groups of 0, by what a test of equal means says."""


class Blup(Estimator):
    """mu + gamma_j (ybar_j - mu) with gamma_j = n_j lambda / (1 + n_j lambda).

    lambda = sigma_group^2 / sigma_error^2; of published summaries, n_j lambda is sigma_group^2 / v_j.
    Standard errors: second order, as in module `second_order`; prediction, sqrt((1 - gamma_j) sigma_group^2
    + (1 - gamma_j)^2 Var(mu)); conditional, sqrt((1 - gamma_j) sigma_group^2). Henderson (1975), Biometrics
    31, 423-447; Robinson (1991), Statistical Science 6, 15-32. With an error spread of its own in each group
    the means are taken as published with the variances s_j^2 / n_j.
    """

    Options = BlupOptions
    handles = frozenset({"known_variance", "weights", "covariates", "group_covariates"})
    handles_many = frozenset({"weights", "covariates", "group_covariates"})
    likelihood: ClassVar[Method]

    def _fit(self, data: GroupData, options: BlupOptions) -> GroupFit:
        if options.error_spread == "each" and data.counts_rows:
            taken = with_own_variances(data)
            fit = self._fit(taken, replace(options, error_spread="common"))
            return fit_of_own_variances(fit, data, taken)
        if data.covariates is not None:
            return covariate_blup(data, data.covariates, self.likelihood, options.std_error)
        limit = degenerate_fit(data, spread_df=self._spread_df(len(data)))
        if limit is not None:
            return replace(limit, df=_df(data, options))
        model = fit_variance_components(data.scaled(), self.likelihood)
        parts = self._predictions(data, model, options)
        if np.isnan(parts["std_error"]).any():
            parts["std_error"] = np.ma.masked_invalid(parts["std_error"])
        if model.sigma_group == 0:
            parts["notes"] = _boundary_notes(data, options)
        else:
            parts["joint"] = _joint(data, model, parts["weight"])
        return GroupFit(**parts, center=parts["parameters"]["mu"])

    def _fit_many(self, batch: GroupBatch, options: BlupOptions) -> BatchFit | None:
        if options.error_spread == "each":
            return None
        if batch.covariates is not None:
            return covariate_blups(batch, self.likelihood, options.std_error)

        def ordinary(some: GroupBatch) -> BatchFit:
            model = fit_variance_components(some.scaled(), self.likelihood)
            return BatchFit(**self._predictions(some, model, options))

        fit = fit_replicates(batch, ordinary, spread_df=self._spread_df(batch.groups))
        return replace(fit, df=_df(batch, options))

    def _spread_df(self, groups: int) -> int:
        """By what the sum of squares of the means is divided where nothing varies within groups."""
        return groups - 1 if self.likelihood == "reml" else groups

    def _predictions(
        self, data: GroupData | GroupBatch, model: VarianceComponents, options: BlupOptions
    ) -> dict[str, Any]:
        """The parts of a fit of ``(..., J)`` means that are not degenerate."""
        scaled = data.scaled()
        mu = model.mu[..., None]
        signal = scaled.information * model.ratio[..., None]
        weight = signal / (1.0 + signal)
        known = scaled.published
        return {
            "estimate": data.origin + (mu + weight * (data.centered_mean - mu)),
            "std_error": self._errors(scaled, model, options),
            "df": _df(data, options),
            "weight": weight,
            "parameters": {
                "mu": data.origin + model.mu,
                "mu_std_error": model.mu_std_error,
                "sigma_group": model.sigma_group,
                "sigma_error": None if known else model.sigma_error,
                "icc": None if known else model.ratio / (1.0 + model.ratio),
                "criterion": model.criterion,
                "log_likelihood": -model.criterion / 2.0,
            },
        }

    def _errors(
        self, scaled: ScaledGroups, model: VarianceComponents, options: BlupOptions
    ) -> NDArray[np.float64]:
        """Standard errors ``(..., J)``, NaN where there is none."""
        if options.std_error == "second_order":
            mse = second_order(scaled, model, self.likelihood).mse
            return np.asarray(np.sqrt(np.where(mse > 0, mse, np.nan)))
        rest = _rest(scaled, model)
        conditional = np.sqrt(rest) * model.sigma_group[..., None]
        if options.std_error == "conditional":
            return np.asarray(conditional)
        return np.hypot(conditional, rest * model.mu_std_error[..., None])

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The curve i lambda / (1 + i lambda) over information i; None if weights do not follow from it."""
        if fit.weight is None or takes_own_variances(fit):
            return None
        return fit.reliability(information)

    def r_code(self, data: GroupData, options: BlupOptions) -> str | None:
        """lme4's lmer with a random intercept."""
        if options.error_spread == "each":
            return None
        if data.carries:
            return regression_r_code(data, method=self.likelihood, std_error=options.std_error)
        return blup_r_code(data, method=self.likelihood, std_error=options.std_error)

    def python_code(self, data: GroupData, options: BlupOptions) -> str | None:
        """Statsmodels' MixedLM with a random intercept."""
        if options.error_spread == "each":
            return None
        if data.carries:
            return regression_python_code(data, method=self.likelihood, std_error=options.std_error)
        return blup_python_code(data, method=self.likelihood, std_error=options.std_error)


class RemlBlup(Blup):
    """BLUPs with variance components by restricted maximum likelihood.

    Formula and standard errors are those of :class:`Blup`. The criterion is that of module `profile`, at
    its global minimum. Fitting raises DataError where there are fewer than two groups or one row in every
    group.
    """

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
    likelihood = "reml"


class MlBlup(Blup):
    """BLUPs with variance components by maximum likelihood.

    Formula and standard errors are those of :class:`Blup`. The criterion is that of module `profile`, at
    its global minimum. Fitting raises DataError where there are fewer than two groups or one row in every
    group.
    """

    id = "ml"
    label = "ML BLUP"
    summary = (
        "As the REML BLUP, with spreads by maximum likelihood: the groups are taken to differ a little less."
    )
    citation = "Hartley & Rao (1967), Biometrika 54, 93-108; Robinson (1991), Statistical Science 6, 15-32"
    color = "#009e73"
    symbol = "diamond"
    order = 30
    likelihood = "ml"


def _rest(scaled: ScaledGroups, model: VarianceComponents) -> NDArray[np.float64]:
    """1 - gamma_j ``(..., J)``, with all its digits where gamma_j is so near 1 that it is rounded to it."""
    return np.asarray(1.0 / (1.0 + scaled.information * model.ratio[..., None]))


def _df(data: GroupData | GroupBatch, options: BlupOptions) -> int | None:
    """Degrees of freedom of the intervals, N - J with errors of second order; None: they are normal."""
    estimated = isinstance(data, GroupBatch) or data.known_variance is None
    return data.df_within if estimated and options.std_error == "second_order" else None


def _joint(data: GroupData, model: VarianceComponents, weight: NDArray[np.float64]) -> Joint:
    """How the true means hang together, spreads taken as known: by the error of mu, which all share."""
    rest = _rest(data.scaled(), model)
    error, mu = float(model.mu_std_error), float(model.mu)
    return Joint(
        mu + weight * (data.centered_mean - mu),
        np.sqrt(rest) * model.sigma_group,
        rest * error,
        center=mu,
        center_loading=error,
        origin=data.origin,
    )


def _boundary_notes(data: GroupData, options: BlupOptions) -> tuple[Note, ...]:
    test = homogeneity(data)
    text = "" if test is None else BOUNDARY[test.case].format(test=test, name=test.name)
    notes = [Note("sigma_group_zero", "warning", f"{text} {exact_sentence(data)}")]
    notes += zero_spread_notes(options.std_error)
    return tuple(notes)
