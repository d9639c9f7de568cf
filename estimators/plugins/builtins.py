"""The estimators that come with blupboard, registered through the same hook as any plugin's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimators.methods.blup import MlBlup, RemlBlup
from estimators.methods.james_stein import JamesStein
from estimators.methods.level_means import GrandMean, LevelMeans
from estimators.plugins.hookspecs import hookimpl

if TYPE_CHECKING:
    from estimators.contract.estimator import Estimator


@hookimpl
def register_estimators() -> list[Estimator]:
    """Level means, the two BLUPs, James-Stein and the grand mean."""
    return [LevelMeans(), RemlBlup(), MlBlup(), JamesStein(), GrandMean()]
