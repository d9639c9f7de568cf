"""What the true spreads behind data may be: as estimated, and at the ends of an exact interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from estimators.inference.spread_intervals import exact_intervals
from estimators.inference.sums_of_squares import sums_of_squares
from estimators.methods.regression import fit_regression
from estimators.methods.variance_components import fit_variance_components
from estimators.risk.redrawn_counts import RedrawnCounts

if TYPE_CHECKING:
    from estimators.data.groups import GroupData
    from estimators.methods.regression import RegressionModel
    from estimators.methods.variance_components import VarianceComponents

Spreads = list[tuple[str, float, float | None]]
"""``estimate``, ``low`` or ``high``; sigma_group; and sigma_error, None where variances are known."""


def possible_spreads(data: GroupData, level: float) -> tuple[RedrawnCounts | None, Spreads]:
    """What the true spreads may be: those of REML, and sigma_group at the ends of its exact interval.

    With what draws events, where they are events.
    """
    if data.covariates is not None:
        return None, _normal_spreads(data, level, fit_regression(data, "reml"))
    model = fit_variance_components(data.scaled(), "reml")
    found = _normal_spreads(data, level, model)
    events = RedrawnCounts.like(data, data.origin + float(model.mu))
    if events is None:
        return None, found
    return events, [(where, *events.spreads(group, error)) for where, group, error in found]


def _normal_spreads(data: GroupData, level: float, model: RegressionModel | VarianceComponents) -> Spreads:
    exact = exact_intervals(data, level)
    if data.known_variance is not None:
        found = exact["sigma_group"]
        ends = [(name, end, None) for name, end in (("low", found.low), ("high", found.high))]
        estimate: tuple[str, float, float | None] = ("estimate", float(model.sigma_group), None)
        return [estimate, *((n, end, e) for n, end, e in ends if end is not None and np.isfinite(end))]
    estimate = ("estimate", float(model.sigma_group), float(model.sigma_error))
    squares = sums_of_squares(data)
    pooled = squares.unit * float(np.sqrt(squares.within / squares.df_within))
    ratio = exact["ratio"]
    return [
        estimate,
        *(
            (name, pooled * float(np.sqrt(end)), pooled)
            for name, end in (("low", ratio.low), ("high", ratio.high))
            if end is not None and np.isfinite(end)
        ),
    ]
