"""Meta-regression: published estimates that covariates of the groups explain, tau^2 in several ways.

y_j = x_j'beta + u_j + e_j with known Var(e_j) = v_j and Var(u_j) = tau^2, p coefficients, w_j = 1 / (v_j +
tau^2) and r_j what weighted least squares leaves. In small-area estimation it is the model of Fay & Herriot
(1979, JASA 74, 269-277). Estimators of tau^2, each at least 0:

- REML, ML: the global minimum of the criterion, as in module `regression_profile`
- FH, PM, EB: sum w_j r_j^2 = k - p, whose left side falls in tau^2 (Fay & Herriot 1979)
- DL: (Q_E - (k - p)) / tr P, P = A - A X (X'A X)^-1 X'A, A = diag(1 / v_j), Q_E the sum at tau^2 = 0
- HE: (squares that plain least squares leaves - tr (I - H) V) / (k - p) (as R's metafor has both: Viechtbauer
  2010, J. Stat. Softw. 36(3))
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from estimators.contract.fit import Coefficient, GroupFit, Note
from estimators.contract.shared_errors import SharedErrors
from estimators.errors import DataError, OptionError
from estimators.inference.heterogeneity import MU_ERRORS, MuError, heterogeneity, second_order_mse
from estimators.inference.roots import bracketed_roots
from estimators.methods.homogeneity import Homogeneity, homogeneity
from estimators.methods.regression import RegressionModel, fit_regression, require_degrees
from estimators.methods.regression_profile import RegressionProfile
from estimators.methods.regression_rows import RegressionRows, dropped_notes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.estimator import Estimator
    from estimators.contract.joint import DrawnJoint
    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]

REGRESSION_TAU2 = ("REML", "ML", "FH", "PM", "EB", "DL", "HE")
"""The estimators of tau^2 that take covariates."""


@dataclass(frozen=True, eq=False)
class MetaRegression:
    """How much k true values differ around what covariates let expect."""

    method: str
    """Of :data:`REGRESSION_TAU2`."""
    tau: float
    """Standard deviation of the true values around the regression, in the outcome's units."""
    tau_without: float
    """The same by the same method without any covariate."""
    coefficients: tuple[Coefficient, ...]
    """With errors of the kind that was asked for."""
    i2: float
    """tau^2 / (tau^2 + v), v the typical variance (k - p) / tr P: of what is left, the share that is real."""
    h2: float
    """tau^2 / v + 1."""
    test: Homogeneity
    """Q_E of the residuals, with k - p degrees of freedom and p."""
    estimate: Floats
    """(k,) center + weight (y - center), the best linear prediction, minus ``origin``."""
    center: Floats
    """(k,) x_j'beta minus ``origin``."""
    weight: Floats
    """(k,) tau^2 / (tau^2 + v_j) of each own estimate."""
    own: Floats
    """(k,) standard deviation of a true value around its prediction, were beta known."""
    root: Floats
    """(k, p) what the errors of beta add to it: (1 - weight) x_j' times a root of Cov(beta)."""
    second_order: Floats | None
    """(k,) standard errors that allow for tau^2 having been estimated, by REML, ML and FH (Datta, Rao & Smith
    2005, Biometrika 92, 183-196); NaN where a mean squared error is not above 0; None of other methods."""
    origin: float
    """A number near the data."""
    notes: tuple[Note, ...]
    """What is said of terms that cannot be estimated."""

    @property
    def tau2(self) -> float:
        """tau^2, in squared units of the outcome."""
        return self.tau * self.tau

    @property
    def explained(self) -> float | None:
        """The share of tau^2 that the covariates explain, 1 - tau^2 / tau_without^2, at least 0.

        None where there is none without covariates (Raudenbush 2009, in Cooper, Hedges & Valentine, The
        Handbook of Research Synthesis, ch. 16; metafor's R^2). With few groups it is known badly.
        """
        if self.tau_without == 0:
            return None
        return max(0.0, 1.0 - (self.tau / self.tau_without) ** 2)

    @property
    def std_error(self) -> Floats:
        """(k,) of the predictions, with tau taken as known."""
        return np.asarray(np.sqrt(np.square(self.own) + np.square(self.root).sum(axis=1)))

    @property
    def joint(self) -> DrawnJoint | None:
        """How the true values hang together, tau taken as known; None where it is 0."""
        if self.tau == 0:
            return None
        return SharedErrors(self.estimate, self.own, self.root).joint(self.origin)

    def to_dict(self) -> dict[str, Any]:
        """The numbers ready for JSON."""
        return {
            "tau2": self.tau2,
            "tau2_without": self.tau_without * self.tau_without,
            "explained": self.explained,
            "I2": self.i2,
            "H2": self.h2,
            "QE": self.test.statistic,
            "df": self.test.df,
            "p": self.test.p,
        }


def meta_regression(data: GroupData, method: str = "REML", mu_error: MuError = "normal") -> MetaRegression:
    """How much the true values of published estimates differ around what covariates let expect.

    Args:
        data: groups with known standard errors and covariates, more of them than coefficients.
        method: of :data:`REGRESSION_TAU2`.
        mu_error: of the coefficients; ``knapp_hartung``: normal errors times the root of sum w r^2 / (k - p),
            with t and k - p (Knapp & Hartung 2003, Stat. Med. 22, 2693-2710); ``modified_knapp_hartung``: at
            least the normal ones.

    Raises:
        DataError: no covariates, no known standard errors, or too few groups for so many terms.
        OptionError: there is no such method or error.

    """
    if method not in REGRESSION_TAU2:
        known = ", ".join(REGRESSION_TAU2)
        raise OptionError(f"with covariates tau2 is estimated by one of {known}, not {method!r}")
    if mu_error not in get_args(MuError):
        raise OptionError(f"the error of mu is one of {', '.join(MU_ERRORS)}, not {mu_error!r}")
    if data.covariates is None or data.known_variance is None:
        raise DataError("meta-regression takes published estimates that covariates of the groups explain")
    model, test = _model(data, method), homogeneity(data)
    if test is None:
        raise RuntimeError("groups with more of them than coefficients have a test")
    rows, tau2, unit = model.rows, model.ratio, model.unit
    rest = 1.0 / (1.0 + rows.scaled.information * tau2)
    center = rows.design @ model.beta
    ahead = rows.scaled.value * unit - center
    shift = unit * float(rows.scaled.center)
    root = model.error_root(rest[:, None] * rows.design)
    typical = rows.df_between / _trace(model.profile)
    return MetaRegression(
        method=method,
        tau=model.sigma_group,
        tau_without=heterogeneity(replace(data, covariates=None), method).tau,
        coefficients=_coefficients(model, mu_error),
        i2=tau2 / (tau2 + typical),
        h2=tau2 / typical + 1.0,
        test=test,
        estimate=shift + center + (1.0 - rest) * ahead,
        center=shift + center,
        weight=1.0 - rest,
        own=model.sigma_group * np.sqrt(rest),
        root=root,
        second_order=_second_order(model, method, root),
        origin=data.origin,
        notes=tuple(dropped_notes(rows.dropped)),
    )


def fit_meta_regression(data: GroupData, estimator: Estimator, fit: GroupFit | None) -> MetaRegression | None:
    """The meta-regression that goes with a fit of published estimates and covariates; None: there is none.

    It is what the fit's ``details`` hold as ``heterogeneity``, or that of the likelihood which the estimator
    states.
    """
    if fit is None or data.carries != {"known_variance", "group_covariates"}:
        return None
    found = fit.details.get("heterogeneity")
    if isinstance(found, MetaRegression):
        return found
    return None if estimator.likelihood is None else meta_regression(data, estimator.likelihood.upper())


def _model(data: GroupData, method: str) -> RegressionModel:
    """The model at the tau^2 of a method."""
    if method in ("REML", "ML"):
        likelihood: Literal["reml", "ml"] = "reml" if method == "REML" else "ml"
        return fit_regression(data, likelihood)
    rows = RegressionRows.of(data)
    require_degrees(rows)
    profile = RegressionProfile.of(rows, "reml")
    tau2 = max(0.0, _moment(profile, method))
    criterion = profile.criterion_at(np.array([tau2]), np.zeros(1, dtype=np.intp))
    return RegressionModel(profile, tau2, profile.solve(tau2), float(criterion[0]))


def _moment(profile: RegressionProfile, method: str) -> float:
    """tau^2 in squared units by a method of moments; it can be below 0."""
    rows = profile.rows
    wanted, scaled = rows.df_between, rows.scaled

    def excess(tau2: Floats) -> Floats:
        return profile.at(tau2, np.zeros(len(tau2), dtype=np.intp)).residual - wanted

    if method == "DL":
        return float(excess(np.zeros(1))[0]) / _trace(profile)
    basis = np.linalg.qr(rows.design)[0]
    rest = scaled.value - basis @ (basis.T @ scaled.value)
    squares = float(np.square(rest).sum())
    if method == "HE":
        left = 1.0 - np.square(basis).sum(axis=1)
        return (squares - float(left @ (1.0 / scaled.information))) / wanted
    zero = np.zeros(1)
    if excess(zero)[0] <= 0:
        return 0.0
    # as w < 1 / tau^2, the sum is below what plain least squares leaves over tau^2
    return float(bracketed_roots(excess, zero, np.array([2.0 * squares / wanted]))[0])


def _trace(profile: RegressionProfile) -> float:
    """Tr P at tau^2 = 0."""
    return float(profile.size @ profile.without_row + profile.information @ profile.solve(0.0).free)


def _coefficients(model: RegressionModel, mu_error: MuError) -> tuple[Coefficient, ...]:
    raw, df = model.rows.raw, model.rows.df_between
    error = model.std_error(raw)
    if mu_error == "normal":
        return model.rows.coefficients(model.beta / model.unit, error)
    factor = float(np.sqrt(model.here.residual / df))
    factor = max(factor, 1.0) if mu_error == "modified_knapp_hartung" else factor
    return model.rows.coefficients(model.beta / model.unit, error * factor, np.full(len(error), float(df)))


def _second_order(model: RegressionModel, method: str, root: Floats) -> Floats | None:
    """Standard errors ``(k,)`` in the outcome's units."""
    share = model.here.weights * model.here.leverage
    mse = second_order_mse(model.rows.scaled.information, model.ratio, method, float(share.sum()))
    if mse is None:
        return None
    squares = np.square(root).sum(axis=1) + model.unit**2 * mse
    return np.asarray(np.sqrt(np.where(squares > 0, squares, np.nan)))
