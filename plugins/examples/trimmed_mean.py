"""A trimmed mean of every group: a plugin in a single file, for --plugins-dir.

Of n rows in order, the g lowest and the g highest are left out, g = floor(share * n), and the h = n - 2g rows
between are averaged. Its standard error (Tukey & McLaughlin 1963) comes from the Winsorized rows, in which
the rows left out are replaced by the nearest one kept: sqrt(SSD / (h (h - 1))), SSD their sum of squares
around their mean, with Student's t on h - 1 degrees of freedom. With share 0 that is the plain mean of each
group and the standard error from the group's own rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from estimators import Estimator, GroupData, GroupFit, Note, hookimpl, option


@dataclass(frozen=True)
class TrimmedMeanOptions:
    """What people can set."""

    share: float = option(
        0.2,
        label="Share trimmed",
        help="Of each group's rows, this share is left out at the low end, and as much at the high end.",
        minimum=0,
        maximum=0.45,
    )


class TrimmedMean(Estimator):
    """The mean of each group without its lowest and highest rows."""

    id = "trimmed_mean"
    label = "Trimmed mean"
    summary = "Each group's mean without its lowest and highest rows: a few wild rows do not move it."
    citation = "Tukey & McLaughlin (1963), Sankhya A 25, 331-352"
    needs = "rows"
    Options = TrimmedMeanOptions

    def _fit(self, data: GroupData, options: TrimmedMeanOptions) -> GroupFit:
        rows = data.require_rows()
        group, y = rows.group, rows.outcome - data.origin
        order = np.lexsort((y, group))
        group, y = group[order], y[order]
        first = np.cumsum(data.n) - data.n
        place = np.arange(len(y)) - first[group]
        cut = np.floor(options.share * data.n + 1e-9).astype(int)  # 0.29 * 100 is a little less than 29
        kept = data.n - 2 * cut
        inside = (place >= cut[group]) & (place < (data.n - cut)[group])
        mean = _sums(group[inside], y[inside], data) / kept
        alone = kept < 2
        notes = [] if cut.any() else [_nothing_trimmed(options.share)]
        notes += [_no_spread(int(alone.sum()))] if alone.any() else []
        winsorized = y[first[group] + np.clip(place, cut[group], (data.n - cut - 1)[group])]
        rest = winsorized - (_sums(group, winsorized, data) / data.n)[group]
        variance = _sums(group, rest**2, data) / np.where(alone, 1, kept * (kept - 1))
        # what is masked does not exist: a group with one row left has no standard error, the others do
        std_error = np.ma.array(np.sqrt(variance), mask=alone)
        return GroupFit(data.origin + mean, std_error, df=kept - 1, notes=notes)

    def r_code(self, data: GroupData, options: TrimmedMeanOptions) -> str:
        """R's mean trims in the same way."""
        del data
        return f"estimate <- as.vector(tapply(y, g, mean, trim = {options.share!r}))"


def _sums(group: NDArray[np.int64], values: NDArray[np.float64], data: GroupData) -> NDArray[np.float64]:
    return np.bincount(group, values, minlength=len(data)).astype(np.float64)


def _nothing_trimmed(share: float) -> Note:
    text = f"No group has enough rows for a share of {share:g} to leave one out: these are the groups' means."
    return Note("nothing_trimmed", "info", text)


def _no_spread(groups: int) -> Note:
    whose = "1 group has" if groups == 1 else f"{groups:,} groups have"
    text = f"{whose} one row left, whose spread is unknown, and so no standard error."
    return Note("too_few_rows_left", "warning", text)


@hookimpl
def register_estimators() -> list[Estimator]:
    """What blupboard gets from this file."""
    return [TrimmedMean()]
