"""How sure the ranks of a method are, in display order: expected, with an interval, among the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators import DataError
from estimators.inference.rank_grid import ERROR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dashboard.scene.scene import Scene, Series
    from estimators import Ranks

    Floats = NDArray[np.float64]

MOST_RANKED = 200_000
"""Groups up to which ranks are computed: some 6 seconds of a core for each method."""
LEAST_QUARTER = 8
"""Groups from which on a quarter of them is spoken of; of fewer, of the best one."""


@dataclass(frozen=True, eq=False)
class RankSpread:
    """The true ranks of J groups under one method, 1 = best; arrays are ``(J,)`` in display order."""

    expected: Floats
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    p_top: Floats
    """Chance of being among the best ``top``."""
    p_above_center: Floats | None
    """Chance of a true mean that is better than the centre; None: there is none."""
    top: int
    error: float
    """How far chances may be off; 0: they are exact."""


def require_ranked(scene: Scene) -> None:
    """Make sure that ranks are computed for so many groups. Raises DataError where they are not."""
    if len(scene) > MOST_RANKED:
        raise DataError(
            f"how sure ranks are is computed for up to {MOST_RANKED:,} {scene.unit.many}; there are "
            f"{len(scene):,}, which would take minutes"
        )


def top_quarter(groups: int) -> int:
    """How many the best are that are spoken of."""
    return 1 if groups < LEAST_QUARTER else round(groups / 4)


def rank_spread(scene: Scene, series: Series, *, known_only: bool = False) -> RankSpread | None:
    """The ranks by one method; None where it gives no joint distribution, or they are not ``known`` yet.

    Raises:
        DataError: the standard deviations differ too much in size, or there are too many groups; not of those
            that are known.

    """
    found = ranks_in_data_order(scene, series, known_only=known_only)
    return None if found is None else _in_order(found, scene.order)


def ranks_in_data_order(scene: Scene, series: Series, *, known_only: bool = False) -> Ranks | None:
    """The same in the order of the data's labels; raises as above."""
    fit = series.result.fit
    if fit is None or fit.joint is None or len(scene) < 2:
        return None
    if not known_only:
        require_ranked(scene)
    ask = scene.findings.known_ranks if known_only else scene.findings.ranks
    return ask(
        fit.joint,
        level=scene.comparison.level,
        top=top_quarter(len(scene)),
        smallest_first=scene.smallest_first,
    )


def ranking_series(scene: Scene) -> list[Series]:
    """The methods that say how the true means hang together."""
    return [s for s in scene.series if s.result.fit is not None and s.result.fit.joint is not None]


def _in_order(ranks: Ranks, order: NDArray[np.int64]) -> RankSpread:
    if ranks.p_top is None or ranks.top is None:
        raise ValueError("ranks without a number of best ones")
    return RankSpread(
        expected=ranks.expected[order],
        low=ranks.low[order],
        high=ranks.high[order],
        p_top=ranks.p_top[order],
        p_above_center=None if ranks.p_above_center is None else ranks.p_above_center[order],
        top=ranks.top,
        error=ERROR if ranks.approximate else 0.0,
    )
