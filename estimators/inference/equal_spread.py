"""Whether rows spread equally within groups.

Brown & Forsythe's version of Levene's test, by medians, where rows are at hand (Brown & Forsythe 1974, JASA
69, 364-367); else Bartlett's, which also reacts to rows that are not normal. So are rows with weights tested,
by their spread at weight 1. Adjusted rows are tested by their residuals, the slopes taken as known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.inference.normal_plot import SIGNIFICANT
from estimators.inference.row_distances import RowDistances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EqualSpread:
    """A test that rows spread equally within all groups."""

    name: str
    """Of the test."""
    statistic: float
    df: tuple[int, ...]
    p: float
    within: Floats
    """(J,) each group's standard deviation within, in the outcome's units; NaN where one cannot be told."""
    pooled: float
    """That of all groups together."""
    adjusted: bool = False
    """Whether covariates are taken off."""

    @property
    def sentence(self) -> str:
        """What was found, and what to do."""
        test, rows = f"{self.name}'s test, p = {self.p:.2g}", "adjusted rows" if self.adjusted else "rows"
        if self.p >= SIGNIFICANT:
            return f"Nothing says that {rows} spread unequally within groups ({test})."
        more = " That test also reacts to rows that are not normal." if self.name == "Bartlett" else ""
        own = (
            "Take each group's own spread in place of one for all (an option of level means and BLUPs, "
            "error_spread=each), look"
        )
        return (
            f"{rows.capitalize()} do not spread equally within groups ({test}), though one spread is taken "
            "for all: intervals are too short where they spread more, and too long where they spread less."
            f"{more} {'Look' if self.adjusted else own} at the groups with the widest rows, or whether the "
            "outcome's logarithm spreads evenly."
        )


def equal_spread(data: GroupData) -> EqualSpread | None:
    """Whether rows spread equally within groups.

    None of published means, of fewer than two groups that vary, and of adjusted rows that are not at hand.
    """
    if data.known_variance is not None or len(data) < 2:
        return None
    if data.covariates is not None and data.covariates.adjusts:
        rows = RowDistances.of(data)
        return None if rows is None else _adjusted(rows)
    with np.errstate(all="ignore"):  # of one row there is no spread
        within = np.where(data.n > 1, np.sqrt(data.ss_within / (data.n - 1.0)), np.nan)
    pooled = float(np.sqrt(data.pooled_variance or 0.0))
    if data.rows is None or data.weights is not None:
        return _bartlett(data, within, pooled)
    return _by_medians(data.rows.outcome - data.origin, data.rows.group, within, pooled)


def _adjusted(rows: RowDistances) -> EqualSpread | None:
    if rows.degrees < 1 or rows.ss_within == 0:
        return None
    squares, left = (np.bincount(rows.group, part) for part in (np.square(rows.residual), rows.left))
    with np.errstate(all="ignore"):  # of rows that each decide something alone there is no spread
        within = np.where(left > 0, np.sqrt(squares / left), np.nan)
    pooled = float(np.sqrt(rows.ss_within / rows.degrees))
    return _by_medians(rows.residual, rows.group, within, pooled, adjusted=True)


def _by_medians(
    values: Floats, group: NDArray[np.int64], within: Floats, pooled: float, *, adjusted: bool = False
) -> EqualSpread | None:
    from scipy.special import fdtrc

    counts = np.bincount(group)
    order = np.lexsort((values, group))
    values, group = values[order], group[order]
    first = np.cumsum(counts) - counts
    median = (values[first + (counts - 1) // 2] + values[first + counts // 2]) / 2.0
    off = np.abs(values - median[group])
    mean = np.bincount(group, off) / counts
    between = float(counts @ np.square(mean - off.mean()))
    inside = float(np.square(off - mean[group]).sum())
    df = (len(counts) - 1, len(off) - len(counts))
    if df[1] < 1 or inside == 0:
        return None
    statistic = between / df[0] / (inside / df[1])
    p = float(fdtrc(*df, statistic))
    return EqualSpread("Brown and Forsythe", statistic, df, p, within, pooled, adjusted)


def _bartlett(data: GroupData, within: Floats, pooled: float) -> EqualSpread | None:
    """From summaries, of groups with two rows or more that vary."""
    from scipy.special import chdtrc

    some = (data.n > 1) & (data.ss_within > 0)
    df = data.n[some] - 1.0
    if len(df) < 2:
        return None
    variance = data.ss_within[some] / df
    common = float(data.ss_within[some].sum() / df.sum())
    scale = 1.0 + (float((1.0 / df).sum()) - 1.0 / float(df.sum())) / (3.0 * (len(df) - 1))
    statistic = max(float(df @ np.log(common / variance)), 0.0) / scale
    p = float(chdtrc(len(df) - 1, statistic))
    return EqualSpread("Bartlett", statistic, (len(df) - 1,), p, within, pooled)
