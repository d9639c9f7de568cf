"""An error spread of its own in each group: the groups as means with variances s_j^2 / n_j that are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.contract.fit import GroupFit, Note
from estimators.contract.options import option
from estimators.data.groups import GroupData
from estimators.data.rows import DroppedRows
from estimators.data.scaled import NEGLIGIBLE
from estimators.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEW_ROWS = 10
"""With so many rows s_j is known to a quarter of itself: its relative error is near 1 / sqrt(2 (n_j - 1))."""
_FITTED_TO = "fitted_to"
"""Where a fit's ``details`` hold the groups as it takes them."""
_ERROR_SPREADS: Mapping[str, str] = MappingProxyType(
    {"common": "one for all groups", "each": "each group's own"}
)


def error_spread_option() -> Any:
    """The option of methods that can take each group's own spread, the same for all of them."""
    return option(
        "common",
        label="Spread within groups",
        help="One for all groups: pooled, so that each group's rows tell of it. Each group's own, where the "
        "check on equal spread sees that it differs: level means then have errors s/√n with n − 1 degrees of "
        "freedom, and BLUPs take means to have the known variances s²/n, which costs much with few rows. It "
        "takes rows that vary in every group.",
        choices=_ERROR_SPREADS,
    )


def own_variances(data: GroupData) -> Floats:
    """s_j^2 / n_j ``(J,)``, by the weights of rows where they have some; NaN where it is unknown.

    Unknown is that of a group with one row, or whose rows are all equal, which says nothing of how they
    spread. In squared units of the outcome (Welch 1951, Biometrika 38, 330-336).

    Raises:
        DataError: covariates of the rows.

    """
    if data.covariates is not None and data.covariates.adjusts:
        raise DataError("a spread of its own in each group is not offered with covariates of the rows")
    least = NEGLIGIBLE * float(np.abs(data.centered_mean).max())
    known = (data.n > 1) & ~data.constant & (np.sqrt(data.ss_within) > least)
    df = np.where(known, data.n - 1.0, np.nan)
    return np.asarray(data.ss_within / df / data.information)


def with_own_variances(data: GroupData) -> GroupData:
    """The same groups as means whose variances are known to be s_j^2 / n_j.

    Raises:
        DataError: a group has one row, or rows that are all equal; covariates of the rows, or survey weights.

    """
    if data.known_variance is not None:
        return data
    if "survey_weights" in data.carries:
        raise DataError("survey weights say how many a row stands for, and not how precise it is")
    variance = own_variances(data)
    unknown = np.flatnonzero(np.isnan(variance))
    if unknown.size:
        raise DataError(
            f"a spread of its own in each group needs rows that vary in every one: {_names(data, unknown)}. "
            "Take one spread for all groups, or leave such groups out"
        )
    covariates = data.covariates
    if covariates is not None:
        nothing = np.zeros_like(covariates.within)
        covariates = replace(covariates, within=nothing, row_mean=covariates.mean.mean(axis=0))
    return GroupData(
        labels=data.labels,
        n=np.ones(len(data), dtype=np.int64),
        origin=data.origin,
        centered_mean=data.centered_mean,
        ss_within=np.zeros(len(data)),
        constant=np.ones(len(data), dtype=np.bool_),
        rows_read=len(data),
        dropped=DroppedRows(),
        known_variance=variance,
        kind="estimates",
        covariates=covariates,
    )


def fit_of_own_variances(fit: GroupFit, data: GroupData, taken: GroupData) -> GroupFit:
    """A fit to ``taken``, the means of ``data`` with their own variances, with what is to be said of it."""
    fields = {name: getattr(fit, name) for name in ("estimate", "std_error", "weight")}
    others = ("center", "parameters", "df", "interval_fn", "joint", "coefficients")
    return GroupFit(
        **fields,
        **{name: getattr(fit, name) for name in others},
        notes=(*fit.notes, _own_spreads_note(data)),
        details={**fit.details, _FITTED_TO: taken},
    )


def fitted_data(data: GroupData, fit: GroupFit | None) -> GroupData:
    """The groups as a fit takes them: those that it was given, or their means with variances of their own."""
    taken = None if fit is None else fit.details.get(_FITTED_TO)
    return taken if isinstance(taken, GroupData) else data


def takes_own_variances(fit: GroupFit) -> bool:
    """Whether a fit takes each group's own spread, so that its weights do not follow from rows alone."""
    return _FITTED_TO in fit.details


def unknown_spreads_note(data: GroupData, unknown: NDArray[np.intp]) -> Note:
    """What is said of groups without a standard error of their own."""
    return Note(
        "no_spread_of_its_own",
        "warning",
        "With a spread of its own in each group, one whose rows do not vary has no standard error: "
        f"{_names(data, unknown)}.",
    )


def _own_spreads_note(data: GroupData) -> Note:
    least = int(data.n.min())
    text = (
        "Each mean's standard error is by the spread of its own group's rows and is taken as known, as if it "
        "had been published."
    )
    if least >= FEW_ROWS:
        return Note("own_spreads", "info", text)
    error = 1.0 / np.sqrt(2.0 * (least - 1.0))
    return Note(
        "own_spreads",
        "warning",
        f"{text} It is not: from {least} rows, the fewest here, a spread is known to about {error:.0%} of "
        "itself. A group whose few rows happen to lie close together keeps too much of its own mean, and its "
        "interval is too short. Set one spread for all groups beside it.",
    )


def _names(data: GroupData, places: NDArray[np.intp]) -> str:
    """The first of some groups, with why nothing is known of their spread."""
    first = int(places[0])
    why = "has one row" if data.n[first] == 1 else "has rows that are all equal"
    more = len(places) - 1
    label = str(data.labels[first])[:40]
    others = f", and {more:,} more {'is' if more == 1 else 'are'} like that" if more else ""
    return f"{label!r} {why}{others}"
