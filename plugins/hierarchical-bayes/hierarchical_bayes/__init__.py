"""Hierarchical Bayes without sampling, and a penalised likelihood that keeps off the boundary."""

from __future__ import annotations

from estimators import Estimator, hookimpl
from hierarchical_bayes.full import BayesOptions, HierarchicalBayes, sigma_group_density
from hierarchical_bayes.penalized import PenalizedLikelihood, PenalizedOptions

__all__ = [
    "BayesOptions",
    "HierarchicalBayes",
    "PenalizedLikelihood",
    "PenalizedOptions",
    "register_estimators",
    "sigma_group_density",
]


@hookimpl
def register_estimators() -> list[Estimator]:
    """The estimators of this distribution."""
    return [HierarchicalBayes(), PenalizedLikelihood()]
