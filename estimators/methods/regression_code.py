"""Level means and BLUPs with covariates and weights in other languages: R with lme4, Python with statsmodels.

At hand are, beside ``y`` and ``g``, the covariates ``x`` where some differ between rows, a data frame with a
column for each such (categories as a factor, in pandas as text), with ``explains``, which of them explain the
groups, and ``w`` where rows have weights. What the programs do not give follows from the spreads by the
formulas of modules `covariate_blup` and `second_order_regression`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.errors import DataError
from estimators.methods.regression import require_degrees
from estimators.methods.regression_rows import RegressionRows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

_R_COVARIATES = """\
# Centred and scaled, which moves no adjusted mean; the intercept is then that at the means of numbers
x[] <- lapply(x, function(v) if (is.numeric(v)) (v - mean(v)) / sd(v) else v)
X <- model.matrix(~ ., x)
own <- attr(X, "assign") %in% which(explains)"""
_R_NO_COVARIATES = """\
X <- matrix(1, length(y), 1)
own <- FALSE"""
_R_GROUPS = """\
W <- as.vector(rowsum({w}, g))
xg <- rowsum({w} * X, g) / W
yg <- as.vector(rowsum({w} * y, g)) / W
"""
_R_MODEL = """\
# lmer searches from one start: where the criterion has two minima it can miss the better one
closer <- lme4::lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12))
model <- lme4::lmer(y ~ 0 + X + (1 | g), {weights}REML = {reml}, control = closer)
beta <- lme4::fixef(model)
C <- as.matrix(vcov(model))
sigma_group <- attr(lme4::VarCorr(model)$g, "stddev")[[1]]
sigma_error <- sigma(model)
icc <- sigma_group^2 / (sigma_group^2 + sigma_error^2)
# What is adjusted for stands at the plain means of all rows, what explains the groups at their own values
at <- matrix(colMeans(X), nlevels(g), ncol(X), byrow = TRUE)
at[, own] <- xg[, own]
A <- sigma_group^2
s <- sigma_error^2
D <- s + W * A
weight <- W * A / D
estimate <- as.vector(at %*% beta + weight * (yg - xg %*% beta))
gap <- at - weight * xg
conditional <- sqrt(s / D) * sigma_group
g2 <- rowSums((gap %*% C) * gap){mu}
"""
_R_MU = """
mu <- sum(at[1, ] * beta)
mu_std_error <- sqrt(sum((at[1, ] %*% C) * at[1, ]))"""
_R_SECOND_ORDER = """\
# Second order (Prasad and Rao 1990): allows for the spreads having been estimated too (g3)
inside <- sqrt({w}) * (X - xg[g, ])
product <- function(k) crossprod(xg, k * W / D * xg)
trace <- function(m) sum(diag(m))
FA <- C %*% product(W / D)
Fs <- C %*% (product(1 / D) + crossprod(inside) / s^2)
AA <- sum((W / D)^2){reml_AA}
As <- sum(W / D^2){reml_As}
ss <- (length(y) - nlevels(g)) / s^2 + sum(1 / D^2){reml_ss}
V <- 2 * solve(matrix(c(AA, As, As, ss), 2))
g3 <- W / D^3 * (s^2 * V[1, 1] + A^2 * V[2, 2] - 2 * A * s * V[1, 2])
mse <- conditional^2 + g2 + 2 * g3{bias}
std_error <- sqrt(ifelse(mse > 0, mse, NA))
slopes <- sum(svd(inside)$d > 1e-8 * svd(X)$d[1])
df <- length(y) - nlevels(g) - slopes"""
_R_ML_BIAS = """\

# ML takes the spreads for a little small, which moves g1
moved <- -V %*% c(trace(FA), trace(Fs)) / 2
mse <- mse - (s^2 * moved[1] + W * A^2 * moved[2]) / D^2"""
_R_STD_ERROR = {
    "second_order": _R_SECOND_ORDER,
    "conditional": "# Conditional: the coefficients taken as known\nstd_error <- conditional",
    "prediction": "std_error <- sqrt(conditional^2 + g2)",
}
_R_LEVELS = """\
A <- X[, {adjusted}, drop = FALSE]
model <- lm(y ~ 0 + g{covariates}{weights})
# What a coefficient for each group takes the place of has none of its own
kept <- !is.na(coef(model))
at <- cbind(diag(nlevels(g)), matrix(colMeans(A), nlevels(g), ncol(A), byrow = TRUE))[, kept, drop = FALSE]
estimate <- as.vector(at %*% coef(model)[kept])
std_error <- sqrt(rowSums((at %*% vcov(model, complete = FALSE)) * at))
sigma_error <- sigma(model)
df <- df.residual(model)
weight <- 1"""
_R_SURVEY = """\
# Weighted means, with standard errors by linearisation
n <- as.vector(table(g))
estimate <- as.vector(rowsum(w * y, g) / rowsum(w, g))
squares <- as.vector(rowsum((w * (y - estimate[g]))^2, g))
std_error <- ifelse(n > 1, sqrt(n / (n - 1) * squares) / as.vector(rowsum(w, g)), NA)
df <- ifelse(n > 1, n - 1, NA)
weight <- 1"""
_R_SURVEY_EQUAL = """\
# Rows of one group that are all equal say nothing of how they spread
unknown <- as.vector(tapply(y, g, function(v) all(v == v[1])))
std_error[unknown] <- df[unknown] <- NA"""

_PYTHON_COVARIATES = """\
# Centred and scaled, which moves no adjusted mean; the intercept is then that at the means of numbers
blocks, own = [np.ones((len(y), 1))], [False]
for name, its_own in zip(x, explains):
    if x[name].dtype.kind == "f":
        block = ((x[[name]] - x[name].mean()) / x[name].std()).to_numpy()
    else:
        block = pd.get_dummies(x[name], drop_first=True, dtype=float).to_numpy()
    blocks.append(block)
    own += [its_own] * block.shape[1]
X, own = np.hstack(blocks), np.array(own)"""
_PYTHON_NO_COVARIATES = """\
X, own = np.ones((len(y), 1)), np.array([False])"""
_PYTHON_MODEL = """\
# MixedLM searches best where numbers are near 0 and 1, and its default search can stop short near 0
unit = y.std()
z = (y - y.mean()) / unit
model = sm.MixedLM(z, X, groups=g).fit(reml={reml}, method="powell", xtol=1e-10, ftol=1e-14)
between, within = model.cov_re[0, 0], model.scale
# The likelihood can have a second maximum where nothing lies between groups, which no search looks for
free = len(z){less_rank}
left = np.square(z - X @ np.linalg.lstsq(X, z, rcond=None)[0]).sum()
at_zero = -free / 2 * (1 + np.log(2 * np.pi * left / free)){restricted}
if at_zero > model.llf:
    between, within = 0.0, left / free
sigma_group, sigma_error = unit * np.sqrt(between), unit * np.sqrt(within)
icc = between / (between + within)
A, s = sigma_group**2, sigma_error**2
n = np.bincount(g)
D = s + n * A
xg = np.array([np.bincount(g, column) for column in X.T]).T / n[:, None]
yg = np.bincount(g, y) / n
inside, rest = X - xg[g], y - yg[g]
C = np.linalg.inv(inside.T @ inside / s + xg.T @ (xg * (n / D)[:, None]))
beta = C @ (inside.T @ rest / s + xg.T @ (n / D * yg))
# What is adjusted for stands at the plain means of all rows, what explains the groups at their own values
at = np.where(own, xg, X.mean(axis=0))
weight = n * A / D
estimate = at @ beta + weight * (yg - xg @ beta)
gap = at - weight[:, None] * xg
conditional = np.sqrt(s / D) * sigma_group
g2 = ((gap @ C) * gap).sum(axis=1){mu}
"""
_PYTHON_MU = """
mu = at[0] @ beta
mu_std_error = np.sqrt(at[0] @ C @ at[0])"""
_PYTHON_SECOND_ORDER = """\
# Second order (Prasad and Rao 1990): allows for the spreads having been estimated too (g3)
def product(k):
    return xg.T @ (xg * (k * n / D)[:, None])


FA = C @ product(n / D)
Fs = C @ (product(1 / D) + inside.T @ inside / s**2)
AA = (n**2 / D**2).sum(){reml_AA}
As = (n / D**2).sum(){reml_As}
ss = (len(y) - len(labels)) / s**2 + (1 / D**2).sum(){reml_ss}
V = 2 * np.linalg.inv([[AA, As], [As, ss]])
g3 = n / D**3 * (s**2 * V[0, 0] + A**2 * V[1, 1] - 2 * A * s * V[0, 1])
mse = conditional**2 + g2 + 2 * g3{bias}
std_error = np.sqrt(np.where(mse > 0, mse, np.nan))
slopes = np.linalg.matrix_rank(inside, tol=1e-8 * np.linalg.norm(X, 2))
df = len(y) - len(labels) - slopes"""
_PYTHON_ML_BIAS = """\

# ML takes the spreads for a little small, which moves g1
moved = -V @ [np.trace(FA), np.trace(Fs)] / 2
mse = mse - (s**2 * moved[0] + n * A**2 * moved[1]) / D**2"""
_PYTHON_STD_ERROR = {
    "second_order": _PYTHON_SECOND_ORDER,
    "conditional": "# Conditional: the coefficients taken as known\nstd_error = conditional",
    "prediction": "std_error = np.sqrt(conditional**2 + g2)",
}
_PYTHON_LEVELS = """\
blocks = [X[:, [k]] for k in np.flatnonzero({adjusted})]
indicators = np.eye(len(labels))[g]
design = indicators
for block in blocks:
    # What a coefficient for each group takes the place of has none of its own
    more = np.hstack([design, block])
    if np.linalg.matrix_rank(more, tol=1e-8 * np.linalg.norm(more, 2)) == more.shape[1]:
        design = more
model = sm.WLS(y, design, weights={w}).fit()
shared = design[:, len(labels):].mean(axis=0)
at = np.hstack([np.eye(len(labels)), np.tile(shared, (len(labels), 1))])
estimate = at @ model.params
std_error = np.sqrt(((at @ model.cov_params()) * at).sum(axis=1))
sigma_error, df, weight = np.sqrt(model.scale), model.df_resid, 1.0"""
_PYTHON_SURVEY = """\
# Weighted means, with standard errors by linearisation
n, total = np.bincount(g), np.bincount(g, w)
estimate = np.bincount(g, w * y) / total
squares = np.bincount(g, (w * (y - estimate[g])) ** 2)
# Rows of one group that are all equal, or a single one, say nothing of how they spread
groups = pd.Series(y).groupby(g)
known = (groups.max() > groups.min()).to_numpy()
with np.errstate(all="ignore"):
    std_error = np.where(known, np.sqrt(n / (n - 1) * squares) / total, np.nan)
df = np.where(known, n - 1.0, np.nan)
weight = 1.0"""

_R_BY_METHOD = {
    "reml": {
        "{reml}": "TRUE",
        "{reml_AA}": " - 2 * trace(C %*% product((W / D)^2)) + trace(FA %*% FA)",
        "{reml_As}": " - 2 * trace(C %*% product(W / D^2)) + trace(FA %*% Fs)",
        "{reml_ss}": (
            " -\n  2 * trace(C %*% (product(1 / D^2) + crossprod(inside) / s^3)) + trace(Fs %*% Fs)"
        ),
        "{bias}": "",
    },
    "ml": {"{reml}": "FALSE", "{reml_AA}": "", "{reml_As}": "", "{reml_ss}": "", "{bias}": _R_ML_BIAS},
}
_PYTHON_BY_METHOD = {
    "reml": {
        "{reml}": "True",
        "{less_rank}": " - X.shape[1]",
        "{restricted}": " - np.linalg.slogdet(X.T @ X)[1] / 2",
        "{reml_AA}": " - 2 * np.trace(C @ product(n**2 / D**2)) + np.trace(FA @ FA)",
        "{reml_As}": " - 2 * np.trace(C @ product(n / D**2)) + np.trace(FA @ Fs)",
        "{reml_ss}": (
            "\nss -= 2 * np.trace(C @ (product(1 / D**2) + inside.T @ inside / s**3)) - np.trace(Fs @ Fs)"
        ),
        "{bias}": "",
    },
    "ml": {
        "{reml}": "False",
        "{less_rank}": "",
        "{restricted}": "",
        "{reml_AA}": "",
        "{reml_As}": "",
        "{reml_ss}": "",
        "{bias}": _PYTHON_ML_BIAS,
    },
}


def regression_r_code(data: GroupData, *, method: Method, std_error: str) -> str | None:
    """The BLUPs of lmer with covariates, weights of precision or both; None where it does not take them all.

    ``std_error`` is that of :class:`estimators.methods.blup.BlupOptions`.
    """
    if not _is_regression(data) or "known_variance" in data.carries:
        return None
    weighted = data.weights is not None
    explains = data.covariates is not None and data.covariates.explains_groups
    parts = {
        **_R_BY_METHOD[method],
        "{mu}": "" if explains else _R_MU,
        "{weights}": "weights = w, " if weighted else "",
        "{w}": "w",
    }
    prelude = _R_COVARIATES if _differs(data).any() else _R_NO_COVARIATES
    code = f"{prelude}\n{_R_GROUPS}{_R_MODEL}{_R_STD_ERROR[std_error]}"
    if not weighted:
        code = code.replace(_R_GROUPS, _R_GROUPS.replace("rowsum({w}, g)", "table(g)"))
        code = code.replace("{w} * ", "").replace("sqrt({w}) * ", "")
    return _filled(code, parts)


def regression_python_code(data: GroupData, *, method: Method, std_error: str) -> str | None:
    """As :func:`regression_r_code`, with statsmodels' MixedLM, which takes no weights."""
    if not _is_regression(data) or data.carries & {"known_variance", "weights"}:
        return None
    covariates = data.covariates
    if covariates is None:
        return None
    parts = {**_PYTHON_BY_METHOD[method], "{mu}": "" if covariates.explains_groups else _PYTHON_MU}
    prelude = _PYTHON_COVARIATES if _differs(data).any() else _PYTHON_NO_COVARIATES
    return _filled(f"{prelude}\n{_PYTHON_MODEL}{_PYTHON_STD_ERROR[std_error]}", parts)


def adjusted_means_r_code(data: GroupData) -> str | None:
    """The level means of lm with covariates, weights of precision or both, or those of survey weights."""
    if data.known_variance is not None:
        return None
    if "survey_weights" in data.carries:
        equal = [_R_SURVEY_EQUAL] if (data.constant & (data.n > 1)).any() else []
        return "\n".join([_R_SURVEY, *equal]) if data.covariates is None else None
    adjusts = _adjusts(data)
    parts = {
        "{adjusted}": "!own & seq_along(own) > 1" if adjusts else "FALSE",
        "{covariates}": " + A" if adjusts else "",
        "{weights}": "" if data.weights is None else ", weights = w",
    }
    prelude = _R_COVARIATES if adjusts else _R_NO_COVARIATES
    return _filled(f"{prelude}\n{_R_LEVELS}", parts)


def adjusted_means_python_code(data: GroupData) -> str | None:
    """As :func:`adjusted_means_r_code`, with statsmodels' WLS."""
    if data.known_variance is not None:
        return None
    if "survey_weights" in data.carries:
        return _PYTHON_SURVEY if data.covariates is None else None
    adjusts = _adjusts(data)
    parts = {
        "{adjusted}": "~own & (np.arange(len(own)) > 0)" if adjusts else "own & False",
        "{w}": "1.0" if data.weights is None else "w",
    }
    prelude = _PYTHON_COVARIATES if adjusts else _PYTHON_NO_COVARIATES
    return _filled(f"{prelude}\n{_PYTHON_LEVELS}", parts)


def _is_regression(data: GroupData) -> bool:
    """Whether all terms that differ can be estimated, as other programs take them all or drop others."""
    if data.covariates is None:
        return data.varies_within and "survey_weights" not in data.carries
    rows = RegressionRows.of(data)
    try:
        require_degrees(rows)
    except DataError:
        return False
    return len(rows.kept) == int(_differs(data).sum())


def _differs(data: GroupData) -> NDArray[np.bool_]:
    """(P,) the terms that ``x`` has."""
    return np.zeros(0, dtype=np.bool_) if data.covariates is None else data.covariates.differs


def _adjusts(data: GroupData) -> bool:
    """Whether some term of ``x`` is adjusted for."""
    return data.covariates is not None and bool((_differs(data) & ~data.covariates.of_group).any())


def _filled(code: str, parts: Mapping[str, str]) -> str:
    for place, text in parts.items():
        code = code.replace(place, text)
    return code
