"""Random-effects meta-analysis for blupboard, built on its public contract alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blupboard_meta_analysis.random_effects import RandomEffects
from estimators import hookimpl

if TYPE_CHECKING:
    from estimators import Estimator

__all__ = ["RandomEffects", "register_estimators"]
blupboard_contract = "0.2"


@hookimpl
def register_estimators() -> list[Estimator]:
    """The random-effects model of meta-analysis."""
    return [RandomEffects()]
