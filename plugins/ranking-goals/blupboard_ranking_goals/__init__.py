"""Estimates for the goals of a ranking, for blupboard, built on its public contract alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blupboard_ranking_goals.goals import ConstrainedBayes, TripleGoal
from estimators import hookimpl

if TYPE_CHECKING:
    from estimators import Estimator

__all__ = ["ConstrainedBayes", "TripleGoal", "register_estimators"]
blupboard_contract = "0.2"


@hookimpl
def register_estimators() -> list[Estimator]:
    """Constrained Bayes and triple goal."""
    return [ConstrainedBayes(), TripleGoal()]
