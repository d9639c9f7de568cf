"""Estimates that are logarithms as the ratios that these are of: beside the tidy columns, and in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dashboard.scene.ratio_scale import ratio_of, within_reach
from estimators.inference.heterogeneity import fit_heterogeneity

if TYPE_CHECKING:
    from estimators import Coefficient, Comparison, Result
    from estimators.inference.heterogeneity import Heterogeneity

_COLUMNS = {
    "raw_ratio": "raw_mean",
    "ratio": "estimate",
    "ratio_low": "conf_low",
    "ratio_high": "conf_high",
}
"""By their names the tidy columns that they are the exponentials of."""


def ratios_asked(scale: str, comparison: Comparison) -> bool:
    """Whether ``--scale`` asks for ratios. Raises ClickException where values cannot be their logarithms."""
    if scale != "ratio":
        return False
    if comparison.data.kind != "estimates":
        raise click.ClickException("--scale ratio takes published estimates, which are logarithms of ratios")
    ends = [end for r in comparison.succeeded if r.interval is not None for end in r.interval]
    estimates = [r.fit.estimate for r in comparison.succeeded if r.fit is not None]
    if not within_reach(comparison.data.mean, *estimates, *ends):
        raise click.ClickException("--scale ratio: these estimates lie too far from 0 to be logarithms")
    return True


def ratio_columns(comparison: Comparison) -> dict[str, list[Any]]:
    """``raw_ratio``, ``ratio``, ``ratio_low`` and ``ratio_high`` in the order of the tidy columns."""
    columns = comparison.columns()
    return {name: [ratio_of(value) for value in columns[of]] for name, of in _COLUMNS.items()}


def ratio_dict(comparison: Comparison, result: Result) -> dict[str, Any]:
    """The ratios of one result: of mu and a further group where there are such, and of each group."""
    columns, groups = ratio_columns(comparison), len(comparison.data)
    first = groups * [r.id for r in comparison.succeeded].index(result.id)
    names = ("ratio", "ratio_low", "ratio_high")
    lines = zip(*(columns[name][first : first + groups] for name in names), strict=True)
    found = fit_heterogeneity(comparison.data, result.estimator, result.fit)
    return {
        **({} if found is None else _sums(found, comparison.level)),
        **_coefficients(result),
        "groups": [
            {"group": label, "estimate": estimate, "low": low, "high": high}
            for label, (estimate, low, high) in zip(comparison.data.labels.tolist(), lines, strict=True)
        ],
    }


def _sums(found: Heterogeneity, level: float) -> dict[str, Any]:
    low, high = found.mu_interval(level)
    further = found.prediction_interval(level)
    return {
        "mu": {"estimate": ratio_of(found.mu), "low": ratio_of(low), "high": ratio_of(high)},
        "prediction_interval": {
            "kind": further.kind,
            "low": ratio_of(further.low),
            "high": ratio_of(further.high),
        },
    }


def _coefficients(result: Result) -> dict[str, Any]:
    """What ratios are multiplied by with one more of each term; nothing without covariates."""
    coefficients = () if result.fit is None else result.fit.coefficients
    if not coefficients:
        return {}
    return {"coefficients": [coefficient_ratio(one, result.level) for one in coefficients]}


def coefficient_ratio(one: Coefficient, level: float) -> dict[str, Any]:
    """The exponential of a coefficient of logarithms, and of the ends of its interval."""
    low, high = one.interval(level) or (None, None)
    return {
        "term": one.term,
        "estimate": ratio_of(one.estimate),
        "low": ratio_of(low),
        "high": ratio_of(high),
    }
