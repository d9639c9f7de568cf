"""Nonparametric empirical Bayes: the distribution of the true means is estimated, whatever its shape."""

from __future__ import annotations

from estimators import Estimator, hookimpl
from nonparametric_eb.estimator import NonparametricBayes, NonparametricOptions, mixing_distribution

__all__ = ["NonparametricBayes", "NonparametricOptions", "mixing_distribution", "register_estimators"]


@hookimpl
def register_estimators() -> list[Estimator]:
    """The estimator of this distribution."""
    return [NonparametricBayes()]
