"""Best linear unbiased predictors with REML or ML variance components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from estimators.contract.batch import BatchFit
from estimators.contract.estimator import Estimator
from estimators.contract.fit import GroupFit, Note
from estimators.contract.options import option
from estimators.errors import DataError
from estimators.methods.batch_components import fit_batch_components, powers_of_two
from estimators.methods.variance_components import Method, fit_variance_components, power_of_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.batch import GroupBatch
    from estimators.data.groups import GroupData

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
        _require_enough(data)
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
        weight = signal / (1.0 + signal)
        center = data.origin + model.mu
        return GroupFit(
            estimate=data.origin + (model.mu + weight * (data.centered_mean - model.mu)),
            std_error=_std_error(signal, model.sigma_group, model.mu_std_error, options),
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

    def _fit_many(self, batch: GroupBatch, options: BlupOptions) -> BatchFit:
        _require_enough(batch[0])
        varies = batch.varies_within
        if varies.all():
            return self._profile_many(batch, options)
        level = ~varies & (np.ptp(batch.centered_mean, axis=1) == 0)
        cases = (
            (varies, lambda some: self._profile_many(some, options)),
            (level, _all_equal_many),
            (~varies & ~level, self._without_spread_within_many),
        )
        return _put_together(batch, [(which, fit(batch.take(which))) for which, fit in cases if which.any()])

    def _profile_many(self, batch: GroupBatch, options: BlupOptions) -> BatchFit:
        model = fit_batch_components(batch, self.method)
        mu = model.mu[:, None]
        signal = batch.n * model.ratio[:, None]
        weight = signal / (1.0 + signal)
        return BatchFit(
            estimate=batch.origin + (mu + weight * (batch.centered_mean - mu)),
            std_error=_std_error(signal, model.sigma_group[:, None], model.mu_std_error[:, None], options),
            weight=weight,
            parameters={
                "mu": batch.origin + model.mu,
                "mu_std_error": model.mu_std_error,
                "sigma_group": model.sigma_group,
                "sigma_error": model.sigma_error,
                "icc": model.ratio / (1.0 + model.ratio),
                "criterion": model.criterion,
                "log_likelihood": -model.criterion / 2.0,
            },
        )

    def _without_spread_within_many(self, batch: GroupBatch) -> BatchFit:
        """As :meth:`_without_spread_within`, of every replicate."""
        j = batch.groups
        unit = powers_of_two(np.abs(batch.centered_mean).max(axis=1))
        scaled = batch.centered_mean / unit[:, None]
        middle = scaled.mean(axis=1)
        middle += (scaled - middle[:, None]).mean(axis=1)
        divisor = j - 1 if self.method == "reml" else j
        sigma_group = unit * np.sqrt(np.square(scaled - middle[:, None]).sum(axis=1) / divisor)
        return BatchFit(
            estimate=batch.mean,
            std_error=np.zeros_like(batch.mean),
            weight=np.ones_like(batch.mean),
            parameters={
                "mu": batch.origin + unit * middle,
                "mu_std_error": sigma_group / np.sqrt(j),
                "sigma_group": sigma_group,
                "sigma_error": np.zeros(len(batch)),
                "icc": np.ones(len(batch)),
            },
        )

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The curve i lambda / (1 + i lambda) over information i; None if the fit has no weights."""
        return None if fit.weight is None else fit.reliability(information)

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


def _require_enough(data: GroupData) -> None:
    if len(data) < 2:
        raise DataError("needs at least 2 groups to tell how much groups differ")
    data.require_repeats()


def _std_error(
    signal: NDArray[Any],
    sigma_group: float | NDArray[np.float64],
    mu_std_error: float | NDArray[np.float64],
    options: BlupOptions,
) -> NDArray[np.float64]:
    """The standard errors, in the shape of ``signal``, n_j lambda."""
    own = 1.0 / (1.0 + signal)
    conditional = np.sqrt(own) * sigma_group
    return np.hypot(conditional, own * mu_std_error) if options.std_error == "prediction" else conditional


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


def _all_equal_many(batch: GroupBatch) -> BatchFit:
    nothing = np.zeros(len(batch))
    return BatchFit(
        estimate=batch.mean,
        std_error=np.zeros_like(batch.mean),
        parameters={
            "mu": batch.mean[:, 0],
            "mu_std_error": nothing,
            "sigma_group": nothing,
            "sigma_error": nothing,
        },
    )


def _put_together(batch: GroupBatch, parts: list[tuple[NDArray[np.bool_], BatchFit]]) -> BatchFit:
    """One fit of the batch from fits of some of its replicates, each with a mask ``(R,)`` that says which."""
    nothing = np.full_like(batch.centered_mean, np.nan)
    estimate, std_error, weight = (nothing.copy() for _ in range(3))
    parameters: dict[str, NDArray[np.float64]] = {}
    for replicates, fit in parts:
        for whole, part in ((estimate, fit.estimate), (std_error, fit.std_error), (weight, fit.weight)):
            if part is not None:
                whole[replicates] = part
        for name, numbers in fit.parameters.items():
            parameters.setdefault(name, nothing[:, 0].copy())[replicates] = numbers
    return BatchFit(estimate, std_error, weight, parameters=parameters)


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
