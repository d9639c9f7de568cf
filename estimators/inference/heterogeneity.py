"""Heterogeneity of published estimates: tau^2 in nine ways, I^2, H^2, Q and prediction intervals.

With estimates y_j and their known sampling variances v_j, and w_j = 1 / (v_j + tau^2), mu = sum w_j y_j / sum
w_j and SE(mu) = 1 / sqrt(sum w_j). Names and formulas of the estimators of tau^2 are those of R's metafor
(Viechtbauer 2010, J. Stat. Softw. 36(3); Veroniki et al. 2016, Res. Synth. Methods 7, 55-79):

- DL: (Q - (k - 1)) / (sum a - sum a^2 / sum a), a_j = 1 / v_j (DerSimonian & Laird 1986, Control. Clin.
  Trials 7, 177-188)
- HE: sum (y_j - ybar)^2 / (k - 1) - sum v_j / k (Hedges & Olkin 1985, ch. 9)
- HS: (Q - k) / sum a (Hunter & Schmidt 1990)
- PM, EB, FH: sum w_j (y_j - mu)^2 = k - 1, whose left side falls in tau^2, so that there is one solution
  (Paule & Mandel 1982, J. Res. Natl. Bur. Stand. 87, 377-385; the empirical Bayes estimate of Morris 1983,
  and that of Fay & Herriot 1979 without covariates, are the same)
- SJ: t sum u_j (y_j - m)^2 / (k - 1), t = sum (y_j - ybar)^2 / k, u_j = 1 / (v_j + t) (Sidik & Jonkman 2005,
  Appl. Stat. 54, 367-384)
- REML, ML: the global minimum of the criterion, as in module `profile`

each at least 0, which is exact where it is reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from estimators.arrays import sum_over_pairs
from estimators.contract.fit import two_sided_quantile
from estimators.errors import DataError, OptionError
from estimators.inference.roots import bracketed_roots
from estimators.inference.spread_intervals import check_level
from estimators.methods.homogeneity import Homogeneity
from estimators.methods.variance_components import fit_variance_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.estimator import Estimator
    from estimators.contract.fit import GroupFit
    from estimators.data.groups import GroupData
    from estimators.data.scaled import ScaledGroups

    Floats = NDArray[np.float64]

MuError = Literal["normal", "knapp_hartung", "modified_knapp_hartung"]
PredictionKind = Literal["normal", "t_k_minus_1", "t_k_minus_2"]

TAU2: Mapping[str, str] = MappingProxyType(
    {
        "REML": "restricted maximum likelihood (REML)",
        "ML": "maximum likelihood (ML)",
        "DL": "DerSimonian–Laird (DL)",
        "PM": "Paule–Mandel (PM)",
        "EB": "empirical Bayes (EB, the same as PM)",
        "FH": "Fay–Herriot (FH, PM with covariates)",
        "HE": "Hedges (HE)",
        "HS": "Hunter–Schmidt (HS)",
        "SJ": "Sidik–Jonkman (SJ)",
    }
)
"""The estimators of tau^2 by metafor's names, and what people call them."""
MU_ERRORS: Mapping[MuError, str] = MappingProxyType(
    {
        "normal": "normal",
        "knapp_hartung": "Knapp–Hartung",
        "modified_knapp_hartung": "Knapp–Hartung, never below the normal one",
    }
)
"""The standard errors of mu, and what people call them."""
PREDICTION_KINDS: Mapping[PredictionKind, str] = MappingProxyType(
    {
        "t_k_minus_2": "t with k − 2 (Higgins, Thompson and Spiegelhalter)",
        "t_k_minus_1": "t with k − 1",
        "normal": "normal",
    }
)
"""The kinds of prediction intervals, and what people call them."""


@dataclass(frozen=True)
class PredictionInterval:
    """Where the true value of a further group is expected: mu -+ q sqrt(SE(mu)^2 + tau^2)."""

    kind: PredictionKind
    """The distribution of q: normal (metafor's own), t with k - 1, or t with k - 2 degrees of freedom."""
    low: float | None
    """Lower end, in the outcome's units; None of two groups with k - 2."""
    high: float | None
    """Upper end."""


@dataclass(frozen=True, eq=False)
class Heterogeneity:
    """How much k true values differ, beside what their estimates' known variances explain."""

    method: str
    """Of :data:`TAU2`."""
    tau: float
    """Standard deviation of the true values, in the outcome's units."""
    mu: float
    """Their mean, in the outcome's units."""
    centered_mu: float
    """The same minus the data's origin, so that differences keep their digits."""
    mu_std_error: float
    """Of the kind that was asked for."""
    mu_df: int | None
    """Degrees of freedom that go with it: k - 1 by Knapp and Hartung, None = normal."""
    i2: float
    """tau^2 / (tau^2 + v), v the typical variance (k - 1) sum a / ((sum a)^2 - sum a^2), as metafor's I^2."""
    i2_higgins: float
    """(Q - df) / Q, at least 0 (Higgins & Thompson 2002, Stat. Med. 21, 1539); ``i2`` by DL is the same."""
    h2: float
    """tau^2 / v + 1, as metafor's H^2."""
    test: Homogeneity
    """Cochran's Q with k - 1 degrees of freedom and p."""
    weight: Floats
    """(k,) weight tau^2 / (tau^2 + v_j) of each own estimate in its best linear prediction."""
    own: Floats
    """(k,) standard deviation of a true value around it, were mu known: sqrt(1 - weight) tau."""
    loading: Floats
    """(k,) what the error of mu, by its normal standard error, adds to it: (1 - weight) / sqrt(sum w)."""
    center_loading: float
    """The normal standard error of mu."""
    second_order: Floats | None
    """(k,) standard errors of the predictions that allow for tau^2 having been estimated, by REML, ML and PM,
    as :func:`second_order_mse`; NaN where a mean squared error is not above 0; None of other methods."""
    possible: tuple[float, float] = (-np.inf, np.inf)
    """Between what true values lie: rates from 0 on."""

    @property
    def std_error(self) -> Floats:
        """(k,) of the predictions, with tau taken as known: sqrt(own^2 + loading^2)."""
        return np.hypot(self.own, self.loading)

    @property
    def tau2(self) -> float:
        """Variance of the true values, in squared units of the outcome."""
        return self.tau * self.tau

    def mu_interval(self, level: float = 0.95) -> tuple[float, float]:
        """The ends of the interval for mu, as far as it can be there.

        Raises OptionError where ``level`` is not between 0 and 1.
        """
        check_level(level)
        half = float(two_sided_quantile(level, self.mu_df)) * self.mu_std_error
        low, high = np.clip([self.mu - half, self.mu + half], *self.possible).tolist()
        return low, high

    def prediction_interval(
        self, level: float = 0.95, kind: PredictionKind = "t_k_minus_2"
    ) -> PredictionInterval:
        """Where the true value of a further group is expected, as far as it can be there.

        Higgins, Thompson & Spiegelhalter (2009), JRSS A 172, 137-159, with k - 2; a normal quantile takes tau
        as known and is too short where k is small.

        Raises:
            OptionError: the level is not between 0 and 1, or there is no such kind.

        """
        check_level(level)
        if kind not in get_args(PredictionKind):
            raise OptionError(f"a prediction interval is one of {', '.join(PREDICTION_KINDS)}, not {kind!r}")
        taken = {"normal": None, "t_k_minus_1": 0, "t_k_minus_2": 1}[kind]
        df = None if taken is None else self.test.df - taken
        if df == 0:
            return PredictionInterval(kind, None, None)
        half = float(two_sided_quantile(level, df)) * float(np.hypot(self.mu_std_error, self.tau))
        low, high = np.clip([self.mu - half, self.mu + half], *self.possible).tolist()
        return PredictionInterval(kind, low, high)

    def to_dict(self, level: float = 0.95, kind: PredictionKind = "t_k_minus_2") -> dict[str, Any]:
        """The numbers ready for JSON, with the prediction interval at ``level``.

        Raises:
            OptionError: as :meth:`prediction_interval`.

        """
        further = self.prediction_interval(level, kind)
        return {
            "tau2": self.tau2,
            "I2": self.i2,
            "I2_higgins": self.i2_higgins,
            "H2": self.h2,
            "Q": self.test.statistic,
            "df": self.test.df,
            "p": self.test.p,
            "prediction_interval": {"kind": further.kind, "low": further.low, "high": further.high},
        }


def heterogeneity(data: GroupData, method: str = "REML", mu_error: MuError = "normal") -> Heterogeneity:
    """How much the true values of published estimates differ.

    Of rows, the pooled variance divided by the rows of each group stands for its published variance.

    Args:
        data: two groups or more, each with a known standard error.
        method: of :data:`TAU2`.
        mu_error: ``knapp_hartung``: SE(mu)^2 = sum w (y - mu)^2 / ((k - 1) sum w), with t and k - 1 (Knapp &
            Hartung 2003, Stat. Med. 22, 2693-2710); ``modified_knapp_hartung``: at least the normal one.

    Raises:
        DataError: one group, one row in each, or nothing that varies within.
        OptionError: there is no such method or error.

    """
    if method not in TAU2:
        raise OptionError(f"tau2 is estimated by one of {', '.join(TAU2)}, not {method!r}")
    if mu_error not in get_args(MuError):
        raise OptionError(f"the error of mu is one of {', '.join(MU_ERRORS)}, not {mu_error!r}")
    scaled = _with_known_variances(data)
    groups, information = scaled.groups, scaled.information
    tau2 = _tau2(scaled, method)
    share = information / (1.0 + information * tau2)
    total = float(share.sum())
    center = float(scaled.weighted_mean(share))
    error = 1.0 / np.sqrt(total)
    usual, df = error, None
    if mu_error != "normal":
        spread = float(share @ np.square(scaled.value - center)) / (groups - 1)
        error, df = error * np.sqrt(spread), groups - 1
        error = max(error, usual) if mu_error == "modified_knapp_hartung" else error
    q, typical = _q(scaled), _typical_variance(information)
    unit, tau = float(scaled.unit), float(np.sqrt(tau2))
    rest = 1.0 / (1.0 + information * tau2)
    more = second_order_mse(information, tau2, method, float(share @ share) / total)
    if more is not None:
        more = more + np.square(usual * rest)
    return Heterogeneity(
        method=method,
        tau=unit * tau,
        mu=float(scaled.place(center)),
        centered_mu=unit * (float(scaled.center) + center),
        mu_std_error=unit * float(error),
        mu_df=df,
        i2=tau2 / (tau2 + typical),
        i2_higgins=max(0.0, (q.statistic - q.df) / q.statistic) if q.statistic > 0 else 0.0,
        h2=tau2 / typical + 1.0,
        test=q,
        weight=information * tau2 * rest,
        own=unit * tau * np.sqrt(rest),
        loading=unit * usual * rest,
        center_loading=unit * float(usual),
        second_order=None if more is None else unit * np.sqrt(np.where(more > 0, more, np.nan)),
        possible=data.possible,
    )


def second_order_mse(information: Floats, tau2: float, method: str, moved: float) -> Floats | None:
    """g1 + 2 g3 less the bias of g1, ``(k,)`` in squared units: the error of tau^2 in that of predictions.

    g1 = tau^2 v / (tau^2 + v) and g3 = v^2 V / (tau^2 + v)^3, V the variance of tau^2: 2 / sum w^2 by REML
    and ML, 2 k / (sum w)^2 by PM, EB and FH. Its bias b, times v^2 / (tau^2 + v)^2, is taken off: 0 by REML,
    -``moved`` / sum w^2 by ML, 2 (k sum w^2 - (sum w)^2) / (sum w)^3 by PM (Datta, Rao & Smith 2005,
    Biometrika 92, 183-196; as R's sae). What the error of the coefficients adds, g2, is left to the caller.

    Args:
        information: 1 / v ``(k,)``.
        tau2: in squared units.
        method: of :data:`TAU2`; None comes back for those without a formula here.
        moved: tr (X'W X)^-1 X'W^2 X; sum w^2 / sum w of one mean.

    """
    own = 1.0 / (1.0 + information * tau2)
    w = information * own
    squares, total = float(w @ w), float(w.sum())
    if method in ("REML", "ML"):
        variance, bias = 2.0 / squares, -moved / squares if method == "ML" else 0.0
    elif method in ("PM", "EB", "FH"):
        variance = 2.0 * len(w) / total**2
        bias = 2.0 * (len(w) * squares - total**2) / total**3
    else:
        return None
    return np.asarray(tau2 * own + 2.0 * np.square(own) * w * variance - bias * np.square(own))


def fit_heterogeneity(data: GroupData, estimator: Estimator, fit: GroupFit | None) -> Heterogeneity | None:
    """The heterogeneity that goes with a fit of published estimates; None where there is none.

    It is what the fit's ``details`` hold as ``heterogeneity``, or that of the likelihood which the estimator
    states.
    """
    if fit is None or data.carries != {"known_variance"} or len(data) < 2:
        return None
    found = fit.details.get("heterogeneity")
    if isinstance(found, Heterogeneity):
        return found
    return None if estimator.likelihood is None else heterogeneity(data, estimator.likelihood.upper())


def _with_known_variances(data: GroupData) -> ScaledGroups:
    """The scaled summary with ``information`` 1 / sampling variance; raises DataError where there is none."""
    if len(data) < 2:
        raise DataError("needs at least 2 groups to tell how much groups differ")
    data.require_repeats()
    if data.known_variance is None and not data.varies_within:
        raise DataError("rows do not vary within any group, so their means have no standard errors")
    scaled = data.scaled()
    if scaled.published:
        return scaled
    information = 1.0 / np.asarray(scaled.variance)
    nothing = np.zeros_like(scaled.ss_within)
    return replace(scaled, information=information, ss_within=nothing, rows=scaled.groups, published=True)


def _tau2(scaled: ScaledGroups, method: str) -> float:
    """tau^2 in squared units, at least 0."""
    value, information = scaled.value, scaled.information
    groups = scaled.groups
    if method in ("REML", "ML"):
        likelihood: Literal["reml", "ml"] = "reml" if method == "REML" else "ml"
        return float(fit_variance_components(scaled, likelihood).ratio)
    plain = value - value.mean()
    squares = float(np.square(plain - plain.mean()).sum())
    q = float(np.square(value) @ information)
    if method in ("PM", "EB", "FH"):
        return _paule_mandel(scaled, squares)
    if method == "SJ":
        start = squares / groups
        share = information / (1.0 + information * start)
        off = value - float(scaled.weighted_mean(share))
        return start * float(share @ np.square(off)) / (groups - 1)
    if method == "DL":
        total = float(information.sum())
        found = (q - (groups - 1)) / (sum_over_pairs(information) / total)
    elif method == "HE":
        found = squares / (groups - 1) - float((1.0 / information).mean())
    else:
        found = (q - groups) / float(information.sum())
    return max(0.0, found)


def _paule_mandel(scaled: ScaledGroups, squares: float) -> float:
    """Where sum w (y - mu)^2 has fallen to k - 1.

    As w < 1 / tau^2, that is below ``squares`` / (k - 1); twice as far it is so in rounded numbers too.
    """
    wanted = scaled.groups - 1

    def excess(tau2: Floats) -> Floats:
        share = scaled.information / (1.0 + scaled.information * tau2[:, None])
        center = (share @ scaled.value) / share.sum(axis=1)
        return np.asarray((share * np.square(scaled.value - center[:, None])).sum(axis=1) - wanted)

    zero, top = np.zeros(1), np.array([2.0 * squares / wanted])
    if excess(zero)[0] <= 0:
        return 0.0
    return float(bracketed_roots(excess, zero, top)[0])


def _q(scaled: ScaledGroups) -> Homogeneity:
    from scipy.special import chdtrc

    q, df = float(np.square(scaled.value) @ scaled.information), scaled.groups - 1
    return Homogeneity(q, df, None, float(chdtrc(df, q)))


def _typical_variance(information: Floats) -> float:
    """(k - 1) sum a / ((sum a)^2 - sum a^2), in squared units."""
    return (len(information) - 1) * float(information.sum()) / sum_over_pairs(information)
