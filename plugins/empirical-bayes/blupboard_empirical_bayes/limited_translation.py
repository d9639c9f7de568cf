"""James-Stein with a limit on how far any group is moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators import Estimator, GroupFit, Note, degenerate_fit, option

if TYPE_CHECKING:
    from estimators import GroupData

LEAST_GROUPS = 4


@dataclass(frozen=True)
class LimitedTranslationOptions:
    """The limit."""

    limit: float = option(
        1.0,
        label="Limit D",
        help="How far a group is moved from its own mean at most, in standard errors of that mean. "
        "0 leaves every mean as it is; a large limit is James-Stein.",
        minimum=0.0,
    )


class LimitedTranslation(Estimator):
    """ybar_j - t_j with t_j = (1 - c) (ybar_j - m), cut at D sqrt(v_j) on either side.

    c is the positive-part James-Stein factor towards the precision-weighted mean m,
    c = max(0, 1 - (J - 3) (df / (df + 2)) / sum((ybar_j - m)^2 / v_j)), with df / (df + 2) only where the
    variance is estimated; v_j is the sampling variance of ybar_j. Efron & Morris (1972), JASA 67, 130-139;
    their relevance function min(1, D / sqrt(u)), u = (1 - c) (ybar_j - m)^2 / v_j, cuts at
    D sqrt((1 - c) v_j). The limit in plain standard errors, which is at least as far and easier to say, is
    that of Efron & Morris (1975), JASA 70, 311-319.
    """

    id = "limited_translation"
    label = "Limited translation"
    summary = "James–Stein, but no group is moved by more than D of its own standard errors."
    citation = (
        "Efron & Morris (1972), Journal of the American Statistical Association 67, 130-139; "
        "(1975), 70, 311-319"
    )
    Options = LimitedTranslationOptions
    order = 130
    on_at_first = False

    def _fit(self, data: GroupData, options: LimitedTranslationOptions) -> GroupFit:
        limit = degenerate_fit(data, least_groups=LEAST_GROUPS)
        if limit is not None:
            return limit
        means = data.scaled()
        root, distance = np.sqrt(means.variance), means.value  # from their precision-weighted mean
        spread = float(np.square(distance / root).sum())
        df = data.df_within
        bound = (means.groups - 3) * (1.0 if data.known_variance is not None else df / (df + 2.0))
        pull = 1.0 if spread <= bound else bound / spread
        most = options.limit * root
        moved = np.clip(pull * distance, -most, most)
        cut = pull * np.abs(distance) > most
        share = np.full_like(most, pull if options.limit > 0 else 0.0)
        np.divide(most, np.abs(distance), out=share, where=cut)
        return GroupFit(
            estimate=means.location(distance - moved),
            weight=1.0 - share,
            center=means.place(0.0),
            parameters={"sigma_error": means.sigma_error},
            notes=_notes(int(cut.sum()), means.groups, options.limit),
        )


def _notes(cut: int, groups: int, limit: float) -> tuple[Note, ...]:
    if cut == 0:
        return ()
    text = (
        f"{cut:,} of {groups:,} groups would have been moved further than {limit:g} standard "
        f"error{'' if limit == 1 else 's'} of their own mean and were stopped there."
    )
    return (Note("translation_limited", "info", text),)
