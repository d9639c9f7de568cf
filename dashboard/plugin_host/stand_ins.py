"""StandIn: an estimator that has its work done by the plugin's own object in another process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from dashboard.plugin_host.processes import TookTooLong
from dashboard.plugin_host.wire import option_values, pack
from dashboard.plugin_host.worker_processes import ProcessEnded
from estimators import Estimator
from estimators.fitting.fit_many import is_looped

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from dashboard.plugin_host.processes import PluginProcesses
    from estimators import BatchFit, GroupBatch, GroupData, GroupFit, Registry

_ATTRIBUTES = (
    "id", "label", "summary", "citation", "needs", "handles", "Options", "color", "symbol", "order",
    "on_at_first", "likelihood", "remedy_for",
)  # fmt: skip


_METHODS = ("_fit_many", "weight_curve", "r_code", "python_code")
"""Methods that an estimator may leave as they are."""


class StandIn(Estimator):
    """Looks like the estimator that it stands in for, and sends everything that computes to a process."""

    last_seconds = 0.0
    """How long the last fit took, whether it was made or given up."""

    def __init__(self, original: Estimator, processes: PluginProcesses, *, once: bool = False) -> None:
        """Stand in for ``original``; ``once``: what took too long is not tried a second time."""
        self._original = original
        self._processes = processes
        self._once = once
        self._given_up: dict[str, Exception] = {}

    @classmethod
    def of(cls, original: Estimator, processes: PluginProcesses) -> StandIn:
        """A stand-in of a class of its own, since an estimator's attributes are its class's."""
        look = {name: getattr(original, name) for name in _ATTRIBUTES}
        kind = type(original)
        look |= {name: getattr(Estimator, name) for name in _METHODS if not _overrides(kind, name)}
        if original.needs == "rows":
            look["_fit_many"] = Estimator._fit_many  # a batch travels without its rows
        made: type[StandIn] = type(f"{type(original).__name__}StandIn", (cls,), look)
        return made(original, processes)

    def for_many(self) -> StandIn:
        """The same for a study: once a fit has taken too long, the others fail at once."""
        copy = type(self)(self._original, self._processes, once=True)
        copy.last_seconds = self.last_seconds
        return copy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StandIn) and self._original is other._original

    def __hash__(self) -> int:
        return hash(self._original)

    def _fit(self, data: GroupData, options: object) -> GroupFit:
        started = time.perf_counter()
        groups = pack(data, rows=self.needs == "rows")
        try:
            values = option_values(self, options)
            return cast("GroupFit", self._call("fit", values, groups, give_up=self._once, patient=True))
        finally:
            self.last_seconds = time.perf_counter() - started

    def _fit_many(self, batch: GroupBatch, options: object) -> BatchFit | None:
        values = option_values(self, options)
        found = self._call("fit_many", values, pack(batch), give_up=self._once, patient=True)
        return cast("BatchFit | None", found)

    def weight_curve(self, fit: GroupFit, information: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """As the original says."""
        curve = self._call("weight_curve", fit, information, give_up=True)
        return cast("NDArray[np.float64] | None", curve)

    def r_code(self, data: GroupData, options: object) -> str | None:
        """As the original says."""
        code = self._call("r_code", option_values(self, options), pack(data), give_up=True)
        return cast("str | None", code)

    def python_code(self, data: GroupData, options: object) -> str | None:
        """As the original says."""
        code = self._call("python_code", option_values(self, options), pack(data), give_up=True)
        return cast("str | None", code)

    def _call(self, name: str, *args: object, give_up: bool, patient: bool = False) -> object:
        """Ask a process; what took too long before, or ended it, is not asked again where ``give_up``."""
        if (known := self._given_up.get(name)) is not None:
            raise type(known)(str(known))  # anew: an exception keeps the frames of all its raisings
        try:
            return self._processes.call(name, self.id, *args, patient=patient)
        except (TookTooLong, ProcessEnded) as error:
            if give_up:
                self._given_up[name] = type(error)(str(error))
            raise


def _overrides(kind: type[Estimator], name: str) -> bool:
    return getattr(kind, name) is not getattr(Estimator, name)


def with_stand_ins(registry: Registry, processes: PluginProcesses) -> Registry:
    """The registry with stand-ins for all but the built-ins and what a program hands over."""
    return registry.with_estimators(
        StandIn.of(estimator, processes)
        for estimator in registry.values()
        if registry.source(estimator.id).is_foreign
    )


def seconds_for(estimators: Iterable[Estimator], fits: int) -> float:
    """About how long so many fits of each take one after the other, as far as that is known."""
    slow = (e for e in estimators if isinstance(e, StandIn) and is_looped(e))
    return fits * sum(e.last_seconds for e in slow)


def for_many(estimators: Iterable[Estimator]) -> tuple[Estimator, ...]:
    """The estimators for a study of many fits."""
    return tuple(e.for_many() if isinstance(e, StandIn) else e for e in estimators)
