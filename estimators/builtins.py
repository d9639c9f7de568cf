"""The estimators that come with blupboard, registered through the same hook as any plugin's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimators.blup import MlBlup, RemlBlup
from estimators.hookspecs import hookimpl
from estimators.james_stein import JamesStein
from estimators.level_means import GrandMean, LevelMeans

if TYPE_CHECKING:
    from estimators.contract import Estimator


@hookimpl
def register_estimators() -> list[Estimator]:
    """Level means, the two BLUPs, James-Stein and the grand mean."""
    return [LevelMeans(), RemlBlup(), MlBlup(), JamesStein(), GrandMean()]
