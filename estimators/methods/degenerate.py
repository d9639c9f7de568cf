"""Data that leave a method no choice, tried in this order; what is said of them stands here once.

1. fewer groups than the method needs: refused;
2. one row in every group: refused, as the spreads between and within cannot be told apart;
3. all values equal: every estimate is that value, and weights and the ICC do not exist;
4. no spread within any group: the limit of every method as that spread goes to 0, each group's own mean.

Published means have known sampling variances above 0, and so only the first can befall them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from estimators.contract.batch import BatchFit
from estimators.contract.fit import GroupFit, Note
from estimators.data.scaled import power_of_two
from estimators.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from estimators.contract.batch import GroupBatch
    from estimators.data.groups import GroupData

ALL_EQUAL = Note(
    "all_equal",
    "warning",
    "All values are equal: there is nothing to shrink, and weights and the ICC do not exist.",
)
NO_SPREAD_WITHIN = Note(
    "no_spread_within",
    "warning",
    "Rows do not vary within any group, so every group's mean is taken at its word. "
    "This is the limit of the method; there is no criterion.",
)


def degenerate_fit(
    data: GroupData, *, least_groups: int = 2, spread_df: int | None = None
) -> GroupFit | None:
    """The whole fit where ``data`` leave a method no choice, with a note; None where it is to compute.

    Args:
        data: the groups.
        least_groups: as few as the method can do with.
        spread_df: for a method with standard errors and a spread between groups, by what it divides the sum
            of squares of the J means where nothing else is uncertain: J - 1 as REML or J as ML. None: the
            fit has an estimate, weights and sigma_error only.

    Raises:
        DataError: too few groups, or one row in every group.

    """
    require_groups(data, least_groups)
    data.require_repeats()
    note = degenerate_note(data)
    if note is None:
        return None
    limit = _limits(data, spread_df)
    mu = limit["parameters"].get("mu")
    center = mu if mu is not None else data.mean[0] if note is ALL_EQUAL else None
    if note is ALL_EQUAL:
        limit["weight"] = None
        limit["parameters"].pop("icc", None)
    return GroupFit(**limit, center=center, notes=(note,))


def degenerate_note(data: GroupData) -> Note | None:
    """What is said where all values are equal or nothing varies within groups; None of other data."""
    if data.known_variance is not None or data.varies_within:
        return None
    return ALL_EQUAL if data.all_equal else NO_SPREAD_WITHIN


def zero_spread_notes(std_error: str) -> list[Note]:
    """What is said of such errors of predictions where the spread between groups is estimated as 0."""
    if std_error == "conditional":
        text = (
            "The conditional standard error is 0 here because it takes the estimated spreads and the "
            "population mean as known. It does not mean that the groups' true means are known exactly."
        )
        return [Note("conditional_zero", "warning", text, of_errors=True)]
    if std_error == "second_order":
        text = (
            "The standard errors allow for the spread between groups not being 0 in truth, so they can be "
            "larger than those of the groups' own means."
        )
        return [Note("second_order_zero", "info", text, of_errors=True)]
    return []


def require_groups(data: GroupData, least: int) -> None:
    """Make sure that there are enough groups.

    Raises:
        DataError: there are fewer than ``least``.

    """
    if len(data) < least:
        why = " to tell how much groups differ" if least == 2 else ""
        raise DataError(f"needs at least {least} groups{why}")


def fit_replicates(
    batch: GroupBatch,
    ordinary: Callable[[GroupBatch], BatchFit],
    *,
    least_groups: int = 2,
    spread_df: int | None = None,
) -> BatchFit:
    """Every replicate: the degenerate ones as :func:`degenerate_fit` does, the others by ``ordinary``.

    Raises:
        DataError: too few groups, or one row in every group.

    """
    require_groups(batch[0], least_groups)
    batch[0].require_repeats()
    usual = batch.varies_within
    if usual.all():
        return ordinary(batch)
    limits = BatchFit(**_limits(batch.take(~usual), spread_df))
    if not usual.any():
        return limits
    return _combine(batch, usual, ordinary(batch.take(usual)), limits)


def _limits(data: GroupData | GroupBatch, spread_df: int | None) -> dict[str, Any]:
    """The parts of a fit of ``(..., J)`` means in the limit as the spread within groups goes to 0.

    NaN for weights and ICC where all values are equal.
    """
    level, nothing = np.asarray(data.all_equal), np.zeros(np.shape(data.all_equal))
    one = np.where(level, np.nan, 1.0)
    weight = np.broadcast_to(one[..., None], data.mean.shape)
    if spread_df is None:
        return {"estimate": data.mean, "weight": weight, "parameters": {"sigma_error": nothing}}
    unit = power_of_two(np.abs(data.centered_mean).max(axis=-1))
    scaled = data.centered_mean / unit[..., None]
    middle = np.asarray(scaled.mean(axis=-1))
    middle += (scaled - middle[..., None]).mean(axis=-1)
    squares = np.square(scaled - middle[..., None]).sum(axis=-1)
    sigma_group = np.where(level, 0.0, unit * np.sqrt(squares / spread_df))
    parameters = {
        "mu": np.where(level, data.mean[..., 0], data.origin + unit * middle),
        "mu_std_error": sigma_group / np.sqrt(scaled.shape[-1]),
        "sigma_group": sigma_group,
        "sigma_error": nothing,
        "icc": one,
    }
    return {
        "estimate": data.mean,
        "std_error": np.zeros_like(data.mean),
        "weight": weight,
        "parameters": parameters,
    }


def _combine(batch: GroupBatch, usual: NDArray[np.bool_], fit: BatchFit, limits: BatchFit) -> BatchFit:
    """One fit of the batch from that of its ordinary replicates, ``usual (R,)``, and that of the others."""
    nothing = np.full_like(batch.centered_mean, np.nan)
    estimate, std_error, weight = (nothing.copy() for _ in range(3))
    parameters: dict[str, NDArray[np.float64]] = {}
    for replicates, part in ((usual, fit), (~usual, limits)):
        for whole, some in (
            (estimate, part.estimate),
            (std_error, part.std_error),
            (weight, part.weight),
        ):
            if some is not None:
                whole[replicates] = some
        for name, numbers in part.parameters.items():
            parameters.setdefault(name, nothing[:, 0].copy())[replicates] = numbers
    has_errors = fit.std_error is not None
    return BatchFit(estimate, std_error if has_errors else None, weight, df=fit.df, parameters=parameters)
