"""Hierarchical Bayes without sampling, and a penalised likelihood that keeps off the boundary."""

from __future__ import annotations

from blupboard_hierarchical_bayes.full import BayesOptions, HierarchicalBayes, sigma_group_density
from blupboard_hierarchical_bayes.penalized import PenalizedLikelihood, PenalizedOptions
from blupboard_hierarchical_bayes.spread_view import SPREAD_VIEW
from estimators import Estimator, View, hookimpl

__all__ = [
    "BayesOptions",
    "HierarchicalBayes",
    "PenalizedLikelihood",
    "PenalizedOptions",
    "register_estimators",
    "register_views",
    "sigma_group_density",
]


@hookimpl
def register_estimators() -> list[Estimator]:
    """The estimators of this distribution."""
    return [HierarchicalBayes(), PenalizedLikelihood()]


@hookimpl
def register_views() -> list[View]:
    """The posterior of the spread between groups."""
    return [SPREAD_VIEW]
