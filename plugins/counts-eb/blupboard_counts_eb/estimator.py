"""Empirical Bayes for counts: beta-binomial and gamma-Poisson by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from blupboard_counts_eb.counts import Counted, counted
from blupboard_counts_eb.design import Design
from blupboard_counts_eb.maximum import coefficient_covariance, global_maximum
from blupboard_counts_eb.posterior import BetaPosterior, Draws, EqualTailed, GammaPosterior
from estimators import (
    DrawnJoint,
    Estimator,
    GroupFit,
    Joint,
    Note,
    Parameter,
    degenerate_fit,
    option,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blupboard_counts_eb.maximum import Maximum
    from blupboard_counts_eb.posterior import Posterior
    from estimators import GroupData

    Floats = NDArray[np.float64]

MOST_DRAWN = 1000
"""Groups that are drawn together for ranks; twenty thousand draws of more take too much room."""
HALF = "half"
"""Where a fit holds the information at which the weight is one half, if one for all, among its details."""
POSTERIOR = "posterior"
"""Where it holds its posterior."""
ALIKE = Note(
    "sigma_group_zero",
    "warning",
    "Counts vary no more between groups than chance alone would let them, so every group is put where the "
    "groups together are, and there are neither intervals nor ranks.",
)
LINKS = {
    True: Note(
        "coefficients_of_log_odds",
        "info",
        "Coefficients are of the logarithm of the odds: the exponential of one is an odds ratio.",
    ),
    False: Note(
        "coefficients_of_log_rates",
        "info",
        "Coefficients are of the logarithm of the rate: the exponential of one is a rate ratio.",
    ),
}
"""What the coefficients are of, by whether counts are of trials."""
NORMAL_RANKS = Note(
    "normal_ranks",
    "info",
    f"With more than {MOST_DRAWN:,} groups, ranks and chances to be above take each posterior as normal.",
)
NO_RANKS = Note(
    "no_ranks",
    "info",
    f"With more than {MOST_DRAWN:,} groups and a prior mean by size there are no ranks.",
)


@dataclass(frozen=True)
class CountsOptions:
    """What the prior mean depends on."""

    explained_by: str = option(
        "nothing",
        label="Prior mean",
        help="Common to all groups, or depending on the logarithm of a group's trials or exposure: where "
        "those who have more are better (or worse), small groups are pulled towards others of their size.",
        choices={"nothing": "common", "log_size": "by log size"},
    )


class CountsBayes(Estimator):
    """Posterior means (alpha + y_j) / (alpha + beta + n_j), or (shape + y_j) / (rate + t_j).

    Events out of n_j trials are binomial with chances from Beta(alpha, beta), events in an exposure t_j
    Poisson with rates from Gamma(shape, rate); the parameters are those of the global maximum of the
    likelihood, and count as known afterwards. Where something explains the groups, the logarithm of their
    size or covariates, the prior mean is logistic(x_j'b), or exp(x_j'b), with alpha + beta, or the shape,
    common; errors of b are by the observed information. Griffiths (1973), Biometrics 29, 637-648;
    Gaver & O'Muircheartaigh (1987), Technometrics 29, 1-15; Brown (2008), Ann. Appl. Stat. 2, 113-152, for
    batting averages by times at bat.
    """

    id = "counts-eb"
    label = "Counts EB"
    summary = "Pulls shares and rates towards their mean by the beta-binomial or gamma-Poisson likelihood."
    citation = (
        "Griffiths (1973), Biometrics 29, 637-648; Gaver & O'Muircheartaigh (1987), Technometrics 29, 1-15"
    )
    handles = frozenset({"known_variance", "counts", "group_covariates"})
    Options = CountsOptions
    order = 145
    on_at_first = False
    blupboard_contract = "0.2"

    def _fit(self, data: GroupData, options: CountsOptions) -> GroupFit:
        counts = counted(data)
        limit = degenerate_fit(data)
        if limit is not None:
            return limit
        design = Design.of(data, counts.exposure, by_size=options.explained_by == "log_size")
        # whose functions of SciPy take longer to be loaded than most fits
        from blupboard_counts_eb.families import BetaBinomial, GammaPoisson

        kind = BetaBinomial if counts.of_trials else GammaPoisson
        family = kind(counts.events, counts.exposure, design.lines, design.place)
        best = global_maximum(family)
        eta = (design.lines @ best.coefficients)[design.place]
        mean = 1.0 / (1.0 + np.exp(-eta)) if counts.of_trials else np.exp(eta)
        covariance = coefficient_covariance(family, best)
        if not design.terms:
            slope = mean[0] * (1.0 - mean[0]) if counts.of_trials else mean[0]
            error = None if covariance is None else float(slope * np.sqrt(covariance[0, 0]))
            return _fit_of(counts, best, mean, {"mu": float(mean[0]), "mu_std_error": error})
        fit = _fit_of(counts, best, mean, None)
        coefficients = design.coefficients(best.coefficients, covariance)
        return replace(fit, coefficients=coefficients, notes=(*fit.notes, LINKS[counts.of_trials]))

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """The curve i / (i + h), h that of weight one half; None where groups have an h of their own."""
        half = fit.details.get(HALF)
        if fit.weight is None or not isinstance(half, float):
            return None
        return np.asarray(information / (information + half))


def _fit_of(counts: Counted, best: Maximum, mean: Floats, common: dict[str, float | None] | None) -> GroupFit:
    """The fit from the maximum and the prior means ``(J,)``; ``common`` is said of a mean of all groups."""
    center = float(mean[0]) if common else mean
    parameters = _parameters(counts, best, common)
    if best.dispersion == 0:
        return GroupFit(
            estimate=mean,
            weight=np.zeros_like(mean),
            center=center,
            parameters=parameters,
            notes=[ALIKE],
        )
    size = 1.0 / best.dispersion
    half = np.full_like(mean, size) if counts.of_trials else size / mean
    posterior = _posterior(counts, size, mean)
    joint, notes = _joint(posterior, float(mean[0]) if common else None)
    return GroupFit(
        estimate=posterior.mean,
        std_error=posterior.std_dev,
        weight=counts.exposure / (counts.exposure + half),
        center=center,
        parameters=parameters,
        notes=notes,
        interval_fn=EqualTailed(posterior),
        joint=joint,
        details={POSTERIOR: posterior, HALF: _half_information(counts, size, mean)},
    )


def _half_information(counts: Counted, size: float, mean: Floats) -> float | None:
    """The information at which the weight is one half: trials, or exposure over the pooled rate."""
    if counts.of_trials:
        return size
    pooled = float(counts.events.sum() / counts.exposure.sum())
    return size / float(mean[0]) / pooled if (mean == mean[0]).all() else None


def _joint(posterior: Posterior, center: float | None) -> tuple[DrawnJoint | Joint | None, tuple[Note, ...]]:
    """How the true shares or rates are distributed, and what is said of that."""
    mean = posterior.mean
    if len(mean) <= MOST_DRAWN:
        return DrawnJoint(Draws(posterior, center), above=posterior.above, center=center), ()
    if center is None:
        return None, (NO_RANKS,)
    return Joint(mean, posterior.std_dev, center=center), (NORMAL_RANKS,)


def _posterior(counts: Counted, size: float, mean: Floats) -> Posterior:
    y, t = counts.events, counts.exposure
    if counts.of_trials:
        return BetaPosterior(size * mean + y, size * (1.0 - mean) + (t - y))
    return GammaPosterior(size + y, size / mean + t)


def _parameters(
    counts: Counted, best: Maximum, common: dict[str, float | None] | None
) -> dict[str, float | Parameter | None]:
    """What the prior is; parameters that are infinite where nothing is over-dispersed do not exist there."""
    size = 1.0 / best.dispersion if best.dispersion > 0 else None
    named: dict[str, tuple[float | None, str, str]] = {}
    found: dict[str, float | Parameter | None] = {}
    mu = None if common is None else common["mu"]
    if mu is None:
        text = "In trials, alpha + beta; or the shape of the gamma distribution."
        named = {"prior_size": (size, "Size of the prior", text)}
    elif counts.of_trials:
        text = "Of the beta distribution that shares are drawn from."
        named = {
            "alpha": (size and size * mu, "α of the prior", text),
            "beta": (size and size * (1.0 - mu), "β of the prior", text),
        }
    else:
        text = "Of the gamma distribution that rates are drawn from; the rate weighs as so much exposure."
        named = {
            "shape": (size, "Shape of the prior", text),
            "rate": (size and size / mu, "Rate of the prior", text),
        }
    if mu is not None:
        spread = mu * (1.0 - mu) / (size + 1.0) if counts.of_trials and size else mu * mu * best.dispersion
        found = {**(common or {}), "sigma_group": float(np.sqrt(spread))}
    found |= {name: Parameter(name, value, label, text) for name, (value, label, text) in named.items()}
    return {**found, "criterion": -2.0 * best.log_likelihood, "log_likelihood": best.log_likelihood}
