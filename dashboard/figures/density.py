"""Very many groups as densities: flows between columns, and quantiles along the rows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.scene.style import GREY, rgba

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dashboard.figures.plotly_json import Trace

STEPS = 24
"""Cells from one column to the next."""
DARKEST = 255


def flow_trace(
    columns: Sequence[NDArray[np.float64]], ends: tuple[float, float], rows: int, *, dark: bool
) -> Trace:
    """How many of the groups' lines through all columns pass each cell between two ends, as a picture."""
    counts = flow(columns, ends, rows)
    width, height = 1.0 / STEPS, (ends[1] - ends[0]) / rows
    return {
        **_shaded(counts, GREY[dark], 0.95),
        "x0": 0.0,
        "dx": width,
        "y0": ends[0] + height / 2,
        "dy": height,
    }


def cloud_trace(
    points: tuple[NDArray[np.float64], NDArray[np.float64]],
    ends: tuple[tuple[float, float], tuple[float, float]],
    cells: int,
    color: str,
) -> Trace:
    """How many of the groups' points lie in each of ``cells`` by ``cells`` between two ends, as a picture."""
    (x0, x1), (y0, y1) = ends
    counts = np.histogram2d(points[1], points[0], bins=cells, range=((y0, y1), (x0, x1)))[0]
    width, height = (x1 - x0) / cells, (y1 - y0) / cells
    return {
        **_shaded(counts, color, 0.8),
        "x0": x0 + width / 2,
        "dx": width,
        "y0": y0 + height / 2,
        "dy": height,
    }


def _shaded(counts: NDArray[np.float64], color: str, most: float) -> Trace:
    """A picture in which one color is the stronger the more groups there are."""
    shade = np.round(DARKEST * np.sqrt(counts / max(float(counts.max()), 1e-9))).astype(np.uint8)
    return {
        "type": "heatmap",
        "z": shade,
        "zmin": 0,
        "zmax": DARKEST,
        "zsmooth": False,
        "showscale": False,
        "colorscale": [[0, rgba(color, 0)], [0.02, rgba(color, 0.06)], [1, rgba(color, most)]],
        "hoverinfo": "skip",
    }


def flow(columns: Sequence[NDArray[np.float64]], ends: tuple[float, float], rows: int) -> NDArray[np.float64]:
    """Lines that pass each of ``(rows, STEPS * (columns - 1) + 1)`` cells, the lowest row first.

    Between two columns the groups are counted once, by the pair of their bins; a bin beyond an end is as far
    away as the whole range is long at most.
    """
    low, high = ends
    bins = [_bins(column, low, high, rows) for column in columns]
    width = 3 * rows
    counts = np.zeros((rows, STEPS * (len(columns) - 1) + 1))
    for i, (left, right) in enumerate(pairwise(bins)):
        both = left.astype(np.int64) * width + right
        pairs = np.bincount(both[(left >= 0) & (right >= 0)], minlength=width * width)
        used = np.flatnonzero(pairs)
        start, end, weight = used // width, used % width, pairs[used]
        for step in range(STEPS + 1):
            at = start + (end - start) * (step / STEPS) - rows
            below = np.floor(at).astype(np.int64)
            above_share = at - below
            passing = np.zeros(rows)
            for row, share in ((below, 1 - above_share), (below + 1, above_share)):
                seen = (row >= 0) & (row < rows)
                passing += np.bincount(row[seen], (weight * share)[seen], minlength=rows)
            counts[:, i * STEPS + step] = passing
    return counts


def _bins(values: NDArray[np.float64], low: float, high: float, rows: int) -> NDArray[np.int32]:
    """Each value's bin, ``rows`` to ``2 * rows - 1`` between the ends; -1 where there is no value."""
    with np.errstate(invalid="ignore", over="ignore"):
        places = np.clip((values - low) / (high - low) * rows + rows, 0, 3 * rows - 1)
    places = np.where(values <= high, np.minimum(places, 2 * rows - 1), places)
    return np.where(np.isnan(places), -1, places).astype(np.int32)


def run_quantiles(
    values: NDArray[np.float64], edges: NDArray[np.int64], shares: Sequence[float]
) -> NDArray[np.float64]:
    """Quantiles ``(shares, runs)`` of the values in each run ``edges[i]`` to ``edges[i + 1]``, exclusive.

    Each is a value of the run (the nearest one); NaN where a run has none.
    """
    found = np.full((len(shares), len(edges) - 1), np.nan)
    sizes = np.diff(edges)
    for size in np.unique(sizes[sizes > 0]):
        which = np.flatnonzero(sizes == size)
        runs = values[edges[which][:, None] + np.arange(size)]
        if np.isnan(runs).any():
            filled = ~np.isnan(runs).all(axis=1)
            found[:, which[filled]] = np.nanquantile(runs[filled], shares, axis=1, method="nearest")
            continue
        at = [round(share * (size - 1)) for share in shares]
        found[:, which] = np.partition(runs, sorted(set(at)), axis=1)[:, at].T
    return found


def band_trace(
    low: NDArray[np.float64], high: NDArray[np.float64], along: NDArray[np.float64], color: str
) -> dict[str, Any]:
    """The area between two lines down the rows, without those where there is none."""
    there = np.isfinite(low) & np.isfinite(high)
    low, high, along = low[there], high[there], along[there]
    return {
        "type": "scatter",
        "x": np.concatenate([low, high[::-1]]),
        "y": np.concatenate([along, along[::-1]]),
        "mode": "lines",
        "line": {"width": 0, "color": color},
        "fill": "toself",
        "fillcolor": color,
        "hoverinfo": "skip",
    }
