"""Empirical Bayes estimators for blupboard, built on its public contract alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blupboard_empirical_bayes.limited_translation import LimitedTranslation
from blupboard_empirical_bayes.morris import Morris
from blupboard_empirical_bayes.robust_intervals import RobustIntervals
from blupboard_empirical_bayes.sure import Sure
from estimators import hookimpl

if TYPE_CHECKING:
    from estimators import Estimator

__all__ = ["LimitedTranslation", "Morris", "RobustIntervals", "Sure", "register_estimators"]


@hookimpl
def register_estimators() -> list[Estimator]:
    """Morris, SURE, limited translation and robust intervals."""
    return [Morris(), Sure(), LimitedTranslation(), RobustIntervals()]
