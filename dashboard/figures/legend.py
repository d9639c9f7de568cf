"""Which colour and symbol is whose, where a view draws more than one method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.figures.truth import TRUTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.scene.scene import Scene, Series
    from dashboard.scene.style import Style


@dataclass(frozen=True)
class LegendEntry:
    """One thing that a view draws: its name, its look, and a few words that stand behind the name."""

    label: str
    style: Style
    note: str = ""


def series_entries(series: Iterable[Series]) -> list[LegendEntry]:
    """An entry for each estimator."""
    return [LegendEntry(s.label, s.style) for s in series]


def truth_entries(scene: Scene) -> list[LegendEntry]:
    """The truth, where it is known."""
    return [] if scene.truth is None else [LegendEntry(scene.truth.name, TRUTH)]
