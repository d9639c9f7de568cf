"""Whether the spreads of these groups can be told apart, so that there are intervals and tests of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from estimators.errors import DataError
from estimators.methods.regression import require_degrees
from estimators.methods.regression_rows import RegressionRows

if TYPE_CHECKING:
    from estimators.data.groups import GroupData
    from estimators.data.scaled import ScaledGroups


def is_estimable(data: GroupData) -> bool:
    """Whether the spreads, or what covariates leave of them, can be told apart; not of survey weights."""
    if data.covariates is None:
        return is_one_way(data)
    if "survey_weights" in data.carries:
        return False
    try:
        require_degrees(RegressionRows.of(data))
    except DataError:
        return False
    return True


def is_one_way(data: GroupData) -> bool:
    """Whether the spreads can be told apart without covariates, which not all that is drawn anew can have."""
    if data.carries & {"covariates", "group_covariates", "survey_weights"}:
        return False
    if data.known_variance is not None:
        return len(data) > 1
    return len(data) > 1 and data.df_within > 0 and data.varies_within


def estimable(data: GroupData) -> ScaledGroups:
    """The scaled summary of groups without covariates whose spreads can be told apart.

    Raises:
        DataError: one group, one row in each, nothing that varies within, covariates or survey weights.

    """
    if len(data) < 2:
        raise DataError("needs at least 2 groups to tell how much groups differ")
    data.require_repeats()
    if data.known_variance is None and not data.varies_within:
        raise DataError("rows do not vary within any group, so the ratio of the spreads is unbounded")
    return data.scaled()


def require_checkable(data: GroupData) -> None:
    """Make sure that weights say how precise rows are, for what draws groups anew or leaves them out.

    Raises:
        DataError: they are survey weights.

    """
    if "survey_weights" in data.carries:
        raise DataError(
            "survey weights do not say how precise a row is, so the model is not checked with them"
        )
