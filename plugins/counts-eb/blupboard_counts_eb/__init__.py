"""Empirical Bayes for counts, for blupboard, built on its public contract alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blupboard_counts_eb.estimator import CountsBayes
from estimators import hookimpl

if TYPE_CHECKING:
    from estimators import Estimator

__all__ = ["CountsBayes", "register_estimators"]
blupboard_contract = "0.2"


@hookimpl
def register_estimators() -> list[Estimator]:
    """Beta-binomial and gamma-Poisson empirical Bayes."""
    return [CountsBayes()]
