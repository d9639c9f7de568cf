"""Fit many replicates of the same groups: at once where the method can, else one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from estimators.contract.batch import BatchFit
from estimators.contract.estimator import Estimator
from estimators.fitting.compare import failure_message, run

if TYPE_CHECKING:
    from estimators.contract.batch import GroupBatch
    from estimators.contract.fit import GroupFit


class Stopped(Exception):
    """Someone asked for the fitting to stop before it was done."""


def is_looped(estimator: Estimator, carries: frozenset[str] = frozenset()) -> bool:
    """Whether a method's replicates are fitted one after the other, for want of a ``_fit_many``.

    That takes what the groups carry, in the words of ``Estimator.handles``.
    """
    return type(estimator)._fit_many is Estimator._fit_many or not carries <= estimator.handles_many


def fit_many(
    estimator: Estimator,
    batch: GroupBatch,
    options: object | None = None,
    *,
    level: float = 0.95,
    stopped: Callable[[], bool] | None = None,
) -> BatchFit:
    """Every replicate of ``batch`` through one method; a replicate that fails is named in ``failures``.

    Args:
        estimator: the method; whatever it raises becomes the reason why its replicates failed.
        batch: R replicates of J groups.
        options: an ``Options`` instance, a mapping of names to values, or None (the defaults).
        level: at which intervals are checked.
        stopped: asked before every single fit; once it says yes, no more are made.

    Raises:
        OptionError: an unknown option or a value out of bounds.
        Stopped: ``stopped`` said so.

    """
    checked = estimator.make_options(options)
    looped = is_looped(estimator, batch.carries)
    at_once = None if looped else _at_once(estimator, batch, checked, level)
    if at_once is not None:
        return at_once
    fits: list[GroupFit | str] = []
    for replicate in range(len(batch)):
        if stopped is not None and stopped():
            raise Stopped
        one = run(batch[replicate], estimator, checked, level)
        fits.append(one.message or "" if one.fit is None else one.fit)
    return BatchFit.stack(fits, batch.groups)


def _at_once(estimator: Estimator, batch: GroupBatch, options: object, level: float) -> BatchFit | None:
    """All fits in one go; None where the method does not offer that."""
    try:
        with np.errstate(all="ignore"):
            result = estimator._fit_many(batch, options)
            if result is not None:
                result.check(len(batch), batch.groups, level)
            return result
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a failing estimator is data: the rest goes on
        return BatchFit.stack([failure_message(error)] * len(batch), batch.groups)
