"""Hierarchical Bayes: mu and both sigmas integrated out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blupboard_hierarchical_bayes.posterior import HalfT, Posterior
from estimators import (
    DataError,
    DrawnJoint,
    Estimator,
    GroupFit,
    Note,
    Parameter,
    degenerate_note,
    option,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData

    Floats = NDArray[np.float64]

TOP = 0.99
MOST_DRAWN = 500
"""Groups that are drawn together for ranks; twenty thousand draws of more take too much room."""
POSTERIOR = "posterior"
"""Where a fit holds its :class:`Posterior`, among its details."""


@dataclass(frozen=True)
class BayesOptions:
    """The prior on sigma_group."""

    prior: str = option(
        "flat",
        label="Prior on σg",
        help="Flat needs 3 groups; half-t holds very large spreads to be unlikely and works from 2 groups.",
        choices={"flat": "flat", "half_t": "half-t"},
    )
    scale: float = option(
        0.0,
        label="Scale of the half-t",
        help="In units of the outcome. 0: taken from the data, as the standard deviation of the group means "
        "or the typical standard error of one, whichever is larger.",
        minimum=0.0,
    )
    df: int = option(
        3,
        label="Degrees of freedom of the half-t",
        help="1 is the half-Cauchy; the larger, the closer to a half-normal.",
        minimum=1,
        maximum=100,
    )


@dataclass(frozen=True, eq=False)
class EqualTailed:
    """The intervals of a posterior: as much probability below as above."""

    posterior: Posterior

    def __call__(self, level: float) -> tuple[Floats, Floats]:
        """Lower and upper ends ``(J,)``."""
        tail = (1.0 - level) / 2.0
        return self.posterior.quantile(tail), self.posterior.quantile(1.0 - tail)


class HierarchicalBayes(Estimator):
    """Posterior means under y_ij ~ N(theta_j, sigma_error^2), theta_j ~ N(mu, sigma_group^2).

    Priors: flat on mu, 1 / sigma_error^2 on sigma_error^2 (known for published summaries), flat or half-t on
    sigma_group. Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, sections 5.4, 5.5 and 5.7; Gelman
    (2006), Bayesian Analysis 1, 515-533. See :mod:`blupboard_hierarchical_bayes.posterior` for the integrals.
    """

    id = "hierarchical_bayes"
    label = "Hierarchical Bayes"
    summary = "Averages over every spread that the data allow, so it never claims that groups do not differ."
    citation = (
        "Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., ch. 5; "
        "Gelman (2006), Bayesian Analysis 1, 515-533"
    )
    Options = BayesOptions
    color = "#cc79a7"
    symbol = "triangle-up"
    order = 60
    on_at_first = False

    def _fit(self, data: GroupData, options: BayesOptions) -> GroupFit:
        posterior = Posterior.of(data, half_t(data, options) if options.prior == "half_t" else None)
        shift, std_error = posterior.estimates()
        return GroupFit(
            estimate=data.mean + shift,
            std_error=std_error,
            weight=posterior.weight(),
            center=posterior.mu,
            parameters=_parameters(data, posterior),
            notes=_notes(data, posterior),
            interval_fn=EqualTailed(posterior),
            joint=DrawnJoint(posterior.draw, posterior.profile.origin) if len(data) <= MOST_DRAWN else None,
            details={POSTERIOR: posterior},
        )

    def weight_curve(self, fit: GroupFit, information: Floats) -> Floats | None:
        """The posterior mean of i lambda / (1 + i lambda) over information i."""
        posterior = fit.details.get(POSTERIOR)
        if not isinstance(posterior, Posterior):
            return None
        return posterior.mixture.own_share(posterior.profile.variances(information))


def half_t(data: GroupData, options: BayesOptions) -> HalfT:
    """The half-t prior that the options ask for, its scale in the data's units.

    Raises:
        DataError: the scale is to come from the data, and these have no spread.

    """
    if options.scale > 0:
        return HalfT(options.scale, options.df)
    variance = data.sampling_variance
    typical = 0.0 if variance is None else float(np.sqrt(variance.mean()))
    scale = max(float(np.std(data.centered_mean)), typical)
    if scale == 0:
        raise DataError("all values are equal, so nothing can be learnt about how much groups differ")
    return HalfT(scale, options.df)


def sigma_group_density(fit: GroupFit, points: int = 200) -> tuple[Floats, Floats]:
    """The posterior of sigma_group as a curve: values ``(points,)`` from near 0 upwards, and their density.

    The values are in the outcome's units and end where 1% of the posterior is still to come.

    Raises:
        DataError: the fit was not made by :class:`HierarchicalBayes`.

    """
    posterior = fit.details.get(POSTERIOR)
    if not isinstance(posterior, Posterior):
        raise DataError("this fit has no posterior: it was not made by hierarchical_bayes")
    marginal = posterior.sigma_group
    values = np.linspace(0.0, marginal.quantile(TOP), points + 1)[1:]
    return values, marginal.density(values)


def _parameters(data: GroupData, posterior: Posterior) -> dict[str, float | Parameter | None]:
    low, middle, high = (posterior.sigma_group.quantile(p) for p in (0.025, 0.5, 0.975))
    known = data.known_variance is not None
    error = posterior.sigma_error
    ratio = posterior.ratio.quantile(0.5)
    sigma_error = (None if known else 0.0) if error is None else error.quantile(0.5)
    icc = (None if known else 1.0) if error is None else ratio / (ratio + 1.0 / ratio)
    given = (
        Parameter("mu", posterior.mu, "Population mean μ (posterior mean)"),
        Parameter("mu_std_error", posterior.mu_std_error, "Posterior standard deviation of μ"),
        Parameter("sigma_group", middle, "Between groups σg (posterior median)"),
        Parameter("sigma_group_low", low, "σg, 2.5% point", "The posterior holds σg below with 2.5%."),
        Parameter("sigma_group_high", high, "σg, 97.5% point", "The posterior holds σg above with 2.5%."),
        Parameter("sigma_error", sigma_error, "Within groups σe (posterior median)"),
        Parameter("icc", icc, "ICC (posterior median)"),
    )
    return {p.name: p for p in given}


def _notes(data: GroupData, posterior: Posterior) -> tuple[Note, ...]:
    limit = degenerate_note(data)
    notes = [] if limit is None else [limit]
    if posterior.mu is None:
        text = (
            "With so few groups the posterior of the population mean has tails too heavy for a mean, so none "
            "is given. Half of what decides here is the prior: compare flat with half-t."
        )
        notes.append(Note("few_groups", "warning", text))
    if not posterior.has_std_error:
        text = "With so few rows the posterior has no standard deviation; its intervals exist."
        notes.append(Note("few_rows", "info", text))
    return tuple(notes)
