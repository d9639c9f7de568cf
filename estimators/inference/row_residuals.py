"""Rows on a normal plot: their distances to the means of their groups, in order, beside normal scores.

Covariates that differ within groups are taken off. A row's residual is divided by what it is expected to be,
s sqrt(1 - h) with the spread within groups s and the row's leverage h, 1 / n_j without covariates, since a
mean follows its own rows (module `row_distances`). The band is that of as many normal rows in groups of the
same sizes with the same covariates, treated alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.inference.normal_plot import (
    CELLS,
    FEWEST_DRAWS,
    MOST_DRAWS,
    SEED,
    SIGNIFICANT,
    beside_scores,
    share_text,
)
from estimators.inference.row_distances import RowDistances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.groups import GroupData

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

MOST_ROWS = 20_000
"""Rows that are looked at: draws of so many take half a second; of more, groups are chosen at random."""
MOST_LISTED = 500
MANY = 1_000
"""Of so many rows a skewness of 0.15 is found."""


@dataclass(frozen=True, eq=False)
class RowPlot:
    """Rows in the order of their residuals, ``(K,)`` each, beside what normal ones would be."""

    group: Places
    """Place of each row's group."""
    residual: Floats
    """Distance to the mean of its group, once adjusted, in the standard deviations that are expected."""
    score: Floats
    """The normal quantile at (i - 3/8) / (K + 1/4) (Blom 1958)."""
    low: Floats
    """Where 2.5% of the draws are below."""
    high: Floats
    """Where 2.5% of the draws are above."""
    p: float
    """Share of the draws that follow a line no better, by the correlation with the scores."""
    skewness: float
    """The mean of the cubed residuals over that of the squared ones to the power 3/2: 0 of a normal one."""
    kurtosis: float
    """The mean of the fourth powers over the squared mean of the squares, minus 3: 0 of a normal one."""
    rows: int
    """All rows that do not decide a coefficient or their group's mean alone, of which K are looked at."""
    draws: int
    seed: int
    adjusted: bool = False
    """Whether covariates are taken off."""

    @property
    def sentence(self) -> str:
        """What was found, and what to do."""
        looked_at = len(self.residual)
        some = "" if looked_at == self.rows else f" Of {self.rows:,} rows {looked_at:,} were looked at."
        found = share_text(self.p, self.draws)
        shape = f"{found}, skewness {self.skewness:.2g}, excess kurtosis {self.kurtosis:.2g}"
        shape = shape.replace("-", "−")
        rows = "Once adjusted, rows" if self.adjusted else "Rows"
        if self.p >= SIGNIFICANT:
            return f"{rows} lie around their groups' means as a normal distribution has them ({shape}).{some}"
        many = " Of so many rows small differences show too." if looked_at >= MANY else ""
        return (
            f"{rows} do not lie around their groups' means as a normal distribution has them ({shape})."
            f"{many} Estimates hardly mind; intervals of groups with few rows do. See whether the outcome's "
            f"logarithm lies closer to the line, or whether a few rows make the difference.{some}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON, with at most five hundred of the rows, both ends among them."""
        columns = {"residual": self.residual, "score": self.score, "low": self.low, "high": self.high}
        last = len(self.residual) - 1
        at = np.unique(np.linspace(0, last, min(last + 1, MOST_LISTED)).round().astype(np.intp))
        points = zip(*(column[at].tolist() for column in columns.values()), strict=True)
        return {
            "points": [dict(zip(columns, point, strict=True)) for point in points],
            "p": self.p,
            "skewness": self.skewness,
            "kurtosis": self.kurtosis,
            "looked_at": last + 1,
            "rows": self.rows,
            "draws": self.draws,
            "seed": self.seed,
            "text": self.sentence,
        }


def comparable_rows(data: GroupData) -> RowDistances | None:
    """The rows behind the groups, where all are alike, times the roots of their weights.

    None where rows or their weights are not at hand, are events, are too many beside their covariates, or
    have two values only, whose residuals are no spread around a mean.
    """
    rows = RowDistances.of(data)
    if rows is None or np.isin(rows.outcome, (rows.outcome.min(), rows.outcome.max())).all():
        return None
    return rows


def row_plot(data: GroupData, *, seed: int = SEED) -> RowPlot | None:
    """Rows beside normal scores; None where they are not alike, too few, or do not vary within groups."""
    rows = comparable_rows(data)
    if rows is None:
        return None
    random = np.random.default_rng(seed)
    several = np.flatnonzero(rows.left)
    at = _some(rows.group, several, random)
    some = rows.at(at)
    while not some.left.all():  # among fewer rows more of them decide something alone
        at = at[some.left > 0]
        some = rows.at(at)
    if some.degrees < 2 or some.ss_within == 0:
        return None
    [residual] = _standardised(some, some.distance[None])
    draws = int(np.clip(CELLS // len(at), FEWEST_DRAWS, MOST_DRAWS))
    drawn = _standardised(some, random.standard_normal((draws, len(at))))
    beside, square = beside_scores(residual, drawn), float(np.square(residual).mean())
    return RowPlot(
        group=rows.group[at][beside.order],
        residual=residual[beside.order],
        score=beside.score,
        low=beside.low,
        high=beside.high,
        p=beside.p,
        skewness=float((residual**3).mean()) / square**1.5,
        kurtosis=float((residual**4).mean()) / square**2 - 3.0,
        rows=len(several),
        draws=draws,
        seed=seed,
        adjusted=rows.adjusted,
    )


def _some(group: Places, rows: Places, random: np.random.Generator) -> Places:
    """These rows, or MOST_ROWS of them in whole groups but for the last, without one that is left alone."""
    if len(rows) <= MOST_ROWS:
        return rows
    rank = random.permutation(int(group.max()) + 1)[group[rows]]
    chosen = rows[np.lexsort((random.random(len(rows)), rank))[:MOST_ROWS]]
    counts = np.bincount(group[chosen])
    return np.sort(chosen[counts[group[chosen]] > 1])


def _standardised(rows: RowDistances, values: Floats) -> Floats:
    """``(R, K)`` residuals of values ``(R, K)``, in their standard deviations."""
    off = rows.residuals(values)
    error = np.sqrt(np.square(off).sum(axis=1, keepdims=True) / rows.degrees)
    return np.asarray(off / (error * np.sqrt(rows.left)))
