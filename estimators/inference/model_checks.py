"""Does the one-way model suit these groups? Each check ends in a sentence that says what to do.

- Groups on a normal plot, of module `normal_plot`; rows on one, of module `row_residuals`.
- Spread within groups, of module `equal_spread`.
- Influence: what every group alone does to mu and the spread between groups, of module `influence`.
- Outlying groups: further from the others than the largest of J is but once in twenty data sets.
- Outlying rows, in the same sense, of module `outlying_rows`.

With covariates groups are judged by their distance to the regression, and rows once they are adjusted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.errors import DataError
from estimators.inference.equal_spread import EqualSpread, equal_spread
from estimators.inference.influence import Influence, leave_one_out
from estimators.inference.influence_regression import require_few
from estimators.inference.normal_plot import SEED, SIGNIFICANT, NormalPlot, normal_plot, share_text
from estimators.inference.outlying_rows import OutlyingRows, outlying_rows
from estimators.inference.row_distances import RowDistances
from estimators.inference.row_residuals import RowPlot, row_plot
from estimators.methods.regression_rows import RegressionRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from estimators.data.covariates import Covariates
    from estimators.data.groups import GroupData
    from estimators.methods.profile import Method

    Floats = NDArray[np.float64]

UNSEEN_ROWS = (
    "Once adjusted, single rows are not looked at: they are not at hand, or too many beside so many "
    "covariates. Look at some of the groups alone."
)
UNSEEN_WEIGHTED = (
    "Single rows are not looked at, as their weights are not at hand: see for yourself whether the furthest "
    "are right."
)
UNSEEN_INFLUENCE = (
    "What single groups do to the result is not computed here: {why}. Leave out the groups that lie far "
    "away, and see what changes."
)
UNKNOWN_SPREAD = "Whether rows spread equally within groups cannot be seen from these data."
MOST_NAMED = 5
"""Groups that a sentence names."""


@dataclass(frozen=True, eq=False)
class ModelChecks:
    """All of them, for one data set and method."""

    labels: tuple[str, ...]
    plot: NormalPlot
    spread: EqualSpread | None
    """None of published means, where fewer than two groups have rows that vary, and of adjusted rows that are
    not at hand."""
    influence: Influence | None
    """None of fewer than three groups, and where ``not_left_out`` says why."""
    outlying: tuple[int, ...]
    """Places of outlying groups, the furthest first."""
    moving: tuple[int, ...]
    """Places of groups that move mu, a coefficient or the spread between groups, those that do it most
    first."""
    covariates: Covariates | None = None
    """What groups are adjusted for and explained by."""
    rows: OutlyingRows | None = None
    """None where rows are not at hand, or are too many beside covariates."""
    row_plot: RowPlot | None = None
    """None where ``rows`` is, and where fewer than two rows could differ from their groups."""
    unseen_rows: str = ""
    """Why rows are not judged: adjusted ones, or weights, not at hand, or too many."""
    not_left_out: str = ""
    """Why groups are not left out beside covariates."""

    def sentences(self) -> dict[str, str]:
        """What each check says, and what to do."""
        return {
            "normal": _normal_sentence(self.plot, len(self.labels)),
            **self._of_rows("residuals", self.row_plot),
            "spread": self._spread_sentence(),
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
        return {name: self.unseen_rows} if self.unseen_rows else {}

    def _spread_sentence(self) -> str:
        if self.spread is not None:
            return self.spread.sentence
        return self.unseen_rows or UNKNOWN_SPREAD

    def _names(self, places: tuple[int, ...]) -> str:
        names = [self.labels[j] for j in places[:MOST_NAMED]]
        more = len(places) - len(names)
        return ", ".join(names) + (f" and {more:,} more" if more else "")

    def _influence_sentence(self) -> str:
        found = self.influence
        if found is None and self.not_left_out:
            return UNSEEN_INFLUENCE.format(why=self.not_left_out)
        if found is None:
            return "With two groups each decides half of everything: there is nothing to leave out."
        needed, alone = (
            tuple(np.flatnonzero(some).tolist()) for some in (np.isnan(found.sigma_group), found.alone)
        )
        first = ""
        if needed:
            first += f"All rests on {self._names(needed)}, without which no spread can be estimated. "
        if alone:
            decides = "decides a coefficient" if len(alone) == 1 else "each decide a coefficient"
            first += f"{self._names(alone)} {decides} alone. "
        if not self.moving:
            which = "other" if first else "single"
            what = "the mean" if self.covariates is None else "what covariates let expect"
            return f"{first}No {which} group moves {what} or the spread between groups by much."
        return f"{first}{self._moved_sentence(found)}"

    def _moved_sentence(self, found: Influence) -> str:
        most = self.moving[0]
        pairs = [
            ("spread between groups", found.sigma_group[most], found.all_sigma_group, ".3g"),
            (
                "mean" if self.covariates is None else "mean at average covariates",
                found.mu[most],
                found.all_mu,
                ".6g",
            ),
        ]
        if (k := found.moved_most(most)) is not None:
            coefficients = np.asarray(found.coefficients), np.asarray(found.all_coefficients)
            name = f"coefficient of {found.terms[k]}"
            pairs.append((name, coefficients[0][most, k], coefficients[1][k], ".4g"))
        texts = [
            f"the {name} {'is ' if not place else ''}{now:{form}} instead of {before:{form}}"
            for place, (name, now, before, form) in enumerate(pairs)
            if not np.isnan(now)
        ]
        told = ", and ".join([", ".join(texts[:-1]), texts[-1]] if texts[1:] else texts)
        return (
            f"Much depends on {self._names(self.moving)}: without {self.labels[most]} {told}. "
            "See whether its rows are right, and report the result with and without it."
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
        lines: list[dict[str, Any]] = [
            {"group": label, **{name: _known(values[j]) for name, values in columns.items()}}
            for j, label in enumerate(self.labels)
        ]
        if found.coefficients is not None:
            for line, without in zip(lines, found.coefficients, strict=True):
                line["coefficients"] = dict(zip(found.terms, map(_known, without), strict=True))
        return lines


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


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
    influence, why = _left_out(data, method)
    return ModelChecks(
        labels=tuple(data.labels.tolist()),
        plot=plot,
        spread=equal_spread(data),
        influence=influence,
        outlying=outlying_groups(data, influence, plot),
        moving=() if influence is None else _moving(influence),
        covariates=covariates,
        rows=outlying_rows(data),
        row_plot=row_plot(data, seed=seed),
        unseen_rows=_why_unseen(data),
        not_left_out=why,
    )


def _left_out(data: GroupData, method: Method) -> tuple[Influence | None, str]:
    """What each group alone does, or why that is not computed beside covariates."""
    if len(data) < 3:
        return None, ""
    if data.covariates is not None:
        try:
            require_few(data)
        except DataError as error:
            return None, str(error)
    return leave_one_out(data, method), ""


def _why_unseen(data: GroupData) -> str:
    if data.weights is not None and (data.rows is None or data.rows.weight is None):
        return UNSEEN_WEIGHTED
    adjusts = data.covariates is not None and data.covariates.adjusts
    return UNSEEN_ROWS if adjusts and RowDistances.of(data) is None else ""


def outlying_groups(data: GroupData, found: Influence | None, plot: NormalPlot) -> tuple[int, ...]:
    """Groups whose distance to the others is beyond Student's quantile of .05 / J on both sides.

    It has as many degrees of freedom as the others leave to the spread between groups, with equal sizes
    exactly; where rows say more of it, fewer groups are named than once in twenty data sets.
    """
    from scipy.special import stdtrit

    terms = 1 if found is None or not found.terms else len(found.terms)
    if found is not None:
        size, degrees = np.abs(np.nan_to_num(found.residual)), len(data) - 1 - terms
    elif data.covariates is not None:
        size, degrees = _from_others(data, plot)
    else:
        return ()
    if degrees < 1:
        return ()
    limit = -float(stdtrit(degrees, SIGNIFICANT / 2.0 / len(size)))
    order = np.argsort(-size, kind="stable")
    return tuple(int(j) for j in order if size[j] > limit)


def _from_others(data: GroupData, plot: NormalPlot) -> tuple[Floats, int]:
    """Distances ``(J,)`` to all groups' fit as distances to that of the others, and their degrees of freedom.

    As of studentised residuals (Cook & Weisberg 1982, 2.2.1), one variance being fitted.
    """
    free = len(data) - RegressionRows.of(data).rank
    size = np.zeros(len(data))
    with np.errstate(all="ignore"):  # no group lies further from a fit than all that is left
        left = np.maximum(free - np.square(plot.deviation), 0.0)
        size[plot.group] = np.abs(plot.deviation) * np.sqrt((free - 1.0) / left)
    return np.nan_to_num(size, posinf=np.inf), free - 1


def _moving(found: Influence) -> tuple[int, ...]:
    """Groups that move mu, a slope or sigma_group by much."""
    with np.errstate(all="ignore"):  # where nothing differs, nothing moves
        moved = np.nan_to_num(np.abs(found.all_mu - found.mu) / found.std_error, posinf=0.0)
    moved = np.maximum(moved, found.moved_slopes.max(axis=1, initial=0.0))
    if found.sigma_group_error is not None:
        spread = np.abs(found.all_sigma_group - found.sigma_group) / found.sigma_group_error
        moved = np.maximum(moved, np.nan_to_num(spread))
    order = np.argsort(-moved, kind="stable")
    return tuple(int(j) for j in order if moved[j] > found.by_much)


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
