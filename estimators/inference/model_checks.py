"""Does the one-way model suit these groups? Each check ends in a sentence that says what to do.

- Groups on a normal plot, of module `normal_plot`; rows on one, of module `row_residuals`.
- Spread within groups: Brown & Forsythe's version of Levene's test, by medians, where rows are at hand (Brown
  & Forsythe 1974, JASA 69, 364-367); else Bartlett's, which also reacts to rows that are not normal.
- Influence: what every group alone does to mu and the spread between groups, of module `influence`.
- Outlying groups: further from the others than the largest of J is but once in twenty data sets.
- Outlying rows, in the same sense, of module `outlying_rows`.

With covariates groups are judged by their distance to the regression, from the fit with all of them: what one
group alone does to it, and how the residuals of rows spread, cannot be told from sums over all groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.inference.influence import Influence, leave_one_out
from estimators.inference.normal_plot import SEED, SIGNIFICANT, NormalPlot, normal_plot, share_text
from estimators.inference.outlying_rows import OutlyingRows, outlying_rows
from estimators.inference.row_residuals import RowPlot, row_plot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]

UNSEEN_SPREAD = (
    "Whether rows spread equally within groups once they are adjusted cannot be seen here: of what is "
    "adjusted for, sums over all groups are kept."
)
UNSEEN_INFLUENCE = (
    "What single groups do to the coefficients is not computed beside covariates: leave out the groups that "
    "lie far away, and see what changes."
)
UNSEEN_ROWS = (
    "How far single rows lie from what is expected of them is not computed beside covariates: look at the "
    "rows without covariates."
)
MOST_NAMED = 5
"""Groups that a sentence names."""


@dataclass(frozen=True)
class EqualSpread:
    """A test that rows spread equally within all groups."""

    name: str
    """Of the test."""
    statistic: float
    df: tuple[int, ...]
    p: float


@dataclass(frozen=True, eq=False)
class ModelChecks:
    """All of them, for one data set and method."""

    labels: tuple[str, ...]
    plot: NormalPlot
    spread: EqualSpread | None
    """None of published means, where fewer than two groups have rows that vary, and of adjusted rows."""
    influence: Influence | None
    """None of fewer than three groups, and with covariates."""
    outlying: tuple[int, ...]
    """Places of outlying groups, the furthest first."""
    moving: tuple[int, ...]
    """Places of groups that move mu or the spread between groups, those that do it most first."""
    covariates: Covariates | None = None
    """What groups are adjusted for and explained by."""
    rows: OutlyingRows | None = None
    """None where rows are not at hand, or count unequally or beside covariates."""
    row_plot: RowPlot | None = None
    """None where ``rows`` is, and where fewer than two rows could differ from their groups."""
    unseen_rows: bool = False
    """Whether there are rows that are not judged because of covariates."""

    def sentences(self) -> dict[str, str]:
        """What each check says, and what to do."""
        return {
            "normal": _normal_sentence(self.plot, len(self.labels)),
            **self._of_rows("residuals", self.row_plot),
            "spread": UNSEEN_SPREAD if self._adjusts else _spread_sentence(self.spread),
            "influence": self._influence_sentence(),
            "outlying": self._outlying_sentence(),
            **self._of_rows("rows", self.rows),
        }

    @property
    def not_checked(self) -> dict[str, str]:
        """By their names, why checks are missing and what to do instead."""
        found = {
            "residuals": self.row_plot,
            "spread": self.spread,
            "influence": self.influence,
            "rows": self.rows,
        }
        missing = {name for name, check in found.items() if check is None}
        return {name: text for name, text in self.sentences().items() if name in missing}

    def _of_rows(self, name: str, found: RowPlot | OutlyingRows | None) -> dict[str, str]:
        if found is not None:
            return {name: found.sentence}
        return {name: UNSEEN_ROWS} if self.unseen_rows else {}

    @property
    def _adjusts(self) -> bool:
        return self.covariates is not None and self.covariates.adjusts

    def _names(self, places: tuple[int, ...]) -> str:
        names = [self.labels[j] for j in places[:MOST_NAMED]]
        more = len(places) - len(names)
        return ", ".join(names) + (f" and {more:,} more" if more else "")

    def _influence_sentence(self) -> str:
        found = self.influence
        if self.covariates is not None:
            return UNSEEN_INFLUENCE
        if found is None:
            return "With two groups each decides half of everything: there is nothing to leave out."
        alone = tuple(np.flatnonzero(np.isnan(found.sigma_group)).tolist())
        first = (
            f"All rests on {self._names(alone)}, without which no spread can be estimated. " if alone else ""
        )
        if not self.moving:
            which = "other" if alone else "single"
            return f"{first}No {which} group moves the mean or the spread between groups by much."
        most = self.moving[0]
        sigma, without = found.all_sigma_group, float(found.sigma_group[most])
        return (
            f"{first}Much depends on {self._names(self.moving)}: without {self.labels[most]} the spread "
            f"between groups is {without:.3g} instead of {sigma:.3g}, and the mean "
            f"{float(found.mu[most]):.6g} instead of {found.all_mu:.6g}. See whether its rows are right, and "
            "report the result with and without it."
        )

    def _outlying_sentence(self) -> str:
        if not self.outlying:
            return "No group lies further from the others than the furthest of so many may."
        return (
            f"Far from all others: {self._names(self.outlying)}. See whether the rows are right; if they "
            "are, do not trust how far such a group is pulled in, and look at its own mean."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON, with the sentences; those of missing checks under ``not_checked``."""
        plot, spread, found = self.plot, self.spread, self.influence
        columns = {
            "deviation": plot.deviation,
            "score": plot.score,
            "low": plot.low,
            "high": plot.high,
        }
        text = self.sentences()
        return {
            "normal": {
                "groups": [
                    {"group": self.labels[j]} | {name: float(c[place]) for name, c in columns.items()}
                    for place, j in enumerate(plot.group.tolist())
                ],
                "p": plot.p,
                "draws": plot.draws,
                "seed": plot.seed,
                "text": text["normal"],
            },
            "spread": None
            if spread is None
            else {
                "test": spread.name,
                "statistic": spread.statistic,
                "df": list(spread.df),
                "p": spread.p,
                "text": text["spread"],
            },
            "influence": None
            if found is None
            else {"without": self._lines(found), "text": text["influence"]},
            "outlying": {"groups": [self.labels[j] for j in self.outlying], "text": text["outlying"]},
            "residuals": None if self.row_plot is None else self.row_plot.to_dict(),
            "rows": None if self.rows is None else self.rows.to_dict(),
            "not_checked": self.not_checked,
        }

    def _lines(self, found: Influence) -> list[dict[str, Any]]:
        columns = {"mu": found.mu, "sigma_group": found.sigma_group, "residual": found.residual}
        if found.icc is not None:
            columns["icc"] = found.icc
        return [
            {"group": label}
            | {name: None if np.isnan(values[j]) else float(values[j]) for name, values in columns.items()}
            for j, label in enumerate(self.labels)
        ]


def model_checks(data: GroupData, method: Method = "reml", *, seed: int = SEED) -> ModelChecks:
    """Hold the one-way model against these groups.

    Args:
        data: the groups.
        method: ``reml`` or ``ml``, by which the spreads are fitted.
        seed: of the draws behind the bands of the normal plots.

    Raises:
        DataError: one group, one row in each, nothing that varies within, or nothing left beside covariates.

    """
    plot, covariates = normal_plot(data, method, seed=seed), data.covariates
    influence = None if len(data) < 3 or covariates is not None else leave_one_out(data, method)
    far: Floats = np.zeros(len(data))
    if covariates is not None:
        far[plot.group] = plot.deviation
    elif influence is not None:
        far = influence.residual
    return ModelChecks(
        labels=tuple(data.labels.tolist()),
        plot=plot,
        spread=None if covariates is not None and covariates.adjusts else equal_spread(data),
        influence=influence,
        outlying=_outlying(far),
        moving=() if influence is None else _moving(influence),
        covariates=covariates,
        rows=outlying_rows(data),
        row_plot=row_plot(data, seed=seed),
        unseen_rows=covariates is not None and data.kind == "rows",
    )


def equal_spread(data: GroupData) -> EqualSpread | None:
    """Whether rows spread equally within groups; None of published means, or of fewer than two that vary."""
    if data.known_variance is not None:
        return None
    rows = data.rows
    if rows is None:
        return _bartlett(data)
    from scipy.special import fdtrc

    counts = np.bincount(rows.group, minlength=len(data))
    order = np.lexsort((rows.outcome, rows.group))
    values, group = rows.outcome[order] - data.origin, rows.group[order]
    first = np.cumsum(counts) - counts
    median = (values[first + (counts - 1) // 2] + values[first + counts // 2]) / 2.0
    off = np.abs(values - median[group])
    mean = np.bincount(group, off) / counts
    between = float(counts @ np.square(mean - off.mean()))
    within = float(np.square(off - mean[group]).sum())
    df = (len(data) - 1, len(off) - len(data))
    if len(data) < 2 or df[1] < 1 or within == 0:
        return None
    statistic = between / df[0] / (within / df[1])
    return EqualSpread("Brown and Forsythe", statistic, df, float(fdtrc(*df, statistic)))


def _bartlett(data: GroupData) -> EqualSpread | None:
    """From summaries, of groups with two rows or more that vary."""
    from scipy.special import chdtrc

    some = (data.n > 1) & (data.ss_within > 0)
    df = data.n[some] - 1.0
    if len(df) < 2:
        return None
    variance = data.ss_within[some] / df
    pooled = float(data.ss_within[some].sum() / df.sum())
    scale = 1.0 + (float((1.0 / df).sum()) - 1.0 / float(df.sum())) / (3.0 * (len(df) - 1))
    statistic = max(float(df @ np.log(pooled / variance)), 0.0) / scale
    return EqualSpread("Bartlett", statistic, (len(df) - 1,), float(chdtrc(len(df) - 1, statistic)))


def _outlying(residual: Floats) -> tuple[int, ...]:
    """Groups ``(J,)`` whose distance to the others is beyond the normal quantile of .05 / J on both sides."""
    from scipy.special import ndtri

    size = np.abs(np.nan_to_num(residual))
    limit = -float(ndtri(SIGNIFICANT / 2.0 / len(size)))
    order = np.argsort(-size, kind="stable")
    return tuple(int(j) for j in order if size[j] > limit)


def _moving(found: Influence) -> tuple[int, ...]:
    """Groups that move mu or sigma_group by more than 2 / sqrt(J) of its standard error.

    Belsley, Kuh & Welsch (1980), Regression Diagnostics, ch. 2, of which this is the rule for coefficients.
    """
    groups = len(found.mu)
    with np.errstate(all="ignore"):  # where nothing differs, nothing moves
        moved = np.nan_to_num(np.abs(found.all_mu - found.mu) / found.std_error, posinf=0.0)
    if found.sigma_group_error is not None:
        spread = np.abs(found.all_sigma_group - found.sigma_group) / found.sigma_group_error
        moved = np.maximum(moved, np.nan_to_num(spread))
    order = np.argsort(-moved, kind="stable")
    return tuple(int(j) for j in order if moved[j] > 2.0 / np.sqrt(groups))


def _normal_sentence(plot: NormalPlot, groups: int) -> str:
    unseen = groups - len(plot.group)
    decide = "group decides" if unseen == 1 else "groups decide"
    alone = f" {unseen:,} {decide} a coefficient alone, and cannot be judged." if unseen else ""
    share = share_text(plot.p, plot.draws)
    outside = int(((plot.deviation < plot.low) | (plot.deviation > plot.high)).sum())
    if plot.p >= SIGNIFICANT:
        return (
            f"The groups lie as a normal distribution would have them ({share}); {outside:,} of "
            f"{len(plot.group):,} are outside the band, in which 95% are expected.{alone}"
        )
    return (
        f"The groups do not lie as a normal distribution would have them ({share}; {outside:,} of "
        f"{len(plot.group):,} outside the band). Means are still predicted well, but ranks, and intervals of "
        "groups far out, rest on it: see whether groups form clusters or a few lie far out, and set a method "
        f"that assumes no distribution beside it.{alone}"
    )


def _spread_sentence(found: EqualSpread | None) -> str:
    if found is None:
        return "Whether rows spread equally within groups cannot be seen from these data."
    test = f"{found.name}'s test, p = {found.p:.2g}"
    if found.p >= SIGNIFICANT:
        return f"Nothing says that rows spread unequally within groups ({test})."
    more = " That test also reacts to rows that are not normal." if found.name == "Bartlett" else ""
    return (
        f"Rows do not spread equally within groups ({test}), though one spread is taken for all: intervals "
        f"are too short where they spread more, and too long where they spread less.{more} Take each "
        "group's own spread in place of one for all (an option of level means and BLUPs, error_spread=each), "
        "look at the groups with the widest rows, or whether the outcome's logarithm spreads evenly."
    )
