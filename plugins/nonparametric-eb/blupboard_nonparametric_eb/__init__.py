"""Nonparametric empirical Bayes: the distribution of the true means is estimated, whatever its shape."""

from __future__ import annotations

from blupboard_nonparametric_eb.estimator import NonparametricBayes, NonparametricOptions, mixing_distribution
from blupboard_nonparametric_eb.mixing_view import MIXING_VIEW
from estimators import Estimator, View, hookimpl

__all__ = [
    "NonparametricBayes",
    "NonparametricOptions",
    "mixing_distribution",
    "register_estimators",
    "register_views",
]


@hookimpl
def register_estimators() -> list[Estimator]:
    """The estimator of this distribution."""
    return [NonparametricBayes()]


@hookimpl
def register_views() -> list[View]:
    """The estimated distribution of the true means."""
    return [MIXING_VIEW]
