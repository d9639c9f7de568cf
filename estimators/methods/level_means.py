"""The two ends: every group on its own (no pooling), and one mean for all (complete pooling)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.contract.batch import BatchFit
from estimators.contract.estimator import Estimator
from estimators.contract.fit import GroupFit, Note
from estimators.contract.joint import Joint
from estimators.contract.options import NoOptions
from estimators.data.groups import GroupData
from estimators.data.scaled import weighted_mean
from estimators.methods.adjusted_means import adjusted_means
from estimators.methods.own_spreads import error_spread_option, own_variances, unknown_spreads_note
from estimators.methods.regression_code import adjusted_means_python_code, adjusted_means_r_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.contract.batch import GroupBatch

NO_STANDARD_ERRORS = Note(
    "no_within_spread_known",
    "warning",
    "No group has two rows, so the spread within groups is unknown: there are no standard errors.",
)
NO_STANDARD_ERROR_OF_EQUAL = Note(
    "no_spread_in_survey",
    "warning",
    "With survey weights each group has a spread of its own, so one with one row, or with rows that are all "
    "equal, has no standard error.",
)
MATRIX_GROUPS, MATRIX_CELLS = 200, 20_000_000
"""Past so many groups, or rows times groups, a regression's model matrix takes seconds and gigabytes."""
_R_MEANS = """\
# lm(y ~ 0 + g) has these as its coefficients, but needs two groups and a column for each
estimate <- as.vector(tapply(y, g, mean))"""
_R_ERRORS = """\
df <- length(y) - nlevels(g)
sigma_error <- sqrt(sum((y - ave(y, g))^2) / df)
std_error <- sigma_error / sqrt(as.vector(table(g)))"""
_R_OWN = """\
estimate <- as.vector(tapply(y, g, mean))
df <- as.vector(table(g)) - 1
std_error <- as.vector(tapply(y, g, sd)) / sqrt(df + 1)
# Rows of one group that are all equal, or a single one, say nothing of how they spread
unknown <- as.vector(tapply(y, g, function(v) all(v == v[1])))
std_error[unknown] <- df[unknown] <- NA
weight <- 1"""
_PYTHON_OWN = """\
groups = pd.Series(y).groupby(g)
estimate = groups.mean().to_numpy()
df = groups.size().to_numpy() - 1.0
# Rows of one group that are all equal, or a single one, say nothing of how they spread
unknown = (groups.max() == groups.min()).to_numpy()
std_error = np.where(unknown, np.nan, groups.std().to_numpy() / np.sqrt(df + 1))
df[unknown] = np.nan
weight = 1.0"""
_PYTHON_FIT = """\
# One column of zeros and ones for each group, no intercept
model = sm.OLS(y, np.eye(len(labels))[g]).fit()
estimate = model.params"""
_PYTHON_MEANS = """\
# sm.OLS has these as its parameters, but needs a column for each group
estimate = np.bincount(g, y) / np.bincount(g)"""
_PYTHON_ERRORS = """\
df = len(y) - len(labels)
sigma_error = np.sqrt(((y - estimate[g]) ** 2).sum() / df)
std_error = sigma_error / np.sqrt(np.bincount(g))"""


@dataclass(frozen=True)
class LevelMeansOptions:
    """Options of the level means."""

    error_spread: str = error_spread_option()


class LevelMeans(Estimator):
    """ybar_j with standard error sqrt(pooled variance / n_j), and Student's t with N - J degrees of freedom.

    Of published summaries: the estimates and standard errors as they are, normal. Searle, Casella & McCulloch
    (1992), Variance Components, ch. 3. With weights of precision the means are weighted and n_j is the sum of
    the weights; with survey weights the errors are those of linearisation, with n_j - 1 degrees of freedom.
    With an error spread of its own in each group they are s_j / sqrt(n_j), with n_j - 1 degrees of freedom.
    With covariates the means are adjusted, see :func:`adjusted_means`; nothing explains fixed groups.
    """

    id = "ols"
    label = "Level means (OLS)"
    summary = "Each group's own mean; the BLUE when groups are fixed. Nothing is shared between groups."
    citation = "Searle, Casella & McCulloch (1992), Variance Components, ch. 3"
    color = "#6b7785"
    symbol = "circle-open"
    order = 10
    handles = frozenset({"known_variance", "weights", "survey_weights", "covariates", "group_covariates"})

    Options = LevelMeansOptions

    def _fit(self, data: GroupData, options: LevelMeansOptions) -> GroupFit:
        if options.error_spread == "each" and data.counts_rows and "survey_weights" not in data.carries:
            return _means_with_own_spreads(data)
        if data.covariates is not None and data.covariates.adjusts:
            return adjusted_means(data, data.covariates)
        parts = _own_means(data)
        error = parts.get("std_error")
        if error is None:
            return GroupFit(**parts, notes=(NO_STANDARD_ERRORS,))
        if np.isnan(error).any():  # survey weights, and a group whose rows do not vary
            parts |= {name: np.ma.masked_invalid(parts[name]) for name in ("std_error", "df")}
            return GroupFit(**parts, notes=(NO_STANDARD_ERROR_OF_EQUAL,))
        joint = Joint(data.centered_mean, error, origin=data.origin) if (error > 0).all() else None
        return GroupFit(**parts, joint=joint)

    def _fit_many(self, batch: GroupBatch, options: LevelMeansOptions) -> BatchFit | None:
        return None if options.error_spread == "each" else BatchFit(**_own_means(batch))

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64]:
        """1 whatever the information."""
        del fit
        return np.ones_like(information)

    def r_code(self, data: GroupData, options: LevelMeansOptions) -> str | None:
        """The coefficients of lm without an intercept, or plain means where lm's matrix would be vast."""
        if options.error_spread == "each":
            return None if data.carries else _R_OWN
        if data.carries:
            return adjusted_means_r_code(data) if _has_small_matrix(data) else None
        fit = "estimate <- unname(coef(lm(y ~ 0 + g)))" if _has_small_matrix(data) else _R_MEANS
        return "\n".join([fit, *([_R_ERRORS] if data.df_within else []), "weight <- 1"])

    def python_code(self, data: GroupData, options: LevelMeansOptions) -> str | None:
        """The parameters of statsmodels' OLS without an intercept, or plain means as in :meth:`r_code`."""
        if options.error_spread == "each":
            return None if data.carries else _PYTHON_OWN
        if data.carries:
            return adjusted_means_python_code(data) if _has_small_matrix(data) else None
        fit = _PYTHON_FIT if _has_small_matrix(data) else _PYTHON_MEANS
        return "\n".join([fit, *([_PYTHON_ERRORS] if data.df_within else []), "weight = 1.0"])


class GrandMean(Estimator):
    """The mean of all rows with standard error sqrt(SST / (N - 1) / N), and Student's t with N - 1 df.

    Of published summaries: the precision-weighted mean with standard error 1 / sqrt(sum of 1 / v_j), normal
    (Cochran 1954, Biometrics 10, 101-129).
    """

    id = "grand_mean"
    label = "Grand mean"
    summary = "One mean for all groups: complete pooling. Right only if the groups do not differ at all."
    citation = (
        "Gelman & Hill (2007), Data Analysis Using Regression and Multilevel/Hierarchical Models, ch. 12"
    )
    color = "#3c4650"
    symbol = "line"
    order = 50
    handles = frozenset({"known_variance", "weights"})

    def _fit(self, data: GroupData, options: NoOptions) -> GroupFit:
        del options
        parts = _one_mean(data)
        return GroupFit(**parts, center=parts["parameters"]["mu"])

    def _fit_many(self, batch: GroupBatch, options: NoOptions) -> BatchFit:
        del options
        return BatchFit(**_one_mean(batch))

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64]:
        """0 whatever the information."""
        del fit
        return np.zeros_like(information)

    def r_code(self, data: GroupData, options: NoOptions) -> str | None:
        """The mean of all rows, once for each group."""
        del options
        if data.carries:
            return None
        lines = ["mu <- mean(y)", "estimate <- rep(mu, nlevels(g))", "weight <- 0"]
        if data.total > 1:
            lines += ["df <- length(y) - 1", "std_error <- mu_std_error <- sd(y) / sqrt(length(y))"]
        return "\n".join(lines)

    def python_code(self, data: GroupData, options: NoOptions) -> str | None:
        """The mean of all rows, once for each group."""
        del options
        if data.carries:
            return None
        lines = ["mu = y.mean()", "estimate = np.full(len(labels), mu)", "weight = 0.0"]
        if data.total > 1:
            lines += ["df = len(y) - 1", "std_error = mu_std_error = y.std(ddof=1) / np.sqrt(len(y))"]
        return "\n".join(lines)


def _means_with_own_spreads(data: GroupData) -> GroupFit:
    """Each mean with the standard error of its own group's rows; masked where that is unknown.

    Raises:
        DataError: covariates of the rows.

    """
    error = np.sqrt(own_variances(data))
    unknown = np.flatnonzero(np.isnan(error))
    parts: dict[str, Any] = {"std_error": error, "df": data.n - 1.0}
    if len(unknown) == len(data):
        return GroupFit(data.mean, weight=np.ones(len(data)), notes=(unknown_spreads_note(data, unknown),))
    if unknown.size:
        parts["std_error"] = np.ma.masked_invalid(error)
        parts["df"] = np.ma.array(parts["df"], mask=np.isnan(error))
        parts["notes"] = (unknown_spreads_note(data, unknown),)
    else:
        parts["joint"] = Joint(data.centered_mean, error, origin=data.origin)
    return GroupFit(data.mean, weight=np.ones(len(data)), **parts)


def _has_small_matrix(data: GroupData) -> bool:
    """Whether a regression on the groups is soon done; it takes two of them."""
    return 1 < len(data) <= MATRIX_GROUPS and len(data) * data.total <= MATRIX_CELLS


def _own_means(data: GroupData | GroupBatch) -> dict[str, Any]:
    """The parts of a fit of ``(..., J)`` means by themselves."""
    parts: dict[str, Any] = {"estimate": data.mean, "weight": np.ones_like(data.mean)}
    if data.sampling_variance is not None:
        parts["std_error"] = np.sqrt(data.sampling_variance)
    if isinstance(data, GroupData) and "survey_weights" in data.carries:
        parts["df"] = np.where(np.isnan(parts["std_error"]), np.nan, data.n - 1.0)
    if data.pooled_variance is not None:
        parts |= {"parameters": {"sigma_error": np.sqrt(data.pooled_variance)}, "df": float(data.df_within)}
    return parts


def _one_mean(data: GroupData | GroupBatch) -> dict[str, Any]:
    """The parts of a fit of ``(..., J)`` means by the mean of all rows; of a single row no error is known."""
    middle = weighted_mean(data.centered_mean, data.information)
    center = data.origin + middle
    parts: dict[str, Any] = {
        "estimate": np.broadcast_to(center[..., None], data.mean.shape),
        "weight": np.zeros_like(data.mean),
        "parameters": {"mu": center},
    }
    if data.pooled_variance is None and data.sampling_variance is not None:
        error = np.full_like(center, 1.0 / np.sqrt(data.information.sum()))
    elif data.total > 1:
        parts["df"] = float(data.total - 1)
        between = (np.square(data.centered_mean - middle[..., None]) * data.information).sum(axis=-1)
        total = data.information.sum()
        error = np.asarray(np.sqrt((data.ss_within.sum(axis=-1) + between) / parts["df"] / total))
    else:
        return parts
    parts["parameters"]["mu_std_error"] = error
    return parts | {"std_error": np.broadcast_to(error[..., None], data.mean.shape)}
