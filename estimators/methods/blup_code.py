"""BLUPs in other languages: R with lme4, and Python with statsmodels.

Both programs give the spreads; what they do not give follows from these by the formulas of
:class:`estimators.methods.blup.Blup`. The log likelihoods at a spread between groups of 0 are those of module
`profile` there, which are statsmodels' own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimators.methods.degenerate import ALL_EQUAL, degenerate_note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

_R_MODEL = """\
# lmer searches from one start: where the criterion has two minima it can miss the better one
closer <- lme4::lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12))
model <- lme4::lmer(y ~ 1 + (1 | g), REML = {reml}, control = closer)
estimate <- coef(model)$g[levels(g), "(Intercept)"]
mu <- lme4::fixef(model)[["(Intercept)"]]
mu_std_error <- sqrt(as.matrix(vcov(model))[1, 1])
sigma_group <- attr(lme4::VarCorr(model)$g, "stddev")[[1]]
sigma_error <- sigma(model)
icc <- sigma_group^2 / (sigma_group^2 + sigma_error^2)
n <- as.vector(table(g))
weight <- n * sigma_group^2 / (n * sigma_group^2 + sigma_error^2)
"""
_R_CONDITIONAL = 'sqrt(attr(lme4::ranef(model, condVar = TRUE)$g, "postVar")[1, 1, ])'
_R_SECOND_ORDER = """\
# Second order (Prasad and Rao 1990): allows for mu (g2) and both spreads (g3) having been estimated
A <- sigma_group^2
s <- sigma_error^2
D <- n * A + s
W <- sum(n / D)
AA <- sum(n^2 / D^2){reml_AA}
As <- sum(n / D^2){reml_As}
ss <- (length(y) - nlevels(g)) / s^2 + sum(1 / D^2){reml_ss}
V <- 2 * solve(matrix(c(AA, As, As, ss), 2))
g1 <- A * s / D
g2 <- (s / D)^2 / W
g3 <- n / D^3 * (s^2 * V[1, 1] + A^2 * V[2, 2] - 2 * A * s * V[1, 2])
mse <- g1 + g2 + 2 * g3{bias}
std_error <- sqrt(ifelse(mse > 0, mse, NA))
df <- length(y) - nlevels(g)"""
_R_ML_BIAS = """\

# ML takes the spreads for a little small, which moves g1
moved <- -V %*% c(sum(n^2 / D^2), sum(n / D^2)) / (2 * W)
mse <- mse - (s^2 * moved[1] + n * A^2 * moved[2]) / D^2"""
_R_STD_ERROR = {
    "second_order": _R_SECOND_ORDER,
    "conditional": f"# Conditional: mu taken as known, lme4's condVar\nstd_error <- {_R_CONDITIONAL}",
    "prediction": (
        "# Of mu + b as a prediction: lme4's condVar is that of b with mu taken as known\n"
        f"conditional <- {_R_CONDITIONAL}\n"
        "std_error <- sqrt(conditional^2 + (1 - weight)^2 * mu_std_error^2)"
    ),
}
_R_ALL_EQUAL = """\
# All values are equal
estimate <- rep(y[1], nlevels(g))
mu <- y[1]
std_error <- mu_std_error <- sigma_group <- sigma_error <- 0"""
_R_NO_SPREAD_WITHIN = """\
# Rows do not vary within any group: the limit, which lmer cannot reach
estimate <- as.vector(tapply(y, g, mean))
mu <- mean(estimate)
sigma_group <- sqrt(sum((estimate - mu)^2) / {divisor})
mu_std_error <- sigma_group / sqrt(nlevels(g))
std_error <- sigma_error <- 0
weight <- icc <- 1"""

_PYTHON_MODEL = """\
# MixedLM searches best where numbers are near 0 and 1, and its default search can stop short near 0
unit = y.std()
z = (y - y.mean()) / unit
model = sm.MixedLM(z, np.ones(len(z)), groups=g).fit(reml={reml}, method="powell", xtol=1e-10, ftol=1e-14)
between, within = model.cov_re[0, 0], model.scale
# The likelihood can have a second maximum where nothing lies between groups, which no search looks for
free = len(z){less_one}
at_zero = -free / 2 * (1 + np.log(2 * np.pi * len(z) / free)){restricted}
if at_zero > model.llf:
    between, within = 0.0, len(z) / free
sigma_group, sigma_error = unit * np.sqrt(between), unit * np.sqrt(within)
icc = between / (between + within)
n = np.bincount(g)
means = np.bincount(g, y) / n
information = n / (n * sigma_group**2 + sigma_error**2)
mu = (information * means).sum() / information.sum()
mu_std_error = 1 / np.sqrt(information.sum())
# mu plus what model.random_effects holds for each group
weight = information * sigma_group**2
estimate = mu + weight * (means - mu)
conditional = np.sqrt(1 - weight) * sigma_group
"""
_PYTHON_SECOND_ORDER = """\
# Second order (Prasad and Rao 1990): allows for mu (g2) and both spreads (g3) having been estimated
A, s = sigma_group**2, sigma_error**2
D = n * A + s
W = (n / D).sum()
AA = (n**2 / D**2).sum(){reml_AA}
As = (n / D**2).sum(){reml_As}
ss = (len(y) - len(labels)) / s**2 + (1 / D**2).sum(){reml_ss}
V = 2 * np.linalg.inv([[AA, As], [As, ss]])
g1 = A * s / D
g2 = (s / D) ** 2 / W
g3 = n / D**3 * (s**2 * V[0, 0] + A**2 * V[1, 1] - 2 * A * s * V[0, 1])
mse = g1 + g2 + 2 * g3{bias}
std_error = np.sqrt(np.where(mse > 0, mse, np.nan))
df = len(y) - len(labels)"""
_PYTHON_ML_BIAS = """\

# ML takes the spreads for a little small, which moves g1
moved = -V @ [(n**2 / D**2).sum(), (n / D**2).sum()] / (2 * W)
mse = mse - (s**2 * moved[0] + n * A**2 * moved[1]) / D**2"""
_PYTHON_STD_ERROR = {
    "second_order": _PYTHON_SECOND_ORDER,
    "conditional": "# Conditional: mu taken as known\nstd_error = conditional",
    "prediction": (
        "# Of mu + b as a prediction: conditional is that of b with mu taken as known\n"
        "std_error = np.hypot(conditional, (1 - weight) * mu_std_error)"
    ),
}
_PYTHON_ALL_EQUAL = """\
# All values are equal
estimate = np.full(len(labels), y[0])
mu = y[0]
std_error = mu_std_error = sigma_group = sigma_error = 0.0"""
_PYTHON_NO_SPREAD_WITHIN = """\
# Rows do not vary within any group: the limit, which MixedLM cannot reach
estimate = np.bincount(g, y) / np.bincount(g)
mu = estimate.mean()
sigma_group = np.sqrt(((estimate - mu) ** 2).sum() / {divisor})
mu_std_error = sigma_group / np.sqrt(len(labels))
std_error = sigma_error = 0.0
weight = icc = 1.0"""


_R_BY_METHOD = {
    "reml": {
        "{reml}": "TRUE",
        "{reml_AA}": " - 2 * sum(n^3 / D^3) / W + (sum(n^2 / D^2) / W)^2",
        "{reml_As}": " - 2 * sum(n^2 / D^3) / W + sum(n^2 / D^2) * sum(n / D^2) / W^2",
        "{reml_ss}": " - 2 * sum(n / D^3) / W + (sum(n / D^2) / W)^2",
        "{bias}": "",
        "{divisor}": "(nlevels(g) - 1)",
    },
    "ml": {
        "{reml}": "FALSE",
        "{reml_AA}": "",
        "{reml_As}": "",
        "{reml_ss}": "",
        "{bias}": _R_ML_BIAS,
        "{divisor}": "nlevels(g)",
    },
}
_PYTHON_BY_METHOD = {
    "reml": {
        "{reml}": "True",
        "{less_one}": " - 1",
        "{restricted}": " - np.log(len(z)) / 2",
        "{reml_AA}": " - 2 * (n**3 / D**3).sum() / W + ((n**2 / D**2).sum() / W) ** 2",
        "{reml_As}": " - 2 * (n**2 / D**3).sum() / W + (n**2 / D**2).sum() * (n / D**2).sum() / W**2",
        "{reml_ss}": " - 2 * (n / D**3).sum() / W + ((n / D**2).sum() / W) ** 2",
        "{bias}": "",
        "{divisor}": "(len(labels) - 1)",
    },
    "ml": {
        "{reml}": "False",
        "{less_one}": "",
        "{restricted}": "",
        "{reml_AA}": "",
        "{reml_As}": "",
        "{reml_ss}": "",
        "{bias}": _PYTHON_ML_BIAS,
        "{divisor}": "len(labels)",
    },
}


def blup_r_code(data: GroupData, *, method: Method, std_error: str) -> str | None:
    """The BLUPs of lme4's lmer, or their limit where nothing varies within groups; None of published means.

    ``std_error`` is that of :class:`estimators.methods.blup.BlupOptions`.
    """
    if data.carries:
        return None
    model = _R_MODEL + _R_STD_ERROR[std_error]
    return _filled(_limit(data, _R_ALL_EQUAL, _R_NO_SPREAD_WITHIN) or model, _R_BY_METHOD[method])


def blup_python_code(data: GroupData, *, method: Method, std_error: str) -> str | None:
    """As :func:`blup_r_code`, with statsmodels' MixedLM."""
    if data.carries:
        return None
    model = _PYTHON_MODEL + _PYTHON_STD_ERROR[std_error]
    return _filled(
        _limit(data, _PYTHON_ALL_EQUAL, _PYTHON_NO_SPREAD_WITHIN) or model, _PYTHON_BY_METHOD[method]
    )


def _limit(data: GroupData, all_equal: str, no_spread_within: str) -> str | None:
    """The code where the data leave the method no choice; None where it is to compute."""
    note = degenerate_note(data)
    if note is None:
        return None
    return all_equal if note is ALL_EQUAL else no_spread_within


def _filled(code: str, parts: Mapping[str, str]) -> str:
    for place, text in parts.items():
        code = code.replace(place, text)
    return code
