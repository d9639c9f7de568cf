"""The boundary-avoiding penalised likelihood of Chung et al. (2013)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from blupboard_hierarchical_bayes.profile import Profile
from estimators import DataError, Estimator, GroupFit, Parameter, degenerate_note, option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators import GroupData

    Floats = NDArray[np.float64]

SCAN = 256


@dataclass(frozen=True)
class PenalizedOptions:
    """Which likelihood is penalised."""

    likelihood: str = option(
        "ml",
        label="Likelihood",
        help="What the penalty is added to: ML, as Chung et al. do, or REML. With REML the answer is also "
        "the mode of log σg in the posterior under a flat prior on σg; it needs 3 groups.",
        choices={"ml": "ML", "reml": "REML"},
    )


@dataclass(frozen=True)
class _Optimum:
    """In the units of the profile."""

    ratio: float
    mu: float
    precision: float
    sigma_error: float
    log_likelihood: float | None


class PenalizedLikelihood(Estimator):
    """BLUPs at the maximum of log likelihood + log sigma_group, which is never at sigma_group = 0.

    The penalty is the gamma(2, 0) prior of Chung, Rabe-Hesketh, Dorie, Gelman and Liu (2013), Psychometrika
    78, 685-709, on sigma_group itself, in the outcome's units. mu is profiled out of the likelihood (ML) or
    integrated out of it (REML); sigma_error, where it is unknown, is profiled out of the penalised one:
    sigma_error^2 = Q / (N - 1), or Q / (N - 2) for REML, Q = SSW + S. Standard errors are those of a
    prediction, with the spreads taken as known.
    """

    id = "penalized_ml"
    label = "Penalised ML BLUP"
    summary = "As the ML BLUP, with a mild penalty that keeps the spread between groups off 0."
    citation = "Chung, Rabe-Hesketh, Dorie, Gelman & Liu (2013), Psychometrika 78, 685-709"
    Options = PenalizedOptions
    color = "#56b4e9"
    symbol = "triangle-down"
    order = 61
    remedy_for = frozenset({"sigma_group_zero"})
    on_at_first = False

    def _fit(self, data: GroupData, options: PenalizedOptions) -> GroupFit:
        reml = options.likelihood == "reml"
        least = 3 if reml else 2
        if len(data) < least:
            kind = "the restricted" if reml else "the"
            raise DataError(f"needs at least {least} groups with {kind} likelihood")
        note = degenerate_note(data)
        profile = Profile.of(data)
        best = _maximise(profile, reml=reml)
        spread, distance, unit = profile.spread[profile.which], profile.distance, profile.unit
        pull = spread / (spread + best.ratio)
        variance = (1.0 - pull) * spread + np.square(pull) / best.precision
        mu = profile.origin + unit * best.mu
        return GroupFit(
            estimate=data.mean + unit * pull * (best.mu - distance),
            std_error=unit * best.sigma_error * np.sqrt(variance),
            weight=1.0 - pull,
            center=mu,
            parameters=_parameters(data, profile, best, mu),
            notes=() if note is None else (note,),
        )

    def weight_curve(self, fit: GroupFit, information: Floats) -> Floats | None:
        """The curve i lambda / (1 + i lambda) over information i; 1 where rows do not vary within groups."""
        return fit.reliability(information)


def _maximise(profile: Profile, *, reml: bool) -> _Optimum:
    """The global maximum: every crossing of the score on a grid is refined, and the best is taken."""
    from scipy.optimize import brentq

    def slope(u: float) -> float:
        return float(_objective(profile, np.array([u]), reml=reml)[1][0])

    low, high = profile.reach()
    points = np.linspace(low, high, SCAN)
    slopes = _objective(profile, points, reml=reml)[1]
    falls = np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] <= 0))
    found = np.array([brentq(slope, points[i], points[i + 1], xtol=1e-14, rtol=1e-14) for i in falls])
    u = found[np.argmax(_objective(profile, found, reml=reml)[0])]
    given = profile.at(np.exp(2.0 * np.array([u])))
    sigma_error, likelihood = 1.0, None
    precision, log_det, misfit = float(given.precision[0]), float(given.log_det[0]), float(given.misfit[0])
    n = profile.rows - 1 if reml else profile.rows
    if profile.within is not None:
        q = profile.within + misfit
        sigma_error = float(np.sqrt(q / (n - 1)))
        sizes = profile.count @ np.log(profile.spread)
        likelihood = n * np.log(2.0 * np.pi * sigma_error**2) + q / sigma_error**2 - sizes
    elif profile.spread[0] > 0:
        likelihood = n * np.log(2.0 * np.pi) + misfit
    if likelihood is not None:
        likelihood += log_det + 2.0 * n * np.log(profile.unit) + (np.log(precision) if reml else 0.0)
        likelihood = -0.5 * float(likelihood)
    return _Optimum(float(given.ratio[0]), float(given.mu[0]), precision, sigma_error, likelihood)


def _objective(profile: Profile, u: Floats, *, reml: bool) -> tuple[Floats, Floats]:
    """Penalised log likelihood at log sqrt(lambda) = u, up to a constant, and its derivative by u."""
    given = profile.at(np.exp(2.0 * u))
    value, slope = given.log_det, given.log_det_slope
    if reml:
        value = value + np.log(given.precision)
        slope = slope + given.precision_slope / given.precision
    if profile.within is None:
        value, slope = value + given.misfit, slope + given.misfit_slope
    else:
        rows = profile.rows - (2 if reml else 1)
        value = value + rows * np.log1p(given.misfit / profile.within)
        slope = slope + rows * given.misfit_slope / (profile.within + given.misfit)
    return u - 0.5 * value, 1.0 - slope * given.ratio


def _parameters(
    data: GroupData, profile: Profile, best: _Optimum, mu: float
) -> dict[str, float | Parameter | None]:
    known = data.known_variance is not None
    limit = profile.within is None and not known
    sigma_group = profile.unit * best.sigma_error * float(np.sqrt(best.ratio))
    sigma_error = None if known else 0.0 if limit else profile.unit * best.sigma_error
    icc = None if known else 1.0 if limit else best.ratio / (1.0 + best.ratio)
    likelihood = best.log_likelihood
    penalised = None if likelihood is None else -2.0 * (likelihood + float(np.log(sigma_group)))
    text = "What the fit minimised: −2 × (log likelihood + log σg)."
    return {
        "mu": mu,
        "mu_std_error": profile.unit * best.sigma_error / float(np.sqrt(best.precision)),
        "sigma_group": sigma_group,
        "sigma_error": sigma_error,
        "icc": icc,
        "criterion": Parameter("criterion", penalised, "Penalised criterion", text),
        "log_likelihood": likelihood,
    }
