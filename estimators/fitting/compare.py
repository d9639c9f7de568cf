"""Run several estimators on the same groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from estimators.arrays import all_finite
from estimators.contract.comparison import Comparison, Result
from estimators.contract.estimator import Estimator
from estimators.contract.fit import check_interval_level
from estimators.errors import BlupboardError, DataError, FitError, NotRun, OptionError, error_sentence

if TYPE_CHECKING:
    from estimators.contract.fit import Interval
    from estimators.data.groups import GroupData


def compare(
    data: GroupData,
    estimators: Iterable[Estimator | str] | Mapping[str, Estimator] | None = None,
    *,
    options: Mapping[str, object] | None = None,
    level: float = 0.95,
    smallest_first: bool = False,
) -> Comparison:
    """Fit every estimator to the same groups; one that fails becomes a result with its reason.

    Args:
        data: the groups.
        estimators: instances, ids of the default registry, or a registry; None: those of the default
            registry that take part where nobody has chosen.
        options: by estimator id, an ``Options`` instance or a mapping of option names to values.
        level: of the intervals, between 0 and 1.
        smallest_first: whether lower is better, so that rank 1 is the smallest.

    Raises:
        OptionError: an unknown estimator or option, a value out of bounds, or a level that is none.

    """
    check_interval_level(level)
    chosen = _resolve(estimators)
    given = dict(options or {})
    unknown = [name for name in given if name not in {e.id for e in chosen}]
    if unknown:
        raise OptionError(
            f"options were given for {', '.join(unknown)}, which is not among the estimators compared"
        )
    checked = [(estimator, estimator.make_options(given.get(estimator.id))) for estimator in chosen]
    results = (run(data, e, o, level) for e, o in checked)
    return Comparison(
        data=data,
        results=tuple(replace(result, smallest_first=smallest_first) for result in results),
        level=level,
        smallest_first=smallest_first,
    )


def run(data: GroupData, estimator: Estimator, options: object, level: float) -> Result:
    """Fit one estimator; whatever it raises becomes the message of its result."""
    result = Result(estimator=estimator, options=options, level=level, rounding=data.rounding)
    try:
        with np.errstate(all="ignore"):
            fit = estimator.fit(data, options)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a failing estimator is data: the rest goes on
        return replace(result, message=failure_message(error))
    return at_level(replace(result, fit=fit), level)


def at_level(result: Result, level: float) -> Result:
    """The same fit with its intervals at ``level``; a failed result where these break the contract."""
    made = replace(result, level=level)
    if made.fit is None:
        return made
    try:
        with np.errstate(all="ignore"):
            _check_interval(made.interval, len(made.fit.estimate))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a method's own interval_fn runs here
        return replace(made, fit=None, message=failure_message(error))
    return made


def failure_message(error: BaseException) -> str:
    """Why a method gave no fit, in words for whoever compares: the data's fault, or the method's."""
    if isinstance(error, (DataError, NotRun)):
        return str(error)
    if isinstance(error, BlupboardError):
        return f"the method did not keep to its contract: {error}"
    return f"the method failed with {error_sentence(error)}"


def _resolve(estimators: Iterable[Estimator | str] | Mapping[str, Estimator] | None) -> list[Estimator]:
    """Estimators from whatever names them, each once."""
    if isinstance(estimators, Mapping):
        return list(estimators.values())
    asked = None if estimators is None else [estimators] if isinstance(estimators, str) else list(estimators)
    known: Mapping[str, Estimator] = {}
    if asked is None or any(isinstance(e, str) for e in asked):
        from estimators.plugins.registry import build_registry

        registry = build_registry()
        if asked is None:
            return list(registry.at_first)
        known = {e: registry.find(e) for e in asked if isinstance(e, str)}
    chosen: dict[str, Estimator] = {}
    for given in asked:
        estimator = known[given] if isinstance(given, str) else given
        if not isinstance(estimator, Estimator):
            raise OptionError(f"{estimator!r} is no estimator: give instances of Estimator, or ids")
        if chosen.setdefault(estimator.id, estimator) is not estimator:
            raise OptionError(f"two different estimators have the id {estimator.id!r}: give each its own")
    return list(chosen.values())


def _check_interval(interval: Interval | None, groups: int) -> None:
    if interval is None:
        return
    for end in interval:
        if end.shape != (groups,) or not all_finite(end):
            raise FitError("interval_fn gave ends that are not finite or not one per group")
    if (interval[0] > interval[1]).any():
        raise FitError("interval_fn gave a lower end above the upper one")
