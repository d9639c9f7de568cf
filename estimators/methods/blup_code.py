"""BLUPs in other languages: R with lme4, and Python with statsmodels.

Both programs give the spreads; what they do not give follows from these by the formulas of
:class:`estimators.methods.blup.Blup`. The log likelihoods at a spread between groups of 0 are those of module
`profile` there, which are statsmodels' own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimators.methods.degenerate import ALL_EQUAL, degenerate_note

if TYPE_CHECKING:
    from estimators.data.groups import GroupData

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
_R_STD_ERROR = {
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
_PYTHON_REML = {"{reml}": "True", "{less_one}": " - 1", "{restricted}": " - np.log(len(z)) / 2"}
_PYTHON_ML = {"{reml}": "False", "{less_one}": "", "{restricted}": ""}
_PYTHON_STD_ERROR = {
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


def blup_r_code(data: GroupData, *, reml: bool, std_error: str) -> str | None:
    """The BLUPs of lme4's lmer, or their limit where nothing varies within groups; None of published means.

    ``std_error`` is that of :class:`estimators.methods.blup.BlupOptions`.
    """
    if data.known_variance is not None:
        return None
    limit = _limit(data, _R_ALL_EQUAL, _R_NO_SPREAD_WITHIN, "nlevels(g)", reml=reml)
    model = _R_MODEL.replace("{reml}", "TRUE" if reml else "FALSE")
    return limit or model + _R_STD_ERROR[std_error]


def blup_python_code(data: GroupData, *, reml: bool, std_error: str) -> str | None:
    """As :func:`blup_r_code`, with statsmodels' MixedLM."""
    if data.known_variance is not None:
        return None
    limit = _limit(data, _PYTHON_ALL_EQUAL, _PYTHON_NO_SPREAD_WITHIN, "len(labels)", reml=reml)
    model = _PYTHON_MODEL
    for place, text in (_PYTHON_REML if reml else _PYTHON_ML).items():
        model = model.replace(place, text)
    return limit or model + _PYTHON_STD_ERROR[std_error]


def _limit(data: GroupData, all_equal: str, no_spread_within: str, groups: str, *, reml: bool) -> str | None:
    """The code where the data leave the method no choice; None where it is to compute."""
    note = degenerate_note(data)
    if note is None:
        return None
    divisor = f"({groups} - 1)" if reml else groups
    return all_equal if note is ALL_EQUAL else no_spread_within.replace("{divisor}", divisor)
