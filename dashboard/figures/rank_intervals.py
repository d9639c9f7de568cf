"""How sure the ranks are: each group's expected true rank with its interval, by every method that can say."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from dashboard.figures.groups import groups_figure, groups_marks
from dashboard.figures.legend import LegendEntry
from dashboard.figures.page_view import PageView
from dashboard.figures.ranges import ROOM
from dashboard.figures.rank import rank_ticks
from dashboard.figures.view_request import WHOLE, ViewRequest
from dashboard.scene.rank_spread import rank_spread, ranking_series
from dashboard.scene.scene import Scene
from estimators import Joint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import PlotlyFigure, Trace
    from dashboard.scene.scene import Series

FLAT = "with a flat prior"
KNOWN = "; the spreads count as known"
SUBTITLE = f"expected rank and interval{KNOWN}"


@dataclass(frozen=True, eq=False)
class _RankScene(Scene):
    """A scene whose values are ranks: nothing pulls them, and they are no shares."""

    @property
    def center(self) -> float | None:
        """None: ranks have no centre."""
        return None

    @property
    def own_centers(self) -> None:
        """None: ranks have none."""
        return

    @property
    def is_share(self) -> bool:
        """A rank is none."""
        return False

    @property
    def is_ratio(self) -> bool:
        """Nor is it a logarithm."""
        return False


def rank_intervals_figure(scene: Scene, request: ViewRequest = WHOLE) -> PlotlyFigure | None:
    """The rows of the Groups view with ranks in the place of means; None where no method can say."""
    ranks = _ranks_scene(scene)
    if ranks is None:
        return None
    figure = groups_figure(ranks, request)
    best = "smallest" if scene.smallest_first else "largest"
    ticks = rank_ticks(len(scene))
    subtitle = figure.layout["meta"]["subtitle"].replace("estimate", "expected rank") + KNOWN
    figure.set(
        meta={"subtitle": subtitle},
        xaxis={
            "title": {"text": f"true rank, 1 = {best}"},
            "range": [1 - ROOM * len(scene), (1 + ROOM) * len(scene)],
            "tickvals": ticks,
            "ticktext": [f"{tick:,}" for tick in ticks],
        },
    )
    return figure


def rank_intervals_marks(scene: Scene, at: NDArray[np.int64], request: ViewRequest = WHOLE) -> list[Trace]:
    """The marks of the groups ``at`` some positions, with their intervals."""
    ranks = _ranks_scene(scene)
    return [] if ranks is None else groups_marks(ranks, at, request)


def rank_intervals_legend(scene: Scene) -> list[LegendEntry]:
    """The methods that say how sure the ranks are, and which do so as if nothing was known before."""
    return [
        LegendEntry(series.label, series.style, FLAT if _is_flat(series) else "")
        for series in ranking_series(scene)
    ]


def _is_flat(series: Series) -> bool:
    joint = None if series.result.fit is None else series.result.fit.joint
    return isinstance(joint, Joint) and joint.independent


def _ranks_scene(scene: Scene) -> Scene | None:
    """The scene with true ranks as the methods' values; None where no method can say.

    Raises:
        DataError: there are too many groups.

    """
    series = []
    for one in ranking_series(scene):
        found = rank_spread(scene, one)
        if found is not None:
            low, high = found.low.astype(float), found.high.astype(float)
            series.append(replace(one, estimate=found.expected, low=low, high=high))
    if not series:
        return None
    values = {field.name: getattr(scene, field.name) for field in fields(scene)}
    changed = {"series": tuple(series), "show_own": False, "truth": None}
    return _RankScene(**(values | changed))


VIEW = PageView(
    id="rank-intervals",
    title="How sure are the ranks?",
    subtitle=SUBTITLE,
    figure=rank_intervals_figure,
    part=rank_intervals_figure,
    marks=rank_intervals_marks,
    legend=rank_intervals_legend,
    place="tall-below",
    live=False,
)
