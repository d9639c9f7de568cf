"""What statsmodels and R's lme4 say, beside blupboard's own BLUPs; built on its public contract alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blupboard_cross_check.disagreement import VIEWS
from blupboard_cross_check.lme4 import Lme4
from blupboard_cross_check.random_intercept import CriterionOptions
from blupboard_cross_check.statsmodels_mixedlm import StatsmodelsMixedLM
from estimators import hookimpl

if TYPE_CHECKING:
    from estimators import Estimator, View

__all__ = ["CriterionOptions", "Lme4", "StatsmodelsMixedLM", "register_estimators", "register_views"]


@hookimpl
def register_estimators() -> list[Estimator]:
    """MixedLM of statsmodels, and R's lme4."""
    return [StatsmodelsMixedLM(), Lme4()]


@hookimpl
def register_views() -> list[View]:
    """Their estimates against ours, and the difference."""
    return list(VIEWS)
